"""A folder is read as a whole: every file, every problem at once, and what remains is all right.

The order is that of dependence: experts, their track record, nodes by name, sources, links,
outcomes, statements, news; each is checked where it is read, against what came before
(tests/unit/test_bad_inputs.py).
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from estimative.errors import ScenarioError
from estimative.expert_records import TakenRecord
from estimative.names import did_you_mean
from estimative.reading._doubts import doubts
from estimative.reading._entries import Entry, Fault, Findings, Reader, identifier_fault, text
from estimative.reading._links import read_links
from estimative.reading._news_entries import file_name_problem, read_news
from estimative.reading._outcome_entries import (
    node_states,
    read_drivers,
    read_outcomes,
    read_sources,
)
from estimative.reading._people import People, named_entries, read_people
from estimative.reading._quantities import day, number, whole_days
from estimative.reading._references import Names, lexicon_name
from estimative.reading._statement_entries import read_statement, statement_readers
from estimative.reading._track_records import read_track_record
from estimative.reading._yaml_documents import Node, Table, parse_document, read_text
from estimative.scenario import Coding, Expert, NewsItem, Revision, Scenario, Source, Statement
from estimative.workspace import (
    SCENARIO_FILE,
    enclosing_workspace,
    find_scenario,
    track_record_files,
)

FORMAT = 1
"""The version of the language that is read."""

LEARN = "write one with `estimative learn-weights FILE --save {name}`"
"""How a track record comes to be."""

Documents = Mapping[str, tuple[str, Table | None]]
"""By id, the file of each item of news and what stands in it."""


def read_scenario(path: str | Path, *, unwritten: Mapping[str, str] | None = None) -> Scenario:
    """Read a scenario: its scenario.yaml, its news, and the experts it shares with others.

    Parameters
    ----------
    path : str or Path
        The scenario's folder, or a slug found in the workspace or on the package's shelf.
    unwritten : mapping of str to str, optional
        Texts of items of news by id, which are read as if they stood in the folder; and, under
        `scenario.yaml`, one that is read in place of that file.

    Returns
    -------
    Scenario
        The scenario; what is legal but doubtful stands in its `warnings`.

    Raises
    ------
    ScenarioError
        When anything is wrong; it holds every problem of every file.
    """
    files = _Files(find_scenario(path), unwritten or {})
    file, root = files.document(files.folder / SCENARIO_FILE)
    shared_file, shared = files.shared_experts()
    news = files.news()
    scenario = None
    if root is not None and _format_is_known(root, file, files.findings):
        people = read_people(
            {shared_file: shared, file: root.entries.get("experts")}, files.findings
        )
        scenario = _assemble(files, file, root, people, news)
    if scenario is None or files.findings.problems:
        raise ScenarioError(files.findings.problems)
    return scenario


def read_experts(path: str | Path) -> People:
    """Read everybody whom a scenario can quote: its own experts and those that all share.

    Parameters
    ----------
    path : str or Path
        As in `read_scenario`.

    Returns
    -------
    People
        Found by id, name or alias.

    Raises
    ------
    ScenarioError
        When any of these entries is wrong.
    """
    files = _Files(find_scenario(path), {})
    file, root = files.document(files.folder / SCENARIO_FILE)
    shared_file, shared = files.shared_experts()
    own = root.entries.get("experts") if root is not None else None
    people = read_people({shared_file: shared, file: own}, files.findings)
    if files.findings.problems:
        raise ScenarioError(files.findings.problems)
    return people


class _Files:
    """The files of one scenario, each read once, with what was found wrong in any of them."""

    def __init__(self, folder: Path, unwritten: Mapping[str, str]) -> None:
        self.folder = folder
        self.unwritten = unwritten
        self.workspace = enclosing_workspace(folder)
        self.findings = Findings()
        self.texts: dict[str, str] = {}

    def name(self, path: Path) -> str:
        """Return how problems name a file: relative to the workspace, else to the scenario."""
        return path.relative_to(self.workspace or self.folder).as_posix()

    def document(self, path: Path) -> tuple[str, Table | None]:
        """Read one file as a table."""
        file = self.name(path)
        if path.name in self.unwritten:
            return file, self.parsed(self.unwritten[path.name], file)
        content, problems = read_text(path, file)
        self.findings.problems += problems
        return file, None if content is None else self.parsed(content, file)

    def parsed(self, content: str, file: str) -> Table | None:
        """Turn the text of one file into a table."""
        self.texts[file] = content
        root, problems = parse_document(content, file)
        self.findings.problems += problems
        return root

    def shared_experts(self) -> tuple[str, Node | None]:
        """Read the workspace's experts.yaml, if there is one."""
        path = self.workspace / "scenarios" / "experts.yaml" if self.workspace is not None else None
        if path is None or not path.exists():
            return "scenarios/experts.yaml", None
        file, root = self.document(path)
        if root is None or not _format_is_known(root, file, self.findings):
            return file, None
        Entry(root, "", file, self.findings).check_keys(
            ("format", "experts"), ("format", "experts"), "this file"
        )
        return file, root.entries.get("experts")

    def track_record(self, name: str, people: People, file: str, line: int) -> TakenRecord | None:
        """Read the track record of a name; it is looked for nowhere but in the workspace."""
        known = track_record_files(self.workspace)
        if name not in known:
            hint = did_you_mean(name, known)
            there = f" (allowed: {', '.join(known)})" if known else ""
            cure = f"{hint}{there}" if known else f"; {LEARN.format(name=name)}"
            message = f"track_record: no scenarios/track_records/{name}.yaml{cure}"
            self.findings.refuse(file, line, message)
            return None
        place, root = self.document(known[name])
        if root is None or not _format_is_known(root, place, self.findings):
            return None
        own = f"{self.folder.name}/"  # before an id that another scenario has for somebody else
        return read_track_record(
            root, name, place, lambda who: people.find(who.removeprefix(own)), self.findings
        )

    def news(self) -> Documents:
        """Read every item of news, in the order of the files' names."""
        found: dict[str, tuple[str, Table | None]] = {}
        folder = self.folder / "news"
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            file = self.name(path)
            if path.name.startswith("."):
                continue
            if path.is_dir():
                self.findings.warn(file, 0, "is not read; items of news stand in news/ itself")
            elif path.suffix.lower() == ".yml":
                self.findings.refuse(file, 0, "is not read; let its name end in .yaml")
            elif path.suffix == ".yaml":
                problem = file_name_problem(path.stem, file)
                if problem is not None:
                    self.findings.problems.append(problem)
                found[path.stem] = self.document(path)
        for item, content in self.unwritten.items():
            if item == SCENARIO_FILE:
                continue
            file = self.name(folder / f"{item}.yaml")
            problem = file_name_problem(item, file)
            if problem is not None:
                self.findings.problems.append(problem)
            found[item] = file, self.parsed(content, file)
        return dict(sorted(found.items()))


