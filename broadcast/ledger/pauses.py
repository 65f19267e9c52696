"""What providers asked for with `Retry-After`: it holds for every process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from broadcast.ledger.store import Connection

#: Seconds. A longer pause is tried again after that: a date that is spelled wrongly, or another account
#: behind the channel by now, must not keep everybody off it for days.
LONGEST_PAUSE = 900.0


@dataclass(frozen=True, slots=True)
class Pause:
    """A provider asked for patience: so many seconds more, and in these words."""

    channel: str
    seconds: float
    reason: str


def record_pauses(connection: Connection, pauses: Iterable[Pause], now: datetime) -> None:
    """Let every process know what providers asked for."""
    at = now.timestamp()
    for pause in pauses:
        until = at + min(pause.seconds, LONGEST_PAUSE)
        connection.execute("pause", (pause.channel, at, until, pause.reason))
