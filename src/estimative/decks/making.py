"""What a deck asks of the model: since when, which outcome closely, and then all that is shown.

The earlier day, unless it is named, is that of the last recorded forecast, else the first on which
there could be one; the outcome looked at closely is the open one that moved most.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from estimative import exploring
from estimative.belief import Settings
from estimative.comparing import SMALLEST, Comparison
from estimative.decks.pages import Material, pages
from estimative.decks.setting import deck_bytes
from estimative.disagreements import Disagreement
from estimative.exploring import Indicators
from estimative.exporting import write_file
from estimative.forecasting import Forecast
from estimative.inputs import as_filed
from estimative.looking_back import changes_since, earlier_day
from estimative.plots.rendering import PAGES
from estimative.scenario import Scenario
from estimative.workflow import Told, disagreement, forecast, parse_day

SHAPES = ("16:9", "4:3")
MOST_INDICATORS = 8


def deck(
    scenario_or_forecast: Scenario | Forecast,
    path: str | Path,
    *,
    as_of: dt.date | str | None = None,
    since: dt.date | str | None = None,
    outcomes: Sequence[str] = (),
    size: str = "16:9",
    scenario: Scenario | None = None,
    settings: Settings | None = None,
    tell: Told | None = None,
) -> Path:
    """Write a presentation of about six slides, each with its numbers and sources in the notes.

    Parameters
    ----------
    scenario_or_forecast : Scenario or Forecast
        A scenario is forecast first, and the forecast recorded.
    path : str or Path
        Where to; it ends in .pptx.
    as_of : date or str, optional
        The day of the forecast, if a scenario is given; default its own.
    since : date or str, optional
        The day with which it is compared; default that of the last forecast recorded as of an
        earlier day, else the first day on which there could be one.
    outcomes : sequence of str
        Those that are looked at closely, on three slides each; default the open one that moved
        most, else the first that is open.
    size : str
        `16:9` or `4:3`.
    scenario : Scenario, optional
        With a forecast: its scenario as it was read; default its files are read again.
    settings : Settings, optional
        How a belief is sampled, if it must be.
    tell : callable, optional
        Called with a line of progress now and then.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If the path, the size or one of the days is none that can be used.
    KeyError
        If there is no such outcome.
    LedgerError
        If the file cannot be written, or the ledger not be read.
    """
    path = check_deck(path, size)
    if isinstance(scenario_or_forecast, Forecast):
        answer = scenario_or_forecast
        if (day := parse_day(as_of)) not in (None, answer.as_of):
            raise ValueError(f"this forecast is as of {answer.as_of}, not {day}; leave as_of out")
        whole = scenario or as_filed(answer.scenario, answer.as_of)
    else:
        whole = scenario_or_forecast
        day = parse_day(as_of) or whole.date
        earlier_day(whole, day, since)  # before anything is sampled
        answer = forecast(whole, as_of=day, settings=settings, tell=tell)
    made = gather(answer, whole, since=since, outcomes=outcomes, settings=settings, tell=tell)
    write_file(path, deck_bytes(pages(made), answer, PAGES[size]))
    return path


def check_deck(path: str | Path, size: str) -> Path:
    """Return where a deck goes, once it is clear that it can be written so.

    Parameters
    ----------
    path : str or Path
        Where to.
    size : str
        Of a slide.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    ValueError
        If the path ends in something else than .pptx, or the size is neither 16:9 nor 4:3.
    """
    path = Path(path)
    if path.suffix.lower() != ".pptx":
        raise ValueError(f"'{path.name}' must end in .pptx")
    if size not in SHAPES:
        raise ValueError(f"size is {size!r}; give {' or '.join(SHAPES)}")
    return path


def gather(
    answer: Forecast,
    scenario: Scenario,
    *,
    since: dt.date | str | None = None,
    outcomes: Sequence[str] = (),
    settings: Settings | None = None,
    tell: Told | None = None,
) -> Material:
    """Return all that a deck shows.

    Parameters
    ----------
    answer : Forecast
        Where we stand.
    scenario : Scenario
        Of which it is a forecast, as it was read.
    since, outcomes, settings, tell
        As in `deck`.

    Returns
    -------
    Material
        What the slides are made of.
    """
    wanted = tuple(dict.fromkeys(answer[name].name for name in outcomes))
    day, why = earlier_day(scenario, answer.as_of, since, (answer.model, answer.interval))
    comparison = (
        None if day is None else changes_since(day, answer, scenario, settings=settings, tell=tell)
    )
    close, chosen = (wanted, "as asked for") if wanted else closest(answer, comparison)
    minds: dict[str, Indicators | str] = {}
    quarrels: dict[str, Disagreement | str] = {}
    for name in close:
        found = answer[name]
        if found.withheld or found.settled:
            told = f"no number is given: {found.withheld}" if found.withheld else found.ending
            minds[name] = quarrels[name] = f"Not asked, for {told}."
        else:
            minds[name] = exploring.indicators(answer, name, top=MOST_INDICATORS)
            quarrels[name] = disagreement(answer, outcome=name, settings=settings, tell=tell)
    return Material(answer, comparison, why, close, chosen, minds, quarrels)


def closest(answer: Forecast, comparison: Comparison | None) -> tuple[tuple[str, ...], str]:
    """Return the outcome to be looked at closely, and by which rule.

    Parameters
    ----------
    answer : Forecast
        Where we stand.
    comparison : Comparison or None
        What changed.

    Returns
    -------
    tuple of tuple of str and str
        One name; the rule in words.
    """
    free = [o.name for o in answer.outcomes if not o.withheld and not o.settled]
    moved = [o for o in comparison.moved if o.name in free] if comparison else []
    if moved and abs(moved[0].move) >= SMALLEST:
        return (moved[0].name,), "the open outcome that moved most"
    given = [o.name for o in answer.outcomes if not o.withheld]
    names = free or given or [o.name for o in answer.outcomes]
    return (names[0],), f"the first outcome{' that is open' if free else ''}"
