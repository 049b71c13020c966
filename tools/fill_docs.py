"""Fill in what the commands of the pages under docs/ print, by running them.

In a page that holds the mark below, every line of a `console` block that begins with `$ estimative`
is run, page by page, in a fresh folder made by `estimative new`, and what it prints replaces what
stood under it. Output that ends in a line `...` stays cut to as many lines. A block of `yaml` whose
first line is `# news/<name>` is written there first.

    python tools/fill_docs.py docs/tutorial.md docs/how-to/*.md
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

MARK = "<!-- what commands print is filled in by tools/fill_docs.py -->"
WIDTH = "88"
BLOCK = re.compile(r"^```(console|yaml)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SCENARIO = Path("scenarios", "tutorial")


def run(command: str, folder: Path) -> list[str]:
    """Return what a command prints, its progress left out.

    Parameters
    ----------
    command : str
        As one would type it after `$ `; `estimative` is that of this interpreter.
    folder : Path
        Where it is run.

    Returns
    -------
    list of str
        Lines: errors, if it failed, after the rest.
    """
    words = [sys.executable, "-m", *shlex.split(command)]
    settings = os.environ | {"COLUMNS": WIDTH}
    done = subprocess.run(words, cwd=folder, env=settings, capture_output=True, text=True)
    print(f"{command}: status {done.returncode}")
    told = done.stdout + (done.stderr if done.returncode else "")
    told = told.replace(f"{folder.resolve()}{os.sep}", "")
    return [line.rstrip() for line in told.strip("\n").splitlines()]


def fill(block: str, folder: Path) -> str:
    """Return the lines of a `console` block, with what its commands print now.

    Parameters
    ----------
    block : str
        Its lines.
    folder : Path
        Where commands are run.

    Returns
    -------
    str
        Its lines.
    """
    lines = []
    for part in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
        command, *old = part.splitlines() or [""]
        if not command.startswith("$ estimative"):
            lines += [command, *old] if command or old else []
            continue
        new = run(command.removeprefix("$ "), folder)
        if old and old[-1] == "...":
            new = [*new[: len(old) - 1], "..."]
        lines += [command, *new]
    return "".join(f"{line}\n" for line in lines)


def main() -> None:
    """Rewrite the pages that are named."""
    for name in sys.argv[1:]:
        page = Path(name)
        text = page.read_text(encoding="utf-8")
        if MARK not in text:
            continue
        with tempfile.TemporaryDirectory() as place:
            run("estimative new strike", Path(place))
            folder = Path(place, "strike")

            def filled(found: re.Match[str], folder: Path = folder) -> str:
                """Return a block, filled if it is one of commands."""
                kind, block = found.groups()
                if kind == "console":
                    return f"```console\n{fill(block, folder)}```"
                first, _, rest = block.partition("\n")
                if first.startswith("# news/"):
                    (folder / SCENARIO / first.removeprefix("# ")).write_text(
                        rest, encoding="utf-8"
                    )
                return found[0]

            page.write_text(BLOCK.sub(filled, text), encoding="utf-8")


if __name__ == "__main__":
    main()
