"""An item of news from a few answers: put into the form of the shipped items, read, then written.

Only the scenario's own reader says what is wrong with it, as if the file stood there already; it
then appears whole or not at all, and never in place of another (tests/unit/test_news_files.py).
"""

import contextlib
import datetime as dt
import io
import os
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, FoldedScalarString

from estimative.errors import Problem, ScenarioError
from estimative.reading import read_scenario
from estimative.scenario import Scenario
from estimative.workspace import SCENARIO_FILE, enclosing_workspace, shelf

OWN = {
    "report": ("reliability", "favours", "ratio"),
    "observation": ("observed",),
    "revision": ("supersedes", "change"),
    "retraction": ("retracts",),
}
"""The fields that an item of a kind needs besides those of all."""
KINDS = tuple(OWN)
SCHEMA = Path("docs", "schema", "news.schema.json")
SAID_ANEW = ("said", "source", "date", "words", "because")
"""What a revision does not take over from the statement that it replaces."""

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_WIDTH = 92  # the writer breaks a line after the word that passes it
_LONGEST = 88  # characters of a text that stands beside its key
_LONGEST_NAME = 60  # characters of a file's name that is made of words
_SMALL_WORDS = {
    *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in", "is"),
    *("it", "its", "of", "on", "or", "that", "the", "their", "they", "to", "was", "were", "with"),
}


