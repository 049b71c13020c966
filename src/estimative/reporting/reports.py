"""From a scenario or a forecast to a report in a file, whole or not at all."""

import datetime as dt
from pathlib import Path
from typing import Literal

from estimative.belief import Settings
from estimative.exporting import write_file
from estimative.forecasting import Forecast
from estimative.looking_back import earlier_day
from estimative.reporting.composing import compose
from estimative.reporting.document import Document
from estimative.reporting.gathering import gather
from estimative.scenario import Scenario
from estimative.workflow import Told, parse_day, say
from estimative.workflow import forecast as compute

Format = Literal["html", "md", "docx"]
FORMATS: dict[str, Format] = {".html": "html", ".htm": "html", ".md": "md", ".docx": "docx"}


def report(
    scenario_or_forecast: Scenario | Forecast,
    path: str | Path,
    *,
    as_of: dt.date | str | None = None,
    since: dt.date | str | None = None,
    format: str | None = None,
    scenario: Scenario | None = None,
    settings: Settings | None = None,
    tell: Told | None = None,
) -> Path:
    """Write a report: answers, where each comes from, what moved it, what would, sources, method.

    Parameters
    ----------
    scenario_or_forecast : Scenario or Forecast
        A scenario is forecast first, and the forecast recorded.
    path : str or Path
        Where to. Folders are made, an old file is replaced.
    as_of : date, str or None
        The day of a scenario's forecast; default its own.
    since : date, str or None
        From which day changes are told; default that of the record before, else the first on which
        the window is open and somebody has spoken.
    format : str or None
        `html`, `md` or `docx`; default what the path's suffix says.
    scenario : Scenario, optional
        With a forecast: its scenario as it was read; default its files are read again.
    settings : Settings, optional
        How a belief is sampled, if it must be.
    tell : callable, optional
        Called with a line of progress now and then.

    Returns
    -------
    Path
        The file. The same files and the same ledger give the same bytes.

    Raises
    ------
    ValueError
        If the format is none, a day is none, or `since` is not before the forecast's day.
    ScenarioError, InferenceError, LedgerError
        As from `forecast`; LedgerError also if the file cannot be written.
    """
    path, tell = Path(path), tell or say
    kind, first = format_of(path, format), parse_day(since)
    if isinstance(scenario_or_forecast, Scenario):
        scenario = scenario_or_forecast
        earlier_day(scenario, parse_day(as_of) or scenario.date, since)  # before any sampling
        answer = compute(scenario, as_of=as_of, settings=settings, tell=tell)
    else:
        answer = scenario_or_forecast
        if (day := parse_day(as_of)) not in (None, answer.as_of):
            raise ValueError(f"this forecast is as of {answer.as_of}, not {day}; leave as_of out")
    found = gather(answer, scenario, since=first, settings=settings or Settings(), tell=tell)
    write_file(path, _written(compose(found), kind, answer))
    return path


def format_of(path: Path, format: str | None = None) -> Format:
    """Return the format of a report.

    Parameters
    ----------
    path : Path
        Where it goes.
    format : str or None
        What was asked for; default what the path's suffix says.

    Returns
    -------
    str
        html, md or docx.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    if format is not None:
        for known in FORMATS.values():
            if format == known:
                return known
        raise ValueError(f"format is {format!r}; give html, md or docx")
    if path.suffix.lower() not in FORMATS:
        came = f"ends in '{path.suffix}'" if path.suffix else "has no suffix"
        known_ones = ", ".join(FORMATS)
        raise ValueError(f"'{path.name}' {came}; give it one of {known_ones}, or name the format")
    return FORMATS[path.suffix.lower()]


def _written(document: Document, kind: Format, forecast: Forecast) -> bytes:
    match kind:
        case "html":
            from estimative.reporting.web_page import web_page

            return web_page(document)
        case "md":
            from estimative.reporting.markdown import markdown

            return markdown(document)
        case "docx":
            from estimative.reporting.word_document import word_document

            return word_document(document, *_picture(forecast))


def _picture(forecast: Forecast) -> tuple[bytes, str]:
    """Return the picture of a forecast as PNG, and the same in words."""
    from matplotlib.figure import Figure

    from estimative import plots
    from estimative.plots.rendering import render
    from estimative.plots.style import SLIDE, caption_of

    figure = Figure(figsize=SLIDE, facecolor="white")
    ax = plots.forecast(forecast, figure.add_axes((0, 0, 1, 1)))
    caption = caption_of(ax)
    return render(figure, "png"), caption.alt if caption else ""
