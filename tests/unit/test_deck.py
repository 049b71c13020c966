"""The deck: what each slide says, that nothing runs over, and that words of others stay words."""

import datetime as dt
import io
import itertools
import re
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import builders
import numpy as np
import pytest
from made_up import made_up_forecast, read, report, seen
from matplotlib.figure import Figure
from pptx import Presentation

import estimative as est
from estimative import looking_back, plots
from estimative.comparing import compare
from estimative.decks import check_deck, deck, making
from estimative.disagreements import Disagreement
from estimative.looking_back import earlier_day
from estimative.plots import fitting, slide
from estimative.plots.fitting import needed
from estimative.plots.style import caption_of
from estimative.pooling import Voice
from estimative.quoting import FIRST_STRONG, POP, TURNING
from estimative.results import percent, tenths

LATER = "2024-04-01"
HOSTILE = (
    '<script>alert(1)</script> <svg onload="x()"> javascript:alert(2) \u202eEVIL\u2066 {{7*7}} '
    "%s ${x} =HYPERLINK(1) &amp; _x0041_ "
)
LONG = (HOSTILE + "ein sehr langer Name, der keine Ende nimmt, " * 20)[:500]
ONE_WORD = "Donaudampfschifffahrtsgesellschaft" * 15


def statements(outcomes, experts=3, **more):
    return {
        f"s{i}_{name}": builders.says(f"e{i}", f"{20 + 25 * i}%", event={name: "yes"}, **more)
        for name in outcomes
        for i in range(experts)
    }


def quarrel_of(forecast, *, outcome, **_):
    """Return three voices with opinions of their own, without sampling."""
    random = np.random.default_rng(1)
    voices = []
    for i, expert in enumerate(list(forecast.scenario.experts)[:3]):
        centre = (i + 1) / 4
        draws = random.beta(40 * centre, 40 * (1 - centre), 300)
        ends = map(float, np.quantile(draws, [0.05, 0.95]))
        name = forecast.scenario.experts[expert].name
        voice = Voice(outcome, name, expert, expert, float(draws.mean()), *ends, (), draws)
        voices.append(voice)
    return Disagreement(forecast, {outcome: tuple(reversed(voices))})


@pytest.fixture(autouse=True, scope="module")
def _nothing_is_sampled():
    def forecast(scenario, *, as_of, **_):
        return made_up_forecast(scenario, str(as_of))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "forecast", forecast)
        patch.setattr(looking_back, "forecast", forecast)
        patch.setattr(making, "disagreement", quarrel_of)
        patch.setattr(slide, "DPI", 40)
        yield


def small(folder, names=("a", "b", "c"), **more):
    news = {"seen": report({"a": "yes"}, 8)} if "news" not in more else more.pop("news")
    told = {"statements": statements(names), "outcomes": {n: {} for n in names}} | more
    told["outcomes"] = {
        n: {"title": f"Outcome {n} comes about"} | dict(o) for n, o in told["outcomes"].items()
    }
    return read(folder, news=news, **told)


def made(folder, scenario, *, day=LATER, **how):
    answer = made_up_forecast(scenario, day)
    return Presentation(deck(answer, folder / "deck.pptx", scenario=scenario, **how))


def texts(slide):
    found = [s.text_frame.text for s in slide.shapes if s.has_text_frame]
    for shape in slide.shapes:
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return found


def kickers(presentation):
    return [
        next(s.text_frame.text for s in slide.shapes if s.name == "Kicker").split(":")[0]
        for slide in presentation.slides
    ]


def titles(presentation):
    return [slide.shapes.title.text_frame.text for slide in presentation.slides]


def notes(slide):
    return slide.notes_slide.notes_text_frame.text


def check_room(presentation):
    """Assert that nothing leaves the slide, lies on something else or holds more than fits."""
    wide, high = presentation.slide_width, presentation.slide_height
    for page in presentation.slides:
        boxes = []
        for s in page.shapes:
            left, top, right, bottom = s.left, s.top, s.left + s.width, s.top + s.height
            assert left >= 0
            assert top >= 0
            assert right <= wide + 2
            assert bottom <= high + 2
            boxes.append((left, top, right, bottom, s.name))
            if s.has_text_frame and s.text_frame.text:
                sizes = [
                    (p.text, p.runs[0].font.size.pt)
                    for p in s.text_frame.paragraphs
                    if p.runs and p.runs[0].font.size
                ]
                used = sum(needed(text, s.width / slide.INCH, size) for text, size in sizes)
                assert used <= s.height / slide.INCH + 0.03, (s.name, s.text_frame.text)
        for one, two in itertools.combinations(boxes, 2):
            across = min(one[2], two[2]) - max(one[0], two[0])
            down = min(one[3], two[3]) - max(one[1], two[1])
            assert across <= 9_000 or down <= 9_000, (one, two)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("deck")


