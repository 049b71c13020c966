"""What was said before: the recorded forecasts of a scenario, by the day they speak as of.

Nothing here is computed anew; it stands in the ledger (tests/unit/test_history.py).
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimative import records
from estimative.errors import Problem, ScenarioError
from estimative.names import did_you_mean, listed
from estimative.records import Ledger, Past, Sealed
from estimative.results import Answer, Table, mass, percent
from estimative.scenario import Scenario
from estimative.workflow import parse_day, runs_folder
from estimative.workspace import find_scenario

if TYPE_CHECKING:
    import pandas as pd

OWN = "(own, sealed)"
SIDE_BY_SIDE = 4  # outcomes a table
SAID = ("outcome", "probability", "lower", "upper", "withheld", "event")
ORIGIN = ("as_of", "record", "written", "model", "seed", "interval")
COLUMNS = ("as_of", *SAID, *ORIGIN[1:])


@dataclass(frozen=True, eq=False)
class History(Answer):
    """The recorded forecasts of a scenario.

    Attributes
    ----------
    scenario : str
        Its slug.
    file : Path
        The ledger.
    forecasts : tuple of Past
        By day, then in the order in which they were written.
    outcome : str or None
        The one outcome that was asked for.
    why_none : str
        If there are no forecasts, why.
    sealed : tuple of Sealed
        What was sealed beside them: own numbers, and that sheets of others were read.
    """

    scenario: str
    file: Path
    forecasts: tuple[Past, ...] = field(repr=False)
    outcome: str | None = None
    why_none: str = ""
    sealed: tuple[Sealed, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome of a recorded forecast; probabilities in [0, 1].

        The analyst's own sealed numbers come last, as of model `(own, sealed)`.
        """
        rows = []
        for past in self.forecasts:
            about = dict(zip(ORIGIN, _origin(past), strict=True))
            for values in self._said(past):
                row = about | dict(zip(SAID, values, strict=True))
                rows.append({column: row[column] for column in COLUMNS})
        return [*rows, *(row for entry in self.sealed for row in self._own(entry))]

    def _own(self, entry: Sealed) -> Iterator[dict[str, Any]]:
        """Yield the analyst's own numbers of a sealed entry, as forecasts of no model."""
        about = {"as_of": entry.as_of, "record": entry.id, "written": entry.written, "model": OWN}
        for number in entry.content.get("numbers", ()):
            outcome, state = number["event"]
            if self.outcome in (None, outcome):
                said = {"outcome": outcome, "probability": number["probability"], "event": state}
                yield dict.fromkeys(COLUMNS) | about | said

    def to_frame(self) -> "pd.DataFrame":
        """Return one row an outcome of a recorded forecast: probability and interval by day."""
        import pandas as pd

        said = [(i, *row) for i, past in enumerate(self.forecasts) for row in self._said(past)]
        frame = pd.DataFrame.from_records(said, columns=["past", *SAID])
        frame = frame.astype(dict.fromkeys(("probability", "lower", "upper"), "float64"))
        origins = [_origin(past) for past in self.forecasts]
        about = pd.DataFrame.from_records(origins, columns=list(ORIGIN))
        about["as_of"] = pd.to_datetime(about["as_of"])
        about["written"] = pd.to_datetime(about["written"], utc=True)
        whole = frame.join(about.take(frame.pop("past").to_numpy()).reset_index(drop=True))
        return whole[list(COLUMNS)]

    def tables(self) -> list[Table]:
        """Return the forecasts, one a row; four outcomes side by side, or one with its interval."""
        sealed = [records.sealed_table(self.scenario, self.sealed)] if self.sealed else []
        return [*self._forecast_tables(), *sealed]

    def _forecast_tables(self) -> list[Table]:
        if not self.forecasts:
            return [Table(self.why_none, ("as of",), ())]
        notes = self._notes()
        if self.outcome is not None:
            return [self._one(self.outcome, notes)]
        names = self._names()
        parts = [names[i : i + SIDE_BY_SIDE] for i in range(0, len(names), SIDE_BY_SIDE)]
        last = len(parts) - 1
        return [self._several(part, notes if i == last else ()) for i, part in enumerate(parts)]

    def _said(self, past: Past) -> Iterator[tuple[Any, ...]]:
        """Yield the values of `SAID` for each outcome, or for the one asked for."""
        for o in past.outcomes:
            if self.outcome is None or o["name"] == self.outcome:
                said = (o[column] for column in SAID[1:-1])
                yield o["name"], *said, _event(o)

    def _names(self) -> list[str]:
        """Return the outcomes' names, those of the newest forecast first."""
        newest_first = (o["name"] for past in reversed(self.forecasts) for o in past.outcomes)
        return list(dict.fromkeys(newest_first))

    def _one(self, outcome: str, notes: Sequence[str]) -> Table:
        rows = []
        for past in self.forecasts:
            for o in (o for o in past.outcomes if o["name"] == outcome):
                span = f"{percent(o['lower'])} to {percent(o['upper'])}, {mass(past.interval)}"
                said = (_cell(o), o["withheld"] or span, o["phrase"] or "")
                rows.append((str(past.as_of), *said, *self._shown(past)))
        columns = ("as of", "chance %", "interval", "ICD 203", *self._heads())
        return Table(f"What was said of {outcome} in {self.scenario}.", columns, rows, notes)

    def _several(self, names: Sequence[str], notes: Sequence[str]) -> Table:
        rows = []
        for past in self.forecasts:
            said = {o["name"]: o for o in past.outcomes}
            cells = [_cell(said.get(name)) for name in names]
            rows.append((str(past.as_of), *cells, *self._shown(past)))
        columns = ("as of", *(f"{name} %" for name in names), *self._heads())
        return Table(f"What was said in {self.scenario}.", columns, rows, notes)

    def _heads(self) -> tuple[str, ...]:
        return ("record", "written (UTC)", *(("model",) if self._models > 1 else ()))

    def _shown(self, past: Past) -> tuple[str, ...]:
        when = f"{past.written:%Y-%m-%d %H:%M}"
        return (past.record, when, *((past.model,) if self._models > 1 else ()))

    @cached_property
    def _models(self) -> int:
        return len({past.model for past in self.forecasts})

    def _notes(self) -> list[str]:
        shown: Sequence[Past] = self.forecasts
        if self.outcome is not None:
            shown = [past for past in shown if any(self._said(past))]
        days, counted = len({past.as_of for past in shown}), len(shown)
        more = " `--outcome NAME` shows intervals." if self.outcome is None else ""
        return [
            f"{counted:,} record{'s' * (counted != 1)} of {days:,} day{'s' * (days != 1)}, from"
            f" {self.file.name}; each stands as it was first written.{more}"
        ]


