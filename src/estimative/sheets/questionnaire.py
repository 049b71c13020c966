"""What a sheet asks: the probability of each outcome and, if wanted, what each link does.

A question's id is what its row is called in a sheet: `talks`, `price=rises`, `talks -> agreement`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from estimative.inputs import canonical, content_hash
from estimative.names import did_you_mean, listed
from estimative.scenario import Scenario
from estimative.statements import InfluenceStatement, ProbabilityStatement, Statement

ID_DIGITS = 8
ARROW = " -> "


@dataclass(frozen=True)
class Question:
    """One row of a sheet.

    Attributes
    ----------
    title, definition, window, asked : str
        What the expert reads; a definition and a window may be empty.
    event : tuple of str, optional
        Outcome and state whose probability is asked.
    link : tuple of str, optional
        Cause and effect whose influence is asked.
    states : tuple of str
        Of a link, the states of cause and effect that are meant.
    """

    title: str
    definition: str
    window: str
    asked: str
    event: tuple[str, str] | None = None
    link: tuple[str, str] | None = None
    states: tuple[str, ...] = ()
    two_states: bool = True

    @property
    def id(self) -> str:
        """What its row is called."""
        if self.link is not None:
            return ARROW.join(self.link)
        assert self.event is not None
        return question_id(self.event, two_states=self.two_states)

    @property
    def name(self) -> str:
        """What its statements are called after the expert: small letters, digits and `_`."""
        if self.link is not None:
            return "_".join(self.link)
        assert self.event is not None
        return "_".join(self.event[:1] if self.two_states else self.event)

    def asks_of(self, statement: Statement) -> bool:
        """Whether a statement answers it.

        Parameters
        ----------
        statement : Statement
            Any statement.

        Returns
        -------
        bool
            True for the same event without a condition, or the same link and states.
        """
        match statement:
            case ProbabilityStatement():
                return statement.event == self.event and not statement.given
            case InfluenceStatement():
                states = (statement.cause_state, statement.effect_state)
                ends = (statement.cause, statement.effect)
                return statement.direct and ends == self.link and states == self.states
            case _:
                return False


def question_id(event: tuple[str, str], *, two_states: bool) -> str:
    """Return what the row of an event is called.

    Parameters
    ----------
    event : tuple of str
        Outcome and state.
    two_states : bool
        Whether the outcome has two, and the state is that which happens.

    Returns
    -------
    str
        Such as `talks` or `price=rises`.
    """
    return event[0] if two_states else "=".join(event)


def questions_of(scenario: Scenario, *, links: bool = False) -> tuple[Question, ...]:
    """Return what a sheet asks.

    Parameters
    ----------
    scenario : Scenario
        Its outcomes are asked for: of two states the one that happens, of more all but the quiet
        one, to which the rest is left.
    links : bool
        Whether the influence of each link is asked for too.

    Returns
    -------
    tuple of Question
        In the order of the scenario.
    """
    asked = []
    for name, outcome in scenario.outcomes.items():
        states = outcome.states
        quiet = outcome.quiet if outcome.quiet in states else states[0]
        wanted = states[-1:] if len(states) == 2 else [s for s in states if s != quiet]
        asked += [_about(scenario, (name, state)) for state in wanted]
    return (*asked, *(_about_link(scenario, link) for link in scenario.links if links))


def find_question(scenario: Scenario, written: str) -> Question:
    """Return the question that a row of a sheet names.

    Parameters
    ----------
    scenario : Scenario
        Names outcomes, drivers and links.
    written : str
        A question's id; an outcome's title, `outcome=state`, or either after the scenario's name
        and `/`, will do too.

    Returns
    -------
    Question
        The question.

    Raises
    ------
    ValueError
        If there is none; the message says what is allowed.
    """
    text = " ".join(written.split()).removeprefix(f"{scenario.slug}/").strip()
    if "->" in text:
        return _found_link(scenario, text)
    name, equals, state = (part.strip() for part in text.partition("="))
    name = _named(scenario, name, written)
    states = scenario.nodes[name]
    if not equals:
        if len(states) > 2:
            cure = listed(f"{name}={s}" for s in states)
            raise ValueError(f"'{name}' has more than two states; write {cure}")
        state = states[-1]
    elif state not in states:
        hint = did_you_mean(state, states)
        raise ValueError(f"'{name}' has no state '{state}'{hint} (allowed: {listed(states)})")
    return _about(scenario, (name, state))


def sheet_id(scenario: Scenario, asked: Iterable[Question], as_of: dt.date, number: int) -> str:
    """Return the id of a sheet: the same questions of the same day and round have the same.

    Parameters
    ----------
    scenario : Scenario
        Whose sheet it is.
    asked : iterable of Question
        The questions.
    as_of : date
        The day that experts are to speak as of.
    number : int
        The round.

    Returns
    -------
    str
        8 hexadecimal digits.
    """
    rows = [(q.id, q.title, q.definition, q.window, q.asked) for q in asked]
    return content_hash(canonical([scenario.slug, as_of, number, rows]))[:ID_DIGITS]


def _about(scenario: Scenario, event: tuple[str, str]) -> Question:
    name, state = event
    node = scenario.outcomes.get(name) or scenario.drivers[name]
    outcome = scenario.outcomes.get(name)
    window = f"{outcome.opens} to {outcome.by}" if outcome is not None else ""
    happens = len(node.states) == 2 and state == node.states[-1]
    what = "that this will be so" if happens and state == "yes" else f"of the state '{state}'"
    by = f" by {outcome.by}" if outcome is not None else ""
    return Question(
        title=node.title,
        definition=" ".join((node.definition or "").split()),
        window=window,
        asked=f"Probability {what}{by}, in %",
        event=event,
        two_states=happens,
    )


def _about_link(scenario: Scenario, link: tuple[str, str]) -> Question:
    nodes = {**scenario.drivers, **scenario.outcomes}
    states = tuple(nodes[end].states[-1] for end in link)
    cause, effect = (
        nodes[end].title + ("" if len(nodes[end].states) == 2 else f": {state}")
        for end, state in zip(link, states, strict=True)
    )
    return Question(
        title=f"{cause} -> {effect}",
        definition=f"What '{cause}', if it comes about, does by itself to '{effect}'.",
        window="",
        asked="Raises or lowers the chance, and how strongly, in the words of the list; leave it"
        " empty if it does neither",
        link=link,
        states=states,
    )


def _found_link(scenario: Scenario, text: str) -> Question:
    ends = tuple(part.strip() for part in text.split("->"))
    if ends not in scenario.links:
        known = [ARROW.join(link) for link in scenario.links]
        raise ValueError(
            f"no link '{text}'{did_you_mean(text, known)} (there are: {listed(known)})"
        )
    return _about_link(scenario, (ends[0], ends[1]))


def _named(scenario: Scenario, name: str, written: str) -> str:
    """Return the outcome or driver of a name or title."""
    if name in scenario.nodes:
        return name
    nodes = {**scenario.outcomes, **scenario.drivers}
    titled = [key for key, node in nodes.items() if node.title.casefold() == name.casefold()]
    if len(titled) == 1:
        return titled[0]
    hint = did_you_mean(name, [*scenario.nodes, *(node.title for node in nodes.values())])
    raise ValueError(f"no outcome '{written[:60]}'{hint} (there are: {', '.join(nodes)})")
