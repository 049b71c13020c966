"""Where the boxes and arrows of a network stand in a room of given size, at full type size.

The columns come from `estimative.plots.layering`; here they get inches, and arrows their places at
the edges of boxes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from estimative.plots import style
from estimative.plots.layering import Layering, Link, Place, arrange, settle
from estimative.plots.lettering import SMALL, balance, text_size
from estimative.plots.style import MARGIN, Lines

LEAST_BOX, WIDEST_BOX, LEAST_GAP, WIDEST_GAP = 1.45, 2.6, 0.8, 1.9  # inches
PAD, LANE, BETWEEN = 0.1, 0.14, 0.14  # inches: inside a box, of a lane, between them
HEADS, TAILS = 0.23, 0.15  # inches between arrows where they end and where they begin
CHANCE, LEGEND = 0.27, 0.42  # inches: the line with the probability; the legend


@dataclass(frozen=True)
class Node:
    """What a box says; `probability` is None where there is no forecast or none is given."""

    name: str
    title: str
    driver: bool
    chance: str
    probability: float | None


@dataclass(frozen=True)
class NetworkPlan:
    """Where boxes and arrows stand, in inches from the left and from the top."""

    lines: Lines
    titles: Mapping[str, str]
    layering: Layering
    middles: Mapping[Place, float]
    heights: Mapping[Place, float]
    lefts: tuple[float, ...]
    box: float

    @cached_property
    def column(self) -> dict[Place, int]:
        """The column of each place."""
        return {p: i for i, column in enumerate(self.layering.columns) for p in column}

    @cached_property
    def ports(self) -> dict[tuple[Place, Place], tuple[float, float]]:
        """How far down each piece of a link leaves its first place and enters its second."""
        leaves = self._spread(0, 1, TAILS)
        enters = self._spread(1, 0, HEADS)
        return {step: (leaves[step], enters[step]) for step in self.layering.steps}

    def _spread(self, end: int, other: int, least: float) -> dict[tuple[Place, Place], float]:
        found: dict[tuple[Place, Place], float] = {}
        for place, middle in self.middles.items():
            steps = [s for s in self.layering.steps if s[end] == place]
            steps.sort(key=lambda s: self.middles[s[other]])
            if steps:
                pitch = min(1.4 * least, 0.9 * self.heights[place] / len(steps))
                first = middle - pitch * (len(steps) - 1) / 2
                found |= {step: first + pitch * i for i, step in enumerate(steps)}
        return found


def plan_network(
    nodes: Sequence[Node],
    links: tuple[Link, ...],
    words: tuple[str, str, str],
    width: float,
    height: float,
) -> NetworkPlan | None:
    """Return the plan with the fewest crossings of those that fit, or None.

    Parameters
    ----------
    nodes : sequence of Node
        The boxes.
    links : tuple of (str, str)
        Cause and effect.
    words : tuple of three str
        Title, subtitle and footer.
    width, height : float
        Of the picture, in inches.

    Returns
    -------
    NetworkPlan or None
        The plan.
    """
    lines, names = style.lay_out(*words, width, height), tuple(n.name for n in nodes)
    arranged = dict.fromkeys(_arranged(names, links, most) for most in range(1, len(nodes) + 1))
    tried = (_placed(nodes, each, lines) for each in sorted(arranged, key=lambda a: a.crossings))
    return next((plan for plan in tried if plan is not None), None)


@lru_cache(maxsize=512)
def _arranged(names: tuple[str, ...], links: tuple[Link, ...], most: int) -> Layering:
    return arrange(names, links, most)


def _placed(nodes: Sequence[Node], layering: Layering, lines: Lines) -> NetworkPlan | None:
    """Return where everything stands, or None if it does not fit."""
    count, room = len(layering.columns), lines.width - 2 * MARGIN
    box = min(WIDEST_BOX, (room - LEAST_GAP * (count - 1)) / count)
    words = [word for node in nodes for word in node.title.split()]
    longest = max((text_size(word, SMALL)[0] for word in words), default=0.0)
    if box < max(LEAST_BOX, min(longest + 2 * PAD, WIDEST_BOX)):
        return None
    gap = min(WIDEST_GAP, (room - box * count) / (count - 1)) if count > 1 else 0.0
    first = (lines.width - box * count - gap * (count - 1)) / 2
    titles = {n.name: balance(n.title, box - 2 * PAD, SMALL) for n in nodes}
    heights: dict[Place, float] = {p: LANE for column in layering.columns for p in column}
    for node in nodes:
        heads, tails = (sum(link[end] == node.name for link in layering.routes) for end in (1, 0))
        tall = text_size(titles[node.name], SMALL)[1] + 2 * PAD + (CHANCE if node.chance else 0.0)
        heights[node.name] = max(tall, HEADS * heads + 0.1, TAILS * tails + 0.1)
    settled = settle(layering, heights, BETWEEN, lines.body_bottom - LEGEND - lines.body_top)
    if settled is None:
        return None
    middles = {p: lines.body_top + y for p, y in settled.items()}
    lefts = tuple(first + i * (box + gap) for i in range(count))
    return NetworkPlan(lines, titles, layering, middles, heights, lefts, box)
