"""What each expert had said of what came to be known: claims, from frozen records only.

A claim is a statement of a probability as a record has it that speaks of a day before the outcome
was known; a conditional one counts where its condition came true
(tests/unit/test_expert_scores.py).
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from estimative import records
from estimative.elicitation import meaning
from estimative.histories import ledger_in, recorded_as
from estimative.inputs import known_scenario
from estimative.news import standing
from estimative.reading import read_scenario
from estimative.records import Ledger, Past
from estimative.scenario import Observation, Outcome, ProbabilityStatement, Scenario, Statement
from estimative.scoring.resolving import Resolution, outcome_key, resolution
from estimative.workspace import SCENARIO_FILE, find_workspace

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("expert", "question", "probability", "forecast_date", "outcome", "resolved_date")
NO_CHANCE, UNHEARD = "no probability of an event", "weight 0"
OPEN, UNMET, LATE = "not resolved", "condition not met", "said or recorded too late"


@dataclass(frozen=True)
class Claim:
    """One statement of a probability, and how it ended.

    Attributes
    ----------
    expert, name : str
        Id and printed name; who is of one scenario only, and another there bears the same id, has
        the id `<slug>/<id>`.
    question : str
        `<slug>/<outcome>#<key>`, then `=<state>` where there are more than two, and the condition
        in brackets; `key` tells definitions apart.
    cluster : str
        The outcome and its definition, without state and condition: what ended only once.
    probability : float
        Of the last state of two, else of the state that was spoken of.
    said : date
        The day of the statement.
    came : float
        1 if that state came, else 0.
    resolved : date
        The day from which that, and the condition, was known.
    hindsight : bool
        Whether it was written down when that could be known.
    """

    expert: str
    name: str
    question: str
    cluster: str
    probability: float
    said: dt.date
    came: float
    resolved: dt.date
    hindsight: bool


@dataclass(frozen=True)
class Claims:
    """The claims of the experts of some scenarios.

    Attributes
    ----------
    counted : tuple of Claim
        By scenario, then in the order in which they were recorded.
    aside : mapping of str to mapping of str to int
        For each expert, how many other statements there are, by why they do not count.
    names : mapping of str to str
        Printed names by expert.
    """

    counted: tuple[Claim, ...]
    aside: Mapping[str, Mapping[str, int]]
    names: Mapping[str, str]


def expert_forecasts(
    source: str | Path | Scenario | Sequence[Scenario] = ".",
    *,
    as_of: dt.date | None = None,
) -> "pd.DataFrame":
    """Return what experts had said of what came to be known, as a table of forecasts.

    Parameters
    ----------
    source : str, Path, Scenario or sequence of Scenario
        A folder of a workspace, all of whose recorded scenarios count; or scenarios.
    as_of : date, optional
        Resolved by that day; default today, UTC.

    Returns
    -------
    DataFrame
        One row a claim: `expert`, `question`, `probability` (of the question), `forecast_date`,
        `outcome` (0 or 1) and `resolved_date`.

    Raises
    ------
    ScenarioError
        If there is no workspace, or a recorded scenario of it is wrong.
    LedgerError
        If the ledger cannot be read.
    """
    import pandas as pd

    day = as_of or dt.datetime.now(dt.UTC).date()
    found = claims_of(scenarios_of(source), as_of=day).counted
    rows = [(c.expert, c.question, c.probability, c.said, c.came, c.resolved) for c in found]
    frame = pd.DataFrame.from_records(rows, columns=list(COLUMNS))
    frame = frame.astype({"probability": "float64", "outcome": "float64"})
    for column in ("forecast_date", "resolved_date"):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def scenarios_of(source: str | Path | Scenario | Sequence[Scenario]) -> tuple[Scenario, ...]:
    """Return scenarios, or those of a workspace of which forecasts are recorded.

    Parameters
    ----------
    source : str, Path, Scenario or sequence of Scenario
        As in `expert_forecasts`.

    Returns
    -------
    tuple of Scenario
        By slug, where they come from a folder.

    Raises
    ------
    ScenarioError
        If there is no workspace, or a recorded scenario of it is wrong.
    LedgerError
        If the ledger cannot be read.
    """
    if isinstance(source, Scenario):
        return (source,)
    if not isinstance(source, str | Path):
        return tuple(source)
    workspace = find_workspace(source)
    recorded = {row["scenario"] for row in records.scenarios(ledger_in(workspace))}
    folders = sorted(file.parent for file in workspace.glob(f"scenarios/*/{SCENARIO_FILE}"))
    return tuple(read_scenario(folder) for folder in folders if folder.name in recorded)


def claims_of(scenarios: Sequence[Scenario], *, as_of: dt.date | None = None) -> Claims:
    """Return what the experts of some scenarios had claimed.

    Parameters
    ----------
    scenarios : sequence of Scenario
        As they are read today; their observations, and windows closed in silence, resolve.
    as_of : date, optional
        Resolved by that day; default each scenario's own date.

    Returns
    -------
    Claims
        Of each statement its last recorded form that came before the outcome was known. Several
        statements of one expert on one question all count; but where one of them was written down
        in time, none that was written down when the outcome could be known.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    found = [_Gathered(scenario, as_of or scenario.date) for scenario in scenarios]
    persons = _persons(found)
    counted: list[Claim] = []
    aside: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    names: dict[str, str] = {}
    for gathered in found:
        for expert, name in gathered.names.items():
            names[persons[gathered.slug, expert]] = name
        counted += gathered.claims(persons)
        for expert, why in gathered.aside():
            aside[persons[gathered.slug, expert]][why] += 1
    return Claims(tuple(counted), {n: dict(kinds) for n, kinds in aside.items()}, names)


