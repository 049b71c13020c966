"""The last slide: method, how far to trust it, and what was read, linked where it may be."""

from collections import Counter
from urllib.parse import urlsplit

from estimative.decks.page import Cell, Grid, Page
from estimative.forecasting import Forecast
from estimative.plots.style import footer
from estimative.quoting import apart, web_address
from estimative.results import mass

SHARES = (0.38, 0.13, 0.09, 0.15, 0.25)  # of the table's width


def method(answer: Forecast, chosen: str) -> Page:
    """Return the slide on method and sources.

    Parameters
    ----------
    answer : Forecast
        Where we stand.
    chosen : str
        How the outcomes looked at closely were chosen.

    Returns
    -------
    Page
        Method in three sentences, how far to trust it, and a table of the sources.
    """
    found = answer.diagnostics
    scenario, said = answer.scenario, len(answer.given.weights)
    used = _sources(answer)
    text = [
        ("Method", True),
        ("What experts say is read as weighted probabilities on a network of causes.", False),
        (
            "News then moves the answer by how likely each report is if an event comes or not.",
            False,
        ),
        (
            f"A number is the mean of what all readings that fit give; its interval holds the"
            f" central {mass(answer.interval)} of them.",
            False,
        ),
        ("How far to trust it", True),
    ]
    fit = (
        f"R-hat {found['rhat']:.3f}, effective draws {found['ess_bulk']:,.0f} bulk and"
        f" {found['ess_tail']:,.0f} tail"
    )
    text.append((f"{'NOT CONVERGED' if answer.belief.failed else 'Converged'}: {fit}.", False))
    if scenario.hindsight:
        text.append(
            ("Written with hindsight: the scenario was coded after its window had closed.", False)
        )
    text.append(("Likelihood and confidence are two things: the second is in our analysis.", False))
    news = found["news"]
    title = (
        f"{said} statement{'s' * (said != 1)} and {news} item{'s' * (news != 1)} of news,"
        f" from {len(used)} source{'s' * (len(used) != 1)}"
    )
    rows = tuple(
        (Cell(apart(name)), Cell(when), Cell(grade), Cell(for_what), _linked(address))
        for name, when, grade, for_what, address in used
    )
    heads = ("Source", "Published", "Grade", "Used for", "Where")
    grid = _without_empty(Grid(f"The {len(used)} sources.", heads, SHARES, rows))
    every = [
        f"{apart(n)} ({w}; grade {g or 'none'}): {f}. {apart(a or 'no address')}"
        for n, w, g, f, a in used
    ]
    notes = (
        f"{footer(answer)} Model {answer.model}, seed {answer.seed}.",
        f"Looked at closely: {chosen}.",
        *every,
        *answer.notes(),
    )
    return Page("Method and sources", title, notes, None, tuple(text), grid if rows else None)


def _without_empty(grid: Grid) -> Grid:
    """Return a table without the columns in which nothing stands."""
    kept = [j for j in range(len(grid.heads)) if any(row[j].words for row in grid.rows)]
    whole = sum(grid.shares[j] for j in kept)
    return Grid(
        grid.alt,
        tuple(grid.heads[j] for j in kept),
        tuple(grid.shares[j] / whole for j in kept),
        tuple(tuple(row[j] for j in kept) for row in grid.rows),
    )


def _sources(answer: Forecast) -> list[tuple[str, str, str, str, str | None]]:
    """Return what was read: title, day, grade, what for, address; those most used first."""
    scenario = answer.scenario
    cited = (scenario.statements[name].source for name in answer.given.weights)
    counts = Counter(source for source in cited if source is not None)
    found = []
    for key, count in counts.most_common():
        s, what = scenario.sources[key], f"{count} statement{'s' * (count != 1)}"
        found.append((s.title, str(s.published), s.reliability or "", what, s.address))
    for item in scenario.news.values():
        who = item.source
        found.append((who.name, str(item.published), who.reliability, item.kind, who.address))
    return found


def _linked(address: str | None) -> Cell:
    """Return an address as a link that names its host, or as text if it may not be one."""
    safe = web_address(address)
    if not safe:
        return Cell(apart(address or ""))
    return Cell(apart(urlsplit(safe).hostname or safe), safe)
