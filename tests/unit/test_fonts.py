"""What the bundled font lacks is drawn in a font that has it, or as boxes, of which one is told."""

import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib import pyplot as plt

from estimative.plots import fonts, lettering
from estimative.plots.fonts import BOXES, BUNDLED, families, warn_of_boxes
from estimative.plots.rendering import render
from estimative.plots.style import Pen

RUNE = "\U0001310f"  # a hieroglyph, which no test machine's font has


def font_of(characters: str, name: str, folder: Path) -> Path:
    """Write a font that has squares for some characters."""
    glyphs = [".notdef", *(f"u{ord(c):X}" for c in characters)]
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 700), (700, 700), (700, 0)):
        pen.lineTo(point)
    pen.closePath()
    square = pen.glyph()
    build = FontBuilder(1000, isTTF=True)
    build.setupGlyphOrder(glyphs)
    build.setupCharacterMap({ord(c): f"u{ord(c):X}" for c in characters})
    build.setupGlyf(dict.fromkeys(glyphs, square))
    build.setupHorizontalMetrics(dict.fromkeys(glyphs, (800, 0)))
    build.setupHorizontalHeader(ascent=800, descent=-200)
    build.setupNameTable({"familyName": name, "styleName": "Regular"})
    build.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    build.setupPost()
    path = folder / f"{name}.ttf"
    build.save(path)
    return path


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let each test know the bundled fonts only, plus what it adds."""
    bundled = [e for e in font_manager.fontManager.ttflist if "mpl-data" in e.fname]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", bundled)
    monkeypatch.setattr(fonts, "findSystemFonts", list)
    forget()
    yield
    forget()
    plt.close("all")


def forget() -> None:
    for remembered in (fonts._family_with, fonts._installed, fonts._characters):
        remembered.cache_clear()
    lettering.text_size.cache_clear()


def drawn(text: str) -> list[str]:
    """Write a text in bold with our pen, and return what matplotlib says while it is drawn."""
    heard, stream = [], io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger("matplotlib.font_manager").addHandler(handler)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure, ax = plt.subplots()
        lettering.text_size(text, 12.0, "bold")
        Pen(ax, 1.0).write(0.5, 0.5, text, fontweight="bold")
        for kind in ("png", "svg", "pdf"):
            assert render(figure, kind)
        heard += [str(w.message) for w in caught]
    logging.getLogger("matplotlib.font_manager").removeHandler(handler)
    return heard + stream.getvalue().splitlines()


def test_what_the_bundled_font_has_is_set_in_it_alone():
    assert families("Åbo, Жириновский, 40–90%, $5 → Ω\n") == [BUNDLED]


def test_a_missing_character_is_drawn_in_an_installed_font_that_has_it(tmp_path):
    font_manager.fontManager.addfont(font_of("漢字", "Small Han", tmp_path))
    assert families("漢字 and more") == [BUNDLED, "Small Han", BOXES]
    assert drawn("漢字 and more") == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_boxes(["漢字"])


def test_a_font_installed_after_matplotlib_listed_them_is_found(tmp_path, monkeypatch):
    path = font_of("漢", "Late Han", tmp_path)
    monkeypatch.setattr(fonts, "findSystemFonts", lambda: [str(path), str(tmp_path / "gone.ttf")])
    assert families("漢") == [BUNDLED, "Late Han", BOXES]


def test_a_font_that_is_listed_but_gone_has_no_characters(tmp_path):
    path = font_of("漢", "A Gone Han", tmp_path)
    font_manager.fontManager.addfont(path)
    path.unlink()
    assert families("漢") == [BUNDLED, BOXES]


def test_preferred_fonts_come_first(tmp_path):
    for name in ("A Font", "NanumGothic"):
        font_manager.fontManager.addfont(font_of("漢", name, tmp_path))
    assert families("漢")[1] == "NanumGothic"


def test_what_no_font_has_is_drawn_as_boxes_and_matplotlib_says_nothing():
    assert families(f"x{RUNE}") == [BUNDLED, BOXES]
    assert drawn(f"x{RUNE}") == []


def test_one_warning_names_the_characters_and_the_cure():
    many = "".join(map(chr, range(0x13000, 0x1300C)))
    with pytest.warns(UserWarning, match="Noto Sans CJK") as caught:
        warn_of_boxes([f"a {many}", f"{many[:3]}\nb"])
    (one,) = caught
    assert str(one.message).startswith(
        f"no installed font has {' '.join(many[:10])} and 2 more, drawn as boxes; install"
    )
