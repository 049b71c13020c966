"""What if: every outcome where something is seen, beside where it is done.

Seeing is evidence, of causes too; doing changes only what it leads to. Where the two differ, the
network says that others cause both. `tests/unit/test_what_if.py` works a small case out by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from estimative.exploring.conditions import (
    Conditions,
    read_conditions,
    rests_on_defaults,
    settled_state,
    written,
)
from estimative.exploring.supposing import Estimate, Supposed, bounds, reliance, suppose, unsigned
from estimative.forecasting import Forecast
from estimative.lexicon import phrase_for
from estimative.news import standing
from estimative.results import Answer, Table, mass, percent, points
from estimative.scenario import Observation, Report
from estimative.weighted_draws import FEWEST_DRAWS

SMALLEST = 0.005  # half a point


@dataclass(frozen=True)
class SupposedOutcome:
    """One outcome under what is supposed.

    Attributes
    ----------
    name, title, event
        As in the forecast; `event` is the state of its headline.
    now : Estimate
        The forecast's probability.
    seen : Estimate
        Its probability if all of it is seen.
    done : Estimate or None
        Its probability if what is to be done is done, and the rest is then seen; None if nothing is
        to be done.
    difference : Estimate
        Done less seen; if nothing is to be done, seen less now. Its interval is over readings of
        the statements; what is seen also tells readings apart, which is the same for all of them.
    defaults : float
        By how much, in probability, the answer (done, else seen) would move if what nobody stated
        were half a prior sd off.
    stated : bool
        False if it moves only through links of which nobody spoke.
    withheld : str or None
        Why there is no headline, as in the forecast.
    """

    name: str
    title: str
    event: str
    now: Estimate
    seen: Estimate
    done: Estimate | None
    difference: Estimate
    defaults: float
    stated: bool
    withheld: str | None

    @property
    def headline(self) -> str:
        """The title, with the state whose probability is given, where that is not `yes`."""
        return self.title if self.event == "yes" else f"{self.title}: {self.event}"

    @property
    def answer(self) -> Estimate:
        """What was asked for: done, if something is to be done, else seen."""
        return self.done or self.seen


@dataclass(frozen=True, eq=False)
class WhatIf(Answer):
    """Every other open outcome under what is supposed.

    Attributes
    ----------
    forecast : Forecast
        The forecast that it starts from.
    do, given : mapping of str to str
        What is done, and what is seen.
    chance : float
        The probability that all of it is seen.
    outcomes : tuple of SupposedOutcome
        Those that move most first; withheld ones last.
    effective_draws : float
        How many draws are left under what is supposed, at least.
    aside : tuple of str
        Ids of news on what is done and on what it leads to, which is set aside for the doing.
    unspoken : tuple of str
        The conditions of which nobody spoke.
    """

    forecast: Forecast = field(repr=False)
    do: Mapping[str, str]
    given: Mapping[str, str]
    chance: float
    outcomes: tuple[SupposedOutcome, ...]
    effective_draws: float
    aside: tuple[str, ...]
    unspoken: tuple[str, ...]

    def __getitem__(self, name: str) -> SupposedOutcome:
        """Return what holds of one outcome."""
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        allowed = ", ".join(o.name for o in self.outcomes)
        raise KeyError(f"nothing is supposed of '{name}' (there are: {allowed})")

    @property
    def supposed(self) -> str:
        """What is supposed, in words."""
        parts = [
            f"{word} {written(c)}" for word, c in (("do", self.do), ("given", self.given)) if c
        ]
        return "; ".join(parts) or "nothing that is not so already"

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome."""
        rows = []
        for o in self.outcomes:
            row: dict[str, Any] = {"do": dict(self.do), "given": dict(self.given)}
            row |= {"outcome": o.name, "title": o.title, "event": o.event}
            for what in ("now", "seen", "done", "difference"):
                found = None if o.withheld else getattr(o, what)
                row |= {
                    what: found and found.value,
                    f"{what}_lower": found and found.lower,
                    f"{what}_upper": found and found.upper,
                }
            row["phrase"] = None if o.withheld else phrase_for(o.answer.value)
            rows.append(row | {"defaults": o.defaults, "stated": o.stated, "withheld": o.withheld})
        return rows

    def tables(self) -> list[Table]:
        """Return one table: the forecast, seen, done, and their difference."""
        shown = [o for o in self.outcomes if not o.withheld]
        rows = [
            (
                f"{o.headline}{' *' * (not o.stated)}",
                percent(o.now.value),
                *(e.chance for e in ([o.seen, o.done] if o.done else [o.seen])),
                o.difference.points,
                unsigned(o.defaults),
            )
            for o in shown
        ]
        last = ("if seen", "if done", "done less seen") if self.do else ("if seen", "seen less now")
        title = (
            f"{self.forecast.scenario.question}\nWhat if: {self.supposed}. As of"
            f" {self.forecast.as_of}; record {self.forecast.record}."
        )
        columns = ("outcome", "now", *last, "defaults")
        return [Table(title, columns, rows, self.notes())]

    def _by_setting_aside(self) -> str:
        """Return how far setting the news aside moves answers by itself, where that is much."""
        graph, chosen = self.forecast.given.graph, [o for o in self.outcomes if not o.withheld]
        moved = {*self.do, *(n for node in self.do for n in graph.descendants(node))}
        means = suppose(self.forecast, seen={}, aside=moved)
        columns = [graph.state(o.name, o.event) for o in chosen]
        values = means.weights @ means.states[:, columns]
        moves = [(o.name, float(v) - o.now.value) for o, v in zip(chosen, values, strict=True)]
        told = [f"{n} {points(move)}" for n, move in moves if abs(move) >= SMALLEST]
        return f" That alone moves, in points: {', '.join(told)}." if told else ""

    def notes(self) -> list[str]:
        """Return the sentences that belong under the table."""
        forecast, failed = self.forecast, self.forecast.belief.failed
        if failed:
            return [f"NOT CONVERGED, so every chance is withheld: {'; '.join(failed)}."]
        notes = [f"{o.title}: withheld, {o.withheld}." for o in self.outcomes if o.withheld]
        seen = f"If seen: it turns out so; the chance of that is {percent(self.chance)}."
        unspoken = [
            f"Nobody spoke of {node}: how likely it is rests on a default."
            for node in self.unspoken
        ]
        if len(notes) == len(self.outcomes):
            return [*notes, seen, *unspoken, "No outcome is left of which it could be asked."]
        done = " If done: it is brought about, which says nothing of its causes." * bool(self.do)
        notes.append(
            f"{seen}{done} In brackets: the central {mass(forecast.interval)} interval."
            f" {'Done less seen' if self.do else 'Seen less now'} is in points."
        )
        notes += unspoken
        if any(not o.stated and not o.withheld for o in self.outcomes):
            notes.append(
                "* Moves only through links of which nobody spoke: the move rests on defaults."
            )
        notes.append(
            "Defaults: by how many points the answer would move if all that nobody stated were half"
            " a prior sd off."
        )
        if self.aside:
            notes.append(
                "News on what is done and on what it leads to tells of a world in which it was not"
                f" done, so it is set aside for the doing: {', '.join(self.aside)}."
                f"{self._by_setting_aside()}"
            )
        if self.effective_draws < FEWEST_DRAWS:
            notes.append(
                f"Rough: what is seen leaves {self.effective_draws:,.0f} effective draws, fewer"
                f" than {FEWEST_DRAWS}."
            )
        return notes


