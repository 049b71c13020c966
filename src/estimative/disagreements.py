"""Who disagrees: each expert alone and each group alone, beside the pools of them all.

Opinions are kept, not averaged away. Three pools of the same voices stand side by side: the
model's, which fits them all at once, the linear and the logarithmic; where they differ, the answer
depends on how one takes the middle (tests/unit/test_disagreement.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimative import pooling
from estimative.belief import Belief
from estimative.forecasting import Forecast, UnderNews
from estimative.names import listed
from estimative.network.junction_tree import Floats
from estimative.outcome_forecasts import OutcomeForecast
from estimative.pooling import FEWEST_VOICES, Distance, Kind, Pool, Voice
from estimative.results import Answer, Table, mass, percent
from estimative.speakers import RECORD

MOST_DEPARTURES = 3  # groups named, the others are counted


@dataclass(frozen=True, eq=False)
class Alone:
    """What some of the statements say by themselves: their belief, under the news."""

    belief: Belief
    news: UnderNews


type Answered = OutcomeForecast | Voice | Pool | None


@dataclass(frozen=True, eq=False)
class Disagreement(Answer):
    """Each expert and each group alone beside the pools.

    Attributes
    ----------
    forecast : Forecast
        The model's pool.
    voices : mapping of str to tuple of Voice
        For each outcome, the experts who speak of it, and the record.
    note : str or None
        What to know of the expert asked for, when he was found by an alias.
    groups : mapping of str to tuple of Voice
        For each outcome, the groups of which several speak of it.
    """

    forecast: Forecast
    voices: Mapping[str, tuple[Voice, ...]]
    note: str | None = None
    groups: Mapping[str, tuple[Voice, ...]] = field(default_factory=dict)

    def heard(self, outcome: str) -> tuple[Voice, ...]:
        """Return the experts, and the record, that have an answer which is not withheld.

        Parameters
        ----------
        outcome : str
            Its name.

        Returns
        -------
        tuple of Voice
            The likeliest first.
        """
        return tuple(v for v in self.voices[outcome] if not v.withheld)

    def linear_pool(self, outcome: str) -> Pool | None:
        """Return the plain mean of what the voices alone would answer.

        Parameters
        ----------
        outcome : str
            Its name.

        Returns
        -------
        Pool or None
            The mean of their probabilities, and the interval of their draws laid together; None if
            no voice is heard.
        """
        return pooling.linear(self.heard(outcome), self.forecast.interval)

    def logarithmic_pool(self, outcome: str) -> Pool | None:
        """Return the mean, in log-odds, of what the voices alone would answer.

        Parameters
        ----------
        outcome : str
            Its name.

        Returns
        -------
        Pool or None
            As sure as they are on average, whatever they disagree about; None if no voice is heard.
        """
        return pooling.logarithmic(self.heard(outcome), self.forecast.interval)

    def distances(self, outcome: str) -> tuple[Distance, ...]:
        """Return how far each voice stands from the others, the likeliest outlier first.

        Parameters
        ----------
        outcome : str
            Its name.

        Returns
        -------
        tuple of Distance
            Nothing where fewer than three voices are heard.
        """
        return pooling.distances(self.heard(outcome), self.forecast.interval)

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome and answer: the model's pool, the voices, other pools."""
        rows: list[dict[str, Any]] = []
        for name, voices in self.voices.items():
            pooled, known = self.forecast[name], {d.voice: d for d in self.distances(name)}
            row = _record(name, Kind.pooled, "pooled", pooled)
            rows.append(row | {"defaults": pooled.defaults})
            for v in (*voices, *self.groups.get(name, ())):
                answer = None if v.withheld else v
                row = _record(name, v.kind, v.name, answer, v.group, v.statements)
                away = known.get(v.name) if v.kind is not Kind.group else None
                rows.append(row | _far(away))
            for kind, pool in (
                (Kind.linear, self.linear_pool(name)),
                (Kind.logarithmic, self.logarithmic_pool(name)),
            ):
                several = len(self.heard(name)) > 1
                rows += [_record(name, kind, kind.value, pool)] if several else []
        return rows

    def tables(self) -> list[Table]:
        """Return one table, outcome by outcome."""
        rows = [row for name in self.voices for row in self._rows(name)]
        notes = [self.note] if self.note else []
        notes += self._outliers()
        notes += _departing(group_departures(self.forecast))
        notes.append(
            "Each voice alone: its own statements on everything, all else at its default, the"
            " same news. Linear pool: the mean of the voices' probabilities, over all that they"
            " answer; logarithmic: the mean of their log-odds, as sure as they are on average."
        )
        answer = self.forecast
        title = f"{answer.scenario.question}\nWho disagrees, as of {answer.as_of}; {answer.origin}."
        columns = (
            "outcome and voice",
            "chance",
            f"{mass(self.forecast.interval)} interval",
            "rests on",
        )
        return [Table(title, columns, rows, notes)]

    def _rows(self, outcome: str) -> list[tuple[str, str, str, str]]:
        """Return the rows of one outcome: the model's pool, each voice, each group, other pools."""
        pooled, experts = self.forecast[outcome], self.forecast.scenario.experts
        worth = round(100 * pooled.defaults)
        state = f"all, pooled; defaults worth {worth} point{'s' * (worth != 1)}"
        state = f"withheld: {pooled.withheld}" if pooled.withheld else state
        rows = [(pooled.headline, *_numbers(None if pooled.withheld else pooled), state)]
        for v in self.voices[outcome]:
            said = v.withheld or ", ".join(v.statements)
            rows.append((f"  {v.name}", *_numbers(None if v.withheld else v), said))
        for v in self.groups.get(outcome, ()):
            members = [experts[id].name for id in _members(self.forecast, v.group)]
            said = v.withheld or listed(members, "and")
            rows.append((f"  group {v.name}", *_numbers(None if v.withheld else v), said))
        heard = self.heard(outcome)
        if len(heard) > 1:
            alone = [v.probability for v in heard]
            apart = round(100 * (max(alone) - min(alone)))
            spread = f"{len(heard)} voices, {apart} point{'s' * (apart != 1)} apart"
            rows.append(("  linear pool", *_numbers(self.linear_pool(outcome)), spread))
            rows.append(("  logarithmic pool", *_numbers(self.logarithmic_pool(outcome)), ""))
        return rows

    def _outliers(self) -> list[str]:
        """Return a sentence on each voice that stands clear of the others on an outcome."""
        notes, asked = [], 0
        for name in self.voices:
            found = self.distances(name)
            asked += bool(found)
            for d in (d for d in found if d.clear):
                side = "above" if d.distance > 0 else "below"
                notes.append(
                    f"Outlier on {name}: {d.voice}, {abs(d.distance):.1f} log-odds {side} the"
                    f" others ({mass(self.forecast.interval)} interval {d.lower:+.1f} to"
                    f" {d.upper:+.1f}); {percent(d.farthest)} likely to be the farthest out."
                )
        if asked and not notes:
            where = "the outcome" if asked == 1 else f"the {asked} outcomes"
            several = f"{FEWEST_VOICES} voices or more"
            notes = [f"On {where} with {several}, none stands clear of the others."]
        return notes


