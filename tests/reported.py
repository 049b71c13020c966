"""Scenarios to be reported, whose beliefs are put into the store, so that nothing is sampled."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from builders import prior_belief, says
from made_up import read, report, seen

import estimative as est
from estimative.belief import Settings, belief_key, save_belief
from estimative.elicitation import as_known, encode
from estimative.model_files import DEFAULT_MODEL, find_model
from estimative.workflow import runs_folder

TURNED = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x07"
HOSTILE = (
    "<script>alert(1)</script><svg onload=alert(2)><img src=x onerror=alert(3)>"
    '" onmouseover="alert(4)\' autofocus </title></style></table> {{ 7 * 7 }} {% raw %} ${x}'
    " \u202egnihtemos\u202c \u2067\u0645\u0631\u062d\u0628\u0627\u2069 | `x`"
    " [y](javascript:alert(5)) &lt;b&gt; "
)
NAMES = (HOSTILE + "very_long_name_" * 40)[:500]
SCRIPT = "javascript:alert(1)"


def clean_name() -> str:
    """Return what a page shows of the longest name: the same letters, without what turns them."""
    return " ".join("".join(c for c in NAMES if c not in TURNED).split())


def shelve(scenario, days=(), **diagnostics):
    """Store a belief for a scenario as known on some days, its own if none is named."""
    text = find_model(DEFAULT_MODEL, scenario.folder).read_text(encoding="utf-8")
    for day in days or (str(scenario.date),):
        given = encode(as_known(scenario, dt.date.fromisoformat(day)))
        belief = prior_belief(given, **diagnostics)
        key = belief_key(given, text, Settings(), 1)
        save_belief(replace(belief, key=key), runs_folder(scenario.folder) / "beliefs")


def year(folder):
    """Return a scenario that was forecast on three days before its own."""
    scenario = read(
        folder,
        outcomes=["a", "b"],
        links=["a -> b"],
        experts={"anna": {"group": "desk", "post": "Harbour master"}, "boris": {}},
        sources={
            "paper": {
                "title": "The Paper",
                "published": "2024-01-01",
                "address": "https://example.org/paper",
            }
        },
        statements={
            "first": says("anna", "70%", source="paper, page 3", said="They talk."),
            "second": says("boris", "unlikely"),
            "third": says("anna", "40%", event={"b": "yes"}),
            "aside": {"kind": "remark", "expert": "boris", "about": "a"},
        },
        news={
            "told": report({"b": "yes"}, 4, day="2024-02-20"),
            "seen": report({"a": "no"}, [2, 4, 8], day="2024-03-01")
            | {
                "source": {
                    "name": "Wire",
                    "address": "https://example.org/wire",
                    "reliability": "B2",
                }
            },
        },
        as_of="2024-04-01",
    )
    days = ("2024-01-10", "2024-02-20", "2024-03-05", "2024-04-01")
    shelve(scenario, days)
    for day in days[:3]:
        est.forecast(scenario, as_of=day, tell=str)
    return scenario


def hostile(folder: Path):
    """Return a scenario with hostile words, or 500 letters of them, in every field of text."""
    scenario = read(
        folder,
        outcomes={n: {"title": NAMES, "definition": HOSTILE} for n in ("a", "b")},
        drivers={"d": {"title": HOSTILE, "definition": NAMES}},
        links=["d -> a", "a -> b"],
        experts={"eve": {"name": NAMES, "post": HOSTILE, "group": HOSTILE, "note": HOSTILE}},
        sources={
            "paper": {"title": NAMES, "published": "2024-01-01", "address": SCRIPT},
            "good": {
                "title": HOSTILE,
                "published": "2024-01-01",
                "address": "https://example.org/fine",
            },
        },
        statements={
            "first": says("eve", "70%", source=f"paper, {HOSTILE}", said=NAMES, because=HOSTILE)
            | {"words": HOSTILE},
            "second": says("eve", "30%", event={"b": "yes"}, source="good, page 1", said=HOSTILE),
            "aside": {"kind": "remark", "expert": "eve", "about": "a", "said": HOSTILE},
        },
        news={
            "told": report({"a": "yes"}, 4, day="2024-03-01")
            | {
                "said": NAMES,
                "because": HOSTILE,
                "origin": "x",
                "source": {"name": NAMES, "address": SCRIPT, "reliability": "B2"},
            },
            "seen": seen({"d": "yes"}, "2024-03-01") | {"said": HOSTILE},
        },
        question=NAMES,
        coded={"by": HOSTILE, "on": "2024-01-01"},
        as_of="2024-04-01",
    )
    shelve(scenario, ("2024-01-01", "2024-04-01"))
    return scenario
