"""Draw the pictures of docs/report: the flagship's report on a screen, on a telephone and printed.

Run it in the checkout, where a year of the flagship is recorded (`--record` does that first):
`python tools/draw_report.py`. It needs Chromium and Poppler.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

import estimative as est
from estimative.replaying import turning_days

HERE = Path(__file__).resolve().parents[1]
PICTURES = HERE / "docs" / "report"
DAY, SINCE = "2024-03-01", "2023-12-31"
OUTCOME, CHANGES = "outcome-economic_aid", "moved-economic_aid"
COLOURS = 64  # of a picture
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SCREEN, PHONE = {"width": 1000, "height": 1180}, {"width": 390, "height": 844}


def main() -> None:
    """Write the report into a temporary folder, and its pictures into docs/report."""
    scenario = est.read_scenario(HERE / "scenarios" / "russia-dprk-2023")
    if "--record" in sys.argv:
        for day in turning_days(scenario):
            est.forecast(scenario, as_of=day)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        page = est.report(scenario, Path(folder) / "report.html", as_of=DAY, since=SINCE)
        program = shutil.which("chromium")
        browser = play.chromium.launch(executable_path=program, args=FLAGS)
        shoot(browser, page, "page", SCREEN)
        shoot(browser, page, "outcome", SCREEN, at=OUTCOME)
        shoot(browser, page, "dark", SCREEN, at=CHANGES, scheme="dark")
        shoot(browser, page, "phone", PHONE)
        opened = browser.new_page()
        opened.goto(page.as_uri())
        opened.pdf(path=f"{folder}/report.pdf", prefer_css_page_size=True)
        browser.close()
        first = ["pdftoppm", "-singlefile", "-r", "80", "-png", f"{folder}/report.pdf"]
        subprocess.run([*first, str(PICTURES / "print")], check=True)
    for file in PICTURES.glob("*.png"):
        Image.open(file).convert("RGB").quantize(COLOURS).save(file, optimize=True)


def shoot(
    browser: Browser, page: Path, name: str, size: dict, *, at: str = "", scheme: str = "light"
) -> None:
    """Draw what a window of a size shows of a page.

    Parameters
    ----------
    browser : Browser
        Chromium.
    page : Path
        The report.
    name : str
        The picture's.
    size : dict
        Width and height of the window, in pixels.
    at : str
        The anchor at its upper edge; default the top of the page.
    scheme : str
        light or dark.
    """
    opened = browser.new_page(viewport=size, color_scheme=scheme)
    opened.goto(page.as_uri())
    if at:
        opened.locator(f"#{at}").evaluate("(e) => e.scrollIntoView()")
    opened.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    main()
