"""What people switched on the hotline, and what happened on it lately."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from broadcast.ledger.calls import RECENT
from broadcast.ledger.columns import moment
from broadcast.ledger.feedback import ratings_since
from broadcast.ledger.store import Row, Store
from broadcast.model.call_step import Details

MODE = "mode"
#: Whether call-backs are offered because callers would wait too long; `serve` sets it by itself.
OVERLOAD, ON, OFF = "overload", "on", "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineSwitch:
    """One switch: its value, who set it, when, and why."""

    name: str
    value: str
    note: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineCounts:
    """Calls since a time, by what became of the callers, their ratings, and what waits now."""

    calls: int
    running: int
    call_backs: int
    tickets: int
    outcomes: Mapping[str, int]
    ratings: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTurn:
    """One effect of a call as it was recorded; `id` counts all of them."""

    id: int
    call: str
    caller: str = field(repr=False)
    step: int
    kind: str
    details: Details = field(repr=False)
    locale: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCall:
    """A call that goes on.

    `asked_at` is when the caller first needed a person, None if they have not; `topic` is why, and `agent`
    who talks to them, "" if nobody does.
    """

    call: str
    caller: str = field(repr=False)
    locale: str
    began_at: datetime
    asked_at: datetime | None
    topic: str
    agent: str


class HotlineSwitches:
    """The ledger's switches and counts of the hotline."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def set(self, switch: HotlineSwitch) -> None:
        """Record what somebody switched."""
        values = {
            "name": switch.name,
            "value": switch.value,
            "note": switch.note,
            "author": switch.author,
            "at": switch.at.timestamp(),
        }
        with self._store.transaction() as connection:
            connection.execute("set_hotline_switch", values)

    def all(self) -> dict[str, HotlineSwitch]:
        """Return the latest value of each switch, by its name."""
        with self._store.reading() as connection:
            return {
                row["name"]: HotlineSwitch(
                    name=row["name"],
                    value=row["value"],
                    note=row["note"],
                    author=row["author"],
                    at=moment(row["set_at"]),
                )
                for row in connection.execute("hotline_switches")
            }

    def counts(self, since: datetime) -> HotlineCounts:
        """Return the calls since a time, and what waits now."""
        wanted = {"since": since.timestamp()}
        with self._store.reading() as connection:
            row = connection.execute("hotline_counts", wanted).fetchone()
            outcomes = {one["outcome"]: one["count"] for one in connection.execute("call_outcomes", wanted)}
        return HotlineCounts(
            calls=row["calls"],
            running=row["running"],
            call_backs=row["call_backs"],
            tickets=row["tickets"],
            outcomes=outcomes,
            ratings=ratings_since(self._store, since),
        )

    def running(self, now: datetime, limit: int = 100) -> list[RunningCall]:
        """Return the calls that go on and began within the last hour, the longest first."""
        wanted = {"since": (now - RECENT).timestamp(), "limit": limit}
        with self._store.reading() as connection:
            return [
                RunningCall(
                    call=row["ref"],
                    caller=row["caller"] or "",
                    locale=row["locale"],
                    began_at=moment(row["began_at"]),
                    asked_at=moment(row["asked_at"]) if row["asked_at"] is not None else None,
                    topic=row["topic"] or "",
                    agent=row["agent"] or "",
                )
                for row in connection.execute("calls_running", wanted)
            ]

    def latest_turn(self) -> int:
        """Return the number of the latest recorded turn; 0 if there is none."""
        with self._store.reading() as connection:
            return int(connection.execute("latest_call_effect").fetchone()["id"])

    def turns(self, after: int, limit: int = 200) -> list[RecordedTurn]:
        """Return what was recorded after that turn, oldest first."""
        wanted = {"after": after, "limit": limit}
        with self._store.reading() as connection:
            return [_turn(row) for row in connection.execute("call_turns", wanted)]

    def model_turns(self, limit: int) -> list[RecordedTurn]:
        """Return questions to the model, chosen at random."""
        with self._store.reading() as connection:
            return [_turn(row) for row in connection.execute("model_turns", {"limit": limit})]


def _turn(row: Row) -> RecordedTurn:
    return RecordedTurn(
        id=row["id"],
        call=row["ref"],
        caller=row["caller"] or "",
        step=row["step"],
        kind=row["kind"],
        details=json.loads(row["details"]),
        locale=row["locale"],
        at=moment(row["recorded_at"]),
    )
