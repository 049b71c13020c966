"""What drives an answer, as it is read: each thing that might be otherwise, and the moves it makes.

Nothing here is computed; `tests/unit/test_sensitivity.py` reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from estimative.exploring.joints import chance
from estimative.exploring.moves import Gauge, Move
from estimative.exploring.otherwise import How, Kind, Lever
from estimative.exploring.supposing import unsigned
from estimative.forecasting import Forecast
from estimative.outcome_forecasts import OutcomeForecast
from estimative.results import Answer, Table, percent, points, tenths
from estimative.reweighting import Reweighting
from estimative.weighted_draws import FEWEST_DRAWS, WORST_K

if TYPE_CHECKING:
    import pandas as pd
    from ipywidgets import Widget

MOST_CLAIMS = 3  # sentences above the table
VOICES = (Kind.statement, Kind.expert, Kind.group)
TIMES = {How.halved: "half", How.doubled: "twice"}


@dataclass(frozen=True)
class Swing:
    """Something that the answer may rest on, and where it would be otherwise.

    Attributes
    ----------
    lever : Lever
        What might be otherwise.
    moves : mapping of How to Move
        Where the outcome's probability would be, by the way in which it is otherwise.
    """

    lever: Lever
    moves: Mapping[How, Move]

    @property
    def farthest(self) -> How:
        """In which way the answer would move farthest, of what can be told from Monte Carlo error.

        To be halved is on the way to being dropped, and counts only where nothing can be dropped.
        """
        ends = [how for how in self.moves if how is not How.halved or How.dropped not in self.moves]
        told = [how for how in ends if self.moves[how].told_apart]
        return max(told or ends, key=lambda how: abs(self.moves[how].move))

    @property
    def size(self) -> float:
        """The largest move, in probability, without its sign."""
        return abs(self.moves[self.farthest].move)

    def sentence(self, how: How) -> str:
        """Return what would be otherwise, in words.

        Parameters
        ----------
        how : How
            In which way.

        Returns
        -------
        str
            Such as `without Ballbach's 'unlikely'`.
        """
        match how:
            case How.dropped:
                return f"without {self.lever.label}"
            case How.read:
                return f"if {self.lever.label}"
            case _:
                return f"{TIMES[how]} {self.lever.label}"


@dataclass(frozen=True, eq=False)
class Sensitivity(Answer):
    """What drives the answer on one outcome, the strongest first.

    Attributes
    ----------
    forecast : Forecast
        The forecast.
    outcome : OutcomeForecast
        The outcome.
    swings : tuple of Swing
        By the larger of the moves without it and with twice its weight.
    top : int
        How many of them a table or picture shows.
    reweighting : Reweighting or None
        The draws, ready to be weighted otherwise; None for a model that does not allow it.
    note : str or None
        Why statements and constants are missing.
    """

    forecast: Forecast = field(repr=False)
    outcome: OutcomeForecast
    swings: tuple[Swing, ...]
    top: int
    reweighting: Reweighting | None = field(repr=False)
    note: str | None = None

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping a way in which something might be otherwise."""
        return [
            {
                "outcome": self.outcome.name,
                "event": self.outcome.event,
                "kind": str(swing.lever.kind),
                "name": swing.lever.name,
                "label": swing.lever.label,
                "change": str(how),
                "now": self.outcome.probability,
                "probability": move.probability,
                "move": move.move,
                "move_error": move.error,
                "pareto_k": move.k,
                "effective_draws": move.effective_draws,
                "rough": move.rough,
                "exact": move.exact,
            }
            for swing in self.swings
            for how, move in swing.moves.items()
        ]

    def shown(self, *kinds: Kind) -> tuple[Swing, ...]:
        """Return the strongest of some kinds.

        Parameters
        ----------
        *kinds : Kind
            Which; default all.

        Returns
        -------
        tuple of Swing
            No more than `top`; all move the answer by a tenth of a point or more, and beyond Monte
            Carlo error.
        """
        chosen = [s for s in self.swings if not kinds or s.lever.kind in kinds]
        return tuple([s for s in chosen if s.moves[s.farthest].matters][: self.top])

    @property
    def untold(self) -> tuple[Swing, ...]:
        """The statements on the outcome itself of whose move too few draws are left to tell."""
        speakers = self.outcome.speakers
        on_it = {*speakers.statements, *speakers.influences}
        said = [s for s in self.swings if s.lever.name in on_it]
        return tuple(s for s in said if (m := s.moves[s.farthest]).rough and not m.told_apart)

    def claims(self) -> list[str]:
        """Return in sentences what the answer rests on most, where that is certain.

        Returns
        -------
        list of str
            Such as `Without Ballbach's 'unlikely': 18% -> 22%`; nothing that is rough.
        """
        said = []
        for swing in self.swings:
            move = swing.moves.get(How.dropped)
            if move and move.clear and points(move.move) != "0":
                words = swing.sentence(How.dropped)
                now = percent(self.outcome.probability)
                said.append(f"{words[0].upper()}{words[1:]}: {now} -> {percent(move.probability)}.")
        return said[:MOST_CLAIMS]

    def tables(self) -> list[Table]:
        """Return who said what, and what is assumed."""
        outcome, forecast = self.outcome, self.forecast
        title = (
            f"What drives it: {outcome.headline}\nNow {percent(outcome.probability)}, as of"
            f" {forecast.as_of}, by {outcome.by}; record {forecast.record}."
        )
        voices = self.shown(*VOICES)
        rows = [
            (
                s.lever.label,
                *(_chance(s.moves.get(how)) for how in (How.dropped, How.halved, How.doubled)),
                *_measured(s.moves[s.farthest]),
            )
            for s in voices
        ]
        columns = ("what is said", "without", "half", "twice", "points", "±", "k")
        notes = [*self._left_out(voices, *VOICES), *self.notes()]
        found = [Table("\n".join([title, *self.claims()]), columns, rows, notes)]
        others = [s for s in self.swings if s.lever.kind not in VOICES]
        assumed = sorted(
            ((s, how, m) for s in others for how, m in s.moves.items() if m.matters),
            key=lambda found: -abs(found[2].move),
        )
        if assumed:
            cells = [(s.sentence(how), _chance(m), *_measured(m)) for s, how, m in assumed]
            told = {s.lever.name for s, _, _ in assumed[: self.top]}
            shown = [s for s in others if s.lever.name in told]
            heads = ("what is assumed, and the news", "chance", "points", "±", "k")
            notes = self._left_out(shown, *(k for k in Kind if k not in VOICES))
            found.append(Table("If it were otherwise", heads, cells[: self.top], notes))
        return found

    def _left_out(self, shown: Sequence[Swing], *kinds: Kind) -> list[str]:
        """Return sentences on what a table does not show."""
        rest = [s for s in self.swings if s.lever.kind in kinds and s not in shown]
        told = [s for s in rest if s.moves[s.farthest].told_apart]
        worn = [s for s in rest if s.moves[s.farthest].rough and s not in told]
        still = len(rest) - len(told) - len(worn)
        parts = [f"{len(told)} more that move it less"] * bool(told)
        parts += [f"{still} that move it by no more than Monte Carlo error"] * bool(still)
        parts += [f"{len(worn)} for which too few draws are left to tell"] * bool(worn)
        named = [s.lever.label for s in self.untold if s in worn]
        return [f"Not listed: {'; '.join(parts)}."] * bool(parts) + [
            f"Of these on the outcome itself: {', '.join(named)}."
        ] * bool(named)

    def notes(self) -> list[str]:
        """Return the sentences that belong under the table."""
        defaults = unsigned(self.outcome.defaults)
        every = [m for s in self.shown() for m in s.moves.values()]
        notes = [
            "Without, half, twice: the chance had it never been said, or did it count half or"
            " twice (here only, also more than fully). Points: the larger of the moves without it"
            " and with twice of it; ±: the move's Monte Carlo standard error."
        ]
        if any(m.rough for m in every):
            notes.append(
                f"~ Rough: Pareto k is above {WORST_K}, or fewer than {FEWEST_DRAWS} effective"
                " draws are left. It may be far off; exact=True (--exact) fits it anew."
            )
        if any(m.exact for m in every):
            notes.append("exact: fitted anew.")
        notes.append(
            "What nobody said is not listed: were all of it half a prior sd off, the chance would"
            f" move by {defaults} point{'s' * (defaults != '1')}."
        )
        return notes + ([self.note] if self.note else [])

    def psense(self) -> "pd.Series[float]":
        """Return how sensitive the outcome is to raising each statement's density to a power.

        Returns
        -------
        Series of float
            ArviZ's power-scaling sensitivity by statement, the largest first: the rate at which the
            distribution over readings changes (Kallioinen et al. 2024, Stat. Comput. 34, 57); above
            0.05 the statement matters.

        Raises
        ------
        ValueError
            If the model does not name what is needed.
        """
        from estimative.exploring.power_scaling import power_scaling

        return power_scaling(self.forecast, self.outcome, self._ready())

    def slider(self, top: int = 8) -> "Widget":
        """Return sliders for a notebook: weights of statements, and the chance that follows.

        Parameters
        ----------
        top : int
            How many statements, the strongest first.

        Returns
        -------
        Widget
            To be the last line of a cell.

        Raises
        ------
        ImportError
            If ipywidgets is not installed.
        ValueError
            If the model does not name what is needed.
        """
        from estimative.exploring.sliders import Mixer, mixing_desk

        names = [s.lever.name for s in self.swings if s.lever.kind is Kind.statement]
        labels = {s.lever.name: s.lever.label for s in self.swings}
        mixer = Mixer(self._ready(), Gauge(self.forecast, self.outcome.name))
        return mixing_desk(mixer, self.outcome.headline, {n: labels[n] for n in names[:top]})

    def _ready(self) -> Reweighting:
        if self.reweighting is None:
            raise ValueError(self.note)
        return self.reweighting


def _chance(move: Move | None) -> str:
    return "-" if move is None else "~" * move.rough + chance(move.probability)


def _measured(move: Move) -> tuple[str, str, str]:
    """Return a move, its error and its k as printed."""
    k = "exact" if move.exact else "" if move.k is None else f"{move.k:.2f}"
    return "~" * move.rough + tenths(move.move), f"{100 * move.error:.1f}", k
