"""The end of a report: what was said before, every statement, item of news and source, the method.

What the outcomes' sections lead to stands here, whole.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from pydantic_core import from_json

from estimative.elicitation import BASE_SD, NUMBER_SPREAD, RELEVANCE_SD
from estimative.exploring.otherwise import constants
from estimative.inputs import model_text
from estimative.lexicon import READING_SPREAD, read_lexicon
from estimative.outcome_forecasts import OutcomeForecast
from estimative.quoting import web_address
from estimative.reporting.document import (
    Block,
    Facts,
    Line,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
    anchor,
    day,
    heads,
    joined,
    own,
    quoted,
)
from estimative.reporting.gathering import Findings
from estimative.reporting.outcome_section import clean_title, source, who
from estimative.reporting.sentences import counted
from estimative.results import percent
from estimative.scenario import (
    NewsItem,
    Observation,
    RemarkStatement,
    Report,
    Retraction,
    Revision,
    Scenario,
    Statement,
)
from estimative.speakers import about, encoding

METHOD = (
    "Outcomes, and what they depend on, are nodes of a causal network. A statement is a weighted"
    " prior on something that the network implies: its words stand for log-odds with a spread, and"
    " whoever speaks may err, so may his group, and so may everybody. Statements are fitted once,"
    " by sampling, to draws of the network's tables.",
    "News then weighs each draw by how probable it makes the news; reports of one origin count"
    " once, and each source's reports are tempered by its reliability. Days in which nothing was"
    " seen are evidence, too. The number is the weighted mean over draws; other draws are other"
    " reasonable readings of the same statements.",
    "Confidence counts independent groups and articles, how far groups stand apart, and by how much"
    " the number rests on what nobody stated.",
)

LAST = frozenset({1})  # the column that holds numbers
SIDE_BY_SIDE = 12  # outcomes in a table of days


def appendix(found: Findings) -> tuple[Section, ...]:
    """Return what stands after the outcomes.

    Parameters
    ----------
    found : Findings
        What is known.

    Returns
    -------
    tuple of Section
        History, statements, news, sources, method, words and inputs.
    """
    parts: tuple[tuple[str, str, Iterator[Block]], ...] = (
        ("history", "What was said before", _history(found)),
        ("statements", "All statements", _statements(found)),
        ("news", "All news", _news(found)),
        ("sources", "Sources and speakers", _sources(found)),
        ("method", "Method", _method(found)),
        ("words", "Words of likelihood", _words(found)),
        ("inputs", "What went in", _inputs(found)),
    )
    return tuple(Section(name, (own(title),), tuple(blocks)) for name, title, blocks in parts)


def _history(found: Findings) -> Iterator[Block]:
    outcomes = found.forecast.outcomes
    yield Paragraph(
        (
            own(
                f"{counted(found.records, 'record')} up to this day in the ledger, where each"
                " stands as it was first written. Of each day the newest by the same model, with an"
                " interval of the same mass; the last row is this report's own forecast."
            ),
        ),
    )
    for i in range(0, len(outcomes), SIDE_BY_SIDE):
        yield _days(found, outcomes[i : i + SIDE_BY_SIDE], f"days-{i // SIDE_BY_SIDE + 1}")


def _days(found: Findings, outcomes: Sequence[OutcomeForecast], name: str) -> Table:
    titles = [(quoted(clean_title(o), f"#{anchor('outcome', o.name)}"),) for o in outcomes]
    columns = ((own("As of"),), *titles, (own("Record"),))
    rows = []
    for said in found.history:
        points = [said.points.get(o.name) for o in outcomes]
        cells = [
            "" if p is None else percent(p.probability) if p.probability is not None else "withheld"
            for p in points
        ]
        rows.append(Row(((day(said.day),), *((own(cell),) for cell in cells), (own(said.record),))))
    numbers = frozenset(range(1, len(outcomes) + 1))
    caption = "Chances by the day as of which they were given"
    return Table(name, caption, columns, tuple(rows), numeric=numbers, kind="wide")


def _statements(found: Findings) -> Iterator[Block]:
    told = found.forecast.scenario.statements
    if not told:
        yield Paragraph((own("There are none."),))
        return
    rows = [_statement(found, name, statement) for name, statement in told.items()]
    columns = heads("Statement", "Who", "Said on", "Encoded as", "Weight")
    caption = "Every statement as of the day, with its words, and why it is encoded so"
    widths = (26, 21, 13, 27, 13)
    yield Table("all-statements", caption, columns, tuple(rows), widths, below="Said")


def _statement(found: Findings, name: str, statement: Statement) -> Row:
    weight = found.forecast.given.weights.get(name)
    remark = isinstance(statement, RemarkStatement)
    encoded = about(statement) + ("" if remark else f": {encoding(statement)}")
    none = "a remark, not counted" if remark else "not counted"
    below: list[Run] = [quoted(statement.said)]
    if statement.words:
        below += [own(" In the source: “"), quoted(statement.words), own("”.")]
    if statement.because:
        below += [own(" Because: "), quoted(statement.because)]
    if statement.source:
        below += [own(" Source: "), *source(found, statement.source, statement.locator), own(".")]
    spoken = [
        quoted(clean_title(o), f"#{anchor('outcome', o.name)}")
        for o in found.forecast.outcomes
        if name in (*o.speakers.statements, *o.speakers.influences)
    ]
    if spoken:
        below += [own(" Speaks of: "), *joined(spoken, "; "), own(".")]
    return Row(
        (
            (quoted(name),),
            (who(found, statement.expert),),
            (day(statement.date),),
            (quoted(encoded),),
            (own(f"{weight.total:.2f}" if weight else none),),
        ),
        anchor("statement", name),
        tuple(below),
    )


def _news(found: Findings) -> Iterator[Block]:
    now = found.forecast.as_of
    items = {n: i for n, i in found.scenario.news.items() if i.published <= now}
    if not items:
        yield Paragraph((own(f"There is none up to {now}."),))
        return
    standing = found.forecast.scenario.news
    ordered = sorted(items.items(), key=lambda pair: (pair[1].published, pair[0]))
    rows = [
        _item(found.forecast.scenario, name, item, stands=name in standing)
        for name, item in ordered
    ]
    columns = heads("Item", "Published", "Says", "Source")
    caption = "Every item up to the day, also what was revised or taken back since"
    yield Table("all-news", caption, columns, tuple(rows), (27, 13, 33, 27), below="Reported")


def _item(scenario: Scenario, name: str, item: NewsItem, *, stands: bool) -> Row:
    says: list[Run] = []
    reasons = [item.because]
    match item:
        case Report():
            for bearing in item.bears_on:
                to = f"#{anchor('outcome', bearing.node)}"
                node = quoted(bearing.node, to if bearing.node in scenario.outcomes else "")
                ratio = quoted(f"{bearing.state}, {bearing.ratio.written}")
                says += [own("; " * bool(says)), node, own(" "), ratio]
                reasons.append(bearing.because)
        case Observation():
            seen = [(n, s) for n, s in item.observed.items()]
            for node_name, state in seen:
                to = f"#{anchor('outcome', node_name)}"
                node = quoted(node_name, to if node_name in scenario.outcomes else "")
                says += [own("; " * bool(says) + "observed: "), node, own(" "), quoted(state)]
        case Revision():
            to = f"#{anchor('statement', name)}"
            new = quoted(name, to) if name in scenario.statements else quoted(name)
            says = [own("in place of "), quoted(item.supersedes), own(": "), new]
        case Retraction():
            says = [own("takes back "), quoted(item.retracts)]
    if not stands and isinstance(item, Report | Observation):
        says.append(own("; taken back"))
    below: list[Run] = [quoted(item.said)]
    for why in filter(None, dict.fromkeys(reasons)):
        below += [own(" Because: "), quoted(why)]
    if item.origin:
        below += [own(" Origin: "), quoted(f"{item.origin}.")]
    if where := item.source.address:
        below += [own(" Address: "), quoted(where, web_address(where))]
    return Row(
        (
            (quoted(name),),
            (day(item.published),),
            tuple(says),
            (quoted(f"{item.source.name} ({item.source.reliability})"),),
        ),
        anchor("news", name),
        tuple(below),
    )


def _sources(found: Findings) -> Iterator[Block]:
    scenario = found.forecast.scenario
    said: dict[str, list[Run]] = {}
    for name, statement in scenario.statements.items():
        link = quoted(name, f"#{anchor('statement', name)}")
        for key in (f"source {statement.source}", f"expert {statement.expert}"):
            said.setdefault(key, []).append(link)
    rows = [
        Row(
            ((quoted(s.title),), (day(s.published),), (own(s.reliability or ""),)),
            anchor("source", name),
            (
                *((quoted(s.address, web_address(s.address)), own(" ")) if s.address else ()),
                own("Statements: "),
                *joined(said[f"source {name}"]),
                own("."),
            ),
        )
        for name, s in scenario.sources.items()
        if f"source {name}" in said
    ]
    if rows:
        columns = heads("Source", "Published", "Letter")
        caption = "Where statements were read; letter: its reliability, A to F"
        yield Table("all-sources", caption, columns, tuple(rows), (74, 15, 11), below="Where")
    people = [
        Row(
            (
                (quoted(e.name),),
                (quoted(e.post or ""),),
                (quoted(e.group),),
                (own(e.reliability or ""),),
            ),
            anchor("expert", name),
            (own("Statements: "), *joined(said[f"expert {name}"]), own(".")),
        )
        for name, e in scenario.experts.items()
        if f"expert {name}" in said
    ]
    if people:
        columns = heads("Name", "Post", "Group", "Letter")
        caption = "Who speaks; a group shares information and bias"
        widths = (26, 41, 22, 11)
        yield Table("speakers", caption, columns, tuple(people), widths, below="Statements")
    if not rows and not people:
        yield Paragraph((own("There are none."),))


def _method(found: Findings) -> Iterator[Block]:
    forecast = found.forecast
    scenario = forecast.scenario
    heard = [scenario.statements[name] for name in forecast.given.weights]
    articles = {s.source for s in heard if s.source}
    sizes = [
        counted(len(scenario.outcomes), "outcome"),
        counted(len(scenario.drivers), "driver"),
        counted(len(scenario.links), "link"),
        counted(len(heard), "counted statement"),
        counted(len(articles), "source"),
    ]
    yield Paragraph((own(f"This report rests on {', '.join(sizes[:-1])} and {sizes[-1]}."),))
    for text in METHOD:
        yield Paragraph((own(text),))
    for note in forecast.notes():
        yield Paragraph((quoted(note),), "note")
    known = {
        "sd of a node's base, log-odds": BASE_SD,
        "spread of a plain number, log-odds": NUMBER_SPREAD,
        "spread of one reader's reading of a word, log-odds": READING_SPREAD,
        "sd of a record's relevance, log-odds": RELEVANCE_SD,
    }
    named = {f"{name} in {forecast.model_file.name}": value for name, value in _named(found)}
    rows = [Row(((quoted(n),), (own(f"{v:g}"),))) for n, v in {**known, **named}.items()]
    columns, caption = heads("Constant", "Value"), "Constants"
    yield Table("constants", caption, columns, tuple(rows), (80, 20), LAST, kind="narrow")


def _named(found: Findings) -> list[tuple[str, float]]:
    """Return the numbers that the model file names."""
    try:
        return list(constants(model_text(found.forecast.model_file)).items())
    except SyntaxError:  # it was changed since
        return []


def _words(found: Findings) -> Iterator[Block]:
    directive = read_lexicon("icd203")
    words: dict[tuple[float, float], list[str]] = {}
    for word, band in directive.ranges.items():
        if word in directive.headwords.values():
            words.setdefault(band, []).append(word)
    rows = [
        Row(((own(" / ".join(spelled)),), (own(f"{low:.0%} to {high:.0%}"),)))
        for (low, high), spelled in sorted(words.items())
    ]
    caption = "The words of ICD 203, in which this report speaks of likelihood"
    columns = heads("Words", "Chance")
    yield Table("icd203", caption, columns, tuple(rows), (70, 30), LAST, kind="narrow")
    read = read_lexicon(found.forecast.scenario.lexicon)
    line = f"The words of statements are read by: {read.title}. {read.source}"
    yield Paragraph((own(line.rstrip(".") + "."),), "note")


def _inputs(found: Findings) -> Iterator[Block]:
    forecast, entry = found.forecast, found.entry
    pairs: list[tuple[str, Line]] = [
        ("Scenario", (own(forecast.scenario.slug),)),
        ("As of", (own(str(forecast.as_of)),)),
        ("Record", (own(forecast.record),)),
        ("Model, seed", (quoted(f"{forecast.model}, {forecast.seed}"),)),
        ("Hash of the model", (own(entry.model_text),)),
        ("Hash of the scenario as known", (own(entry.known),)),
        ("Belief", (own(forecast.belief.key),)),
    ]
    coded = forecast.scenario.coded
    if coded:
        pairs.insert(1, ("Coded", (own("by "), quoted(coded.by), own(f" on {coded.on}"))))
    yield Facts(tuple(pairs))
    files = from_json(entry.texts[entry.inputs])
    if files:
        rows = [Row(((quoted(_path(path)),), (own(digest),))) for path, digest in files.items()]
        columns = heads("File", "SHA-256")
        yield Table("files", "Files that were read", columns, tuple(rows), (45, 55))
    versions = [
        Row(((own(name),), (own(version),))) for name, version in from_json(entry.versions).items()
    ]
    columns = heads("Package", "Version")
    yield Table("versions", "Versions", columns, tuple(versions), (60, 40), kind="narrow")


def _path(path: str) -> str:
    """Return a file's path within its workspace; where it lies in none, its last three parts."""
    pure = PurePosixPath(path)
    return "/".join(pure.parts[-3:]) if pure.is_absolute() else path
