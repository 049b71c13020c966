"""How outcomes and drivers hang together: boxes, and arrows that raise, lower or are not sized.

Colour, stroke and mark alike tell the sign, and the width the strength. Arrows pass between boxes,
never through them, which `tests/unit/test_plots.py` measures.
"""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from estimative.days import long_date
from estimative.forecasting import Forecast
from estimative.plots import style
from estimative.plots.abridging import sentence, short
from estimative.plots.influences import Influence, influences
from estimative.plots.lettering import SMALL, settings, text_size
from estimative.plots.network_plan import CHANCE, PAD, NetworkPlan, Node, plan_network
from estimative.plots.style import INK, MARGIN, QUIET, Caption, How, Pen
from estimative.results import percent
from estimative.scenario import Scenario

GREY, DRIVER = "#757575", "#e6e8eb"
STROKES: dict[str, tuple[str, Any, str]] = {
    "raises": (style.BLUE, "solid", "+"),
    "lowers": (style.ORANGE, (0, (2.6, 1.0)), "−"),
    "unstated": (GREY, (0, (1.0, 1.0)), "?"),
}
SYMBOLS = {"outcome": 0.42, "driver": 0.42, "": 0.0, "slight": 0.5, "strong": 0.5} | dict.fromkeys(
    STROKES, 0.7
)  # their widths in the legend, in inches
MARK, MARK_BEFORE = 0.21, 0.34  # inches: width of a mark; how far before the box it stands
APART = 0.25  # inches between entries of the legend


def network(subject: Forecast | Scenario, ax: Axes | None = None) -> Axes:
    """Draw outcomes and drivers as boxes and their links as arrows.

    Parameters
    ----------
    subject : Forecast or Scenario
        A forecast shows probabilities and the posterior mean of each influence; a scenario what
        was stated of it.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x and y stand inches from the left and from the top, at
        full type size.
    """
    scenario = subject if isinstance(subject, Scenario) else subject.scenario
    nodes, shown = _nodes(subject, scenario), influences(subject)
    words = _words(subject, shown)
    with settings():
        legend = _legend(nodes, shown, isinstance(subject, Forecast))
        need = sum(SYMBOLS[s] + text_size(text, SMALL)[0] + APART for s, text in legend)

        def plan_for(width: float, height: float) -> NetworkPlan | None:
            if width - 2 * MARGIN < need - APART:
                return None
            return plan_network(nodes, scenario.links, words, width, height)

        pen, width, height = style.fit(ax, lambda w, h: plan_for(w, h) is not None)
        plan = plan_for(width, height)
        assert plan is not None
        pen.ax.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
        marks: list[tuple[float, float]] = []
        for influence in shown:
            marks.append(_draw_arrow(pen, plan, influence, marks))
        for node in nodes:
            _draw_box(pen, plan, node)
        _draw_legend(pen, plan, legend)
        record = subject.record if isinstance(subject, Forecast) else None
        caption = Caption(words[0], words[2], record, _alt(nodes, shown, words))
        return style.finish(pen, caption, plan.lines)


def stroke_width(strength: float) -> float:
    """Return how wide an arrow is, in points, for an influence in log-odds.

    Parameters
    ----------
    strength : float
        Difference of log-odds, of either sign; beyond 2 the width grows no further.

    Returns
    -------
    float
        Points at full type size, from 1.3 to 7.3.
    """
    return 1.3 + 3.0 * min(abs(strength), 2.0)


def _nodes(subject: Forecast | Scenario, scenario: Scenario) -> tuple[Node, ...]:
    found = []
    for name, node in [*scenario.outcomes.items(), *scenario.drivers.items()]:
        said = _chance(subject, name) if isinstance(subject, Forecast) else ("", None)
        found.append(Node(name, node.title, name in scenario.drivers, *said))
    return tuple(found)


def _chance(forecast: Forecast, name: str) -> tuple[str, float | None]:
    """Return the probability of a node in words and as a number."""
    if name in forecast.drivers:
        if forecast.belief.failed:
            return "withheld", None
        states = forecast.drivers[name]
        event = max(states, key=lambda s: states[s]) if len(states) > 2 else list(states)[-1]
        probability: float | None = states[event]
    else:
        outcome = forecast[name]
        if outcome.withheld:
            return "withheld", None
        if outcome.settled:
            return outcome.ending, None
        event, probability = outcome.event, outcome.probability
    return percent(probability) + ("" if event == "yes" else f" {event}"), probability