def disagreement(
    forecast: Forecast,
    alone: Callable[[str, set[str]], Alone],
    *,
    outcome: str | None = None,
    expert: str | None = None,
) -> Disagreement:
    """Return each expert and each group alone beside the pooled answer.

    Parameters
    ----------
    forecast : Forecast
        The pooled answer.
    alone : callable
        From a voice's label and the ids of its statements to what they say alone.
    outcome : str, optional
        One outcome only.
    expert : str, optional
        One expert only, by id, name or alias; then no groups.

    Returns
    -------
    Disagreement
        Voices and groups by outcome.
    """
    scenario = forecast.scenario
    wanted, note = scenario.find_expert(expert) if expert else (None, None)
    names = [forecast[outcome].name] if outcome else [o.name for o in forecast.outcomes]
    by_voice: dict[str | None, set[str]] = {}
    for name in forecast.given.weights:
        by_voice.setdefault(scenario.statements[name].expert, set()).add(name)
    voices: dict[str, list[Voice]] = {name: [] for name in names}
    groups: dict[str, list[Voice]] = {name: [] for name in names}

    for person, said in by_voice.items():
        spoken = {n: s for n in names if (s := _spoken(forecast, n, said))}
        if spoken and wanted in (None, person):
            label = scenario.experts[person].name if person else RECORD
            group = scenario.experts[person].group if person else None
            answer = alone(label, said)
            for name, statements in spoken.items():
                voices[name].append(
                    _voice(answer, forecast, name, label, person, group, statements)
                )
    for group in dict.fromkeys(v.group for found in voices.values() for v in found if v.group):
        several = [n for n in names if sum(v.group == group for v in voices[n]) > 1]
        if several:
            said = set().union(*(by_voice[id] for id in _members(forecast, group)))
            answer = alone(f"group {group}", said)
            for name in several:
                statements = _spoken(forecast, name, said)
                groups[name].append(_voice(answer, forecast, name, group, None, group, statements))
    if wanted is not None and not any(voices.values()):
        silent = f"{scenario.experts[wanted].name} says nothing of it that counts."
        note = f"{note or ''} {silent}".strip()
    return Disagreement(forecast, _ranked(voices), note, _ranked(groups))


