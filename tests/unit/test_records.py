"""The ledger keeps whole records, once each, and shows every later change."""

import dataclasses
import datetime as dt
import hashlib
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from builders import answer, prior_belief, read, says

import estimative as est
from estimative import records
from estimative.belief import Settings
from estimative.elicitation import as_known, encode
from estimative.inputs import canonical, content_hash, files_on, known_scenario, known_text
from estimative.records import entry, migrations
from estimative.records import ledger as ledgers

DAY = dt.date(2024, 2, 1)
NOON = dt.datetime(2024, 2, 1, 12, tzinfo=dt.UTC)
REPORT = {
    "kind": "report",
    "published": "2024-01-20",
    "bears_on": [{"favours": {"a": "yes"}, "ratio": 3}],
}
LATER = REPORT | {"published": "2024-05-01"}


@pytest.fixture
def scenario(tmp_path):
    return read(
        tmp_path,
        statements={"first": says("ann", "70%")},
        news={"2024-01-20-rumour": REPORT, "2024-05-01-later": LATER},
    )


@pytest.fixture
def book(tmp_path):
    return records.open_ledger(tmp_path / "runs")


def forecast_of(scenario, day=DAY):
    return answer(scenario, prior_belief(encode(as_known(scenario, day)), draws=500), as_of=day)


def written(book, scenario, days, at=NOON):
    """Record a forecast for each day, and return the ids."""
    return [
        records.record(forecast_of(scenario, day), book, scenario=scenario, written=at)
        for day in days
    ]


def change(book, *statements):
    with closing(sqlite3.connect(book.file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def row_of(book, number=1):
    with closing(sqlite3.connect(book.file)) as connection:
        connection.row_factory = sqlite3.Row
        return dict(
            connection.execute("SELECT * FROM records WHERE number = ?", (number,)).fetchone()
        )


def edit(scenario, change):
    """Change scenario.yaml and read it again."""
    file = scenario.folder / "scenario.yaml"
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))
    return est.read_scenario(scenario.folder)


# what a record is


def test_the_same_forecast_has_the_same_id_and_is_written_once(book, scenario):
    one = records.record(forecast_of(scenario), book, scenario=scenario, written=NOON)
    two = records.record(
        forecast_of(scenario), book, scenario=scenario, written=NOON + dt.timedelta(days=9)
    )
    other = records.record(forecast_of(scenario, dt.date(2024, 3, 1)), book, scenario=scenario)
    assert one == two != other
    assert len(one) == 12
    first, _second = records.past("small", book)
    assert (first.record, first.written) == (one, NOON)


def test_id_is_the_hash_of_what_went_in_and_what_came_out(scenario):
    found = records.entry_of(forecast_of(scenario))
    parts = [found.known, found.model_text, found.results]
    assert found.id == hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def test_all_that_went_in_can_be_read_back(book, scenario):
    forecast = forecast_of(scenario)
    records.record(forecast, book, scenario=scenario, settings=Settings(draws=7), written=NOON)
    row = row_of(book)
    kept = records.texts(book, {row["inputs"], row["known"]})
    assert known_scenario(kept[row["known"]], scenario.folder) == forecast.scenario.model_copy(
        update={"text_files": {}, "warnings": ()}
    )
    files = json.loads(kept[row["inputs"]])
    assert set(files) == {
        "scenarios/small/scenario.yaml",
        "scenarios/small/news/2024-01-20-rumour.yaml",
    }
    stored = records.texts(book, set(files.values()))
    assert {path: stored[name] for path, name in files.items()} == files_on(scenario, DAY)
    assert json.loads(row["settings"])["draws"] == 7
    assert json.loads(row["versions"])["python"].startswith(f"{sys.version_info.major}.")
    assert json.loads(row["diagnostics"])["rhat"] == 1.0
    outcomes = json.loads(row["results"])["outcomes"]
    assert outcomes == json.loads(json.dumps(forecast.results(), default=str))


