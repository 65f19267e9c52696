"""Which question a message answers, and for whom. Pure.

A person may have been asked several things, and several people may share a number. One message is one answer
of one person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.inbound.meaning import Meaning, Understood, is_short, understand
from broadcast.ledger.confirmations import Asked
from broadcast.model.ids import base_id
from broadcast.model.names import name_words
from broadcast.model.question import CONFIRM, DECLINE, FORWARD

ANSWERS = {Meaning.YES: CONFIRM, Meaning.NO: DECLINE, Meaning.FORWARD: FORWARD}
#: The reference in texts, as people copy it: `[INC-7/2]`.
_MARK = re.compile(r"\[?\b(INC-[0-9]+)(?:/([0-9]+))?\b\]?", re.ASCII | re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """What a message is about.

    Attributes:
        asked: The entries of one person at one notice; empty if nothing was asked.
        understood: What the message means there.
        is_short: Whether the message is so short that it was meant as an answer.
        sharing: Names of all people who were asked that at this address, if there are several: it is not
            known which of them wrote.
    """

    asked: Sequence[Asked]
    understood: Understood
    is_short: bool = False
    sharing: tuple[str, ...] = ()

    @property
    def answer(self) -> str | None:
        """The answer that was given; None if the message is none."""
        return self.understood.option or ANSWERS.get(self.understood.meaning)


def addressed(asked: Sequence[Asked], text: str, now: datetime) -> Addressed:
    """Return what a message is about.

    Questions of open incidents go first, then those whose time is not over, then those without an answer,
    then the latest. The first one where the answer changes something is meant: after "no", a "yes" does.

    Args:
        asked: The receivers with the sender's address, the latest question first.
        text: The message.
        now: When it came.
    """
    named, rest = _named(asked, text)
    units = sorted(_units(named), key=lambda unit: _order(unit.asked[0], now))
    wanted = [unit for unit in units if unit.is_named_in(rest)] or units
    found = [
        Addressed(
            asked=unit.asked,
            understood=understand(rest, unit.asked[0].options),
            is_short=is_short(rest),
            sharing=unit.sharing,
        )
        for unit in wanted
    ]
    answering = [one for one in found if one.answer is not None]
    changing = (one for one in answering if one.asked[0].answer != one.answer)
    unasked = Addressed(asked=(), understood=understand(rest))
    return next(changing, None) or next(iter([*answering, *found]), unasked)


@dataclass(frozen=True, slots=True)
class _Unit:
    """One person at one notice; `sharing` has all people there if several share the address."""

    asked: Sequence[Asked]
    sharing: tuple[str, ...]

    def is_named_in(self, text: str) -> bool:
        """Return whether the text has a word of the person's name which nobody else has."""
        if not self.sharing:
            return False
        own = self.asked[0].name
        others = {word for name in self.sharing if name != own for word in name_words(name)}
        words = {word.casefold() for word in _WORD.findall(text)}
        return bool((name_words(own) - others) & words)


def _named(asked: Sequence[Asked], text: str) -> tuple[Sequence[Asked], str]:
    """Return the questions that a text names (`INC-7`, `INC-7/2`), and the text without the name.

    If it names none of them, all are returned.
    """
    found = _MARK.search(text)
    if found is None:
        return asked, text
    incident, sequence = found[1].upper(), found[2]
    named = [one for one in asked if one.incident == incident and sequence in {None, str(one.sequence)}]
    return named or asked, _MARK.sub(" ", text)


def _units(asked: Sequence[Asked]) -> Iterator[_Unit]:
    for notice in dict.fromkeys(one.notice for one in asked):
        here = [one for one in asked if one.notice == notice]
        people: dict[object, list[Asked]] = {}
        several = len({name_words(one.name) for one in here if one.name}) > 1
        for one in here:
            person = (name_words(one.name) or base_id(one.contact)) if several else None
            people.setdefault(person, []).append(one)
        names = tuple(entries[0].name or base_id(entries[0].contact) for entries in people.values())
        for entries in people.values():
            yield _Unit(entries, names if several else ())


def _order(asked: Asked, now: datetime) -> tuple[bool, bool, bool]:
    late = asked.answer_by is not None and now > asked.answer_by
    return asked.closed, late, asked.answer is not None