class _Gathered:
    """What the records of one scenario hold of its experts' statements."""

    def __init__(self, scenario: Scenario, day: dt.date) -> None:
        self.scenario, self.day = scenario, day
        self.slug, ledger = recorded_as(scenario)
        said = records.said_on(records.past(self.slug, ledger, until=day))
        then = frozen(scenario, ledger, said)
        self.names: dict[str, str] = {}
        self.ended: dict[tuple[str, str], Resolution | None] = {}
        self.last: dict[tuple[str, dt.date, str], tuple[Past, ProbabilityStatement, Scenario]] = {}
        self.why: dict[tuple[str, dt.date, str], tuple[str, str]] = {}
        for past in said:
            known = then[past.known]
            for name, statement in known.statements.items():
                if statement.expert is not None:
                    today = scenario.experts.get(statement.expert, known.experts[statement.expert])
                    self.names[statement.expert] = today.name
                    self._take(past, known, name, statement)
        self._drop_hindsight()

    def claims(self, persons: Mapping[tuple[str, str], str]) -> list[Claim]:
        """Return the claims that count, each expert under the id that all scenarios use."""
        return [
            self._claim(persons, key[-1], past, statement, known)
            for key, (past, statement, known) in self.last.items()
        ]

    def aside(self) -> Iterable[tuple[str, str]]:
        """Return for each statement that never counts who made it, and why."""
        counted = {key[:2] for key in self.last}
        return [found for key, found in self.why.items() if key[:2] not in counted]

    def _take(self, past: Past, known: Scenario, name: str, statement: Statement) -> None:
        """Take in a statement as one record has it."""
        assert statement.expert is not None
        if not isinstance(statement, ProbabilityStatement) or statement.weight == 0:
            heard = statement.kind != "remark" and statement.weight == 0
            key = name, statement.date, ""
            self.why[key] = statement.expert, UNHEARD if heard else NO_CHANCE
            return
        key = name, statement.date, _question(self.slug, known, statement)
        ended = self._ended(known, statement.event[0])
        given = {node: self._ended(known, node) for node in statement.given}
        met = all(g is not None and g.state == statement.given[n] for n, g in given.items())
        if ended is None:
            self.why[key] = statement.expert, OPEN
        elif not met:
            self.why[key] = statement.expert, UNMET
        elif not past.as_of < ended.on:
            self.why[key] = statement.expert, LATE
        elif key not in self.last or past.written.date() < ended.on or self._late(key):
            self.last[key] = past, statement, known

    def _late(self, key: tuple[str, dt.date, str]) -> bool:
        """Return whether what is taken in was written down when its end could be known."""
        past, statement, known = self.last[key]
        ended = self._ended(known, statement.event[0])
        return ended is not None and past.written.date() >= ended.on

    def _drop_hindsight(self) -> None:
        """Set aside what was written down afterwards where the expert had spoken in time."""
        late = {key: self._late(key) for key in self.last}
        in_time = {(self.last[k][1].expert, k[-1]) for k, is_late in late.items() if not is_late}
        for key, is_late in late.items():
            expert = self.last[key][1].expert
            if is_late and (expert, key[-1]) in in_time:
                del self.last[key]
                self.why[key] = expert, LATE

    def _claim(
        self,
        persons: Mapping[tuple[str, str], str],
        question: str,
        past: Past,
        statement: ProbabilityStatement,
        known: Scenario,
    ) -> Claim:
        node, state = statement.event
        states = known.nodes[node]
        said = meaning(statement.probability, statement.lexicon or known.lexicon).mean
        flipped = len(states) == 2 and state != states[-1]
        ended = self._ended(known, node)
        assert ended is not None
        days = [ended.on, *(g.on for n in statement.given if (g := self._ended(known, n)))]
        return Claim(
            expert=persons[self.slug, statement.expert],
            name=self.names[statement.expert],
            question=question,
            cluster=_cluster(self.slug, known, node),
            probability=1 / (1 + math.exp(said if flipped else -said)),
            said=statement.date,
            came=float(ended.state == (states[-1] if len(states) == 2 else state)),
            resolved=max(days),
            hindsight=past.written.date() >= ended.on,
        )

    def _ended(self, known: Scenario, node: str) -> Resolution | None:
        """Return how an outcome, as a record has it, or a driver ended."""
        outcome = known.outcomes.get(node)
        key = node, outcome_key(node, outcome) if outcome else ""
        if key not in self.ended:
            self.ended[key] = (
                resolution(self.scenario, node, outcome, self.day)
                if outcome is not None
                else _observed(self.scenario, node, self.day)
            )
        return self.ended[key]


