"""Groups of alerts between their arrival and their draft."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store
from broadcast.model.alert import Alert, AlertGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class UndraftedAlerts:
    """A group with news that stand in no draft yet.

    `opened_at` is when it came first. `written` is the digest of its draft as it was written last, "" if
    there is none.
    """

    group: AlertGroup
    opened_at: datetime
    version: int
    written: str


class AlertRecords:
    """The ledger's groups of alerts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, groups: Sequence[AlertGroup], now: datetime) -> None:
        """Record news; the end of a group that was never reported changes nothing."""
        with self._store.transaction() as connection:
            for group in groups:
                values = {"digest": group.digest, "document": _json(group)}
                if group.firing:
                    connection.execute("alert_fires", {**values, "now": now.timestamp()})
                else:
                    connection.execute("alert_ends", values)

    def without_draft(self) -> list[UndraftedAlerts]:
        """Return the groups with news that stand in no draft yet, the oldest first."""
        with self._store.reading() as connection:
            return [_undrafted(row) for row in connection.execute("alerts_without_draft")]

    def drafted(self, news: UndraftedAlerts, written: str, write: Callable[[], None]) -> bool:
        """Record that the draft says these news; what alerts said is kept no longer in the ledger.

        `write` changes the file in the same transaction, so that two processes never write one draft at
        once; what it raises takes the record back. Returns False, without a call of `write`, if there are
        later news, or another process did it.
        """
        values = {"digest": news.group.digest, "version": news.version}
        with self._store.transaction() as connection:
            if news.group.firing:
                changed = connection.execute("alert_drafted", {**values, "written": written})
            else:
                changed = connection.execute("remove_ended_alert", values)
            if changed.rowcount == 0:
                return False
            write()
            return True


def _undrafted(row: Row) -> UndraftedAlerts:
    return UndraftedAlerts(
        group=_group(row["digest"], bool(row["firing"]), json.loads(row["document"])),
        opened_at=moment(row["opened_at"]),
        version=row["version"],
        written=row["written"],
    )


def _json(group: AlertGroup) -> str:
    alerts = [
        {
            "firing": alert.firing,
            "labels": dict(alert.labels),
            "texts": dict(alert.texts),
            "since": alert.since.timestamp() if alert.since else None,
        }
        for alert in group.alerts
    ]
    return json.dumps({"alerts": alerts, "more": group.more})


def _group(digest: str, firing: bool, document: Mapping[str, Any]) -> AlertGroup:  # noqa: FBT001 - a column
    alerts = tuple(
        Alert(firing=one["firing"], labels=one["labels"], texts=one["texts"], since=moment(one["since"]))
        for one in document["alerts"]
    )
    return AlertGroup(digest=digest, firing=firing, alerts=alerts, more=document["more"])
