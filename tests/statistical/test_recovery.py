"""A truth that was simulated is recovered: intervals of 90% hold it nine times out of ten.

Networks and errors are drawn from the model's own prior, statements are made of them, and the
posterior is sampled; each interval then holds the truth with its own mass exactly, so the counts
are binomial. One compiled model serves all replications: only what was stated changes.
"""

import math

import numpy as np
import pytest
from builders import model, read, says
from scipy.stats import binom

from estimative.belief import Settings
from estimative.elicitation import RELEVANCE_SD, encode
from estimative.network import states_from_families
from estimative.network.parameters import tables_from_parameters
from estimative.sampling import density, sample

pytestmark = pytest.mark.slow

REPLICATIONS, CHAINS, TUNE, DRAWS = 40, 2, 200, 200
B, C = {"event": {"b": "yes"}}, {"event": {"c": "yes"}}
STATEMENTS = {
    "x_a": says("x", "60%"),
    "y_a": says("y", "60%", weight=0.6),
    "z_b": says("z", "60%", **B),
    "x_b": says("x", "60%", **B, given={"a": "yes"}),
    "z_c": says("z", "60%", **C, given={"b": "no"}),
    "y_c": says("y", "60%", event={"c": "no"}),
    "link": {"kind": "influence", "expert": "z", "link": "b -> c", "strength": "raises"},
    "path": {"kind": "influence", "expert": "y", "path": "a -> c", "strength": "raises"},
    "order": {
        "kind": "comparison",
        "expert": "x",
        "likelier": {"a": "yes"},
        "than": {"c": "yes"},
        "strength": "clearly",
    },
    "record": {"kind": "base_rate", "happened": 3, "out_of": 9, "each": "100 days"} | C,
}
PERSON, GROUP, EVERYBODY, SHARPENING = 0.3, 0.58, 0.45, 1.2  # what the simulation says of errors


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    return encode(scenario(tmp_path_factory))


def scenario(tmp_path_factory):
    return read(
        tmp_path_factory.mktemp("recovery"),
        outcomes="abc",
        links=["a -> b", "b -> c", "a -> c"],
        experts={"x": {"group": "g"}, "y": {"group": "g"}},
        statements=STATEMENTS,
    )


def simulate(given, rng):
    """Return P(yes) of each outcome in a random network, and statements and counts made of it."""
    design = given.parameters
    base = rng.normal(size=len(given.base_sd)) * given.base_sd
    influence = rng.normal(size=len(design.influence_sd)) * design.influence_sd
    tables = tables_from_parameters(design, base[None], influence[None])
    weight, _ = given.tree.run(tables * given.keep + given.place)
    odds = np.concatenate([weight[given.up] - weight[given.down], given.direct @ influence, [0.0]])
    disagreement = rng.normal(size=len(given.targets))
    spread = [
        np.full(len(given.persons), PERSON),
        GROUP * np.exp(disagreement[given.group_target] / 2),
        np.full(len(given.targets), EVERYBODY),
    ]
    errors = rng.normal(size=given.carries.shape[1]) * np.concatenate(spread)
    mean = (odds[given.first] - odds[given.second]) / SHARPENING + given.carries @ errors
    stated = mean + rng.normal(size=len(mean)) * given.spread / np.sqrt(given.weight)
    q = 1 / (1 + np.exp(-odds[given.record]))
    longer = 1 - (1 - q) ** given.periods
    off = RELEVANCE_SD * rng.normal(size=len(q))
    happened = rng.binomial(given.out_of, 1 / (1 + (1 - longer) / longer * np.exp(-off)))
    return yes(given, tables)[0], stated, happened


def yes(given, tables):
    """Return P(yes) of each outcome under each set of tables, shape (draws, outcomes)."""
    _, share = given.tree.run(tables)
    return states_from_families(given.graph, share)[:, 1::2]


class Sampler:
    """The model, compiled once; what was stated is changed in place."""

    def __init__(self, given, built):
        start = built.initial_point()
        self.density = density(built, start)
        ends = np.cumsum([np.size(v) for v in start.values()])
        self.size = int(ends[-1])
        self.at = {
            name: slice(end - np.size(v), end)
            for (name, v), end in zip(start.items(), ends, strict=True)
        }
        data = self.density.data
        self.stated, self.happened = (self.only(data, x) for x in (given.stated, given.happened))

    @staticmethod
    def only(data, wanted):
        (found,) = (d for d in data if d.dtype == wanted.dtype and np.array_equal(d, wanted))
        return found

    def draw(self, stated, happened, seed):
        """Return unconstrained draws, chains one after the other."""
        self.stated[:], self.happened[:] = stated, happened
        settings = Settings(chains=CHAINS, tune=TUNE, draws=DRAWS)
        points, _ = sample(self.density, np.zeros(self.size), settings, seed, lambda _: None)
        return points.reshape(-1, self.size)


@pytest.fixture(scope="module")
def replications(tmp_path_factory, given):
    """Return for each replication and outcome the truth, and the draws of it."""
    sampler = Sampler(given, model()(scenario(tmp_path_factory)))
    rng = np.random.default_rng(20240607)
    truths, beliefs = [], []
    for replication in range(REPLICATIONS):
        truth, stated, happened = simulate(given, rng)
        draws = sampler.draw(stated, happened, replication)
        tables = tables_from_parameters(
            given.parameters, draws[:, sampler.at["base"]], draws[:, sampler.at["influence"]]
        )
        truths.append(truth)
        beliefs.append(yes(given, tables))
    return np.array(truths), np.array(beliefs)


@pytest.fixture(scope="module")
def ranks(replications):
    """Return the share of draws below the truth, for each replication and outcome."""
    truths, beliefs = replications
    return (beliefs < truths[:, None, :]).mean(axis=1)


def test_what_was_stated_holds_every_kind(given):
    assert len(given.names) == 9
    assert len(given.record_names) == 1
    assert given.place.any()
    assert len(given.groups) < len(given.persons)


@pytest.mark.parametrize("outcome", range(3))
@pytest.mark.parametrize("mass", [0.5, 0.9])
def test_intervals_hold_the_truth_as_often_as_they_say(ranks, outcome, mass):
    tail = (1 - mass) / 2
    held = int(((ranks[:, outcome] > tail) & (ranks[:, outcome] < 1 - tail)).sum())
    # each bound is wrong once in two thousand right models
    low, high = binom.ppf([5e-4, 1 - 5e-4], REPLICATIONS, mass)
    assert low <= held <= high


@pytest.mark.parametrize("outcome", range(3))
def test_the_truth_lies_above_and_below_alike(ranks, outcome):
    # ranks of the truth are uniform, so that their mean has sd 1 / sqrt(12 n)
    error = 1 / math.sqrt(12 * REPLICATIONS)
    assert ranks[:, outcome].mean() == pytest.approx(0.5, abs=3.5 * error)


def test_what_was_said_tells_something(replications):
    """The ranks of the truth among draws of the prior would be uniform too, but far from it."""
    truths, beliefs = replications
    missed = ((beliefs.mean(axis=1) - truths) ** 2).mean()
    assert missed < 0.6 * ((0.5 - truths) ** 2).mean()
