"""Moves by reweighting against fits of what was told otherwise, on random scenarios.

Wherever Pareto k is below 0.7, both must give the same probabilities within five Monte Carlo
standard errors.
"""

from dataclasses import replace

import numpy as np
import pytest
from builders import OPENS, answer, fitted
from made_up import random_scenario

from estimative.belief import Settings
from estimative.elicitation import as_known
from estimative.exploring.moves import Gauge
from estimative.exploring.otherwise import How, Kind, altered, levers
from estimative.inference import fit
from estimative.model_files import DEFAULT_MODEL, find_model, load_model
from estimative.reweighting import ERRORS, RELEVANCE, Reweighting
from estimative.weighted_draws import WORST_K

pytestmark = pytest.mark.slow

SETTINGS = Settings(chains=4, tune=500, draws=1000)
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(5, 30))]
COMPILED = (*ERRORS, RELEVANCE)  # constants that stand in the model's compiled code
MOST = 5  # standard errors


def chosen(known, rng):
    """Return two statements, and something else, each in one way otherwise."""
    every = [(lever, how) for lever in known for how in lever.alternatives]
    said = [pair for pair in every if pair[0].kind is Kind.statement]
    others = [
        (lever, how)
        for lever, how in every
        if lever.kind in (Kind.expert, Kind.group) or lever.name in ("BASE_SD", "INFLUENCE_SD")
    ]
    return [
        pairs[i]
        for pairs, most in ((said, 2), (others, 1))
        for i in rng.choice(len(pairs), min(most, len(pairs)), replace=False)
    ]


def assert_refits_agree(folder, seed, pick):
    scenario = random_scenario(folder, seed).model_copy(update={"news": {}})
    scenario = as_known(scenario, OPENS)
    forecast = answer(scenario, fitted(scenario, settings=SETTINGS))
    model = find_model(DEFAULT_MODEL, folder)
    text = model.read_text(encoding="utf-8")
    reweighting = Reweighting.of(forecast.scenario, forecast.given, forecast.belief)
    known = levers(forecast.scenario, forecast.given, forecast.outcomes[0].name, text)
    for number, (lever, how) in enumerate(pick(known, np.random.default_rng(seed))):
        other = lever.alternatives[how]
        told = reweighting.retold(other.statements) if other.statements else reweighting.told
        ratio = reweighting.log_ratio(replace(told, factors=other.factors))
        said = {**scenario.statements, **other.statements}
        heard = {n: statement for n, statement in said.items() if statement is not None}
        changed = scenario.model_copy(update={"statements": heard})
        file = folder / f"changed_{number}.py"
        file.write_text(altered(text, other.factors), encoding="utf-8")
        belief = fit(load_model(file), changed, key="anew", seed=2, settings=SETTINGS, tell=str)
        anew = answer(changed, belief)
        for outcome in forecast.outcomes:
            gauge = Gauge(forecast, outcome.name)
            found, exact = gauge.move(ratio), gauge.fitted(anew)
            error = np.hypot(found.error, exact.error)
            trusted = found.k is None or found.k < WORST_K
            assert not trusted or abs(found.move - exact.move) < MOST * error, (lever.name, how)


@pytest.mark.parametrize("seed", SEEDS)
def test_reweighting_is_refitting(tmp_path, seed):
    assert_refits_agree(tmp_path, seed, chosen)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [1, 2])
def test_constants_are_reweighted_rightly(tmp_path, seed):
    def constants(known, _):
        return [(lever, How.doubled) for lever in known if lever.name in COMPILED]

    assert_refits_agree(tmp_path, seed, constants)
