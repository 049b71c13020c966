"""What was recorded is listed as it was said, and files changed since are named."""

import datetime as dt

import pandas as pd
import pytest
from builders import answer, prior_belief, read, says

import estimative as est
from estimative import records
from estimative.changed_files import changed_since, warnings_of_change
from estimative.elicitation import as_known, encode
from estimative.histories import contents, history

DAYS = [dt.date(2024, 2, 1), dt.date(2024, 3, 1), dt.date(2024, 4, 1)]
NOON = dt.datetime(2024, 4, 1, 12, tzinfo=dt.UTC)
OUTCOMES = ("a", "b", "c", "d", "e", "f")


@pytest.fixture
def scenario(tmp_path):
    return read(tmp_path, outcomes=OUTCOMES, statements={"first": says("ann", "70%")})


@pytest.fixture
def recorded(scenario):
    """Return the scenario, with a forecast recorded of each day."""
    book = records.open_ledger(scenario.folder.parents[1] / "runs")
    for day in DAYS:
        belief = prior_belief(encode(as_known(scenario, day)), draws=500)
        records.record(answer(scenario, belief, as_of=day), book, scenario=scenario, written=NOON)
    return scenario


def test_frame_holds_probability_by_day_and_outcome(recorded):
    frame = history(recorded).to_frame()
    assert len(frame) == len(DAYS) * len(OUTCOMES)
    assert frame.columns[:5].tolist() == ["as_of", "outcome", "probability", "lower", "upper"]
    assert frame.as_of.unique().tolist() == [pd.Timestamp(day) for day in DAYS]
    assert (frame.written == pd.Timestamp(NOON)).all()
    of_a = frame[frame.outcome == "a"]
    belief = prior_belief(encode(as_known(recorded, DAYS[0])), draws=500)
    then = answer(recorded, belief, as_of=DAYS[0])["a"]
    assert of_a.probability.iloc[0] == then.probability
    assert (of_a.lower < of_a.probability).all()
    assert of_a.record.nunique() == len(DAYS)
    # nobody speaks of the others: no headline, and the reason
    assert frame[frame.outcome == "b"].probability.isna().all()
    assert set(frame[frame.outcome == "b"].withheld) == {"nobody speaks of it"}


def test_records_and_frame_agree(recorded):
    answer = history(recorded)
    assert list(answer.to_frame().columns) == list(answer.records()[0])
    assert answer.records()[0]["as_of"] == DAYS[0]


def test_filters(recorded):
    assert len(history(recorded, outcome="a").to_frame()) == len(DAYS)
    assert {r["as_of"] for r in history(recorded, since="2024-03-01").records()} == set(DAYS[1:])
    assert {r["as_of"] for r in history(recorded, until=DAYS[0]).records()} == {DAYS[0]}
    assert history(recorded, model="other").forecasts == ()
    name = history(recorded).forecasts[1].record
    assert [p.as_of for p in history(recorded, record=name[:8]).forecasts] == [DAYS[1]]
    with pytest.raises(KeyError, match="no outcome 'aa'"):
        history(recorded, outcome="aa")
    with pytest.raises(ValueError, match="is not a day"):
        history(recorded, since="March")
    with pytest.raises(ValueError, match="exchange the two days"):
        history(recorded, since="2024-03-01", until="2024-02-01")


def test_no_forecast_is_told_from_none_that_was_asked_for(recorded):
    none = history(recorded, since="2030-01-01")
    assert "None of the 3 recorded forecasts of small is as asked for." in none.text()
    renamed = recorded.model_copy(update={"slug": "renamed"})
    assert "No forecast of renamed is recorded; recorded are small." in history(renamed).text()


def test_of_other_states_than_yes_the_state_is_named(tmp_path):
    price = {"states": ["falls", "holds", "rises"], "quiet": "holds"}
    said = {"s": says("ann", "90%", event={"price": "rises"})}
    scenario = read(tmp_path, outcomes={"price": price}, statements=said)
    book = records.open_ledger(scenario.folder.parents[1] / "runs")
    now = answer(scenario, prior_belief(encode(as_known(scenario, DAYS[0])), draws=500))
    records.record(now, book, scenario=scenario, written=NOON)
    found = history(scenario)
    event = now["price"].event
    assert found.records()[0]["event"] == event
    assert f"{event} " in found.tables()[0].rows[0][1]
    assert f"{event} " in history(scenario, outcome="price").tables()[0].rows[0][1]


def test_text_shows_four_outcomes_side_by_side_or_one_with_its_interval(recorded):
    first, second = history(recorded).tables()
    assert first.columns[1:5] == ("a %", "b %", "c %", "d %")
    assert second.columns[1:] == ("e %", "f %", "record", "written (UTC)")
    assert first.rows[0][0] == "2024-02-01"
    assert first.rows[0][2] == "withheld"
    text = history(recorded, outcome="a").text()
    assert ", 90%" in text
    assert history(recorded).forecasts[0].record in text
    assert "3 records of 3 days" in text


def test_by_folder_by_slug_and_after_the_folder_is_gone(recorded, monkeypatch):
    assert len(history(recorded.folder).forecasts) == len(DAYS)
    monkeypatch.chdir(recorded.folder.parents[1])
    assert len(history("small").forecasts) == len(DAYS)
    (recorded.folder / "scenario.yaml").unlink()
    assert len(history("small").forecasts) == len(DAYS)
    with pytest.raises(est.ScenarioError, match="recorded are small"):
        history("smal")


def test_nothing_recorded_is_an_empty_answer(scenario):
    empty = history(scenario)
    assert empty.forecasts == ()
    assert len(empty.to_frame()) == 0
    assert "No forecast of small is recorded" in str(empty)
    assert history(scenario, outcome="a").records() == []


def test_a_file_changed_since_is_a_warning(recorded):
    assert changed_since(recorded) == warnings_of_change(recorded) == ()
    file = recorded.folder / "scenario.yaml"
    file.write_text(file.read_text().replace("70%", "60%"))
    edited = est.read_scenario(recorded.folder)
    assert [c.as_of for c in changed_since(edited)] == DAYS
    assert [c.as_of for c in changed_since(edited, as_of="2024-03-01")] == [DAYS[1]]
    (warning,) = warnings_of_change(edited)
    assert warning.file == "scenarios/small/scenario.yaml"
    assert "as of 3 days from 2024-02-01 to 2024-04-01" in warning.message


def test_contents_of_a_workspace(recorded, tmp_path, monkeypatch):
    (held,) = contents(recorded.folder).records()
    assert (held["scenario"], held["records"]) == ("small", 3)
    assert f"  {held['written'][:10]} {held['written'][11:16]}" in str(contents(recorded.folder))
    monkeypatch.chdir(tmp_path)
    assert "Nothing is recorded" in str(contents(tmp_path))
