"""How outcomes and drivers hang together: boxes, and arrows whose sign is told by colour, stroke and mark alike.

An arrow is as wide as its influence is strong; one that nobody sized says so. Arrows pass between the boxes, never through
them (`estimative.plots.layering`), which `tests/unit/test_plots.py` measures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from estimative.forecasting import Forecast
from estimative.plots import style
from estimative.plots.influences import Influence, influences
from estimative.plots.layering import Layering, Place, arrange, settle
from estimative.plots.style import MARGIN, SMALL, Caption, Lines, text_size, wrap
from estimative.results import percent
from estimative.scenario import Scenario

LEAST_BOX, WIDEST_BOX, LEAST_GAP, WIDEST_GAP = 1.45, 2.6, 0.85, 1.9  # inches
PAD, LANE, BETWEEN = 0.1, 0.14, 0.16  # inches: inside a box, of a lane, between them
HEADS, TAILS = 0.23, 0.15  # inches between arrows where they end and where they begin
CHANCE, LEGEND = 0.27, 0.42  # inches
STROKES = {
    "raises": (style.BLUE, "solid", "+"),
    "lowers": (style.ORANGE, (0, (2.6, 1.0)), "−"),
    "unstated": ("#7a7a7a", (0, (1.0, 1.0)), "?"),
}


@dataclass(frozen=True)
class Node:
    """What a box says; `probability` is None where there is no forecast or none is given."""

    name: str
    title: str
    driver: bool
    chance: str
    probability: float | None


@dataclass(frozen=True)
class Plan:
    """Where boxes and arrows stand, in inches from the left and from the top."""

    lines: Lines
    nodes: tuple[Node, ...]
    titles: Mapping[str, str]
    layering: Layering
    middles: Mapping[Place, float]
    heights: Mapping[Place, float]
    lefts: tuple[float, ...]
    box: float

    @property
    def column(self) -> dict[Place, int]:
        """The column of each place."""
        return {p: i for i, column in enumerate(self.layering.columns) for p in column}


def network(subject: Forecast | Scenario, ax: Axes | None = None) -> Axes:
    """Draw outcomes and drivers as boxes and their links as arrows.

    Parameters
    ----------
    subject : Forecast or Scenario
        A forecast shows probabilities and the posterior mean of each influence; a scenario what was stated of it.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x and y stand inches from the left and from the top, at full type size.
    """
    scenario = subject if isinstance(subject, Scenario) else subject.scenario
    nodes, words, shown = _nodes(subject, scenario), _words(subject, scenario), influences(subject)
    with style.settings():
        ax, width, height, scale = style.fit(ax, lambda w, h: _plan(nodes, scenario.links, words, w, h) is not None)
        plan = _plan(nodes, scenario.links, words, width, height)
        if plan is None:
            raise ValueError(f"a network of {len(nodes)} nodes finds no room; draw it on larger axes")
        ax.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
        ports = _ports(plan)
        for influence in shown:
            _draw_arrow(ax, plan, influence, ports, scale)
        for node in nodes:
            _draw_box(ax, plan, node, scale)
        _draw_legend(ax, plan, isinstance(subject, Forecast), scale)
        record = subject.record if isinstance(subject, Forecast) else None
        style.put_caption(ax, Caption(words[0], words[2], record, _alt(nodes, shown, words)), plan.lines, scale)
    return ax


def _nodes(subject: Forecast | Scenario, scenario: Scenario) -> tuple[Node, ...]:
    found = []
    for name, node in [*scenario.outcomes.items(), *scenario.drivers.items()]:
        chance, probability = "", None
        if isinstance(subject, Forecast):
            chance, probability = _chance(subject, name)
        found.append(Node(name, node.title, name in scenario.drivers, chance, probability))
    return tuple(found)


def _chance(forecast: Forecast, name: str) -> tuple[str, float | None]:
    """Return the probability of a node in words and as a number."""
    if name in forecast.drivers:
        states = forecast.drivers[name]
        event = list(states)[-1] if len(states) == 2 else max(states, key=lambda s: states[s])
        return percent(states[event]) + ("" if event == "yes" else f" {event}"), states[event]
    outcome = forecast[name]
    if outcome.withheld or outcome.probability is None:
        return "withheld", None
    if outcome.status != "open":
        return f"{outcome.status}: {max(outcome.states, key=lambda s: outcome.states[s])}", None
    return percent(outcome.probability) + ("" if outcome.event == "yes" else f" {outcome.event}"), outcome.probability


def _words(subject: Forecast | Scenario, scenario: Scenario) -> tuple[str, str, str]:
    """Return title, subtitle and footer."""
    if not isinstance(subject, Forecast):
        return scenario.question, f"What depends on what, as stated until {style.long_date(scenario.date)}.", style.footer(scenario)
    subtitle = f"What depends on what, and how likely it is, as of {style.long_date(subject.as_of)}. Model: {subject.model}."
    if "influence" not in subject.belief.posterior:
        subtitle += " This model leaves the links out."
    return scenario.question, subtitle, style.footer(subject)


@lru_cache(maxsize=256)
def _arranged(names: tuple[str, ...], links: tuple[tuple[str, str], ...], most: int) -> Layering:
    return arrange(names, links, most)


def _plan(
    nodes: tuple[Node, ...], links: tuple[tuple[str, str], ...], words: tuple[str, str, str], width: float, height: float
) -> Plan | None:
    """Return the plan with the fewest crossings of those that fit, or None."""
    lines = style.caption_lines(*words, width, height)
    names = tuple(n.name for n in nodes)
    found = []
    for most in range(1, len(nodes) + 1):
        layering = _arranged(names, links, most)
        if max(sum(isinstance(p, str) for p in column) for column in layering.columns) > most and most < len(nodes):
            continue
        plan = _placed(nodes, layering, lines)
        if plan is not None:
            found.append(plan)
    return min(found, key=lambda p: p.layering.crossings(), default=None)


def _placed(nodes: tuple[Node, ...], layering: Layering, lines: Lines) -> Plan | None:
    """Return where everything stands, or None if it does not fit."""
    count, room = len(layering.columns), lines.width - 2 * MARGIN
    box = min(WIDEST_BOX, (room - LEAST_GAP * (count - 1)) / count)
    longest = max((text_size(word, SMALL)[0] for n in nodes for word in n.title.split()), default=0.0)
    if box < max(LEAST_BOX, min(longest, WIDEST_BOX - 2 * PAD) + 2 * PAD):
        return None
    gap = min(WIDEST_GAP, (room - box * count) / (count - 1)) if count > 1 else 0.0
    first = (lines.width - box * count - gap * (count - 1)) / 2
    titles = {n.name: wrap(n.title, box - 2 * PAD, SMALL) for n in nodes}
    heights: dict[Place, float] = {p: LANE for column in layering.columns for p in column}
    for node in nodes:
        heads, tails = (sum(link[end] == node.name for link in layering.routes) for end in (1, 0))
        tall = text_size(titles[node.name], SMALL)[1] + 2 * PAD + (CHANCE if node.chance else 0.0)
        heights[node.name] = max(tall, HEADS * heads + 0.1, TAILS * tails + 0.1)
    space = lines.body_bottom - LEGEND - lines.body_top
    middles = settle(layering, heights, BETWEEN, space)
    if middles is None:
        return None
    lefts = tuple(first + i * (box + gap) for i in range(count))
    return Plan(lines, nodes, titles, layering, {p: lines.body_top + y for p, y in middles.items()}, heights, lefts, box)


def _ports(plan: Plan) -> dict[tuple[Place, Place, str], float]:
    """Return how far down each piece of a link leaves its first place and enters its second."""
    found: dict[tuple[Place, Place, str], float] = {}
    for end, other, side, least in ((0, 1, "leaves", TAILS), (1, 0, "enters", HEADS)):
        for place in plan.middles:
            steps = [s for s in plan.layering.steps if s[end] == place]
            steps.sort(key=lambda s: plan.middles[s[other]])
            pitch = min(1.4 * least, 0.9 * plan.heights[place] / len(steps)) if steps else 0.0
            for i, step in enumerate(steps):
                found[*step, side] = plan.middles[place] + pitch * (i - (len(steps) - 1) / 2)
    return found


def _draw_arrow(
    ax: Axes, plan: Plan, influence: Influence, ports: Mapping[tuple[Place, Place, str], float], scale: float
) -> None:
    colour, dashes, mark = STROKES[influence.sign]
    width = stroke_width(influence.strength)
    head, half = 0.1 + 0.022 * width, 0.055 + 0.014 * width
    route, column = plan.layering.routes[influence.cause, influence.effect], plan.column
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for first, second in zip(route[:-1], route[1:], strict=True):
        x0, y0 = plan.lefts[column[first]] + plan.box, ports[first, second, "leaves"]
        x1, y1 = plan.lefts[column[second]], ports[first, second, "enters"]
        x1 -= head if second == route[-1] else 0.0
        points += [(x0, y0), ((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
        codes += [Path.LINETO if codes else Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    name = f"link {influence.cause} {influence.effect}"
    stroke = {"edgecolor": colour, "facecolor": "none", "capstyle": "butt", "joinstyle": "round"}
    path = Path(points, codes)
    ax.add_patch(PathPatch(path, linewidth=(width + 2.5) * scale, zorder=1, **(stroke | {"edgecolor": "white"})))
    ax.add_patch(PathPatch(path, linewidth=width * scale, linestyle=dashes, zorder=1.1, gid=name, **stroke))
    x, y = points[-1]
    ax.add_patch(Polygon([(x, y - half), (x + head, y), (x, y + half)], color=colour, linewidth=0, zorder=1.2))
    bend = np.array(points[-4:])
    t = np.linspace(0, 1, 101)[:, None]
    curve = (1 - t) ** 3 * bend[0] + 3 * t * (1 - t) ** 2 * bend[1] + 3 * t**2 * (1 - t) * bend[2] + t**3 * bend[3]
    at = x + head - 0.34
    _draw_mark(ax, at, float(np.interp(at, curve[:, 0], curve[:, 1])), influence.sign, scale)


def _draw_mark(ax: Axes, x: float, y: float, sign: str, scale: float) -> None:
    colour, _, mark = STROKES[sign]
    ax.scatter(
        [x], [y], s=(14 * scale) ** 2, facecolor="white", edgecolor=colour, linewidth=1.2 * scale, zorder=1.3, gid="mark"
    )
    ax.text(
        x, y, mark, fontsize=SMALL * scale, fontweight="bold", color=colour, ha="center", va="center_baseline",
        zorder=1.4, gid=f"mark {sign}",
    )  # fmt: skip


def stroke_width(strength: float) -> float:
    """Return how wide an arrow is, in points, for an influence in log-odds."""
    return 1.3 + 3.0 * min(abs(strength), 2.0)


def _draw_box(ax: Axes, plan: Plan, node: Node, scale: float) -> None:
    left, middle, height = plan.lefts[plan.column[node.name]], plan.middles[node.name], plan.heights[node.name]
    _draw_frame(ax, left, middle - height / 2, plan.box, height, node.driver, scale, f"box {node.name}")
    content = text_size(plan.titles[node.name], SMALL)[1] + (CHANCE if node.chance else 0.0)
    top = middle - content / 2
    ax.text(
        left + PAD, top, plan.titles[node.name], fontsize=SMALL * scale, color=style.INK, va="top", linespacing=1.15,
        zorder=4, gid="title",
    )  # fmt: skip
    if not node.chance:
        return
    line = top + content - 0.08
    plain = node.probability is None
    ax.text(
        left + PAD, line, node.chance, fontsize=(SMALL + (0 if plain else 1)) * scale, zorder=4, va="center",
        color=style.QUIET if plain else style.INK, style="italic" if plain else "normal",
        fontweight="normal" if plain else "bold", gid="chance",
    )  # fmt: skip
    start = left + 2 * PAD + max(0.5, text_size(node.chance, SMALL + 1, "bold")[0])
    room = left + plan.box - PAD - start
    if node.probability is not None and room > 0.2:
        for share, colour in ((1.0, style.HAIR), (node.probability, style.BLUE)):
            ax.barh(line, share * room, height=0.09, left=start, color=colour, linewidth=0, zorder=4)


def _draw_frame(ax: Axes, left: float, top: float, width: float, height: float, driver: bool, scale: float, gid: str) -> None:
    corner = min(0.16, height / 2) if driver else 0.02
    ax.add_patch(
        FancyBboxPatch(
            (left, top), width, height, boxstyle=f"round,pad=0,rounding_size={corner}", zorder=3, gid=gid,
            facecolor="#e6e8eb" if driver else "white", edgecolor=style.QUIET if driver else style.INK,
            linewidth=(0.9 if driver else 1.5) * scale,
        )  # fmt: skip
    )


def _draw_legend(ax: Axes, plan: Plan, posterior: bool, scale: float) -> None:
    """Draw what boxes, strokes and widths mean, in one line over the footer."""
    y, x = plan.lines.body_bottom - 0.1, MARGIN

    def say(text: str) -> None:
        nonlocal x
        ax.text(x, y, text, fontsize=SMALL * scale, color=style.QUIET, va="center", gid="legend")
        x += text_size(text, SMALL)[0] + 0.3

    for driver, text in ((False, "outcome"), (True, "driver")):
        _draw_frame(ax, x, y - 0.09, 0.32, 0.18, driver, scale, "legend")
        x += 0.4
        say(text)
    for sign, text in (("raises", "raises"), ("lowers", "lowers"), ("unstated", "nobody sized it: default")):
        colour, dashes, _ = STROKES[sign]
        ax.plot([x, x + 0.6], [y, y], color=colour, linestyle=dashes, linewidth=3.5 * scale, solid_capstyle="butt", zorder=1)
        _draw_mark(ax, x + 0.3, y, sign, scale)
        x += 0.7
        say(text)
    say("width: " + ("mean influence" if posterior else "stated influence"))
    x -= 0.15
    for strength, text in ((0.4, "slight"), (1.4, "strong")):
        ax.plot([x, x + 0.4], [y, y], color=style.INK, linewidth=stroke_width(strength) * scale, solid_capstyle="butt")
        x += 0.48
        say(text)
        x -= 0.1


def _alt(nodes: tuple[Node, ...], shown: tuple[Influence, ...], words: tuple[str, str, str]) -> str:
    title = {n.name: n.title for n in nodes}
    boxes = "; ".join(f"{n.title}{f': {n.chance}' if n.chance else ''}" for n in nodes)
    verbs = {"raises": "raises", "lowers": "lowers", "unstated": "influences, to a degree that nobody stated,"}
    arrows = "; ".join(f"{title[i.cause]} {verbs[i.sign]} {title[i.effect]}" for i in shown)
    return f"{words[0]} {words[1]} {boxes}. {arrows or 'No links'}."
