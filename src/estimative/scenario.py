"""A scenario as it is meant, not as it is written: question, outcomes, links, who says what, news.

Everything here is frozen and already checked when it comes from `reading`; nothing here knows YAML
or PyMC.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, SkipValidation, WithJsonSchema

from estimative.errors import Problem, ScenarioError
from estimative.expert_records import NamedRecord
from estimative.names import did_you_mean
from estimative.news_items import (
    Bearing,
    News,
    NewsItem,
    NewsSource,
    Observation,
    Ratio,
    Report,
    Retraction,
    Revision,
)
from estimative.statements import (
    ARROW_SCHEMA,
    DAY_SCHEMA,
    DURATION_SCHEMA,
    STATE_SCHEMA,
    BaseRateStatement,
    Chance,
    ComparisonStatement,
    Day,
    Frozen,
    Grade,
    Identifier,
    InfluenceStatement,
    ProbabilityStatement,
    RemarkStatement,
    Spoken,
    Statement,
    Text,
)

__all__ = [
    "BaseRateStatement",
    "Bearing",
    "Chance",
    "Coding",
    "ComparisonStatement",
    "Driver",
    "Expert",
    "InfluenceStatement",
    "News",
    "NewsItem",
    "NewsSource",
    "Observation",
    "Outcome",
    "ProbabilityStatement",
    "Ratio",
    "RemarkStatement",
    "Report",
    "Retraction",
    "Revision",
    "Scenario",
    "Source",
    "Spoken",
    "Statement",
    "Timing",
]

SHEET = "sheet:"
"""How the address of a sheet begins."""

Timing = Literal["steady", "even", "early", "late", "none"]
StateNames = Annotated[
    tuple[Identifier, ...],
    Field(min_length=2),
    WithJsonSchema({"type": "array", "items": STATE_SCHEMA, "minItems": 2, "uniqueItems": True}),
]
Days = Annotated[int, Field(ge=0), WithJsonSchema(DURATION_SCHEMA)]
OptionalState = Annotated[str | None, WithJsonSchema(STATE_SCHEMA)]


def _on_or_true(schema: dict[str, Any]) -> None:
    """Let the day stand under `true` too, which an editor of YAML 1.1 takes `on` for."""
    schema["additionalProperties"] = DAY_SCHEMA
    schema["required"].remove("on")
    schema["anyOf"] = [{"required": ["on"]}, {"required": ["true"]}]


class Coding(Frozen):
    """Who turned the texts into statements, and when."""

    model_config = ConfigDict(json_schema_extra=_on_or_true)

    by: Text = Field(description="Who coded the scenario.")
    on: Day = Field(description="The day of coding; after `by`, outputs say so.")


class Driver(Frozen):
    """A node that is not forecast for itself but that others depend on."""

    title: Text = Field(description="A few words that name it on a figure.")
    definition: str | None = Field(default=None, description="What must be seen for each state.")
    states: StateNames = Field(default=("no", "yes"), description="Its states; default [no, yes].")


class Outcome(Driver):
    """An event that will be seen to happen or not by a day, or one of several states."""

    opens: Day = Field(description="First day of its window; defaults to the scenario's.")
    by: Day = Field(description="Last day of its window; defaults to the scenario's.")
    lag: Days = Field(
        default=0, description="Usual delay from the event to its report, such as 30 days."
    )
    timing: Timing = Field(
        default="steady",
        description="How the chance is spread over the window; none: it cannot be seen clearly.",
    )
    quiet: OptionalState = Field(
        default=None, description="The state that holds while nothing has been seen."
    )
    after: str | None = Field(
        default=None, description="A parent; silence counts only once it has been observed."
    )


class Expert(Frozen):
    """A named source of statements."""

    name: Text = Field(description="The name to print.")
    aliases: tuple[str, ...] = Field(
        default=(), description="Names by which he is found but never labelled."
    )
    post: str | None = Field(default=None, description="Position and institution.")
    group: str = Field(
        description="Those who share information and bias; default: a group of his own."
    )
    reliability: Grade | None = Field(default=None, description="Admiralty letter, A to F.")
    note: str | None = Field(default=None, description="Printed when he is found by an alias.")


class Source(Frozen):
    """Where statements were read."""

    title: Text = Field(description="Its title.")
    published: Day = Field(
        description="The day it was published; the default date of its statements."
    )
    address: str | None = Field(default=None, description="Where it can be read.")
    reliability: Grade | None = Field(default=None, description="Admiralty letter, A to F.")

    @property
    def is_sheet(self) -> bool:
        """Whether it is a sheet that an expert filled in (`estimative sheet in`)."""
        return (self.address or "").startswith(SHEET)


class Scenario(Frozen):
    """A question with all that is known about it."""

    slug: str
    folder: Path
    format: Literal[1] = Field(default=1, description="The version of this language; always 1.")
    question: Text = Field(description="The question, as one would ask it.")
    coded: Coding | None = Field(default=None, description="Who coded it, and when.")
    lexicon: str = Field(default="icd203", description="Whose reading of words of likelihood.")
    opens: Day = Field(description="First day of every outcome's window.")
    by: Day = Field(description="Last day of every outcome's window, inclusive, UTC.")
    as_of: Day | None = Field(
        default=None, description="Forecast as of this day unless told otherwise."
    )
    half_life: Days | None = Field(
        default=None,
        alias="recency",
        description="After how long a statement counts half, such as 180 days; default: never.",
    )
    track_record: NamedRecord = Field(
        default=None,
        description="A file of scenarios/track_records, whose weights and biases of experts count.",
    )
    outcomes: Mapping[str, Outcome] = Field(description="What is forecast.")
    drivers: Mapping[str, Driver] = Field(
        default_factory=dict, description="What outcomes depend on but is not itself forecast."
    )
    links: Annotated[
        tuple[tuple[str, str], ...], WithJsonSchema({"type": "array", "items": ARROW_SCHEMA})
    ] = Field(default=(), description="Direct influences, cause -> effect; no circles.")
    experts: Mapping[str, Expert] = Field(default_factory=dict, description="Who speaks.")
    sources: Mapping[str, Source] = Field(default_factory=dict, description="What was read.")
    statements: Mapping[str, Statement] = Field(
        default_factory=dict, description="Who said what, one entry a statement."
    )
    news: Mapping[str, NewsItem] = Field(default_factory=dict)
    warnings: tuple[SkipValidation[Problem], ...] = ()
    text_files: Mapping[str, str] = Field(default_factory=dict, repr=False)
    """Every file that was read: POSIX path (as in a Problem) to its text, with line ends as LF."""

    @cached_property
    def nodes(self) -> dict[str, tuple[str, ...]]:
        """Every outcome, then every driver, with its states."""
        return {name: node.states for name, node in [*self.outcomes.items(), *self.drivers.items()]}

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        """Every node with its direct causes, in the order of the links."""
        causes: dict[str, list[str]] = {name: [] for name in self.nodes}
        for cause, effect in self.links:
            causes[effect].append(cause)
        return {name: tuple(names) for name, names in causes.items()}

    @property
    def date(self) -> dt.date:
        """The day to forecast as of: `as_of`, else that of the newest statement or news."""
        if self.as_of is not None:
            return self.as_of
        dates = [statement.date for statement in self.statements.values()]
        dates += [item.published for item in self.news.values()]
        return max(dates, default=self.opens)

    @property
    def hindsight(self) -> bool:
        """Whether it was coded after its window had closed."""
        return self.coded is not None and self.coded.on > self.by

    def find_expert(self, name: str) -> tuple[str, str | None]:
        """Return the expert of that id, name or alias.

        Parameters
        ----------
        name : str
            An id, a name or an alias; case does not count.

        Returns
        -------
        tuple of str and (str or None)
            The expert's id, and his note when he was found by an alias.

        Raises
        ------
        ScenarioError
            When nobody is called so; the message names the nearest.
        """
        wanted = " ".join(name.split()).casefold()
        known: list[str] = []
        for key, expert in self.experts.items():
            if wanted in (key.casefold(), expert.name.casefold()):
                return key, None
            known += [key, expert.name, *expert.aliases]
        for key, expert in self.experts.items():
            if wanted in (alias.casefold() for alias in expert.aliases):
                return key, expert.note
        message = f"no expert '{name}'{did_you_mean(name, known)}"
        raise ScenarioError([Problem(self.slug, 0, message)])

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy with changes; what was worked out from the old fields is forgotten.

        Parameters
        ----------
        update : mapping, optional
            Fields and their new values (not validated again).
        deep : bool
            Whether the values are copied too.

        Returns
        -------
        Scenario
            The copy.
        """
        copied = super().model_copy(update=update, deep=deep)
        for name in ("nodes", "parents"):
            copied.__dict__.pop(name, None)
        return copied
