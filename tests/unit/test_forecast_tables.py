"""Tables of past forecasts: what is taken, and every mistake with its line and its cure."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from estimative.errors import ScenarioError
from estimative.forecast_tables import COLUMNS, DAYS, MOST_SHOWN, read_forecasts

HEAD = ",".join(COLUMNS) + "\n"


def write(folder, text, name="past.csv", encoding="utf-8"):
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def test_columns_have_types_and_rows_their_order(tmp_path):
    rows = "ann,rain,0.7,2020-01-02,1,2020-02-01\nbob,7,.25,,,\n"
    table = read_forecasts(write(tmp_path, HEAD + rows))
    assert list(table.columns) == list(COLUMNS)
    assert table["expert"].tolist() == ["ann", "bob"]
    assert table["question"].tolist() == ["rain", "7"]
    assert table["probability"].tolist() == [0.7, 0.25]
    assert table["forecast_date"].dtype == table["resolved_date"].dtype == DAYS
    assert table["forecast_date"][0] == pd.Timestamp("2020-01-02")
    assert table["outcome"][0] == 1
    assert table.loc[1, ["forecast_date", "outcome", "resolved_date"]].isna().all()


def test_only_three_columns_are_needed_and_others_are_ignored(tmp_path):
    text = "note,Question, PROBABILITY ,expert\nwhy not,q,1,ann\n"
    table = read_forecasts(write(tmp_path, text))
    assert table.iloc[0, :3].tolist() == ["ann", "q", 1.0]
    assert table.iloc[0, 3:].isna().all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_of_spreadsheets_are_read(tmp_path, encoding, end):
    text = HEAD + 'Ærø,"wet, or\nnot",70 %,2020-01-02T23:59:00Z,YES,\n\n,,,,,\nbob,q,5%,,0.0,\n'
    table = read_forecasts(write(tmp_path, text.replace("\n", end), encoding=encoding))
    assert table["expert"].tolist() == ["Ærø", "bob"]
    assert table["question"][0].split() == ["wet,", "or", "not"]
    assert table["probability"].tolist() == [0.7, 0.05]
    assert table["outcome"].tolist() == [1, 0]
    assert table["forecast_date"][0] == pd.Timestamp("2020-01-02")


def test_who_is_not_named_is_nobody_else(tmp_path):
    rows = "NA,a,.1,,,\nNA,a,.2,,,\n,b,.3,,,\nNa,b,.4,,,\nNA,b,.4,,,\n"
    named = read_forecasts(write(tmp_path, HEAD + rows))["expert"]
    assert named.nunique() == len(named) == 5
    assert named[3] == "Na"
    again = read_forecasts(read_forecasts(write(tmp_path, HEAD + rows)))
    assert again["expert"].tolist() == named.tolist()


def test_how_a_question_ended_holds_for_all_its_rows(tmp_path):
    rows = "a,q,.1,,,2020-03-01\nb,q,.2,,1,2020-03-05\nc,q,.3,,,\n"
    table = read_forecasts(write(tmp_path, HEAD + rows))
    assert table["outcome"].tolist() == [1, 1, 1]
    assert (table["resolved_date"] == pd.Timestamp("2020-03-05")).all()


def test_a_frame_is_read_like_its_file(tmp_path):
    rows = "12,7,0,2020-01-02,1,2020-02-01\n12,8,1,,,\nNA,8,.5,2020-01-03,,\n"
    file = write(tmp_path, HEAD + rows)
    frame = pd.read_csv(file, parse_dates=["forecast_date", "resolved_date"])
    before = frame.copy()
    assert frame["expert"].dtype == float
    table = read_forecasts(frame)
    assert_frame_equal(table, read_forecasts(file))
    assert_frame_equal(table, read_forecasts(table))
    assert_frame_equal(frame, before)
    assert table["expert"][0] == "12"


def test_a_workbook_is_read_like_a_file(tmp_path):
    pytest.importorskip("openpyxl")
    rows = "12,7,0.25,2020-01-02,1,2020-02-01\nNA,8,1,,,\n"
    table = read_forecasts(write(tmp_path, HEAD + rows))
    made = table.assign(expert=["12", "NA"])
    made.to_excel(tmp_path / "past.xlsx", index=False)
    assert_frame_equal(read_forecasts(tmp_path / "past.xlsx"), table)
    days = pd.DataFrame({"expert": "a", "question": pd.to_datetime(["2020-03-05"])})
    days = days.assign(probability=0.5)
    days.to_excel(tmp_path / "days.xlsx", index=False)
    for asked in (days, tmp_path / "days.xlsx"):
        assert list(read_forecasts(asked)["question"]) == ["2020-03-05"]  # as a CSV names it
    (tmp_path / "no.xlsx").write_bytes(b"no")
    with pytest.raises(ScenarioError, match="is no workbook"):
        read_forecasts(tmp_path / "no.xlsx")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ":1: no column 'expert' (there are no headings)"),
        ("expert,question,probabilty\n", ":1: no column 'probability'; did you mean 'probabilty'"),
        (HEAD, ": holds no forecast"),
        ("expert;question;probability\na;b;0,7\n", ":1: its cells are parted by semicolons"),
        ("expert\tquestion\tprobability\n", ":1: its cells are parted by tabs"),
        ("expert,question,expert,probability\n", ":1: two columns 'expert'"),
        (HEAD + "a,b,.1\n", ":2: 3 cells where there are 6 headings"),
        (HEAD + 'a,"b,.1,,,\n', ":2: cannot be taken apart"),
        (HEAD + "a,,.1,,,\n", ":2: no question"),
        (HEAD + "a,q,,,,\n", ":2: no probability"),
        (HEAD + "a,q,70,,,\n", ":2: probability 70 is not between 0 and 1; write a number"),
        (HEAD + "a,q,-0.1,,,\n", ":2: probability -0.1 is not between 0 and 1"),
        (HEAD + 'a,q,"0,7",,,\n', ":2: probability '0,7' is no number"),
        (HEAD + "a,q,nan,,,\n", ":2: probability 'nan' is no number"),
        (HEAD + "a,q,inf,,,\n", ":2: probability 'inf' is no number"),
        (HEAD + "a,q,.7,2/1/2020,,\n", ":2: forecast_date '2/1/2020' is no day"),
        (HEAD + "a,q,.7,,,2020-13-01\n", ":2: resolved_date '2020-13-01' is no day"),
        (HEAD + "a,q,.7,,0.5,\n", ":2: outcome '0.5' is none; write 1 if it happened"),
        (HEAD + "a,q,.7,,1,\n\nb,q,.7,,0,\n", ":4: question 'q' ended as 0 here and as 1 above"),
    ],
)
def test_a_mistake_has_its_line_and_its_cure(tmp_path, text, told):
    with pytest.raises(ScenarioError) as caught:
        read_forecasts(write(tmp_path, text))
    assert any(str(p).startswith(f"{(tmp_path / 'past.csv').as_posix()}{told}")
               for p in caught.value.problems)  # fmt: skip


def test_all_mistakes_are_told_at_once_and_many_of_a_kind_counted(tmp_path):
    rows = "a,q,x,,,\n" * 30 + "a,q,.5,x,x,x\n" + "a,q\n" + "b,,.5,,,\n"
    with pytest.raises(ScenarioError) as caught:
        read_forecasts(write(tmp_path, HEAD + rows))
    told = [str(p) for p in caught.value.problems]
    assert len(told) == MOST_SHOWN + 5
    assert sum("(and 20 more such lines)" in line for line in told) == 1


def test_what_cannot_be_read_is_said(tmp_path):
    for file in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(ScenarioError, match=r"cannot be read: .*; give a \.csv"):
            read_forecasts(file)
    with pytest.raises(ScenarioError, match=":2: is not UTF-8 text; save it as CSV UTF-8"):
        read_forecasts(write(tmp_path, HEAD + "Ærø,q,.5,,,\n", encoding="latin-1"))
    with pytest.raises(ScenarioError, match=r"frame:2: probability 2\.0 is not"):
        read_forecasts(pd.DataFrame({"expert": "a", "question": "q", "probability": [0.5, 2]}))
    with pytest.raises(ScenarioError, match="frame:1: no column 'probability'"):
        read_forecasts(pd.DataFrame({"expert": ["a"], "question": ["q"]}))


def test_a_long_table_is_read_at_once():
    rng = np.random.default_rng(1)
    n = 24_000
    frame = pd.DataFrame(
        {"expert": rng.integers(1400, size=n), "question": rng.integers(8700, size=n)}
    ).assign(probability=rng.uniform(size=n).round(2), forecast_date=pd.Timestamp("2020-01-02"))
    assert len(read_forecasts(frame)) == n
