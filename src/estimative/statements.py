"""What one expert said, in five kinds told apart by `kind:`; frozen, and free of any inference.

A field is named for what it means; where a file spells it otherwise (`each: 1 year`,
`link: a -> b`) its alias or the class's `json_schema_extra` says so, and the JSON Schema comes from
here (tests/unit/test_schema.py).
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.json_schema import SkipJsonSchema

from estimative.names import IDENTIFIER

JsonSchema = dict[str, Any]

STATE_SCHEMA: JsonSchema = {
    "description": "A state's name. (An editor of YAML 1.1 takes yes and no for true and false.)",
    "anyOf": [{"type": "string", "pattern": f"^{IDENTIFIER}$"}, {"type": "boolean"}],
}
STATE_OF_NODE_SCHEMA: JsonSchema = {
    "type": "object",
    "propertyNames": {"pattern": f"^{IDENTIFIER}$"},
    "additionalProperties": STATE_SCHEMA,
    "minProperties": 1,
    "maxProperties": 1,
}
STATES_OF_NODES_SCHEMA: JsonSchema = {
    key: value for key, value in STATE_OF_NODE_SCHEMA.items() if key != "maxProperties"
}
DAY_SCHEMA: JsonSchema = {
    "type": "string",
    "pattern": r"^\d{4}-\d{2}-\d{2}$",
    "patternErrorMessage": "A day is written as year-month-day, such as 2023-09-13.",
}
DURATION_SCHEMA: JsonSchema = {
    "type": "string",
    "pattern": r"^\d+(\.\d+)?\s*(day|week|month|year)s?$",
    "patternErrorMessage": "Write a number and a unit, such as 90 days, 6 months or 1 year.",
}
ARROW_SCHEMA: JsonSchema = {
    "type": "string",
    "pattern": rf"^\s*{IDENTIFIER}\s*->\s*{IDENTIFIER}\s*$",
    "patternErrorMessage": "An influence is written as cause -> effect.",
}
CHANCE_SCHEMA: JsonSchema = {
    "type": ["number", "string"],
    "exclusiveMinimum": 0,
    "exclusiveMaximum": 1,
    "pattern": r"^[0-9.]+\s*%?(\s*(-|–|to)\s*[0-9.]+\s*%?)?$",
    "patternErrorMessage": "Write a number such as 70% or 0.7, or a range such as 60-80%.",
}

Identifier = Annotated[str, Field(pattern=f"^{IDENTIFIER}$")]
Day = Annotated[dt.date, WithJsonSchema(DAY_SCHEMA)]
State = Annotated[tuple[str, str], WithJsonSchema(STATE_OF_NODE_SCHEMA)]
"""A node and one of its states; written `{node: state}`."""
States = Annotated[Mapping[str, str], WithJsonSchema(STATES_OF_NODES_SCHEMA)]
"""Nodes and one state of each; written `{node: state, node: state}`."""
Text = Annotated[str, Field(min_length=1)]
Grade = Annotated[str, Field(pattern="^[A-F]$")]
"""How reliable a person or a source is: an Admiralty letter."""


class Frozen(BaseModel):
    """Base of every description: it cannot be changed, and holds nothing that is not declared."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True
    )


class Chance(Frozen):
    """A probability as it was stated: a phrase, a point or a range; exactly one of the three."""

    written: str = Field(description="As the file has it.")
    phrase: str | None = Field(default=None, description="A phrase of the lexicon.")
    point: float | None = Field(default=None, gt=0, lt=1, description="A probability.")
    low: float | None = Field(default=None, gt=0, lt=1, description="Lower end, a probability.")
    high: float | None = Field(default=None, gt=0, lt=1, description="Upper end, a probability.")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [self.phrase is not None, self.point is not None, self.low is not None]
        if sum(forms) != 1 or (self.low is None) != (self.high is None):
            raise ValueError("a chance is a phrase, or a point, or low and high")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError("a range of chances runs from low to high")
        return self


WrittenChance = Annotated[Chance, WithJsonSchema(CHANCE_SCHEMA)]