def frozen(scenario: Scenario, ledger: Ledger, said: Iterable[Past]) -> dict[str, Scenario]:
    """Return the scenarios behind some records, by hash.

    Parameters
    ----------
    scenario : Scenario
        As it is read today.
    ledger : Ledger
        Where they are recorded.
    said : iterable of Past
        The records.

    Returns
    -------
    dict of str to Scenario
        Each as known on its day.
    """
    stored = records.texts(ledger, {past.known for past in said})
    return {h: known_scenario(text, scenario.folder) for h, text in stored.items()}


def _observed(scenario: Scenario, node: str, day: dt.date) -> Resolution | None:
    """Return the state of a driver that was seen by a day."""
    seen = None
    for name, item in standing(scenario, day)[1].items():
        if isinstance(item, Observation) and node in item.observed:
            seen = Resolution(item.observed[node], seen.on if seen else item.published, name)
    return seen


def _cluster(slug: str, known: Scenario, node: str) -> str:
    outcome: Outcome | None = known.outcomes.get(node)
    return f"{slug}/{node}" + (f"#{outcome_key(node, outcome)}" if outcome else "")


def _question(slug: str, known: Scenario, statement: ProbabilityStatement) -> str:
    node, state = statement.event
    which = f"={state}" if len(known.nodes[node]) > 2 else ""
    given = ",".join(f"{n}={s}" for n, s in sorted(statement.given.items()))
    return _cluster(slug, known, node) + which + (f"[{given}]" if given else "")


def _persons(found: Sequence[_Gathered]) -> dict[tuple[str, str], str]:
    """Return the id of each expert of each scenario among all of them.

    An id with one name is one person everywhere, as is every id of scenarios/experts.yaml; two
    people of one id are told apart by their scenarios.
    """
    named: dict[str, set[str]] = defaultdict(set)
    for gathered in found:
        for expert, name in gathered.names.items():
            named[expert].add(name)
    return {
        (g.slug, expert): expert if len(named[expert]) == 1 else f"{g.slug}/{expert}"
        for g in found
        for expert in g.names
    }
