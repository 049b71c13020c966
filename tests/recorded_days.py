"""Days of which a forecast is recorded, without any fit: the probabilities are made up."""

import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

import estimative as est
from estimative import records
from estimative.elicitation import as_known


def day(text: str) -> dt.date:
    """Return a day."""
    return dt.date.fromisoformat(text)


def say(scenario, as_of, chances, *, written=None, model="expert_network"):
    """Record that on a day these probabilities were given: of "yes", or of each state, or None."""
    known = as_known(scenario, day(as_of))
    rows = []
    for name, chance in chances.items():
        states = known.outcomes[name].states
        given = chance if isinstance(chance, dict) else None
        if given is None:
            yes = 0.5 if chance is None else chance
            given = dict(zip(states, (1 - yes, yes), strict=True))
        withheld = "nobody speaks of it" if chance is None else None
        headline = None if chance is None else given[states[-1]]
        row = {"name": name, "probability": headline, "lower": headline, "upper": headline}
        rows.append(row | {"phrase": None, "withheld": withheld, "states": given})
    forecast = SimpleNamespace(
        scenario=known,
        as_of=known.date,
        model=model,
        model_file=Path(f"{model}.py"),
        seed=1,
        interval=0.9,
        diagnostics={},
        belief=SimpleNamespace(key="none"),
        results=lambda: rows,
    )
    book = records.open_ledger(scenario.folder.parents[1] / "runs")
    at = dt.datetime.fromisoformat(f"{written or as_of}T12:00:00+00:00")
    return records.record(forecast, book, scenario=scenario, written=at)


def edit(scenario, change):
    """Change the scenario's file, and read it again."""
    file = scenario.folder / "scenario.yaml"
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document, indent=1))
    return est.read_scenario(scenario.folder)
