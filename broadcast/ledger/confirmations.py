"""Questions and answers: who was asked to confirm, who did, and how.

An answer and the end of everything that is still to be sent to that person are one transaction: after it, no
further message of the notice is claimed for the person. A message whose request is under way cannot be called
back; it counts as confirmed.

One answer of a receiver counts, and it changes only towards confirming (`broadcast.model.question.outranks`).
Every other answer is kept beside it.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from broadcast.ledger.columns import moment
from broadcast.ledger.escalation_rows import answered, end_if_all_confirmed
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.contact import AddressKind
from broadcast.model.ids import base_id, delivery_key, message_names, notice_mark
from broadcast.model.incident import Phase
from broadcast.model.names import name_words
from broadcast.model.question import (
    REFUSALS,
    AnswerMeans,
    NoticeQuestion,
    PersonalAnswer,
    confirms,
    outranks,
    room_of,
)

#: An answer is matched to a question of the last week.
MEMORY = timedelta(days=7)
#: How many messages without a provider's id are looked through.
_LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One receiver of a notice that may be answered.

    `answer_by` is None if the notice asks nothing. `closed` says that the incident is over. `answer` is the
    answer that counts so far, None without one.
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
    answer: str | None

    @property
    def place(self) -> str:
        """What names the receiver among all audiences: `agents:a-17`."""
        return f"{self.audience}:{base_id(self.contact)}"

    @property
    def mark(self) -> str:
        """The reference in texts: `INC-7/2`."""
        return notice_mark(self.incident, self.sequence)


class AnswerEffect(IntEnum):
    """What became of an answer."""

    NONE = 0  # the person had said the same before
    NOTED = 1  # it is kept, and an earlier answer of the person counts
    COUNTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAnswer:
    """An answer of a receiver that does not count.

    `counted` says that it counted until the person changed their mind towards confirming; if not, it came
    after the answer that counts.
    """

    audience: str
    contact: str
    answer: str
    means: AnswerMeans
    channel: str | None
    author: str
    note: str
    at: datetime
    counted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """The answer of a receiver that counts; `late` says that it came after the question's time.

    `later` is what the person said last, if that does not count: "cannot" after a confirmation.
    """

    audience: str
    contact: str
    answer: str
    means: AnswerMeans
    channel: str | None
    author: str
    note: str
    at: datetime
    late: bool
    later: OtherAnswer | None = None

    @property
    def confirms(self) -> bool:
        """Whether the person acts on the notice, or chose one of its options."""
        return confirms(self.answer)


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

    def reached_at(self, kind: AddressKind, address: str, now: datetime) -> list[Asked]:
        """Return the receivers with an address whom a notice of the last week told, the latest first."""
        wanted = {
            "since": (now - MEMORY).timestamp(),
            "phone": int(kind is AddressKind.PHONE),
            "address": address.lower(),
            "limit": _LIMIT,
        }
        with self._store.reading() as connection:
            return [_asked(row) for row in connection.execute("reached_at_address", wanted)]

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

    def entries(self, asked: Asked) -> list[Asked]:
        """Return a receiver with that person's other entries at the notice: the same name and address."""
        wanted = {"notice": asked.notice, "audience": asked.audience, "contact": asked.contact}
        with self._store.reading() as connection:
            rows = connection.execute("receivers_at_same_address", wanted).fetchall()
        name = name_words(asked.name)
        return [asked, *(one for one in map(_asked, rows) if name and name_words(one.name) == name)]

    def receivers(self, notice: int) -> list[Asked]:
        """Return the people whom a notice is for, asked or not."""
        with self._store.reading() as connection:
            return [_asked(row) for row in connection.execute("receivers_of_notice", {"notice": notice})]

    def record(self, asked: Sequence[Asked], answer: PersonalAnswer) -> AnswerEffect:
        """Record one person's answer for these receivers of one notice, and return its strongest effect.

        A confirmation ends everything that is still to be sent to the receiver; people who pass on or decline
        get nothing more of the notice either. Raises `LedgerError`.
        """
        with self._store.transaction() as connection:
            return record_answers(connection, asked, answer)

    def answer_of(self, asked: Asked) -> Confirmation | None:
        """Return the answer of one receiver that counts, or None."""
        wanted = {"notice": asked.notice, "audience": asked.audience, "contact": asked.contact}
        with self._store.reading() as connection:
            row = connection.execute("confirmation_of_receiver", wanted).fetchone()
        return None if row is None else _confirmation(row, None)

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
        """Return the answers to a notice that count, in the order in which they came."""
        with self._store.reading() as connection:
            rows = connection.execute("confirmations_of_notice", (notice,)).fetchall()
            others = connection.execute("other_answers_of_notice", (notice,)).fetchall()
        last = {(one["audience"], one["contact"]): one for one in others}
        return [_confirmation(row, last.get((row["audience"], row["contact"]))) for row in rows]

    def others(self, notice: int) -> list[OtherAnswer]:
        """Return the answers to a notice that do not count, in the order in which they were recorded."""
        with self._store.reading() as connection:
            rows = connection.execute("other_answers_of_notice", (notice,))
            return [_other(row) for row in rows]


