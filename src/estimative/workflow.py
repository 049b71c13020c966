"""The main job: read, find the belief or fit it, take the news in, answer.

A belief is fitted once and stored under `runs/beliefs`; news never needs sampling unless it has
worn the draws out.
"""

import dataclasses
import datetime as dt
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from estimative import coverages, disagreements, records
from estimative.belief import Belief, Settings, belief_key, load_belief, save_belief
from estimative.coverages import Coverage
from estimative.disagreements import Alone, Disagreement
from estimative.elicitation import Elicitation, as_known, encode
from estimative.errors import InferenceError, LedgerError, Problem, ScenarioError
from estimative.forecasting import Forecast, UnderNews, compute_forecast, under_news
from estimative.model_files import DEFAULT_MODEL, find_model, load_model
from estimative.news import World, world
from estimative.scenario import Scenario
from estimative.tail_weights import pareto_k
from estimative.weighted_draws import FEWEST_DRAWS, WORST_K
from estimative.workspace import enclosing_workspace, shelf

if TYPE_CHECKING:
    from estimative.exploring import Sensitivity

Told = Callable[[str], None]

FEWEST = 20  # draws and tuning steps a chain: below it NUTS and its diagnostics break down
LARGEST_SEED = 2**64 - 1


def say(line: str) -> None:
    """Print a line of progress: under the cell in a notebook, else on stderr.

    Parameters
    ----------
    line : str
        Without a line feed.
    """
    print(line, file=sys.stdout if "ipykernel" in sys.modules else sys.stderr, flush=True)


def forecast(
    scenario: Scenario,
    *,
    as_of: dt.date | str | None = None,
    seed: int = 1,
    model: str | Path | None = None,
    interval: float = 0.9,
    settings: Settings | None = None,
    tell: Told | None = None,
    record: bool = True,
) -> Forecast:
    """Return outcome probabilities with intervals, as of a date.

    Parameters
    ----------
    scenario : Scenario
        As `read_scenario` returns it.
    as_of : date, str or None
        A day, as date or `YYYY-MM-DD`, or `today`; default `scenario.date`. Nothing dated later is
        used.
    seed : int
        The same seed gives the same numbers.
    model : str, Path or None
        A model's name or file; default `expert_network`.
    interval : float
        Mass of the central interval, in (0, 1).
    settings : Settings, optional
        How a belief is sampled, if it must be.
    tell : callable, optional
        Called with a line of progress now and then; default `say`.
    record : bool
        Whether the forecast is written to the ledger, `runs/ledger.sqlite`.

    Returns
    -------
    Forecast
        A table of outcomes, each traced to statements.

    Raises
    ------
    ValueError
        If `as_of` is no day, `interval` is not in (0, 1), `seed` is not in [0, 2**64), or draws or
        tuning steps are fewer than 20.
    InferenceError
        If the model cannot be found or built.
    LedgerError
        If the belief cannot be stored.
    """
    tell, settings = tell or say, settings or Settings()
    check_request(seed, interval, settings)
    known_then = as_known(scenario, parse_day(as_of) or scenario.date)
    file = find_model(DEFAULT_MODEL if model is None else model, scenario.folder)
    answer = _answer(known_then, file, seed, interval, settings, tell)
    return _recorded(answer, scenario, settings) if record else answer


def _recorded(answer: Forecast, scenario: Scenario, settings: Settings) -> Forecast:
    """Write a forecast down; it comes back with a note if other files stood behind that day."""
    ledger = records.open_ledger(runs_folder(scenario.folder))
    changes = records.changed_inputs(scenario, ledger, as_of=answer.as_of)
    records.record(answer, ledger, scenario=scenario, settings=settings)
    return dataclasses.replace(answer, changed=str(changes[0])) if changes else answer


