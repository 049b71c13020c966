"""Words and addresses that anybody may have written, beside ours."""

import pytest

from estimative.quoting import FIRST_STRONG, POP, apart, clean, legible, straight, web_address


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://tass.com/world/1", True),
        ("HTTP://example.org/a?b=c#d", True),
        ("javascript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("\\\\server\\share", False),
        ("//example.org", False),
        ("https://", False),
        ("https://example.org/\u202egro", False),
        ('https://example.org/"onclick=x', False),
        ("http://[bad", False),
        ("K, paragraph 8", False),
        (None, False),
    ],
)
def test_only_addresses_of_the_web_are_links(address, safe):
    assert bool(web_address(address)) == safe


def test_words_that_are_cleaned():
    assert clean("a\x00b\u202ec\td\ud800") == "abc d"
    assert clean("\u2066 a \u2069\n b ") == "a b"
    assert legible("a\x00b\tc\ud800") == "ab c"
    assert straight("a\u202eb\u2069") == "ab"


def test_words_from_right_to_left_stand_apart():
    assert apart("plain") == "plain"
    assert apart("a\u202eb\u2069") == "ab"
    assert apart("سلام") == f"{FIRST_STRONG}سلام{POP}"
    assert apart(apart("سلام")) == apart("سلام")