def test_texts_are_kept_once(book, scenario):
    written(book, scenario, [DAY, DAY + dt.timedelta(days=1)])
    with closing(sqlite3.connect(book.file)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM texts").fetchone()
    # scenario.yaml, the news, the list of both, the missing model; what is known on each day
    assert count == 4 + 2


def test_comments_and_later_items_change_nothing_and_statements_do(scenario):
    before = known_text(as_known(scenario, DAY))
    (scenario.folder / "news" / "2024-05-01-later.yaml").unlink()
    later = says("bob", "20%", said="Later.", date="2024-06-01")

    def add(document):
        document["experts"]["bob"] = {"name": "Bob"}
        document["statements"]["second"] = later

    with_later = edit(scenario, add)
    assert known_text(as_known(with_later, DAY)) == before
    assert known_text(as_known(with_later, dt.date(2024, 6, 1))) != before
    other = edit(scenario, lambda d: d["statements"]["first"].update(probability="71%"))
    assert known_text(as_known(other, DAY)) != before


def test_canonical_text_has_one_form():
    found = canonical({"b": float("nan"), "a": (1, DAY)})
    assert found == '{"a":[1,"2024-02-01"],"b":null}'


# the chain


def test_chain_by_hand(book, scenario):
    written(book, scenario, [DAY, DAY + dt.timedelta(days=1)])
    chain = "0" * 64
    for number in (1, 2):
        row = row_of(book, number)
        values = [row[column] for column in entry.COLUMNS]
        text = chain + json.dumps(values, separators=(",", ":"), ensure_ascii=False)
        chain = hashlib.sha256(text.encode()).hexdigest()
        assert row["chain"] == chain
    found = records.verify(book)
    assert (found.sound, found.count, found.head) == (True, 2, chain)
    assert "sound" in str(found)


def test_the_code_knows_the_columns_of_the_file(book, scenario):
    written(book, scenario, [DAY])
    assert tuple(row_of(book)) == (*entry.COLUMNS, "chain")


@pytest.mark.parametrize("column", [*entry.COLUMNS, "chain"])
def test_any_changed_column_is_found(book, scenario, column):
    written(book, scenario, [DAY + dt.timedelta(days=i) for i in range(3)])
    value = "9" if column in ("number", "interval") else f"{column} || '0'"
    change(book, f"UPDATE records SET {column} = {value} WHERE number = 2")
    found = records.verify(book)
    assert not found.sound
    assert "2 " in found.problems[0] or "9 " in found.problems[0] or "3 " in found.problems[0]


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        (["DELETE FROM records WHERE number = 2"], "records 2 to 2 are missing"),
        (["DELETE FROM records WHERE number = 3"], "the head counts 3 records, and the last is 2"),
        (["DELETE FROM records WHERE number = 1"], "records 1 to 1 are missing"),
        (["DELETE FROM head"], "the head counts no records"),
        (
            [
                "DELETE FROM records WHERE number = 2",
                "UPDATE records SET number = 2 WHERE number = 3",
                "UPDATE head SET number = 2",
            ],
            "was changed, or put in its place later",
        ),
        (["UPDATE texts SET content = content || ' '"], "was changed"),
        (["DELETE FROM texts"], "the text of known is missing"),
    ],
)
def test_what_was_cut_out_is_found(book, scenario, statements, problem):
    written(book, scenario, [DAY + dt.timedelta(days=i) for i in range(3)])
    change(book, *statements)
    found = records.verify(book)
    assert any(problem in line for line in found.problems)
    assert "NOT SOUND" in str(found)
    assert found.to_frame().problem.tolist() == list(found.problems)


