"""What track records propose for a scenario's experts, beside the weights its author gave them.

Nothing here counts in any answer: a record counts once scenario.yaml names it
(tests/unit/test_track_record_key.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from estimative.expert_records import Estimate, TakenRecord
from estimative.names import did_you_mean, listed
from estimative.reading import record_of_text
from estimative.results import Answer, Table, mass
from estimative.scenario import Scenario
from estimative.weights import weigh
from estimative.workspace import enclosing_workspace, track_record_files


@dataclass(frozen=True, eq=False)
class ProposedWeights(Answer):
    """What each expert of a scenario weighs, and what track records propose.

    Attributes
    ----------
    scenario : Scenario
        The scenario.
    proposed : mapping of str to TakenRecord
        The track records that name one of its experts, or are taken, by name.
    """

    scenario: Scenario = field(repr=False)
    proposed: Mapping[str, TakenRecord]

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an expert who speaks and a record; biases in log-odds.

        `own_weight` is the mean of what his statements weigh without any record, repetition aside.
        """
        own = _own_weights(self.scenario)
        taken = self.scenario.track_record
        return [
            {
                "expert": expert,
                "name": self.scenario.experts[expert].name,
                "statements": len(weights),
                "own_weight": sum(weights) / len(weights),
                "record": name,
                "taken": taken is not None and taken.name == name,
                "n": record.experts[expert].n if expert in record.experts else None,
                **_flat("weight", record.of(expert).weight),
                **_flat("bias", record.of(expert).bias),
            }
            for name, record in self.proposed.items()
            for expert, weights in own.items()
        ]

    def tables(self) -> list[Table]:
        """Return one table a record: each expert's own weight, and what is proposed."""
        if not self.proposed:
            title = f"No track record names an expert of {self.scenario.slug}"
            return [Table(f"{title} (scenarios/track_records/).", ("expert",), ())]
        return [self._table(record) for record in self.proposed.values()]

    def _table(self, record: TakenRecord) -> Table:
        rows = [
            (
                row["name"],
                f"{row['own_weight']:.2f}",
                "-" if row["n"] is None else str(row["n"]),
                _shown(record.of(row["expert"]).weight, "{:.2f}"),
                _shown(record.of(row["expert"]).bias, "{:+.2f}"),
            )
            for row in self.records()
            if row["record"] == record.name
        ]
        taken = self.scenario.track_record
        use = (
            "is taken: its weights multiply your own, and biases are taken off."
            if taken is not None and taken.name == record.name
            else f"changes nothing until scenario.yaml says `track_record: {record.name}`."
        )
        notes = [
            "Own weight: the mean of the expert's statements, of what you wrote and of letters."
            " Record: a factor beside it; n: resolved questions, - where the expert has none and is"
            " taken for one of the population. Bias: log-odds by which what is said to happen is"
            f" too likely. In brackets the central {mass(record.interval)}.",
            f"'{record.name}' {use} Sharpening: {_shown(record.sharpening, '{:.2f}')}.",
        ]
        title = f"Track record '{record.name}': {record.source}, {_questions(record)}."
        columns = ("expert", "own weight", "n", "record's weight", "bias taken off")
        return Table(title, columns, rows, notes)


def proposed_weights(scenario: Scenario, record: str | None = None) -> ProposedWeights:
    """Return what track records propose for a scenario's experts, beside their own weights.

    Parameters
    ----------
    scenario : Scenario
        As it is read.
    record : str, optional
        One record, by name; default all of the workspace that name one of its experts, and the one
        that is taken.

    Returns
    -------
    ProposedWeights
        A table a record; files that cannot be read are left out.

    Raises
    ------
    KeyError
        If there is no such record.
    """
    found = _readable(scenario)
    taken = scenario.track_record
    if record is not None:
        if record not in found:
            there = f" (there are: {listed(found, 'and')})" if found else ""
            raise KeyError(f"no track record '{record}'{did_you_mean(record, found)}{there}")
        return ProposedWeights(scenario, {record: found[record]})
    of_use = {n: r for n, r in found.items() if r.experts or (taken and taken.name == n)}
    return ProposedWeights(scenario, of_use)


def offers(scenario: Scenario) -> tuple[str, ...]:
    """Return in words which track records a scenario could take, where it takes none.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    tuple of str
        One sentence a record that names one of its experts.
    """
    if scenario.track_record is not None:
        return ()
    return tuple(
        f"A track record '{name}' proposes weights for {len(record.experts)} of"
        f" {len(scenario.experts)} experts; take it with `track_record: {name}`, look at it with"
        f" `estimative check {scenario.slug} --weights`."
        for name, record in _readable(scenario).items()
        if record.experts
    )


def record_note(record: TakenRecord, scenario: Scenario) -> str:
    """Return what a track record that is taken does, for those who read an answer.

    Parameters
    ----------
    record : TakenRecord
        The record.
    scenario : Scenario
        As known on the day.

    Returns
    -------
    str
        Sentences.
    """
    spoken = {s.expert for s in scenario.statements.values() if s.expert}
    known = len(spoken & {*record.experts})
    others = (
        f" the others weigh {_shown(record.population.weight, '{:.2f}')} like the population;"
        if known < len(spoken)
        else ""
    )
    later = ""
    if record.until is not None and record.until > scenario.date:
        later = (
            f" It knows what was resolved by {record.until}, after the day of this forecast: that"
            " is hindsight."
        )
    return (
        f"Track record '{record.name}' ({record.source}, {_questions(record)}) has {known} of"
        f" {len(spoken)} experts;{others} each one's bias is taken off what he says of a chance,"
        f" and doubt about it added. Sharpening {_shown(record.sharpening, '{:.2f}')}; in brackets"
        f" the central {mass(record.interval)}.{later}"
    )


def _readable(scenario: Scenario) -> dict[str, TakenRecord]:
    """Return the track records of the workspace that can be read, by name."""
    names = {
        _folded(name): key
        for key, expert in scenario.experts.items()
        for name in (key, f"{scenario.slug}/{key}", expert.name, *expert.aliases)
    }
    found = {}
    for name, path in track_record_files(enclosing_workspace(scenario.folder)).items():
        try:
            content = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue
        if (record := _parsed(content, name, tuple(names.items()))) is not None:
            found[name] = record
    return found


@lru_cache(maxsize=16)  # a report asks for every outcome anew
def _parsed(content: str, name: str, names: tuple[tuple[str, str], ...]) -> TakenRecord | None:
    known = dict(names)
    record, problems = record_of_text(content, name, name, lambda who: known.get(_folded(who)))
    return None if problems else record


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _own_weights(scenario: Scenario) -> dict[str, list[float]]:
    """Return what each expert's counted statements weigh without a record, repetition aside."""
    plain = scenario.model_copy(update={"track_record": None})
    found: dict[str, list[float]] = {}
    for name, weight in weigh(plain).items():
        expert = scenario.statements[name].expert
        if expert is not None:
            found.setdefault(expert, []).append(weight.before_repetition)
    return dict(sorted(found.items()))


def _flat(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.mean, f"{name}_lower": estimate.lower, f"{name}_upper": estimate.upper}


def _shown(estimate: Estimate, form: str) -> str:
    mean, lower, upper = (form.format(x) for x in (estimate.mean, estimate.lower, estimate.upper))
    return f"{mean} ({lower} to {upper})"


def _questions(record: TakenRecord) -> str:
    until = f" until {record.until}" if record.until else ""
    return f"{record.questions:,} resolved question{'s' * (record.questions != 1)}{until}"
