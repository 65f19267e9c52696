"""The result of a notice (`broadcast.result/1`) and its exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import IntEnum
from typing import Any

from broadcast.dispatch.progress import Ending
from broadcast.ledger.answers import NoticeAnswers
from broadcast.ledger.counts import Counts, DeliveryCount, counts
from broadcast.model.delivery import OPEN

SCHEMA = "broadcast.result/1"


class ExitStatus(IntEnum):
    """The exit codes, stable. 2, 3, 6, 7, 8, 9, 10 and 12 mean that nothing left the machine."""

    OK = 0
    NOTHING_ACCEPTED = 1
    USAGE = 2
    NOTHING_MATCHED = 3
    PARTIAL = 4
    DEADLINE = 5
    CONFIG = 6
    TEMPLATE = 7
    REFUSED = 8
    KEY_REUSED = 9
    OVERDUE = 10
    UNKNOWN = 11
    LEDGER = 12
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelResult:
    """The result of one channel. `state` is `ok`, `partial`, `failed`, `unknown`, `held` or `unused`."""

    name: str
    adapter: str
    state: str
    counts: Counts
    ref: str | None = None
    thread: str | None = None
    attempts: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class FailoverResult:
    """A failover from channel `origin` to channel `to`, for `count` messages."""

    origin: str
    to: str
    count: int
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of a command that publishes a notice.

    `until` and `reached` say whether the notice got as far as was asked for, None if nothing beyond
    `accepted` was. `answers` are those of its receivers, None if it asks for none. `escalation` is the mark
    of the one that began because some did not confirm.
    """

    incident: str
    notice: int
    kind: str
    phase: str
    drill: bool
    key: str | None
    replayed: bool
    changed: bool
    exit_code: int
    sent_anything: bool
    counts: Counts
    channels: tuple[ChannelResult, ...] = ()
    failovers: tuple[FailoverResult, ...] = ()
    next_update: str | None = None
    warnings: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    until: str | None = None
    reached: bool | None = None
    answers: NoticeAnswers | None = None
    escalation: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the object that `-o json` prints."""
        fields = asdict(replace(self, answers=None))
        for name in _ONLY_IF_ASKED:
            if fields[name] is None:
                del fields[name]
        if self.answers is not None:
            fields["answers"] = self.answers.as_json()
        for failover in fields["failovers"]:
            failover["from"] = failover.pop("origin")
        return {"schema": SCHEMA, **fields}

    def replay(self) -> Result:
        """Return the result as a replay: the same command was repeated, and nothing was sent."""
        return replace(self, replayed=True, changed=False)

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> Result:
        """Return the result that `as_json` wrote."""
        channels = [{**entry, "counts": Counts(**entry["counts"])} for entry in fields["channels"]]
        failovers = [
            FailoverResult(entry["from"], entry["to"], entry["count"], entry["reason"])
            for entry in fields["failovers"]
        ]
        lists = {name: tuple(fields[name]) for name in ("warnings", "next")}
        plain = {name: value for name, value in fields.items() if name not in {"schema", "answers", *_NESTED}}
        return cls(
            **plain | lists,
            counts=Counts(**fields["counts"]),
            channels=tuple(ChannelResult(**entry) for entry in channels),
            failovers=tuple(failovers),
        )


_NESTED = ("counts", "channels", "failovers")
#: Fields of the JSON object that a result without them does not have.
_ONLY_IF_ASKED = ("until", "reached", "answers", "escalation")


def exit_status(entries: Sequence[DeliveryCount], ending: Ending) -> ExitStatus:
    """Return the exit code that tells a script what happened to the required deliveries."""
    required = [entry for entry in entries if entry.required]
    standing = counts(required)
    waiting = any(entry.count for entry in required if entry.state in OPEN)
    if ending is Ending.INTERRUPTED:
        return ExitStatus.INTERRUPTED
    if ending is Ending.DEADLINE and waiting:
        return ExitStatus.DEADLINE
    if standing.unknown:
        return ExitStatus.UNKNOWN
    if standing.failed or standing.held:
        return ExitStatus.PARTIAL if standing.accepted else ExitStatus.NOTHING_ACCEPTED
    return ExitStatus.OK