@pytest.fixture(scope="module")
def shown(folder):
    return made(folder, small(folder), since="2024-02-01")


class TestSixSlides:
    def test_answer_six_questions_in_order(self, shown):
        assert kickers(shown) == [
            "Where we stand",
            "What changed",
            "Why",
            "What would change our mind",
            "Who disagrees",
            "Method and sources",
        ]

    def test_titles_are_takeaways_with_numbers(self, shown):
        told = titles(shown)
        assert re.fullmatch(r"Outcome . comes about: [a-z ]+ \(\d+%\)", told[0])
        assert re.search(r"(up|down) \d+ points?, to \d+% since 1 Feb 2024", told[1])
        assert re.search(r"the largest push, [+\u2212]\d+\.\d", told[2])
        assert re.search(r"from \d+% to \d+% if so, \d+% if not", told[3])
        assert re.search(r"3 voices, \d+ points apart: from .* \(\d+% alone\) to ", told[4])
        assert told[5] == "9 statements and 1 item of news, from 1 source"
        assert len(set(told)) == 6

    def test_every_slide_says_where_it_is_from_and_its_number(self, shown, folder):
        for number, page in enumerate(shown.slides, start=1):
            source = next(s.text_frame.text for s in page.shapes if s.name == "Source")
            for part in ("Scenario small", LATER, "central 90%", "Record "):
                assert part in source
            field = next(s for s in page.shapes if s.name == "Page number")
            assert field.text_frame.text == str(number) or f">{number}<" in field._element.xml
            assert 'type="slidenum"' in field._element.xml

    def test_pictures_and_tables_have_alternative_text(self, shown):
        found = 0
        for page in shown.slides:
            for s in page.shapes:
                if s.name in ("Picture", "Table"):
                    words = s._element.xpath(".//p:cNvPr")[0].get("descr")
                    assert words
                    found += 1
        assert found == 6

    def test_notes_hold_the_numbers_and_sources(self, shown):
        first, changed, why, minds, voices, last = map(notes, shown.slides)
        assert "Confidence in the analysis is" in first
        assert "90% interval" in first
        assert "1 February 2024, as asked for" in changed
        assert "Definition: Seen" in why
        assert "weight 1.00" in why
        assert "bits" in minds
        assert "all, pooled" in voices
        assert "Gazette" in last

    def test_nothing_runs_over(self, shown):
        check_room(shown)

    def test_the_same_bytes_again(self, shown, folder, tmp_path):
        again = deck(
            made_up_forecast(small(tmp_path), LATER), tmp_path / "again.pptx", since="2024-02-01"
        )
        assert again.read_bytes() == (folder / "deck.pptx").read_bytes()
        with zipfile.ZipFile(again) as file:
            assert {entry.date_time[0] for entry in file.infolist()} == {1980}

    def test_four_by_three(self, folder, tmp_path):
        shown = made(tmp_path, small(folder), size="4:3")
        assert shown.slide_width / shown.slide_height == pytest.approx(4 / 3)
        check_room(shown)


@pytest.mark.parametrize("count", [1, 12, pytest.param(30, marks=pytest.mark.slow)])
def test_any_number_of_outcomes_fits(count, tmp_path):
    names = [f"o{i}" for i in range(count)]
    outcomes = {n: {"title": f"Outcome {n}: the parties agree on a further point"} for n in names}
    scenario = small(tmp_path, names, outcomes=outcomes, news={"x": report({"o0": "yes"}, 3)})
    shown = made(tmp_path, scenario)
    assert len(shown.slides) == 6
    check_room(shown)


