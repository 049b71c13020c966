"""What became known since, one item a file: reports, observations, revisions and retractions.

An item is only ever added; a later item corrects an earlier one. Its id is the name of its file.
"""

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import Field, WithJsonSchema, model_validator

from estimative.statements import (
    CHANCE_SCHEMA,
    STATE_OF_NODE_SCHEMA,
    Day,
    Frozen,
    JsonSchema,
    Statement,
    States,
    Text,
)

PERIOD_SCHEMA: JsonSchema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}(\s+to\s+\d{4}-\d{2}-\d{2})?$",
}
RATIO_SCHEMA: JsonSchema = {
    "type": ["number", "array", "object", "string"],
    "minimum": 1,
    "items": {"type": "number", "exclusiveMinimum": 0},
    "minItems": 3,
    "maxItems": 3,
    "properties": {"if_true": CHANCE_SCHEMA, "if_false": CHANCE_SCHEMA},
    "required": ["if_true", "if_false"],
    "additionalProperties": False,
}


class Ratio(Frozen):
    """How many times likelier a report is if the state holds than if it does not (no unit, > 0)."""

    written: str = Field(description="As the file has it.")
    low: float = Field(gt=0, allow_inf_nan=False, description="The 5% point.")
    best: float = Field(ge=1, allow_inf_nan=False, description="The middle.")
    high: float = Field(ge=1, allow_inf_nan=False, description="The 95% point.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.best <= self.high:
            raise ValueError("a ratio is given as low, best, high in rising order")
        return self


class NewsSource(Frozen):
    """Who published an item, where, and how far it can be trusted."""

    name: Text = Field(description="Who reports it.")
    address: str | None = Field(default=None, description="Where it can be read.")
    reliability: Annotated[str, Field(pattern="^[A-F][1-6]$")] = Field(
        default="F6",
        description="Admiralty grade: a letter for the source, a digit for the item, such as B2;"
        " F6 says that it cannot be judged.",
    )


class Bearing(Frozen):
    """Which state a report favours, and how strongly."""

    node: str
    state: str
    ratio: Ratio
    because: str | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: object, _handler: object) -> JsonSchema:
        """Show the written form: `favours:` in place of node and state."""
        return {
            "type": "object",
            "properties": {
                "favours": {
                    **STATE_OF_NODE_SCHEMA,
                    "description": "The state that the report makes likelier, as {outcome: state}.",
                },
                "ratio": {
                    **RATIO_SCHEMA,
                    "description": "How many times likelier the report is if that state holds: 6,"
                    " or [3, 6, 12] (low, best, high), or a word, or {if_true: 60%, if_false: 10%};"
                    " never below 1.",
                },
                "because": {"type": "string", "description": "Why this ratio."},
            },
            "required": ["favours", "ratio"],
            "additionalProperties": False,
        }


class News(Frozen):
    """What all items share."""

    published: Day = Field(description="The day from which it counts.")
    happened: Annotated[tuple[dt.date, dt.date] | None, WithJsonSchema(PERIOD_SCHEMA)] = Field(
        default=None, description="When it happened: a day, or `2023-09-07 to 2023-10-01`."
    )
    said: Text = Field(description="What is reported, in our own words.")
    source: NewsSource = Field(description="Who reports it: name, address, reliability.")
    origin: str | None = Field(
        default=None, description="Reprints of one report name the same origin and count once."
    )
    because: str | None = Field(default=None, description="Why it is encoded as it is.")


class Report(News):
    """Makes some states more or less likely."""

    kind: Literal["report"] = "report"
    bears_on: tuple[Bearing, ...] = Field(
        min_length=1, description="Which states it favours, and by which ratio."
    )


class Observation(News):
    """Settles states: they have been seen to hold."""

    kind: Literal["observation"] = "observation"
    observed: States = Field(min_length=1, description="What was seen, as {outcome: state}.")


class Revision(News):
    """An expert says something else than before: a new statement in place of an earlier one."""

    kind: Literal["revision"] = "revision"
    supersedes: str = Field(description="The id of the statement it replaces.")
    statement: Statement = Field(description="The new statement; its date defaults to `published`.")


class Retraction(News):
    """Takes back an earlier item or statement."""

    kind: Literal["retraction"] = "retraction"
    retracts: str = Field(description="The id of the news item or statement that is taken back.")


NewsItem = Annotated[
    Report | Observation | Revision | Retraction,
    Field(discriminator="kind"),
]
