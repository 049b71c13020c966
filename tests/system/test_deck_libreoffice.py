"""The deck in LibreOffice: it opens, each slide becomes a page, and nothing runs over its edges."""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import builders
import pytest
from made_up import made_up_forecast, read, report
from pptx import Presentation

from estimative import looking_back
from estimative.decks import making
from estimative.exporting import export
from estimative.plots import slide

pytestmark = pytest.mark.slow
POINTS = (960.0, 540.0)  # of a 16:9 page in PDF
NASTY = '<script>alert(1)</script> <svg onload="x()"> javascript:alert(2) \u202eEVIL ' * 6


def program(name: str) -> str:
    """Return where a program is; without it the test is left out, unless all must be there."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("ESTIMATIVE_REQUIRE_PROGRAMS") == "1":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


def pages(deck: Path) -> list[list[tuple[float, float, float, float, str]]]:
    """Return the words of each page with their places in points, as LibreOffice sets them."""
    office, reader = program("soffice"), program("pdftotext")
    folder = deck.parent
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, deck]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    text = subprocess.run(
        [reader, "-bbox", deck.with_suffix(".pdf"), "-"], check=True, capture_output=True
    ).stdout.decode("utf-8")
    word = re.compile(r'<word xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.*?)</word>')
    return [
        [(*map(float, found[:4]), html.unescape(found[4])) for found in word.findall(page)]
        for page in text.split("<page ")[1:]
    ]


def quiet(forecast, *, outcome, **_):
    return "Not asked in this test."


@pytest.fixture
def deck(tmp_path, monkeypatch):
    """Write a deck about a scenario whose words are all long and hostile."""
    words, names = NASTY, ("a", "b", "c")
    monkeypatch.setattr(slide, "DPI", 40)
    monkeypatch.setattr(
        looking_back, "forecast", lambda s, *, as_of, **_: made_up_forecast(s, str(as_of))
    )
    monkeypatch.setattr(making, "disagreement", quiet)
    statements = {
        f"s{i}{n}": builders.says(f"e{i}", f"{20 + 30 * i}%", event={n: "yes"}, said=words)
        for i in range(2)
        for n in names
    }
    news = {f"n{i}": report({"a": "yes"}, 2, source=f"{words} {i}", said=words) for i in range(14)}
    scenario = read(
        tmp_path,
        outcomes={n: {"title": f"{n}: {words}"} for n in names},
        statements=statements,
        news=news,
        question=f"What follows? {words}",
    )
    return making.deck(
        made_up_forecast(scenario, "2024-04-01"), tmp_path / "deck.pptx", scenario=scenario
    )


@pytest.mark.filterwarnings("ignore:no installed font")
def test_each_slide_is_a_page_and_nothing_runs_over(deck):
    found = pages(deck)
    shown = Presentation(str(deck))
    assert len(found) == len(shown.slides) == 6
    for number, (words, page) in enumerate(zip(found, shown.slides, strict=True), 1):
        for left, top, right, bottom, _ in words:
            assert left >= 0.4 * 72
            assert top >= 0.25 * 72
            assert right <= POINTS[0] - 0.4 * 72
            assert bottom <= POINTS[1] - 0.1 * 72
        source = min(top for _, top, _, _, text in words if text == "Scenario")
        body = [word for word in words if word[1] < source - 1]
        assert max(bottom for *_, bottom, _ in body) <= source + 1  # the foot stands free
        assert str(number) in [text for *_, text in words]
        title = page.shapes.title.text_frame.text.split()
        assert title[-1][:5] in " ".join(text for *_, text in words)


@pytest.mark.filterwarnings("ignore:no installed font")
def test_a_picture_exported_as_a_slide_opens(tmp_path):
    scenario = read(tmp_path, statements={"s": builders.says("ivanov", "likely")})
    path = export(made_up_forecast(scenario, "2024-04-01"), tmp_path / "one.pptx", size="4:3")
    (words,) = pages(path)
    assert "Record" in [text for *_, text in words]


def test_too_few_draws_write_a_deck_that_says_so_and_end_with_3(tmp_path):
    command = [sys.executable, "-m", "estimative"]
    subprocess.run([*command, "new", "strike"], cwd=tmp_path, check=True, capture_output=True)
    arguments = ["deck", "strike", "out.pptx", "--draws", "20", "--tune", "20"]
    done = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert done.stdout.strip() == "out.pptx"
    assert "error: not converged" in done.stderr
    for page in Presentation(str(tmp_path / "out.pptx")).slides:
        assert any("NOT CONVERGED" in s.text_frame.text for s in page.shapes if s.has_text_frame)
    arguments = ["deck", "strike", "x.pptx", "--since", "2099-01-01"]
    done = subprocess.run([*command, *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert "2099-01-01 is not before 2025-03-21" in " ".join(done.stderr.split())
    assert not (tmp_path / "x.pptx").exists()
