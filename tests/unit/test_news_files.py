"""Items of news put together from answers: every kind, every text, and never over another file."""

import datetime as dt
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from estimative import news_files
from estimative.errors import ScenarioError
from estimative.news_files import Draft, item_file, item_text, read_with, write_item
from estimative.reading import read_scenario
from estimative.schema import news_schema
from estimative.workspace import new_workspace, shelf

REPORT = Draft(
    kind="report",
    published="2025-03-25",
    said="A clerk saw both sides meet.",
    source="Elmhaven Gazette",
    reliability="B2",
    favours=("talks=yes",),
    ratio=("2, 4, 8",),
)
OTHERS = {"reliability": None, "favours": (), "ratio": ()}


def told(**changes):
    return Draft(**vars(REPORT) | changes)


KINDS = {
    "report": told(origin="clerk", address="https://x.example/a?b#c", because=("He was there.",)),
    "of two states": told(
        favours=("talks=yes", "agreement=no"),
        ratio=("strongly", "{if_true: 60%, if_false: 15%}"),
        because=("One.", "Two."),
    ),
    "observation": told(
        **OTHERS | {"kind": "observation", "happened": "2025-03-24", "observed": ("talks=yes",)}
    ),
    "revision": told(
        **OTHERS
        | {"kind": "revision", "supersedes": "okafor_plant", "change": ("probability=50-75%",)}
    ),
    "record": told(
        **OTHERS
        | {"kind": "revision", "supersedes": "past_strikes", "change": ("happened=6", "weight=0")}
    ),
    "retraction": told(**OTHERS | {"kind": "retraction", "retracts": "2025-03-21-mediator-named"}),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return new_workspace(tmp_path_factory.mktemp("news") / "work space")


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_right_for_the_reader_and_for_editors(folder, name):
    draft = KINDS[name]
    assert draft.missing == ()
    text = item_text(draft, folder)
    scenario, problems = read_with(folder, draft.item, text)
    assert problems == ()
    item = scenario.news[draft.item]
    assert (item.kind, item.said, item.source.name) == (draft.kind, draft.said, draft.source)
    # the schema is of what is written: days are texts to it
    written = YAML(typ="safe", pure=True).load(text)
    plain = {k: str(v) if isinstance(v, dt.date) else v for k, v in written.items()}
    assert list(Draft7Validator(news_schema()).iter_errors(plain)) == []
    line, first, *_ = text.splitlines()
    assert line == "# yaml-language-server: $schema=../../../docs/schema/news.schema.json"
    assert first == f"kind: {draft.kind}"
    assert (folder / "news" / line.split("=")[1]).resolve().is_file()
    assert not (folder / "news" / f"{draft.item}.yaml").exists()


def test_keys_stand_as_in_the_shipped_items(folder):
    shipped = shelf() / "scenarios" / "russia-dprk-2023" / "news"
    for kind in ("report", "observation"):
        for file in shipped.glob("*.yaml"):
            item = YAML(typ="safe", pure=True).load(file)
            if item["kind"] == kind:
                ours = list(YAML().load(item_text(KINDS[kind], folder)))
                common = [key for key in item if key in ours]
                assert [key for key in ours if key in common] == common


def test_the_text_in_full(folder):
    draft = told(
        said="They met: for three hours. " * 4,
        origin="clerk",
        because=("He was there.",),
        address="https://x.example/#a",
    )
    assert item_text(draft, folder).splitlines()[1:] == [
        "kind: report",
        "published: 2025-03-25",
        "said: >-",
        "  " + "They met: for three hours. " * 3 + "They met: for",
        "  three hours.",
        "source:",
        "  name: Elmhaven Gazette",
        '  address: "https://x.example/#a"',
        "  reliability: B2",
        "origin: clerk",
        "bears_on:",
        "  - favours: {talks: yes}",
        "    ratio: [2, 4, 8]",
        "    because: He was there.",
    ]


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff"),
    min_size=1,
).filter(lambda text: text.strip() and text.strip() not in ("~", "null", "Null", "NULL"))


@given(said=WORDS | WORDS.map(lambda t: f"{t} " * 40), source=WORDS, because=WORDS, origin=WORDS)
def test_any_text_comes_back_as_it_was_told(folder, said, source, because, origin):
    draft = told(said=said, source=source, because=(because,), origin=origin, name="x")
    scenario, problems = read_with(folder, draft.item, item_text(draft, folder))
    assert problems == ()
    item = scenario.news[draft.item]
    assert item.said == " ".join(said.split())
    assert (item.source.name, item.origin) == (source.strip(), origin.strip())
    assert item.bears_on[0].because == " ".join(because.split())


def test_a_revision_says_what_it_replaces_but_for_what_changed(folder):
    draft = KINDS["revision"]
    before = read_scenario(folder).statements["okafor_plant"]
    scenario, _ = read_with(folder, draft.item, item_text(draft, folder))
    now = scenario.news[draft.item].statement
    assert (now.event, now.given, now.expert) == (before.event, before.given, before.expert)
    assert (now.probability.written, now.said, now.date) == (
        "50-75%",
        draft.said,
        dt.date(2025, 3, 25),
    )
    assert now.source != before.source


