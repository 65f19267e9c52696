"""Take a message or a key press: record it, let it have its effect once, and say what to answer.

A message and its effect are one transaction. The same message again, as providers repeat what was not
answered in time, has no second effect and gets no second answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from broadcast.inbound.answerable import is_answerable, is_customer
from broadcast.inbound.meaning import Meaning, Understood, understand
from broadcast.ledger.confirmations import Asked
from broadcast.ledger.inbox import InboundEffect, InboundTaken, NewInbound
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import InboundMessage, KeyPress
from broadcast.model.question import CONFIRM, DECLINE, FORWARD, AnswerMeans, PersonalAnswer
from broadcast.model.suppression import SuppressionReason, suppression

#: What the keys of a call do (`channels/voice/twiml.py` says it to the person).
_KEYS = {"1": CONFIRM, "5": FORWARD, "9": DECLINE}
#: With this key, customers end all calls.
_LEAVE = "9"
#: Keys of a notice that asks nothing.
_KEYS_UNASKED = {"1": CONFIRM}
_ANSWERS = {Meaning.YES: CONFIRM, Meaning.NO: DECLINE, Meaning.FORWARD: FORWARD}
_ROOM = "channel:"
#: The reference in texts, as people copy it: `[INC-7/2]`.
_MARK = re.compile(r"\[?\b(INC-[0-9]+)(?:/([0-9]+))?\b\]?", re.ASCII | re.IGNORECASE)


class Said(StrEnum):
    """What to say to a person who wrote or pressed a key; `phrases` has the words."""

    NOTHING = "nothing"
    STOPPED = "stopped"
    STARTED = "started"
    CONFIRMED = "confirmed"
    PASSED_ON = "passed_on"
    DECLINED = "declined"
    CHOSEN = "chosen"
    ALREADY = "already"  # the person has answered before
    OVER = "over"  # the incident has ended since
    NO_QUESTION = "no_question"
    RECEIVED = "received"  # something else was written; people will read it
    AGAIN = "again"  # a key that means nothing here


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message: what to say, about which notice (`INC-7/2`), in which language."""

    said: Said
    mark: str = ""
    locale: str = ""
    option: str = ""


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes what people send on the channels of one ledger; a ledger belongs to one thread.

    Attributes:
        ledger: Where it is recorded.
        internal: The audiences whose people are on duty: they cannot unsubscribe by a key.
        own: Our own numbers, which are never answered.
    """

    ledger: Ledger
    internal: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def message(self, channel: str, kind: AddressKind, message: InboundMessage, now: datetime) -> Taken:
        """Take a message; returns what to answer. Raises `LedgerError`: then it was not recorded."""
        everything = self.ledger.confirmations.asked_at(kind, message.sender, now)
        asked, text = _named(everything, message.text)
        latest = asked[0] if asked else None
        understood = (
            understand(text, latest.options if latest else ())
            if message.proved
            else Understood(Meaning.OTHER)
        )
        new = NewInbound(
            channel=channel,
            message=message,
            kind=kind,
            meaning=understood.meaning,
            notice=latest.notice if latest else None,
            at=now,
            answerable=is_answerable(kind, message.sender, message.recipient, self.own)
            and not message.answered,
        )
        effect = self._effect(new, understood, asked)
        taken = self.ledger.inbox.take(new, effect)
        if not taken.answer:
            return Taken(said=Said.NOTHING)
        locale = latest.locale if latest else ""
        said = _said(understood, effect, taken, latest)
        option = understood.option if said is Said.CHOSEN else ""
        return Taken(said=said, mark=latest.mark if latest else "", locale=locale, option=option)

    def key(
        self, channel: str, press: KeyPress, now: datetime, means: AnswerMeans = AnswerMeans.KEY
    ) -> Taken:
        """Take a key that was pressed during a call, or a button.

        In a room, the first press of anybody answers for the room; it is recorded who pressed.
        """
        asked = self.ledger.confirmations.asked_in(channel, press.ref)
        if not asked and press.key:
            asked = self.ledger.confirmations.asked_under(channel, press.key)
        if not asked:
            return Taken(said=Said.NO_QUESTION)
        latest = asked[0]
        if press.pressed == _LEAVE and is_customer(latest, self.internal) and latest.phone:
            self._leave(channel, latest.phone, now)
            return Taken(said=Said.STOPPED, mark=latest.mark, locale=latest.locale)
        answer = self._pressed(press.pressed, latest)
        if not answer:
            return Taken(said=Said.AGAIN, mark=latest.mark, locale=latest.locale)
        given = PersonalAnswer(answer=answer, means=means, at=now, channel=channel, author=press.sender)
        of_room = latest.contact.startswith(_ROOM)
        first = self.ledger.confirmations.record(*((asked, given) if of_room else _personal(asked, given)))
        said = _said_to_answer(answer, latest, first)
        option = answer if said is Said.CHOSEN else ""
        return Taken(said=said, mark=latest.mark, locale=latest.locale, option=option)

    def _pressed(self, key: str, asked: Asked) -> str:
        """Return the answer that a key stands for; empty if it stands for none."""
        if asked.options:
            return understand(key, asked.options).option
        silent = is_customer(asked, self.internal) or asked.answer_by is None
        return (_KEYS_UNASKED if silent else _KEYS).get(key, "")

    def _leave(self, channel: str, number: str, now: datetime) -> None:
        secret, source = self.ledger.secret(), f"a key on {channel}"
        reason = SuppressionReason.OPTED_OUT
        found = suppression(secret, AddressKind.PHONE, number, reason, source, now)
        self.ledger.suppressions.add([found])

    def _effect(self, new: NewInbound, understood: Understood, asked: Sequence[Asked]) -> InboundEffect:
        if understood.meaning is Meaning.STOP:
            secret, source = self.ledger.secret(), f"a reply on {new.channel}"
            reason = SuppressionReason.OPTED_OUT
            found = suppression(secret, new.kind, new.message.sender, reason, source, new.at)
            return InboundEffect(suppress=found)
        if understood.meaning is Meaning.START:
            return InboundEffect(release=True)
        answer = understood.option or _ANSWERS.get(understood.meaning)
        if answer is None or not asked:
            return InboundEffect()
        given = PersonalAnswer(answer=answer, means=AnswerMeans.REPLY, at=new.at, channel=new.channel)
        receivers, personal = _personal(asked, given)
        return InboundEffect(receivers=receivers, answer=personal)


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


def _personal(asked: Sequence[Asked], answer: PersonalAnswer) -> tuple[list[Asked], PersonalAnswer]:
    """Return the latest notice that asked, under all ids of the person there, and the person's answer."""
    latest = asked[0]
    same = [one for one in asked if one.notice == latest.notice]
    return same, replace(answer, author=latest.name or latest.contact)


def _said(understood: Understood, effect: InboundEffect, taken: InboundTaken, latest: Asked | None) -> Said:
    if effect.suppress is not None:
        return Said.STOPPED
    if effect.release and taken.changed:
        return Said.STARTED
    if effect.answer is not None and latest is not None:
        return _said_to_answer(effect.answer.answer, latest, taken.changed)
    return Said.NO_QUESTION if understood.meaning in _ANSWERS else Said.RECEIVED


def _said_to_answer(answer: str, latest: Asked, first: int) -> Said:
    if not first:
        return Said.ALREADY
    if latest.closed:
        return Said.OVER
    known = {CONFIRM: Said.CONFIRMED, FORWARD: Said.PASSED_ON, DECLINE: Said.DECLINED}
    return known.get(answer, Said.CHOSEN)