def _words(subject: Forecast | Scenario, shown: Sequence[Influence]) -> tuple[str, str, str]:
    """Return title, subtitle and footer."""
    if isinstance(subject, Scenario):
        day = long_date(subject.date)
        subtitle = f"{sentence(subject.question)} What depends on what, as stated until {day}."
        return _takeaway(subject, shown), subtitle, style.footer(subject)
    subtitle = (
        f"{sentence(subject.scenario.question)} What depends on what, and how likely it is, as of"
        f" {long_date(subject.as_of)}. Model: {subject.model}."
    )
    if "influence" not in subject.belief.posterior:
        subtitle += " This model leaves the links out."
    return _takeaway(subject.scenario, shown), subtitle, style.footer(subject)


def _takeaway(scenario: Scenario, shown: Sequence[Influence]) -> str:
    """Return the strongest link that somebody sized, else how much is linked."""
    sized = [i for i in shown if i.sign != "unstated"]
    nodes = {**scenario.outcomes, **scenario.drivers}
    if not sized:
        what = f"outcome{'s' * (len(nodes) != 1)}" + " and drivers" * bool(scenario.drivers)
        if not shown:
            return f"{len(nodes)} {what}, and no links"
        links = f"{len(shown)} link{'s' * (len(shown) != 1)}"
        return f"{len(nodes)} {what}, {links}, none of which anybody sized"
    most = max(sized, key=lambda i: abs(i.strength))
    cause, effect = (short(nodes[end].title) for end in (most.cause, most.effect))
    return f"The strongest link: “{cause}” {most.sign} the chance of “{effect}”"


def _route(plan: NetworkPlan, influence: Influence, head: float) -> Path:
    """Return the path of an arrow: level through its lanes, curved in the gaps between columns."""
    route = plan.layering.routes[influence.cause, influence.effect]
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for first, second in itertools.pairwise(route):
        y0, y1 = plan.ports[first, second]
        x0 = plan.lefts[plan.column[first]] + plan.box
        x1 = plan.lefts[plan.column[second]] - (head if second == route[-1] else 0.0)
        # steep behind the box it leaves, level before the one it enters, where the mark stands
        points += [(x0, y0), (x0 + 0.45 * (x1 - x0), y0), (x0 + 0.3 * (x1 - x0), y1), (x1, y1)]
        curve = [int(Path.CURVE4)] * 3
        codes += [int(Path.LINETO if codes else Path.MOVETO), *curve]
    return Path(points, codes)


