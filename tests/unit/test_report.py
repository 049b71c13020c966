"""A report: the same words in three forms, every number led to its source, nobody's text obeyed.

Beliefs are put into the store beforehand, so that nothing is sampled.
"""

import base64
import datetime as dt
import html.parser
import io
import re
import shutil
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import docx
import pytest
from builders import says
from made_up import read, seen
from recorded_days import say
from reported import HOSTILE, TURNED, hostile, shelve, year

import estimative as est
from estimative.belief import Settings
from estimative.cli import main
from estimative.quoting import clean
from estimative.reporting import format_of
from estimative.reporting.document import anchor, own, quoted
from estimative.reporting.drawings import Point, course, strip
from estimative.reporting.gathering import gather
from estimative.reporting.markdown import _paragraph
from estimative.reporting.sentences import between, confidence, likelihood

DAY = dt.date(2024, 6, 1)
FLAGSHIP = Path(__file__).resolve().parents[2] / "scenarios" / "russia-dprk-2023"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsVpXwgAAAABJRU5ErkJggg=="
)


class Page(html.parser.HTMLParser):
    """A page as a reader's program sees it: what leads where, and what is in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[tuple[str, str | None]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "section":
            self._open.append(found["id"])
        if tag == "a":
            self.links.append((self._open[-1] if self._open else "", found.get("href")))

    def handle_endtag(self, tag):
        if tag == "section":
            self._open.pop()

    def handle_data(self, data):
        for name in self._open:
            self.words[name] = self.words.get(name, "") + data


def written(subject, folder, name="out.html", **how) -> bytes:
    return est.report(subject, folder / name, tell=str, **how).read_bytes()


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Return a scenario with a history, and its report."""
    folder = tmp_path_factory.mktemp("told")
    scenario = year(folder)
    page = written(scenario, folder).decode()
    return SimpleNamespace(scenario=scenario, text=page, page=Page(page), folder=folder)


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nasty")
    scenario = hostile(folder)
    page = written(scenario, folder).decode()
    return SimpleNamespace(scenario=scenario, text=page, page=Page(page), folder=folder)


@pytest.fixture
def undrawn(monkeypatch):
    """Let Word documents have one pixel in place of a picture, which takes seconds to draw."""
    monkeypatch.setattr("estimative.reporting.reports._picture", lambda _: (PIXEL, HOSTILE))


class TestEveryNumberLeadsSomewhere:
    def test_no_link_dangles_and_no_id_is_there_twice(self, told, nasty):
        for found in (told.page, nasty.page):
            assert len(found.ids) == len(set(found.ids))
            inside = {to[1:] for _, to in found.links if to.startswith("#")}
            assert inside <= set(found.ids)

    def test_each_outcomes_number_leads_to_its_statements_and_these_to_their_source(self, told):
        for name in told.scenario.outcomes:
            from_headline = [to for at, to in told.page.links if at == f"outcome-{name}"]
            assert f"#trace-{name}" in from_headline
        from_trace = [to for at, to in told.page.links if at == "trace-a"]
        assert {"#statement-first", "#expert-anna", "#source-paper"} <= set(from_trace)

    def test_every_move_leads_to_what_made_it(self, told):
        rows = re.findall(r"<section id=.moved-.*?</section>", told.text, re.DOTALL)
        cells = [row for found in rows for row in re.findall(r"<tr[ >].*?</tr>", found, re.DOTALL)]
        moves = [row for row in cells if "<td" in row]
        assert any("#outcome-" in row for row in moves)  # days of silence
        assert all("<a " in row for row in moves)

    def test_news_leads_to_its_item(self, told):
        assert ("told-a", "#news-2024-03-01-seen") in told.page.links

    def test_addresses_stand_with_source_and_news(self, told):
        found = {to for _, to in told.page.links if not to.startswith("#")}
        assert found == {"https://example.org/paper", "https://example.org/wire"}


