"""Entries put into a section of a YAML file, with every byte of what was there left as it is.

The text is never written anew from what was parsed, so comments, order, quotes and line ends stay.
"""

import re

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


def with_entries(text: str, section: str, block: str, *, before: str = "statements") -> str:
    """Return a file with entries added at the end of a section, which is made if it is missing.

    Parameters
    ----------
    text : str
        A file whose root is a table; its line ends may be of any kind.
    section : str
        A key of the root.
    block : str
        The entries, at the left edge, their lines ended by LF.
    before : str
        The key before which a missing section goes, if it is there; else it goes to the end.

    Returns
    -------
    str
        The text. What was there stands in it unchanged, in two pieces.

    Raises
    ------
    ValueError
        If the section, or the whole file, is written in braces.
    """
    mark = "\ufeff" * text.startswith("\ufeff")
    text = text.removeprefix(mark)
    root = YAML(typ="safe", pure=True).compose(text)
    if not isinstance(root, MappingNode) or root.flow_style:
        raise ValueError("the file is written in braces; write `key: value` lines")
    keys = {key.value: i for i, (key, _) in enumerate(root.value)}
    newline = "\r\n" if "\r\n" in text else "\n"
    if section in keys:
        key, value = root.value[keys[section]]
        width = _indent(section, key, value)
        added = block
        at = _end(text, root, keys[section])
    else:
        width = 2
        place = keys[before] - 1 if before in keys else len(root.value) - 1
        added = f"\n{section}:\n{indented(block, width)}"
        at = _end(text, root, place) if place >= 0 else 0
    if section in keys:
        added = indented(added, width)
    head, tail = text[:at], text[at:]
    if head and not head.endswith(("\n", "\r")):
        added = "\n" + added
    return mark + head + added.replace("\n", newline) + tail


def _indent(section: str, key: Node, value: Node) -> int:
    """Return how far the entries of a section are indented."""
    if isinstance(value, ScalarNode) and not value.value:
        return 2
    if not isinstance(value, MappingNode) or value.flow_style:
        line = key.start_mark.line + 1
        message = f"line {line}: {section}: is written in braces, so that nothing can be added"
        raise ValueError(f"{message}; write one entry a line below it, indented")
    return int(value.value[0][0].start_mark.column or 0)


def indented(block: str, width: int = 2) -> str:
    """Return lines moved to the right; empty ones stay empty.

    Parameters
    ----------
    block : str
        Lines, ended by LF.
    width : int
        By how many spaces.

    Returns
    -------
    str
        The lines.
    """
    lines = block.split("\n")
    return "\n".join(" " * width + line if line else line for line in lines)


def _end(text: str, root: MappingNode, i: int) -> int:
    """Return where the content of an entry of the root ends.

    Empty lines, and comments at the left edge, belong to what follows.
    """
    start: int = root.value[i][0].start_mark.index
    stop: int = root.value[i + 1][0].start_mark.index if i + 1 < len(root.value) else len(text)
    end = at = start
    while at < stop:
        line = _LINE.match(text, at)
        assert line is not None
        if not line[0]:
            break
        if at > start and re.match(r"(\.\.\.|---)(\s|$)", line[0]):
            break
        if line[0].strip() and not line[0].startswith("#"):
            end = line.end()
        at = line.end()
    return end
