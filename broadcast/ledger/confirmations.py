"""Questions and answers: who was asked to confirm, who did, and how.

An answer and the end of everything that is still to be sent to that person are one transaction: after it, no
further message of the notice is claimed for the person. A message whose request is under way cannot be called
back; it counts as confirmed.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.ledger.columns import moment
from broadcast.ledger.escalation_rows import answered
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.contact import AddressKind
from broadcast.model.ids import base_id, delivery_key, message_names, notice_mark
from broadcast.model.incident import Phase
from broadcast.model.question import DECLINE, FORWARD, AnswerMeans, NoticeQuestion, PersonalAnswer

#: An answer is matched to a question of the last week.
MEMORY = timedelta(days=7)
#: How many messages without a provider's id are looked through.
_LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One receiver of a notice that may be answered.

    `answer_by` is None if the notice asks nothing. `closed` says that the incident is over. `answered` says
    that the receiver has answered before.
    """

    notice: int
    sequence: int
    incident: str
    audience: str
    template_audience: str
    contact: str
    locale: str
    name: str
    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)
    options: tuple[str, ...]
    answer_by: datetime | None
    closed: bool
    answered: bool

    @property
    def place(self) -> str:
        """What names the receiver among all audiences: `agents:a-17`."""
        return f"{self.audience}:{base_id(self.contact)}"

    @property
    def mark(self) -> str:
        """The reference in texts: `INC-7/2`."""
        return notice_mark(self.incident, self.sequence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """An answer as the ledger has it; `late` says that it came after the question's time."""

    audience: str
    contact: str
    answer: str
    means: AnswerMeans
    channel: str | None
    author: str
    note: str
    at: datetime
    late: bool

    @property
    def confirms(self) -> bool:
        """Whether the person acts on the notice, or chose one of its options."""
        return self.answer not in {FORWARD, DECLINE}


class Confirmations:
    """The ledger's questions and answers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def question(self, notice: int) -> NoticeQuestion | None:
        """Return what a notice asks, or None."""
        with self._store.reading() as connection:
            row = connection.execute("question_of_notice", (notice,)).fetchone()
        return None if row is None else _question(row)

    def asked_at(self, kind: AddressKind, address: str, now: datetime) -> list[Asked]:
        """Return the receivers with an address whom a notice of the last week asked.

        The latest question without an answer is first. Of a notice, every receiver with the address is there:
        one person may be in several audiences.
        """
        wanted = {
            "since": (now - MEMORY).timestamp(),
            "phone": int(kind is AddressKind.PHONE),
            "address": address.lower(),
        }
        with self._store.reading() as connection:
            return [_asked(row) for row in connection.execute("asked_at_address", wanted)]

    def asked_in(self, channel: str, ref: str) -> list[Asked]:
        """Return the receivers of the message that a provider's id stands for, asked or not."""
        with self._store.reading() as connection:
            rows = connection.execute("asked_in_message", {"channel": channel, "ref": ref})
            return [_asked(row) for row in rows]

    def asked_under(self, channel: str, key: str) -> list[Asked]:
        """Return the receiver of a message by our own reference, while the provider's id is not recorded.

        A person may press a key before the answer to the request is recorded, or after it was lost.
        """
        secret = self._store.secret()
        with self._store.reading() as connection:
            wanted = {"channel": channel, "limit": _LIMIT}
            rows = connection.execute("asked_without_ref", wanted).fetchall()
        for row in rows:
            named = message_names(
                row["identity"] or "", row["audience"], row["contact"], channel, row["page"]
            )
            if hmac.compare_digest(delivery_key(secret, *named).encode(), key.encode(errors="replace")):
                return [_asked(row)]
        return []

    def asked_by(self, delivery: int) -> tuple[Asked, str | None] | None:
        """Return the person whom a delivery is for, and the identity of its notice."""
        with self._store.reading() as connection:
            row = connection.execute("asked_by_delivery", (delivery,)).fetchone()
        return None if row is None else (_asked(row), row["identity"])

    def receivers(self, notice: int) -> list[Asked]:
        """Return the people whom a notice is for, asked or not."""
        with self._store.reading() as connection:
            return [_asked(row) for row in connection.execute("receivers_of_notice", {"notice": notice})]

    def record(self, asked: Sequence[Asked], answer: PersonalAnswer) -> int:
        """Record one person's answer for these receivers of one notice; return how many answer first now.

        The first answer of a receiver counts. A confirmation ends everything that is still to be sent to the
        receiver; whoever passes on or declines gets nothing more of the notice either. Raises `LedgerError`.
        """
        with self._store.transaction() as connection:
            return sum(record_answer(connection, one, answer) for one in asked)

    def answer_of(self, asked: Asked) -> Confirmation | None:
        """Return the answer of one receiver, or None."""
        wanted = {"notice": asked.notice, "audience": asked.audience, "contact": asked.contact}
        with self._store.reading() as connection:
            row = connection.execute("confirmation_of_receiver", wanted).fetchone()
        return None if row is None else _confirmation(row)

    def is_awaited(self, notice: int) -> bool:
        """Return whether a person who has a notice, or may get it, has not answered."""
        with self._store.reading() as connection:
            return bool(connection.execute("awaits_answers", {"notice": notice}).fetchone()["found"])

    def missing(self, notice: int) -> int:
        """Return how many people for whom a notice is required have not confirmed it in time."""
        with self._store.reading() as connection:
            count: int = connection.execute("missing_confirmations", {"notice": notice}).fetchone()["count"]
            return count

    def of(self, notice: int) -> list[Confirmation]:
        """Return the answers to a notice, in the order in which they came."""
        with self._store.reading() as connection:
            rows = connection.execute("confirmations_of_notice", (notice,))
            return [_confirmation(row) for row in rows]


def ask(connection: Connection, notice: int, question: NoticeQuestion) -> None:
    """Record what a notice asks; part of the transaction that records the notice."""
    values = {
        "notice": notice,
        "text": question.text,
        "options": json.dumps(question.options),
        "asked_at": question.asked_at.timestamp(),
        "answer_by": question.answer_by.timestamp(),
        "wait": question.wait,
    }
    connection.execute("insert_question", values)


def record_answer(connection: Connection, asked: Asked, answer: PersonalAnswer) -> bool:
    """Record the answer of one receiver in a transaction; return whether it is the first."""
    values = {
        "notice": asked.notice,
        "audience": asked.audience,
        "contact": asked.contact,
        "answer": answer.answer,
        "means": answer.means,
        "channel": answer.channel,
        "author": answer.author,
        "note": answer.note,
        "at": answer.at.timestamp(),
    }
    if connection.execute("insert_confirmation", values).rowcount < 1:
        return False
    ends = answer.answer in {FORWARD, DECLINE}
    connection.execute("pass_on_deliveries" if ends else "confirm_deliveries", values)
    answered(connection, asked.notice, answer.at)
    return True


def _question(row: Row) -> NoticeQuestion:
    return NoticeQuestion(
        text=row["text"],
        options=tuple(json.loads(row["options"])),
        asked_at=moment(row["asked_at"]),
        answer_by=moment(row["answer_by"]),
        wait=row["wait"],
    )


def _asked(row: Row) -> Asked:
    return Asked(
        notice=row["notice"],
        sequence=row["sequence"],
        incident=row["incident"],
        audience=row["audience"],
        template_audience=row["texts"],
        contact=row["contact"],
        locale=row["locale"],
        name=row["name"] or "",
        phone=row["phone"],
        email=row["email"] and row["email"].lower(),
        options=tuple(json.loads(row["options"] or "[]")),
        answer_by=moment(row["answer_by"]),
        closed=Phase(row["phase"]).closed,
        answered=bool(row["answered"]),
    )


def _confirmation(row: Row) -> Confirmation:
    return Confirmation(
        audience=row["audience"],
        contact=row["contact"],
        answer=row["answer"],
        means=AnswerMeans(row["means"]),
        channel=row["channel"],
        author=row["author"],
        note=row["note"],
        at=moment(row["at"]),
        late=row["answer_by"] is not None and row["at"] > row["answer_by"],
    )
