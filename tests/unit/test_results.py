"""Tables fit the width they are given, numbers never round to certainty, and HTML is escaped."""

import dataclasses
import html.parser
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.results import Answer, Table, cells, mass, percent, points, wrapped

TABLE = Table(
    title="Will it rain?\nAs of today.",
    columns=("outcome", "chance", "90% interval", "in words"),
    rows=(
        ("The harbour freezes over", "69%", "41% to 90%", "likely"),
        ("The bridge holds", "<1%", "<1% to 3%", "almost no chance"),
        ("Nobody says", "-", "", "withheld"),
    ),
    notes=("A sentence that explains the table and is long enough to be broken somewhere.",),
    below=("pulls: moreau_talks +8, okafor_plant -1", "", "withheld: nobody speaks of it"),
)


class Answered(Answer):
    def tables(self) -> Sequence[Table]:
        return [TABLE, dataclasses.replace(TABLE, title="Again")]

    def records(self) -> Sequence[Mapping[str, Any]]:
        return [{"name": "harbour", "probability": 0.69}, {"name": "bridge", "probability": None}]


@pytest.mark.parametrize(
    ("probability", "printed"),
    [
        (None, "-"),
        (math.nan, "-"),
        (0.0, "0%"),
        (1e-300, "<1%"),
        (0.004, "<1%"),
        (0.005, "<1%"),
        (0.0051, "1%"),
        (0.014, "1%"),
        (0.125, "12%"),
        (0.29, "29%"),
        (0.5, "50%"),
        (0.994, "99%"),
        (0.995, ">99%"),
        (1 - 1e-16, ">99%"),
        (1.0, "100%"),
        (np.float64(0.3), "30%"),
    ],
)
def test_percent(probability, printed):
    assert percent(probability) == printed


@given(st.floats(0, 1, exclude_min=True, exclude_max=True))
def test_what_is_uncertain_is_never_printed_as_certain(probability):
    printed = percent(probability)
    assert printed not in ("0%", "100%")
    assert abs(float(printed.strip("<>%")) - 100 * probability) <= 1


@pytest.mark.parametrize(
    ("move", "printed"),
    [
        (0.0, "0"),
        (0.004, "0"),
        (-0.004, "0"),
        (0.0149, "+1"),
        (-0.25, "-25"),
        (1, "+100"),
        (math.nan, "-"),
        (-math.inf, "-"),
    ],
)
def test_points(move, printed):
    assert points(move) == printed


@pytest.mark.parametrize(("interval", "printed"), [(0.9, "90%"), (0.3, "30%"), (0.999, "99.9%")])
def test_an_interval_says_its_mass(interval, printed):
    assert mass(interval) == printed


def test_a_table_stands_in_columns_with_numbers_to_the_right():
    assert TABLE.text(100).splitlines() == [
        "Will it rain?",
        "As of today.",
        "",
        "outcome                   chance  90% interval  in words",
        "────────────────────────────────────────────────────────────────",
        "The harbour freezes over     69%  41% to 90%    likely",
        "    pulls: moreau_talks +8, okafor_plant -1",
        "The bridge holds             <1%  <1% to 3%     almost no chance",
        "Nobody says                    -                withheld",
        "    withheld: nobody speaks of it",
        "",
        "A sentence that explains the table and is long enough to be broken somewhere.",
    ]


@pytest.mark.parametrize("width", [40, 50, 60, 80, 100, 120])
def test_no_line_is_wider_than_asked(width):
    printed = TABLE.text(width)
    assert max(map(cells, printed.splitlines())) <= width
    assert {"freezes", "harbour", "almost", "chance", "69%"} <= set(printed.split())


def test_without_rows_only_the_sentences_are_left():
    bare = dataclasses.replace(TABLE, rows=(), below=())
    assert bare.text(120).splitlines() == ["Will it rain?", "As of today.", "", *TABLE.notes]
    assert "<table>" not in bare.html()
    assert TABLE.notes[0] in bare.html()


def test_a_notebook_takes_no_dollar_for_mathematics():
    priced = dataclasses.replace(TABLE, title="From $5 to $6")
    assert '<div class="estimative tex2jax_ignore mathjax_ignore">' in priced.html()
    assert "From $5 to $6" in priced.html()


def test_widths_out_of_reason_are_brought_into_it():
    assert TABLE.text(0) == TABLE.text(40)
    assert TABLE.text(10_000) == TABLE.text(120)


@given(st.lists(st.text(max_size=60), min_size=2, max_size=6), st.integers(40, 120))
def test_any_text_fits(texts, width):
    table = Table(texts[0], texts[1:], [texts[1:]], notes=texts, below=[texts[0]])
    assert max(map(cells, table.text(width).splitlines()), default=0) <= width


def test_wide_characters_keep_the_columns_in_line():
    table = Table("", ("name", "n"), [("罢工", "1"), ("strike", "2"), ("e\u0301te\u0301", "3")])
    rows = table.text().splitlines()[2:]
    assert [cells(row) for row in rows] == [9, 9, 9]


def test_long_identifiers_break_after_an_underscore_and_words_only_if_they_must():
    assert wrapped("western_experts_pressure", 16) == ["western_experts_", "pressure"]
    assert wrapped("by western_experts", 16) == ["by", "western_experts"]
    assert wrapped("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrapped("  one two", 7) == ["  one", "  two"]
    assert wrapped("", 7) == [""]


def test_control_characters_never_reach_the_terminal():
    assert wrapped("red \x1b[31mnot\x07 \u202eknip", 80) == ["red [31mnot knip"]


def test_a_table_without_rows_or_columns_is_no_error():
    assert Table("Nothing", [], []).text().startswith("Nothing")
    assert Table("", ["a"], []).text() == ""


class Cells(html.parser.HTMLParser):
    """Collects the tags that are open and the text of cells."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("td", "th", "p", "b"):
            self.texts.append(data)


def test_html_says_the_same_and_is_well_formed():
    parser = Cells()
    parser.feed(TABLE.html())
    assert parser.open == []
    said = [*TABLE.title.splitlines(), *TABLE.columns, *sum(TABLE.rows, ()), *TABLE.notes]
    assert sorted(parser.texts) == sorted(filter(None, [*said, *TABLE.below]))


def test_html_is_escaped_everywhere():
    evil = "<script>alert('&')</script>"
    written = Table(evil, [evil], [[evil]], [evil], [evil]).html()
    assert "<script" not in written
    assert written.count("&lt;script&gt;") == 5


def test_html_needs_no_style_sheet():
    """A notebook that is not trusted drops it: cells keep their place by themselves."""
    bare = re.sub(r"<style>.*?</style>", "", TABLE.html(), flags=re.DOTALL)
    cells = re.findall(r"<t[hd]\b[^>]*>", bare)
    assert cells
    assert all("text-align: " in cell and "padding: " in cell for cell in cells)


def test_html_sets_numbers_to_the_right_and_no_colour_of_its_own():
    written = TABLE.html()
    assert re.search(
        r'<th scope="col" class="number" style="text-align: right;[^"]*">chance<', written
    )
    assert re.search(r'<td class="number" style="text-align: right;[^"]*">69%</td>', written)
    assert re.search(r'<th [^>]*style="text-align: left;[^"]*">outcome</th>', written)
    assert "color: #" not in written


def test_an_answer_prints_its_tables_and_gives_its_records():
    answer = Answered()
    assert str(answer) == answer.text()
    assert answer.text().count("outcome  ") == 2
    assert answer._repr_html_().count("<table>") == 2
    frame = answer.to_frame()
    assert list(frame.columns) == ["name", "probability"]
    assert len(frame) == 2
