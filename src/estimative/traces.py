"""Where the number of one outcome comes from: who said what, how much it counts, which news."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from estimative.elicitation import meaning, stated_meaning
from estimative.outcome_forecasts import StatementPull, in_words, rough_points, span
from estimative.proposals import offers, record_note
from estimative.results import Answer, Table, mass, percent
from estimative.scenario import NewsItem, Observation, ProbabilityStatement, Report

if TYPE_CHECKING:
    from estimative.forecasting import Forecast


@dataclass(frozen=True, eq=False)
class Trace(Answer):
    """Where the number of one outcome comes from.

    Attributes
    ----------
    forecast : Forecast
        The forecast.
    outcome : str
        The outcome's name.
    statements : tuple of StatementPull
        Those that speak of it or pull it, the strongest first.
    """

    forecast: "Forecast"
    outcome: str
    statements: tuple[StatementPull, ...]

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping a statement, with every factor of its weight."""
        return [
            {
                "statement": s.name,
                "expert": s.expert,
                "source": s.source,
                "about": s.about,
                "encoded": s.written,
                "said": s.said,
                **{f"weight_{factor}": value for factor, value in s.weight.items()},
                "bias": self._bias(s),
                "pull": s.pulls[self.outcome],
                "pull_error": s.errors[self.outcome],
                "pareto_k": s.k,
            }
            for s in self.statements
        ]

    def tables(self) -> list[Table]:
        """Return the statements, then the news."""
        found, answer = self.forecast[self.outcome], self.forecast
        rows = [self._row(s) for s in self.statements]
        columns = ("points", "who", "encoded as", "weight", "factors", "source")
        headline = f"Withheld: {found.withheld}"
        if not found.withheld:
            interval = f"; {mass(answer.interval)} interval {span(found)}" if span(found) else ""
            headline = f"{percent(found.probability)}, {in_words(found)}{interval}"
        dates = f"As of {answer.as_of}, by {found.by}; {answer.origin}."
        notes = [
            "Points: how far the statement moves the answer (~ rough; far: too far to be measured"
            " without a fit, as `sensitivity --exact` does). Encoded as: a state of the"
            " outcome and how likely it was said to be, or what acts on the outcome and how."
            " Weight: the product of the factors beside it.",
            f"Confidence in the analysis{'' if found.withheld else f' is {found.confidence}'}:"
            f" {found.confidence_because}.",
            f"Definition: {found.definition}" if found.definition else "No definition.",
            *offers(answer.scenario),
        ]
        if (record := answer.scenario.track_record) is not None:
            notes.append(record_note(record, answer.scenario))
        said = [s.said for s in self.statements]
        return [
            Table(f"{found.headline}\n{headline}. {dates}", columns, rows, notes, said),
            *self._news(),
        ]

    def _row(self, s: StatementPull) -> tuple[str, ...]:
        encoded = f"{s.about}: {s.written}".removeprefix(f"{self.outcome} = ")
        return (
            "-" if self.forecast.belief.failed else rough_points(s, self.outcome),
            self.forecast.scenario.experts[s.expert].name if s.expert else "a record",
            encoded.removeprefix(f"{self.outcome} <- "),
            f"{s.weight['total']:.2f}",
            _factors(s.weight, self._bias(s)),
            s.source or "",
        )

    def _bias(self, s: StatementPull) -> float | None:
        """Return what was taken off what a statement says, in log-odds of its event; None: nothing.

        A record of experts takes their bias off what they say of a chance.
        """
        scenario, statement = self.forecast.scenario, self.forecast.scenario.statements[s.name]
        if scenario.track_record is None or not isinstance(statement, ProbabilityStatement):
            return None
        read = meaning(statement.probability, statement.lexicon or scenario.lexicon)
        return read.mean - stated_meaning(scenario, statement).mean

    @property
    def news(self) -> dict[str, str]:
        """For each item of news on the outcome what it says of it, and why if it does not count."""
        items = self.forecast.scenario.news.items()
        return {n: self._counts_as(n, item) for n, item in items if _bearing(item, self.outcome)}

    def _news(self) -> list[Table]:
        items = [(self.forecast.scenario.news[name], said) for name, said in self.news.items()]
        if not items:
            return []
        rows = [
            (str(item.published), said, f"{item.source.name} ({item.source.reliability})")
            for item, said in items
        ]
        columns = ("published", "counts as", "source")
        return [Table("News on it", columns, rows, below=[item.said for item, _ in items])]

    def _counts_as(self, name: str, item: NewsItem) -> str:
        """Return what an item says of the outcome, and why if it does not count."""
        reports = self.forecast.known.reports
        counted = {n for node, _, told in reports if node == self.outcome for n, _ in told}
        bearing = _bearing(item, self.outcome)
        if not isinstance(item, Report) or name in counted:
            return bearing
        news = self.forecast.scenario.news
        first = [n for n in counted if item.origin and news[n].origin == item.origin]
        why = f"told already by {first[0]}" if first else "the outcome is known"
        return f"{bearing}; not counted: {why}"


def _factors(weight: Mapping[str, float], bias: float | None) -> str:
    """Return the factors of a weight that are not 1, then the bias that was taken off."""
    found = [f"{n} {value:.2g}" for n, value in weight.items() if n != "total" and value != 1]
    found += [f"bias {bias:+.2f}"] if bias else []
    return ", ".join(found)


def _bearing(item: NewsItem, outcome: str) -> str:
    """Return how a news item bears on an outcome, or nothing."""
    if isinstance(item, Observation):
        return f"observed: {item.observed[outcome]}" if outcome in item.observed else ""
    if isinstance(item, Report):
        return "; ".join(
            f"favours {b.state} by {b.ratio.written}" for b in item.bears_on if b.node == outcome
        )
    return ""
