"""Take a message or a key press: record it, let it have its effect once, and say what to answer.

Everything is recorded before it has an effect. The same message again, as providers repeat what was not
answered in time, has no second effect and gets no second answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from broadcast.inbound.meaning import Meaning, Understood, understand
from broadcast.ledger.confirmations import Asked
from broadcast.ledger.inbox import NewInbound
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import InboundMessage, KeyPress
from broadcast.model.question import CONFIRM, DECLINE, FORWARD, AnswerMeans, PersonalAnswer
from broadcast.model.suppression import SuppressionReason, suppression

_KEYS = {"1": CONFIRM, "5": FORWARD, "9": DECLINE}
_ANSWERS = {Meaning.YES: CONFIRM, Meaning.NO: DECLINE, Meaning.FORWARD: FORWARD}


class Said(StrEnum):
    """What to say to a person who wrote or pressed a key; a template has the words."""

    NOTHING = "nothing"
    STOPPED = "stopped"
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


_SILENT = Taken(said=Said.NOTHING)


@dataclass(frozen=True, slots=True)
class Inbox:
    """Takes what people send on the channels of one ledger; a ledger belongs to one thread."""

    ledger: Ledger

    def message(self, channel: str, kind: AddressKind, message: InboundMessage, now: datetime) -> Taken:
        """Take a message; returns what to answer. Raises `LedgerError`: then it was not recorded."""
        asked = self.ledger.confirmations.asked_at(kind, message.sender, now)
        latest = asked[0] if asked else None
        understood = understand(message.text, latest.options if latest else ())
        new = NewInbound(
            channel=channel,
            message=message,
            kind=kind,
            meaning=understood.meaning,
            notice=latest.notice if latest else None,
            at=now,
        )
        if not self.ledger.inbox.record(new):
            return _SILENT
        if understood.meaning is Meaning.STOP:
            return self._stop(channel, kind, message.sender, now)
        answer = _answer(understood)
        if answer is None or latest is None:
            return self._unasked(new, latest)
        given = PersonalAnswer(answer=answer, means=AnswerMeans.REPLY, at=now, channel=channel)
        return self._answered(asked, given)

    def key(self, channel: str, press: KeyPress, now: datetime) -> Taken:
        """Take a key that was pressed during a call, or a button."""
        asked = self.ledger.confirmations.asked_in(channel, press.ref)
        if not asked:
            return Taken(said=Said.NO_QUESTION)
        options = asked[0].options
        answer = _KEYS.get(press.pressed, "") if not options else understand(press.pressed, options).option
        if not answer:
            return Taken(said=Said.AGAIN, mark=asked[0].mark, locale=asked[0].locale)
        given = PersonalAnswer(answer=answer, means=AnswerMeans.KEY, at=now, channel=channel)
        return self._answered(asked, given)

    def _answered(self, asked: Sequence[Asked], answer: PersonalAnswer) -> Taken:
        """Record one person's answer to the latest notice that asked, under all ids of the person there."""
        latest = asked[0]
        same = [one for one in asked if one.notice == latest.notice]
        first = self.ledger.confirmations.record(same, replace(answer, author=latest.name or latest.contact))
        said = _said(answer.answer)
        if not first:
            said = Said.ALREADY
        elif latest.closed:
            said = Said.OVER
        option = answer.answer if said is Said.CHOSEN else ""
        return Taken(said=said, mark=latest.mark, locale=latest.locale, option=option)

    def _stop(self, channel: str, kind: AddressKind, address: str, now: datetime) -> Taken:
        secret, source = self.ledger.store.secret(), f"a reply on {channel}"
        found = suppression(secret, kind, address, SuppressionReason.OPTED_OUT, source, now)
        self.ledger.suppressions.add([found])
        return Taken(said=Said.STOPPED)

    def _unasked(self, new: NewInbound, latest: Asked | None) -> Taken:
        """Answer a person once a day, so that two machines do not write to each other for ever."""
        if not self.ledger.inbox.answers_now(new):
            return _SILENT
        understood_without = new.meaning in {Meaning.YES, Meaning.NO, Meaning.FORWARD}
        said = Said.NO_QUESTION if understood_without and latest is None else Said.RECEIVED
        return Taken(said=said, locale=latest.locale if latest else "")


def _answer(understood: Understood) -> str | None:
    if understood.meaning is Meaning.OPTION:
        return understood.option
    return _ANSWERS.get(understood.meaning)


def _said(answer: str) -> Said:
    known = {CONFIRM: Said.CONFIRMED, FORWARD: Said.PASSED_ON, DECLINE: Said.DECLINED}
    return known.get(answer, Said.CHOSEN)