class TestSentences:
    def test_likelihood_and_confidence_are_apart(self, told):
        answer = est.forecast(told.scenario, record=False, tell=str)
        outcome = answer["b"]
        said = "".join(run.text for run in likelihood(outcome, answer))
        low, high = round(100 * outcome.lower), round(100 * outcome.upper)
        assert said == (
            f"b: {outcome.phrase} ({round(100 * outcome.probability)}%); other reasonable readings"
            f" of the same statements give {low}-{high}% (central 90%)."
        )
        assert "onfidence" not in said
        assert not re.search(r"likel|%", confidence(outcome))
        assert said in told.page.words["outcome-b"]
        assert confidence(outcome) in told.page.words["outcome-b"]

    @pytest.mark.parametrize(
        ("low", "high", "said"),
        [(0.48, 0.74, "48-74%"), (0.002, 0.03, "<1% to 3%"), (0.9, 0.999, "90% to >99%")],
    )
    def test_ends_of_the_scale(self, low, high, said):
        assert between(SimpleNamespace(lower=low, upper=high)) == said

    def test_what_is_observed_is_said_to_be_so(self, tmp_path):
        scenario = read(
            tmp_path,
            statements={"first": says("anna", "70%")},
            news={"seen": seen({"a": "yes"}, "2024-03-01")},
            as_of="2024-03-02",
        )
        shelve(scenario)
        words = Page(written(scenario, tmp_path).decode()).words["outcome-a"]
        assert "a: resolved: yes (100%), observed." in words
        assert "It is settled." in words
        assert "Confidence in the analysis is not stated of what is settled." in words


class TestWhatIsLacking:
    def test_a_withheld_outcome_has_no_number(self, tmp_path):
        scenario = read(
            tmp_path, outcomes=["a", "silent"], statements={"first": says("anna", "70%")}
        )
        shelve(scenario)
        page = Page(written(scenario, tmp_path).decode())
        words = page.words["outcome-silent"]
        assert "silent: no chance is given. Withheld: nobody speaks of it." in words
        assert not re.search(r"\d%", words)
        assert "Of 2 outcomes, 1 without a number: silent." in written(
            scenario, tmp_path, "a.md"
        ).decode().replace("[", "").replace("](#outcome-silent)", "")

    def test_no_news_no_history_one_outcome(self, tmp_path):
        scenario = read(tmp_path, statements={"first": says("anna", "70%")})
        shelve(scenario)
        words = Page(written(scenario, tmp_path).decode()).words
        assert "No news bears on it" in words["told-a"]
        assert "There is no earlier day to compare with." in words["moved-a"]
        assert "No forecast of it was recorded as of an earlier day." in words["before-a"]
        assert "One voice speaks of it" in words["apart-a"]

    def test_not_converged_is_said_first(self, tmp_path, undrawn):
        scenario = read(tmp_path, statements={"first": says("anna", "70%")})
        shelve(scenario, rhat=1.2)
        for name in ("a.html", "a.md", "a.docx"):
            text = plain(written(scenario, tmp_path, name), name)
            assert "Not converged." in text
            assert text.index("Not converged.") < text.index("In short")
        page = Page(written(scenario, tmp_path).decode())
        assert not re.search(r"\(\d+%\)", page.words["answer"] + page.words["outcome-a"])
        assert page.words["trace-a"].count("-") == 1  # in place of points
        assert "a: no chance is given. Withheld: not converged" in page.words["outcome-a"]

    def test_nobody_says_anything(self, tmp_path):
        scenario = read(tmp_path)
        shelve(scenario)
        words = Page(written(scenario, tmp_path).decode()).words
        assert "No statement speaks of it" in words["trace-a"]
        assert "There are none." in words["statements"]

    def test_states_that_are_three(self, tmp_path):
        scenario = read(
            tmp_path,
            outcomes={"a": {"states": ["none", "some", "much"], "quiet": "none"}},
            statements={"first": says("anna", "70%", event={"a": "some"})},
        )
        shelve(scenario)
        words = Page(written(scenario, tmp_path).decode()).words["outcome-a"]
        assert re.search(r"Each state\s*none \d+%, some \d+%, much \d+%", words)


