"""Statements as weighted priors over a causal network: the default model.

Each statement says that some log-odds is `stated`, give or take `spread`. The network implies a
value for it, exactly. The two differ by the error of whoever speaks - his own, his group's,
everybody's - and a statement's density is raised to the power of its weight. To try another belief
about experts, copy this file and edit it.
"""

import pymc as pm
import pytensor.tensor as pt

from estimative.elicitation import RELEVANCE_SD, encode
from estimative.implied import conditional_tables, implied_log_odds, symbols
from estimative.scenario import Scenario

SHARPENING = 1.2  # how much nearer to even experts speak than they know
PERSON, GROUP, EVERYBODY = 0.3, 0.58, 0.45  # sd of errors on log-odds


def build_model(scenario: Scenario) -> pm.Model:
    """Return the model of a scenario; all is on log-odds but `cpt`, which holds probabilities.

    Parameters
    ----------
    scenario : Scenario
        As known on its date.

    Returns
    -------
    Model
        Its variables on the network are `base` and `influence` (log-odds) and `cpt`, shape
        (entries,), the flat conditional tables.
    """
    elicited = encode(scenario)
    given = symbols(elicited)
    with pm.Model(coords=elicited.coords) as model:
        # the network: P(yes | parents) has log-odds base + sum of influence * (parent - 1/2)
        base = pm.Normal("base", 0, given.base_sd, dims="base_parameter")
        influence = pm.Normal("influence", 0, given.influence_sd, dims="influence_parameter")
        cpt = pm.Deterministic("cpt", conditional_tables(given, base, influence))
        odds = implied_log_odds(given, cpt, influence)

        # errors on a target: a person's, his group's (wider where groups disagree), everybody's
        disagreement = pm.Normal("disagreement", 0, 1, dims="target")
        group = GROUP * pt.exp(disagreement[given.group_target] / 2)
        person = pt.full_like(given.person_target, PERSON, dtype="float64")
        sd = pt.concatenate([person, group, pt.full_like(disagreement, EVERYBODY)])
        error = pm.Deterministic(
            "error", sd * pm.Normal("standard_error", 0, 1, dims="carrier"), dims="carrier"
        )

        # statements: the spread divided by the root of the weight raises the density to the weight
        expected = (odds[given.first] - odds[given.second]) / SHARPENING + pt.dot(
            given.carries, error
        )
        pm.Normal(
            "stated",
            expected,
            given.spread / given.weight**0.5,
            observed=given.stated,
            dims="statement",
        )
        pm.Deterministic("expected", expected - pt.dot(given.own, error), dims="statement")
        pm.Deterministic("own_error_sd", pt.sqrt(pt.dot(given.own**2, sd**2)), dims="statement")

        # base rates: counts over periods of another length, at constant hazard, of doubtful
        # relevance
        relevance = pm.Normal("relevance", 0, RELEVANCE_SD, dims="distinct_record")
        survival = -given.periods * pt.softplus(odds[given.record])
        record = pm.Deterministic(
            "record", pt.log(-pt.expm1(survival)) - survival, dims="base_rate"
        )
        counts = pm.Binomial.dist(given.out_of, logit_p=record + relevance[given.distinct])
        pm.Potential(
            "happened", given.record_weight * pm.logp(counts, given.happened), dims="base_rate"
        )
    return model