def what_if(
    forecast: Forecast, *, do: Conditions | None = None, given: Conditions | None = None
) -> WhatIf:
    """Return every outcome where something is seen, beside where it is done.

    Parameters
    ----------
    forecast : Forecast
        What `estimative.forecast` returns.
    do : mapping of str to str or bool, optional
        From outcomes and drivers to states in which they are set from outside; True and False
        stand for yes and no.
    given : mapping of str to str or bool, optional
        From outcomes and drivers to states in which they are then seen.

    Returns
    -------
    WhatIf
        One row an outcome that is open and not itself supposed.

    Raises
    ------
    ValueError
        If nothing is supposed, a node or state does not exist, a node is settled otherwise or named
        in both, or what is seen has probability zero.
    """
    if not do and not given:
        raise ValueError("suppose something: do={outcome: state}, given={outcome: state}, or both")
    both = [node for node in do or {} if node in (given or {})]
    if both:
        raise ValueError(f"'{both[0]}' cannot be both done and seen; give it once")
    done, noted = read_conditions(forecast, do or {}), read_conditions(forecast, given or {})
    seeing = suppose(forecast, seen=done | noted)
    graph, conditions = forecast.given.graph, done | noted
    moved = {*done, *(n for node in done for n in graph.descendants(node))}
    doing = suppose(forecast, seen=noted, done=done, aside=moved) if done else None
    return WhatIf(
        forecast=forecast,
        do=done,
        given=noted,
        chance=seeing.chance,
        outcomes=_outcomes(forecast, done, noted, moved, seeing, doing),
        effective_draws=min(s.effective_draws for s in (seeing, doing) if s),
        aside=_news_on(forecast, moved),
        unspoken=tuple(
            n
            for n in graph.nodes
            if n in conditions
            and not forecast.spoken[n].statements
            and not forecast.spoken[n].reports
        ),
    )