class Spoken(Frozen):
    """What all statements share: who said it, where, when, in our words, and with which weight."""

    expert: str | None = Field(
        default=None, description="Who said it: an expert's id (or an alias)."
    )
    source: str | None = Field(
        default=None,
        description="Where: a source's id, then a comma and the place, such as `K, paragraph 8`.",
    )
    locator: SkipJsonSchema[str | None] = Field(
        default=None, description="The place in the source."
    )
    date: Day = Field(
        description="The day it was said; defaults to the day its source was published."
    )
    said: Text = Field(description="What was said, in our own words.")
    words: str | None = Field(
        default=None, description="The likelihood words as printed in the source."
    )
    weight: float = Field(
        default=1.0, ge=0, le=1, description="How much it counts: 0 (never said) to 1 (default)."
    )
    because: str | None = Field(default=None, description="Why it is encoded or weighted as it is.")
    lexicon: str | None = Field(
        default=None, description="Whose reading of the words, where it is not the scenario's."
    )


class Opinion(Spoken):
    """A statement that is somebody's: it needs an expert."""

    expert: str = Field(description="Who said it: an expert's id (or an alias).")


class ProbabilityStatement(Opinion):
    """How likely a state is, possibly given other states."""

    kind: Literal["probability"] = "probability"
    event: State = Field(description="The state spoken of, as {outcome: state}.")
    given: States = Field(
        default_factory=dict,
        description="The condition, as {outcome: state, ...}; may be left out.",
    )
    probability: WrittenChance = Field(
        description="A phrase of the lexicon (likely), a number (70% or 0.7) or a range (60-80%)."
    )


def _written_influence(schema: JsonSchema) -> None:
    """Show `link:` or `path:`, and `states:`, in place of the fields they are read into."""
    for name in ("cause", "effect", "direct", "cause_state", "effect_state"):
        del schema["properties"][name]
        if name in schema["required"]:
            schema["required"].remove(name)
    schema["properties"] |= {
        "link": {
            **ARROW_SCHEMA,
            "description": "The direct influence spoken of, as cause -> effect; one of the links.",
        },
        "path": {
            **ARROW_SCHEMA,
            "description": "The influence along all ways from the first to the second, as a -> b.",
        },
        "states": {
            **STATES_OF_NODES_SCHEMA,
            "description": "Which state of each; needed where a node has more than two.",
        },
    }
    schema["oneOf"] = [{"required": ["link"]}, {"required": ["path"]}]


class InfluenceStatement(Opinion):
    """One thing makes another more or less likely: along its link, or along every path."""

    model_config = ConfigDict(json_schema_extra=_written_influence)

    kind: Literal["influence"] = "influence"
    cause: str
    effect: str
    direct: bool
    """True when it was written `link:`; False for `path:`."""
    cause_state: str
    effect_state: str
    strength: str = Field(
        description="raises or lowers; with slightly or strongly after it where words say so."
    )


class ComparisonStatement(Opinion):
    """One state is likelier than another."""

    kind: Literal["comparison"] = "comparison"
    likelier: State = Field(description="The likelier state, as {outcome: state}.")
    than: State = Field(description="The less likely state, as {outcome: state}.")
    strength: str = Field(description="By how much: slightly, clearly or far.")


class BaseRateStatement(Spoken):
    """How often it happened in comparable periods."""

    kind: Literal["base_rate"] = "base_rate"
    event: State = Field(description="The state counted, as {outcome: state}.")
    happened: int = Field(ge=0, description="In how many of the periods it happened.")
    out_of: int = Field(ge=1, description="How many periods were looked at.")
    each_days: Annotated[float, WithJsonSchema(DURATION_SCHEMA)] = Field(
        alias="each", gt=0, description="How long one period is: 1 year, 6 months, 90 days."
    )

    @model_validator(mode="after")
    def _no_more_than_all(self) -> Self:
        if self.happened > self.out_of:
            raise ValueError("it cannot have happened in more periods than were looked at")
        return self


class RemarkStatement(Spoken):
    """What is kept and cited but never counted: a severity, a wish, a past fact, a party's line."""

    kind: Literal["remark"] = "remark"
    about: str | None = Field(default=None, description="The outcome or driver it is about.")


Statement = Annotated[
    ProbabilityStatement
    | InfluenceStatement
    | ComparisonStatement
    | BaseRateStatement
    | RemarkStatement,
    Field(discriminator="kind"),
]
