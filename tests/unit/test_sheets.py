"""Sheets go out with questions only and come back as statements; not a byte of the old is lost."""

import csv
import datetime as dt
import io
import os
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from builders import answer, prior_belief, read, says
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

import estimative as est
from estimative import records
from estimative.elicitation import as_known, encode
from estimative.histories import history, ledger_in
from estimative.records import ledger as ledgers
from estimative.records import migrations
from estimative.sheets import UnsealedError, find_question, questions_of, read_sheets
from estimative.sheets.insertion import with_entries
from estimative.sheets.replies import read_probability
from estimative.sheets.table_files import read_table
from estimative.sheets.tables import Cell

TUTORIAL = Path(__file__).resolve().parents[2] / "scenarios" / "tutorial"
ANSWER = "Probability (%)"
HARVEST = """
outcomes:
  price:
    title: =HYPERLINK("http://x", "price")
    definition: "@ The exchange's mean, give or take 2%."
    states: [falls, holds, rises]
    quiet: holds
    by: 2025-04-15
drivers:
  harvest: {title: The harvest, states: [poor, fair, good]}
links: [harvest -> price]
"""


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "work" / "scenarios" / "tutorial"
    shutil.copytree(TUTORIAL, made)
    return made


@pytest.fixture
def scenario(folder):
    return est.read_scenario(folder)


@pytest.fixture
def prices(folder):
    """Return a scenario with three states, a driver, and texts that look like formulas."""
    head = "format: 1\nquestion: +What follows?\nopens: 2025-03-10\nby: 2025-04-30\n"
    (folder / "news" / "2025-03-21-mediator-named.yaml").unlink()
    (folder / "scenario.yaml").write_text(head + HARVEST.strip() + "\n")
    return est.read_scenario(folder)


@pytest.fixture
def sealed(scenario):
    """Return the scenario, its own numbers sealed."""
    est.seal_numbers(scenario, {"talks": "60%", "agreement": "unlikely", "plant_stops": "20-40%"})
    return scenario


def fill(sheet, to, name, answers, day="2025-03-22", **cells):
    """Fill in a sheet as an expert would, and save it under another name."""
    book = load_workbook(sheet)
    table = book["Answers"]
    table["B5"], table["B6"] = name, day
    headings = {table.cell(8, j).value: j for j in range(1, table.max_column + 1)}
    for row in range(9, table.max_row + 1):
        for heading, value in answers.get(table.cell(row, 1).value, {}).items():
            table.cell(row, headings[heading]).value = value
    for place, value in cells.items():
        table[place] = value
    book.save(to)
    return to


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    """Return a folder with a sheet of the tutorial, as it goes out and as three fill it in."""
    folder = tmp_path_factory.mktemp("sheets")
    (blank,) = est.write_sheets(est.read_scenario(TUTORIAL), folder / "blank.xlsx", links=True)
    reason = {"Reason": "Both trust him.\nAnd more", "Source": "Gazette"}
    moreau = {
        "talks": {ANSWER: 0.7, "Low (%)": 0.5, "High (%)": 0.85, **reason},
        "agreement": {ANSWER: "45%"},
        "talks -> agreement": {"Words": "raises strongly"},
    }
    jane = {"talks": {"Words": "very likely"}, "plant_stops": {ANSWER: 25}}
    fill(blank, folder / "moreau.xlsx", "Claire Moreau", moreau)
    fill(blank, folder / "jane.xlsx", "Jane Döe", jane, day=dt.date(2025, 3, 23))
    fill(blank, folder / "sara.xlsx", "שרה לוי", {"talks": {ANSWER: "55 %"}}, day=None)
    return folder


@pytest.fixture
def blank(sheets, tmp_path):
    return Path(shutil.copy(sheets / "blank.xlsx", tmp_path))


@pytest.fixture
def filled(sheets):
    return [sheets / f"{name}.xlsx" for name in ("moreau", "jane", "sara")]


def table(tmp_path, text, name="table.csv"):
    file = tmp_path / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def problems_of(scenario, *files):
    with pytest.raises(est.ScenarioError) as error:
        read_sheets(scenario, files, unsealed=True)
    return [str(problem) for problem in error.value.problems]


# what goes out


