"""Write constraints.txt: the newest version of all the project needs, on each Python it supports.

pip resolves the project with all extras afresh under every interpreter named and installs nothing.
Where two of them agree a package gets one line, where they differ one line each with a marker.
Only names and versions are written: no address, no path.

    python tools/constraints.py python3.12 python3.13
"""

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEADER = """\
# The versions the project is tested with, direct and indirect, on every supported Python.
# Written by tools/constraints.py. With pip's -c a clone installs the same in a year.
"""


def resolve(interpreter: str, requirement: str) -> tuple[str, dict[str, str]]:
    """
    Ask one interpreter's pip what it would install into an empty environment.

    Parameters
    ----------
    interpreter : str
        Command of a Python that has pip.
    requirement : str
        What to resolve, as pip takes it.

    Returns
    -------
    tuple of str and dict
        The interpreter's version ("3.13") and the chosen version of each package.
    """
    command = [interpreter, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    answer = subprocess.run(
        [*command, "--report", "-", requirement], check=True, capture_output=True, text=True
    )
    report = json.loads(answer.stdout)
    chosen = (
        item["metadata"] for item in report["install"] if "dir_info" not in item["download_info"]
    )
    return report["environment"]["python_version"], {
        re.sub(r"[-_.]+", "-", item["name"]).lower(): item["version"] for item in chosen
    }


def lines(resolved: dict[str, dict[str, str]]) -> list[str]:
    """
    Join the answers of several interpreters.

    Parameters
    ----------
    resolved : dict of str to dict
        For each version of Python, the chosen version of each package.

    Returns
    -------
    list of str
        One constraint a line, in alphabetical order.
    """
    versions: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for python, packages in resolved.items():
        for name, version in packages.items():
            versions[name][version].append(python)
    written = []
    for name in sorted(versions):
        for version, pythons in versions[name].items():
            marker = " or ".join(f'python_version == "{p}"' for p in pythons)
            alone = len(versions[name]) == 1
            written.append(f"{name}=={version}" if alone else f"{name}=={version} ; {marker}")
    return written


def main(interpreters: list[str]) -> None:
    """
    Resolve under each interpreter and write the file.

    Parameters
    ----------
    interpreters : list of str
        Commands of the interpreters; empty means the one that runs this.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = ",".join(project["optional-dependencies"])
    found = dict(resolve(one, f"{ROOT}[{extras}]") for one in interpreters or [sys.executable])
    pins = lines(found)
    text = HEADER + "\n".join(pins) + "\n"
    (ROOT / "constraints.txt").write_text(text, encoding="utf-8")
    print(f"constraints.txt: {len(pins)} pins for Python {', '.join(found)}")


if __name__ == "__main__":
    main(sys.argv[1:])