def ask(connection: Connection, notice: int, question: NoticeQuestion) -> None:
    """Record what a notice asks; part of the transaction that records the notice."""
    values = {
        "notice": notice,
        "text": question.text,
        "options": json.dumps(question.options),
        "asked_at": question.asked_at.timestamp(),
        "answer_by": question.answer_by.timestamp(),
        "wait": question.wait,
        "policy": question.policy,
    }
    connection.execute("insert_question", values)


def record_answers(connection: Connection, asked: Sequence[Asked], answer: PersonalAnswer) -> AnswerEffect:
    """Record the answer of these receivers in a transaction; return the strongest effect."""
    return max((_record(connection, one, answer) for one in asked), default=AnswerEffect.NONE)


def _record(connection: Connection, asked: Asked, answer: PersonalAnswer) -> AnswerEffect:
    values = {
        "notice": asked.notice,
        "audience": asked.audience,
        "contact": asked.contact,
        "receiver": room_of(asked.contact),
        "answer": answer.answer,
        "means": answer.means,
        "channel": answer.channel,
        "author": answer.author,
        "note": answer.note,
        "at": answer.at.timestamp(),
    }
    before = connection.execute("answer_of_receiver", values).fetchone()
    if before is None:
        connection.execute("insert_confirmation", values)
    elif before["latest"] == answer.answer:
        return AnswerEffect.NONE
    elif _counts_instead(connection, asked, answer.answer, before["answer"]):
        connection.execute("keep_replaced_answer", values)
        connection.execute("replace_confirmation", values)
    else:
        connection.execute("insert_other_answer", values)
        return AnswerEffect.NOTED
    ends = answer.answer in REFUSALS
    connection.execute("pass_on_deliveries" if ends else "confirm_deliveries", values)
    answered(connection, asked.notice, answer.at)
    end_if_all_confirmed(connection, asked.notice, answer.at)
    return AnswerEffect.COUNTS


def _counts_instead(connection: Connection, asked: Asked, answer: str, before: str) -> bool:
    """Return whether an answer counts instead of the one before; people may vote anew while it is asked."""
    if outranks(answer, before):
        return True
    voted = {answer, before} <= set(asked.options)
    return voted and bool(connection.execute("escalation_is_running", (asked.notice,)).fetchone()[0])


def _question(row: Row) -> NoticeQuestion:
    return NoticeQuestion(
        text=row["text"],
        options=tuple(json.loads(row["options"])),
        asked_at=moment(row["asked_at"]),
        answer_by=moment(row["answer_by"]),
        wait=row["wait"],
        policy=row["policy"],
        approves=bool(row["approves"]),
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
        answer=row["answer"],
    )


def _other(row: Row) -> OtherAnswer:
    return OtherAnswer(
        audience=row["audience"],
        contact=row["contact"],
        answer=row["answer"],
        means=AnswerMeans(row["means"]),
        channel=row["channel"],
        author=row["author"],
        note=row["note"],
        at=moment(row["at"]),
        counted=bool(row["counted"]),
    )


def _confirmation(row: Row, last: Row | None) -> Confirmation:
    """Return the answer of a row; `last` is the last other answer of the receiver, if there is one."""
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
        later=None if last is None or last["counted"] or last["answer"] == row["answer"] else _other(last),
    )
