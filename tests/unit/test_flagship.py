"""The flagship scenario keeps its promises: each row has a home, and nobody is named Lukin."""

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

from estimative.reading import read_scenario
from estimative.scenario import Observation, Report, Scenario

FOLDER = Path(__file__).parents[2] / "scenarios" / "russia-dprk-2023"
README = (FOLDER / "README.md").read_text(encoding="utf-8")

OUTCOMES = {
    "arms_transfer",
    "economic_aid",
    "high_tech_transfer",
    "conventional_modernisation",
    "unsc_sanctions",
    "us_sanctions",
    "trilateral_arrangement",
    "bilateral_treaty",
    "provocation",
    "provocation_more_icbms",
    "china_pressure",
}
DRIVERS = {"russian_need", "us_china_rivalry"}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return read_scenario(FOLDER)


def homes() -> dict[int, list[str]]:
    """Read the README's table: the row of the articles to the ids that hold it."""
    rows = re.findall(r"^\| (\d+) \|.*\|([^|]*)\|$", README, flags=re.MULTILINE)
    return {int(row): re.findall(r"`([^`]+)`", cell) for row, cell in rows}


def test_it_loads_without_a_doubt(scenario):
    assert [str(warning) for warning in scenario.warnings] == []


def test_every_row_of_the_articles_has_a_home(scenario):
    table = homes()
    assert list(table) == list(range(1, 26))
    known = set(scenario.statements) | set(scenario.news)
    for row, ids in table.items():
        assert ids, f"row {row} has no home"
        assert set(ids) <= known, f"row {row} names {set(ids) - known}"


def test_the_table_names_everything_said_in_the_articles(scenario):
    named = {name for ids in homes().values() for name in ids}
    quoted = {
        name for name, statement in scenario.statements.items() if statement.source in ("K", "D")
    }
    assert quoted == named - set(scenario.news)


def test_every_statement_says_why_it_is_coded_so(scenario):
    silent = [name for name, statement in scenario.statements.items() if not statement.because]
    assert silent == []


def test_words_are_quoted_briefly(scenario):
    words = {
        name: statement.words for name, statement in scenario.statements.items() if statement.words
    }
    assert {name: text for name, text in words.items() if len(text.split()) > 5} == {}


def test_it_asks_what_the_brief_asks(scenario):
    assert set(scenario.outcomes) == OUTCOMES
    assert set(scenario.drivers) == DRIVERS
    for node in [*scenario.outcomes.values(), *scenario.drivers.values()]:
        assert node.definition
    windows = {(outcome.opens, outcome.by) for outcome in scenario.outcomes.values()}
    assert windows == {(dt.date(2023, 9, 13), dt.date(2024, 9, 13))}
    assert scenario.hindsight


def test_secret_things_are_not_killed_by_silence(scenario):
    unseen = {name for name, outcome in scenario.outcomes.items() if outcome.timing == "none"}
    assert unseen == {"high_tech_transfer", "conventional_modernisation"}


def test_no_node_has_more_than_four_parents(scenario):
    assert max(len(parents) for parents in scenario.parents.values()) <= 4


@pytest.mark.parametrize("name", ["Lukin", "lusjanin", "LUKIN"])
def test_an_alias_finds_luzyanin_and_says_why(scenario, name):
    found, note = scenario.find_expert(name)
    assert found == "luzyanin"
    assert "Lusjanin" in note
    assert "Lukin" in note


def test_nobody_is_called_lukin(scenario):
    assert scenario.find_expert("Sergei Luzyanin") == ("luzyanin", None)
    for key, expert in scenario.experts.items():
        label = f"{key} {expert.name} {expert.post} {expert.group}"
        assert "lukin" not in label.casefold()
    for statement in scenario.statements.values():
        assert "lukin" not in statement.said.casefold()


def test_the_council_rests_on_the_record_the_veto_and_ballbach(scenario):
    speaks = {
        name
        for name, statement in scenario.statements.items()
        if statement.kind in ("probability", "base_rate") and statement.event[0] == "unsc_sanctions"
    }
    assert speaks == {
        "council_record",
        "desk_double_veto",
        "ballbach_paralysed",
        "ballbach_council",
    }
    record = scenario.statements["council_record"]
    assert (record.happened, record.out_of) == (0, 5)


def test_our_own_judgement_is_heard_twice_only(scenario):
    ours = {name for name, said in scenario.statements.items() if said.expert == "desk"}
    assert ours == {"desk_double_veto", "desk_count_needs_launch"}


def test_the_readme_counts_the_news_right(scenario):
    kinds = Counter(item.kind for item in scenario.news.values())
    assert f"{len(scenario.news)} items, one a file" in README
    assert f"{kinds['report']} are reports, {kinds['observation']} are observations" in README


def test_a_news_item_is_named_for_its_day_and_has_an_address(scenario):
    for name, item in scenario.news.items():
        assert name.startswith(item.published.isoformat())
        assert item.source.address


def test_each_outcome_is_settled_once_and_reports_on_it_come_before(scenario):
    settled: dict[str, dt.date] = {}
    for item in scenario.news.values():
        if isinstance(item, Observation):
            for node in item.observed:
                assert node not in settled
                settled[node] = item.published
    for name, item in scenario.news.items():
        if isinstance(item, Report):
            for bearing in item.bears_on:
                assert item.published <= settled.get(bearing.node, dt.date.max), name


def test_what_was_just_too_late_is_not_counted(scenario):
    late = [
        name
        for name, item in scenario.news.items()
        if isinstance(item, Report) and item.published > dt.date(2024, 9, 13)
    ]
    assert late == []