def group_departures(forecast: Forecast) -> dict[str, tuple[float, float]]:
    """Return each group's mean departure from the others, on targets of which several groups speak.

    Parameters
    ----------
    forecast : Forecast
        The pooled answer; its belief must hold the errors of `expert_network`.

    Returns
    -------
    dict of str to tuple of two float
        Posterior mean and sd, under the news, of the group's error less the mean of the others',
        log-odds, averaged over targets.
    """
    given, posterior = forecast.given, forecast.belief.posterior.get("error")
    if posterior is None:
        return {}
    errors = posterior[:, len(given.persons) : len(given.persons) + len(given.groups)]
    names = [label.removeprefix("group ").split(" on ")[0] for label in given.groups]
    found: dict[str, list[Floats]] = {}
    for target in range(len(given.targets)):
        here = np.flatnonzero(given.group_target == target)
        for i in here if len(here) > 1 else ():
            others = errors[:, here[here != i]].mean(axis=1)
            found.setdefault(names[i], []).append(errors[:, i] - others)
    weights, told = forecast.weights, {}
    for name, draws in found.items():
        shift = np.mean(draws, axis=0)
        mean = float(weights @ shift)
        told[name] = mean, float(np.sqrt(weights @ (shift - mean) ** 2))
    return told


def _voice(
    answer: Alone,
    pooled: Forecast,
    outcome: str,
    label: str,
    person: str | None,
    group: str | None,
    statements: tuple[str, ...],
) -> Voice:
    column, news = pooled.given.graph.state(outcome, pooled[outcome].event), answer.news
    size = len(news.weights)
    draws = news.doubtful[np.random.default_rng(0).choice(size, size, p=news.weights), column]
    tail = (1 - pooled.interval) / 2
    lower, upper = np.quantile(draws, [tail, 1 - tail])
    return Voice(
        outcome=outcome,
        name=label,
        expert=person,
        group=group,
        probability=float(news.weights @ news.states[:, column]),
        lower=float(lower),
        upper=float(upper),
        statements=statements,
        draws=draws,
        withheld="not converged" if answer.belief.failed else None,
    )


def _members(forecast: Forecast, group: str | None) -> list[str]:
    """Return the experts of a group who say anything that counts."""
    experts, statements = forecast.scenario.experts, forecast.scenario.statements
    heard = dict.fromkeys(statements[name].expert for name in forecast.given.weights)
    return [id for id in heard if id is not None and experts[id].group == group]


def _spoken(forecast: Forecast, outcome: str, statements: set[str]) -> tuple[str, ...]:
    speakers = forecast.spoken[outcome]
    return tuple(n for n in (*speakers.statements, *speakers.influences) if n in statements)


def _ranked(voices: Mapping[str, Sequence[Voice]]) -> dict[str, tuple[Voice, ...]]:
    return {n: tuple(sorted(v, key=lambda voice: -voice.probability)) for n, v in voices.items()}


def _departing(departures: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return a sentence on each group that departs most, and one that counts the others."""
    plain = [(group, shift) for group, (shift, sd) in departures.items() if abs(shift) >= sd]
    told = sorted(plain, key=lambda found: -abs(found[1]))[:MOST_DEPARTURES]
    notes = [
        f"Group {group} stands {shift:+.1f} log-odds from the others where both speak."
        for group, shift in told
    ]
    rest = len(departures) - len(told)
    if rest and told:
        more = f"{rest} more group{'s depart' if rest > 1 else ' departs'} less"
        notes.append(f"{more}, or by less than a posterior sd.")
    elif rest:
        none = f"None of the {rest} groups stands clear of the others where both speak"
        notes.append(f"{none}: each departs by less than a posterior sd.")
    return notes


def _record(
    outcome: str,
    kind: Kind,
    voice: str,
    answer: Answered,
    group: str | None = None,
    statements: Sequence[str] = (),
) -> dict[str, Any]:
    numbers = {n: getattr(answer, n, None) for n in ("probability", "lower", "upper")}
    row: dict[str, Any] = {"outcome": outcome, "kind": kind.value, "voice": voice, "group": group}
    return row | numbers | {"statements": list(statements)} | _far(None) | {"defaults": None}


def _far(away: Distance | None) -> dict[str, float | None]:
    names = {"distance": "distance", "distance_lower": "lower", "distance_upper": "upper"}
    return {k: getattr(away, n, None) for k, n in (names | {"farthest": "farthest"}).items()}


def _numbers(answer: Answered) -> tuple[str, str]:
    """Return a probability and its interval as printed; `-` for None."""
    if answer is None:
        return "-", ""
    return percent(answer.probability), f"{percent(answer.lower)} to {percent(answer.upper)}"