def _news_on(forecast: Forecast, nodes: set[str]) -> tuple[str, ...]:
    """Return the ids of reports and observations of some nodes that count on the day."""
    _, items = standing(forecast.scenario, forecast.as_of)
    counted = {item for _, _, bearings in forecast.known.reports for item, _ in bearings}
    return tuple(
        name
        for name, item in items.items()
        if (isinstance(item, Observation) and nodes & item.observed.keys())
        or (
            isinstance(item, Report)
            and name in counted
            and any(bearing.node in nodes for bearing in item.bears_on)
        )
    )


def _outcomes(
    forecast: Forecast,
    done: dict[str, str],
    noted: dict[str, str],
    moved: set[str],
    seeing: Supposed,
    doing: Supposed | None,
) -> tuple[SupposedOutcome, ...]:
    """Return the outcomes that are open or opened, and not supposed; the largest move first."""
    graph = forecast.given.graph
    chosen = [
        o
        for o in forecast.outcomes
        if o.name not in done | noted
        and (
            settled_state(forecast, o.name) is None
            or (done and o.name in moved and o.status == "resolved")
        )
    ]
    columns = [graph.state(o.name, o.event) for o in chosen]
    plain = suppose(forecast, seen={})
    now, seen = (s.estimates(columns, forecast.interval) for s in (plain, seeing))
    then = doing.estimates(columns, forecast.interval) if doing else [None] * len(chosen)
    later, earlier = (doing, seeing) if doing else (seeing, plain)
    apart = bounds(
        later.doubtful[:, columns] - earlier.doubtful[:, columns],
        forecast.weights,
        forecast.interval,
    )
    taught = (forecast.weights - later.weights) @ later.states[:, columns]
    taught -= (forecast.weights - earlier.weights) @ earlier.states[:, columns]
    leans = reliance(forecast, later.weights, later.states[:, columns])
    found = []
    for i, o in enumerate(chosen):
        last, first = (then[i], seen[i]) if doing else (seen[i], now[i])
        assert last is not None
        difference = Estimate(last.value - first.value, *map(float, apart[:, i] - taught[i]))
        found.append(
            SupposedOutcome(
                name=o.name,
                title=o.title,
                event=o.event,
                now=now[i],
                seen=seen[i],
                done=then[i],
                difference=difference,
                defaults=float(leans[i]),
                stated=not rests_on_defaults(forecast, o.name, seen=noted, done=done),
                withheld=o.withheld,
            )
        )
    return tuple(
        sorted(found, key=lambda o: (bool(o.withheld), -abs(o.answer.value - o.now.value)))
    )
