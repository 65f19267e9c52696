"""Convert rows into notices and texts, and back. Finding a notice does not need this module."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from broadcast.ledger.columns import moment
from broadcast.ledger.facts_json import content_hash, facts_from_json
from broadcast.ledger.records import Notice, NoticeText
from broadcast.ledger.store import Connection, Row
from broadcast.model.contact import Contact
from broadcast.model.incident import Phase
from broadcast.model.message import Message
from broadcast.model.notice import NoticeKind
from broadcast.model.plan import Planned

_AT_ONCE = 1000  # deliveries; a million of them must not be rows in memory at the same time


def notice_from(row: Row) -> Notice:
    """Return the notice a row holds, its facts read back."""
    return Notice(
        id=row["id"],
        incident_id=row["incident_id"],
        incident=row["incident"],
        sequence=row["sequence"],
        kind=NoticeKind(row["kind"]),
        phase=Phase(row["phase"]),
        facts=facts_from_json(row["facts"]),
        key=row["key"],
        inputs_hash=row["inputs_hash"],
        author=row["author"],
        created_at=moment(row["created_at"]),
        next_update_at=moment(row["next_update_at"]),
        finished_at=moment(row["finished_at"]),
        result=row["result"],
        identity=row["identity"],
        incident_identity=row["incident_identity"],
        expires_at=moment(row["expires_at"]),
    )


def text_from(row: Row) -> NoticeText:
    """Return the text a row holds."""
    slots = tuple(json.loads(row["slots"]))
    message = Message(
        locale=row["locale"], text=row["text"], subject=row["subject"], html=row["html"], slots=slots
    )
    return NoticeText(row["audience"], row["kind"], message)


def message_row(notice: int, text: NoticeText) -> tuple[object, ...]:
    """Return a text as a row of a notice."""
    message = text.message
    slots = json.dumps(message.slots)
    return (
        notice,
        text.template_audience,
        message.locale,
        text.kind,
        message.subject,
        message.text,
        message.html,
        slots,
    )


def keep_deliveries(connection: Connection, notice: int, deliveries: Iterable[Planned], at: float) -> None:
    """Record deliveries and the person of each, so many at a time; `at` is in seconds since the epoch."""
    owed = iter(deliveries)
    while chunk := list(islice(owed, _AT_ONCE)):
        recipients = [_recipient_row(planned.contact) for planned in chunk if planned.contact]
        connection.executemany("insert_recipient", recipients)
        digests = iter(recipients)
        rows = (
            _delivery_row(notice, planned, next(digests)[0] if planned.contact else None, at)
            for planned in chunk
        )
        connection.executemany("insert_delivery", rows)
        shares = (share for planned in chunk for share in _share_rows(notice, planned))
        connection.executemany("insert_shared", shares)


def _share_rows(notice: int, planned: Planned) -> Iterator[tuple[object, ...]]:
    """Yield the shared addresses of a delivery as rows."""
    for channel, number in planned.shares:
        yield channel, number, notice, planned.lane, planned.audience, planned.receiver


def _recipient_row(contact: Contact) -> tuple[str | None, ...]:
    """Return a person as a row, the digest of it first."""
    extra = json.dumps(dict(contact.extra), ensure_ascii=False) if contact.extra else "{}"
    # The same person in many notices is one row, as long as nothing about them changes.
    digest = content_hash(contact.id, contact.name, contact.phone or "", contact.email or "", extra)
    return digest, contact.id, contact.name, contact.phone, contact.email, extra


def _delivery_row(notice: int, planned: Planned, recipient: str | None, at: float) -> tuple[object, ...]:
    """Return a delivery as a row; `recipient` is the digest of its person."""
    return (
        notice,
        planned.audience,
        planned.template_audience,
        planned.locale,
        planned.lane,
        planned.receiver,
        recipient,
        _route(planned.route),
        planned.route[0] if planned.route else "",
        int(planned.required),
        planned.state.value,  # what is not exactly a `str` takes sqlite3 longer
        planned.reason,
        at,
    )


@lru_cache(maxsize=64)
def _route(channels: tuple[str, ...]) -> str:
    """Return a route as JSON. Thousands of deliveries share a few routes: each is converted once."""
    return json.dumps(channels)
