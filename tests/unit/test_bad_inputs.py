"""Bad inputs: one mistake in the reference form gives one problem, on its line, with its cure."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from estimative.errors import ScenarioError
from estimative.reading import read_scenario

EXAMPLE = Path(__file__).parents[1] / "data" / "example"
SCENARIO = "scenario.yaml"
CONTAINERS = "news/2023-10-13-white-house-containers.yaml"
REVISED = "news/2023-11-01-ballbach.yaml"
EXPERTS = "../experts.yaml"


@dataclass(frozen=True)
class Bad:
    """A mistake in one file, and what is said of it."""

    name: str
    file: str
    old: str
    """What is replaced; empty when the whole file is written anew."""
    new: str | bytes
    at: str
    """The beginning of what is reported, from its line on; empty for the file as a whole."""
    parts: tuple[str, ...]
    """What the message must hold."""
    reported: str = ""
    """The file reported, where it is another one."""


def swap(name: str, old: str, new: str, *parts: str, at: str = "", file: str = SCENARIO) -> Bad:
    """Replace one text of the example; it is reported there, unless told otherwise."""
    return Bad(name, file, old, new, at or new, parts)


def write(name: str, new: str | bytes, at: str, *parts: str, file: str = SCENARIO) -> Bad:
    """Write a whole file."""
    return Bad(name, file, "", new, at, parts)


def item(kind: str, *lines: str) -> str:
    """Return an item of news."""
    head = (f"kind: {kind}", "published: 2023-11-01", "said: So it is.", "source: {name: Radio}")
    return "\n".join([*head, *lines, ""])


YAML_ITSELF = [
    write("an empty file", "", "1", "is empty", "key: value"),
    write("only a comment", "# nothing yet\n", "# nothing", "is empty"),
    write("a list", "- format: 1\n", "- format", "must consist of `key: value` lines"),
    swap("a TAB", "    lag: 30 days", "\tlag: 30 days", "a TAB", "indent with spaces"),
    swap(
        "a second colon",
        "title: North Korean",
        "title: Arms: North Korean",
        "a second ': '",
        "quotes",
    ),
    swap("no space after a colon", "format: 1", "format:1", "a space is missing after the ':'"),
    swap(
        "an open quote",
        "said: Over",
        'said: "Over',
        "the quote opened here ends on line 14 only",
        file=CONTAINERS,
    ),
    write("a quote never closed", 'format: 1\nquestion: "Who?\n', "question", 'add the closing "'),
    swap(
        "a quote in a text", "group: desk ", 'group: "de"sk ', "whole text in quotes, or close one"
    ),
    swap("an open bracket", "Lukin] ", "Lukin ", "'[' opened here is not closed", "with ']'"),
    swap(
        "odd indentation", "    post: Fellow", "   post: Fellow", "indented less or more", "align"
    ),
    swap(
        "a text that begins with @",
        "post: Fellow",
        "post: @Fellow",
        "cannot begin with @",
        "quotes",
    ),
    swap("an anchor", "post: Fellow", "post: &a Fellow", "the anchor &a", "write the value out"),
    swap("an alias", "group: desk", "group: *desk", "the alias *desk", "write the value out"),
    swap(
        "a merge key", "    group: desk", "    <<: {group: desk}", "the merge key <<", "write the"
    ),
    swap("a tag", "weight: 0.5", "weight: !!float 0.5", "the tag", "take it out"),
    swap(
        "a key twice",
        "    weight: 0.5",
        "    said: Again.",
        "'said' stands here a second time",
        "line 59",
    ),
    swap("two documents", "drivers:", "---\ndrivers:", "a second document", "one file holds one"),
    write("too deep", "format: " + "[" * 30 + "]" * 30, "format", "nested deeper than 20 levels"),
    write("too large", "#" * (1024 * 1024 + 1), "", "larger than 1024 KiB", "split it"),
    write(
        "Latin-1", b"format: 1\nquestion: \xc4rger?\n", "question", "not UTF-8", "0xc4", "save it"
    ),
    write("UTF-16", "format: 1\n".encode("utf-16"), "format", "UTF-16, not UTF-8", "save it again"),
    swap("an invisible character", "group: desk", "group: d\x07esk", "U+0007", "take it out"),
]

HEAD = [
    swap(
        "another format", "format: 1", "format: 2", "2 is not read", "take a newer one", "write 1"
    ),
    swap("a format in words", "format: 1", "format: one", "'one' is not a number", "version, 1"),
    swap(
        "no format",
        "format: 1\n",
        "",
        "format: is missing",
        "write `format: 1`",
        at="# The reference",
    ),
    swap("an unknown key", "coded: {", "codded: {", "unknown key 'codded'; did you mean 'coded'?"),
    swap("a key like no other", "coded: {", "zzz: {", "unknown key 'zzz'; a scenario has format,"),
    swap(
        "news among it",
        "coded: {",
        "news: {",
        "news: ",
        "write each item as a file news/<date>-<what>",
    ),
    swap("no question", "question: ", "# question: ", "question: is missing", at="format: 1"),
    swap(
        "a question without text",
        "question: What follows from Kim Jong Un's visit to Russia?",
        "question:  # none",
        "question: is empty",
    ),
    swap(
        "an impossible day", "by: 2024-09-13", "by: 2024-02-30", "no day 2024-02-30 in the calendar"
    ),
    swap(
        "a day in words",
        "by: 2024-09-13",
        "by: next year",
        "'next year' is not a day",
        "2023-09-13",
    ),
    swap(
        "a doubtful day", "by: 2024-09-13", "by: 09/10/2024", "more than one day", "year-month-day"
    ),
    swap(
        "by before opens",
        "by: 2024-09-13",
        "by: 2022-09-13",
        "by (2022-09-13) is before opens (2023",
    ),
    swap(
        "an unknown lexicon",
        "icd203",
        "icd230",
        "'icd230'; did you mean 'icd203'?",
        "kent",
        at="lexicon: ",
    ),
    swap(
        "recency without a unit",
        "format: 1",
        "recency: 180\nformat: 1",
        "no unit",
        "write 180 days",
    ),
]

NODES = [
    swap("a name with a space", "  desk_order:", "  Desk order:", "'Desk order'", "'desk_order'"),
    swap("a state with a capital", "lag: 30 days", "states: [No, yes]", "'No' cannot be", "'no'"),
    swap("one state only", "lag: 30 days", "states: [yes]", "two states or more"),
    swap("states turned round", "lag: 30 days", "states: [yes, no]", "[no, yes]", "stands last"),
    swap("lag without a unit", "lag: 30 days", "lag: 30 ", "'30' has no unit", "write 30 days"),
    swap("an unknown unit", "lag: 30 days", "lag: 30 dyas", "'dyas'", "did you mean 'days'?"),
    swap("an unknown timing", "lag: 30 days", "timing: stedy", "did you mean 'steady'?", "late"),
    swap("quiet is no state", "lag: 30 days", "quiet: calm", "'calm' is not one of", "no or yes"),
    swap(
        "two sizes, none quiet",
        "\ndrivers:",
        "  size:\n    title: Size\n    states: [few, many]\n\ndrivers:",
        "outcome 'size': quiet: is missing",
        "such as quiet: few",
        "timing: none",
        at="    states: [few",
    ),
    swap("after a child", "lag: 30 days", "after: unsc_sanctions", "not a parent", "russian_need"),
    swap(
        "an outcome without a title",
        "    title: New Security Council sanctions on North Korea\n",
        "",
        "outcome 'unsc_sanctions': title: is missing",
        at="  unsc_sanctions:\n    def",
    ),
    swap(
        "a driver with a window",
        "    title: Russia runs",
        "    by: 2024-01-01\n    title: Russia runs",
        "by: belongs to outcomes",
    ),
    swap(
        "a driver that is an outcome",
        "\nlinks:",
        "  arms_transfer:\n    title: Again\n\nlinks:",
        "'arms_transfer' is an outcome already",
        at="  arms_transfer:\n    title: Again",
    ),
    swap(
        "an outcome's window turned round",
        "lag: 30 days",
        "by: 2023-01-01",
        "is before opens (2023",
    ),
]

LINKS = [
    swap(
        "a link from nowhere",
        "- arms_transfer -> unsc",
        "- arms -> unsc",
        "link 'arms' -> 'unsc_sanctions': no outcome or driver 'arms'",
        "; did you mean 'arms_transfer'?",
    ),
    swap(
        "a link without an arrow", "- arms_transfer -> unsc", "- arms_transfer, unsc", "one arrow"
    ),
    swap(
        "a link twice",
        "\nexperts:",
        "  - russian_need -> arms_transfer\n\nexperts:",
        "link 'russian_need' -> 'arms_transfer' stands here a second time (first on line 29)",
        at="  - russian_need -> arms_transfer\n\n",
    ),
    swap(
        "a link to itself",
        "\nexperts:",
        "  - russian_need -> russian_need\n\nexperts:",
        "nothing can influence itself",
        at="  - russian_need -> russian_need",
    ),
    swap(
        "a circle",
        "\nexperts:",
        "  - unsc_sanctions -> russian_need\n\nexperts:",
        "the links run in a circle: ",
        "arms_transfer -> unsc_sanctions -> russian_need -> arms_transfer",
        "take out the weakest",
        at="  - unsc_sanctions -> russian_need",
    ),
]

PEOPLE = [
    swap("a grade that is none", "reliability: C ", "reliability: G ", "'G' is not an Admiralty"),
    swap("a report's grade", "reliability: C ", "reliability: C2 ", "grades a report", "only: C"),
    swap(
        "an expert without a name",
        "    name: Eric J. Ballbach\n",
        "",
        "name: is missing",
        at="  ballbach:",
    ),
    swap(
        "an alias of two experts",
        "    post: Fellow",
        "    aliases: [lukin]\n    post: Fellow",
        "the name or alias 'lukin' also finds 'luzyanin' (scenarios/example/scenario.yaml:33)",
        at="  ballbach:",
    ),
    Bad(
        "an expert defined twice",
        EXPERTS,
        "",
        "format: 1\nexperts:\n  ballbach: {name: Eric J. Ballbach, group: desk, reliability: B}\n",
        "  ballbach:",
        ("differs from the shared definition at scenarios/experts.yaml:3", "post, group", "alike"),
        SCENARIO,
    ),
    write(
        "an unknown key of a shared expert",
        "format: 1\nexperts:\n  somebody: {name: Some Body, psot: Sentry}\n",
        "  somebody:",
        "unknown key 'psot'; did you mean 'post'?",
        file=EXPERTS,
    ),
    swap(
        "a source without a day",
        "visit, published: 2023-09-12",
        "visit",
        "source 'K': published: is missing",
        at="  K:",
    ),
]

STATEMENTS = [
    swap(
        "no kind",
        "    kind: comparison\n",
        "",
        "kind: is missing",
        "probability",
        at="  desk_order:",
    ),
    swap("an unknown kind", "kind: comparison", "kind: comparision", "did you mean 'comparison'?"),
    swap(
        "an unknown key of a kind",
        "    words: no longer",
        "    wrods: no longer",
        "unknown key 'wrods'; did you mean 'words'?",
    ),
    swap(
        "no event",
        "    event: {arms_transfer: yes}\n",
        "",
        "event: is missing",
        at="  luzyanin_shells:",
    ),
    swap("no expert", "    expert: desk\n", "", "expert: is missing", at="  desk_order:"),
    swap(
        "an unknown expert",
        "expert: desk",
        "expert: dsek",
        "no expert 'dsek'; did you mean 'desk'?",
    ),
    swap(
        "an unknown source", "source: K, par", "source: Q, par", "no source 'Q'", "under sources:"
    ),
    swap(
        "no date",
        "    date: 2023-09-13\n",
        "",
        "date: is missing",
        "or name a source",
        at="  desk_order:",
    ),
    swap(
        "an unknown outcome",
        "event: {arms_transfer: yes}",
        "event: {arms_trasnfer: yes}",
        "no outcome or driver 'arms_trasnfer'; did you mean 'arms_transfer'?",
    ),
    swap(
        "an unknown state",
        "event: {arms_transfer: yes}",
        "event: {arms_transfer: yse}",
        "'arms_transfer' has no state 'yse'; did you mean 'yes'?",
        "no or yes",
    ),
    swap(
        "a state left out",
        "event: {arms_transfer: yes}",
        "event: arms_transfer",
        "write {arms_transfer: yes}",
    ),
    swap(
        "a space left out",
        "event: {arms_transfer: yes}",
        "event: {arms_transfer:yes}",
        "write {arms_transfer: yes}",
    ),
    swap(
        "two events",
        "event: {arms_transfer: yes}",
        "event: {arms_transfer: yes, russian_need: yes}",
        "2 states stand where one",
    ),
    swap(
        "the event as condition",
        "given: {arms_transfer: yes}",
        "given: {unsc_sanctions: yes}",
        "'unsc_sanctions' is the event itself",
    ),
    swap("a weight in words", "weight: 0.5", "weight: heavy", "'heavy' is not a number"),
    swap("a weight in quotes", "weight: 0.5", 'weight: "0.5"', "in quotes is a text", "write 0.5"),
    swap("a weight with a comma", "weight: 0.5", "weight: 0,5", "decimal comma", "write 0.5"),
    swap("a weight above 1", "weight: 0.5", "weight: 1.5", "'1.5' is outside 0 to 1"),
    swap("a weight of 010", "weight: 0.5", "weight: 010", "'010' is outside 0 to 1"),
    swap("a weight that is no number", "weight: 0.5", "weight: .nan", "not a finite number"),
    swap("an infinite weight", "weight: 0.5", "weight: .inf", "not a finite number"),
]

PROBABILITIES = [
    swap(
        "an unknown phrase",
        "probability: likely",
        "probability: likly",
        "'likly'",
        "did you mean 'likely'?",
        "60-80%",
    ),
    swap(
        "a phrase of another lexicon",
        "probability: likely",
        "probability: realistic possibility",
        "lexicon: phia",
    ),
    swap(
        "words of confidence",
        "probability: likely",
        "probability: high confidence",
        "not how likely",
    ),
    swap(
        "a bare number", "probability: likely", "probability: 70", "70 is above 1; write 70% or 0.7"
    ),
    swap(
        "certainty",
        "probability: likely",
        "probability: 100%",
        "no doubt at all",
        "'stated as fact'",
        "99%",
    ),
    swap(
        "impossibility",
        "probability: likely",
        "probability: 0",
        "no doubt at all",
        "'denied as fact'",
        "1%",
    ),
    swap("more than certain", "probability: likely", "probability: 120%", "between 0 and 1"),
    swap("less than nothing", "probability: likely", "probability: -0.2", "between 0 and 1"),
    swap(
        "a range turned round",
        "probability: likely",
        "probability: 80-60%",
        "low to high; write 60-80%",
    ),
    swap(
        "a range of bare numbers",
        "probability: likely",
        "probability: 60-80",
        "write 60-80% or 0.6-0.8",
    ),
    swap("half a percent sign", "probability: likely", "probability: 60%-80", "write 60-80%"),
    swap(
        "odds",
        "probability: likely",
        "probability: 7 in 10",
        "not a probability",
        "a range such as",
    ),
    swap("a time", "probability: likely", "probability: 1:30", "'1:30' is not a probability"),
    swap("infinity", "probability: likely", "probability: inf", "is not a probability"),
]

INFLUENCES = [
    swap(
        "an unknown strength",
        "strength: raises ",
        "strength: rises ",
        "'rises'",
        "did you mean 'raises'?",
    ),
    swap(
        "no such link",
        "link: russian_need -> arms_transfer",
        "link: russian_need -> unsc_sanctions",
        "is not one of the links",
        "write path: russian_need -> unsc_sanctions",
    ),
    swap(
        "a link the other way",
        "link: russian_need -> arms_transfer",
        "link: arms_transfer -> russian_need",
        "runs the other way: russian_need -> arms_transfer",
    ),
    swap(
        "a path from no ancestor",
        "link: russian_need -> arms_transfer",
        "path: unsc_sanctions -> arms_transfer",
        "no chain of links",
        "other way",
    ),
    swap(
        "a link and a path",
        "    strength: raises ",
        "    path: russian_need -> arms_transfer\n    strength: raises ",
        "both link: and path:",
    ),
    swap(
        "neither link nor path",
        "    link: russian_need -> arms_transfer\n",
        "",
        "link: is missing",
        "path: a -> b",
        at="  ballbach_need:",
    ),
    swap(
        "an unknown comparison",
        "strength: far",
        "strength: farther",
        "'farther'",
        "did you mean 'far'?",
    ),
    swap(
        "compared with itself",
        "than: {unsc_sanctions: yes}",
        "than: {arms_transfer: yes}",
        "the same state as in likelier",
    ),
]

BASE_RATES = [
    swap(
        "more often than looked",
        "happened: 0",
        "happened: 6",
        "6 is more than out_of (5)",
        "count periods",
    ),
    swap("half a time", "happened: 0", "happened: 0.5", "'0.5' is not a count"),
    swap("no periods", "out_of: 5", "out_of: 0", "0 periods are no record"),
    swap(
        "a class inside another",
        "    happened: 0",
        "    within: council\n    happened: 0",
        "within: ",
        "counted twice",
    ),
    swap(
        "a period without unit",
        "each: 1 year ",
        "each: annual ",
        "'annual' is not a duration",
        "6 months",
    ),
    swap(
        "a remark about nothing",
        "about: arms_transfer",
        "about: arms",
        "no outcome or driver 'arms'",
    ),
]

NEWS = [
    swap(
        "an unknown kind of news",
        "kind: report",
        "kind: rumour",
        "'rumour'",
        "observation",
        file=CONTAINERS,
    ),
    swap(
        "news without a day",
        "published: 2023-10-13 ",
        "# ",
        "published: is missing",
        at="kind: report",
        file=CONTAINERS,
    ),
    swap(
        "a ratio below 1",
        "ratio: [3, 6, 12]",
        "ratio: 0.5",
        "0.5 is below 1",
        "favour the other state, with 2",
        file=CONTAINERS,
    ),
    swap(
        "a ratio turned round",
        "ratio: [3, 6, 12]",
        "ratio: [12, 6, 3]",
        "does not rise",
        file=CONTAINERS,
    ),
    swap(
        "a ratio of two",
        "ratio: [3, 6, 12]",
        "ratio: [3, 6]",
        "2 numbers; write three",
        file=CONTAINERS,
    ),
    swap(
        "a ratio in unknown words",
        "ratio: [3, 6, 12]",
        "ratio: storngly",
        "'storngly'",
        "did you mean 'strongly'?",
        file=CONTAINERS,
    ),
    swap(
        "a ratio of certainties",
        "ratio: [3, 6, 12]",
        "ratio: {if_true: 60%, if_false: 0%}",
        "if_false: 0%",
        "no doubt",
        file=CONTAINERS,
    ),
    swap(
        "if_true in the wrong place",
        "    ratio: [3, 6, 12]",
        "    if_true: 60%",
        "write ratio: {if_true:",
        at="  - favours",
        file=CONTAINERS,
    ),
    swap(
        "a source's grade",
        "reliability: B2",
        "reliability: B ",
        "has a digit too",
        "B6",
        file=CONTAINERS,
    ),
    swap(
        "a grade that does not exist",
        "reliability: B2",
        "reliability: B7",
        "'B7'",
        "A to F",
        file=CONTAINERS,
    ),
    swap(
        "a report without a grade",
        "  reliability: B2",
        "  # B2",
        "reliability: is missing",
        "F6",
        at="  name: White",
        file=CONTAINERS,
    ),
    swap(
        "a period turned round",
        "2023-09-07 to 2023-10-01",
        "2023-10-01 to 2023-09-07",
        "ends before it starts",
        file=CONTAINERS,
    ),
    write(
        "an observation that is unclear",
        item("observation", "observed: {arms_transfer: unclear}"),
        "observed:",
        "write kind: report",
        file=REVISED,
    ),
    write(
        "a revision of nothing",
        item("revision", "supersedes: ballbach_councli", "statement: {kind: remark, said: x}"),
        "supersedes:",
        "no statement 'ballbach_councli'",
        "did you mean 'ballbach_council'?",
        file=REVISED,
    ),
    write(
        "a retraction of nothing",
        item("retraction", "retracts: 2023-10-13-white-house"),
        "retracts:",
        "no news item or statement",
        "did you mean '2023-10-13-white-house-containers'?",
        file=REVISED,
    ),
    write(
        "a retraction of itself",
        item("retraction", "retracts: 2023-11-01-ballbach"),
        "retracts:",
        "cannot take itself back",
        file=REVISED,
    ),
    write(
        "a file without a day",
        item("retraction", "retracts: desk_order"),
        "",
        "<date>-<what>.yaml",
        file="news/ballbach.yaml",
    ),
    write(
        "a file that ends in .yml",
        "kind: report\n",
        "",
        "let its name end in .yaml",
        file="news/2023-11-01-x.yml",
    ),
]

TABLE = [
    *YAML_ITSELF,
    *HEAD,
    *NODES,
    *LINKS,
    *PEOPLE,
    *STATEMENTS,
    *PROBABILITIES,
    *INFLUENCES,
    *BASE_RATES,
    *NEWS,
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the example in a workspace of its own."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "scenarios" / "example"))


def spoil(folder: Path, bad: Bad) -> tuple[str, int]:
    """Make the mistake; return the file and the line where it is to be reported."""
    path = folder / bad.file
    content = bad.new
    if bad.old:
        before = path.read_text(encoding="utf-8")
        assert bad.old in before, f"the example has no {bad.old!r}"
        content = before.replace(bad.old, str(bad.new), 1)
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    path.write_bytes(data)
    reported = folder / bad.reported if bad.reported else path
    text = reported.read_text(encoding="utf-8", errors="replace")
    line = text[: text.index(bad.at)].count("\n") + 1 if bad.at in text else 1
    name = reported.resolve().relative_to(folder.parents[1].resolve()).as_posix()
    return name, line if bad.at else 0


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.name)
def test_a_mistake_is_one_problem_with_its_place_and_its_cure(folder: Path, bad: Bad):
    place = spoil(folder, bad)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(folder)
    problems = caught.value.problems
    assert [(problem.file, problem.line) for problem in problems] == [place], str(caught.value)
    for part in bad.parts:
        assert part in problems[0].message
    assert "validation" not in problems[0].message


def test_the_table_is_long_and_names_each_row_once():
    names = [bad.name for bad in TABLE]
    assert len(names) >= 45
    assert len(set(names)) == len(names)


def test_all_mistakes_of_all_files_are_reported_at_once(folder: Path):
    once = [
        swap("head", "lexicon: icd203", "lexicon: icd230"),
        swap("outcome", "lag: 30 days", "lag: 30 dyas"),
        swap("link", "- arms_transfer -> unsc", "- arms -> unsc"),
        swap("first of a statement", "weight: 0.5", "weight: 1.5"),
        swap("second of the same", "event: {arms_transfer: yes}", "event: {arms: yes}"),
        swap("base rate", "out_of: 5", "out_of: five"),
        swap("news", "ratio: [3, 6, 12]", "ratio: 0.5", file=CONTAINERS),
        write("shared", "format: 1\nexperts: {x: {nmae: X}}\n", "experts", file=EXPERTS),
    ]
    places = {spoil(folder, bad) for bad in once}
    with pytest.raises(ScenarioError) as caught:
        read_scenario(folder)
    assert places <= {(problem.file, problem.line) for problem in caught.value.problems}
    assert str(caught.value).count("\n") == len(caught.value.problems) - 1
