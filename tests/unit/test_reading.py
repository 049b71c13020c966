"""The reference form reads as it is meant, in every spelling it allows; doubts are warned of."""

import datetime as dt
import os
import pickle
import shutil
import time
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from estimative.errors import ScenarioError
from estimative.reading import _doubts, _quantities, read_scenario
from estimative.reading._entries import Fault
from estimative.reading._yaml_documents import Scalar, Table, parse_document
from estimative.scenario import (
    BaseRateStatement,
    Chance,
    InfluenceStatement,
    Observation,
    Report,
    Retraction,
    Revision,
    Scenario,
)

EXAMPLE = Path(__file__).parents[1] / "data" / "example"
REFERENCE = Path(__file__).parents[3] / "shared" / "example"
CONTAINERS = "news/2023-10-13-white-house-containers.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the example in a workspace of its own."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "scenarios" / "example"))


def change(folder: Path, old: str, new: str, file: str = "scenario.yaml") -> Scenario:
    """Replace one text of the example, and read it."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return read_scenario(folder)


def add_news(folder: Path, name: str, *lines: str) -> None:
    """Write one item of news."""
    (folder / "news" / f"{name}.yaml").write_text("\n".join([*lines, ""]), encoding="utf-8")


@pytest.fixture
def scenario(folder: Path) -> Scenario:
    """Return the example as it is read."""
    return read_scenario(folder)


def plain(text: str) -> Scalar:
    return Scalar(1, text, plain=True)


# --- the reference form ------------------------------------------------------------------------


def test_the_reference_form_reads_without_a_warning(scenario):
    assert scenario.warnings == ()
    assert scenario.slug == "example"
    assert scenario.nodes == {
        "arms_transfer": ("no", "yes"),
        "unsc_sanctions": ("no", "yes"),
        "russian_need": ("no", "yes"),
    }
    assert scenario.parents == {
        "arms_transfer": ("russian_need",),
        "unsc_sanctions": ("arms_transfer",),
        "russian_need": (),
    }
    assert scenario.outcomes["arms_transfer"].lag == 30
    assert scenario.outcomes["unsc_sanctions"].by == dt.date(2024, 9, 13)
    assert scenario.outcomes["unsc_sanctions"].quiet == "no"
    assert scenario.experts["desk"].reliability is None
    assert scenario.hindsight
    assert scenario.date == dt.date(2023, 10, 13)
    assert list(scenario.text_files) == [
        "scenarios/example/scenario.yaml",
        f"scenarios/example/{CONTAINERS}",
    ]


def test_the_copy_used_here_is_the_reference_form():
    if not REFERENCE.is_dir():
        pytest.skip("the reference form is not beside this checkout")
    for path in [*EXAMPLE.glob("*.yaml"), *EXAMPLE.glob("news/*.yaml")]:
        twin = REFERENCE / path.relative_to(EXAMPLE)
        assert path.read_bytes() == twin.read_bytes()
    scenario = read_scenario(REFERENCE)
    assert list(scenario.text_files) == ["scenario.yaml", CONTAINERS]


def test_each_kind_of_statement_is_what_was_written(scenario):
    statements = scenario.statements
    shells = statements["luzyanin_shells"]
    assert shells.source == "K"
    assert shells.locator == "paragraph 8"
    assert shells.date == dt.date(2023, 9, 12)
    assert shells.probability == Chance(written="stated as fact", phrase="stated as fact")
    assert shells.weight == 0.5
    council = statements["ballbach_council"]
    assert (council.event, council.given) == (("unsc_sanctions", "no"), {"arms_transfer": "yes"})
    need = statements["ballbach_need"]
    assert isinstance(need, InfluenceStatement)
    assert (need.cause, need.cause_state, need.effect, need.effect_state, need.direct) == (
        "russian_need",
        "yes",
        "arms_transfer",
        "yes",
        True,
    )
    record = statements["council_record"]
    assert isinstance(record, BaseRateStatement)
    assert (record.happened, record.out_of, record.each_days) == (0, 5, 365.25)
    assert record.expert is None
    assert statements["ballbach_worry"].about == "arms_transfer"


def test_a_report_is_what_was_written(scenario):
    (item,) = scenario.news.values()
    assert isinstance(item, Report)
    assert item.happened == (dt.date(2023, 9, 7), dt.date(2023, 10, 1))
    assert item.source.reliability == "B2"
    (bearing,) = item.bears_on
    assert (bearing.node, bearing.state) == ("arms_transfer", "yes")
    assert (bearing.ratio.low, bearing.ratio.best, bearing.ratio.high) == (3, 6, 12)


def test_observations_revisions_and_retractions(folder):
    common = ("said: So it is.", "source: {name: Radio}")
    add_news(
        folder,
        "2023-11-01-seen",
        "kind: observation",
        "published: 2023-11-01",
        *common,
        "happened: 2023-10-20",
        "observed: {arms_transfer: yes}",
    )
    add_news(
        folder,
        "2023-11-02-thinks-again",
        "kind: revision",
        "published: 2023-11-02",
        *common,
        "supersedes: ballbach_council",
        "statement:",
        "  kind: probability",
        "  expert: ballbach",
        "  source: D",
        "  said: Even less likely.",
        "  event: {unsc_sanctions: no}",
        "  probability: 90-95%",
    )
    add_news(
        folder,
        "2023-11-03-never-mind",
        "kind: retraction",
        "published: 2023-11-03",
        *common,
        "retracts: 2023-10-13-white-house-containers",
    )
    _, seen, again, never = read_scenario(folder).news.values()
    assert isinstance(seen, Observation)
    assert seen.observed == {"arms_transfer": "yes"}
    assert seen.happened == (dt.date(2023, 10, 20), dt.date(2023, 10, 20))
    assert isinstance(again, Revision)
    assert again.statement.date == dt.date(2023, 11, 2), "not that of its source"
    assert again.statement.source == "2023-11-02-thinks-again"
    found = read_scenario(folder)
    assert found.sources["2023-11-02-thinks-again"].title == "Radio"
    assert found.sources["2023-11-02-thinks-again"].reliability is None, "none was given"
    assert "a revision's source is that of the item; take it out" in " ".join(
        map(str, found.warnings)
    )
    assert isinstance(never, Retraction)
    assert never.source.reliability == "F6"


# --- YAML 1.2, and files as programs write them ------------------------------------------------


def test_words_and_numbers_mean_what_they_look_like():
    text = "a: NO\nb: on\nc: 1:30\nd: 010\ne: 2023-02-30\nf: yes\ng: 1_000\nh: 0x1F\n"
    root, problems = parse_document(text, "f")
    assert problems == []
    assert isinstance(root, Table)
    written = {key: node.text for key, node in root.entries.items()}
    assert written["a"] == "NO"
    assert written["c"] == "1:30"
    assert _quantities.number(root.entries["d"]) == 10
    for key in "abcefgh":
        with pytest.raises(Fault):
            _quantities.number(root.entries[key])


def test_states_are_texts(folder):
    scenario = change(folder, "states default to [no, yes]", "x")
    assert {type(state) for states in scenario.nodes.values() for state in states} == {str}
    assert scenario.statements["ballbach_council"].event == ("unsc_sanctions", "no")


@pytest.mark.parametrize(
    "convert",
    [
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
    ],
    ids=["CRLF", "byte order mark", "both"],
)
def test_files_of_other_systems_read_the_same(folder, convert):
    before = read_scenario(folder)
    for path in folder.rglob("*.yaml"):
        path.write_bytes(convert(path.read_bytes()))
    assert read_scenario(folder) == before


def test_reading_twice_gives_the_same(folder):
    assert read_scenario(folder) == read_scenario(folder)


# --- quantities --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "chance"),
    [
        ("70%", {"point": 0.7}),
        ("70 %", {"point": 0.7}),
        ("0.7", {"point": 0.7}),
        (".7", {"point": 0.7}),
        ("2.5%", {"point": 0.025}),
        ("60-80%", {"low": 0.6, "high": 0.8}),
        ("60% - 80%", {"low": 0.6, "high": 0.8}),
        ("60–80%", {"low": 0.6, "high": 0.8}),
        ("60 to 80%", {"low": 0.6, "high": 0.8}),
        ("0.6-0.8", {"low": 0.6, "high": 0.8}),
        ("0.6 – 0.8", {"low": 0.6, "high": 0.8}),
        ("likely", {"phrase": "likely"}),
        ("Very   likely", {"phrase": "Very likely"}),
    ],
)
def test_forms_of_a_probability(written, chance):
    assert _quantities.chance(plain(written)) == Chance(written=written, **chance)


@given(st.floats(min_value=1e-6, max_value=1 - 1e-6))
def test_a_probability_reads_back_as_it_was(probability):
    assert _quantities.chance(plain(repr(probability))).point == probability


@pytest.mark.parametrize(
    ("yaml", "ratio"),
    [
        ("6", (6, 6, 6)),
        ("[3, 6, 12]", (3, 6, 12)),
        ("[0.8, 2, 5]", (0.8, 2, 5)),
        ("{if_true: 60%, if_false: 10%}", (6, 6, 6)),
        ("{if_false: 0.1, if_true: 0.6}", (6, 6, 6)),
    ],
)
def test_forms_of_a_ratio(yaml, ratio):
    root, _ = parse_document(f"ratio: {yaml}\n", "f")
    assert root is not None
    read = _quantities.ratio(root.entries["ratio"])
    assert (read.low, read.best, read.high) == pytest.approx(ratio)


def test_a_ratio_may_be_a_word():
    read = _quantities.ratio(plain("strongly"))
    assert 1 <= read.low <= read.best <= read.high
    assert read.written == "strongly"


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("1 year", 365.25),
        ("6 months", 182.625),
        ("2 weeks", 14),
        ("90 days", 90),
        ("1 day", 1),
        ("0.5 years", 182.625),
    ],
)
def test_forms_of_a_duration(written, days):
    assert _quantities.duration(plain(written)) == pytest.approx(days)


@pytest.mark.parametrize("written", ["2023-02-29", "2023-13-01", "2023-00-10", "0000-01-01"])
def test_impossible_days_are_refused(written):
    with pytest.raises(Fault, match="no day"):
        _quantities.day(plain(written))


def test_what_lies_too_far_off_to_reckon_with_is_refused():
    with pytest.raises(Fault, match="after the year 2999"):
        _quantities.day(plain("9999-12-31"))
    with pytest.raises(Fault, match="longer than a thousand years"):
        _quantities.duration(plain("1000000000 days"))


def test_a_day_with_strokes_is_answered_with_its_right_form():
    with pytest.raises(Fault, match="2023-09-03"):
        _quantities.day(plain("2023/9/3"))


# --- more states, other windows ----------------------------------------------------------------


def test_a_node_of_three_states(folder):
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    text = text.replace(
        "\ndrivers:",
        "  size:\n    title: Shells\n    definition: Counted by two governments.\n"
        "    states: [none, some, many]\n    quiet: none\n    by: 2024-03-01\n"
        "    timing: early\n    after: arms_transfer\n\ndrivers:",
    ).replace("\nexperts:", "  - arms_transfer -> size\n\nexperts:")
    text += (
        "  desk_size:\n    kind: influence\n    expert: desk\n    date: 2023-09-13\n"
        "    said: Then many.\n    path: russian_need -> size\n    states: {size: many}\n"
        "    strength: raises slightly\n"
    )
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    scenario = read_scenario(folder)
    size = scenario.outcomes["size"]
    assert (size.states, size.quiet, size.by) == (
        ("none", "some", "many"),
        "none",
        dt.date(2024, 3, 1),
    )
    assert (size.timing, size.after, size.opens) == ("early", "arms_transfer", dt.date(2023, 9, 13))
    influence = scenario.statements["desk_size"]
    assert (influence.cause_state, influence.effect_state, influence.direct) == (
        "yes",
        "many",
        False,
    )
    (folder / "scenario.yaml").write_text(
        text.replace("    states: {size: many}\n", ""), encoding="utf-8"
    )
    with pytest.raises(ScenarioError, match=r"more than two states .* states: \{size: many\}"):
        read_scenario(folder)


def test_as_of_and_recency(folder):
    scenario = change(folder, "format: 1", "format: 1\nas_of: 2023-09-20\nrecency: 180 days")
    assert scenario.date == dt.date(2023, 9, 20)
    assert scenario.half_life == 180


def test_a_statement_may_take_its_words_from_another_lexicon(folder):
    scenario = change(
        folder,
        "    probability: likely",
        "    probability: realistic possibility\n    lexicon: phia",
    )
    assert scenario.statements["ballbach_council"].lexicon == "phia"


# --- experts -----------------------------------------------------------------------------------


SHARED = """format: 1
experts:
  seiler:
    name: Sydney Seiler
    aliases: [Sidney Seiler]
    note: The article spells his first name otherwise.
  nobody: {name: Some Body}