@dataclass(frozen=True, eq=False)
class Contents(Answer):
    """Of which scenarios forecasts are recorded.

    Attributes
    ----------
    ledger : Ledger
        Where.
    scenarios : tuple of mapping
        `scenario`, `records` (how many), `first`, `last` (days they speak as of), `written` (the
        newest).
    sealed : mapping of str to int
        By scenario, how many entries are sealed beside forecasts.
    """

    ledger: Ledger
    scenarios: tuple[Mapping[str, Any], ...]
    sealed: Mapping[str, int] = field(default_factory=dict)

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping a scenario."""
        return [dict(row) for row in self.scenarios]

    def tables(self) -> list[Table]:
        """Return one row a scenario."""
        columns = ("scenario", "n", "first as of", "last as of", "last written (UTC)")
        rows = [
            (
                r["scenario"],
                f"{r['records']:,}",
                r["first"],
                r["last"],
                r["written"][:16].replace("T", " "),
            )
            for r in self.scenarios
        ]
        title = "What is recorded." if rows else "Nothing is recorded."
        sealed = [
            f"{slug}: {counted:,} sealed beside them." for slug, counted in self.sealed.items()
        ]
        return [Table(title, columns, rows, [*sealed, str(self.ledger.file)])]


def contents(folder: str | Path = ".") -> Contents:
    """Return of which scenarios forecasts are recorded in a workspace.

    Parameters
    ----------
    folder : str or Path
        A folder of the workspace.

    Returns
    -------
    Contents
        Nothing, if there is no ledger.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    ledger = ledger_in(folder)
    return Contents(ledger, tuple(records.scenarios(ledger)), records.sealed_counts(ledger))


