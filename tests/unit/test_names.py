"""The nearest legal name is found by what people mistake: case, spaces, letters, halves."""

import pytest

from estimative.names import as_identifier, did_you_mean, listed, nearest

LEGAL = ["arms_transfer", "unsc_sanctions", "us_sanctions", "K"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("arms_trasnfer", "arms_transfer"),
        ("Arms Transfer", "arms_transfer"),
        ("arms-transfer", "arms_transfer"),
        ("ArmsTransfer", "arms_transfer"),
        ("arms", "arms_transfer"),
        ("transfer", "arms_transfer"),
        ("un_sanctions", "unsc_sanctions"),
        ("us_sanction", "us_sanctions"),
        ("k", "K"),
        ("zebra", None),
        ("", None),
        ("ar", None),
    ],
)
def test_the_nearest_name(name, found):
    assert nearest(name, LEGAL) == found


def test_the_question_is_asked_only_when_there_is_an_answer():
    assert did_you_mean("arms", LEGAL) == "; did you mean 'arms_transfer'?"
    assert did_you_mean("zebra", LEGAL) == ""
    assert did_you_mean("arms", []) == ""


@pytest.mark.parametrize(
    ("names", "text"),
    [([], "nothing"), (["a"], "a"), (["a", "b"], "a or b"), (list("abc"), "a, b or c")],
)
def test_names_in_a_sentence(names, text):
    assert listed(names) == text


@pytest.mark.parametrize(
    ("text", "name"),
    [("US sanctions", "us_sanctions"), ("2nd strike!", "n2nd_strike"), ("Ä", "n"), ("a", "a")],
)
def test_an_identifier_for_any_text(text, name):
    assert as_identifier(text) == name