"""


def test_a_shared_expert_is_found_by_his_alias_with_the_note(folder):
    (folder.parent / "experts.yaml").write_text(SHARED, encoding="utf-8")
    scenario = change(folder, "expert: desk", "expert: Sidney Seiler")
    assert scenario.statements["desk_order"].expert == "seiler"
    assert list(scenario.experts) == ["seiler", "luzyanin", "ballbach", "desk"]
    assert scenario.experts["seiler"].group == "seiler"
    spoken = [str(warning) for warning in scenario.warnings]
    assert "'Sidney Seiler' is read as seiler (Sydney Seiler); The article spells" in spoken[1]
    assert "nobody quotes expert 'desk'" in spoken[0]
    assert "scenarios/experts.yaml" in scenario.text_files


def test_shared_experts_who_say_nothing_here_leave_no_trace(folder):
    before = read_scenario(folder)
    (folder.parent / "experts.yaml").write_text(SHARED, encoding="utf-8")
    assert read_scenario(folder) == before


def test_the_same_definition_in_both_places_is_no_problem(folder):
    shared = "format: 1\nexperts:\n  desk: {name: Our own judgement, group: desk}\n"
    (folder.parent / "experts.yaml").write_text(shared, encoding="utf-8")
    assert read_scenario(folder).experts["desk"].name == "Our own judgement"


@pytest.mark.parametrize(
    "name", ["luzyanin", "Sergei Luzyanin", "sergei  LUZYANIN", "Lukin", "lusjanin"]
)
def test_an_expert_is_found_by_any_of_his_names(scenario, name):
    assert scenario.find_expert(name) == ("luzyanin", None)


def test_an_alias_brings_its_note(folder):
    scenario = change(
        folder, "group: russian_official", "group: russian_official\n    note: The brief's name."
    )
    assert scenario.find_expert("Lukin") == ("luzyanin", "The brief's name.")
    assert scenario.find_expert("luzyanin") == ("luzyanin", None)


def test_an_unknown_expert_is_answered_with_the_nearest(scenario):
    with pytest.raises(ScenarioError, match="no expert 'Balbach'; did you mean 'ballbach'"):
        scenario.find_expert("Balbach")


# --- doubts ------------------------------------------------------------------------------------


DOUBTS = {
    "a source of the future": (
        "published: 2023-09-12",
        "published: 2033-09-12",
        "scenario.yaml:49: source 'K' was published 2033-09-12, after the day of coding",
    ),
    "a statement of the future": (
        "date: 2023-09-13",
        "date: 2033-09-13",
        "scenario.yaml:85: statement 'desk_order' is dated 2033-09-13, after the day of coding",
    ),
    "a statement after the window": (
        "date: 2023-09-13",
        "date: 2025-09-13",
        "statement 'desk_order' is dated 2025-09-13, after every window (2024-09-13)",
    ),
    "a statement before its source": (
        "date: 2023-09-13",
        "date: 2023-09-01\n    source: D",
        "scenario.yaml:88: statement 'desk_order': date: 2023-09-01 is before its source was",
    ),
    "an expert without a voice": (
        "expert: desk",
        "expert: ballbach",
        "scenario.yaml:44: nobody quotes expert 'desk'",
    ),
    "a source without a reader": (
        "source: K, paragraph 8",
        "source: D",
        "scenario.yaml:49: no statement cites source 'K'",
    ),
    "a driver without effect": (
        "russian_need -> arms_transfer",
        "arms_transfer -> russian_need",
        "scenario.yaml:24: no link leads from driver 'russian_need'",
    ),
}
DOUBTFUL_NEWS = {
    "a date that is not the file's": (
        "published: 2023-10-13",
        "published: 2023-10-14",
        "containers.yaml:3: published: 2023-10-14 is not the date in the file's name",
    ),
    "told before it happened": (
        "happened: 2023-09-07 to 2023-10-01",
        "happened: 2023-10-20",
        "containers.yaml:4: happened: 2023-10-20 is after it was published",
    ),
    "close to proof": (
        "ratio: [3, 6, 12]",
        "ratio: 1000",
        "containers.yaml:11: bears_on: a ratio of 1000 is close to proof",
    ),
}


@pytest.mark.parametrize(("old", "new", "message"), DOUBTS.values(), ids=DOUBTS)
def test_what_is_legal_but_doubtful_is_warned_of(folder, old, new, message):
    (warning,) = change(folder, old, new).warnings
    assert message in str(warning)


@pytest.mark.parametrize(("old", "new", "message"), DOUBTFUL_NEWS.values(), ids=DOUBTFUL_NEWS)
def test_doubtful_news_is_warned_of(folder, old, new, message):
    (warning,) = change(folder, old, new, CONTAINERS).warnings
    assert message in str(warning)


def test_news_of_the_future_is_later_than_coding_and_window(folder):
    news = (folder / CONTAINERS).read_text(encoding="utf-8").replace("origin:", "# ")
    for year in (2026, 2033):
        text = news.replace("published: 2023", f"published: {year}").replace(
            "said: Over", f"said: {year}"
        )
        (folder / "news" / f"{year}-10-13-containers.yaml").write_text(text, encoding="utf-8")
    (warning,) = read_scenario(folder).warnings
    assert "published 2033-10-13 is after the day of coding (2026-11-22) and after" in str(warning)


def test_an_outcome_nobody_speaks_of_and_one_without_a_definition(folder):
    scenario = change(folder, "\ndrivers:", "  aid:\n    title: Aid\n\ndrivers:")
    spoken = [warning.message for warning in scenario.warnings]
    assert len(spoken) == 2
    assert "nobody says how likely outcome 'aid' is" in spoken[0]
    assert "outcome 'aid' has no definition" in spoken[1]


def test_a_statement_without_weight_does_not_speak(folder):
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    text = text.replace("weight: 0.5", "weight: 0").replace(
        "likelier: {arms_transfer: yes}", "likelier: {russian_need: yes}"
    )
    text = text.replace("    strength: raises ", "    weight: 0\n    strength: raises ")
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    (warning,) = read_scenario(folder).warnings
    assert "nobody says how likely outcome 'arms_transfer' is" in warning.message


def test_the_same_news_twice(folder):
    text = (folder / CONTAINERS).read_text(encoding="utf-8")
    for name, twin in {
        "2023-10-13-x-reprint": text,
        "2023-10-13-x-copied": text.replace("origin:", "# ").replace("address:", "# "),
        "2023-10-13-x-other-words": text.replace("origin:", "# ").replace(
            "said: Over", "said: About"
        ),
        "2023-10-13-x-another": text.replace("said: Over", "said: Far").replace("address:", "# "),
    }.items():
        (folder / "news" / f"{name}.yaml").write_text(twin, encoding="utf-8")
    doubted = {
        Path(warning.file).stem: warning.message for warning in read_scenario(folder).warnings
    }
    assert set(doubted) == {"2023-10-13-x-other-words", "2023-10-13-x-copied"}
    assert "the same news as 2023-10-13-white-house-containers" in doubted["2023-10-13-x-copied"]


def test_what_was_told_before_the_window_opened_does_not_settle_it(folder):
    item = """
        kind: observation
        published: 2023-01-05
        said: It has happened.
        source: {name: Gazette}
        observed: {arms_transfer: yes}
    """
    (folder / "news" / "2023-01-05-early.yaml").write_text(dedent(item), encoding="utf-8")
    (warning,) = read_scenario(folder).warnings
    assert "it happened outside the window of 'arms_transfer'" in str(warning)


def test_observations_that_contradict_each_other(folder):
    for day, state in (("2023-11-01", "yes"), ("2023-11-05", "no")):
        add_news(
            folder,
            f"{day}-seen",
            "kind: observation",
            f"published: {day}",
            f"said: It is {state}.",
            "source: {name: Radio}",
            f"observed: {{arms_transfer: {state}}}",
        )
    (warning,) = read_scenario(folder).warnings
    assert "was seen to be 'yes' in 2023-11-01-seen.yaml and is 'no' here" in warning.message


def test_a_node_of_many_parents(folder):
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    names = [f"cause_{k}" for k in range(6)]
    drivers = "".join(f"  {name}: {{title: T}}\n" for name in names)
    links = "".join(f"  - {name} -> arms_transfer\n" for name in names)
    text = text.replace("\nlinks:", f"{drivers}\nlinks:").replace(
        "\nexperts:", f"{links}\nexperts:"
    )
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    (warning,) = read_scenario(folder).warnings
    assert "'arms_transfer' has 7 direct causes" in warning.message


def test_a_node_of_more_parents_than_can_be_computed_is_refused_where_the_last_is_linked(folder):
    path = folder / "scenario.yaml"
    text = path.read_text(encoding="utf-8")
    names = [f"cause_{k}" for k in range(12)]  # and russian_need: 2^14 entries
    drivers = "".join(f"  {name}: {{title: T}}\n" for name in names)
    links = "".join(f"  - {name} -> arms_transfer\n" for name in names)
    text = text.replace("\nlinks:", f"{drivers}\nlinks:").replace(
        "\nexperts:", f"{links}\nexperts:"
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_scenario(folder)
    (problem,) = caught.value.problems
    assert problem.line == text.splitlines().index("  - cause_11 -> arms_transfer") + 1
    assert "13 direct causes, so its table has 16,384 entries where 8,192 can be" in problem.message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("name", ["news/2023-11-05-pipe.yaml", "../experts.yaml"])
def test_a_pipe_is_refused_and_never_waited_for(folder, name):
    path = (folder / name).resolve()
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(folder)
    named = {p.file: p.message for p in caught.value.problems}
    at = path.relative_to(folder.parents[1]).as_posix()
    assert named[at] == "is no file but a folder, pipe or device; write a text file"


def test_without_a_day_of_coding_the_clock_tells_what_is_in_the_future(folder, monkeypatch):
    monkeypatch.setattr(_doubts, "_today", lambda: dt.date(2023, 9, 20))
    scenario = change(folder, "coded: {", "# coded: {")
    (warning,) = scenario.warnings
    assert "published 2023-10-13 is after today (2023-09-20)" in warning.message
    assert not scenario.hindsight


def test_with_a_day_of_coding_the_clock_is_not_asked(folder, monkeypatch):
    monkeypatch.setattr(_doubts, "_today", lambda: dt.date(1999, 1, 1))
    assert read_scenario(folder).warnings == ()


# --- the value itself --------------------------------------------------------------------------


def test_a_scenario_cannot_be_changed_and_a_changed_copy_forgets_what_was_worked_out(scenario):
    with pytest.raises(ValidationError):
        scenario.slug = "other"
    assert scenario.nodes is scenario.nodes
    assert scenario.parents is scenario.parents
    fewer = scenario.model_copy(update={"links": (), "drivers": {}})
    assert fewer.parents == {"arms_transfer": (), "unsc_sanctions": ()}
    assert "russian_need" in scenario.nodes


def test_a_scenario_and_its_problems_survive_pickling(folder):
    scenario = read_scenario(folder)
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    with pytest.raises(ScenarioError) as caught:
        change(folder, "format: 1", "format: 3")
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.problems == caught.value.problems
    assert str(again) == str(caught.value)


# --- whatever stands in a file -----------------------------------------------------------------

LINES = (EXAMPLE / "scenario.yaml").read_text(encoding="utf-8").split("\n")
SNIPPETS = st.sampled_from(
    [
        "",
        "x",
        "- a",
        "{",
        "]",
        "null",
        "~",
        "?",
        ": ",
        "a: b",
        "'",
        "|",
        "[yes]",
        "{a: b}",
        "-1",
        "1e400",
        "a -> b",
        "!!int 3",
        "\t",
    ]
)


@given(st.integers(0, len(LINES) - 1), SNIPPETS, st.booleans())
def test_a_broken_line_gives_a_scenario_or_problems_and_nothing_else(
    tmp_path_factory, at, snippet, keep_key
):
    key, colon, _ = LINES[at].partition(":")
    line = f"{key}{colon} {snippet}" if keep_key else snippet
    folder = tmp_path_factory.mktemp("broken")
    text = "\n".join([*LINES[:at], line, *LINES[at + 1 :]])
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    try:
        scenario = read_scenario(folder)
        places = {(scenario.slug, 1)}
    except ScenarioError as error:
        places = {(problem.file, problem.line) for problem in error.problems}
    assert all(file in ("scenario.yaml", folder.name) and line >= 1 for file, line in places)


def test_the_time_of_reading_grows_no_faster_than_the_number_of_statements(tmp_path):
    def seconds(many: int) -> float:
        folder = tmp_path / f"of_{many}"
        folder.mkdir()
        head = (EXAMPLE / "scenario.yaml").read_text(encoding="utf-8")
        more = [
            f"  s{k}:\n    kind: probability\n    expert: desk\n    source: D, paragraph {k}\n"
            f"    said: Sentence {k}.\n    event: {{arms_transfer: yes}}\n    probability: likely\n"
            for k in range(many)
        ]
        (folder / "scenario.yaml").write_text(head + "".join(more), encoding="utf-8")
        best = float("inf")
        for _ in range(3):
            begun = time.perf_counter()
            read_scenario(folder)
            best = min(best, time.perf_counter() - begun)
        return best

    few, many = seconds(100), seconds(800)
    assert many < 8 * few * 2
