"""Who has confirmed a notice, in time or late, and who has not: names for results, status and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from broadcast.ledger.confirmations import Asked, Confirmation
from broadcast.ledger.ledger import Ledger
from broadcast.model.question import REFUSALS, AnswerMeans


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverAnswer:
    """A receiver of a notice that asks, and the answer that counts; None if there is none.

    Attributes:
        id: The contact.
        name: The person.
        audience: The audience or rota in which the person was asked.
        answer: `confirm`, `pass-on`, `decline`, or an option.
        at: When it came.
        channel: Where it came in; None for a link, and for one that was entered by hand.
        means: How it came.
        by: Who gave it: "Ada or Ben" if both have the number that it came from.
        later: What the person said last, if that does not count.
        later_at: When that was.
    """

    id: str
    name: str
    audience: str
    answer: str | None = None
    at: datetime | None = None
    channel: str | None = None
    means: AnswerMeans | None = None
    by: str | None = None
    later: str | None = None
    later_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the object of results."""
        at, later_at = (one.isoformat() if one else None for one in (self.at, self.later_at))
        return {
            "id": self.id,
            "name": self.name,
            "audience": self.audience,
            "answer": self.answer,
            "at": at,
            "channel": self.channel,
            "means": self.means,
            "by": self.by,
            "later": {"answer": self.later, "at": later_at} if self.later else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAnswers:
    """The receivers of a notice, by what they answered.

    Attributes:
        confirmed: They confirmed in time.
        late: They confirmed after the time.
        not_confirmed: They did not answer, passed it on, or declined.
    """

    confirmed: tuple[ReceiverAnswer, ...] = ()
    late: tuple[ReceiverAnswer, ...] = ()
    not_confirmed: tuple[ReceiverAnswer, ...] = ()

    @property
    def taken_back(self) -> tuple[ReceiverAnswer, ...]:
        """The people who confirmed, and said later that they cannot."""
        return tuple(one for one in (*self.confirmed, *self.late) if one.later in REFUSALS)

    def as_json(self) -> dict[str, list[dict[str, Any]]]:
        """Return the object of results."""
        return {
            "confirmed": [one.as_json() for one in self.confirmed],
            "late": [one.as_json() for one in self.late],
            "not_confirmed": [one.as_json() for one in self.not_confirmed],
        }


def answers_to(ledger: Ledger, notice: int) -> NoticeAnswers | None:
    """Return who has confirmed a notice and who has not, None if it asks nothing; raises `LedgerError`."""
    confirmations = ledger.confirmations
    if confirmations.question(notice) is None:
        return None
    return answers(confirmations.receivers(notice), confirmations.of(notice))


def answers(receivers: Sequence[Asked], given: Sequence[Confirmation]) -> NoticeAnswers:
    """Return the receivers of a notice by what they answered."""
    known = {(one.audience, one.contact): one for one in given}
    found: dict[str, dict[tuple[str, str], ReceiverAnswer]] = {"confirmed": {}, "late": {}, "not": {}}
    for receiver in receivers:
        person = (receiver.audience, receiver.contact)
        answer = known.get(person)
        found[_group(answer)][person] = _answered(receiver, answer)
    return NoticeAnswers(
        confirmed=tuple(found["confirmed"].values()),
        late=tuple(found["late"].values()),
        not_confirmed=tuple(found["not"].values()),
    )


def _answered(receiver: Asked, answer: Confirmation | None) -> ReceiverAnswer:
    who = ReceiverAnswer(id=receiver.contact, name=receiver.name, audience=receiver.audience)
    if answer is None:
        return who
    return replace(
        who,
        answer=answer.answer,
        at=answer.at,
        channel=answer.channel,
        means=answer.means,
        by=answer.author or None,
        later=answer.later.answer if answer.later else None,
        later_at=answer.later.at if answer.later else None,
    )


def _group(answer: Confirmation | None) -> str:
    if answer is None or not answer.confirms:
        return "not"
    return "late" if answer.late else "confirmed"