class TestHistory:
    def test_every_recorded_day_is_there_and_the_forecast_itself_is_last(self, told):
        days = re.findall(r"\d{4}-\d{2}-\d{2}", told.page.words["history"])
        assert days == ["2024-01-10", "2024-02-20", "2024-03-05", "2024-04-01"]
        assert "As recorded on 4 days" in told.page.words["before-a"]

    def test_changes_are_told_from_the_record_before(self, told):
        assert "What changed since 5 March 2024" in told.page.words["moved-a"]

    def test_or_from_a_day_that_is_named(self, told):
        words = Page(written(told.scenario, told.folder, since="2024-01-10").decode()).words
        assert "What changed since 10 January 2024" in words["moved-a"]
        assert "2024-03-01-seen" in words["moved-a"]

    def test_a_later_record_is_not_told(self, told):
        page = Page(written(told.scenario, told.folder, as_of="2024-03-05").decode())
        assert "2024-04-01" not in page.words["history"]


class TestForms:
    def test_the_same_bytes_twice(self, told):
        for name in ("a.html", "a.md", "a.docx"):
            first = written(told.scenario, told.folder, name)
            assert written(told.scenario, told.folder, name) == first

    def test_a_forecast_gives_the_report_of_its_scenario(self, told):
        answer = est.forecast(told.scenario, tell=str)
        assert written(answer, told.folder, "b.html").decode() == told.text

    def test_all_say_the_same(self, told, undrawn):
        answer = est.forecast(told.scenario, record=False, tell=str)
        said = "".join(run.text for run in likelihood(answer["b"], answer))
        for name in ("a.html", "a.md", "a.docx"):
            text = plain(written(told.scenario, told.folder, name), name)
            assert said in text
            assert "What each says of it" in text
            assert "They talk." in text

    def test_markdown_leads_as_the_page_does(self, told):
        text = written(told.scenario, told.folder, "a.md").decode()
        there = set(re.findall(r'<a id="([^"]+)"></a>', text))
        assert {to[1:] for to in re.findall(r"\]\((#[^)]+)\)", text)} <= there
        assert "[First](" not in text
        assert "](<https://example.org/wire>)" in text

    def test_word_leads_as_the_page_does(self, told):
        document = docx.Document(io.BytesIO(written(told.scenario, told.folder, "a.docx")))
        names = [e.get(W + "name") for e in document.element.iter(W + "bookmarkStart")]
        numbers = [e.get(W + "id") for e in document.element.iter(W + "bookmarkStart")]
        links = {e.get(W + "anchor") for e in document.element.iter(W + "hyperlink")} - {None}
        assert links <= set(names)
        assert len(names) == len(set(names)) == len(set(numbers))
        assert all(len(name) <= 40 for name in names)
        assert document.inline_shapes[0]._inline.docPr.get("descr")
        assert document.core_properties.title == told.scenario.question

    def test_format_goes_before_suffix(self, told):
        assert written(told.scenario, told.folder, "a.txt", format="md").startswith(b"# What")
        assert format_of(Path("A.HTM")) == "html"

    @pytest.mark.parametrize(
        ("name", "how", "said"),
        [
            ("a.pdf", {}, r"ends in '.pdf'; give it one of .html"),
            ("a", {}, "has no suffix"),
            ("a.html", {"format": "pdf"}, "format is 'pdf'; give html, md or docx"),
            ("a.html", {"since": "2024-04-01"}, "2024-04-01 is not before 2024-04-01"),
            ("a.html", {"since": "soon"}, "not a day"),
        ],
    )
    def test_what_cannot_be(self, told, name, how, said):
        with pytest.raises(ValueError, match=said):
            written(told.scenario, told.folder, name, **how)

    def test_a_forecast_has_its_day(self, told):
        answer = est.forecast(told.scenario, record=False, tell=str)
        with pytest.raises(ValueError, match="as of 2024-04-01, not 2024-01-10"):
            written(answer, told.folder, as_of="2024-01-10")

    def test_revised_statements_are_told_as_they_were_known_then(self, tmp_path):
        scenario = read(
            tmp_path,
            statements={"first": says("anna", "20%")},
            news={
                "again": {
                    "kind": "revision",
                    "published": "2024-03-01",
                    "supersedes": "first",
                    "statement": says("anna", "80%", said="More now."),
                }
            },
            as_of="2024-04-01",
        )
        shelve(scenario, days=("2024-02-01", "2024-04-01"))
        answer = est.forecast(scenario, tell=str)
        found = gather(
            answer, None, since=dt.date(2024, 2, 1), settings=Settings(), tell=str
        )  # the files are read again, for the forecast itself knows the new statement only
        assert set(found.comparison.earlier.scenario.statements) == {"first"}
        assert set(answer.scenario.statements) == {"2024-03-01-again"}
        words = Page(written(answer, tmp_path, since="2024-02-01").decode()).words
        assert "in place of first" in words["news"]


