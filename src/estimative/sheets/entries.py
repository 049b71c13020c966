"""Answers as entries of YAML: experts, sources and statements, and items of news that revise.

What comes of them is read as the scenario's files would be, and refused if anything else changed.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from estimative.errors import Problem, ScenarioError
from estimative.news_files import flow, prose, told, yaml_text
from estimative.reading import read_scenario
from estimative.scenario import SHEET, Scenario
from estimative.sheets.insertion import with_entries
from estimative.sheets.placing import TABLE, Taken, said_by, sheet_of
from estimative.sheets.questionnaire import Question
from estimative.sheets.replies import plain_text
from estimative.workspace import SCENARIO_FILE

MOST_BYTES = 1024 * 1024  # of a file that the reader takes


def entries_of(
    scenario: Scenario,
    names: Mapping[str, str],
    taken: Sequence[Taken],
    new: Mapping[str, str],
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a scenario gains by answers.

    Parameters
    ----------
    scenario : Scenario
        As its files have it.
    names : mapping of str to str
        Names of experts to print, by id.
    taken : sequence of Taken
        The answers.
    new : mapping of str to str
        Names of experts who are not in the scenario yet, by id.

    Returns
    -------
    tuple of dict and dict
        YAML of the entries of scenario.yaml, by section, and of items of news, by id.
    """
    quoted = {t.expert for t in taken if t.what in ("new", "revision")}
    statements, sources, items = CommentedMap(), CommentedMap(), {}
    firsts: dict[str, dt.date] = {}
    for t in taken:
        day = t.reply.date
        assert day is not None
        title, address = _source(t, names[t.expert])
        if t.what == "new":
            key = _source_id(t)
            firsts[key] = min(day, firsts.get(key, day))
            if key not in scenario.sources:
                sources[key] = told(
                    title=title, published=firsts[key], address=DoubleQuotedScalarString(address)
                )
            statement = _statement(scenario, t, names[t.expert])
            statement.insert(2, "source", f"{key}, {t.reply.place}")
            if day != sources.get(key, {}).get("published"):
                statement.insert(3, "date", day)
            statements[t.name] = statement
        elif t.what == "revision":
            items[t.name] = yaml_text(
                told(
                    kind="revision",
                    published=day,
                    said=prose(f"{names[t.expert]} answers anew: {t.reply.written}."),
                    source=told(
                        name=title,
                        address=DoubleQuotedScalarString(f"{address} {t.reply.place}"),
                    ),
                    supersedes=t.first,
                    statement=_statement(scenario, t, names[t.expert]),
                )
            )
    added = {key: flow({"name": name}) for key, name in new.items() if key in quoted}
    sections = {"experts": CommentedMap(added), "sources": sources, "statements": statements}
    return {name: yaml_text(entries) for name, entries in sections.items() if entries}, items


def with_sections(text: str, sections: Mapping[str, str]) -> str:
    """Return scenario.yaml with entries added.

    Parameters
    ----------
    text : str
        The file.
    sections : mapping of str to str
        YAML of entries, by section.

    Returns
    -------
    str
        The file, in which everything that was there still stands.

    Raises
    ------
    ScenarioError
        If a section cannot be added to.
    """
    try:
        for section, block in sections.items():
            text = with_entries(text, section, block)
    except ValueError as error:
        raise ScenarioError([Problem(SCENARIO_FILE, 0, str(error))]) from None
    return text


def read_with_sheets(scenario: Scenario, text: str, items: Mapping[str, str]) -> Scenario:
    """Return the scenario as the reader has it with what is new, once nothing else has changed.

    Parameters
    ----------
    scenario : Scenario
        As its files have it.
    text : str
        scenario.yaml as it would be.
    items : mapping of str to str
        Texts of new items of news, by id.

    Returns
    -------
    Scenario
        As it would be.

    Raises
    ------
    ScenarioError
        If the reader refuses it, or something else would change.
    """
    if len(text.encode("utf-8")) > MOST_BYTES:
        message = f"would be larger than {MOST_BYTES >> 20} MB, which is not read; take in less"
        raise ScenarioError([Problem(SCENARIO_FILE, 0, message)])
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    known = read_scenario(scenario.folder, unwritten={SCENARIO_FILE: plain, **items})
    for section in ("outcomes", "drivers", "experts", "sources", "statements", "news"):
        old, found = getattr(scenario, section), getattr(known, section)
        if any(found.get(key) != entry for key, entry in old.items()):
            message = (
                f"{section}: cannot be added to without changing what stands there; look whether"
                " it ends in a text that runs on (|+)"
            )
            raise ScenarioError([Problem(SCENARIO_FILE, 0, message)])
    return known


def _source_id(taken: Taken) -> str:
    return f"sheet_{taken.reply.table.sha256[:8]}_{taken.expert}"


def _source(taken: Taken, name: str) -> tuple[str, str]:
    """Return title and address of the sheet that an answer stands in."""
    table = taken.reply.table
    sheet, file = sheet_of(table), plain_text(table.file)
    title = f"Sheet {sheet}, filled in by {name}"
    if sheet == TABLE:
        title = f"Forecasts of {name} in {file}"
    return title, f"{SHEET}{sheet} {file} sha256:{table.sha256}"


def _statement(scenario: Scenario, taken: Taken, name: str) -> CommentedMap:
    """Return a statement as a file has it, without source and date."""
    reply = taken.reply
    question = reply.question
    kind = "probability" if question.event else "influence"
    return told(
        kind=kind,
        expert=taken.expert,
        said=prose(said_by(reply, name)),
        words=prose(reply.words),
        event=flow(dict([question.event])) if question.event else None,
        link=question.id if question.link else None,
        states=_link_states(scenario, question),
        **{"probability" if question.event else "strength": reply.written},
    )


def _link_states(scenario: Scenario, question: Question) -> CommentedMap | None:
    """Return which states of a link are meant, of those ends that have more than two."""
    ends = zip(question.link or (), question.states, strict=True)
    found: CommentedMap = flow({n: s for n, s in ends if len(scenario.nodes[n]) > 2})
    return found