def check_request(seed: int, interval: float, settings: Settings) -> None:
    """Raise ValueError for numbers with which nothing can be computed, before anything is.

    Parameters
    ----------
    seed : int
        Right from 0 to 2**64 - 1.
    interval : float
        Mass of the central interval, right in (0, 1).
    settings : Settings
        Right with at least 20 draws and 20 tuning steps a chain.

    Raises
    ------
    ValueError
        If one of them is not right; the first is named.
    """
    if not 0 < interval < 1:
        raise ValueError(f"interval is {interval:g}; give a mass between 0 and 1, such as 0.9")
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"seed is {seed}; give a whole number from 0 to {LARGEST_SEED}")
    for name, count in (("draws", settings.draws), ("tune", settings.tune)):
        if count < FEWEST:
            raise ValueError(f"{name} is {count}; give at least {FEWEST} a chain")


@dataclasses.dataclass(frozen=True, eq=False)
class _Grounds:
    """What a forecast is computed from."""

    given: Elicitation
    belief: Belief
    known: World
    inside: bool
    pareto_k: float | None
    drawn: UnderNews


def _answer(
    scenario: Scenario, file: Path, seed: int, interval: float, settings: Settings, tell: Told
) -> Forecast:
    """Return the forecast of a scenario as known on its date."""
    found = _grounds(scenario, file, seed, settings, tell)
    return compute_forecast(
        scenario,
        found.given,
        found.belief,
        model=file,
        seed=seed,
        interval=interval,
        known=found.known,
        inside=found.inside,
        pareto_k=found.pareto_k,
        drawn=found.drawn,
    )


def _grounds(scenario: Scenario, file: Path, seed: int, settings: Settings, tell: Told) -> _Grounds:
    """Return the belief of a scenario as known on its date; news goes inside if it must."""
    given = _encode(scenario)
    known = world(scenario, given.graph, scenario.date)
    store = runs_folder(scenario.folder) / "beliefs"
    belief = believed(scenario, given, file, seed, settings, store, tell)
    drawn = under_news(given, belief, known, inside=False)
    effective, k = drawn.effective_draws, _news_k(drawn)
    inside = not belief.failed and (effective < FEWEST_DRAWS or (k is not None and k > WORST_K))
    if inside:
        why = "" if k is None else f" (Pareto k {k:.2f})"
        tell(
            f"the news leaves {effective:,.0f} effective draws{why}; fitting again with the news"
            " inside"
        )
        belief = believed(scenario, given, file, seed, settings, store, tell, news=known)
        drawn = under_news(given, belief, known, inside=True)
    return _Grounds(given, belief, known, inside, k, drawn)


def _encode(scenario: Scenario) -> Elicitation:
    """Return the statements as numbers, unless the links together are too dense to be computed."""
    try:
        return encode(scenario)
    except ValueError as error:
        file = next(iter(scenario.text_files), scenario.slug)
        raise ScenarioError([Problem(file, 0, str(error))]) from error


def disagreement(
    forecast: Forecast,
    *,
    outcome: str | None = None,
    expert: str | None = None,
    settings: Settings | None = None,
    tell: Told | None = None,
) -> Disagreement:
    """Return what each expert and each group alone would answer beside the pools; fitted once each.

    Parameters
    ----------
    forecast : Forecast
        The pooled answer.
    outcome : str, optional
        One outcome only.
    expert : str, optional
        One expert only, by id, name or alias; found by an alias, the answer carries the note about
        him.
    settings : Settings, optional
        How each voice's belief is sampled, if it must be.
    tell : callable, optional
        Called with a line of progress now and then.

    Returns
    -------
    Disagreement
        Voices by outcome, with draws.

    Raises
    ------
    KeyError
        If there is no such outcome.
    ScenarioError
        If there is no such expert.
    """
    tell = tell or say
    scenario = forecast.scenario
    file = find_model(forecast.model_file, scenario.folder)

    def alone(label: str, statements: set[str]) -> Alone:
        """Return what some of the statements say, with the pooled forecast's model and seed.

        Parameters
        ----------
        label : str
            Whose they are; put before each line of progress.
        statements : set of str
            Ids of those to keep.

        Returns
        -------
        Alone
            Under the pooled forecast's news.
        """
        own = scenario.model_copy(
            update={"statements": {n: s for n, s in scenario.statements.items() if n in statements}}
        )
        found = _grounds(
            own,
            file,
            forecast.seed,
            settings or Settings(),
            lambda line: tell(f"{label} alone: {line}"),
        )
        return Alone(found.belief, found.drawn)

    return disagreements.disagreement(forecast, alone, outcome=outcome, expert=expert)