def test_a_sheet_asks_and_tells_nothing(scenario, blank):
    book = load_workbook(blank)
    texts = [str(c.value) for sheet in book for row in sheet for c in row if c.value is not None]
    whole = "\n".join(texts)
    for name, outcome in scenario.outcomes.items():
        assert {name, outcome.title, outcome.definition} <= set(texts)
    assert {"tutorial", str(scenario.date), "raises slightly", "roughly even chance"} <= set(texts)
    assert "talk to nobody" in whole
    for statement in scenario.statements.values():
        assert statement.said not in whole
    for name in ("Moreau", "Okafor", "forecast of"):
        assert name not in whole


def test_only_answers_can_be_written(blank):
    sheet = load_workbook(blank)["Answers"]
    assert sheet.protection.sheet
    unlocked = {c.coordinate for row in sheet for c in row if not c.protection.locked}
    asked = {f"{column}{row}" for column in "FGHIJK" for row in (9, 10, 11)}
    assert unlocked == {"B5", "B6"} | asked | {
        f"{column}{row}" for column in "IJK" for row in (12, 13)
    }
    rules = {rule.type: str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    assert rules["date"] == "B6"
    assert {"F9:F11", "I9:I11", "I12:I13"} <= {
        r for rule in sheet.data_validations.dataValidation for r in str(rule.sqref).split()
    }


def test_texts_of_the_scenario_are_never_formulas(prices, tmp_path):
    (file,) = est.write_sheets(prices, tmp_path / "s.xlsx", links=True)
    cells = [c for sheet in load_workbook(file) for row in sheet for c in row]
    assert not [c.coordinate for c in cells if c.data_type == "f"]
    quoted = [c for c in cells if str(c.value or "").startswith(("=", "+", "-", "@"))]
    assert len(quoted) > 3
    assert all(c.quotePrefix for c in quoted)
    (file,) = est.write_sheets(prices, tmp_path / "s.csv", links=True)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert [row["title"][:2] for row in rows[:2]] == ["'=", "'="]
    assert not [v for row in rows for v in row.values() if v.startswith(("=", "+", "-", "@"))]


def test_of_three_states_all_but_the_quiet_one_are_asked(prices):
    asked = questions_of(prices, links=True)
    assert [q.id for q in asked] == ["price=falls", "price=rises", "harvest -> price"]
    assert asked[0].window == "2025-03-10 to 2025-04-15"
    assert "'good'" not in asked[2].title
    assert "good" in asked[2].title


def test_one_for_each_expert_and_none_is_overwritten(scenario, tmp_path):
    made = est.write_sheets(scenario, tmp_path / "s.xlsx", experts=["Ben Okafor"])
    assert [file.name for file in made] == ["s.xlsx"]
    made = est.write_sheets(scenario, tmp_path / "d" / "s.xlsx", experts=["okafor", "moreau"])
    assert [file.name for file in made] == ["s-okafor.xlsx", "s-moreau.xlsx"]
    assert load_workbook(made[1])["Answers"]["B5"].value == "Claire Moreau"
    with pytest.raises(FileExistsError, match=r"s-moreau\.xlsx and s-okafor\.xlsx: there already"):
        est.write_sheets(scenario, tmp_path / "d" / "s.xlsx", experts=["moreau", "okafor"])
    for wrong, message in [
        ({"path": "s.docx"}, r"ends in '\.docx'; give it \.xlsx or \.csv"),
        ({"path": "t.csv", "experts": ["morau"]}, "did you mean 'moreau'"),
        ({"path": "t.csv", "number": 0}, "the first is 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            est.write_sheets(scenario, **wrong)


def test_the_same_questions_have_the_same_id(scenario, tmp_path):
    def sheet_id(name, **how):
        (file,) = est.write_sheets(scenario, tmp_path / name, **how)
        return load_workbook(file)["Answers"]["B3"].value

    first = sheet_id("a.xlsx")
    assert first == sheet_id("b.xlsx", experts=["moreau"])
    assert first != sheet_id("c.xlsx", as_of=dt.date(2025, 3, 30))
    assert first != sheet_id("d.xlsx", links=True)


# sealing


def test_nothing_is_read_before_own_numbers_are_sealed(scenario, filled):
    with pytest.raises(UnsealedError, match="sealed for talks, agreement and plant_stops; seal"):
        read_sheets(scenario, filled)
    est.seal_numbers(scenario, {"talks": "60%", "agreement": 0.3})
    with pytest.raises(UnsealedError, match=r"plant_stops; .*seal tutorial --outcome plant_stops"):
        read_sheets(scenario, filled)
    assert [e.what for e in records.sealed_entries("tutorial", ledger_in(scenario.folder))] == [
        "own"
    ]
    read = read_sheets(scenario, filled, unsealed=True)
    assert read.unsealed == ("plant_stops",)
    own, note = records.sealed_entries("tutorial", ledger_in(scenario.folder))
    assert note.content["unsealed"] == ["plant_stops"]
    assert note.content["sealed"] == [own.id]
    assert [file["name"] for file in note.content["files"]] == [f.name for f in filled]


def test_an_own_number_of_an_outcome_stands_for_all_its_states(sealed, tmp_path):
    rows = "expert,question,probability,date\nAnn,talks=no,30%,2025-03-12\n"
    read = read_sheets(sealed, [table(tmp_path, rows)])
    assert read.known.statements["ann_talks_no"].event == ("talks", "no")


def test_what_was_sealed_after_reading_is_called_late(scenario, filled):
    read_sheets(scenario, filled, unsealed=True)
    est.seal_numbers(scenario, {"talks": "60%", "agreement": "30%", "plant_stops": "20%"})
    assert {number.late for number in read_sheets(scenario, filled).own.values()} == {True}


def test_the_number_before_the_reading_stays_the_own_one(sealed, filled):
    read_sheets(sealed, filled)
    est.seal_numbers(sealed, {"talks": "75%"})
    own = read_sheets(sealed, filled).own["talks"]
    assert (own.written, own.late) == ("60%", False)


def test_own_numbers_may_come_from_a_sheet(scenario, blank, tmp_path):
    mine = fill(blank, tmp_path / "mine.xlsx", None, {"talks": {ANSWER: 0.6}})
    found = est.seal_numbers(scenario, mine)
    assert found.content["numbers"] == [
        {"question": "talks", "event": ["talks", "yes"], "written": "60%", "probability": 0.6}
    ]
    assert found.content["source"]["sha256"] == read_table(mine).sha256
    assert est.seal_numbers(scenario, mine) == found  # not sealed twice


def test_all_that_is_wrong_with_own_numbers_is_said(scenario):
    wrong = {"talk": "30%", "agreement": "1", "plant_stops": "perhaps", "talks -> agreement": "30%"}
    with pytest.raises(est.ScenarioError) as error:
        est.seal_numbers(scenario, wrong)
    told = str(error.value)
    for part in ("did you mean 'talks'", "1% or as 100%", "no probability; record it", "is a link"):
        assert part in told


def change(ledger, statement):
    with closing(sqlite3.connect(ledger.file)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE seals SET content = replace(content, '0.6', '0.9')", "sealed entry 1 was changed"),
        ("UPDATE seals SET written = '2020-01-01T00:00:00.000Z'", "sealed entry 1 was changed"),
        ("DELETE FROM seals WHERE number = 1", "records 1 to 1 are missing"),
        ("DELETE FROM seals WHERE number = 2", "the head counts 2 records, and the last is 1"),
        ("DROP TABLE seals", "the head counts 2 records, and the last is 0"),
    ],
)
def test_a_change_of_what_was_sealed_is_found(sealed, filled, statement, found):
    ledger = ledger_in(sealed.folder)
    read_sheets(sealed, filled)
    assert records.verify(ledger).sound
    assert (records.verify(ledger).count, records.verify(ledger).sealed) == (2, 2)
    change(ledger, statement)
    assert found in " ".join(records.verify(ledger).problems)


def test_seals_and_forecasts_hang_on_one_chain(tmp_path, monkeypatch):
    small = read(tmp_path, statements={"first": says("ann", "70%")})
    ledger = ledger_in(small.folder)

    def record(day):
        said = answer(small, prior_belief(encode(as_known(small, day)), draws=200), as_of=day)
        records.record(said, ledger, scenario=small)

    with monkeypatch.context() as older:
        older.setattr(ledgers, "MIGRATIONS", migrations.MIGRATIONS[:1])
        record(dt.date(2024, 2, 1))
        assert (records.verify(ledger).sound, records.sealed_entries("small", ledger)) == (True, [])
    est.seal_numbers(small, {"a": "70%"})
    noted = records.verify(ledger).head
    record(dt.date(2024, 2, 2))
    found = records.verify(ledger, noted=noted)
    assert (found.sound, found.count, found.sealed) == (True, 3, 1)
    change(ledger, "DELETE FROM seals")
    problems = records.verify(ledger, noted=noted).problems
    assert any("before it, records 2 to 2 are missing" in problem for problem in problems)
    assert any("the head noted earlier" in problem for problem in problems)


def test_history_shows_what_was_sealed(sealed, filled):
    read_sheets(sealed, filled)
    told = " ".join(str(history(sealed)).split())
    assert "own numbers: talks 60%" in told
    assert "sheets read: moreau.xlsx, jane.xlsx, sara.xlsx; own numbers sealed" in told
    assert len(history(sealed, outcome=None, until="2020-01-01").sealed) == 0
    rows = history(sealed).records()
    assert [(row["outcome"], row["event"], row["model"]) for row in rows][:1] == [
        ("talks", "yes", "(own, sealed)")
    ]
    kinds = [line.split('"kind":"')[1][:4] for line in records.json_lines(ledger_in(sealed.folder))]
    assert kinds == ["seal", "seal"]


# what comes in


def test_answers_become_statements_that_trace_to_their_cells(sealed, filled):
    read = read_sheets(sealed, filled)
    read.write()
    known = est.read_scenario(sealed.folder)
    assert known.statements == read.known.statements
    mean = known.statements["moreau_talks_2"]  # moreau_talks is what she said on the radio
    assert (mean.probability.low, mean.probability.high) == (0.5, 0.85)
    assert mean.locator == "Answers!F9"
    assert mean.said.endswith(
        "answers 70%, 90% interval 50-85%. Both trust him. And more Relies on: Gazette"
    )
    source = known.sources[mean.source]
    assert source.is_sheet
    assert read_table(filled[0]).sha256 in (source.address or "")
    assert source.published == dt.date(2025, 3, 22)
    assert known.statements["jane_doe_talks"].probability.phrase == "very likely"
    assert known.statements["jane_doe_plant_stops"].probability.point == 0.25
    assert known.statements["moreau_talks_agreement"].strength == "raises strongly"
    assert known.experts["jane_doe"].name == "Jane Döe"
    assert known.experts["expert"].name == "שרה לוי"
    assert known.statements["expert_talks"].date == sealed.date  # the sheet's
    assert not [w for w in known.warnings if "after the day of coding" in w.message]
    assert {"new expert jane_doe: Jane Döe"} <= set(read.notes)
    assert any("'Answered on' is empty" in note for note in read.notes)
    assert any("together they have the weight of one" in note for note in read.notes)


def test_not_a_byte_of_the_scenario_is_lost(sealed, filled, folder):
    file = folder / "scenario.yaml"
    before = file.read_bytes()
    read_sheets(sealed, filled).write()
    after = file.read_bytes()
    assert is_within(before, after)
    assert after.count(b"#") == before.count(b"#")


def is_within(before, after):
    """Whether all bytes of the first come, in order, in the second."""
    rest = iter(after)
    return all(byte in rest for byte in before)


def test_a_sheet_that_comes_again_counts_once(sealed, filled, tmp_path, blank):
    read_sheets(sealed, filled).write()
    known = est.read_scenario(sealed.folder)
    again = read_sheets(known, filled)
    assert {t.what for t in again.taken} == {"known"}
    assert again.write() == ()
    answers = {"talks": {ANSWER: 0.8}, "agreement": {ANSWER: "45%"}}
    mended = fill(blank, tmp_path / "again.xlsx", "moreau", answers, day="2025-03-25")
    read = read_sheets(known, [mended])
    assert [(t.reply.question.id, t.what) for t in read.taken] == [
        ("talks", "revision"),
        ("agreement", "known"),
    ]
    (file,) = read.write()  # and nothing else
    assert file.name == "2025-03-25-moreau-talks.yaml"
    now = est.read_scenario(sealed.folder)
    assert now.news["2025-03-25-moreau-talks"].supersedes == "moreau_talks_2"
    assert now.statements == known.statements
    # the first sheet once more: what it says is known, though another answer stands now
    assert {t.what for t in read_sheets(now, filled).taken} == {"known"}


def test_one_who_answers_twice_on_one_day_is_asked_to_say_which(sealed, blank, tmp_path):
    one = fill(blank, tmp_path / "one.xlsx", "okafor", {"talks": {ANSWER: 0.2}})
    two = fill(blank, tmp_path / "two.xlsx", "Ben Okafor", {"talks": {ANSWER: 0.3}})
    (problem,) = problems_of(sealed, one, two)
    assert problem == (
        "two.xlsx:9: okafor answers talks with 30% here and with 20% in one.xlsx, Answers!F9, on"
        " the same day; take one out"
    )
    same = tmp_path / "same.xlsx"
    shutil.copy(one, same)
    assert len(read_sheets(sealed, [one, same]).taken) == 1


def test_a_table_of_forecasts_over_time(sealed, tmp_path):
    text = (
        "expert,question,probability,forecast_date,outcome,resolved_date\n"
        "ann,talks,0.3,2025-03-12,,\nann,tutorial/talks,40%,2025-03-15,,\n"
        "Ben Okafor,The strike ends,unlikely,2025-03-12,,\n"
    )
    read = read_sheets(sealed, [table(tmp_path, text)])
    assert [(t.name, t.what, t.reply.written) for t in read.taken] == [
        ("ann_talks", "new", "30%"),
        ("okafor_agreement", "new", "unlikely"),
        ("2025-03-15-ann-talks", "revision", "40%"),
    ]
    assert any("not read: 'outcome', 'resolved_date'" in note for note in read.notes)
    read.write()
    known = est.read_scenario(sealed.folder)
    longer = table(tmp_path, text + "ann,talks,50%,2025-03-18,,\nann,talks,1%,2025-03-11,,\n")
    assert [t.what for t in read_sheets(known, [longer]).taken] == [
        "older",
        *["known"] * 3,
        "revision",
    ]


def test_influences_and_states_of_three(prices, tmp_path):
    (file,) = est.write_sheets(prices, tmp_path / "s.csv", links=True)
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    for row, (name, value) in zip(
        rows, [("probability", "20%"), ("probability", "70%"), ("words", "lowers")], strict=True
    ):
        row |= {"expert": "Ann Lee", "forecast_date": "2025-03-12", name: value}
    stream = io.StringIO()
    writer = csv.DictWriter(stream, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    filled = table(tmp_path, stream.getvalue())
    read = read_sheets(prices, [filled], unsealed=True)
    found = read.known.statements
    assert found["ann_lee_price_rises"].event == ("price", "rises")
    influence = found["ann_lee_harvest_price"]
    assert (influence.cause_state, influence.effect_state) == ("good", "rises")
    assert not [note for note in read.notes if "another now" in note]  # nor for escaped texts
    filled.write_text(stream.getvalue().replace("20%", "40%"))
    (problem,) = problems_of(prices, filled)
    assert "leave nothing for the other states (40% + 70%)" in problem


def test_people_are_found_by_alias_and_new_ones_named(folder, tmp_path):
    shared = folder.parent / "experts.yaml"
    shared.write_text(
        "format: 1\nexperts:\n  seiler: {name: Anna Seiler, aliases: [Sailer], note: So printed.}\n"
    )
    scenario = est.read_scenario(folder)
    rows = "".join(
        f"{name},talks,{p}%,2025-03-12\n"
        for p, name in enumerate(["Sailer", "Anna Sayler", "李娜", "Ann\u202e X"], start=20)
    )
    file = table(tmp_path, f"expert,question,probability,forecast_date\n{rows}")
    read = read_sheets(scenario, [file], unsealed=True)
    assert [t.expert for t in read.taken] == ["seiler", "anna_sayler", "expert", "ann_x"]
    assert read.known.experts["ann_x"].name == "Ann X"
    assert "seiler" not in read.new_experts
    assert "'Sailer' is read as seiler (Anna Seiler); So printed." in read.notes
    assert any("new expert anna_sayler: Anna Sayler; did you mean" in n for n in read.notes)


@pytest.mark.parametrize(
    ("value", "percent", "meant"),
    [
        ("35%", False, "35%"),
        (" 35 % ", False, "35%"),
        ("35 per cent", False, "35%"),
        (35.0, False, "35%"),
        (0.35, False, "35%"),
        (0.35, True, "35%"),
        (0.005, True, "0.5%"),
        (35.0, True, "35%"),
        ("20-40%", False, "20-40%"),
        ("likely", False, "likely"),
        ("1%", False, "1%"),
    ],
)
def test_a_number_means_one_thing_or_is_refused(value, percent, meant):
    assert read_probability(Cell("F9", 9, value, percent)).written == meant


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1.0, "1% or as 100%"),
        ("1", "1% or as 100%"),
        (0.0, "no doubt at all"),
        ("100%", "no doubt at all"),
        (-0.2, "lies between 0 and 1"),
        (250.0, "lies between 0 and 1"),
        ("0,35", "decimal comma"),
        ("nan", "is not a probability"),
    ],
)
def test_a_number_that_could_mean_two_things_or_nothing_is_refused(value, told):
    with pytest.raises(ValueError, match=told):
        read_probability(Cell("F9", 9, value))


