"""How well experts forecast, learned from questions that have ended: the model of track records.

A question's probability is the weighted middle of its forecasts, sharpened. Each expert has a bias
and a skill, both shrunk towards the population's; newer forecasts weigh more; those who say the
same again and again share one voice. It is fitted to outcomes alone: a likelihood of forecasts
given a true probability learns who agrees with whom, not who is right. To try another belief about
experts, copy this file and edit it.
"""

from dataclasses import fields

import pymc as pm
import pytensor.tensor as pt

from estimative.habits import DELAY, GROWTH, LOG_SHARPENING, MEAN_BIAS, ORDER
from estimative.implied import shared
from estimative.panels import Panel


def build_record_model(panel: Panel) -> pm.Model:
    """Return the model of past forecasts; all is on log-odds or logs of weights.

    Parameters
    ----------
    panel : Panel
        Forecasts of questions that have ended.

    Returns
    -------
    Model
        Its variables `bias` (log-odds) and `skill` (log of a weight) have one number an expert.
    """
    given = {f.name: getattr(panel, f.name) for f in fields(panel)}
    experts = {"expert": given.pop("experts")}
    given = {name: shared(array) for name, array in given.items() if name != "questions"}
    row, zeros = given["question"], pt.zeros_like(given["outcome"])
    with pm.Model(coords=experts) as model:
        # experts: like the population, as far as their record does not tell otherwise
        mean_bias = pm.Normal("mean_bias", *MEAN_BIAS)
        bias_sd, skill_sd = pm.HalfNormal("bias_sd", 0.3), pm.HalfNormal("skill_sd", 0.5)
        bias = mean_bias + bias_sd * pm.Normal("standard_bias", 0, 1, dims="expert")
        skill = skill_sd * pm.Normal("standard_skill", 0, 1, dims="expert")
        pm.Deterministic("bias", bias, dims="expert")
        pm.Deterministic("skill", skill, dims="expert")

        # forecasts: log-odds without bias; weights by skill, age, and how many say the same
        delay = pm.Deterministic("delay", pt.exp(pm.Normal("log_delay", *DELAY)))
        order = pm.Deterministic("order", pt.exp(pm.Normal("log_order", *ORDER)))
        named = given["known"]
        x = given["log_odds"] - named * bias[given["expert"]] - (1 - named) * mean_bias
        log_weight = named * skill[given["expert"]] - given["crowding"]
        log_weight -= delay * given["lag"] + order * given["later"]
        weight = pt.exp(log_weight)

        # each one's own record: how far what he says comes true is his bias and his skill; what all
        # have in common is set aside (`luck`), for their outcomes are the same few
        slope = pm.Normal("log_slope", 0, 0.5) - pm.HalfNormal("fading", 0.2) * given["lag"]
        luck = pm.Normal("luck", 0, 0.5)
        own_slope = pt.exp(slope + named * skill[given["expert"]])
        own = pm.Bernoulli.dist(logit_p=own_slope * x + luck)
        pm.Potential("own", named * pm.logp(own, given["outcome"][row]))

        # questions: half the mean of log-odds, half the log-odds of the mean, sharpened
        def mean(value: pt.TensorVariable) -> pt.TensorVariable:
            total: pt.TensorVariable = zeros[row].inc(weight * value) / zeros[row].inc(weight)
            return total

        middle = (mean(x) + pm.math.logit(mean(pm.math.sigmoid(x)))) / 2
        log_sharpening = pm.Normal("log_sharpening", *LOG_SHARPENING)
        growth = pm.Normal("growth", *GROWTH)
        sharpening = pt.exp(given["sharpens"] * (log_sharpening + growth * given["voices"]))
        pm.Bernoulli("outcome", logit_p=sharpening * middle, observed=given["outcome"])
    return model
