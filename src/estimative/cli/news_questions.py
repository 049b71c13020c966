"""What `news add` asks at a terminal: each question names what is allowed.

A wrong answer is asked again, as often as the scenario's own reader finds it wrong.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import typer

from estimative.lexicon import read_table
from estimative.names import listed
from estimative.news_files import KINDS, Draft, item_file, item_text, read_with
from estimative.output import say
from estimative.scenario import Scenario
from estimative.workflow import parse_day

FAULTS = {
    "source": ("source: name:",),
    "address": ("source: address:",),
    "reliability": ("source: reliability:",),
    "favours": ("bears_on: favours:", "bears_on: one outcome"),
    "ratio": ("bears_on: ratio:",),
    "change": ("statement:",),
    "name": ("the file's name",),
}
"""How the reader begins what it finds wrong with a field, if not with the field's own name."""
TOGETHER = ("kind", "published", "said", "source", "supersedes")
"""Fields without which others cannot be judged."""
SAID_NOW = {
    "probability": "probability: 70%, 60-80%, or a phrase such as likely",
    "influence": "strength: raises or lowers, alone or with slightly or strongly",
    "comparison": "strength: slightly, clearly or far",
    "base_rate": "happened: in how many of the periods",
}
"""For each kind of statement the key that a revision mostly changes, and what is allowed."""


def ask_for_missing(draft: Draft, scenario: Scenario) -> Draft:
    """Ask for what an item needs, or may have, and was not told.

    Parameters
    ----------
    draft : Draft
        What was told; only what is wrong in it is asked for again.
    scenario : Scenario
        Names what may be answered.

    Returns
    -------
    Draft
        With the answers.
    """
    questions = _Questions(draft, scenario)
    questions.forget_what_is_wrong()
    questions.ask("kind", listed(KINDS))
    questions.ask("published", "the day from which it counts, such as 2025-03-21, or today")
    questions.ask("said", "what is reported, in your own words")
    questions.ask("source", "who reports it")
    questions.ask("address", "where it can be read", optional=True)
    kind = str(questions.draft.kind)
    grade = "a letter A to F and a digit 1 to 6, such as B2; F6 when it cannot be judged"
    questions.ask("reliability", grade, optional=kind != "report")
    getattr(questions, kind)()
    name = "the file's, after the day: small letters, digits and -"
    questions.ask("name", name, default=questions.draft.short_name or None)
    return questions.draft