class TestCommand:
    """The verb, in this process."""

    def ask(self, capsys, *words) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["report", *map(str, words)])
        return (int(end.value.code or 0), *capsys.readouterr())

    def test_it_writes_the_file_and_prints_where(self, told, tmp_path, capsys):
        file = tmp_path / "new folder" / "out.html"
        status, out, _ = self.ask(capsys, told.scenario.folder, file)
        assert (status, out.strip()) == (0, str(file))
        assert file.read_bytes() == written(told.scenario, tmp_path, "b.html")

    def test_day_since_and_form_can_be_chosen(self, told, tmp_path, capsys):
        file = tmp_path / "out"
        how = ("--as-of", "2024-03-05", "--since", "2024-01-10", "--format", "md", "--no-record")
        assert self.ask(capsys, told.scenario.folder, file, *how)[0] == 0
        text = file.read_text(encoding="utf-8")
        assert "As of 5 March 2024; changes since 10 January 2024." in text

    @pytest.mark.parametrize(
        ("file", "how", "said"),
        [
            ("out.pdf", (), "give it one of .html, .htm, .md, .docx"),
            ("out.html", ("--since", "soon"), "not a day"),
            ("out.html", ("--since", "2024-04-01"), "not before"),
            ("out.html", ("--format", "pdf"), "pdf"),
            ("out.html", ("--json",), "--json"),
        ],
    )
    def test_what_cannot_be_is_a_matter_of_usage(self, told, tmp_path, capsys, file, how, said):
        status, _, err = self.ask(capsys, told.scenario.folder, tmp_path / file, *how)
        assert status == 2
        assert said in err
        assert not list(tmp_path.iterdir())

    def test_not_converged_is_written_and_ends_with_3(self, tmp_path, capsys):
        scenario = read(tmp_path, statements={"first": says("anna", "70%")})
        shelve(scenario, rhat=1.2)
        file = tmp_path / "out.md"
        status, _, err = self.ask(capsys, scenario.folder, file)
        assert status == 3
        assert "not converged" in err
        assert "Not converged." in file.read_text(encoding="utf-8")

    def test_a_place_that_cannot_be_written_is_4(self, told, tmp_path, capsys):
        (tmp_path / "file").write_text("")
        status, _, err = self.ask(capsys, told.scenario.folder, tmp_path / "file" / "out.html")
        assert status == 4
        assert "cannot be written" in err


