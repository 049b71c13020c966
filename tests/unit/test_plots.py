"""Pictures, by structure: every number and word of the result is on them, and nothing overlaps or goes missing."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from estimative.belief import Belief
from estimative.elicitation import encode
from estimative.forecasting import Forecast, compute_forecast
from estimative.network.parameters import tables_from_parameters
from estimative.news import world
from estimative.reading import read_scenario
from estimative.scenario import Scenario

LONG = (
    "Die Vereinbarung über die $5-Mrd.-Lieferung zwischen Юрий Ковальчук und der Regierung in Süd-Örebro tritt"
    " ohne jeden weiteren Vorbehalt der übrigen Vertragsparteien in Kraft und wird für $1 öffentlich verkündet"
)
QUESTION = f"Was folgt daraus, dass Жириновский nach Åbo reist? {LONG}?"
HEAD = f"""
format: 1
question: "{QUESTION}"
coded: {{by: desk, on: 2026-01-05}}
opens: 2025-01-01
by: 2025-12-31
as_of: 2025-06-30
outcomes:
  talks: {{title: They talk, definition: Both say so.}}
  deal: {{title: "{LONG}", definition: Both sign.}}
  pays: {{title: The buyer pays, definition: The bank says so., by: 2025-09-30}}
  seen: {{title: Ship sails, definition: It leaves.}}
  gone: {{title: Envoy stays, definition: He is there.}}
  vague: {{title: Things get better}}
  mute: {{title: The port burns, definition: Smoke is seen.}}
  path: {{title: The way taken, definition: The road is named., states: [north, middle, south], quiet: north}}
drivers:
  hunger: {{title: Hunger for grain}}
links: [hunger -> deal, talks -> deal, deal -> pays, seen -> pays, talks -> pays, path -> pays, talks -> vague]
experts:
  oe: {{name: Юлия Ö}}
sources:
  paper: {{title: A paper, published: 2025-01-02}}
statements:
  a: {{kind: probability, event: {{talks: yes}}, probability: almost certain}}
  b: {{kind: influence, link: talks -> deal, strength: raises strongly}}
  c: {{kind: influence, link: deal -> pays, strength: lowers}}
  d: {{kind: probability, event: {{path: south}}, probability: likely}}
  e: {{kind: probability, event: {{pays: yes}}, probability: unlikely}}
  f: {{kind: probability, event: {{deal: yes}}, probability: 40%}}
  g: {{kind: probability, event: {{seen: yes}}, probability: likely}}
  h: {{kind: probability, event: {{gone: yes}}, probability: likely}}
  i: {{kind: probability, event: {{vague: yes}}, probability: likely}}
""".replace("{kind", "{expert: oe, source: paper, said: Said., kind")
OBSERVED = """
kind: observation
published: 2025-02-01
said: It was seen.
source: {name: Gazette, reliability: A1}
observed: {seen: yes, gone: no}
"""
MODEL = Path("expert_network.py")
DRAWS, STATED = 200, {"talks -> deal": 1.4, "deal -> pays": -0.8}


def made_up(folder: Path, text: str, *news: str) -> Scenario:
    """Read a scenario from text."""
    place = folder / "scenarios" / "made-up"
    (place / "news").mkdir(parents=True)
    (place / "scenario.yaml").write_text(text, encoding="utf-8")
    for i, item in enumerate(news):
        (place / "news" / f"2025-02-01-item-{i}.yaml").write_text(item, encoding="utf-8")
    return read_scenario(place)


def answer(scenario: Scenario) -> Forecast:
    """Forecast from random tables, without sampling."""
    given, random = encode(scenario), np.random.default_rng(5)
    shape = given.parameters
    base = random.normal(0.3, 0.6, (DRAWS, len(shape.base_names)))
    influence = random.normal([STATED.get(n, 0.1) for n in shape.influence_names], 0.1, (DRAWS, len(shape.influence_names)))
    diagnostics = {"rhat": 1.0, "ess_bulk": 999.0, "ess_tail": 999.0, "divergences": 0.0, "draws": DRAWS, "chains": 1}
    belief = Belief(
        key="0" * 64,
        diagnostics={**diagnostics, "worst": "base"},
        tables=tables_from_parameters(shape, base, influence),
        posterior={"base": base, "influence": influence},
        without=np.zeros((len(given.names), DRAWS)),
        without_k=np.zeros(len(given.names)),
    )
    known = world(scenario, given.graph, scenario.date)
    return compute_forecast(scenario, given, belief, model=MODEL, seed=1, interval=0.9, known=known)
