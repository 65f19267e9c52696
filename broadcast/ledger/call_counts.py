"""Count calls within a time: why people called, who spoke to a person, which promises were kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from broadcast.ledger.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """Calls within a time.

    Attributes:
        calls: Calls of people; those that we made are not counted.
        asked: Callers who needed a person.
        hand_overs: Callers who spoke to one.
        reasons: Why they needed one, by topic.
        call_backs: Call-backs that were asked for; the next three add up to them.
        kept: Call-backs that were made.
        broken: Call-backs that were given up.
        waiting: Call-backs that are still owed.
        voicemails: Messages that were left.
        answered: Messages that were answered.
        late: Messages that were not answered in time.
        ratings: How often each rating from 1 to 5 was given, by callers and on the incident's page.
    """

    calls: int = 0
    asked: int = 0
    hand_overs: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    call_backs: int = 0
    kept: int = 0
    broken: int = 0
    waiting: int = 0
    voicemails: int = 0
    answered: int = 0
    late: int = 0
    ratings: Mapping[str, int] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.calls or self.call_backs or self.voicemails or self.ratings)


def call_counts(store: Store, since: datetime, until: datetime, now: datetime) -> CallCounts:
    """Return the counts of calls that began between two times; raises `LedgerError`."""
    wanted = {"since": since.timestamp(), "until": until.timestamp()}
    with store.reading() as connection:
        calls = connection.execute("calls_while", wanted).fetchone()
        reasons = {row["topic"]: row["count"] for row in connection.execute("reasons_while", wanted)}
        states = {row["state"]: row["count"] for row in connection.execute("call_backs_while", wanted)}
        left = connection.execute("voicemails_while", {**wanted, "now": now.timestamp()}).fetchone()
    kept, broken, every = states.get("done", 0), states.get("given-up", 0), sum(states.values())
    return CallCounts(
        calls=calls["calls"],
        asked=calls["asked"],
        hand_overs=calls["hand_overs"],
        reasons=reasons,
        call_backs=every,
        kept=kept,
        broken=broken,
        waiting=every - kept - broken,
        voicemails=left["voicemails"],
        answered=left["answered"],
        late=left["late"],
    )
