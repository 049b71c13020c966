"""A scenario's files followed: after each change a new answer, and what moved since the last.

The loop runs over sets of changed files, wherever they come from; a file that is wrong costs a
round, never the last good answer (tests/unit/test_watching.py).
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import Change, watch

from estimative.comparing import Comparison, compare
from estimative.errors import EstimativeError, Problem, ScenarioError
from estimative.forecasting import Forecast
from estimative.scenario import Scenario
from estimative.workspace import SCENARIO_FILE, TRACK_RECORDS, enclosing_workspace

Changed = tuple[str, ...]
Answering = Callable[[dt.date | None], tuple[Scenario, Forecast]]

QUIET = 100
"""Milliseconds without a save after which a burst of saves is over."""


@dataclass(frozen=True, eq=False)
class Round:
    """What came of one change.

    Attributes
    ----------
    changed : tuple of str
        The files that changed; none for the first answer.
    answer : Forecast or None
        The new answer; None if something is wrong.
    moves : Comparison or None
        What moved since the last good answer, if there is one.
    wrong : tuple of str
        What is wrong, in words.
    warnings : tuple of Problem
        What looks suspicious and was not said before.
    unused : tuple of str
        Changed items of news that are dated after the day of the forecast.
    last : Forecast or None
        The last good answer, this one included.
    """

    changed: Changed
    answer: Forecast | None
    moves: Comparison | None
    wrong: tuple[str, ...]
    warnings: tuple[Problem, ...]
    unused: Changed
    last: Forecast | None


def rounds(answer: Answering, changes: Iterable[Changed]) -> Iterator[Round]:
    """Yield what comes of each change; nothing where the files say what they said before.

    Parameters
    ----------
    answer : callable
        Reads the files and returns the scenario and its forecast, as of a day or, for None, of the
        day asked for.
    changes : iterable of tuple of str
        Names of changed files; the first stands for the first answer.

    Yields
    ------
    Round
        What was said.
    """
    last: Forecast | None = None
    said: tuple[Problem, ...] = ()
    was_wrong = False
    for changed in changes:
        try:
            scenario, new = answer(None)
            if new.belief.failed:
                raise _NotConvergedError(f"not converged: {'; '.join(new.belief.failed)}")
            if last is not None and not was_wrong and _same(last, new):
                continue
            moves = _moves(last, new, answer)
        except (EstimativeError, OSError) as error:
            was_wrong = True
            yield Round(changed, None, None, _in_words(error), (), (), last)
            continue
        fresh = tuple(problem for problem in scenario.warnings if problem not in said)
        last, said, was_wrong = new, scenario.warnings, False
        yield Round(changed, new, moves, (), fresh, _unused(changed, scenario, new), new)


def file_changes(folder: Path, model: Path) -> Iterator[Changed]:
    """Yield names of changed files, a burst of saves at a time; first nothing, once all is watched.

    Folders are watched, not files, so that a file may go and come back, as it does when an editor
    saves it; what editors put beside it is passed over.

    Parameters
    ----------
    folder : Path
        The scenario's folder.
    model : Path
        The model file.

    Yields
    ------
    tuple of str
        Names relative to the workspace; those that are gone say so.
    """
    workspace = enclosing_workspace(folder) or folder
    files = {folder / SCENARIO_FILE, workspace / "scenarios" / "experts.yaml", model}
    tables = {folder / "news", workspace / "scenarios" / TRACK_RECORDS}

    def counts(how: Change, name: str) -> bool:
        """Return whether a file is read.

        Parameters
        ----------
        how : Change
            What happened to it, which does not matter.
        name : str
            Its path.

        Returns
        -------
        bool
            True for the scenario's files, the experts, track records and the model.
        """
        path = Path(name)
        item = path.parent in tables and path.suffix.lower() in (".yaml", ".yml")
        return path in files or (item and not path.name.startswith("."))

    def folders() -> list[Path]:
        """Return the folders to watch that are there."""
        return sorted(place for place in {*(f.parent for f in files), *tables} if place.is_dir())

    pending: set[Path] = set()
    while True:
        watched, first = folders(), True
        with contextlib.suppress(FileNotFoundError):  # a folder went just now
            for found in watch(
                *watched,
                watch_filter=counts,
                recursive=False,
                rust_timeout=QUIET,
                yield_on_timeout=True,
            ):
                pending |= {Path(path) for _, path in found}
                if not found and (pending or first):
                    yield tuple(sorted(_name(path, workspace) for path in pending))
                    pending, first = set(), False
                if folders() != watched:
                    pending |= {*folders()} ^ {*watched}
                    break


class _NotConvergedError(EstimativeError):
    """An answer that is no better than none."""


def _same(last: Forecast, new: Forecast) -> bool:
    return last.belief.key == new.belief.key and last.scenario == new.scenario


def _moves(last: Forecast | None, new: Forecast, answer: Answering) -> Comparison | None:
    """Return what moved; where the newest item was taken away, as of the day of the last answer."""
    if last is None:
        return None
    return compare(last, new if new.as_of >= last.as_of else answer(last.as_of)[1])


def _in_words(error: Exception) -> tuple[str, ...]:
    if isinstance(error, ScenarioError):
        return tuple(map(str, error.problems))
    if isinstance(error, OSError):
        return (f"{error.filename or 'a file'} cannot be used: {error.strerror or error}",)
    return (str(error),)


def _unused(changed: Changed, scenario: Scenario, new: Forecast) -> Changed:
    items = [Path(name).stem for name in changed]
    return tuple(n for n in items if n in scenario.news and scenario.news[n].published > new.as_of)


def _name(path: Path, workspace: Path) -> str:
    name = path.relative_to(workspace) if path.is_relative_to(workspace) else path
    return name.as_posix() + ("" if path.exists() else " (gone)")