def _format_is_known(root: Table, file: str, findings: Findings) -> bool:
    """Whether a file is of the version that is read; another version is not looked into."""
    node = root.entries.get("format")
    if node is None:
        findings.refuse(file, 1, f"format: is missing; write `format: {FORMAT}` as the first line")
        return True
    try:
        version = number(node)
    except Fault as fault:
        findings.refuse(file, node.line, f"format: {fault}; it is the language's version, {FORMAT}")
        return False
    if version == FORMAT:
        return True
    message = (
        f"format: {version:g} is not read by this release; take a newer one, or write {FORMAT}"
    )
    findings.refuse(file, node.line, message)
    return False


def _coding(node: Node) -> Coding:
    findings = Findings()
    entry = Entry(node, "", "", findings)
    entry.check_keys(("by", "on"), ("by", "on"), "coded")
    values = entry.read_all({"by": text, "on": day})
    if entry.sound:
        return Coding(**values)
    raise Fault.together([Fault(problem.line, problem.message) for problem in findings.problems])


HEAD_READERS: dict[str, Reader] = {
    "question": text,
    "coded": _coding,
    "lexicon": lexicon_name,
    "opens": day,
    "by": day,
    "as_of": day,
    "recency": whole_days,
    "track_record": text,
}
SECTIONS = ("outcomes", "drivers", "links", "experts", "sources", "statements")
REQUIRED = ("question", "opens", "by", "outcomes")


def _read_head(root: Table, file: str, findings: Findings) -> dict[str, Any]:
    """Read what stands at the top of scenario.yaml."""
    entry = Entry(root, "", file, findings)
    in_news = "is not a key of scenario.yaml; write each item as a file news/<date>-<what>.yaml"
    allowed = ("format", *HEAD_READERS, *SECTIONS)
    entry.check_keys(allowed, REQUIRED, "a scenario", {"news": in_news})
    values = entry.read_all(HEAD_READERS)
    opens, by = values.get("opens"), values.get("by")
    if opens is not None and by is not None and by < opens:
        message = f"by ({by}) is before opens ({opens}); exchange or mend them"
        entry.refuse(entry.line_of("by"), message)
    if values.get("recency") == 0:
        message = "recency: no time at all; write after how long a statement counts half"
        entry.refuse(entry.line_of("recency"), f"{message}, such as 180 days")
    return values