def test_named_outcomes_get_three_slides_each(tmp_path):
    shown = made(tmp_path, small(tmp_path), outcomes=["b", "c", "b"])
    assert len(shown.slides) == 9
    assert [k for k in kickers(shown) if k == "Why"] == ["Why", "Why"]
    assert titles(shown)[0].startswith("Outcome b comes about")
    with pytest.raises(KeyError, match="no outcome 'd'"):
        made(tmp_path, small(tmp_path), outcomes=["d"])


def test_the_outcome_looked_at_is_the_open_one_that_moved_most(tmp_path):
    news = {"a": seen({"a": "yes"}), "b": report({"b": "yes"}, 2), "c": report({"c": "no"}, 30)}
    scenario = small(tmp_path, news=news)
    earlier, later = (made_up_forecast(scenario, day) for day in ("2024-02-01", LATER))
    comparison = compare(earlier, later)
    assert comparison.moved[0].name == "a"
    names, rule = making.closest(later, comparison)
    assert names == ("c",)
    assert rule == "the open outcome that moved most"
    assert making.closest(later, None) == (("b",), "the first outcome that is open")


class TestSince:
    def test_is_the_last_earlier_day_of_which_a_forecast_is_recorded(self, tmp_path, monkeypatch):
        scenario = small(tmp_path)
        model = tmp_path / "expert_network.py"
        model.write_text("text")
        from estimative import records
        from estimative.workflow import runs_folder

        ledger = records.open_ledger(runs_folder(scenario.folder))
        for day in ("2024-02-10", "2024-03-05", LATER):
            records.record(made_up_forecast(scenario, day), ledger)
        day, why = earlier_day(scenario, dt.date.fromisoformat(LATER), None)
        assert day == dt.date(2024, 3, 5)
        assert "the last earlier day of which a forecast is recorded" in why
        alike = ("expert_network", 0.5)
        assert earlier_day(scenario, dt.date.fromisoformat(LATER), None, alike)[0] == builders.OPENS

    def test_is_else_the_first_day(self, tmp_path):
        day, why = earlier_day(small(tmp_path), dt.date(2024, 4, 1), None)
        assert day == builders.OPENS
        assert "the first day of the question; no forecast is recorded" in why

    def test_nothing_is_before_the_first_day(self, tmp_path):
        shown = made(tmp_path, small(tmp_path), day="2024-01-01")
        assert titles(shown)[1].startswith(
            "Nothing can have changed yet: 1 January 2024 is the first"
        )
        day, why = earlier_day(small(tmp_path), dt.date(2023, 12, 1), None)
        assert (day, why[:48]) == (None, "1 December 2023 is before 1 January 2024, the fi")
        assert "above all because of what" in titles(shown)[2]
        assert any(s.has_table for s in shown.slides[2].shapes)
        check_room(shown)

    def test_must_be_before_the_forecast(self, tmp_path):
        with pytest.raises(ValueError, match="2024-04-01 is not before 2024-04-01"):
            made(tmp_path, small(tmp_path), since=LATER)

    def test_nothing_moved_is_said(self, tmp_path):
        names = {"a": {"timing": "none"}, "b": {"timing": "none"}}
        scenario = small(tmp_path, ("a", "b"), outcomes=names, news={})
        shown = made(tmp_path, scenario, since="2024-02-01")
        assert titles(shown)[1] == "Nothing moved since 1 Feb 2024"
        check_room(shown)


def test_what_has_not_converged_is_written_and_says_so_everywhere(tmp_path, monkeypatch):
    scenario = small(tmp_path)
    answer = made_up_forecast(scenario, LATER)
    belief = answer.belief
    bad = replace(belief, diagnostics=belief.diagnostics | {"rhat": 1.5})
    assert bad.failed
    monkeypatch.setattr("made_up.believed", lambda given, **_: bad)
    failed = made_up_forecast(scenario, LATER)
    shown = Presentation(deck(failed, tmp_path / "bad.pptx", scenario=scenario))
    assert len(shown.slides) == 6
    for page in shown.slides:
        assert any("NOT CONVERGED" in text for text in texts(page))
        assert "NOT CONVERGED" in notes(page)
    check_room(shown)


