"""Every picture of made-up answers with few, a dozen or thirty outcomes, without sampling."""

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from builders import answer, prior_belief, read, says
from made_up import report, seen

from estimative import plots
from estimative.coders import compare_codings
from estimative.comparing import compare
from estimative.coverages import Coverage, Need
from estimative.disagreements import Disagreement
from estimative.elicitation import encode
from estimative.exploring import Move, Sensitivity, Swing, indicators, joint, what_if
from estimative.exploring.otherwise import How, Kind, Lever
from estimative.forecasting import Forecast
from estimative.pooling import Voice

DRAWS = 200
PLAIN = ("Talks begin", "The buyer pays", "Ship sails")
LONG = (
    "Die Vereinbarung über die $5-Mrd.-Lieferung zwischen Юрий Ковальчук und der Regierung in"
    " Süd-Örebro tritt ohne jeden weiteren Vorbehalt der übrigen Vertragsparteien in Kraft"
)
HOSTILE = (
    LONG,
    "<script>alert('x')</script> & <svg onload=\"x\">",
    "يجتمع الوزراء في القاهرة قبل نهاية الشهر",
    "Договор о поставках вступает в силу",  # noqa: RUF001 - Cyrillic
    "$\\frac{1}{0}$ \\textbf{not} mathematics_at^all",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenhersteller",
    "Marked \u202eright to left\u202c and back",
    "100% certain: 5 < 6 > 4 % {braces} #hash ~tilde",
)
ASIAN = "北朝鮮がロシアに弾薬を送る 朝鲜向俄罗斯运送弹药"
DAYS = ("2024-01-01", "2024-02-02", "2024-03-03", "2024-05-05", "2024-07-01")


def titles(size: int) -> list[str]:
    """Return the titles of outcomes; from a dozen on hostile ones too."""
    names = [*PLAIN, *(HOSTILE if size > len(PLAIN) else ())]
    return [*names, *(f"Thing {i} happens in the north" for i in range(size))][:size]


def year(folder, size: int, extra: str | None = None) -> tuple[Forecast, ...]:
    """Return forecasts of five days, the last with news; links make a sparse network."""
    names = [f"o{i}" for i in range(size)]
    shown = titles(size) if extra is None else [extra, *titles(size)][:size]
    outcomes = {n: {"title": t} for n, t in zip(names, shown, strict=True)}
    for name in names[3:]:  # fewer causes of a move
        outcomes[name]["timing"] = "none"
    links = [f"o{(i - 1) // 3} -> o{i}" for i in range(1, size)]
    links += [f"o{i} -> o{i + 4}" for i in range(2, size - 4, 5)]
    statements = {
        f"s{i}": says(f"e{i % 4}", f"{10 + 80 * i // size}%", event={n: "yes"})
        for i, n in enumerate(names)
    }
    statements["i"] = {
        "kind": "influence",
        "expert": "e0",
        "link": "o0 -> o1",
        "strength": "raises strongly",
    }
    news = {
        f"2024-02-02-r{i}": report(
            {names[i % size]: "yes"}, 2 + i, day="2024-02-02", source=f"S{i}"
        )
        for i, n in enumerate(names[:5])
    }
    news["2024-03-03-seen"] = seen({names[-1]: "yes"}, day="2024-03-03")
    experts = {f"e{i}": {"name": t} for i, t in enumerate((*HOSTILE[2:5], "Anna"))}
    scenario = read(
        folder,
        outcomes=outcomes,
        links=links,
        statements=statements,
        news=news,
        experts=experts,
        question=f"What follows? {shown[-1]}",
        as_of=DAYS[-1],
    )
    belief = prior_belief(encode(scenario), draws=DRAWS, chains=4)
    return tuple(answer(scenario, belief, as_of=dt.date.fromisoformat(day)) for day in DAYS)


def quarrel(forecast: Forecast, *shown: str) -> Disagreement:
    """Return two or three opinions on each outcome, or on those shown."""
    random = np.random.default_rng(1)

    def voice(outcome: str, number: int) -> Voice:
        draws = random.beta(2 + 8 * number, 12 - 4 * number, DRAWS)
        ends = map(float, np.quantile(draws, [0.05, 0.95]))
        name = (*HOSTILE[2:4], "Anna")[number]
        return Voice(outcome, name, name, None, float(draws.mean()), *ends, (), draws)

    voices = {
        o.name: tuple(voice(o.name, n) for n in range(2 + i % 2))
        for i, o in enumerate(forecast.outcomes)
        if not shown or o.name in shown
    }
    return Disagreement(forecast, voices)


def gaps(forecast: Forecast) -> Coverage:
    """Return a default for each link."""
    nodes = [o.name for o in forecast.outcomes]
    needs = tuple(
        Need(b, f"{a} -> {b}", (), (), "yes", 0.1, 0.01, b, 0.1 - 0.01 * i, 0.001)
        for i, (a, b) in enumerate(itertools.pairwise(nodes))
    )
    return Coverage(forecast, needs, ())


def drivers(forecast: Forecast) -> Sensitivity:
    """Return what would move the first outcome: a row each, by less and less."""
    now = forecast["o0"].probability

    def move(size: float, rough: bool) -> Move:
        return Move(now + size, size, 0.01, 0.9 if rough else 0.1, 1000.0)

    swings = tuple(
        Swing(
            Lever(Kind.statement, f"s{i}", f"Anna on o{i}: “likely”", {}),
            {How.dropped: move(-0.15 / i, i == 2), How.doubled: move(0.08 / i, rough=False)},
        )
        for i in range(1, min(len(forecast.outcomes), 12))
    )
    return Sensitivity(forecast, forecast["o0"], swings, 12, None)


def codings(forecast: Forecast):
    """Return two codings, twenty points apart."""
    moved = [
        replace(o, states={s: abs(p - 0.2) for s, p in o.states.items()}) for o in forecast.outcomes
    ]
    coder = forecast.scenario.coded.model_copy(update={"by": "Ахматова"})
    scenario = forecast.scenario.model_copy(update={"coded": coder})
    return compare_codings(forecast, replace(forecast, scenario=scenario, outcomes=tuple(moved)))


def gallery(days: tuple[Forecast, ...]) -> dict[str, Callable[[], tuple]]:
    """Return every picture with a way to get what it is called with."""
    last, first = days[-1], days[0]
    shown = [o.name for o in last.outcomes[:8]]
    return {
        "forecast": lambda: (plots.forecast, last),
        "network": lambda: (plots.network, last),
        "stated_network": lambda: (plots.network, last.scenario),
        "timeline": lambda: (plots.timeline, days, "o0"),
        "waterfall": lambda: (plots.waterfall, compare(first, days[1]), "o0"),
        "tornado": lambda: (plots.tornado, drivers(last)),
        "indicators": lambda: (plots.indicators, indicators(last, "o0")),
        "disagreement": lambda: (plots.disagreement, quarrel(last)),
        "one_disagreement": lambda: (plots.disagreement, quarrel(last, "o0")),
        "joint": lambda: (plots.joint, joint(last, outcomes=shown)),
        "what_if": lambda: (plots.what_if, what_if(last, do={"o0": "yes"}, given={"o1": "no"})),
        "coverage": lambda: (plots.coverage, gaps(last)),
        "coders": lambda: (plots.coders, codings(last)),
        "prior_to_posterior": lambda: (plots.prior_to_posterior, last),
        "diagnostics": lambda: (plots.diagnostics, last),
    }
