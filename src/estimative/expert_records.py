"""What resolved questions say of experts, as a scenario takes it: weights, biases, a sharpening.

Learned elsewhere and written to a file; here it is only numbers with their intervals. An expert
without a record has the population's (tests/unit/test_track_record_key.py).
"""

from collections.abc import Mapping
from datetime import date
from statistics import NormalDist
from typing import Annotated, Self

from pydantic import Field, WithJsonSchema, model_validator

from estimative.names import IDENTIFIER
from estimative.statements import Frozen, Text


class Estimate(Frozen):
    """A number and the central interval of what it may be."""

    mean: float
    lower: float
    upper: float

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.lower <= self.upper:
            raise ValueError("an interval runs from lower to upper")
        return self


class ExpertRecord(Frozen):
    """What resolved questions say of one expert, or of one without a record.

    Attributes
    ----------
    n : int
        Resolved questions of which the expert spoke; 0 for the population.
    weight : Estimate
        The factor of a statement's weight, in [0, 1].
    bias : Estimate
        By how much the log-odds said of what happens (of two states, the last) are too high.
    """

    n: int = Field(ge=0)
    weight: Estimate
    bias: Estimate

    @model_validator(mode="after")
    def _is_a_factor(self) -> Self:
        if not all(0 <= w <= 1 for w in (self.weight.mean, self.weight.lower, self.weight.upper)):
            raise ValueError("a weight lies within 0 and 1")
        return self


UNLEARNED = 1.05  # the sharpening of a pool of experts without a record


class TakenRecord(Frozen):
    """A record of experts, as a scenario takes it.

    Attributes
    ----------
    name : str
        Of its file.
    source : str
        What it was learned from.
    questions : int
        How many resolved ones.
    until : date or None
        The last day on which one of them was resolved.
    interval : float
        Mass of all central intervals.
    sharpening : Estimate
        By what log-odds that experts agree on are multiplied to be right.
    population : ExpertRecord
        Of an expert without a record.
    experts : mapping of str to ExpertRecord
        By the expert's id; those of the scenario only.
    """

    name: str
    source: Text
    questions: int = Field(ge=0)
    until: date | None = None
    interval: float = Field(gt=0, lt=1)
    sharpening: Estimate
    population: ExpertRecord
    experts: Mapping[str, ExpertRecord] = Field(default_factory=dict)

    @property
    def sharpens(self) -> float:
        """By what a model's own sharpening is multiplied: 1 where the record learned nothing."""
        return self.sharpening.mean / UNLEARNED

    def of(self, expert: str | None) -> ExpertRecord:
        """Return an expert's record, or the population's.

        Parameters
        ----------
        expert : str or None
            The expert's id; None for nobody known.

        Returns
        -------
        ExpertRecord
            Weight and bias.
        """
        return self.experts.get(expert or "", self.population)

    def bias_sd(self, expert: str) -> float:
        """Return the standard deviation of an expert's bias, on log-odds.

        Parameters
        ----------
        expert : str
            The expert's id.

        Returns
        -------
        float
            From the width of its interval, as of a normal distribution.
        """
        bias = self.of(expert).bias
        return (bias.upper - bias.lower) / (2 * NormalDist().inv_cdf((1 + self.interval) / 2))


NamedRecord = Annotated[
    TakenRecord | None, WithJsonSchema({"type": "string", "pattern": f"^{IDENTIFIER}$"})
]
"""A record; written by the name of its file."""
