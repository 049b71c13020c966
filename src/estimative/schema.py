"""What an editor needs to know of the language: JSON Schemas, worked out from `scenario`'s models.

An editor then offers keys and words, explains them, and marks what is wrong. The schemas say less
than `reading`, which alone knows what the names in a file refer to (tests/unit/test_schema.py holds
the two together).
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from estimative.lexicon import lexicon_names, read_lexicon, read_table
from estimative.names import IDENTIFIER, listed
from estimative.scenario import Expert, NewsItem, Scenario
from estimative.statements import JsonSchema

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that editors read best."""

NOT_WRITTEN = ("slug", "folder", "news", "warnings", "text_files", "locator")
"""Fields that no file has as a key."""
DEFAULTED = {
    "Outcome": ("opens", "by"),
    "Expert": ("group",),
    "ProbabilityStatement": ("date",),
    "InfluenceStatement": ("date",),
    "ComparisonStatement": ("date",),
    "BaseRateStatement": ("date",),
    "RemarkStatement": ("date",),
}
"""Fields that a model needs and a file may leave out, since something else in it supplies them."""


def scenario_schema() -> JsonSchema:
    """Return the JSON Schema of scenario.yaml.

    Returns
    -------
    dict
        The schema.
    """
    schema = _written(Scenario.model_json_schema())
    schema["required"] = [*schema["required"], "format"]
    for section in ("outcomes", "drivers", "experts", "statements"):
        schema["properties"][section]["propertyNames"] = {"pattern": f"^{IDENTIFIER}$"}
    schema["properties"]["sources"]["propertyNames"] = {"pattern": r"^[^\s,]+$"}
    return _finished(schema, "scenario.yaml")


def news_schema() -> JsonSchema:
    """Return the JSON Schema of an item of news.

    Returns
    -------
    dict
        The schema.
    """
    return _finished(_written(TypeAdapter(NewsItem).json_schema()), "news")


def experts_schema() -> JsonSchema:
    """Return the JSON Schema of experts.yaml.

    Returns
    -------
    dict
        The schema.
    """
    schema: JsonSchema = {
        "type": "object",
        "properties": {
            "format": {"const": 1, "description": "The version of this language; always 1."},
            "experts": {
                "type": "object",
                "propertyNames": {"pattern": f"^{IDENTIFIER}$"},
                "additionalProperties": {"$ref": "#/$defs/Expert"},
                "description": "Experts known to every scenario.",
            },
        },
        "required": ["format", "experts"],
        "additionalProperties": False,
        "$defs": {"Expert": _written(Expert.model_json_schema())},
    }
    return _finished(schema, "experts.yaml")


