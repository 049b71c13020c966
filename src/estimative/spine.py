"""Past questions answered by a scenario model itself: each an outcome, each forecast a statement.

From the scenario on the way is that of every other one, encoded, fitted, forecast, so that what is
scored is the product. How a question ended is never read (tests/unit/test_spine.py).
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from estimative.belief import Belief, Settings, belief_key, load_belief, save_belief
from estimative.elicitation import Elicitation, encode
from estimative.errors import InferenceError
from estimative.forecasting import under_news
from estimative.model_files import find_model, load_model
from estimative.network.junction_tree import Floats
from estimative.news import world
from estimative.scenario import Chance, Expert, Outcome, ProbabilityStatement, Scenario
from estimative.weighted_draws import weighted_quantiles
from estimative.workspace import enclosing_workspace

if TYPE_CHECKING:
    import pandas as pd

Told = Callable[[str], None]

TOGETHER = 100  # statements of one fit: fewer prepare too often, more take longer steps
LONGER = Settings(tune=2000, draws=4000)
WORST_RHAT = 1.05  # of one fit among many, where a scenario's own must stay below 1.01
SURE = 0.99  # a forecast beyond it, either way, counts as this
INTERVAL = 0.9
UNDATED = dt.date(2000, 1, 1)  # the day of a forecast without one

log = logging.getLogger(__name__)


def score_with_model(
    asked: "pd.DataFrame", model: str, *, seed: int = 1, tell: Told | None = None
) -> "pd.DataFrame":
    """Return what a scenario model says of past questions.

    Questions are fitted some at a time, in the order of their names, and what was fitted is kept
    under `runs/backtests`. Nothing links them; a model that learns from one question about the next
    does so only among those fitted together.

    Parameters
    ----------
    asked : DataFrame
        Forecasts, as `estimative.forecast_tables.read_forecasts` returns them. Each expert is a
        group of his own, unless a column `group` says otherwise. What is said several times by one
        expert of one question shares one weight.
    model : str
        A model's name or file.
    seed : int
        The same seed gives the same answers.
    tell : callable, optional
        Called with a line of progress after each fit.

    Returns
    -------
    DataFrame
        One row a question, in the order of `asked`: `question`, `probability`, and `lower` and
        `upper`, the central 90% interval.

    Raises
    ------
    InferenceError
        If the model cannot be found or built, or does not converge.
    """
    import pandas as pd

    tell = tell or log.info
    file = find_model(model, Path.cwd())
    seeds = np.random.SeedSequence(seed)
    total, done, rhat = asked["question"].nunique(), 0, 1.0
    answers = []
    for rows in _batches(asked):
        scenario, questions = _scenario(rows, file.parent)
        given, own_seed = encode(scenario), int(seeds.spawn(1)[0].generate_state(1)[0])
        belief = _believed(scenario, given, file, own_seed)
        answers.append(pd.DataFrame(_answer(scenario, given, belief), index=questions))
        done, rhat = done + len(questions), max(rhat, belief.diagnostics["rhat"])
        tell(f"{file.stem}: {done:,} of {total:,} questions answered (R-hat {rhat:.3f} at most)")
    found = pd.concat(answers).reindex(asked["question"].unique())
    return found.rename_axis("question").reset_index()


def _batches(asked: "pd.DataFrame") -> "Iterator[pd.DataFrame]":
    """Yield the forecasts of whole questions, about `TOGETHER` at a time."""
    order = ["question", "expert", *asked.columns.intersection(["forecast_date"]), "probability"]
    rows = asked.sort_values(order, kind="stable")
    sizes = rows.groupby("question").size()
    batch = (sizes.cumsum() - sizes) // TOGETHER
    for _, together in rows.groupby(rows["question"].map(batch)):
        yield together


def _scenario(rows: "pd.DataFrame", folder: Path) -> tuple[Scenario, list[str]]:
    """Return a scenario of some questions, and the questions in the order of its outcomes."""
    import pandas as pd

    dated = rows["forecast_date"] if "forecast_date" in rows else pd.Series(pd.NaT, rows.index)
    days = [UNDATED if pd.isna(day) else day.date() for day in pd.to_datetime(dated)]
    question, questions = pd.factorize(rows["question"])
    expert, experts = pd.factorize(rows["expert"])
    group = pd.factorize(rows["group"])[0] if "group" in rows else expert
    opens, by = min(days), max(days) + dt.timedelta(days=1)
    return Scenario(
        slug="past-questions",
        folder=folder,
        question="How did these questions end?",
        opens=opens,
        by=by,
        outcomes={
            f"q{i}": Outcome(
                title=str(name), definition="As it was asked.", opens=opens, by=by, timing="none"
            )
            for i, name in enumerate(questions)
        },
        experts={
            f"e{e}": Expert(name=str(experts[e]), group=f"g{g}")
            for e, g in dict(zip(expert.tolist(), group.tolist(), strict=True)).items()
        },
        statements={
            f"s{i}": _statement(f"q{q}", f"e{e}", day, float(said))
            for i, (q, e, day, said) in enumerate(
                zip(question, expert, days, rows["probability"], strict=True)
            )
        },
    ), [str(name) for name in questions]


def _statement(outcome: str, expert: str, day: dt.date, said: float) -> ProbabilityStatement:
    written = f"{said:.6g}"
    return ProbabilityStatement(
        expert=expert,
        date=day,
        said=written,
        event=(outcome, "yes"),
        probability=Chance(written=written, point=min(max(said, 1 - SURE), SURE)),
    )


def _believed(scenario: Scenario, given: Elicitation, file: Path, seed: int) -> Belief:
    """Return the belief of a scenario, sampled for longer where that is needed."""
    text = file.read_text(encoding="utf-8")
    for settings in (Settings(), LONGER):
        key = belief_key(given, text, settings, seed)
        belief = _kept(scenario, file, key, seed, settings)
        if belief.diagnostics["rhat"] < WORST_RHAT:
            return belief
    raise InferenceError(
        f"the model {file.stem} does not converge on past questions: R-hat"
        f" {belief.diagnostics['rhat']:.2f} (worst: {belief.diagnostics['worst']}), not below"
        f" {WORST_RHAT}; simplify the model"
    )


def _kept(scenario: Scenario, file: Path, key: str, seed: int, settings: Settings) -> Belief:
    """Return a belief fitted before, or fit it; of its draws only the tables are kept."""
    here = Path.cwd()
    store = (enclosing_workspace(here) or here) / "runs" / "backtests"
    found = load_belief(key, store)
    if found is None:
        from estimative.inference import fit

        whole = fit(load_model(file), scenario, key=key, seed=seed, settings=settings)
        found = Belief(
            key, whole.diagnostics, whole.tables, {}, np.zeros((0, len(whole.tables))), np.zeros(0)
        )
        save_belief(found, store)
    return found


def _answer(scenario: Scenario, given: Elicitation, belief: Belief) -> dict[str, Floats]:
    """Return the probability of each outcome and its interval, withheld by no rule."""
    known = world(scenario, given.graph, scenario.date)
    drawn = under_news(given, belief, known, inside=False)
    yes = [given.graph.state(name, "yes") for name in scenario.outcomes]
    tails = [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2]
    lower, upper = weighted_quantiles(drawn.doubtful[:, yes], drawn.weights, tails)
    means = drawn.weights @ drawn.states[:, yes]
    return {"probability": np.clip(means, 0.0, 1.0), "lower": lower, "upper": upper}
