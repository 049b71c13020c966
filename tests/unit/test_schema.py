"""The schemas say what the reader reads: the same keys, the same required ones."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from estimative.reading import _news_entries, _outcome_entries, _people, _scenario_folder
from estimative.reading import _statement_entries as statement
from estimative.reading._entries import Findings
from estimative.reading._links import read_links
from estimative.reading._people import People
from estimative.reading._references import Names
from estimative.reading._yaml_documents import parse_document, plain_data
from estimative.schema import experts_schema, news_schema, scenario_schema, write_schemas

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "data" / "example"
FOLDERS = sorted(path.parent for path in ROOT.glob("scenarios/*/scenario.yaml"))


def complaints(schema: dict[str, object], path: Path) -> list[str]:
    root, problems = parse_document(path.read_text(encoding="utf-8-sig"), path.name)
    assert problems == []
    assert root is not None
    validator = Draft7Validator(schema)
    return [
        f"{path.name}: {error.json_path}: {error.message}"
        for error in validator.iter_errors(plain_data(root))
    ]


@pytest.mark.parametrize("folder", [EXAMPLE, *FOLDERS], ids=lambda folder: folder.name)
def test_every_shipped_scenario_satisfies_the_schemas(folder):
    news = news_schema()
    found = complaints(scenario_schema(), folder / "scenario.yaml")
    for path in sorted(folder.glob("news/*.yaml")):
        found += complaints(news, path)
    assert found == []


def test_the_shared_experts_satisfy_their_schema():
    path = ROOT / "scenarios" / "experts.yaml"
    if not path.is_file():
        pytest.skip("no shared experts here")
    assert complaints(experts_schema(), path) == []


@pytest.mark.parametrize(
    "schema", [scenario_schema, news_schema, experts_schema], ids=lambda f: f.__name__
)
def test_a_schema_is_one(schema):
    Draft7Validator.check_schema(schema())


def names() -> Names:
    return Names({}, read_links(None, {}, "f", Findings()), People(), {}, "icd203")


def tables() -> Iterator[tuple[str, set[str], set[str] | None]]:
    """Each definition of the schemas with the keys that the reader allows and requires."""
    for kind, readers in statement.statement_readers(names()).items():
        title = statement.MODELS[kind].__name__
        yield title, set(readers), {"kind", *statement.REQUIRED[kind]}
    for kind, readers in _news_entries.news_readers(names()).items():
        own = _news_entries.OWN_KEYS[kind]
        title = _news_entries.MODELS[kind].__name__
        yield title, {*readers, *own}, {"kind", "published", "said", "source", *own}
    yield "Outcome", set(_outcome_entries.OUTCOME_READERS), {"title"}
    yield "Driver", set(_outcome_entries.DRIVER_READERS), {"title"}
    yield "Source", set(_outcome_entries.SOURCE_READERS), {"title", "published"}
    yield "Expert", set(_people.EXPERT_READERS), {"name"}


@pytest.mark.parametrize(
    ("title", "keys", "required"),
    list(tables()),
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_schema_and_reader_have_the_same_keys(title, keys, required):
    definitions = scenario_schema()["$defs"] | news_schema()["$defs"] | experts_schema()["$defs"]
    assert set(definitions[title]["properties"]) == keys
    assert set(definitions[title]["required"]) == required


def test_the_head_of_a_scenario_has_the_same_keys():
    schema = scenario_schema()
    keys = {"format", *_scenario_folder.HEAD_READERS, *_scenario_folder.SECTIONS}
    assert set(schema["properties"]) == keys
    assert set(schema["required"]) == {"format", *_scenario_folder.REQUIRED}


def test_every_key_explains_itself():
    for schema in (scenario_schema(), news_schema(), experts_schema()):
        for title, definition in {"": schema, **schema["$defs"]}.items():
            for key, value in definition.get("properties", {}).items():
                assert key == "kind" or "description" in value, f"{title}.{key}"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("question:", "qestion:"),
        ("opens: 2023-09-13", "opens: 13.9.2023"),
        ("format: 1", "format: 2"),
        ("lexicon: icd203", "lexicon: icd204"),
        ("lag: 30 days", "lag: 30"),
        ("kind: influence", "kind: influenza"),
        ("strength: raises ", "strength: rises "),
        ("probability: likely", "probability: likly"),
        ("probability: likely", "probability: 70"),
        ("weight: 0.5", "weight: 2"),
        ("- russian_need -> arms_transfer", "- russian_need, arms_transfer"),
        ("reliability: C ", "reliability: Z "),
        ("happened: 0", "happened: -1"),
        ("    expert: desk\n", ""),
        ("    link: russian_need -> arms_transfer\n", ""),
        ("  desk_order:", "  Desk Order:"),
    ],
)
def test_an_editor_marks_what_the_reader_refuses(tmp_path, old, new):
    shutil.copytree(EXAMPLE, tmp_path / "x")
    path = tmp_path / "x" / "scenario.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert complaints(scenario_schema(), path)


@pytest.mark.parametrize(
    ("written", "legal"),
    [
        (0.7, True),
        ("70%", True),
        ("60-80%", True),
        ("60% – 80%", True),
        ("0.6 to 0.8", True),
        ("likely", True),
        ("Very likely", True),
        ("realistic possibility", True),
        (70, False),
        (0, False),
        (True, False),
        ("60 or so", False),
        ("likelyish", False),
        (None, False),
    ],
)
def test_what_an_editor_takes_for_a_probability(written, legal):
    schema = scenario_schema()["$defs"]["ProbabilityStatement"]["properties"]["probability"]
    assert Draft7Validator(schema).is_valid(written) is legal


@pytest.mark.parametrize(
    ("written", "legal"),
    [
        (6, True),
        ([3, 6, 12], True),
        ("strongly", True),
        ({"if_true": "60%", "if_false": "10%"}, True),
        (0.5, False),
        ([3, 6], False),
        ("storngly", False),
        ({"if_true": "60%"}, False),
    ],
)
def test_what_an_editor_takes_for_a_ratio(written, legal):
    schema = news_schema()["$defs"]["Bearing"]["properties"]["ratio"]
    assert Draft7Validator(schema).is_valid(written) is legal


def test_an_editor_of_yaml_1_1_may_take_yes_for_true_and_on_too():
    definitions = scenario_schema()["$defs"]
    event = definitions["ProbabilityStatement"]["properties"]["event"]
    assert Draft7Validator(event).is_valid({"arms_transfer": True})
    assert Draft7Validator(definitions["Coding"]).is_valid({"by": "desk", "true": "2026-11-22"})
    assert not Draft7Validator(definitions["Coding"]).is_valid({"by": "desk"})


def test_the_schemas_in_the_documentation_are_these(tmp_path):
    for path in write_schemas(tmp_path):
        kept = ROOT / "docs" / "schema" / path.name
        assert kept.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), (
            f"docs/schema/{path.name} is old; write it again with estimative.schema.write_schemas"
        )
        json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "path",
    [
        *ROOT.glob("scenarios/*/scenario.yaml"),
        *ROOT.glob("scenarios/*/news/*.yaml"),
        *ROOT.glob("scenarios/experts.yaml"),
    ],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_every_shipped_file_points_its_editor_to_its_schema(path):
    first = path.read_text(encoding="utf-8").split("\n")[0]
    mark = "# yaml-language-server: $schema="
    assert first.startswith(mark)
    name = "news" if path.parent.name == "news" else path.stem
    assert (
        path.parent / first.removeprefix(mark)
    ).resolve() == ROOT / "docs" / "schema" / f"{name}.schema.json"
