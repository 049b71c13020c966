"""Files: the same picture gives the same bytes, whole or not at all, of four kinds and no other."""

import hashlib
import io
import itertools
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from PIL import Image
from pptx import Presentation

from estimative.errors import LedgerError
from estimative.exporting import export
from estimative.plots.style import Caption, attach

KINDS = ("png", "svg", "pdf", "pptx")
TITLE = "Hält das Abkommen von Åbo? Юрий says it costs $5 & more"
FOOTER = "Record 0123456789ab. Written with hindsight."
DRAW = """
import sys
sys.path.insert(0, sys.argv[1])
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


def test_png_has_200_dots_an_inch_and_words(tmp_path):
    with Image.open(export(picture(), tmp_path / "one.png")) as image:
        assert image.size == (int(200 * 40 / 3), 1500)
        assert image.info["dpi"] == pytest.approx((200, 200), abs=0.1)
        assert image.info["Title"] == TITLE
        assert "Software" not in image.info


def test_svg_needs_no_font(tmp_path):
    text = export(picture(), tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "<text" not in text
    assert "dc:date" not in text


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
        assert shape.height > 0.8 * 6.05 * 914_400 or shape.width > 0.95 * deck.slide_width
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
