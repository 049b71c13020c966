"""The pages under docs/ name every command there is, and none that there is not."""

import re
import shlex
from pathlib import Path

import click
import pytest
import typer

from estimative.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
COMMAND = re.compile(r"^\$ (estimative .+)$", re.MULTILINE)
INLINE = re.compile(r"`(estimative [a-z][^`]*)`")


def verbs() -> dict[str, click.Command]:
    """Return all commands by the words that call them."""
    whole = typer.main.get_command(app)
    found = {}
    for name, command in whole.commands.items():
        if hasattr(command, "commands"):
            found |= {f"{name} {verb}": below for verb, below in command.commands.items()}
        else:
            found[name] = command
    return found


VERBS = verbs()


@pytest.mark.parametrize("verb", VERBS)
def test_each_command_has_a_page_on_the_site(verb: str):
    page = f"how-to/{verb.replace(' ', '-')}.md"
    alone = f"how-to/{verb.split()[0]}{'s' * (verb.split()[0] == 'sheet')}.md"
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    there = [p for p in (page, alone) if (ROOT / "docs" / p).exists()]
    assert there, f"docs/{page} is missing"
    assert there[0] in site
    assert f"estimative {verb}" in (ROOT / "docs" / there[0]).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_commands_are_called_by_options_they_have(page: Path):
    text = page.read_text(encoding="utf-8")
    for line in [*COMMAND.findall(text), *INLINE.findall(text)]:
        words = shlex.split(line.replace("\\\n", " "))[1:]
        verb = next((v for v in (" ".join(words[:2]), words[0]) if v in VERBS), None)
        if verb is None:
            assert words[0] in ("--version", "--help", *(v.split()[0] for v in VERBS)), line
            continue
        options = {o for p in VERBS[verb].params for o in (*p.opts, *p.secondary_opts)}
        for word in words[len(verb.split()) :]:
            if word.startswith("-") and not word.lstrip("-")[:1].isdigit():
                assert word.partition("=")[0] in {*options, "--help"}, line