class _Questions:
    """One item, as it is asked for."""

    def __init__(self, draft: Draft, scenario: Scenario) -> None:
        self.draft = draft
        self.scenario = scenario

    def forget_what_is_wrong(self) -> None:
        """Say what is wrong with what was told, so that it is asked for."""
        for field, told in vars(self.draft).items():
            wrong = self._wrong(self.draft, field) if told else ()
            for message in wrong:
                say(message)
            if wrong:
                with_it = {"favours": ("ratio", "because"), "ratio": ("because",)}
                fields = (field, *with_it.get(field, ()))
                self.draft = replace(self.draft, **{f: getattr(Draft(), f) for f in fields})

    def report(self) -> None:
        """Ask where it comes from, which states it favours, how strongly and why."""
        known = sorted({item.origin for item in self.scenario.news.values() if item.origin})
        word = "a word that reprints of one report share"
        self.ask("origin", f"{word}: {listed(known)}" if known else word, optional=True)
        words = listed(read_table("diagnosticity")["words"])
        whole, explained = bool(self.draft.favours), bool(self.draft.because)
        while True:
            for state in self.draft.favours[len(self.draft.ratio) :]:
                ratio = f"if {state}, the report is likelier by: 4, or 2, 4, 8, or {words}"
                self.add("ratio", ratio)
                if not explained:
                    self.add("because", "why this ratio", optional=True)
            if whole or not self.add_state("favours", "the state it makes likelier"):
                return

    def observation(self) -> None:
        """Ask when it happened and which states it settles."""
        self.ask("happened", "a day, or two as 2025-03-14 to 2025-03-18", optional=True)
        if not self.draft.observed:
            while self.add_state("observed", "the state that was seen to hold"):
                pass
        self.explain()

    def revision(self) -> None:
        """Ask which statement is replaced and what is said now."""
        spoken = [n for n, s in self.scenario.statements.items() if s.kind in SAID_NOW]
        self.ask("supersedes", f"the statement it replaces: {listed(spoken)}")
        old = self.scenario.statements[str(self.draft.supersedes)]
        if old.kind in SAID_NOW and not self.draft.change:
            key, _, allowed = SAID_NOW[old.kind].partition(": ")
            say(f"before: {old.said}")
            self.add("change", allowed, key=key)
        self.explain()

    def retraction(self) -> None:
        """Ask what is taken back."""
        names = [*self.scenario.news, *self.scenario.statements]
        self.ask("retracts", f"the item or statement it takes back: {listed(names)}")
        self.explain()

    def explain(self) -> None:
        """Ask why it is encoded as it is."""
        if not self.draft.because:
            self.add("because", "why it is encoded so", optional=True)

    def ask(
        self, field: str, allowed: str, *, optional: bool = False, default: str | None = None
    ) -> None:
        """Ask for a field that holds one text, unless it was told."""
        if getattr(self.draft, field) is None:
            self._until_right(
                field, field, allowed, optional, default, lambda answer: answer or None
            )

    def add(
        self, field: str, allowed: str, *, optional: bool = False, key: str | None = None
    ) -> str:
        """Ask for one more text of a field that holds several; as `key=text` if there is a key."""
        told = getattr(self.draft, field)
        before = f"{key}=" if key else ""
        return self._until_right(
            field, key or field, allowed, optional, None, lambda answer: (*told, before + answer)
        )

    def add_state(self, field: str, allowed: str) -> str:
        """Ask for one more state, at least for one; nothing is what ends it."""
        told = getattr(self.draft, field)
        if not told:
            states = "; ".join(f"{n} ({listed(s)})" for n, s in self.scenario.nodes.items())
            say(f"outcomes and drivers, with their states: {states}")
        answer = self.add(field, f"{allowed}, as outcome=state", optional=bool(told))
        if not answer:
            self.draft = replace(self.draft, **{field: told})
        return answer

    def _until_right(
        self,
        field: str,
        name: str,
        allowed: str,
        optional: bool,
        default: str | None,
        value: Callable[[str], str | tuple[str, ...] | None],
    ) -> str:
        question = f"{name} ({allowed}{'; Enter for none' if optional else ''})"
        while True:
            answer: str = typer.prompt(
                question,
                default="" if optional else default,
                show_default=not optional,
                err=True,
            ).strip()
            if field == "published" and answer == "today":
                answer = str(parse_day(answer))
            changed: dict[str, Any] = {field: value(answer)}
            draft = replace(self.draft, **changed)
            wrong = self._wrong(draft, field) if answer else ()
            for message in wrong:
                say(message)
            if not wrong:
                self.draft = draft
                return answer

    def _wrong(self, draft: Draft, field: str) -> tuple[str, ...]:
        """Return what the reader finds wrong with a field, whatever is missing besides."""
        alone = Draft(**{name: getattr(draft, name) for name in {field, *TOGETHER}})
        alone = replace(alone, source=alone.source or "-")  # without which no grade is read
        if field in ("favours", "ratio"):  # neither is read without the other
            stand_in = ["1"] * (len(draft.favours) - len(alone.ratio))
            alone = replace(alone, favours=draft.favours, ratio=(*alone.ratio, *stand_in))
        item = draft.item if field == "name" else f"{draft.published}-item"
        try:
            if field == "name":
                item_file(self.scenario.folder, item)
            text = item_text(alone, self.scenario.folder)
        except (ValueError, FileExistsError) as error:
            return (str(error),)
        begins = FAULTS.get(field, (f"{field}:",))
        return tuple(
            problem.message
            for problem in read_with(self.scenario.folder, item, text)[1]
            if problem.message.startswith(begins) and ": is missing;" not in problem.message
        )
