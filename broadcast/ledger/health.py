"""Record how channels fared, what `watch` holds to be down, and what providers' status pages last said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store
from broadcast.model.health import Announcement, Condition, Streak

_DOWN, _UP = "down", "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """How the attempts over one channel went. Latencies are in seconds, of what was accepted.

    `trouble` counts the attempts since the last success that got no proper answer; `error` is what went
    wrong most often.
    """

    channel: str
    accepted: int
    failed: int
    unknown: int
    trouble: int
    median: float | None
    p95: float | None
    last_success: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A system under watch: how it is, since when, by whose word, and until when that counts.

    `draft` names the file that was written for this outage. What was `dismissed` counts no more until the
    system was up again.
    """

    system: str
    streak: Streak
    since: datetime
    source: str
    reason: str
    checked_at: datetime
    expires_at: datetime
    dismissed: bool = False
    draft: str = ""

    @property
    def down(self) -> bool:
        """Whether it is held to be down."""
        return self.streak.down


@dataclass(frozen=True, slots=True)
class ProviderPage:
    """What a public status page said when it was last asked; `etag` is its own name for that answer."""

    url: str
    etag: str
    announcement: Announcement


class HealthRecords:
    """The ledger's part in telling what works."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def traffic(self, since: datetime) -> dict[str, Traffic]:
        """Return how each channel fared since then, added up by the engine."""
        values = {"since": since.timestamp()}
        with self._store.reading() as connection:
            errors = {row["channel"]: row["reason"] for row in connection.execute("frequent_errors", values)}
            latencies = {row["channel"]: row for row in connection.execute("latencies", values)}
            rows = connection.execute("traffic", values)
            return {
                row["channel"]: _traffic(row, latencies.get(row["channel"]), errors.get(row["channel"]))
                for row in rows
            }

    def troubled(self, since: datetime) -> set[str]:
        """Return the channels used since then whose latest answer was none, or no proper one."""
        with self._store.reading() as connection:
            rows = connection.execute("troubled", {"since": since.timestamp()})
            return {row["channel"] for row in rows}

    def watched(self) -> dict[str, Watched]:
        """Return every system that was ever watched."""
        with self._store.reading() as connection:
            return {row["system"]: _watched(row) for row in connection.execute("watched")}

    def down(self, now: datetime) -> list[Watched]:
        """Return what counts as down: recorded, neither expired nor dismissed."""
        values = {"now": now.timestamp()}
        with self._store.reading() as connection:
            return [_watched(row) for row in connection.execute("recorded_down", values)]

    def revise(self, change: Callable[[dict[str, Watched]], Iterable[Watched]]) -> None:
        """Record what `change` makes of what is known, in one transaction."""
        with self._store.transaction() as connection:
            known = {row["system"]: _watched(row) for row in connection.execute("watched")}
            connection.executemany("keep_watched", (_row(one) for one in change(known)))

    def dismiss(self) -> None:
        """Dismiss what is down now: it counts as up, until it was up and goes down again."""
        with self._store.transaction() as connection:
            connection.execute("dismiss_down")

    def claim_page(self, url: str, now: datetime, pause: float) -> bool:
        """Return whether the page may be asked now: `pause` seconds after the last time, in any process."""
        with self._store.transaction() as connection:
            asked = {"url": url, "now": now.timestamp(), "pause": pause}
            return connection.execute("claim_page", asked).fetchone() is not None

    def page(self, url: str) -> ProviderPage:
        """Return what the page last said."""
        with self._store.reading() as connection:
            row = connection.execute("status_page", (url,)).fetchone()
        if row is None:
            return ProviderPage(url, "", Announcement(Condition.UNKNOWN))
        return ProviderPage(url, row["etag"], Announcement(Condition(row["condition"]), row["detail"]))

    def keep_page(self, page: ProviderPage) -> None:
        """Remember what a page said."""
        said = page.announcement
        with self._store.transaction() as connection:
            connection.execute("keep_page", (page.etag, said.condition, said.detail, page.url))


def _traffic(row: Row, latency: Row | None, error: str | None) -> Traffic:
    return Traffic(
        channel=row["channel"],
        accepted=row["accepted"],
        failed=row["failed"],
        unknown=row["unknown"],
        trouble=row["trouble"],
        median=latency["median"] if latency else None,
        p95=latency["p95"] if latency else None,
        last_success=moment(row["last_success"]),
        error=error,
    )


def _watched(row: Row) -> Watched:
    return Watched(
        system=row["system"],
        streak=Streak(row["state"] == _DOWN, row["streak"]),
        since=moment(row["since"]),
        source=row["source"],
        reason=row["reason"],
        checked_at=moment(row["checked_at"]),
        expires_at=moment(row["expires_at"]),
        dismissed=bool(row["dismissed"]),
        draft=row["draft"],
    )


def _row(one: Watched) -> tuple[object, ...]:
    return (
        one.system,
        _DOWN if one.down else _UP,
        one.since.timestamp(),
        one.source,
        one.reason,
        one.checked_at.timestamp(),
        one.streak.contrary,
        one.expires_at.timestamp(),
        int(one.dismissed),
        one.draft,
    )