def _draw_arrow(
    pen: Pen, plan: NetworkPlan, influence: Influence, marks: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Draw an arrow and, clear of the other marks, its own; return where that stands."""
    colour, dashes, _ = STROKES[influence.sign]
    width = stroke_width(influence.strength)
    head, half = 0.1 + 0.022 * width, 0.055 + 0.014 * width
    path = _route(plan, influence, head)
    how: How = {"facecolor": "none", "capstyle": "butt", "joinstyle": "round"}
    halo: How = {"edgecolor": "white", "linewidth": (width + 2.5) * pen.scale, "zorder": 1}
    line: How = {"edgecolor": colour, "linewidth": width * pen.scale, "zorder": 1.1}
    gid = f"link {influence.cause} {influence.effect}"
    pen.ax.add_patch(PathPatch(path, **how | halo))
    pen.ax.add_patch(PathPatch(path, linestyle=dashes, gid=gid, **how | line))
    x, y = np.asarray(path.vertices)[-1]
    tip = [(x, y - half), (x + head, y), (x, y + half)]
    pen.ax.add_patch(Polygon(tip, color=colour, linewidth=0, zorder=1.2))
    place = _free_place(path, x + head - MARK_BEFORE, marks)
    _draw_mark(pen, *place, influence.sign)
    return place


def _free_place(
    path: Path, start: float, marks: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    """Return the place on the last curve of a path, nearest to its end, that is clear of marks."""
    bend, t = np.asarray(path.vertices)[-4:], np.linspace(0, 1, 201)[:, None]
    sides = (1 - t) ** 3 * bend[0] + t**3 * bend[3]
    curve = sides + 3 * t * (1 - t) ** 2 * bend[1] + 3 * t**2 * (1 - t) * bend[2]
    before = [(float(x), float(y)) for x, y in curve[::-1] if bend[0, 0] + 0.1 < x <= start]
    free = (p for p in before if all(math.dist(p, mark) > MARK for mark in marks))
    return next(free, before[0])


def _draw_mark(pen: Pen, x: float, y: float, sign: str) -> None:
    colour, _, mark = STROKES[sign]
    ring: How = {"facecolor": "white", "edgecolor": colour, "linewidth": 1.2 * pen.scale}
    pen.dot(x, y, 14, zorder=1.3, **ring)
    middle: How = {"ha": "center", "va": "center_baseline", "fontweight": "bold"}
    pen.write(x, y, mark, color=colour, zorder=1.4, gid=f"mark {sign}", **middle)


def _draw_box(pen: Pen, plan: NetworkPlan, node: Node) -> None:
    left, height = plan.lefts[plan.column[node.name]], plan.heights[node.name]
    middle, title = plan.middles[node.name], plan.titles[node.name]
    place = left, middle - height / 2, plan.box, height
    _draw_frame(pen, place, node.driver, f"box {node.name}")
    content = text_size(title, SMALL)[1] + (CHANCE if node.chance else 0.0)
    top = middle - content / 2
    pen.write(left + PAD, top, title, va="top", zorder=4, gid="title")
    if not node.chance:
        return
    line = top + content - 0.08
    if node.probability is None:
        how: How = {"color": QUIET, "style": "italic", "zorder": 4, "gid": "chance"}
        pen.write(left + PAD, line, node.chance, **how)
        return
    size = SMALL + 1
    pen.write(left + PAD, line, node.chance, size, fontweight="bold", zorder=4, gid="chance")
    start = left + 2 * PAD + max(0.5, text_size(node.chance, size, "bold")[0])
    room = left + plan.box - PAD - start
    if room > 0.2:
        for share, colour in ((1.0, style.HAIR), (node.probability, style.BLUE)):
            bar: How = {"height": 0.09, "left": start, "color": colour, "linewidth": 0, "zorder": 4}
            pen.ax.barh(line, share * room, **bar)


def _draw_frame(pen: Pen, place: tuple[float, float, float, float], driver: bool, gid: str) -> None:
    left, top, width, height = place
    corner = min(0.16, height / 2) if driver else 0.02
    frame = FancyBboxPatch(
        (left, top),
        width,
        height,
        boxstyle=f"round,pad=0,rounding_size={corner}",
        facecolor=DRIVER if driver else "white",
        edgecolor=QUIET if driver else INK,
        linewidth=(0.9 if driver else 1.5) * pen.scale,
        zorder=3,
        gid=gid,
    )
    pen.ax.add_patch(frame)


def _legend(
    nodes: Sequence[Node], shown: Sequence[Influence], posterior: bool
) -> list[tuple[str, str]]:
    """Return what the picture holds, as symbols and the words for them."""
    drivers, signs = {n.driver for n in nodes}, {i.sign for i in shown}
    kinds = (("outcome", False), ("driver", True))
    boxes = [(kind, kind) for kind, driver in kinds if driver in drivers]
    words = {"raises": "raises", "lowers": "lowers", "unstated": "nobody sized it"}
    strokes = [(sign, word) for sign, word in words.items() if sign in signs]
    measure = "mean" if posterior else "stated"
    widths = [("", f"width: {measure} influence"), ("slight", "slight"), ("strong", "strong")]
    return boxes + strokes + (widths if shown else [])


def _draw_legend(pen: Pen, plan: NetworkPlan, legend: list[tuple[str, str]]) -> None:
    """Draw what boxes, strokes and widths mean, in one line over the footer."""
    y, x = plan.lines.body_bottom - 0.1, MARGIN
    for symbol, text in legend:
        width = SYMBOLS[symbol] - 0.1
        if symbol in ("outcome", "driver"):
            _draw_frame(pen, (x, y - 0.09, width, 0.18), symbol == "driver", "legend")
        elif symbol:
            colour, dashes, _ = STROKES.get(symbol, (INK, "solid", ""))
            strength = {"slight": 0.4, "strong": 1.4}.get(symbol, 0.75)
            stroke: How = {"linewidth": stroke_width(strength) * pen.scale, "linestyle": dashes}
            how: How = {"color": colour, "solid_capstyle": "butt", "zorder": 1}
            pen.ax.plot([x, x + width], [y, y], **stroke | how)
        if symbol in STROKES:
            _draw_mark(pen, x + width / 2, y, symbol)
        x += SYMBOLS[symbol]
        pen.write(x, y, text, color=QUIET, gid="legend")
        x += text_size(text, SMALL)[0] + APART


def _alt(nodes: Sequence[Node], shown: Sequence[Influence], words: tuple[str, str, str]) -> str:
    title = {n.name: n.title for n in nodes}
    boxes = "; ".join(n.title + (f": {n.chance}" if n.chance else "") for n in nodes)
    verbs = {"raises": "raises", "lowers": "lowers", "unstated": "bears (nobody sized it) on"}
    arrows = "; ".join(f"{title[i.cause]} {verbs[i.sign]} {title[i.effect]}" for i in shown)
    return f"{words[0]} {words[1]} {boxes}. {arrows or 'No links'}."