def sensitivity(
    forecast: Forecast,
    outcome: str,
    *,
    top: int = 12,
    exact: bool = False,
    settings: Settings | None = None,
    tell: Told | None = None,
) -> "Sensitivity":
    """Return what drives the answer: its move were something not said, or half or twice as heavy.

    Parameters
    ----------
    forecast : Forecast
        The answer.
    outcome : str
        The outcome's name.
    top : int
        How many rows a table or picture shows.
    exact : bool
        Whether what is shown and rough, or moves the answer by five points or more, is fitted
        anew, which takes seconds each; for a constant of the model, its compilation.
    settings : Settings, optional
        How these beliefs are sampled.
    tell : callable, optional
        Called with a line of progress now and then.

    Returns
    -------
    Sensitivity
        Statements, experts, groups, lexicons, constants of the model, and news.

    Raises
    ------
    KeyError
        If there is no such outcome.
    ValueError
        If it is withheld or settled, or `top` is below 1.
    """
    from estimative.exploring import sensitivity as find_what_drives

    tell = tell or say
    file = find_model(forecast.model_file, forecast.scenario.folder)

    def refit(label: str, changed: Scenario, text: str) -> Forecast:
        """Return the forecast from a changed scenario and a changed model.

        Parameters
        ----------
        label : str
            What is changed; put before each line of progress.
        changed : Scenario
            The scenario.
        text : str
            The text of the model file.

        Returns
        -------
        Forecast
            With the same seed and interval.
        """
        tell(f"{label}: fitting anew")
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / file.name
            model.write_text(text, encoding="utf-8")
            how = settings or Settings()
            return _answer(
                changed,
                model,
                forecast.seed,
                forecast.interval,
                how,
                lambda line: tell(f"{label}: {line}"),
            )

    return find_what_drives(forecast, outcome, top=top, refit=refit if exact else None)


def coverage(
    scenario: Scenario | Forecast,
    *,
    as_of: dt.date | str | None = None,
    stale_after: float | None = None,
    seed: int = 1,
    model: str | Path | None = None,
    settings: Settings | None = None,
    tell: Told | None = None,
) -> Coverage:
    """Return what each answer needs, what was stated, by whom, what is default, what to settle.

    Parameters
    ----------
    scenario : Scenario or Forecast
        As `read_scenario` returns it; or a forecast, to which all but `stale_after`, `settings` and
        `tell` belong already.
    stale_after : float, optional
        After how many days a statement is old; default the scenario's half-life, else 180.
    as_of, seed, model, settings, tell
        As in `forecast`, whose belief it uses. If statements are stale, they are dropped together
        and the rest is fitted, once.

    Returns
    -------
    Coverage
        Needs, and things to settle.
    """
    if isinstance(scenario, Forecast):
        return cover(scenario, stale_after=stale_after, settings=settings, tell=tell)
    answer = forecast(scenario, as_of=as_of, seed=seed, model=model, settings=settings, tell=tell)
    return cover(answer, stale_after=stale_after, settings=settings, tell=tell)