def test_numbers_of_two_kinds_in_one_sheet_are_refused(sealed, tmp_path):
    rows = "a,talks,35,2025-03-12\nb,talks,20,2025-03-12\nc,talks,0.5,2025-03-12\n"
    file = table(tmp_path, f"expert,question,probability,forecast_date\n{rows}")
    (problem,) = problems_of(sealed, file)
    assert problem.startswith("table.csv:4: probability: 0.5 can be read as 0.5% or as 50%")
    rows = "a,talks,.35,2025-03-12\nb,talks,.2,2025-03-12\nc,talks,1.2,2025-03-12\n"
    file = table(tmp_path, f"expert,question,probability,forecast_date\n{rows}")
    (problem,) = problems_of(sealed, file)
    assert problem.startswith("table.csv:4: probability: 1.2 is above 1")


def test_all_errors_at_once_with_their_cells(sealed, blank, tmp_path):
    bad = fill(
        blank,
        tmp_path / "bad.xlsx",
        "N" * 500,
        {},
        day="03/04/2025",
        F9="120%",
        F10="=1/3",
        F11=1,
        I12="boosts",
        F13=0.3,
    )
    told = problems_of(sealed, bad)
    starts = [
        "bad.xlsx:5: B5: 'NNN",
        "bad.xlsx:6: B6: '03/04/2025' is not a day",
        "bad.xlsx:9: F9: 120% is no probability",
        "bad.xlsx:10: F10: holds a formula (=1/3)",
        "bad.xlsx:11: F11: 1 can be read as 1% or as 100%",
        "bad.xlsx:12: I12: unknown influence strength 'boosts'",
        "bad.xlsx:13: F13: a link takes no probability",
    ]
    assert len(told) == len(starts)
    assert all(problem.startswith(start) for problem, start in zip(told, starts, strict=True)), told


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"Low (%)": 0.2}, "G9: low and high belong together"),
        ({"Low (%)": 0.5, "High (%)": 0.2}, "high (20%) is not above low (50%)"),
        ({ANSWER: 0.9, "Low (%)": 0.2, "High (%)": 0.4}, "F9: 90% lies outside 20 to 40%"),
        ({"Words": "maybe"}, "I9: 'maybe' is not a phrase of icd203"),
        ({"Words": "confident"}, "how sure the analysis is"),
    ],
)
def test_what_is_wrong_within_a_row(sealed, blank, tmp_path, answers, told):
    file = fill(blank, tmp_path / "bad.xlsx", "Ann", {"talks": answers})
    (problem,) = problems_of(sealed, file)
    assert told in problem


