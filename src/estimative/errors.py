"""What can go wrong, in one family: every error is an `EstimativeError` and also a builtin.

A wrong scenario is reported whole: `ScenarioError` carries every `Problem` of every file, each with
its place and its cure (tests/unit/test_bad_inputs.py holds the table of them).
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong, or suspicious, at one place of one file.

    Attributes
    ----------
    file : str
        POSIX path, relative to the workspace (or, when there is none, to the scenario's folder).
    line : int
        Line, counted from 1; 0 when the problem is the file or the folder itself.
    message : str
        What came, what is allowed, and what to do.
    """

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """Write it as `file:line: message`."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


class EstimativeError(Exception):
    """Base of every error this package raises on purpose."""


class ScenarioError(EstimativeError, ValueError):
    """A scenario that cannot be used as it stands; holds every problem found, not the first.

    Parameters
    ----------
    problems : iterable of Problem
        All of them; they are kept in the order of files and lines.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type["ScenarioError"], tuple[tuple[Problem, ...]]]:
        """Pickle by the problems, so that the error survives a worker process."""
        return type(self), (self.problems,)


class InferenceError(EstimativeError, RuntimeError):
    """A fit that did not converge, or that cannot be run."""


class LedgerError(EstimativeError, RuntimeError):
    """A record or a stored belief that cannot be written or read."""