def test_a_ledger_cut_short_with_its_head_set_back_is_found_by_a_noted_head_only(book, scenario):
    written(book, scenario, [DAY, DAY + dt.timedelta(days=1)])
    noted = records.verify(book).head
    chain = row_of(book, 1)["chain"]
    change(
        book,
        "DELETE FROM records WHERE number = 2",
        f"UPDATE head SET number = 1, chain = '{chain}'",
    )
    assert records.verify(book).sound
    assert not records.verify(book, noted=noted[:12]).sound
    assert records.verify(book, noted=chain).sound
    with pytest.raises(ValueError, match="too short"):
        records.verify(book, noted="abc")


def test_no_ledger_is_no_error_unless_a_head_was_noted(book):
    assert records.verify(book).sound
    assert "nothing is recorded there" in records.verify(book).tables()[0].title
    assert not records.verify(book, noted="a" * 64).sound
    assert records.past("small", book) == records.scenarios(book) == []
    assert list(records.json_lines(book)) == []
    assert not book.file.exists()


# reading it


def test_past_is_chosen_by_scenario_day_model_and_id(book, scenario):
    days = [DAY, DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)]
    ids = written(book, scenario, days)

    def found(**how):
        return [past.record for past in records.past("small", book, **how)]

    assert found() == ids
    assert found(since=days[1]) == ids[1:]
    assert found(until=days[1]) == ids[:2]
    assert found(record=ids[1][:6]) == [ids[1]]
    assert found(record="%") == []
    assert found(model="some_model") == ids
    assert found(model="other") == records.past("other", book) == []
    (held,) = records.scenarios(book)
    assert (held["scenario"], held["records"], held["last"]) == ("small", 3, "2024-02-03")


def test_json_lines_hold_all(book, scenario):
    written(book, scenario, [DAY])
    lines = [json.loads(line) for line in records.json_lines(book, scenario="small")]
    kinds = [line["kind"] for line in lines]
    assert kinds == ["record"] + ["text"] * 5
    assert all(content_hash(line["content"]) == line["hash"] for line in lines[1:])
    assert lines[0]["results"]["as_of"] == "2024-02-01"
    assert list(records.json_lines(book, scenario="other")) == []


# what changed since


def test_only_a_change_that_makes_a_difference_is_one(book, scenario):
    (name,) = written(book, scenario, [DAY])
    assert records.changed_inputs(scenario, book) == ()
    edit(scenario, lambda d: d.update(coded=d.pop("coded")))
    file = scenario.folder / "scenario.yaml"
    file.write_text(file.read_text() + "\n# a comment\n")
    assert records.changed_inputs(est.read_scenario(scenario.folder), book) == ()
    later = scenario.folder / "news" / "2024-05-01-later.yaml"
    later.write_text(later.read_text().replace('"ratio": 3', '"ratio": 4'))
    assert records.changed_inputs(est.read_scenario(scenario.folder), book) == ()
    edited = edit_words(scenario)
    (found,) = records.changed_inputs(edited, book)
    assert (found.as_of, found.record) == (DAY, name)
    assert found.changed == ("scenarios/small/scenario.yaml",)
    assert found.added == found.removed == ()
    assert "2024-02-01" in str(found)
    assert "changed: scenarios/small/scenario.yaml" in str(found)
    assert records.changed_inputs(edited, book, as_of=dt.date(2024, 3, 1)) == ()


def edit_words(scenario):
    file = scenario.folder / "scenario.yaml"
    file.write_text(file.read_text().replace("70%", "60%"))
    return est.read_scenario(scenario.folder)


def test_news_slipped_in_and_taken_away_is_named(book, scenario):
    written(book, scenario, [DAY])
    news = scenario.folder / "news"
    (news / "2024-01-20-rumour.yaml").rename(news / "2024-01-21-slipped-in.yaml")
    (found,) = records.changed_inputs(est.read_scenario(scenario.folder), book)
    assert found.added == ("scenarios/small/news/2024-01-21-slipped-in.yaml",)
    assert found.removed == ("scenarios/small/news/2024-01-20-rumour.yaml",)


