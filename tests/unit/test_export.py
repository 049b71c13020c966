"""Files: the same picture gives the same bytes, whole or not at all, of four kinds and no other."""

import hashlib
import html
import io
import itertools
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import builders
import made_up
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from PIL import Image
from pptx import Presentation

from estimative import plots
from estimative.comparing import compare
from estimative.errors import LedgerError
from estimative.exploring import indicators
from estimative.exporting import export
from estimative.plots.style import Caption, attach

KINDS = ("png", "svg", "pdf", "pptx")
TITLE = "Hält das Abkommen von Åbo? Юрий says it costs $5 & more"
FOOTER = "Record 0123456789ab. Written with hindsight."
DRAW = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/.."]
import test_export
from estimative.exporting import export
for kind in test_export.KINDS:
    export(test_export.picture(), sys.argv[2] + "/again." + kind)
"""


def picture() -> Axes:
    """Draw as our plots do: axes over the whole figure that carry a caption."""
    figure = plt.figure(figsize=(40 / 3, 7.5))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    how = {"transform": ax.transAxes, "parse_math": False}
    ax.text(0.05, 0.93, TITLE, fontsize=20, gid="estimative-title", **how)
    ax.text(0.05, 0.05, FOOTER, fontsize=12, gid="estimative-footer", **how)
    ax.scatter([0.1, 0.5, 0.9], [0.2, 0.5, 0.8])
    ax.plot([0.1, 0.9], [0.2, 0.8], linestyle="--")
    attach(ax, Caption(TITLE, FOOTER, "0123456789ab", "They talk: 69% – likely; Юрий agrees."))
    return ax


@pytest.fixture(autouse=True)
def _no_figure_stays() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    def test_is_written_where_asked(self, kind, tmp_path):
        path = tmp_path / "new" / "folder" / f"Bild – Юрий.{kind.upper()}"
        assert export(picture(), path) == path
        assert [p.name for p in path.parent.iterdir()] == [path.name]

    def test_takes_figures_axes_and_text_paths(self, kind, tmp_path):
        ax = picture()
        one = export(ax, str(tmp_path / f"one.{kind}"))
        two = export(ax.figure, tmp_path / f"two.{kind}")
        assert one.read_bytes() == two.read_bytes()

    def test_leaves_the_picture_as_it_was(self, kind, tmp_path):
        ax = picture()
        before = (ax.figure.dpi, [t.get_visible() for t in ax.texts], ax.get_position().bounds)
        export(ax, tmp_path / f"one.{kind}")
        assert before == (
            ax.figure.dpi,
            [t.get_visible() for t in ax.texts],
            ax.get_position().bounds,
        )

    def test_a_failure_leaves_the_old_file(self, kind, tmp_path, monkeypatch):
        path = tmp_path / f"one.{kind}"
        path.write_bytes(b"old")

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(LedgerError, match="No space left on device; choose another place"):
            export(picture(), path)
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]

    def test_replaces_an_old_file(self, kind, tmp_path):
        path = tmp_path / f"one.{kind}"
        path.write_bytes(b"old")
        assert export(picture(), path).stat().st_size > 1000

    def test_carries_the_record(self, kind, tmp_path):
        content = export(picture(), tmp_path / f"one.{kind}").read_bytes()
        if kind == "pptx":
            content = zipfile.ZipFile(io.BytesIO(content)).read("docProps/core.xml")
        assert b"0123456789ab" in content

    def test_a_plain_figure_will_do(self, kind, tmp_path):
        figure, (left, right) = plt.subplots(1, 2)
        left.set_title("One")
        right.plot([0, 1])
        assert export(right, tmp_path / f"plain.{kind}").exists()
        assert export(figure, tmp_path / f"whole.{kind}").exists()
        assert export(plt.figure(), tmp_path / f"empty.{kind}").exists()


@pytest.mark.slow
def test_the_same_bytes_in_another_process(tmp_path):
    environment = os.environ | {"PYTHONHASHSEED": "7", "TZ": "Asia/Seoul"}
    folder = str(Path(__file__).parent)
    command = [sys.executable, "-c", DRAW, folder, str(tmp_path)]
    subprocess.run(command, check=True, env=environment)
    for kind in KINDS:
        here = export(picture(), tmp_path / f"here.{kind}").read_bytes()
        there = (tmp_path / f"again.{kind}").read_bytes()
        assert hashlib.sha256(here).digest() == hashlib.sha256(there).digest(), kind


@pytest.mark.parametrize("name", ["slide.jpg", "slide", "slide.pptx.zip", ".png"])
def test_another_suffix_is_refused_and_those_allowed_are_named(name, tmp_path):
    with pytest.raises(ValueError, match=r"give it one of \.png, \.svg, \.pdf, \.pptx"):
        export(picture(), tmp_path / "new" / name)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_a_file_is_a_storage_error(tmp_path):
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(LedgerError, match="cannot be written"):
        export(picture(), tmp_path / "taken" / "one.png")


def test_png_has_300_dots_an_inch_and_words(tmp_path):
    with Image.open(export(picture(), tmp_path / "one.png")) as image:
        assert image.size == (4000, 2250)
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert image.info["Title"] == TITLE
        assert image.info["Description"] == "They talk: 69% – likely; Юрий agrees."
        assert "Software" not in image.info


def test_a_figure_that_grew_very_large_is_still_a_png_that_fits_into_memory(tmp_path):
    figure = plt.figure(figsize=(400, 1))
    with Image.open(export(figure, tmp_path / "wide.png")) as image:
        assert image.size == (20_000, 50)
    plt.close(figure)


def test_svg_keeps_text_as_text_and_names_fonts_for_whoever_lacks_ours(tmp_path):
    text = export(picture(), tmp_path / "one.svg").read_text(encoding="utf-8")
    written = re.findall(r"<text [^>]*>([^<]*)</text>", text)
    assert html.unescape(written[0]) == TITLE
    assert "font-family: 'DejaVu Sans', Verdana, sans-serif" in text
    assert "dc:date" not in text


def test_svg_leaves_words_alone_that_look_like_a_tag(tmp_path):
    figure = plt.figure()
    words = "<text style=\"font: 'DejaVu Sans'\" onload=alert(1)> <script>"
    figure.text(0.1, 0.5, words)
    text = export(figure, tmp_path / "one.svg").read_text(encoding="utf-8")
    assert html.unescape(re.findall(r"<text [^>]*>([^<]*)</text>", text)[0]) == words
    assert "<script" not in text


def test_pdf_has_its_fonts_inside(tmp_path):
    content = export(picture(), tmp_path / "one.pdf").read_bytes()
    assert content.count(b"/FontFile2") > 0
    assert b"CreationDate" not in content


class TestSize:
    @pytest.mark.parametrize(
        ("size", "inches"),
        [
            ("16:9", (40 / 3, 7.5)),
            ("4:3", (10, 7.5)),
            ("A4", (210 / 25.4, 297 / 25.4)),
            ((6, 4), (6, 4)),
            ([5, 2.5], (5, 2.5)),
        ],
    )
    def test_is_that_of_the_file_and_leaves_the_figure_alone(self, size, inches, tmp_path):
        ax = picture()
        with Image.open(export(ax, tmp_path / "one.png", size)) as image:
            assert image.size == tuple(int(300 * side + 1e-6) for side in inches)
        assert tuple(ax.figure.get_size_inches()) == pytest.approx((40 / 3, 7.5))

    @pytest.mark.parametrize(
        "size", ["16:10", "a5", "", 7, (1, 2, 3), (1, 4), (4, 60), "64", (4, float("nan"))]
    )
    def test_another_is_refused(self, size, tmp_path):
        with pytest.raises(ValueError, match="give 16:9, 4:3, a4, or width and height in inches"):
            export(picture(), tmp_path / "one.png", size)

    @pytest.mark.parametrize(
        ("size", "ratio"), [("16:9", 16 / 9), ("4:3", 4 / 3), ("a4", 210 / 297)]
    )
    def test_a_slide_takes_it(self, size, ratio, tmp_path):
        deck = Presentation(str(export(picture(), tmp_path / "one.pptx", size=size)))
        assert deck.slide_width / deck.slide_height == pytest.approx(ratio, abs=1e-4)
        for shape in deck.slides[0].shapes:
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height


class TestResults:
    @pytest.fixture
    def forecasts(self, tmp_path):
        statements = {"s": builders.says("ivanov", "likely")}
        scenario = made_up.read(tmp_path, outcomes=("a", "b"), statements=statements)
        return [made_up.made_up_forecast(scenario, day) for day in ("2024-02-01", "2024-05-01")]

    def test_are_drawn_as_their_own_picture(self, forecasts, tmp_path):
        earlier, later = forecasts
        for result in (later, compare(earlier, later), indicators(later, "a")):
            path = export(result, tmp_path / "one.svg", size="4:3")
            assert 'viewBox="0 0 720 540"' in path.read_text(encoding="utf-8")
            assert later.record in path.read_text(encoding="utf-8")

    def test_every_footer_says_scenario_day_interval_and_record(self, forecasts, tmp_path):
        text = export(forecasts[1], tmp_path / "one.svg").read_text(encoding="utf-8")
        words = " ".join(html.unescape(" ".join(re.findall(r"<text [^>]*>([^<]*)<", text))).split())
        for part in ("Scenario small", "2024-05-01", "central 90%", forecasts[1].record):
            assert part in words

    def test_a_picture_is_drawn_anew_for_another_size(self, forecasts, tmp_path):
        shown = plots.forecast(forecasts[1])
        upright = export(shown, tmp_path / "one.png", size="a4").read_bytes()
        assert upright == export(forecasts[1], tmp_path / "two.png", size="a4").read_bytes()

    def test_what_was_added_by_hand_is_kept(self, forecasts, tmp_path):
        shown = plots.forecast(forecasts[1])
        shown.text(0.5, 1, "added by hand")
        text = export(shown, tmp_path / "one.svg", size="4:3").read_text(encoding="utf-8")
        assert "added by hand" in text

    def test_what_has_no_picture_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="a dict has no picture of its own"):
            export({}, tmp_path / "one.png")

    def test_every_picture_named_exists(self):
        module = sys.modules["estimative.exporting"]
        assert all(callable(getattr(plots, name)) for name in module.PICTURES.values())


class TestSlide:
    @pytest.fixture
    def deck(self, tmp_path):
        return Presentation(str(export(picture(), tmp_path / "one.pptx")))

    def test_is_one_16_by_9_slide_with_words_as_text(self, deck):
        assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9)
        (slide,) = deck.slides
        assert slide.shapes.title.text_frame.text == TITLE
        texts = [s.text_frame.text for s in slide.shapes if s.has_text_frame]
        assert FOOTER in texts

    def test_the_picture_has_alternative_text_and_all_the_room(self, deck):
        shape = next(s for s in deck.slides[0].shapes if s.name == "Picture")
        assert "Юрий agrees" in shape._element.nvPicPr.cNvPr.get("descr")
        inside = [0, 0, deck.slide_width - shape.width, deck.slide_height - shape.height]
        assert shape.left >= inside[0]
        assert shape.top >= inside[1]
        assert shape.left <= inside[2]
        assert shape.top <= inside[3]
        assert shape.height > 0.8 * 6.05 * 914_400 or shape.width > 0.94 * deck.slide_width
        assert shape.left >= deck.slides[0].shapes.title.left  # words stand below words
        with Image.open(io.BytesIO(shape.image.blob)) as image:
            assert image.width / image.height == pytest.approx(shape.width / shape.height, rel=0.01)

    def test_title_and_footer_are_not_printed_twice(self, deck):
        shape = next(s for s in deck.slides[0].shapes if s.name == "Picture")
        with Image.open(io.BytesIO(shape.image.blob)) as image:
            pixels = np.asarray(image.convert("L"))
        # the dots and the line only: no dark type
        assert pixels.min() > 60

    def test_no_shape_lies_on_another(self, deck):
        boxes = [(s.top, s.top + s.height) for s in deck.slides[0].shapes]
        boxes.sort()
        for (_, end), (start, _) in itertools.pairwise(boxes):
            assert end <= start

    def test_bears_no_clock(self, deck, tmp_path):
        assert deck.core_properties.created.year == 1980
        with zipfile.ZipFile(tmp_path / "one.pptx") as archive:
            assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_windows_is_told_of_long_names(monkeypatch):
    module = sys.modules["estimative.exporting"]
    folder = Path("/" + "/".join(["folder"] * 40))
    assert module._reachable(folder) == folder
    monkeypatch.setattr(module.os, "name", "nt")
    monkeypatch.setattr(module, "Path", str)
    assert module._reachable(folder).startswith("\\\\?\\")
