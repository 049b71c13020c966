"""Where things lie: a workspace is the folder that holds `scenarios/`; the package has its own.

A scenario is named by its folder or by its slug, which is looked up in the workspace and then on
the package's shelf.
"""

import errno
from pathlib import Path
from shutil import copytree, ignore_patterns

from estimative.errors import Problem, ScenarioError
from estimative.names import did_you_mean, listed

SCENARIO_FILE = "scenario.yaml"
TRACK_RECORDS = "track_records"  # a folder beside the scenarios
LONGEST_SHOWN = 60  # characters of a name that is none


def find_workspace(path: str | Path = ".") -> Path:
    """Return the nearest folder that holds `scenarios/`.

    It is looked for at and above the path, and then at and above the working directory.

    Parameters
    ----------
    path : str or Path
        A file or folder; it need not exist.

    Returns
    -------
    Path
        The workspace, absolute.

    Raises
    ------
    ScenarioError
        When there is none.
    """
    found = enclosing_workspace(path) or enclosing_workspace(Path.cwd())
    if found is None:
        message = "no folder at or above it holds scenarios/; make one with `estimative new DIR`"
        raise ScenarioError([Problem(str(path), 0, message)])
    return found


def enclosing_workspace(path: str | Path) -> Path | None:
    """Return the nearest folder at or above a path that holds `scenarios/`, or None.

    Parameters
    ----------
    path : str or Path
        A file or folder; it need not exist.

    Returns
    -------
    Path or None
        The workspace, absolute.
    """
    start = Path(path).resolve()
    return next((at for at in (start, *start.parents) if (at / "scenarios").is_dir()), None)


def shelf() -> Path:
    """Return the package's own workspace: in a wheel `_shelf`, in a checkout its root.

    Returns
    -------
    Path
        A folder that holds `scenarios/` and `models/`.
    """
    package = Path(__file__).resolve().parent
    packed = package / "_shelf"
    return packed if packed.is_dir() else package.parents[1]


def find_scenario(name: str | Path) -> Path:
    """Return the folder of a scenario.

    Parameters
    ----------
    name : str or Path
        The folder, its scenario.yaml, a slug found in the workspace or on the shelf, or a
        workspace that holds one scenario only.

    Returns
    -------
    Path
        The folder, absolute; it holds a scenario.yaml.

    Raises
    ------
    ScenarioError
        When there is no such scenario; the message names the nearest.
    """
    path = Path(name)
    if not _can_be_a_path(path):
        shown = ascii(str(name)[:LONGEST_SHOWN])[1:-1]
        message = "is no name of a file or folder: it is too long, or holds the character NUL"
        raise ScenarioError([Problem(shown, 0, message)])
    if path.name == SCENARIO_FILE and path.is_file():
        return path.resolve().parent
    if (path / SCENARIO_FILE).is_file():
        return path.resolve()
    slugs = scenario_folders(path)
    if not path.is_absolute() and str(name) in slugs:
        return slugs[str(name)]
    inside = sorted(path.glob(f"scenarios/*/{SCENARIO_FILE}"))
    if len(inside) == 1:
        return inside[0].parent.resolve()
    raise ScenarioError([Problem(path.as_posix(), 0, _why_not(path, slugs))])


def scenario_folders(path: str | Path = ".") -> dict[str, Path]:
    """Return the scenarios that can be named by their slug from a path.

    Parameters
    ----------
    path : str or Path
        Where the search for the workspace starts.

    Returns
    -------
    dict of str to Path
        Folders by slug; the workspace's own come before those of the shelf.
    """
    own = enclosing_workspace(path) or enclosing_workspace(Path.cwd())
    found: dict[str, Path] = {}
    for root in (own, shelf()):
        for file in sorted(root.glob(f"scenarios/*/{SCENARIO_FILE}")) if root is not None else ():
            found.setdefault(file.parent.name, file.parent.resolve())
    return found


def track_record_files(workspace: Path | None) -> dict[str, Path]:
    """Return the track records that the scenarios of a workspace can name.

    Parameters
    ----------
    workspace : Path or None
        The workspace, if there is one.

    Returns
    -------
    dict of str to Path
        Files by name.
    """
    if workspace is None:
        return {}
    files = sorted((workspace / "scenarios" / TRACK_RECORDS).glob("[!.]*.yaml"))
    return {file.stem: file for file in files}


def new_workspace(folder: str | Path) -> Path:
    """Make a workspace with the tutorial scenario, in which everything runs.

    Parameters
    ----------
    folder : str or Path
        A folder to make; it may exist if it holds no `scenarios/`.

    Returns
    -------
    Path
        The folder of the scenario.

    Raises
    ------
    ScenarioError
        If it already holds scenarios, or cannot be written.
    """
    target = Path(folder)
    if (target / "scenarios").exists() or (target / SCENARIO_FILE).exists():
        raise ScenarioError(
            [
                Problem(
                    target.as_posix(),
                    0,
                    "already holds scenarios; nothing was changed; name another folder",
                )
            ]
        )
    made = target / "scenarios" / "tutorial"
    try:
        copytree(
            shelf() / "scenarios" / "tutorial", made, ignore=ignore_patterns("runs", "__pycache__")
        )
        copytree(shelf() / "docs" / "schema", target / "docs" / "schema")
    except OSError as error:
        raise ScenarioError(
            [Problem(target.as_posix(), 0, f"cannot be written: {error.strerror}")]
        ) from error
    return made


def _can_be_a_path(path: Path) -> bool:
    """Return whether the system takes a name: it may be too long, or hold the character NUL."""
    try:
        path.lstat()
    except ValueError:
        return False
    except OSError as error:
        return error.errno not in (errno.ENAMETOOLONG, errno.EINVAL)
    return True


def _why_not(path: Path, slugs: dict[str, Path]) -> str:
    known = f" (known by name: {listed(slugs, 'and')})" if slugs else ""
    file = path if path.name == SCENARIO_FILE else path / SCENARIO_FILE
    if file.exists() and not file.is_file():
        return f"{SCENARIO_FILE} is no file but a folder, pipe or device; write a text file"
    if path.exists() and not path.is_dir():
        return "is not a scenario; name the folder that holds its scenario.yaml"
    if path.is_dir():
        others = sorted(path.glob("[Ss]cenario*.y*ml"))
        if others:
            return f"holds no scenario.yaml; rename {others[0].name} to scenario.yaml"
        inside = sorted(at.parent.name for at in path.glob(f"scenarios/*/{SCENARIO_FILE}"))
        if inside:
            return f"is a workspace, not a scenario; name one of its scenarios: {listed(inside)}"
        return f"holds no scenario.yaml; write one, or name another folder{known}"
    return f"no such folder or scenario{did_you_mean(path.name, slugs)}{known}"
