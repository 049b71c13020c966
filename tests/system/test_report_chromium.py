"""The report in a real browser: nothing foreign runs or loads, all may read it, it prints.

Chromium of the system is driven without a screen and without a network.
"""

import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from reported import clean_name, hostile, year

import estimative as est

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
REQUIRED = os.environ.get("ESTIMATIVE_REQUIRE_PROGRAMS") == "1"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WIDE, PHONE = {"width": 1100, "height": 1400}, {"width": 390, "height": 844}
FOREIGN = "script, iframe, object, embed, img, form, base, link, foreignObject, animate, set, use"
# what a page holds that a report must not: names of elements and attributes
HELD = """(foreign) => {
  const found = [...document.querySelectorAll(foreign)].map((e) => e.outerHTML.slice(0, 80))
  for (const e of document.querySelectorAll('*'))
    for (const a of e.attributes)
      if (/^on/i.test(a.name) || a.name === 'style' || /javascript:|data:/i.test(a.value))
        if (!(e.tagName === 'META')) found.push(`${e.tagName} ${a.name}=${a.value.slice(0, 60)}`)
  return found
}"""
# the place on the page of every number of the table of answers, and that of the words beside it
PLACES = """() => [...document.querySelectorAll('#answers tbody tr')].map((row) => ({
  number: row.cells[0].getBoundingClientRect().right,
  words: row.cells[1].getBoundingClientRect().left, said: row.innerText}))"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None and not REQUIRED, reason="no Chromium is installed on this machine"
    ),
]


@pytest.fixture(scope="module")
def browser() -> Iterator:
    play = pytest.importorskip("playwright.sync_api") if not REQUIRED else None
    if play is None:
        import playwright.sync_api as play
    with play.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("told")
    return est.report(year(folder), folder / "out.html", tell=str)


@pytest.fixture(scope="module")
def nasty(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("nasty")
    return est.report(hostile(folder), folder / "out.html", tell=str)


@pytest.fixture
def shown(browser):
    """Return a function that opens a page, and what the page says or asks for meanwhile."""
    opened, heard = [], []

    def show(path: Path, size=WIDE, **how):
        context = browser.new_context(viewport=size, **how)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: heard.append(request.url))
        page.goto(path.as_uri())
        return page

    show.heard = heard
    yield show
    for context in opened:
        context.close()


@pytest.mark.parametrize("which", ["told", "nasty"])
class TestNothingForeign:
    def test_the_page_holds_no_script_no_handler_and_no_foreign_link(self, which, request, shown):
        path = request.getfixturevalue(which)
        page = shown(path)
        assert page.evaluate(HELD, FOREIGN) == []
        links = page.evaluate("[...document.links].map((a) => [a.protocol, a.host, a.rel])")
        away = [(scheme, host, rel) for scheme, host, rel in links if scheme != "file:"]
        assert {(scheme, host) for scheme, host, _ in away} == {("https:", "example.org")}
        assert all("noopener" in rel for *_, rel in away)
        assert shown.heard == [path.as_uri()]  # nothing else was asked for, said or run

    def test_even_when_every_link_is_clicked(self, which, request, shown):
        path = request.getfixturevalue(which)
        page = shown(path)
        for link in page.locator("a[href^='#']").all()[:60]:
            link.evaluate("(a) => a.click()")
        assert page.url.split("#")[0] == path.as_uri()
        assert [url for url in shown.heard if not url.startswith(path.as_uri())] == []

    def test_no_id_is_there_twice_and_no_link_dangles(self, which, request, shown):
        page = shown(request.getfixturevalue(which))
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids))
        inside = page.evaluate("[...document.links].map((a) => decodeURI(a.hash.slice(1)))")
        assert {name for name in inside if name} <= set(ids)

    def test_all_may_read_it(self, which, request, shown):
        axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
        for how in ({}, {"color_scheme": "dark", "size": PHONE}):
            found = axe.run(shown(request.getfixturevalue(which), **how))
            said = [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found["violations"]]
            assert said == []

    def test_nothing_is_cut_off_on_a_telephone(self, which, request, shown):
        page = shown(request.getfixturevalue(which), PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    def test_it_prints_on_a4(self, which, request, shown, tmp_path):
        if shutil.which("pdfinfo") is None:
            pytest.skip("no pdfinfo is installed on this machine")
        page = shown(request.getfixturevalue(which))
        file = tmp_path / "out.pdf"
        page.pdf(path=file, prefer_css_page_size=True)
        said = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
        assert "A4" in said
        text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True)
        assert "Scenario small, as of 2024-04-01" in text.stdout
        assert re.search(r"\b1 ?/ ?\d", text.stdout)


class TestHostile:
    def test_numbers_stand_where_they_do_elsewhere(self, nasty, shown):
        for row in shown(nasty).evaluate(PLACES):
            assert row["number"] <= row["words"] + 1
            assert row["said"].split()[0].endswith("%")

    def test_words_are_shown_as_they_were_written(self, nasty, shown):
        text = shown(nasty).evaluate("document.querySelector('h1').textContent")
        assert text == clean_name()

    def test_the_policy_stops_what_would_slip_through(self, nasty, shown, tmp_path):
        opened = nasty.read_text(encoding="utf-8")
        bad = tmp_path / "bad.html"
        bad.write_text(opened.replace("<h1>", "<h1><img src=x onerror=alert(1)>"), encoding="utf-8")
        page = shown(bad)
        page.wait_for_timeout(200)
        said = [line for line in shown.heard if "Content Security Policy" in line]
        assert said
        assert "1" not in shown.heard  # no dialog


class TestReading:
    def test_headings_go_down_by_one(self, told, shown):
        levels = shown(told).evaluate(
            "[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => +h.tagName[1])"
        )
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels))

    def test_the_first_key_leads_to_the_answer(self, told, shown):
        page = shown(told)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"

    def test_what_has_the_focus_is_marked(self, told, shown):
        page = shown(told)
        for _ in range(3):
            page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid"

    def test_tables_and_pictures_have_names(self, told, shown):
        page = shown(told)
        assert page.evaluate("[...document.querySelectorAll('table')].every((t) => t.caption)")
        assert page.evaluate("[...document.querySelectorAll('th')].every((t) => t.scope)")
        tree = page.get_by_role("img").all()
        assert tree
        assert all(
            image.evaluate("(s) => s.querySelector('title').textContent.length > 0")
            for image in tree
        )

    def test_a_dark_page_is_dark(self, told, shown):
        page = shown(told, color_scheme="dark")
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert sum(map(int, paper.removeprefix("rgb(").removesuffix(")").split(","))) < 150