def test_running_an_old_day_again_does_not_change_what_was_said(book, scenario):
    (name,) = written(book, scenario, [DAY])
    edited = edit_words(scenario)
    written(book, edited, [DAY], NOON + dt.timedelta(days=30))
    (found,) = records.changed_inputs(edited, book, as_of=DAY)
    assert found.record == name


def test_the_last_word_of_the_day_counts(book, scenario):
    written(book, scenario, [DAY])
    edited = edit_words(scenario)
    (name,) = written(book, edited, [DAY], NOON + dt.timedelta(hours=3))
    assert records.changed_inputs(edited, book) == ()
    (said,) = records.said_on(records.past("small", book))
    assert said.record == name


# versions of the schema


def test_a_newer_ledger_is_refused(book, scenario):
    written(book, scenario, [DAY])
    change(book, "PRAGMA user_version = 99")
    for ask in (lambda: records.verify(book), lambda: written(book, scenario, [DAY])):
        with pytest.raises(est.LedgerError, match=r"version 99.*install a newer estimative"):
            ask()


def test_an_older_ledger_is_brought_up_to_date_and_stays_sound(book, scenario, monkeypatch):
    written(book, scenario, [DAY])
    step = "CREATE TABLE notes (note TEXT);\nINSERT INTO notes VALUES ('a; b');\n"
    monkeypatch.setattr(ledgers, "MIGRATIONS", (*migrations.MIGRATIONS, step))
    assert records.verify(book).sound  # a question brings it up to date, too
    with closing(sqlite3.connect(book.file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (3,)
        assert connection.execute("SELECT note FROM notes").fetchall() == [("a; b",)]
    written(book, scenario, [DAY + dt.timedelta(days=1)])
    assert records.verify(book).count == 2


def test_a_step_that_fails_leaves_the_old_version(book, scenario, monkeypatch):
    written(book, scenario, [DAY])
    step = "CREATE TABLE notes (note TEXT);\nINSERT INTO nowhere VALUES (1);\n"
    with monkeypatch.context() as patched:
        patched.setattr(ledgers, "MIGRATIONS", (*migrations.MIGRATIONS, step))
        with pytest.raises(est.LedgerError, match="nowhere"):
            records.verify(book)
    assert records.verify(book).sound
    with closing(sqlite3.connect(book.file)) as connection:
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name='notes'").fetchall()


# what can go wrong


def test_a_file_that_is_no_ledger_is_refused_with_the_cure(book, scenario):
    book.file.parent.mkdir()
    book.file.write_text("not a database " * 100)
    for ask in (lambda: records.verify(book), lambda: written(book, scenario, [DAY])):
        with pytest.raises(est.LedgerError, match="no ledger; move it away"):
            ask()


def test_another_database_is_refused(book, scenario):
    book.file.parent.mkdir()
    change(book, "CREATE TABLE other (x)")
    with pytest.raises(est.LedgerError, match="is no ledger of forecasts"):
        written(book, scenario, [DAY])


def test_a_damaged_ledger_is_an_error_with_the_cure_or_a_problem(book, scenario):
    written(book, scenario, [DAY + dt.timedelta(days=i) for i in range(5)])
    whole = book.file.read_bytes()
    for at in range(4096, len(whole), 4096):
        book.file.write_bytes(whole[:at] + b"\xff" * 4096 + whole[at + 4096 :])
        try:
            assert not records.verify(book).sound
        except est.LedgerError as error:
            assert "damaged" in str(error)  # noqa: PT017 - one of the two
    book.file.write_bytes(whole[: len(whole) // 2])
    try:
        assert not records.verify(book).sound
    except est.LedgerError as error:
        assert "damaged" in str(error)  # noqa: PT017


def test_results_that_cannot_be_read_are_an_error_with_the_cure(book, scenario):
    written(book, scenario, [DAY])
    change(book, "UPDATE records SET results = 'x'")
    (past,) = records.past("small", book)
    with pytest.raises(est.LedgerError, match="history --verify"):
        _ = past.outcomes
    change(book, "UPDATE records SET as_of = 'x'")
    with pytest.raises(est.LedgerError, match="history --verify"):
        records.past("small", book)


def test_a_missing_table_is_an_error_with_the_cure(book, scenario):
    written(book, scenario, [DAY])
    change(book, "DROP TABLE texts")
    for ask in (lambda: records.verify(book), lambda: records.past("small", book)):
        with pytest.raises(est.LedgerError, match=r"table texts .* put back a copy"):
            ask()


def test_a_missing_head_is_an_error(book, scenario):
    written(book, scenario, [DAY])
    change(book, "DELETE FROM head")
    with pytest.raises(est.LedgerError, match="head of the chain is gone"):
        written(book, scenario, [DAY + dt.timedelta(days=1)])


def test_a_place_that_cannot_be_written_is_an_error_with_the_cure(book, scenario, monkeypatch):
    book.file.mkdir(parents=True)
    with pytest.raises(est.LedgerError, match="--no-record"):
        written(book, scenario, [DAY])
    book.file.rmdir()
    written(book, scenario, [DAY])
    with monkeypatch.context() as patched:  # root may write anywhere, so a mode will not do
        connect = ledgers._connect
        patched.setattr(ledgers, "_connect", lambda file, mode: connect(file, "ro"))
        with pytest.raises(est.LedgerError, match="writable, or leave the record out"):
            written(book, scenario, [DAY + dt.timedelta(days=1)])
    (book.file.parent / "file").write_text("")
    below = records.open_ledger(book.file.parent / "file" / "runs")
    with pytest.raises(est.LedgerError, match="cannot be made"):
        written(below, scenario, [DAY])


def test_a_ledger_can_be_read_where_nothing_can_be_written(book, scenario, monkeypatch):
    written(book, scenario, [DAY])
    connect = ledgers._connect

    def sealed(file, mode):
        """Do as SQLite does in a folder in which it cannot make files beside the ledger."""
        if "immutable" in mode:
            return connect(file, mode)
        error = sqlite3.OperationalError("unable to open database file")
        error.sqlite_errorname = "SQLITE_CANTOPEN"
        raise error

    monkeypatch.setattr(ledgers, "_connect", sealed)
    assert records.verify(book).count == len(records.past("small", book)) == 1
    assert records.changed_inputs(scenario, book) == ()
    with pytest.raises(est.LedgerError, match="--no-record"):
        written(book, scenario, [DAY + dt.timedelta(days=1)])
    book.file.with_name(f"{book.file.name}-wal").write_bytes(b"records that wait")
    with pytest.raises(est.LedgerError, match="copy both into a folder"):
        records.past("small", book)


def test_another_writer_is_waited_for_and_then_named(book, scenario, monkeypatch):
    written(book, scenario, [DAY])
    monkeypatch.setattr(ledgers, "PATIENCE", 0.05)
    with closing(sqlite3.connect(book.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(est.LedgerError, match="another process is writing"):
            written(book, scenario, [DAY + dt.timedelta(days=1)])
        assert records.verify(book).count == 1  # reading goes on meanwhile
        other.execute("ROLLBACK")


def test_the_longest_seed_is_kept(book, scenario):
    one = dataclasses.replace(forecast_of(scenario), seed=2**64 - 1)
    records.record(one, book)
    assert records.past("small", book)[0].seed == 2**64 - 1
    assert records.verify(book).sound


def test_many_at_once_are_one_transaction(book, scenario):
    entries = [
        records.entry_of(forecast_of(scenario, DAY + dt.timedelta(days=i))) for i in range(3)
    ]
    assert book.write([*entries, entries[0]]) == 3
    assert book.write(entries) == 0
    assert records.verify(book).count == 3


def test_the_ledger_stands_in_the_runs_of_the_workspace():
    assert records.open_ledger(Path("x") / "runs").file == Path("x") / "runs" / "ledger.sqlite"
