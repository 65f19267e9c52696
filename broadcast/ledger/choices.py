"""What commands chose for their notices, and which notices the clock goes on with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Store
from broadcast.model.unknown import OnUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class OwingNotice:
    """A notice with messages that were not sent.

    Attributes:
        id: The number of the notice.
        on_unknown: What the latest command chose for unknown outcomes.
        created_at: When it was recorded.
        tried_at: When those were last tried or asked for that were tried in vain; None if there are none.
        active: Whether others wait as well.
    """

    id: int
    on_unknown: OnUnknown
    created_at: datetime
    tried_at: datetime | None
    active: bool


def choose(store: Store, notice: int, on_unknown: OnUnknown) -> None:
    """Keep what a command chose for unknown outcomes, and let the clock go on with the notice."""
    with store.transaction() as connection:
        connection.execute("choose_for_notice", {"notice": notice, "on_unknown": on_unknown})


def pause(store: Store, ref: str, sequence: int, now: datetime) -> None:
    """Let the clock leave a notice alone until a command goes on with it."""
    values = {"ref": ref, "sequence": sequence, "now": now.timestamp()}
    with store.transaction() as connection:
        connection.execute("pause_notice", values)


def owing_notices(store: Store) -> list[OwingNotice]:
    """Return the notices that the clock goes on with, the oldest first."""
    with store.reading() as connection:
        return [
            OwingNotice(
                id=row["id"],
                on_unknown=OnUnknown(row["on_unknown"]),
                created_at=moment(row["created_at"]),
                tried_at=moment(row["tried_at"]),
                active=bool(row["active"]),
            )
            for row in connection.execute("owing_notices", {"never": math.inf})
        ]
