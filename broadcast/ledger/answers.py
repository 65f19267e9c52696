"""Who has confirmed a notice, in time or late, and who has not: names for results, status and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.confirmations import Asked, Confirmation
from broadcast.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverAnswer:
    """A receiver of a notice that asks, and the answer; what is None is not known, or there is no answer.

    `channel` is where it came in; None for one that was entered by hand.
    """

    id: str
    name: str
    audience: str
    answer: str | None = None
    at: datetime | None = None
    channel: str | None = None

    def as_json(self) -> dict[str, str | None]:
        """Return the object of results."""
        at = self.at.isoformat() if self.at else None
        return {
            "id": self.id,
            "name": self.name,
            "audience": self.audience,
            "answer": self.answer,
            "at": at,
            "channel": self.channel,
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

    def as_json(self) -> dict[str, list[dict[str, str | None]]]:
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
        found[_group(answer)][person] = ReceiverAnswer(
            id=receiver.contact,
            name=receiver.name,
            audience=receiver.audience,
            answer=answer.answer if answer else None,
            at=answer.at if answer else None,
            channel=answer.channel if answer else None,
        )
    return NoticeAnswers(
        confirmed=tuple(found["confirmed"].values()),
        late=tuple(found["late"].values()),
        not_confirmed=tuple(found["not"].values()),
    )


def _group(answer: Confirmation | None) -> str:
    if answer is None or not answer.confirms:
        return "not"
    return "late" if answer.late else "confirmed"