def ledger_in(folder: str | Path = ".") -> Ledger:
    """Return the ledger of the workspace that a folder belongs to; it need not exist.

    Parameters
    ----------
    folder : str or Path
        A folder in the workspace; default the current one.

    Returns
    -------
    Ledger
        The ledger in its `runs/`.
    """
    return records.open_ledger(runs_folder(Path(folder)))


def history(
    scenario: Scenario | str | Path,
    *,
    outcome: str | None = None,
    since: dt.date | str | None = None,
    until: dt.date | str | None = None,
    model: str | None = None,
    record: str | None = None,
) -> History:
    """Return the recorded forecasts of a scenario.

    Parameters
    ----------
    scenario : Scenario, str or Path
        The scenario, its folder or its slug; it need not be right, nor exist any more.
    outcome : str, optional
        One outcome only.
    since, until : date or str, optional
        Only forecasts as of a day in between, both inclusive.
    model : str, optional
        Only those of a model.
    record : str, optional
        Only the record whose id begins so.

    Returns
    -------
    History
        `to_frame()` gives probability by day and outcome.

    Raises
    ------
    ScenarioError
        If there is no such scenario, and none was recorded.
    KeyError
        If there is no such outcome in what was recorded.
    LedgerError
        If the ledger cannot be read.
    """
    slug, ledger = recorded_as(scenario)
    first, last = parse_day(since), parse_day(until)
    if first and last and first > last:
        raise ValueError(f"{first} is after {last}; exchange the two days")
    found = records.past(slug, ledger, since=first, until=last, model=model, record=record)
    why = "" if found else _why_none(slug, ledger)
    sealed = [] if model or record else records.sealed_entries(slug, ledger)
    sealed = [
        entry
        for entry in sealed
        if (first is None or entry.as_of >= first)
        and (last is None or entry.as_of <= last)
        and (outcome is None or outcome in entry.nodes)
    ]
    answer = History(slug, ledger.file, tuple(found), outcome, why, tuple(sealed))
    if outcome is not None and found and outcome not in (names := answer._names()):
        there = f"recorded are: {', '.join(names)}"
        raise KeyError(f"no outcome '{outcome}'{did_you_mean(outcome, names)} ({there})")
    return answer


def recorded_as(scenario: Scenario | str | Path) -> tuple[str, Ledger]:
    """Return a scenario's slug and the ledger that its forecasts are written to.

    Parameters
    ----------
    scenario : Scenario, str or Path
        As in `history`.

    Returns
    -------
    tuple of str and Ledger
        The ledger need not exist.

    Raises
    ------
    ScenarioError
        If there is no such scenario, and none was recorded.
    """
    if isinstance(scenario, Scenario):
        return scenario.slug, ledger_in(scenario.folder)
    try:
        folder = find_scenario(scenario)
    except ScenarioError as error:
        ledger = ledger_in()
        known = [row["scenario"] for row in records.scenarios(ledger)]
        if str(scenario) in known:
            return str(scenario), ledger
        if known:
            message = f"{error.problems[0].message}; recorded are {listed(known, 'and')}"
            raise ScenarioError([Problem(str(scenario), 0, message)]) from None
        raise
    return folder.name, ledger_in(folder)


def _cell(outcome: Mapping[str, Any] | None) -> str:
    if outcome is None:
        return ""
    if outcome["withheld"]:
        return "withheld"
    state = "" if _event(outcome) == "yes" else f"{_event(outcome)} "
    return state + percent(outcome["probability"])


def _event(outcome: Mapping[str, Any]) -> str | None:
    """Return the state whose probability is the headline."""
    states, said = outcome["states"], outcome["probability"]
    if outcome["withheld"]:
        return None
    return "yes" if "yes" in states else min(states, key=lambda state: abs(states[state] - said))


def _why_none(slug: str, ledger: Ledger) -> str:
    there = {row["scenario"]: row["records"] for row in records.scenarios(ledger)}
    if slug in there:
        return f"None of the {there[slug]:,} recorded forecasts of {slug} is as asked for."
    others = f"; recorded are {listed(there, 'and')}" if there else ""
    return f"No forecast of {slug} is recorded{others}."


def _origin(past: Past) -> tuple[Any, ...]:
    """Return the values of `ORIGIN`."""
    return past.as_of, past.record, past.written, past.model, past.seed, past.interval
