"""A deck for a meeting: where we stand, what changed and why, what would change our mind.

`making` decides what is asked of the model, `pages` says it in words, pictures and tables, and
`setting` puts it on slides (tests/unit/test_deck.py).
"""

from estimative.decks.making import check_deck, deck

__all__ = ["check_deck", "deck"]