def write_schemas(folder: str | Path) -> tuple[Path, ...]:
    """Write the three schemas into a folder.

    Parameters
    ----------
    folder : str or Path
        Where; it is made if need be.

    Returns
    -------
    tuple of Path
        The files: scenario, experts and news, each `.schema.json`.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    schemas = {"scenario": scenario_schema(), "experts": experts_schema(), "news": news_schema()}
    written = []
    for name, schema in schemas.items():
        path = target / f"{name}.schema.json"
        content = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        path.write_text(content, encoding="utf-8", newline="\n")
        written.append(path)
    return tuple(written)


def _finished(schema: JsonSchema, title: str) -> JsonSchema:
    """Add the words that data files hold, and the title."""
    definitions = schema.pop("$defs", {})
    schema.pop("title", None)
    for definition in [schema, *definitions.values()]:
        _offer_words(definition)
    used = _reachable(definitions, schema)
    return {"$schema": DIALECT, "title": title} | schema | {"$defs": used}


def _offer_words(definition: JsonSchema) -> None:
    """Replace texts that come from a closed list of words by that list."""
    properties = definition.get("properties", {})
    if "lexicon" in properties:
        properties["lexicon"] |= {"enum": list(lexicon_names())}
    if "probability" in properties:
        _offer_phrases(properties["probability"])
    kind = properties.get("kind", {}).get("const")
    if "strength" in properties:
        properties["strength"] |= {"enum": _words(read_table("strengths")[kind])}
    if "favours" in properties:
        words = read_table("diagnosticity")["words"]
        properties["ratio"] |= {
            "pattern": f"^({'|'.join(map(_any_first_letter, _words(words)))})$",
            "patternErrorMessage": f"A word of diagnosticity is {listed(words)}.",
            "examples": [6, [3, 6, 12], *words],
        }


def _offer_phrases(schema: JsonSchema) -> None:
    """Let a probability be a phrase too, of any lexicon."""
    lexicons = [read_lexicon(name) for name in lexicon_names()]
    phrases = sorted({phrase for lexicon in lexicons for phrase in lexicon.phrases})
    headwords = dict.fromkeys(word for lexicon in lexicons for word in lexicon.headwords.values())
    numbers = schema["pattern"].removeprefix("^").removesuffix("$")
    schema["pattern"] = f"^({'|'.join([numbers, *map(_any_first_letter, phrases)])})$"
    schema["patternErrorMessage"] = (
        "Write a number such as 70% or 0.7, a range such as 60-80%, or a phrase of the lexicon."
    )
    schema["examples"] = ["70%", "60-80%", *headwords]


def _any_first_letter(phrase: str) -> str:
    return f"[{phrase[0].upper()}{phrase[0]}]{re.sub(r"[^a-z' -]", '.', phrase[1:])}"


def _words(entries: dict[str, dict[str, Any]]) -> list[str]:
    """Return words with their other spellings, the words first."""
    spellings = [other for entry in entries.values() for other in entry.get("spellings", ())]
    return [*entries, *spellings]


def _written(schema: JsonSchema) -> JsonSchema:
    """Turn the schema of a model into that of what is written for it."""
    for definition in [schema, *schema.get("$defs", {}).values()]:
        properties = definition.get("properties", {})
        if "kind" in properties:
            definition["properties"] = properties = {"kind": properties.pop("kind")} | properties
        absent = [key for key in NOT_WRITTEN if key in properties]
        for key in absent:
            del properties[key]
        supplied = DEFAULTED.get(definition.get("title", ""), ())
        required = _without(definition.get("required", ()), (*absent, *supplied))
        if "kind" in properties:
            required.insert(0, "kind")
        if properties:
            definition["required"] = required
    simpler = _simplified(schema)
    assert isinstance(simpler, dict)
    return simpler


def _without(names: Iterable[str], taken: Iterable[str]) -> list[str]:
    return [name for name in names if name not in set(taken)]


def _simplified(node: Any) -> Any:  # noqa: ANN401 (any part of a schema)
    """Drop what a file cannot hold (null), and what tells its reader nothing (titles of keys)."""
    if isinstance(node, list):
        return [_simplified(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node and len(node) > 1:  # the dialect reads nothing beside a reference
        node = {"allOf": [{"$ref": node["$ref"]}]} | {k: v for k, v in node.items() if k != "$ref"}
    branches = node.get("anyOf", ())
    if {"type": "null"} in branches:
        rest = [branch for branch in branches if branch != {"type": "null"}]
        node = {key: value for key, value in node.items() if key != "anyOf"}
        node |= rest[0] if len(rest) == 1 else {"anyOf": rest}
    return {
        key: {name: _simplified(value) for name, value in value.items()}
        if key in ("properties", "$defs")
        else _simplified(value)
        for key, value in node.items()
        if key not in ("title", "default", "discriminator")
    }


def _reachable(definitions: dict[str, JsonSchema], schema: JsonSchema) -> dict[str, JsonSchema]:
    """Return the definitions that a schema refers to, also through others, by name."""
    found: dict[str, JsonSchema] = {}
    waiting = [schema]
    while waiting:
        for name in re.findall(r'"#/\$defs/(\w+)"', json.dumps(waiting.pop())):
            if name not in found:
                found[name] = definitions[name]
                waiting.append(definitions[name])
    return dict(sorted(found.items()))
