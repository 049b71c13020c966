"""Each outcome by itself, from what is said of it alone: it shows what the network adds.

There are no links: every influence is 0, so no outcome moves another, and news of one says nothing
of the next. What speaks only of an influence, or of an outcome under a condition (`given:`),
carries nothing here and is left out, for without links a condition could not matter. Everything
else is as in `expert_network`.
"""

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from estimative.elicitation import RELEVANCE_SD, as_known, encode
from estimative.implied import conditional_tables, implied_log_odds, shared, symbols
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
        Its variables on the network are `base` (log-odds), `influence` (all 0) and `cpt`, shape
        (entries,), the flat conditional tables of the network with its links.
    """
    linked, separate = encode(scenario), encode(_without_links(scenario))
    given = symbols(separate)
    with pm.Model(coords=separate.coords) as model:
        # the outcomes: P(yes) has log-odds base, and is the same in every row of a table
        base = pm.Normal("base", 0, given.base_sd, dims="base_parameter")
        pm.Deterministic("influence", shared(np.zeros(len(linked.parameters.influence_sd))))
        chances = conditional_tables(given, base, shared(np.zeros(0)))
        pm.Deterministic("cpt", chances[shared(linked.graph.own_state)])
        odds = implied_log_odds(given, chances, shared(np.zeros(0)))

        # errors on a target: a person's, his group's (wider where groups disagree), everybody's
        disagreement = pm.Normal("disagreement", 0, 1, dims="target")
        group = GROUP * pt.exp(disagreement[given.group_target] / 2)
        person = pt.full_like(given.person_target, PERSON, dtype="float64")
        sd = pt.concatenate([person, group, pt.full_like(disagreement, EVERYBODY)])
        error = sd * pm.Normal("standard_error", 0, 1, dims="carrier")
        error = pm.Deterministic("error", error, dims="carrier")

        # statements: the spread divided by the root of the weight raises the density to the weight
        implied = (odds[given.first] - odds[given.second]) / SHARPENING
        expected = implied + pt.dot(given.carries, error)
        spread = given.spread / given.weight**0.5
        pm.Normal("stated", expected, spread, observed=given.stated, dims="statement")
        pm.Deterministic("expected", expected - pt.dot(given.own, error), dims="statement")
        pm.Deterministic("own_error_sd", pt.sqrt(pt.dot(given.own**2, sd**2)), dims="statement")

        # base rates: counts over other periods, at constant hazard, of doubtful relevance
        relevance = pm.Normal("relevance", 0, RELEVANCE_SD, dims="distinct_record")
        survival = -given.periods * pt.softplus(odds[given.record])
        record = pt.log(-pt.expm1(survival)) - survival
        record = pm.Deterministic("record", record, dims="base_rate")
        counts = pm.Binomial.dist(given.out_of, logit_p=record + relevance[given.distinct])
        happened = given.record_weight * pm.logp(counts, given.happened)
        pm.Potential("happened", happened, dims="base_rate")
    return model


def _without_links(scenario: Scenario) -> Scenario:
    """Return a scenario as known on its date, without links and what is said of them."""
    known = as_known(scenario, scenario.date)
    kept = {
        name: said
        for name, said in known.statements.items()
        if said.kind != "influence" and not getattr(said, "given", None)
    }
    return known.model_copy(update={"statements": kept, "links": ()})
