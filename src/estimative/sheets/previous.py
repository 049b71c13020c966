"""What came in by sheets before: whose answer stands, and how the answers of a round are spread.

An answer of a sheet is told by its source, whose address begins with `sheet:`.
"""

import datetime as dt
import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from estimative.elicitation import meaning
from estimative.news_items import Revision
from estimative.results import percent
from estimative.scenario import SHEET, Scenario
from estimative.sheets.questionnaire import Question
from estimative.statements import Chance, InfluenceStatement, ProbabilityStatement

FEWEST = 3
"""Answers below which their spread would tell whose they are."""

type Opinion = ProbabilityStatement | InfluenceStatement


@dataclass(frozen=True)
class Standing:
    """What an expert answered to a question by sheets, as it stands now.

    Attributes
    ----------
    first : str
        The statement that was there first, which a revision names.
    name : str
        The statement or the item of news that says it now.
    statement : ProbabilityStatement or InfluenceStatement
        What it says.
    sheet : str
        The id of the sheet that it came with, or `table`.
    before : tuple
        What he said before, in the order of days.
    """

    first: str
    name: str
    statement: Opinion
    sheet: str
    before: tuple[Opinion, ...] = ()


@dataclass(frozen=True)
class Spread:
    """How the answers of a round are spread, without names; probabilities."""

    count: int
    low: float
    middle: float
    high: float

    def __str__(self) -> str:
        """Say it in a line."""
        ends = f"{percent(self.low)} to {percent(self.high)}"
        return f"{self.count} answers: {ends}, middle {percent(self.middle)}"


def standing_answers(scenario: Scenario, question: Question) -> dict[str, Standing]:
    """Return what experts answered to a question by sheets, the latest of each.

    Parameters
    ----------
    scenario : Scenario
        As its files have it.
    question : Question
        The question.

    Returns
    -------
    dict of str to Standing
        By expert.
    """
    found = {}
    for name, statement in scenario.statements.items():
        source = scenario.sources.get(statement.source or "")
        if source is None or not source.is_sheet or not question.asks_of(statement):
            continue
        assert isinstance(statement, ProbabilityStatement | InfluenceStatement)
        found[statement.expert] = Standing(name, name, statement, _sheet(source.address))
    firsts = {answer.first: expert for expert, answer in found.items()}
    revisions = (
        (item.published, name, item)
        for name, item in scenario.news.items()
        if isinstance(item, Revision)
        and item.supersedes in firsts
        and item.statement.expert == firsts[item.supersedes]
    )
    for _, name, item in sorted(revisions, key=lambda r: r[:2]):
        said = item.statement
        if question.asks_of(said):
            assert isinstance(said, ProbabilityStatement | InfluenceStatement)
            last = found[firsts[item.supersedes]]
            found[said.expert] = Standing(
                first=item.supersedes,
                name=name,
                statement=said,
                sheet=_sheet(item.source.address),
                before=(*last.before, last.statement),
            )
    return found


def _sheet(address: str | None) -> str:
    """Return the id of a sheet from the address of a source."""
    return (address or "").removeprefix(SHEET).partition(" ")[0]


def first_round(scenario: Scenario, asked: Iterable[Question], as_of: dt.date) -> dict[str, Spread]:
    """Return how the answers that came in by sheets are spread, question by question.

    Parameters
    ----------
    scenario : Scenario
        As its files have it.
    asked : iterable of Question
        The questions; influences have no spread.
    as_of : date
        Answers of later days are left out.

    Returns
    -------
    dict of str to Spread
        By the question's id; only where there are at least three answers.
    """
    spreads = {}
    for question in asked:
        said = [answer.statement for answer in standing_answers(scenario, question).values()]
        numbers = [
            probability_of(s.probability, s.lexicon or scenario.lexicon)
            for s in said
            if isinstance(s, ProbabilityStatement) and s.date <= as_of
        ]
        if len(numbers) >= FEWEST:
            middle = statistics.median(numbers)
            spreads[question.id] = Spread(len(numbers), min(numbers), middle, max(numbers))
    return spreads


def probability_of(chance: Chance, lexicon: str) -> float:
    """Return the probability that a stated one stands for: the median of what it means.

    Parameters
    ----------
    chance : Chance
        A number, a range or a phrase.
    lexicon : str
        Whose reading of phrases.

    Returns
    -------
    float
        A probability in (0, 1).
    """
    return 1 / (1 + math.exp(-meaning(chance, lexicon).mean))
