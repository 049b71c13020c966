"""A file becomes texts that know their lines; what hides meaning is refused, all of it at once."""

from pathlib import Path

import pytest

from estimative.reading._yaml_documents import (
    DEEPEST,
    MOST_BYTES,
    Listing,
    Scalar,
    Table,
    core_value,
    parse_document,
    plain_data,
    read_text,
)


def tree(text: str) -> Table:
    root, problems = parse_document(text, "f.yaml")
    assert problems == []
    assert root is not None
    return root


def test_every_value_and_key_knows_its_line():
    root = tree(
        "# first\na: 1\nb:\n  - x\n  - y: >-\n      long\n      text\nc: {d: e,\n    f: g}\n"
    )
    assert root.key_lines == {"a": 2, "b": 3, "c": 8}
    listing = root.entries["b"]
    assert isinstance(listing, Listing)
    assert [item.line for item in listing.items] == [4, 5]
    inner = listing.items[1]
    assert isinstance(inner, Table)
    assert inner.entries["y"] == Scalar(5, "long text", plain=False)
    last = root.entries["c"]
    assert isinstance(last, Table)
    assert last.key_lines == {"d": 8, "f": 9}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("NO", "NO"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("010", 10),
        ("0o10", "0o10"),
        ("1_000", "1_000"),
        ("2023-09-13", "2023-09-13"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("", None),
        ("1e3", 1000.0),
        ("-.5", -0.5),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("'7'", "7"),
        ("'null'", "null"),
    ],
)
def test_scalars_by_the_core_schema(written, value):
    scalar = tree(f"a: {written}\n").entries["a"]
    assert isinstance(scalar, Scalar)
    found = core_value(scalar)
    assert found == value
    assert type(found) is type(value)


def test_a_tree_as_plain_data():
    text = "a: [1, 0.5, yes]\nb: {c: true}\n"
    assert plain_data(tree(text)) == {"a": [1, 0.5, "yes"], "b": {"c": True}}


def test_a_start_mark_and_an_end_mark_are_allowed():
    assert plain_data(tree("---\na: 1\n...\n")) == {"a": 1}


def test_all_that_hides_meaning_is_refused_at_once():
    text = "a: &x 1\nb: *x\nc: !t 1\nd: {<<: {e: f}}\na: 2\n? [g]\n: h\n"
    root, problems = parse_document(text, "f.yaml")
    assert root is not None
    assert [problem.line for problem in problems] == [1, 2, 3, 4, 5, 6]
    assert root.entries["a"] == Scalar(1, "1", plain=True)


def test_nesting_may_be_as_deep_as_allowed_and_no_deeper():
    inside = DEEPEST - 2
    assert parse_document(f"a: {'[' * inside}1{']' * inside}\n", "f")[1] == []
    inside += 1
    assert (
        "nested deeper" in parse_document(f"a: {'[' * inside}1{']' * inside}\n", "f")[1][0].message
    )


def test_a_bomb_of_brackets_is_refused_at_once():
    _, problems = parse_document("a: " + "[" * 500_000, "f")
    assert "nested deeper" in problems[0].message


@pytest.mark.parametrize(("size", "readable"), [(MOST_BYTES, True), (MOST_BYTES + 1, False)])
def test_the_largest_file(tmp_path: Path, size: int, readable: bool):
    path = tmp_path / "f.yaml"
    path.write_bytes(b"#" * size)
    text, problems = read_text(path, "f.yaml")
    assert (text is not None) is readable
    assert (problems == []) is readable


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path):
    _, problems = read_text(tmp_path / "none.yaml", "none.yaml")
    assert str(problems[0]).startswith("none.yaml: cannot be read: ")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a:\n  b: 1\n\tc: 2\n", 3, "TAB"),
        ("a: 1\nb\nc: 2\n", 2, "no ': ' after its first word"),
        ("a:\n  b: 1\n    c: 2\n", 3, "'key: value' cannot stand here"),
        ("a:1\nb: 2\n", 1, "a space is missing after the ':'"),
        ("a: {b: c\nd: 2\n", 1, "the '{' opened here"),
        ("a: - b\n", 1, "a '- ' item cannot start here"),
        ("a:\n  - b\n  c: 1\n", 3, "does not begin with '- '"),
        ('a: "\\q"\n', 1, "must be written twice"),
        ("a: * b\n", 1, "cannot begin with * or &"),
        ("a: |x\n  b\n", 1, "after > or | the line must end"),
        ("a: b #c\n d\n", 2, "put the whole text in quotes"),
        ('a: "b\nc: d "e" f\n', 1, "the quote opened here ends on line 2"),
        ("a: %b\n", 1, "a text cannot begin with %"),
        ("%\na: b\n", 1, "a line cannot begin with %"),
        ("%YAML 1.1\n---\na: b\n", 2, "a line that starts with %"),
        ("  a: b\nc: d\n", 2, "does not go on with what stands above"),
    ],
)
def test_what_is_not_yaml_is_said_in_plain_words(text, line, message):
    _, problems = parse_document(text, "f.yaml")
    assert len(problems) == 1
    assert problems[0].line == line
    assert message in problems[0].message
