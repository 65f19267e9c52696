"""Follow channels that publish to a new target: their earlier posts are kept under another name."""

from __future__ import annotations

import json
from collections.abc import Mapping

from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.target import former_name

_RENAMES = ("rename_attempts", "drop_threads_in_the_way", "rename_threads")


def follow_targets(store: Store, targets: Mapping[str, str]) -> None:
    """Record where channels lead now; `targets` is by channel. Raises `LedgerError`.

    If a channel leads to another target than before, its posts and threads get the name of a channel that is
    not configured: a follow-up would go to a room that has never heard of the incident. When the channel
    leads to the former target again, they get its name back.
    """
    # Nearly always nothing has changed, and a transaction would keep other processes waiting.
    with store.reading() as connection:
        if not _changed(connection, targets):
            return
    with store.transaction() as connection:
        for channel, (before, now) in _changed(connection, targets).items():
            if before is not None:
                _rename(connection, channel, former_name(channel, before))
                _rename(connection, former_name(channel, now), channel)
            connection.execute("keep_target", {"channel": channel, "target": now})


def _changed(connection: Connection, targets: Mapping[str, str]) -> dict[str, tuple[str | None, str]]:
    """Return the target before, if it is known, and the one now, of every channel where they differ."""
    before = {row["channel"]: row["target"] for row in connection.execute("targets")}
    return {
        name: (before.get(name), target) for name, target in targets.items() if before.get(name) != target
    }


def _rename(connection: Connection, old: str, new: str) -> None:
    """Rename a channel in every incident in which it published."""
    found = connection.execute("incidents_published", {"channel": old}).fetchall()
    if not found:
        return
    values = {"old": old, "new": new, "incidents": [row[0] for row in found]}
    posts = connection.execute("posts_on_channel", values).fetchall()
    connection.executemany("rename_post", (_renamed(post, old, new) for post in posts))
    for name in _RENAMES:
        connection.execute(name, values)


def _renamed(post: Row, old: str, new: str) -> dict[str, object]:
    route = [new if channel == old else channel for channel in json.loads(post["route"])]
    return {"id": post["id"], "new": new, "route": json.dumps(route)}
