"""What resolved questions say of experts, as proposals: a weight and a bias for each.

Nothing here changes a scenario: who wants a record to count saves it and names it there
(tests/unit/test_track_records.py).
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimative.forecast_tables import read_forecasts
from estimative.results import Answer, Table, mass
from estimative.scenario import Scenario
from estimative.track_records import INTERVAL, OWN, TrackRecord, fit_record

if TYPE_CHECKING:
    import pandas as pd

type Source = str | Path | pd.DataFrame | Scenario | Sequence[Scenario]
Told = Callable[[str], None]

ROUGH = 1.1  # R-hat above which numbers of single experts are not to be trusted
MOST_SHOWN = 30  # experts a table lists
TABLES = (".csv", ".xlsx")


@dataclass(frozen=True, eq=False)
class LearnedWeights(Answer):
    """Proposed weights and biases of experts.

    Attributes
    ----------
    record : TrackRecord
        What was learned.
    interval : float
        Mass of all central intervals.
    sha256 : str or None
        Of the file, where it was learned from one.
    forecasts : int
        Rows of the table, of questions that have ended.
    """

    record: TrackRecord = field(repr=False)
    interval: float
    sha256: str | None
    forecasts: int

    @property
    def n(self) -> int:
        """Questions it was learned from."""
        return self.record.questions

    @cached_property
    def experts(self) -> "pd.DataFrame":
        """By expert: `n`, and `skill`, `bias`, `weight`, each with `_lower` and `_upper`."""
        return self.record.summary(self.interval)

    @cached_property
    def population(self) -> "pd.Series[float]":
        """The same for an expert without a record: the population's, with its spread."""
        return self.record.of_population(self.interval)

    @property
    def sharpening(self) -> tuple[float, float, float]:
        """By what log-odds that eight experts agree on are multiplied: mean, lower, upper."""
        return self.record.sharpening_within(self.interval)

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an expert, the last (`expert` is None) for one without a record."""
        rows: list[dict[str, Any]] = [
            {"expert": expert} | {str(key): value for key, value in row.items()}
            for expert, row in self.experts.to_dict("index").items()
        ]
        stranger = {str(key): value for key, value in self.population.items()}
        return [*rows, {"expert": None, **stranger, "n": 0}]

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name, as `estimative learn-weights --json` prints it.

        Returns
        -------
        dict of str to object
            What a track record's file holds, with `n` and the diagnostics of the fit.
        """
        held = self.record.to_dict(self.interval)
        held["learned"] |= {"forecasts": self.forecasts} | (
            {"sha256": self.sha256} if self.sha256 else {}
        )
        return {"n": self.n, **held, "diagnostics": dict(self.record.diagnostics)}

    def save(self, name: str, folder: str | Path = ".") -> Path:
        """Write the record into a workspace, where a scenario can take it by name.

        Parameters
        ----------
        name : str
            What scenarios call it: `track_record: <name>`.
        folder : str or Path
            A folder of the workspace.

        Returns
        -------
        Path
            The file.
        """
        from estimative.record_files import write_record

        held = self.to_dict()
        record = {key: held[key] for key in held if key not in ("n", "diagnostics")}
        return write_record(record, name, folder)

    def tables(self) -> list[Table]:
        """Return one table: the experts heard most often, then one without a record."""
        if not self.n:
            title = "Nothing to learn from: no question has ended. Everybody weighs alike."
            return [Table(title, (), ())]
        rows = [_row(row) for row in self.records()]
        left_out = len(rows) - 1 - MOST_SHOWN
        shown = rows if left_out <= 0 else [*rows[:MOST_SHOWN], rows[-1]]
        mean, lower, upper = self.sharpening
        until = f", the last resolved on {self.record.until}" if self.record.until else ""
        notes = [
            f"{left_out:,} further experts are in --csv and --json." if left_out > 0 else "",
            "Weight: the proposed factor of a statement's weight, 1 for one no worse than the"
            " population. Bias: by how much the log-odds he gives to what he says happens are too"
            " high; it would be taken off. Intervals that overlap cannot tell two experts apart.",
            f"An expert of fewer than {OWN} questions, or without a record, has the population's."
            " Questions of one or two experts are left out, if there are enough others.",
            f"Sharpening: log-odds that eight agree on are multiplied by {mean:.2f} ({lower:.2f} to"
            f" {upper:.2f}). These are proposals: nothing is applied to a scenario.",
        ]
        if self.record.diagnostics.get("rhat", 1.0) > ROUGH:
            notes.append(
                f"The fit has not mixed well (R-hat {self.record.diagnostics['rhat']:.2f}): take"
                " single experts' numbers as rough, and compare another --seed."
            )
        title = (
            f"Weights learned from {self.n:,} questions of {self.record.source}{until}.\n"
            f"In brackets the central {mass(self.interval)}."
        )
        columns = ("expert", "n", "weight", "bias (log-odds)")
        return [Table(title, columns, shown, [note for note in notes if note])]


def learn_weights(
    source: "Source", *, seed: int = 1, interval: float = INTERVAL, tell: Told | None = None
) -> LearnedWeights:
    """Learn from resolved questions how much each expert is to weigh.

    Parameters
    ----------
    source : str, Path, DataFrame, Scenario or sequence of Scenario
        A table of forecasts (see `estimative.forecast_tables.read_forecasts`); or a folder of a
        workspace, or scenarios, whose recorded forecasts say who stated what.
    seed : int
        The same seed gives the same numbers.
    interval : float
        Mass of the central intervals, in (0, 1).
    tell : callable, optional
        Called with a line of progress now and then.

    Returns
    -------
    LearnedWeights
        Proposals; no scenario is changed.

    Raises
    ------
    ScenarioError
        If the table is wrong, with file and line of everything that is.
    ValueError
        If the interval is no mass.
    """
    check_interval(interval)
    frame, name, sha256 = _table(source)
    record = replace(fit_record(frame, seed=seed, tell=tell), source=name)
    return LearnedWeights(record, interval, sha256, int(frame["outcome"].notna().sum()))


def check_interval(interval: float) -> None:
    """Refuse what is no mass of an interval.

    Parameters
    ----------
    interval : float
        As in `learn_weights`.

    Raises
    ------
    ValueError
        Unless it lies between 0 and 1.
    """
    if not 0 < interval < 1:
        raise ValueError(f"{interval:g} is no mass of an interval; give one such as 0.9")


def _table(source: "Source") -> tuple["pd.DataFrame", str, str | None]:
    """Return forecasts, what they are called, and the hash of their file."""
    if isinstance(source, str | Path):
        path = Path(source)
        if not path.is_dir():
            frame = read_forecasts(path)
            return frame, path.name, hashlib.sha256(path.read_bytes()).hexdigest()
        name = f"the workspace {path.resolve().name}"
    elif hasattr(source, "columns"):
        return read_forecasts(source), "a table", None  # type: ignore[arg-type]
    else:
        name = source.slug if isinstance(source, Scenario) else "recorded scenarios"
    from estimative.scoring import expert_forecasts

    return expert_forecasts(source), name, None


def _row(row: dict[str, Any]) -> tuple[str, ...]:
    name = "an expert without a record" if row["expert"] is None else str(row["expert"])
    weight = "{weight:.2f} ({weight_lower:.2f} to {weight_upper:.2f})".format(**row)
    bias = "{bias:+.2f} ({bias_lower:+.2f} to {bias_upper:+.2f})".format(**row)
    return name, "-" if row["expert"] is None else f"{row['n']:,}", weight, bias
