"""Draw the flagship's deck as pictures for docs/deck: each slide, and all six side by side.

Needs LibreOffice (`soffice`) and poppler (`pdftoppm`).

    python tools/draw_deck.py
"""

import subprocess
import tempfile
from pathlib import Path

from PIL import Image

import estimative as est

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "deck"
AS_OF = "2023-10-14"
DOTS = "72"  # an inch, of a slide 13.3 inches wide
SMALL = 600, 338  # of one of six


def main() -> None:
    """Write slide-1.png to slide-6.png, and slides.png."""
    scenario = est.read_scenario("russia-dprk-2023")
    with tempfile.TemporaryDirectory() as place:
        deck = est.deck(scenario, Path(place) / "slide.pptx", as_of=AS_OF, since="2023-09-13")
        as_pdf = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", place, str(deck)]
        subprocess.run(as_pdf, check=True, capture_output=True)
        as_png = ["pdftoppm", "-r", DOTS, "-png", f"{place}/slide.pdf", f"{FOLDER}/slide"]
        subprocess.run(as_png, check=True)
    slides = [Image.open(FOLDER / f"slide-{i}.png").convert("RGB") for i in range(1, 7)]
    together = Image.new("RGB", (2 * SMALL[0] + 6, 3 * SMALL[1] + 12), "#d5dade")
    for i, slide in enumerate(slides):
        small(slide).save(FOLDER / f"slide-{i + 1}.png", optimize=True)
        at = (i % 2) * (SMALL[0] + 6), (i // 2) * (SMALL[1] + 6)
        together.paste(slide.resize(SMALL, Image.Resampling.LANCZOS), at)
    small(together).save(FOLDER / "slides.png", optimize=True)


def small(picture: Image.Image) -> Image.Image:
    """Return a picture in few colours, the rare ones kept.

    Parameters
    ----------
    picture : Image
        Of a slide.

    Returns
    -------
    Image
        With a palette.
    """
    octree = Image.Quantize.FASTOCTREE
    return picture.quantize(255, method=octree, dither=Image.Dither.NONE)


if __name__ == "__main__":
    main()