def hostile(blank, tmp_path, kind):
    """Return a file that no sheet should be."""
    content = blank.read_bytes()
    book = load_workbook(blank)
    file = tmp_path / "hostile.xlsx"
    match kind:
        case "cut off":
            content = content[:3000]
        case "locked":
            content = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000)
        case "macros":
            with zipfile.ZipFile(blank, "a") as packed:
                packed.writestr("xl/vbaProject.bin", "x")
            content = blank.read_bytes()
        case "bomb":
            with zipfile.ZipFile(blank, "a", zipfile.ZIP_DEFLATED) as packed:
                packed.writestr("xl/media/x", bytes(3 << 20))
            content = blank.read_bytes()
        case "no worksheet":
            del book["Answers"]
            book.create_sheet("answer")
            book.save(file)
            return file
        case "no headings":
            book["Answers"].delete_rows(8)
            book.save(file)
            return file
        case "other scenario":
            return fill(blank, file, "Ann", {"talks": {ANSWER: 0.3}}, B1="elsewhere")
        case "merged":
            book["Answers"]["B5"], book["Answers"]["F9"] = "Ann", 0.3
            book["Answers"].merge_cells("F9:F11")
            book.save(file)
            return file
        case "nobody":
            return fill(blank, file, None, {"talks": {ANSWER: 0.3}})
        case "empty":
            return blank
        case "nothing":
            content = b""
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("cut off", "is damaged, or no .xlsx; open it and save it again"),
        ("nothing", "is damaged, or no .xlsx; open it and save it again"),
        ("locked", "protected by a password, or an old .xls"),
        ("macros", "holds macros; save it as .xlsx, without them"),
        ("bomb", "unpacks to more than 2 MB"),
        ("no worksheet", "no worksheet 'Answers'; did you mean 'answer'?"),
        ("no headings", "has no line of headings with question and"),
        ("other scenario", "B1: the sheet belongs to scenario 'elsewhere', not to 'tutorial'"),
        ("merged", "F9: is merged (F9:F11); part it, and answer each row"),
        ("nobody", "nobody is named as the one who answers; write the name in the cell beside"),
        ("empty", "holds no answer; fill in the yellow cells"),
    ],
)
def test_what_is_no_filled_sheet_is_refused_with_the_cure(
    sealed, blank, tmp_path, kind, told, monkeypatch
):
    monkeypatch.setattr("estimative.sheets.table_files.MOST_UNPACKED", 2 << 20)
    problems = problems_of(sealed, hostile(blank, tmp_path, kind))
    assert len(problems) == 1
    assert told in problems[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        ("", "it is empty"),
        ("expert,qestion,probability\n", "did you mean 'qestion'?"),
        ("expert,question,probability\n", "no row stands below the headings"),
        ('expert,question,probability\n"a,talks,3%\n', "close every quotation mark"),
        ("expert,question,probability\nann,talks,30%\n", "2: the day of the answer is missing"),
        ("question,probability,date\ntalks,30%,2025-03-12\n", "2: nobody is named"),
        ("expert,question,probability,date\nNA,talks,30%,2025-03-12\n", "2: nobody is named"),
        ("expert,question,probability,date\na,talk,30%,2025-03-12\n", "did you mean 'talks'?"),
        ("expert,question,probability,date\na,talks=may,30%,2025-03-12\n", "has no state 'may'"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_line(sealed, tmp_path, text, told):
    (problem,) = problems_of(sealed, table(tmp_path, text))
    assert told in problem
    assert problem.startswith("table.csv")


def test_semicolons_and_a_day_for_all(sealed, tmp_path):
    text = "\ufeffexpert;question;probability\r\nAnn;talks;30 %\r\n"
    read = read_sheets(sealed, [table(tmp_path, text)], date=dt.date(2025, 3, 14))
    assert read.known.statements["ann_talks"].date == dt.date(2025, 3, 14)


def test_what_stands_beside_the_table_is_nobodys_business(sealed, blank, tmp_path):
    answers = {"talks": {ANSWER: 0.3}}
    file = fill(blank, tmp_path / "notes.xlsx", "Ann", answers, P9="=1/3", P10="=A1", E2="#REF!")
    book = load_workbook(file)
    book["Answers"]["P3"] = "two rows"
    book["Answers"].merge_cells("P3:P4")
    book.save(file)
    assert len(read_sheets(sealed, [file]).changes) == 1


def test_a_changed_definition_is_told(sealed, filled, folder):
    file = folder / "scenario.yaml"
    file.write_text(file.read_text().replace("at all four terminals", "at any terminal"))
    read = read_sheets(est.read_scenario(folder), filled)
    assert any("the definition of agreement is another now" in note for note in read.notes)


# whole or not at all


def test_a_file_changed_meanwhile_is_left_alone(sealed, filled, folder):
    read = read_sheets(sealed, filled)
    file = folder / "scenario.yaml"
    file.write_text(file.read_text() + "# by another hand\n")
    after = file.read_bytes()
    with pytest.raises(est.ScenarioError, match="was changed meanwhile; nothing was written"):
        read.write()
    assert file.read_bytes() == after


def test_what_cannot_be_written_whole_is_undone(sealed, tmp_path, folder, monkeypatch):
    rows = "ann,talks,30%,2025-03-12\nann,talks,40%,2025-03-15\n"
    read = read_sheets(
        sealed, [table(tmp_path, f"expert,question,probability,forecast_date\n{rows}")]
    )
    there = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    replace = os.replace

    def full(old, new):
        if Path(new).parent.name == "news":
            raise OSError(28, "No space left on device", str(new))
        replace(old, new)

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(est.LedgerError, match="No space left on device; nothing was changed"):
        read.write()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == there


def test_a_scenario_in_braces_is_refused_before_anything_is_changed(tmp_path, folder):
    import json

    from ruamel.yaml import YAML

    file = folder / "scenario.yaml"
    file.write_text(json.dumps(YAML(typ="safe").load(file.read_text()), default=str))
    with pytest.raises(est.ScenarioError):
        read_sheets(
            est.read_scenario(folder),
            [table(tmp_path, "expert,question,probability,date\na,talks,3%,2025-03-12\n")],
            unsealed=True,
        )


KEYS = st.sampled_from(["experts", "sources", "statements", "links", "outcomes"])
FILLERS = st.sampled_from(
    ["", "\n", "# c\n", "  # inner\n", "  b: {x: 1}  # c\n", "  c: >-\n    t\n"]
)


@settings(max_examples=60, deadline=None)
@given(
    keys=st.lists(KEYS, unique=True, min_size=1),
    fillers=st.lists(FILLERS, min_size=10, max_size=10),
    newline=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
    open_end=st.booleans(),
    section=KEYS,
)
def test_entries_are_added_and_no_byte_is_taken(keys, fillers, newline, mark, open_end, section):
    from ruamel.yaml import YAML

    parts = ["# head\n"]
    for i, key in enumerate(keys):
        parts += [f"{key}:  # of {key}\n", f"  a{i}: 1\n", fillers[2 * i], fillers[2 * i + 1]]
        if fillers[2 * i] == fillers[2 * i + 1]:
            parts.pop()
    text = "".join(parts)
    text = mark + (text.removesuffix("\n") if open_end else text).replace("\n", newline)
    found = with_entries(text, section, "new: {name: N}\nmore: 2\n")
    assert is_within(text, found)
    added = len(found) - len(text)
    assert any(found[:i] + found[i + added :] == text for i in range(len(text) + 1))
    old, now = (YAML(typ="safe", pure=True).load(t.removeprefix(mark)) for t in (text, found))
    assert now.pop(section) == (old.pop(section, {}) or {}) | {"new": {"name": "N"}, "more": 2}
    assert now == old
    assert ("\r\n" in found) == (newline == "\r\n")


# the second round


def test_a_second_round_shows_spread_without_names(sealed, filled, tmp_path):
    read_sheets(sealed, filled).write()
    known = est.read_scenario(sealed.folder)
    day = dt.date(2025, 3, 24)
    (file,) = est.write_sheets(known, tmp_path / "two.xlsx", number=2, as_of=day)
    sheet = load_workbook(file)["Answers"]
    assert sheet["F8"].value == "First round"
    assert sheet["F9"].value == "3 answers: 55% to 88%, middle 70%"
    assert [sheet[f"F{row}"].value for row in (10, 11)] == [None, None]  # too few to be nameless
    whole = "".join(str(c.value) for s in load_workbook(file) for row in s for c in row)
    assert not [name for name in ("Moreau", "Jane", "שרה") if name in whole]
    back = fill(file, tmp_path / "back.xlsx", "Jane Döe", {"talks": {ANSWER: 0.75}}, "2025-03-26")
    (taken,) = read_sheets(known, [back]).taken
    assert (taken.what, taken.first) == ("revision", "jane_doe_talks")


def test_names_of_questions(scenario):
    for written in ("talks", "The two sides negotiate again", "talks=yes", "tutorial/talks"):
        assert find_question(scenario, written).id == "talks"
    assert find_question(scenario, "talks=no").id == "talks=no"