def test_what_is_settled_is_shown_as_settled(tmp_path):
    scenario = small(tmp_path, ("a",), news={"x": seen({"a": "yes"})})
    shown = made(tmp_path, scenario)
    assert titles(shown)[0] == "Outcome a comes about: resolved: yes"
    assert any("Not asked, for resolved: yes" in text for text in texts(shown.slides[3]))
    check_room(shown)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    folder, names = tmp_path_factory.mktemp("hostile"), ("a", "b", "c")
    address = "javascript:alert(document.cookie)"
    item = report({"a": "yes"}, 9, source=LONG, said=LONG)
    item["source"]["address"] = address
    scenario = small(
        folder,
        names,
        outcomes={n: {"title": LONG, "definition": LONG} for n in names},
        experts={f"e{i}": {"name": w, "group": LONG} for i, w in enumerate((LONG, ONE_WORD))},
        sources={"paper": {"title": LONG, "published": "2024-01-01", "address": address}},
        statements=statements(names, said=LONG, source=f"paper, {LONG}"),
        news={"x": item},
        question=LONG,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of characters that no font has
        return made(folder, scenario)


@pytest.mark.slow  # words of 500 letters are broken on five pictures
class TestHostile:
    def test_is_shown_as_text_and_fits(self, hostile):
        assert any("<script>" in text for page in hostile.slides for text in texts(page))
        check_room(hostile)

    def test_the_number_is_in_the_title_however_long_the_name(self, hostile):
        told = titles(hostile)
        assert all("%" in title for title in [*told[:2], *told[3:5]])

    def test_no_mark_turns_a_line_round(self, hostile):
        for page in hostile.slides:
            for text in texts(page):
                for mark in TURNING - {FIRST_STRONG, POP}:
                    assert mark not in text

    def test_no_link_leads_anywhere_but_the_web(self, hostile):
        content = io.BytesIO()
        hostile.save(content)
        with zipfile.ZipFile(content) as file:
            for name in file.namelist():
                if name.endswith(".rels"):
                    assert b"javascript" not in file.read(name)

    def test_what_a_person_wrote_is_one_run_of_escaped_text(self, hostile):
        for page in hostile.slides:
            assert not page._element.xpath("//*[local-name()='script']")


def test_abridged_text_fits_and_ends_with_an_ellipsis():
    short = fitting.abridged("word " * 200, 3.0, 0.5, 12)
    assert short.endswith("…")
    assert needed(short, 3.0, 12) <= 0.52
    assert fitting.abridged("word", 3.0, 0.5, 12) == "word"


@pytest.mark.parametrize(("path", "size"), [("deck.pdf", "16:9"), ("deck.pptx", "a4")])
def test_what_cannot_be_written_is_refused_first(path, size):
    with pytest.raises(ValueError, match=r"must end in .pptx|give 16:9 or 4:3"):
        check_deck(Path(path), size)


def test_a_deck_is_a_public_name():
    assert est.deck is deck


def test_as_of_belongs_to_a_scenario(tmp_path):
    answer = made_up_forecast(small(tmp_path), LATER)
    with pytest.raises(ValueError, match="leave as_of out"):
        deck(answer, tmp_path / "deck.pptx", as_of="2024-05-01")


class TestChanges:
    @pytest.fixture
    def ax(self, folder):
        scenario = small(folder, news={"a": seen({"a": "yes"}), "c": report({"c": "no"}, 30)})
        pair = [made_up_forecast(scenario, day) for day in ("2024-02-01", LATER)]
        ax = plots.changes(compare(*pair), Figure().add_axes((0, 0, 1, 1)))
        return ax, compare(*pair)

    def test_every_outcome_stands_there_with_both_numbers(self, ax):
        drawn, found = ax
        cells = [t.get_text() for t in drawn.texts if t.get_gid() == "cell"]
        moves = sorted(found.outcomes, key=lambda o: -abs(o.move))
        numbers = [(percent(o.earlier), percent(o.later), tenths(o.move)) for o in moves]
        assert cells == [cell for row in numbers for cell in row]

    def test_the_marks_stand_where_the_numbers_are(self, ax):
        drawn, found = ax
        for gid, name in (("then", "earlier"), ("now", "later")):
            at = [c.get_offsets()[0][0] for c in drawn.collections if c.get_gid() == gid]
            assert sorted(at) == pytest.approx(sorted(getattr(o, name) for o in found.outcomes))

    def test_the_title_is_what_moved_most(self, ax):
        drawn, _ = ax
        assert (
            caption_of(drawn).title
            == "Outcome a comes about (resolved: yes): the largest move since 1 Feb 2024"
        )
