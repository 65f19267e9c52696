"""What is to be shown below a message in a room once somebody pressed a button: every answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from broadcast.ledger.confirmations import Asked, Confirmation
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.channel import ChannelKind
from broadcast.model.inbound import KeyPress
from broadcast.model.message import Message
from broadcast.model.question import ROOM, AnswerMeans
from broadcast.model.room import RoomAnswer, RoomAnswers


def room_answers(ledger: Ledger, channel: str, press: KeyPress, now: datetime) -> RoomAnswers | None:
    """Return the message with its answers; None if it is in no room, asks nothing, or tells something newer.

    The first message of an incident's thread shows the latest notice: it is left alone once there is one.
    """
    confirmations = ledger.confirmations
    asked = confirmations.asked_in(channel, press.ref) or confirmations.asked_under(channel, press.key)
    if not asked or not asked[0].contact.startswith(ROOM):
        return None
    notice = ledger.incidents.notice(asked[0].notice)
    question, message = confirmations.question(notice.id), _message(ledger, asked[0])
    if question is None or message is None or _is_outdated(ledger, channel, notice, press.ref):
        return None
    given = confirmations.of(notice.id)
    return RoomAnswers(
        ref=press.ref,
        key=press.key,
        incident=notice.incident,
        sequence=notice.sequence,
        message=message,
        question=question,
        answers=tuple(map(_answer, given)),
        open=_is_open(ledger, notice, asked[0], given, now),
    )


def _message(ledger: Ledger, asked: Asked) -> Message | None:
    wanted = (asked.template_audience, asked.locale, ChannelKind.CHAT)
    texts = ledger.incidents.texts(asked.notice)
    found = (one.message for one in texts if (one.template_audience, one.message.locale, one.kind) == wanted)
    return next(found, None)


def _is_outdated(ledger: Ledger, channel: str, notice: Notice, ref: str) -> bool:
    root, _ = ledger.history.threads(notice.incident_id).get(channel, ("", ""))
    notices = ledger.incidents.notices(ledger.incidents.find(notice.incident, closed=True))
    return root == ref and notices[-1].sequence > max(notice.sequence, 0)


def _is_open(
    ledger: Ledger, notice: Notice, asked: Asked, given: Sequence[Confirmation], now: datetime
) -> bool:
    """Return whether another answer counts: for an escalation until it ends, else until the first one."""
    if asked.closed:
        return False
    if notice.sequence < 0:
        escalation = ledger.escalations.find(notice.id)
        return escalation.ended_at is None and now < escalation.expires_at
    return not any(one.contact.startswith(ROOM) for one in given)


def _answer(given: Confirmation) -> RoomAnswer:
    pressed = given.means is AnswerMeans.BUTTON
    return RoomAnswer(
        answer=given.answer,
        at=given.at,
        user=given.author if pressed else "",
        name="" if pressed else given.author or given.contact,
    )
