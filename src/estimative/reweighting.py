"""What a belief was told, and how much more probable each draw is had it been told otherwise.

All errors of experts are integrated out exactly, as a multivariate normal over the statements that
share some, so that the ratio depends on the network alone and has as little variance as it can.
`tests/statistical/test_sensitivity_by_refit.py` holds it against fitting anew.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from estimative.belief import Belief
from estimative.elicitation import (
    RELEVANCE_SD,
    Elicitation,
    as_known,
    encode,
    prior_sd,
    stated_meaning,
)
from estimative.network.graph import Floats, Ints
from estimative.scenario import ProbabilityStatement, Scenario, Statement
from estimative.weights import voices, weigh

NEEDED = ("expected", "own_error_sd", "record", "base", "influence")
SHARED = ("error", "standard_error", "disagreement")
FARTHEST = 8  # sd of the relevance of records, over which it is integrated
ERRORS = ("SHARPENING", "PERSON", "GROUP", "EVERYBODY")
RELEVANCE = "RELEVANCE_SD"


@dataclass(frozen=True, eq=False)
class Told:
    """What a model is told, as far as a change may alter it.

    Attributes
    ----------
    stated, spread, weight : array of float, shape (S,)
        As in `Elicitation`; a weight is 0 where a statement is taken out, and may exceed 1.
    record_weight : array of float, shape (B,)
        The same for base rates.
    base_sd : array of float, shape (base parameters,)
        Prior sd, log-odds.
    factors : mapping of str to float
        By what constants of the model are multiplied; those missing stay.
    """

    stated: Floats
    spread: Floats
    weight: Floats
    record_weight: Floats
    base_sd: Floats
    factors: Mapping[str, float] = field(default_factory=dict)


class Reweighting:
    """The draws of a belief, ready to be weighted as if the model had been told otherwise.

    Parameters
    ----------
    scenario : Scenario
        As known on the day; only what the model counts of it is used.
    given : Elicitation
        Its statements as numbers.
    draws : mapping of str to array
        Of a model that names `expected`, `own_error_sd`, `record`, `base` and `influence`. If it
        also names `error`, `standard_error` and `disagreement`, errors that statements share are
        integrated out, too.
    counted : collection of str
        The statements and base rates that the model counts.

    Raises
    ------
    ValueError
        If the model does not name them, or it is not known which statements it counts.
    """

    def __init__(
        self,
        scenario: Scenario,
        given: Elicitation,
        draws: Mapping[str, Floats],
        counted: Collection[str],
    ) -> None:
        missing = [name for name in NEEDED if name not in draws]
        if missing:
            raise ValueError(f"the model does not name {', '.join(missing)}")
        if not {*given.names, *given.record_names} <= {*counted}:
            scenario = as_known(scenario, scenario.date, only={*counted})
            given = encode(scenario)
        shape = draws["expected"].shape[1], draws["record"].shape[1]
        if shape != (len(given.names), len(given.record_names)):
            raise ValueError("it is not known which statements the model counts")
        self.linked = bool(draws["influence"].any())
        heard = {name: scenario.statements[name] for name in given.weights}
        self.scenario = scenario.model_copy(update={"statements": heard})
        self.given, self.draws = given, draws
        self.shares_errors = all(name in draws for name in SHARED)
        if self.shares_errors:
            self.carries = given.carries
            standard = draws["standard_error"]
            self.variance = ((draws["error"] / standard) ** 2).T
            self.centre = (draws["expected"] - draws["error"] @ (given.carries - given.own).T).T
        else:
            self.carries = np.eye(len(given.names))
            self.variance = (draws["own_error_sd"] ** 2).T
            self.centre = draws["expected"].T

    @classmethod
    def of(cls, scenario: Scenario, given: Elicitation, belief: Belief) -> "Reweighting":
        """Return the draws of a belief that was fitted, ready to be weighted.

        Parameters
        ----------
        scenario : Scenario
            As known on the day.
        given : Elicitation
            Its statements as numbers.
        belief : Belief
            What leaving a statement out does to it says which ones the model counts.

        Returns
        -------
        Reweighting
            Of the belief's draws.

        Raises
        ------
        ValueError
            As the class does.
        """
        rows, draws = [*given.names, *given.record_names], belief.posterior
        fitted = sum(draws[n].shape[1] for n in ("expected", "record") if n in draws)
        without = zip(rows, belief.without, strict=False)
        counted = rows if fitted == len(rows) else [n for n, change in without if change.any()]
        return cls(scenario, given, draws, counted)

    @cached_property
    def told(self) -> Told:
        """What the model was told."""
        given = self.given
        base_sd = self._base_sd({*given.record_nodes})
        return Told(given.stated, given.spread, given.weight, given.record_weight, base_sd)

    @cached_property
    def blocks(self) -> list[Ints]:
        """The statements that share errors, together; most stand alone or in twos and threes."""
        left, found = [*range(len(self.given.names))], []
        while left:
            block, reached = [left.pop(0)], 0
            while reached < len(block):
                carried = self.carries[block[reached]] != 0
                near = [i for i in left if (self.carries[i][carried] != 0).any()]
                left = [i for i in left if i not in near]
                block, reached = [*block, *near], reached + 1
            found.append(np.array(sorted(block)))
        return found

    def retold(self, statements: Mapping[str, Statement | None]) -> Told:
        """Return what the model is told where some statements are others, or were never made.

        Parameters
        ----------
        statements : mapping of str to Statement or None
            By id; None takes a statement out. Weights and lexicons may differ, nothing else.

        Returns
        -------
        Told
            Repetitions share their weight anew; an outcome without its only record has the prior of
            one without a record.
        """
        given = self.given
        known = self.scenario.statements
        said = {**known, **{n: s for n, s in statements.items() if n in known}}
        heard = {name: statement for name, statement in said.items() if statement is not None}
        weights = weigh(self.scenario.model_copy(update={"statements": heard}))
        stated, spread = given.stated.copy(), given.spread.copy()
        for i, name in enumerate(given.names):
            statement = statements.get(name)
            if isinstance(statement, ProbabilityStatement):
                read = stated_meaning(self.scenario, statement)
                stated[i], spread[i] = read.mean, read.spread

        total = {n: weights[n].total if n in weights else 0.0 for n in given.weights}
        records = np.array([total[n] for n in given.record_names])
        recorded = {n for n, w in zip(given.record_nodes, records, strict=True) if w > 0}
        weight = np.array([total[n] for n in given.names])
        return Told(stated, spread, weight, records, self._base_sd(recorded))

    def scaled(self, factors: Mapping[str, float]) -> Told:
        """Return what the model is told where its constants are multiplied.

        Parameters
        ----------
        factors : mapping of str to float
            By the constant's name.

        Returns
        -------
        Told
            Everything else as it was.
        """
        return replace(self.told, factors=factors)

    def log_ratio(self, told: Told) -> Floats:
        """Return how much more probable each draw is under what else the model may be told.

        Parameters
        ----------
        told : Told
            What it is told.

        Returns
        -------
        array of float, shape (D,)
            Natural log of the ratio of posterior densities, up to a constant.
        """
        was, ratio = self.told, np.zeros(len(self.draws["base"]))
        reread = any(name in told.factors for name in ERRORS)
        for i, block in enumerate(self.blocks):
            pairs = (
                (was.weight, told.weight),
                (was.stated, told.stated),
                (was.spread, told.spread),
            )
            if reread or any((a[block] != b[block]).any() for a, b in pairs):
                ratio = ratio + self._log_stated(block, told) - self._stated_before[i]
        for i, rows in enumerate(self._records):
            changed = (was.record_weight[rows] != told.record_weight[rows]).any()
            if changed or RELEVANCE in told.factors:
                ratio = ratio + self._log_counted(rows, told) - self._counted_before[i]
        for name, sd in (("base", told.base_sd), ("influence", self.given.parameters.influence_sd)):
            before = was.base_sd if name == "base" else sd
            after = sd * told.factors.get(f"{name.upper()}_SD", 1.0)
            ratio = ratio + self.draws[name] ** 2 @ (before**-2 - after**-2) / 2
        return np.asarray(ratio)

    def leaving_out(self) -> Iterator[tuple[str, Floats]]:
        """Yield each statement and base rate with the log ratio of a belief without it.

        Yields
        ------
        tuple of str and array of float, shape (D,)
            As `log_ratio` of a retelling without it; for statements that leave no other weight
            changed, all at once.
        """
        rows = [*self.given.names, *self.given.record_names]
        repeated = {n for group in voices(self.scenario, rows) for n in group if len(group) > 1}
        told: dict[str, Floats] = {}
        for block in self.blocks:
            kept = block[self.told.weight[block] > 0]
            ratios = -self._stated(kept, self.told).log_conditional()
            told |= {self.given.names[i]: ratio for i, ratio in zip(kept, ratios, strict=True)}
        for name in rows:
            alone = name in told and name not in repeated
            yield name, told[name] if alone else self.log_ratio(self.retold({name: None}))

    def each(self) -> Floats:
        """Return the weighted log density of each statement and base rate, given shared errors.

        Returns
        -------
        array of float, shape (statements and base rates, D)
            Errors that only one statement carries are integrated out.
        """
        given, draws = self.given, self.draws
        variance = given.spread**2 / given.weight + draws["own_error_sd"] ** 2
        apart = given.stated - draws["expected"]
        stated = -0.5 * (apart**2 / variance + np.log(variance))
        counted = [self._log_counted(np.array([i]), self.told) for i in range(len(given.record))]
        return np.array([*stated.T, *counted])

    def _base_sd(self, recorded: set[str]) -> Floats:
        """Return the prior sd of each base, given which nodes a record speaks of."""
        graph = self.given.graph
        nodes = [graph.nodes[at] for at in self.given.parameters.base_nodes]
        parents = [len(graph.parents[n]) if self.linked else 0 for n in nodes]
        pairs = zip(nodes, parents, strict=True)
        return np.array([prior_sd(count, node in recorded) for node, count in pairs])

    @cached_property
    def _stated_before(self) -> list[Floats]:
        return [self._log_stated(block, self.told) for block in self.blocks]

    @cached_property
    def _counted_before(self) -> list[Floats]:
        return [self._log_counted(rows, self.told) for rows in self._records]

    @cached_property
    def _records(self) -> list[Ints]:
        """The base rates that are one record, whoever counts it, together."""
        labels = range(len(self.given.distinct_records))
        return [np.flatnonzero(self.given.distinct == label) for label in labels]

    @cached_property
    def _nodes(self) -> Floats:
        """Even points for the relevance of a record, as close as the largest count is narrow.

        Also where the doubt is doubled, they lie no farther apart than the sd of what it counts.
        """
        largest = max((int(n) for n in self.given.out_of), default=1)
        apart = min(0.5, 1 / largest**0.5 / RELEVANCE_SD)
        half = int(np.ceil(FARTHEST / apart))
        return np.linspace(-FARTHEST, FARTHEST, 2 * half + 1)

    @cached_property
    def _log_shares(self) -> Floats:
        density = -(self._nodes**2) / 2
        return np.asarray(density - np.log(np.exp(density).sum()))

    @cached_property
    def _binomials(self) -> list[Floats]:
        doubt = RELEVANCE_SD * self._nodes
        return [self._log_binomial(row, doubt) for row in range(len(self.given.record))]

    def _log_stated(self, block: Ints, told: Told) -> Floats:
        """Return the log density of statements that share errors, up to a constant, shape (D,)."""
        kept = block[told.weight[block] > 0]
        return self._stated(kept, told).log_density()

    def _stated(self, kept: Ints, told: Told) -> "_Factored":
        """Return how far statements are from what is implied, and the covariance of that."""
        carried = (self.carries[kept] != 0).sum(axis=0)
        own, shared = np.flatnonzero(carried == 1), np.flatnonzero(carried > 1)
        variance = self.variance * self._growth(told.factors)[:, None]
        noise = (told.spread[kept] ** 2 / told.weight[kept])[:, None]
        centre = self.centre[kept] / told.factors.get("SHARPENING", 1.0)
        return _Factored(
            apart=told.stated[kept, None] - centre,
            noise=noise + self.carries[np.ix_(kept, own)] ** 2 @ variance[own],
            loading=self.carries[np.ix_(kept, shared)],
            sd=np.sqrt(variance[shared]),
        )

    def _growth(self, factors: Mapping[str, float]) -> Floats:
        """Return by what the variance of each error is multiplied."""
        given = self.given
        if not self.shares_errors:
            return np.ones(len(given.names))
        counts = len(given.persons), len(given.groups), len(given.targets)
        return np.repeat([factors.get(name, 1.0) ** 2 for name in ERRORS[1:]], counts)

    def _log_counted(self, rows: Ints, told: Told) -> Floats:
        """Return the log density of what is one record, whoever counts it, shape (D,)."""
        by = told.factors.get(RELEVANCE, 1.0)
        total: Floats = self._log_shares[:, None]
        for row in rows:
            usual = by == 1.0
            chance = (
                self._binomials[row]
                if usual
                else self._log_binomial(row, by * RELEVANCE_SD * self._nodes)
            )
            total = total + told.record_weight[row] * chance
        most = total.max(axis=0)
        return np.asarray(most + np.log(np.exp(total - most).sum(axis=0)))

    def _log_binomial(self, row: int, doubt: Floats) -> Floats:
        """Return the log density of a count at each doubt of its relevance, shape (points, D)."""
        happened, out_of = self.given.happened[row], self.given.out_of[row]
        odds = self.draws["record"][:, row] + doubt[:, None]
        return np.asarray(happened * odds - out_of * np.logaddexp(0, odds))


@dataclass(frozen=True, eq=False)
class _Factored:
    """Normal deviations whose covariance is that of own noise and of a few shared errors.

    Shapes: `apart` and `noise` (a variance) are (r, D), `loading` is (r, k), `sd` is (k, D). The
    work is linear in r, by the identities of Woodbury and Sylvester.
    """

    apart: Floats
    noise: Floats
    loading: Floats
    sd: Floats

    @cached_property
    def inner(self) -> Floats:
        """The identity and the shared errors' part of the precision, shape (D, k, k)."""
        count = len(self.sd)
        crossed = np.einsum("ri,rj,rd->dij", self.loading, self.loading, 1 / self.noise)
        scale = self.sd.T
        return np.asarray(np.eye(count) + scale[:, :, None] * crossed * scale[:, None, :])

    @cached_property
    def projected(self) -> Floats:
        """The deviations as the shared errors see them, shape (k, D)."""
        return np.asarray(self.sd * (self.loading.T @ (self.apart / self.noise)))

    def log_density(self) -> Floats:
        """Return the log density at each draw, up to a constant, shape (D,)."""
        solved = np.linalg.solve(self.inner, self.projected.T[:, :, None])[:, :, 0].T
        square = (self.apart**2 / self.noise).sum(axis=0) - (self.projected * solved).sum(axis=0)
        size = np.log(self.noise).sum(axis=0) + np.linalg.slogdet(self.inner)[1]
        return np.asarray(-(square + size) / 2)

    def log_conditional(self) -> Floats:
        """Return the log density of each, given all the others, up to a constant, shape (r, D)."""
        inverse = np.linalg.inv(self.inner)
        solved = np.einsum("dij,jd->id", inverse, self.projected)
        shared = np.empty_like(self.noise)  # what the shared errors take off each one's precision
        for i, row in enumerate(self.loading):
            seen = row[:, None] * self.sd
            shared[i] = np.einsum("id,dij,jd->d", seen, inverse, seen)
        precision = 1 / self.noise - shared / self.noise**2
        pull = (self.apart - self.loading @ (self.sd * solved)) / self.noise
        return np.asarray(np.log(precision) - pull**2 / precision) / 2
