"""Record notices that are no news for readers, beside the incidents: reminders, and requests for approval."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from broadcast.model.ids import notice_identity
from broadcast.model.notice import NoticeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from broadcast.ledger.records import NoticeText
    from broadcast.ledger.store import Connection
    from broadcast.model.notice import Facts
    from broadcast.model.plan import Planned


@dataclass(frozen=True, slots=True, kw_only=True)
class SideNotice:
    """What such a notice says, and to whom; `kinds` has the kind of text of every channel."""

    facts: Facts
    texts: Sequence[NoticeText]
    deliveries: Iterable[Planned]
    kinds: Mapping[str, str]


def record_side_notice(connection: Connection, record: int, new: SideNotice, at: float) -> int:
    """Record it with everything that it owes, and return its number.

    `record` is the number of the record that it belongs to, below zero; `at` is in seconds since the epoch.
    """
    from broadcast.ledger.facts_json import content_hash, facts_to_json
    from broadcast.ledger.rows import keep_deliveries, message_row

    sequence = connection.execute("next_sequence", (record,)).fetchone()[0]
    values = (
        record,
        sequence,
        NoticeKind.UPDATE,
        new.facts.phase,
        facts_to_json(new.facts),
        content_hash(*(text.message.text for text in new.texts)),
        None,
        "",
        "tick",
        at,
        None,
        notice_identity(None, ""),
        json.dumps(dict(new.kinds)),
    )
    notice: int = connection.execute("insert_notice", values).fetchone()[0]
    connection.executemany("insert_message", (message_row(notice, text) for text in new.texts))
    keep_deliveries(connection, notice, new.deliveries, at)
    return notice
