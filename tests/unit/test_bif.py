"""BIF files: what they may look like, and the list of what can be wrong with one."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from estimative.errors import ScenarioError
from estimative.network import read_network

with warnings.catch_warnings():  # SWIG's, as an error at this place, ends the interpreter
    warnings.simplefilter("ignore", DeprecationWarning)
    import pyagrum as gum

NETWORKS = Path(__file__).parents[1] / "data" / "networks"

SMALL = """network small {
}
variable rain { type discrete [ 2 ] { yes, no }; }
variable lawn {
  type discrete [ 3 ] { dry, damp, wet };
}
probability ( rain ) {
  table 0.2, 0.8;
}
probability ( lawn | rain ) {
  (yes) 0.0, 0.1, 0.9;
  (no) 0.7, 0.2, 0.1;
}
"""
RAIN, LAWN = [0.2, 0.8], [[0.0, 0.1, 0.9], [0.7, 0.2, 0.1]]


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "net.bif"
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return read_network(path)


def assert_small(network):
    assert network.graph.states == {"rain": ("yes", "no"), "lawn": ("dry", "damp", "wet")}
    assert network.graph.parents == {"rain": (), "lawn": ("rain",)}
    np.testing.assert_allclose(network.cpt["rain"], RAIN, atol=1e-15)
    np.testing.assert_allclose(network.cpt["lawn"], LAWN, atol=1e-15)


def test_a_small_file(tmp_path):
    assert_small(read(tmp_path, SMALL))


def test_a_path_may_be_a_text(tmp_path):
    (tmp_path / "net.bif").write_text(SMALL)
    assert_small(read_network(str(tmp_path / "net.bif")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n", "\r\n"),
        ("network", "\ufeffnetwork"),
        (", ", " "),
        ("\n", " "),
        ("network small {\n}\n", ""),
        ("network small {", 'network "a small one" {\n property author "a; b" ;'),
        ("variable lawn {", "// a comment with { in it\nvariable lawn {"),
        ("0.2, 0.8", "0.2, // yes; or\n 0.8"),
        ("0.2, 0.8", "0.2/* ; a longer\none } */,0.8"),
        ("0.2, 0.8", "2e-1, .8"),
        ("0.2, 0.8", "2.E-01, +8.0e-1"),
        ("0.2, 0.8", "0.2000001, 0.8000002"),
        ("table 0.2, 0.8", "default 0.2, 0.8"),
        ("table 0.2, 0.8", "( ) 0.2, 0.8"),
        ("{ dry, damp, wet };", '{ "dry" "damp" "wet" };\n property position = (10, 20);'),
        ("lawn", '"lawn"'),
        ("lawn | rain", "lawn rain"),
        ("probability ( rain ) {", "probability ( rain ) { property x = y ;"),
        ("(yes) 0.0, 0.1, 0.9;\n", "default 0, 0.1, 0.9;\n"),
        ("(yes) 0.0", "default 0.3 0.3 0.4; (yes) 0.0"),
        ("(yes) 0.0, 0.1, 0.9;\n  (no) 0.7, 0.2, 0.1;", "table 0 0.7  0.1 0.2  0.9 0.1;"),
    ],
)
def test_the_same_written_otherwise(tmp_path, old, new):
    assert old in SMALL
    network = read(tmp_path, SMALL.replace(old, new))
    if "2000001" in new:
        np.testing.assert_allclose(network.cpt["rain"].sum(), 1.0, atol=1e-15)
        np.testing.assert_allclose(network.cpt["rain"], RAIN, atol=1e-6)
    else:
        assert_small(network)


def test_probabilities_may_come_before_their_variables(tmp_path):
    head, first, second, rest = SMALL.partition("variable rain")[0], *SMALL.split("probability")
    variables = first.removeprefix(head)
    assert_small(read(tmp_path, f"probability{rest}probability{second}{variables}"))


def test_names_are_utf_8_and_may_hold_blanks_and_signs(tmp_path):
    text = SMALL.replace("lawn", '"Rasen, grün"').replace("damp", "<=5%").replace("wet", "a/b")
    network = read(tmp_path, text)
    assert network.graph.states["Rasen, grün"] == ("dry", "<=5%", "a/b")


def test_rows_of_three_sixths_of_a_millionth_less_are_scaled(tmp_path):
    third = "0.333333, 0.333333, 0.333333"
    network = read(tmp_path, SMALL.replace("0.0, 0.1, 0.9", third))
    np.testing.assert_allclose(network.cpt["lawn"][0], 1 / 3, atol=1e-15)


def test_a_whole_table_of_two_parents_reads_as_others_read_it(tmp_path):
    text = """network unknown {}
      variable a { type discrete [2] { no, yes }; } variable b { type discrete [2] { x, y }; }
      variable c { type discrete [3] { p, q, r }; }
      probability ( a ) { table 0.5 0.5; } probability ( c ) { table 0.2 0.3 0.5; }
      probability ( b | a, c ) { table 0.1 0.2 0.3 0.4 0.5 0.6 0.9 0.8 0.7 0.6 0.5 0.4; }
    """
    network = read(tmp_path, text)
    np.testing.assert_allclose(network.cpt["b"][0, 2], [0.3, 0.7])
    np.testing.assert_allclose(network.cpt["b"][1, 0], [0.4, 0.6])
    other = gum.loadBN(str(tmp_path / "net.bif"))  # its tables do not outlive it
    table = other.cpt("b")
    for a, c in np.ndindex(2, 3):
        wanted = table[{"a": int(a), "c": int(c)}].tolist()
        np.testing.assert_allclose(network.cpt["b"][a, c], wanted, atol=1e-12)


@pytest.mark.parametrize("name", ["asia", "cancer", "sachs", "alarm"])
def test_every_table_is_as_another_program_reads_it(name):
    path = NETWORKS / f"{name}.bif"
    network, other = read_network(path), gum.loadBN(str(path))
    assert sorted(network.graph.nodes) == sorted(other.names())
    for node in network.graph.nodes:
        assert network.graph.states[node] == other.variable(node).labels()
        parents = network.graph.parents[node]
        assert set(parents) == {other.variable(i).name() for i in other.parents(node)}
        for place in np.ndindex(network.graph.shape(node)[:-1]):
            given = dict(zip(parents, map(int, place), strict=True))
            table = other.cpt(node)
            row = (table[given] if given else table).tolist()
            np.testing.assert_allclose(network.cpt[node][place], row, atol=1e-7)


def test_the_order_is_that_of_the_file():
    network = read_network(NETWORKS / "asia.bif")
    assert network.graph.nodes == (
        "asia", "tub", "smoke", "lung", "bronc", "either", "xray", "dysp",
    )  # fmt: skip
    assert network.graph.parents["either"] == ("lung", "tub")


def test_what_other_programs_write_is_read(tmp_path):
    original = read_network(NETWORKS / "sachs.bif")
    gum.saveBN(gum.loadBN(str(NETWORKS / "sachs.bif")), str(tmp_path / "again.bif"))
    again = read_network(tmp_path / "again.bif")
    found, wanted = again.marginals(), original.marginals()
    for node, values in wanted.items():
        np.testing.assert_allclose(found[node], values, atol=1e-6)


# What can be wrong: what is replaced, by what, the line, and what is said

BAD = [
    ("a word that begins no block", "variable lawn", "varible lawn", 4,
     "'varible' came; expected 'network', 'variable' or 'probability'; did you mean 'variable'?"),
    ("a word that begins no entry", "  table", "  tabel", 8,
     "'tabel' came; expected 'table', 'default', '(', 'property' or '}'; did you mean 'table'?"),
    ("a continuous variable", "discrete [ 3 ]", "continuous [ 3 ]", 5,
     "'continuous' came; expected 'discrete'"),
    ("a wrong number of states", "[ 3 ]", "[ 2 ]", 5, "'lawn' has 3 states, but [ 2 ]"),
    ("a state twice", "damp", "dry", 5, "the states of 'lawn' must be distinct"),
    ("no states", "[ 3 ] { dry, damp, wet }", "[ 0 ] { }", 5, "at least one"),
    ("no type", "type discrete [ 3 ] { dry, damp, wet };", "", 6, "variable 'lawn' has no type"),
    ("a variable twice", "variable lawn", "variable rain", 4,
     "variable 'rain' is declared again (first in line 3)"),
    ("a brace missing", "  table 0.2, 0.8;\n}", "  table 0.2, 0.8;\n", 10,
     "'probability' came; expected 'table'"),
    ("a semicolon missing", "0.1, 0.9;", "0.1, 0.9", 12, "'(' came; expected a number"),
    ("a file cut off", "0.2, 0.1;\n}", "0.2,", 12, "the file ends within a block"),
    ("a comment left open", "variable lawn", "/* variable lawn", 4,
     "a comment is opened and never closed"),
    ("a quotation left open", "variable lawn", 'variable "lawn', 4, "a quotation is opened"),
    ("a mark for a name", "variable lawn {", "variable {", 4,
     "'{' came; expected a variable's name"),
    ("a mark for a state", "{ dry,", "{ ( dry,", 5, "'(' came; expected a state or '}'"),
    ("a word for a number", "0.2, 0.8", "0.2, most", 8,
     "'most' came; expected a number from 0 to 1"),
    ("not a number", "0.2, 0.8", "nan, 0.8", 8, "'nan' came"),
    ("infinity", "0.2, 0.8", "1e999, 0.8", 8, "'1e999' came; expected a number from 0 to 1"),
    ("a percentage", "0.2, 0.8", "20%, 80%", 8, "'20%' came; expected a number from 0 to 1"),
    ("a negative number", "0.2, 0.8", "-0.2, 1.2", 8, "'-0.2' came"),
    ("a number above 1", "0.2, 0.8", "20, 80", 8, "'20' came; expected a number from 0 to 1"),
    ("a number too few", "0.2, 0.8", "1", 8, "1 probabilities of 'rain' came; its table has 2"),
    ("a number too many", "0.2, 0.1;", "0.2, 0.1, 0;", 12,
     "4 probabilities of 'lawn' came; it has 3 states"),
    ("an empty row", "(no) 0.7, 0.2, 0.1;", "(no) ;", 12, "0 probabilities of 'lawn' came"),
    ("a table that misses 1", "0.2, 0.8", "0.2, 0.7", 8,
     "the rows of the table of 'rain' miss 1 by up to 0.1"),
    ("a row that misses 1", "0.7, 0.2, 0.1;", "0.7, 0.2, 0.10001;", 12,
     "the row (no) of 'lawn' adds up to 1.00001, not 1"),
    ("a default that misses 1", "(no) 0.7", "default 0.6", 12,
     "the default of 'lawn' adds up to 0.9, not 1"),
    ("a table by rows",
     "(yes) 0.0, 0.1, 0.9;\n  (no) 0.7, 0.2, 0.1;", "table 0 0.1 0.9 0.7 0.2 0.1;", 11,
     "lists the first state under all parents' states, then the second"),
    ("a table and a row", "(yes) 0.0, 0.1, 0.9;", "table 0 0.7  0.1 0.2  0.9 0.1;", 12,
     "the table of 'lawn' is given whole in line 11; take one out"),
    ("a row missing", "  (no) 0.7, 0.2, 0.1;\n", "", 10, "'lawn' lacks the row (no)"),
    ("a table missing", "  table 0.2, 0.8;\n", "", 7, "'rain' lacks the table"),
    ("a row twice", "(no)", "(yes)", 12,
     "the row (yes) of 'lawn' is given again (first in line 11)"),
    ("a default twice", "(no) 0.7", "default 1 0 0; default 0.7", 12,
     "the default of 'lawn' is given again (first in line 12)"),
    ("a state that is not", "(no)", "(nope)", 12,
     "'rain' has no state 'nope'; it has yes and no; did you mean 'no'?"),
    ("a state too many", "(no)", "(no, yes)", 12,
     "the row (no, yes) of 'lawn' came; expected one state of each of (rain)"),
    ("a parent that is not", "lawn | rain", "lawn | rian", 10,
     "'rian' is not declared as a variable; did you mean 'rain'?"),
    ("a parent twice", "lawn | rain", "lawn | rain, rain", 10, "a parent of 'lawn' is named twice"),
    ("a probability of nothing", "( rain )", "( train )", 7, "'train' is not declared"),
    ("a probability twice", "( rain )", "( lawn )", 10,
     "the probability of 'lawn' is given again (first in line 7)"),
    ("no probability", "variable lawn", "variable sun { type discrete [1] { up }; } variable lawn",
     4, "'sun' has no 'probability ( sun ... )' block"),
    ("a cycle", "( rain ) {\n  table 0.2, 0.8;", "( rain | lawn ) {\n  default 0.2, 0.8;", 7,
     "the links form a cycle"),
    ("a cycle of one", "( rain ) {\n  table 0.2, 0.8;", "( rain | rain ) {\n  default 0.2, 0.8;", 7,
     "cycle: rain -> rain"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "message"), [b[1:] for b in BAD], ids=[b[0] for b in BAD]
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, old, new, line, message):
    assert SMALL.count(old) >= 1
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, SMALL.replace(old, new, 1))
    file = (tmp_path / "net.bif").as_posix()
    said = [p for p in error.value.problems if message in p.message]
    assert [(p.file, p.line) for p in said] == [(file, line)], str(error.value)


def test_all_wrong_tables_are_reported_at_once(tmp_path):
    text = (
        SMALL.replace("0.2, 0.8", "0.2, 0.7")
        .replace("(yes)", "(maybe)")
        .replace("0.1;\n}", "0.4;\n}")
    )
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, text)
    assert [p.line for p in error.value.problems] == [8, 11, 12]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "no variable; a network has at least one"),
        ("// nothing\n", "no variable"),
        ("network empty { }", "no variable"),
        (SMALL.replace("lawn", "grün").encode("latin-1"), "it is not UTF-8"),
        (b"PK\x03\x04\x00\xff", "it is not UTF-8"),
    ],
)
def test_files_that_are_no_network(tmp_path, content, message):
    with pytest.raises(ScenarioError, match=message):
        read(tmp_path, content)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ScenarioError, match=r"none\.bif: cannot be read: No such file"):
        read_network(tmp_path / "none.bif")


def test_too_large_a_table_is_refused_before_memory_is_taken(tmp_path):
    names = [f"c{i}" for i in range(40)]
    variables = "".join(f"variable {n} {{ type discrete [2] {{ no yes }}; }}\n" for n in names)
    roots = "".join(f"probability ({n}) {{ table 0.5 0.5; }}\n" for n in names[1:])
    text = f"{variables}{roots}probability ({' '.join(names)}) {{ default 0.5 0.5; }}"
    with pytest.raises(ScenarioError, match="the table of 'c0' has 1,099,511,627,776 entries"):
        read(tmp_path, text)