WRONG = {
    "no such state": (told(favours=("talks=maybe",)), "has no state 'maybe'"),
    "no such outcome": (told(favours=("talk=yes",)), "did you mean 'talks'?"),
    "a ratio below 1": (told(ratio=("0.5",)), "favour the other state, with 2"),
    "a ratio of nothing": (told(ratio=("0",)), "a ratio is above 0"),
    "half a grade": (told(reliability="B"), "a report has a digit too"),
    "a day of two readings": (told(published="3/10/2025"), "can be read as more than one day"),
    "another kind's key": (told(observed=("talks=yes",)), "unknown key 'observed'"),
    "no ratio": (told(ratio=("4x",)), "'4x' is not a number; write one such as 4"),
    "too many keys": (
        told(kind="observation", reliability=None, observed=("talks=yes",)),
        "an observation has kind, published, happened, said, source, origin, because and observed",
    ),
    "no such item": (
        told(**OTHERS | {"kind": "retraction", "retracts": "the mediator"}),
        "an item is called by its file's name: 2025-03-",
    ),
    "a revision of an item": (
        told(
            **OTHERS
            | {
                "kind": "revision",
                "supersedes": "2025-03-21-mediator-named",
                "change": ("weight=1",),
            }
        ),
        "it is an item of news: name the statement that was there first",
    ),
    "a bad name": (told(name="Bad Name"), "small letters, digits and -"),
    "a list cut short": (told(ratio=("[2, 4",)), "or write a number such as 6"),
    "an unknown statement": (
        told(**OTHERS | {"kind": "revision", "supersedes": "okafor", "change": ("weight=1",)}),
        "no statement 'okafor'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_reader_says_what_is_wrong_and_the_cure(folder, name):
    draft, said = WRONG[name]
    scenario, problems = read_with(folder, draft.item, item_text(draft, folder))
    assert scenario is None
    assert any(said in problem.message for problem in problems), problems


def test_of_an_unknown_statement_only_that_is_said(folder):
    draft, _ = WRONG["an unknown statement"]
    _, problems = read_with(folder, draft.item, item_text(draft, folder))
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        (told(favours=("talks",)), "write it as talks=yes"),
        (told(ratio=("2", "3")), "2 ratios for 1 favoured states"),
        (told(because=("a", "b")), "2 reasons for 1 favoured states"),
        (
            told(**OTHERS | {"kind": "observation", "observed": ("talks=yes", "talks=no")}),
            "talks is given twice, as yes and as no",
        ),
        (
            told(
                **OTHERS
                | {
                    "kind": "revision",
                    "supersedes": "okafor_plant",
                    "change": ("weight=1", "weight=0"),
                }
            ),
            "weight is given twice",
        ),
    ],
)
def test_what_cannot_be_put_together_is_refused(folder, draft, said):
    with pytest.raises(ValueError, match=said):
        item_text(draft, folder)


def test_all_that_is_missing_is_named():
    assert Draft().missing == ("kind", "published", "said", "source")
    assert Draft(kind="report", said="한국").missing == (
        "published",
        "source",
        "reliability",
        "favours",
        "ratio",
        "name",
    )
    assert told(said="The two sides have met in Elmhaven town").item == (
        "2025-03-25-two-sides-met-elmhaven"
    )
    assert told(favours=("talks=yes", "agreement=yes")).missing == ("ratio",)
    assert len(told(said="x" * 5000).short_name) < 100


def test_what_belongs_to_another_kind_is_named():
    assert told(**{"kind": "observation", "observed": ("talks=yes",)}).foreign == (
        "favours",
        "ratio",
    )
    assert all(draft.foreign == () for draft in KINDS.values())


# --- the file ---------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path):
    return new_workspace(tmp_path / "own")


def left(folder):
    return sorted(path.name for path in (folder / "news").iterdir())


def test_the_item_is_written_whole_and_never_over_another(own):
    file = write_item(own, "2025-03-25-x", "first")
    assert file.read_text(encoding="utf-8") == "first"
    with pytest.raises(FileExistsError, match="is there already"):
        write_item(own, "2025-03-25-x", "second")
    assert file.read_text(encoding="utf-8") == "first"
    assert left(own) == ["2025-03-21-mediator-named.yaml", "2025-03-25-x.yaml"]
    shutil.rmtree(own / "news")
    assert write_item(own, "2025-03-25-x", "first").is_file()


def test_who_comes_second_writes_nothing(own, monkeypatch):
    file = own / "news" / "2025-03-25-x.yaml"
    monkeypatch.setattr(news_files, "item_file", lambda folder, item: file)  # the look comes first
    file.write_text("theirs", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_item(own, "2025-03-25-x", "ours")
    assert file.read_text(encoding="utf-8") == "theirs"
    assert len(left(own)) == 2


def test_a_disk_without_second_names_will_do(own, monkeypatch):
    def link(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)
    assert write_item(own, "2025-03-25-x", "text").read_text(encoding="utf-8") == "text"
    assert len(left(own)) == 2


def test_a_failed_write_leaves_nothing(own, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*2025-03-25-x\.yaml'"):
        write_item(own, "2025-03-25-x", "text")
    assert left(own) == ["2025-03-21-mediator-named.yaml"]


def test_what_a_kill_leaves_is_not_read(own):
    (own / "news" / ".writing-0.yaml").write_text("half", encoding="utf-8")
    assert len(read_scenario(own).news) == 1


def test_the_installed_package_is_not_written_to(own, tmp_path, monkeypatch):
    packed = tmp_path / "_shelf"
    own.parents[1].rename(packed)
    monkeypatch.setattr(news_files, "shelf", lambda: packed)
    with pytest.raises(ScenarioError, match="estimative new DIR"):
        item_file(packed / "scenarios" / "tutorial", "2025-03-25-x")


def test_the_shelf_of_a_checkout_is_its_owners():
    assert shelf().name != "_shelf"
    assert item_file(Path(shelf() / "scenarios" / "tutorial"), "2025-03-25-x").name
