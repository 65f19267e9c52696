"""Where channels that publish lead: what one left at another target is kept under a name of its own."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping

from broadcast.ledger.database import Database
from broadcast.ledger.queries import query
from broadcast.model.target import former_name

_RENAMES = ("rename_attempts", "rename_posts", "rename_threads")


def follow_targets(database: Database, targets: Mapping[str, str]) -> None:
    """Note where channels lead now; `targets` is by channel. Raises `LedgerError`.

    If one leads to another target than before, its posts and threads get the name of a channel that is not
    configured, for follow-ups would go to a room that never heard of the incident. They get their own name
    back when the channel leads there again.
    """
    with database.reading() as connection:
        if not _changed(connection, targets):
            return
    with database.transaction() as connection:
        for channel, (before, now) in _changed(connection, targets).items():
            if before is not None:
                _rename(connection, channel, former_name(channel, before))
                _rename(connection, former_name(channel, now), channel)
            connection.execute(query("keep_target"), {"channel": channel, "target": now})


def _changed(connection: sqlite3.Connection, targets: Mapping[str, str]) -> dict[str, tuple[str | None, str]]:
    """The target before, if it is known, and the one now, of every channel where they differ."""
    before = {row["channel"]: row["target"] for row in connection.execute(query("targets"))}
    return {
        name: (before.get(name), target) for name, target in targets.items() if before.get(name) != target
    }


def _rename(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Rename a channel in every incident in which it published; others are told where it leads now."""
    found = connection.execute(query("incidents_published"), {"channel": old}).fetchall()
    values = {"old": old, "new": new, "incidents": json.dumps([row[0] for row in found])}
    for name in _RENAMES if found else ():
        connection.execute(query(name), values)
