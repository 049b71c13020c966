"""Day by day: which days, in which order, and nothing of it recorded."""

import datetime as dt

import pytest
from builders import says
from made_up import made_up_forecast, read, report

from estimative import replaying
from estimative.replaying import replay, turning_days


def day(text):
    return dt.date.fromisoformat(text)


@pytest.fixture
def scenario(tmp_path):
    return read(
        tmp_path,
        outcomes={"a": {"lag": "20 days"}, "b": {"timing": "none", "lag": "90 days"}},
        opens="2024-10-10",
        by="2024-12-31",
        statements={"s": says("x", "likely", date="2024-10-15"), "t": says("y", "likely")},
        news={
            "n": report({"a": "yes"}, day="2024-11-05"),
            "o": report({"a": "yes"}, day="2025-02-03"),
        },
    )


@pytest.fixture
def asked(monkeypatch):
    """Forecast from made-up draws, and remember what was asked for."""
    calls = []

    def forecast(scenario, *, as_of, **how):
        calls.append((as_of, how))
        return made_up_forecast(scenario, str(as_of))

    monkeypatch.setattr(replaying, "forecast", forecast)
    return calls


def test_the_days_on_which_the_answer_may_turn(scenario):
    assert [str(d) for d in turning_days(scenario)] == [
        "2024-10-10",  # the window opens; somebody has spoken before
        "2024-10-14",  # its eve
        "2024-10-15",  # a statement
        "2024-10-31",
        "2024-11-04",  # its eve
        "2024-11-05",  # a report
        "2024-11-30",
        "2024-12-31",  # due
        "2025-01-20",  # a is reported 20 days late; of b silence says nothing
        "2025-02-02",  # its eve
        "2025-02-03",  # a report after the end
    ]


def test_before_anybody_has_spoken_there_is_nothing_to_replay(scenario):
    later = {
        n: s.model_copy(update={"date": day("2024-11-01")}) for n, s in scenario.statements.items()
    }
    assert turning_days(scenario.model_copy(update={"statements": later}))[0] == day("2024-11-01")


def test_a_replay_is_a_forecast_a_day(scenario, asked):
    found = replay(scenario, seed=7, interval=0.8)
    assert tuple(f.as_of for f in found) == turning_days(scenario)
    assert all(how["seed"] == 7 and how["interval"] == 0.8 for _, how in asked)
    assert not any(how["record"] for _, how in asked)


def test_days_may_be_given_in_any_order(scenario, asked):
    found = replay(scenario, ["2024-11-07", day("2024-11-01"), "2024-11-07"])
    assert [str(f.as_of) for f in found] == ["2024-11-01", "2024-11-07"]
    with pytest.raises(ValueError, match="'soon' is not a day"):
        replay(scenario, ["soon"])