def cover(
    forecast: Forecast,
    *,
    stale_after: float | None = None,
    settings: Settings | None = None,
    tell: Told | None = None,
) -> Coverage:
    """Return what a forecast needs, what of it is stated and what is default, and what to settle.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    stale_after, settings, tell
        As in `coverage`.

    Returns
    -------
    Coverage
        Needs, and things to settle.
    """

    def without(stale: set[str]) -> Forecast:
        """Return the forecast without some statements.

        Parameters
        ----------
        stale : set of str
            Their ids.

        Returns
        -------
        Forecast
            With the same model, seed and interval.
        """
        scenario = forecast.scenario
        kept = {n: s for n, s in scenario.statements.items() if n not in stale}
        return _answer(
            scenario.model_copy(update={"statements": kept}),
            find_model(forecast.model_file, scenario.folder),
            forecast.seed,
            forecast.interval,
            settings or Settings(),
            lambda line: (tell or say)(f"without what is stale: {line}"),
        )

    return coverages.coverage(forecast, without, stale_after=stale_after)


def believed(
    scenario: Scenario,
    given: Elicitation,
    model: Path,
    seed: int,
    settings: Settings,
    store: Path,
    tell: Told,
    news: World | None = None,
) -> Belief:
    """Return the stored belief that fits, or fit and store one.

    Parameters
    ----------
    scenario : Scenario
        As known on the day.
    given : Elicitation
        Its statements as numbers.
    model : Path
        The model file.
    seed : int
        The seed.
    settings : Settings
        How it is sampled.
    store : Path
        Where beliefs are kept.
    tell : callable
        Called with lines of progress.
    news : World, optional
        News to be taken into the fit.

    Returns
    -------
    Belief
        Draws and diagnostics.
    """
    try:
        text = model.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InferenceError(f"{model}: the model file cannot be read: {error}") from error
    key = belief_key(given, text + _digest(news), settings, seed)
    belief = load_belief(key, store)
    if belief is None:
        from estimative.inference import fit

        _make_ready(store)
        belief = fit(
            load_model(model), scenario, key=key, seed=seed, settings=settings, tell=tell, news=news
        )
        save_belief(belief, store)
    return belief


def _make_ready(store: Path) -> None:
    """Raise LedgerError where no belief could be stored, before one is sampled."""
    try:
        store.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{store} cannot be made: {error.strerror}; beliefs are kept there"
        raise LedgerError(message) from error
    if not os.access(store, os.W_OK):
        raise LedgerError(f"nothing can be written to {store}; beliefs are kept there")


def parse_day(day: dt.date | str | None) -> dt.date | None:
    """Return a day from a date, `YYYY-MM-DD` or `today` (UTC).

    Parameters
    ----------
    day : date, str or None
        What a user gave.

    Returns
    -------
    date or None
        The day; None for None.

    Raises
    ------
    ValueError
        If a text is neither.
    """
    if day == "today":
        return dt.datetime.now(dt.UTC).date()
    if isinstance(day, str):
        try:
            return dt.date.fromisoformat(day)
        except ValueError:
            raise ValueError(f"'{day}' is not a day; write it as 2023-09-13, or today") from None
    return day


def runs_folder(start: Path) -> Path:
    """Return where beliefs are kept: `runs/` of the workspace, never in the installed package.

    Parameters
    ----------
    start : Path
        A file or folder in the workspace; it need not exist.

    Returns
    -------
    Path
        The folder, which need not exist; of the current folder's workspace, or beneath the current
        folder, where `start` is in none but the package's.
    """
    own = enclosing_workspace(start)
    if own is None or (own == shelf() and own.name == "_shelf"):
        own = enclosing_workspace(Path.cwd()) or Path.cwd()
    return own / "runs"


def _news_k(drawn: UnderNews) -> float | None:
    """Return Pareto k of the news weights, if the news weighs the draws at all."""
    return None if np.ptp(drawn.log_weight) < 1e-9 else pareto_k(drawn.log_weight)


def _digest(known: World | None) -> str:
    if known is None:
        return ""
    return hashlib.sha256(
        known.likelihood.tobytes() + known.elapsed.tobytes() + known.quiet.tobytes()
    ).hexdigest()