def _assemble(
    files: _Files, file: str, root: Table, people: People, news: Documents
) -> Scenario | None:
    """Read the sections in the order of their dependence; None when anything was wrong."""
    findings = files.findings
    head = _read_head(root, file, findings)
    if "track_record" in head:
        line = root.key_lines["track_record"]
        head["track_record"] = files.track_record(head["track_record"], people, file, line)
    sources = read_sources(root.entries.get("sources"), file, findings)
    states = node_states(root, file, findings)
    written = root.entries.get("statements")
    names = Names(
        nodes=states,
        links=read_links(root.entries.get("links"), states, file, findings),
        people=people,
        sources={key: source.published if source else None for key, source in sources.items()},
        lexicon=head.get("lexicon", "" if "lexicon" in root.entries else "icd203"),
        statements=frozenset(written.entries if isinstance(written, Table) else ()),
        news=frozenset(news),
    )
    outcomes = read_outcomes(root, file, names, (head.get("opens"), head.get("by")), findings)
    drivers = read_drivers(root, file, findings)
    statements = _read_statements(written, file, names, findings)
    items: dict[str, NewsItem | None] = {
        item: read_news(node, item, name, names, findings)
        for item, (name, node) in news.items()
        if node is not None
    }
    if findings.problems:
        return None
    revised = [item.statement for item in items.values() if isinstance(item, Revision)]
    experts = _speakers(people, [*statements.values(), *revised], file)
    if (record := head.get("track_record")) is not None:
        own = {key: of for key, of in record.experts.items() if key in experts}
        head["track_record"] = record.model_copy(update={"experts": own})
    scenario = Scenario(
        **head,
        slug=files.folder.name,
        folder=files.folder,
        outcomes=outcomes,
        drivers=drivers,
        links=names.links.arrows,
        experts=experts,
        sources={key: source for key, source in sources.items() if source is not None},
        statements=statements,
        news={key: item for key, item in items.items() if item is not None},
        text_files=_texts_used(files.texts, experts, people, file),
    )
    places = _places(root, file, news)
    warnings = [*findings.warnings, *doubts(scenario, places)]
    return _sourced(scenario.model_copy(update={"warnings": tuple(sorted(set(warnings)))}))


def _sourced(scenario: Scenario) -> Scenario:
    """Return the scenario with the items of revisions as the sources of what they say anew."""
    sources, news = dict(scenario.sources), dict(scenario.news)
    for name, item in scenario.news.items():
        if not isinstance(item, Revision):
            continue
        graded = "reliability" in item.source.model_fields_set
        key = item.origin or name  # which also tells articles apart
        article = Source(
            title=item.source.name,
            published=item.published,
            address=item.source.address,
            reliability=item.source.reliability[0] if graded else None,
        )
        sources.setdefault(key, article)
        statement = item.statement.model_copy(update={"source": key})
        news[name] = item.model_copy(update={"statement": statement})
    return scenario.model_copy(update={"sources": sources, "news": news})


def _speakers(people: People, statements: Iterable[Statement], file: str) -> dict[str, Expert]:
    """Return the scenario's own experts, and those shared ones that are quoted."""
    own = [key for key, place in people.places.items() if place[0] == file]
    quoted = [statement.expert for statement in statements if statement.expert is not None]
    return people.quoted([*own, *quoted])


def _read_statements(
    node: Node | None, file: str, names: Names, findings: Findings
) -> dict[str, Statement]:
    readers = statement_readers(names)
    found: dict[str, Statement] = {}
    for key, value, line in named_entries(node, "statements", file, findings):
        entry = Entry(value, f"statement '{key}'", file, findings, line)
        if (fault := identifier_fault(key, "a statement")) is not None:
            entry.refuse(line, fault)
        statement = read_statement(entry, names, readers)
        if statement is not None:
            found[key] = statement
    return found


def _texts_used(
    texts: dict[str, str], experts: Mapping[str, Any], people: People, file: str
) -> dict[str, str]:
    """Leave the shared experts out when none of them speaks, as they then change nothing."""
    shared = {place[0] for place in people.places.values()} - {file}
    used = {people.places[key][0] for key in experts}
    return {name: content for name, content in texts.items() if name not in shared - used}


def _places(root: Table, file: str, news: Documents) -> dict[tuple[str, str], tuple[str, int]]:
    """Return file and line of every entry, by section and name."""
    found = {("news", item): (name, 1) for item, (name, _) in news.items()}
    found |= {("", key): (file, line) for key, line in root.key_lines.items()}
    for section, node in root.entries.items():
        if isinstance(node, Table):
            found |= {(section, key): (file, line) for key, line in node.key_lines.items()}
    return found