@dataclass(frozen=True)
class Draft:
    """An item of news as it is told, in texts; what was not told is None or empty.

    Attributes
    ----------
    kind, published, happened, said, source, address, reliability, origin : str or None
        As the keys of an item; `published` may be `today`.
    favours, ratio : tuple of str
        Of a report: states as `outcome=state`, and a ratio for each.
    because : tuple of str
        One for each state that a report favours, or one for the item.
    observed : tuple of str
        States as `outcome=state`.
    supersedes : str or None
        The statement that a revision replaces.
    change : tuple of str
        What a revision says otherwise than that statement, as `key=value`.
    retracts : str or None
        What a retraction takes back.
    name : str or None
        The file's name without day and ending; default made of `said`.
    """

    kind: str | None = None
    published: str | None = None
    happened: str | None = None
    said: str | None = None
    source: str | None = None
    address: str | None = None
    reliability: str | None = None
    origin: str | None = None
    favours: tuple[str, ...] = ()
    ratio: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    supersedes: str | None = None
    change: tuple[str, ...] = ()
    retracts: str | None = None
    name: str | None = None

    @property
    def item(self) -> str:
        """The id of the item: its day and its name."""
        return f"{self.published}-{self.name or self.short_name}"

    @property
    def short_name(self) -> str:
        """Up to four telling words of what is said, joined by hyphens."""
        plain = unicodedata.normalize("NFKD", self.said or "").encode("ascii", "ignore").decode()
        words = re.findall(r"[a-z0-9]+", plain.lower().replace("'", ""))
        telling = "-".join([w for w in words if w not in _SMALL_WORDS][:4])
        return telling[:_LONGEST_NAME].rstrip("-")

    @property
    def foreign(self) -> tuple[str, ...]:
        """The fields that were told and belong to another kind only."""
        others = {field for kind in OWN for field in OWN[kind]} - {*OWN.get(self.kind or "", ())}
        return tuple(f for f in vars(self) if f in others - {"reliability"} and getattr(self, f))

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields without which there is no item."""
        needed = ("kind", "published", "said", "source", *OWN.get(self.kind or "", ()))
        lacking = [field for field in needed if not getattr(self, field)]
        if 0 < len(self.ratio) < len(self.favours):
            lacking.append("ratio")
        if self.said and not (self.name or self.short_name):
            lacking.append("name")
        return tuple(lacking)


def item_text(draft: Draft, folder: Path) -> str:
    """Return the text of an item's file, keys in the order of the shipped items.

    Parameters
    ----------
    draft : Draft
        The item; keys that were not told are left out.
    folder : Path
        The scenario's folder.

    Returns
    -------
    str
        YAML.

    Raises
    ------
    ValueError
        If a text is not `outcome=state` or `key=value`, or ratios and states are not as many.
    """
    root = CommentedMap(
        kind=draft.kind,
        published=_days(draft.published),
        happened=_days(draft.happened),
        said=prose(draft.said),
        source=told(
            name=draft.source,
            address=DoubleQuotedScalarString(draft.address) if draft.address else None,
            reliability=draft.reliability,
        ),
        origin=draft.origin,
        bears_on=_bearings(draft),
        observed=_states(draft.observed),
        supersedes=draft.supersedes,
        statement=_statement(draft, folder),
        retracts=draft.retracts,
        because=prose(" ".join(draft.because)) if not _each_because(draft) else None,
    )
    root = told(**root)
    workspace = enclosing_workspace(folder)
    if workspace is not None and (workspace / SCHEMA).is_file():
        schema = (workspace / SCHEMA).relative_to(folder.resolve() / "news", walk_up=True)
        root.yaml_set_start_comment(f"yaml-language-server: $schema={schema.as_posix()}")
    return yaml_text(root)


def yaml_text(root: CommentedMap) -> str:
    """Return the lines of a table, in the form of the shipped files.

    Parameters
    ----------
    root : CommentedMap
        The table.

    Returns
    -------
    str
        YAML, its lines ended by LF.
    """
    stream = io.StringIO()
    writer = YAML()
    writer.width = _WIDTH
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.dump(root, stream)
    return stream.getvalue()


def read_with(folder: Path, item: str, text: str) -> tuple[Scenario | None, tuple[Problem, ...]]:
    """Read a scenario as if an item stood in it.

    Parameters
    ----------
    folder : Path
        A scenario without problems.
    item : str
        The item's id.
    text : str
        The text of its file.

    Returns
    -------
    tuple of (Scenario or None) and tuple of Problem
        The scenario with the item, and what is wrong with the item.
    """
    try:
        return read_scenario(folder, unwritten={item: text}), ()
    except ScenarioError as error:
        found = error.problems
        if any("supersedes: no statement" in problem.message for problem in found):
            # nothing is known then of what else the statement says
            found = tuple(p for p in found if not p.message.startswith("statement:"))
        return None, found


def item_file(folder: Path, item: str) -> Path:
    """Return where an item goes, if it can.

    Parameters
    ----------
    folder : Path
        The scenario's folder.
    item : str
        The item's id.

    Returns
    -------
    Path
        A file that does not exist yet.

    Raises
    ------
    FileExistsError
        If it exists; nothing is ever overwritten.
    ScenarioError
        If the scenario is part of the installed package.
    """
    check_own(folder)
    file = folder / "news" / f"{item}.yaml"
    if file.exists():
        raise FileExistsError(f"news/{file.name} is there already")
    return file


def check_own(folder: Path) -> None:
    """Refuse to write into a scenario of the installed package.

    Parameters
    ----------
    folder : Path
        The scenario's folder.

    Raises
    ------
    ScenarioError
        If it is part of the package.
    """
    own = shelf()
    if own.name == "_shelf" and enclosing_workspace(folder) == own:
        message = "belongs to the installed package; make a folder of your own: estimative new DIR"
        raise ScenarioError([Problem(folder.name, 0, message)])


def write_item(folder: Path, item: str, text: str) -> Path:
    """Write an item's file, whole or not at all, and never in place of another.

    Parameters
    ----------
    folder : Path
        The scenario's folder.
    item : str
        The item's id.
    text : str
        The text of its file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileExistsError
        If it exists.
    OSError
        If it cannot be written.
    """
    file = item_file(folder, item)
    try:
        _write(folder, item, file, text)
    except FileExistsError:
        raise
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(file)) from error
    return file


def _write(folder: Path, item: str, file: Path, text: str) -> None:
    """Write a file's text beside it first, so that it appears whole."""
    file.parent.mkdir(exist_ok=True)
    beside = file.parent / f".writing-{uuid.uuid4().hex}.yaml"  # which nobody reads
    try:
        with beside.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(beside, file)  # unlike a renaming, it fails where a file is
        except FileExistsError:
            raise
        except OSError:  # the disk knows no second names
            os.replace(beside, item_file(folder, item))
    finally:
        beside.unlink(missing_ok=True)


def split_pair(text: str, example: str) -> tuple[str, str]:
    """Return what stands before and after the first `=`.

    Parameters
    ----------
    text : str
        Such as `talks=yes`.
    example : str
        One that is right.

    Returns
    -------
    tuple of str
        Both without spaces around them.

    Raises
    ------
    ValueError
        If there is no `=`, or nothing on a side of it.
    """
    key, sign, value = (part.strip() for part in text.partition("="))
    if not (sign and key and value):
        raise ValueError(f"'{text}' needs a name, = and a value; write it as {example}")
    return key, value


