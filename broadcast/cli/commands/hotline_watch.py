"""`hotline status --watch`: what goes on at the hotline, looked at every two seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.cli.options import OutputForm
from broadcast.cli.output.display import json_text
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.plain_text import one_line
from broadcast.cli.output.timestamps import iso
from broadcast.cli.terminal import Stream
from broadcast.dispatch.stop import Stop
from broadcast.errors import LedgerError
from broadcast.hotline.snapshot import Snapshot
from broadcast.ledger.hotline_switches import HotlineCounts, RunningCall
from broadcast.ledger.ledger import Ledger
from broadcast.model.counted import counted
from broadcast.model.mask import mask

SCHEMA = "broadcast.hotline-now/1"
_EVERY = 2.0
_LAST = timedelta(minutes=1)
_SECONDS_A_MINUTE = 60
_MOST_ROWS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class HotlineLook:
    """What goes on at one moment; `counts` are those of the last minute."""

    at: datetime
    snapshot: Snapshot
    calls: tuple[RunningCall, ...]
    counts: HotlineCounts

    @property
    def waiting(self) -> tuple[RunningCall, ...]:
        """Who wants a person and has none."""
        return tuple(one for one in self.calls if one.asked_at and not one.agent)

    @property
    def longest(self) -> float:
        """How long the first of them has waited, in seconds."""
        asked = (one.asked_at for one in self.waiting if one.asked_at)
        return max(((self.at - one).total_seconds() for one in asked), default=0.0)

    @property
    def free(self) -> int:
        """How many agents on duty do not talk."""
        return sum(not one.busy for one in self.snapshot.agents)


def look(ledger: Ledger, snapshot: Snapshot, now: datetime) -> HotlineLook:
    """Return what goes on now; raises `LedgerError`."""
    calls = tuple(ledger.hotline.running(now))
    return HotlineLook(at=now, snapshot=snapshot, calls=calls, counts=ledger.hotline.counts(now - _LAST))


async def watch(
    see: Callable[[], HotlineLook], stop: Stop, stream: Stream, output: OutputForm, zone: ZoneInfo
) -> None:
    """Show what goes on until `stop` is asked.

    A terminal has one table that is drawn anew; elsewhere there is a line for each change. A ledger that
    cannot be read for a while is said, and read again.
    """
    with _shown(stream, output, zone) as show, stop.heeded():
        while not stop.asked:
            try:
                show(see())
            except LedgerError as error:
                show(error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wake_up.wait(), _EVERY)


_Show = Callable[[HotlineLook | LedgerError], None]


def _shown(stream: Stream, output: OutputForm, zone: ZoneInfo) -> AbstractContextManager[_Show]:
    if output is OutputForm.HUMAN and stream.drawable:
        from broadcast.cli.output.live_page import live_page

        return live_page(stream, lambda seen: _page(seen, zone))
    return _Changes(stream, output, zone)


class _Changes(AbstractContextManager[_Show]):
    """Writes a line for each change: times go on, and are no change."""

    def __init__(self, stream: Stream, output: OutputForm, zone: ZoneInfo) -> None:
        self._stream, self._json, self._zone = stream, output is OutputForm.JSON, zone
        self._before: object = None

    def __enter__(self) -> _Show:
        return self._show

    def __exit__(self, *_: object) -> None:
        return

    def _show(self, seen: HotlineLook | LedgerError) -> None:
        known = _state(seen) if isinstance(seen, HotlineLook) else str(seen)
        if known == self._before:
            return
        self._before = known
        if isinstance(seen, LedgerError):
            text = json_text({"schema": SCHEMA, "error": str(seen)}) if self._json else f"not read: {seen}"
        else:
            text = json_text(look_json(seen, self._zone)) if self._json else _line(seen, self._zone)
        self._stream.write(f"{one_line(text)}\n")


def _state(seen: HotlineLook) -> tuple[object, ...]:
    calls = tuple((one.call, bool(one.asked_at), one.agent) for one in seen.calls)
    agents = tuple((one.id, one.busy) for one in seen.snapshot.agents)
    counts = seen.counts
    return calls, agents, seen.snapshot.mode, counts.call_backs, counts.tickets, counts.calls


def _line(seen: HotlineLook, zone: ZoneInfo) -> str:
    parts = (f"{_clock(seen.at, zone)}  {counted(len(seen.calls), 'call')}", *_summary(seen))
    return ", ".join(parts)


def _summary(seen: HotlineLook) -> Iterator[str]:
    waiting = len(seen.waiting)
    yield f"waiting {waiting}" + (f" (longest {_length(seen.longest)})" if waiting else "")
    yield f"agents free {seen.free} of {len(seen.snapshot.agents)}"
    yield f"call-backs {seen.counts.call_backs}"
    yield f"messages {seen.counts.tickets}"
    yield f"last minute {counted(seen.counts.calls, 'call')}"
    yield f"mode {seen.snapshot.mode.value}"


def _page(seen: HotlineLook | LedgerError, zone: ZoneInfo) -> list[Block]:
    """Return the page; who waits stands out."""
    if isinstance(seen, LedgerError):
        return [Remark("not read", str(seen), Tone.BAD)]
    head = line(StyledWord(_clock(seen.at, zone), Tone.STRONG), ", ".join(_summary(seen)))
    rows = tuple(_row(one, seen.at) for one in seen.calls[:_MOST_ROWS])
    more = len(seen.calls) - len(rows)
    calls: Block = Table(("caller", "language", "since", "state"), rows) if rows else line("nobody calls")
    further = [line(StyledWord(f"and {counted(more, 'more call')}", Tone.FAINT))] if more else []
    ended = ", ".join(f"{name} {count}" for name, count in seen.counts.outcomes.items() if name != "running")
    last = [Remark("ended in the last minute", ended)] if ended else []
    return [head, calls, *further, *last, line(StyledWord("Ctrl-C ends it", Tone.FAINT))]


def _row(one: RunningCall, now: datetime) -> tuple[str | StyledWord, ...]:
    since = _length((now - one.began_at).total_seconds())
    return (mask(one.caller) if one.caller else "withheld"), one.locale, since, _called(one, now)


def _called(one: RunningCall, now: datetime) -> StyledWord:
    if one.agent:
        return StyledWord(f"talks to {one.agent}", Tone.GOOD)
    if one.asked_at:
        waited = _length((now - one.asked_at).total_seconds())
        return StyledWord(f"waits for a person ({one.topic}), {waited}", Tone.WARNING)
    return StyledWord("hears the hotline")


def look_json(seen: HotlineLook, zone: ZoneInfo) -> dict[str, Any]:
    """Return a look for programs."""
    return {
        "schema": SCHEMA,
        "at": iso(seen.at, zone),
        "mode": seen.snapshot.mode.value,
        "calls": [
            {
                "caller": mask(one.caller) if one.caller else None,
                "locale": one.locale,
                "began_at": iso(one.began_at, zone),
                "asked_at": iso(one.asked_at, zone) if one.asked_at else None,
                "topic": one.topic or None,
                "agent": one.agent or None,
            }
            for one in seen.calls
        ],
        "waiting": len(seen.waiting),
        "longest_wait_s": round(seen.longest),
        "agents": {"free": seen.free, "busy": len(seen.snapshot.agents) - seen.free},
        "callbacks": seen.counts.call_backs,
        "tickets": seen.counts.tickets,
        "last_minute": {"calls": seen.counts.calls, "outcomes": dict(seen.counts.outcomes)},
    }


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}"


def _length(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), _SECONDS_A_MINUTE)
    return f"{minutes}:{rest:02}"