class TestHostile:
    def test_no_markup_of_anybodys_comes_through(self, nasty):
        tags = {tag for tag, _ in nasty.page.tags}
        assert not tags & {"script", "iframe", "img", "object", "embed", "form", "foreignobject"}
        for _, attributes in nasty.page.tags:
            assert not [a for a in attributes if a.startswith("on") or a == "style"]
        for _, to in nasty.page.links:
            assert to.startswith(("#", "https://example.org/"))

    def test_it_is_shown_as_text(self, nasty):
        assert clean(HOSTILE)[:60].replace("<wbr>", "") in nasty.page.words["outcome-a"]
        assert "javascript:alert(1)" in nasty.page.words["news"]

    def test_nothing_turns_what_stands_beside_it(self, nasty):
        assert not set(nasty.text) & set(TURNED)
        assert "<bdi>" in nasty.text

    def test_nor_in_markdown(self, nasty):
        text = written(nasty.scenario, nasty.folder, "a.md").decode()
        assert "<script" not in text
        assert "<svg" not in text
        assert not re.search(r"(?<!\\)\]\(<?javascript", text)
        cells = [line for line in text.splitlines() if line.startswith("| ")]
        assert cells
        assert set(text) & set(TURNED) <= {"\u2068", "\u2069"}  # our own, in pairs
        assert text.count("\u2068") == text.count("\u2069")

    def test_nor_in_word(self, nasty, undrawn):
        content = written(nasty.scenario, nasty.folder, "a.docx")
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert b"javascript" not in archive.read("word/_rels/document.xml.rels")

    def test_ids_that_files_cannot_have_are_still_apart(self):
        assert anchor("news", "a b") != anchor("news", "a-b")
        assert anchor("news", 'ä"<') == "news-.e4..22..3c."


@pytest.mark.parametrize("text", ["1. one", "- one", "+ one", "2) one"])
def test_a_line_of_markdown_begins_no_list(text):
    assert "\\" in _paragraph((quoted(text),))
    assert _paragraph((own("*"),)) == "\\*"


class TestDrawings:
    def test_twenty_dots_within_the_scale(self):
        for readings in ([0.01] * 20, [i / 20 for i in range(20)], [0.999] * 20):
            shapes = strip("n", "t", "d", probability=0.5, readings=readings).shapes
            dots = [s.attributes for s in shapes if s.attributes["class"] == "reading"]
            assert len(dots) == 20
            assert all(float(d["cy"]) - float(d["r"]) > 0 for d in dots)
            assert len({(d["cx"], d["cy"]) for d in dots}) == 20

    def test_a_line_breaks_where_nothing_was_said(self):
        days = [DAY + dt.timedelta(days=i) for i in range(5)]
        given = [0.2, 0.3, None, 0.6, 0.7]
        points = [Point(d, p, p, p) for d, p in zip(days, given, strict=True)]
        shapes = course("n", "t", "d", points).shapes
        assert sum(s.attributes["class"] == "curve" for s in shapes) == 2
        assert sum(s.attributes["class"] == "band" for s in shapes) == 2


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def plain(content: bytes, name: str) -> str:
    """Return a report's words without markup."""
    if name.endswith("docx"):
        document = docx.Document(io.BytesIO(content))
        lines = document.element.iter(W + "p")
        return "\n".join("".join(t.text or "" for t in line.iter(W + "t")) for line in lines)
    text = content.decode()
    if name.endswith("md"):
        text = re.sub(r"\]\([^)]*\)", "", text).replace("[", "").replace("**", "")
        return text.replace("\\", "")
    return re.sub(r"<[^>]*>", "", text.split("</head>")[1])


@pytest.mark.slow
def test_the_flagship_with_a_year_of_history_is_quick_and_small(tmp_path):
    folder = tmp_path / "scenarios" / FLAGSHIP.name
    shutil.copytree(FLAGSHIP, folder)
    shutil.copy(FLAGSHIP.parent / "experts.yaml", tmp_path / "scenarios")
    scenario = est.read_scenario(folder)
    shelve(scenario, ("2023-09-12", "2023-09-13"))
    for i in range(1, 366):
        day = scenario.date - dt.timedelta(days=i)
        say(scenario, str(day), dict.fromkeys(scenario.outcomes, 0.1 + i / 500))
    answer = est.forecast(scenario, tell=str)
    began = time.process_time()
    page = written(answer, tmp_path, scenario=scenario)
    assert time.process_time() - began < 5
    assert len(page) < 2e6
    assert page.count(b'<span class="whole">2022-') > 90