def _pairs(texts: Iterable[str], example: str) -> dict[str, str]:
    """Return what stands before and after each `=`; refuse the same name twice."""
    found: dict[str, str] = {}
    for text in texts:
        key, value = split_pair(text, example)
        if key in found:
            raise ValueError(f"{key} is given twice, as {found[key]} and as {value}; take one out")
        found[key] = value
    return found


def told(**entries: Any) -> CommentedMap:  # noqa: ANN401 - whatever YAML can hold
    """Return a table of what was told.

    Parameters
    ----------
    **entries
        Values by key; those that are empty are left out.

    Returns
    -------
    CommentedMap
        In this order.
    """
    empty: tuple[Any, ...] = (None, "", [], {})
    return CommentedMap((key, value) for key, value in entries.items() if value not in empty)


def _days(text: str | None) -> dt.date | str | None:
    """Return a day as such, so that it is written without quotes; anything else as it came."""
    with contextlib.suppress(ValueError):
        return dt.date.fromisoformat(text or "")
    return text


def prose(text: str | None) -> str | None:
    """Return a text on one line; a long one is folded below its key.

    Parameters
    ----------
    text : str or None
        Words.

    Returns
    -------
    str or None
        Empty for None.
    """
    line = " ".join((text or "").split())
    return FoldedScalarString(line) if len(line) > _LONGEST and line.isprintable() else line


def _bearings(draft: Draft) -> list[CommentedMap]:
    """Return the states that a report favours; those without a ratio yet have none."""
    if len(draft.ratio) > len(draft.favours):
        raise ValueError(
            f"{len(draft.ratio)} ratios for {len(draft.favours)} favoured states; give each state"
            " one, in the same order"
        )
    ratios = [*map(_value, draft.ratio), *[None] * len(draft.favours)]
    because = draft.because if _each_because(draft) else [""] * len(draft.favours)
    return [
        told(favours=_states([state]), ratio=ratio, because=prose(why))
        for state, ratio, why in zip(draft.favours, ratios, because, strict=False)
    ]


def _each_because(draft: Draft) -> bool:
    """Whether each favoured state has a reason of its own."""
    if len(draft.because) > 1 and len(draft.because) != len(draft.favours):
        raise ValueError(
            f"{len(draft.because)} reasons for {len(draft.favours)} favoured states; give one for"
            " the item, or each state one, in the same order"
        )
    return len(draft.because) == len(draft.favours) > 0


def _states(texts: Iterable[str]) -> Any:  # noqa: ANN401 - a table, as YAML has it
    return flow(_pairs(texts, "talks=yes"))


def _statement(draft: Draft, folder: Path) -> CommentedMap | None:
    """Return the statement of a revision: that which it replaces, with what is said otherwise."""
    changes = _pairs(draft.change, "probability=70%")
    if not changes:
        return None
    whole = YAML().load((folder / SCENARIO_FILE).read_text(encoding="utf-8-sig"))
    old: Mapping[str, Any] = whole["statements"].get(draft.supersedes, {})
    values = {key: prose(v) if key in SAID_ANEW else _value(v) for key, v in changes.items()}
    first = {key: old.get(key) for key in ("kind", "expert")} | {"said": prose(draft.said)}
    return told(**first | {k: v for k, v in old.items() if k not in SAID_ANEW} | values)


def _value(text: str) -> Any:  # noqa: ANN401 - whatever YAML can hold
    """Return a number, a list or a table where a text is one; `2, 4, 8` is a list."""
    if re.fullmatch(rf"{_NUMBER}(\s*,\s*{_NUMBER})+", text):
        text = f"[{text}]"
    if re.fullmatch(rf"[\[{{].*|{_NUMBER}", text):
        with contextlib.suppress(YAMLError):
            return flow(YAML(typ="safe", pure=True).load(text))
    return _days(text)


def flow(value: Any) -> Any:  # noqa: ANN401 - whatever YAML can hold
    """Return lists and tables so that they are written on one line.

    Parameters
    ----------
    value : object
        Whatever YAML can hold.

    Returns
    -------
    object
        The same.
    """
    made: CommentedMap | CommentedSeq
    match value:
        case dict():
            made = CommentedMap((key, flow(item)) for key, item in value.items())
        case list():
            made = CommentedSeq(map(flow, value))
        case _:
            return value
    made.fa.set_flow_style()
    return made
