"""The result of a run: who was reached on which channel, what is left, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from broadcast.cli.output.answers import answers_block
from broadcast.cli.output.page_blocks import Block, Cell, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time
from broadcast.ledger.counts import Counts
from broadcast.model.counted import counted
from broadcast.publishing.result import ChannelResult, ExitStatus, Result

_TONES = {
    "ok": Tone.GOOD,
    "partial": Tone.WARNING,
    "failed": Tone.BAD,
    "unknown": Tone.BAD,
    "held": Tone.WARNING,
}
_VERDICTS = {
    ExitStatus.OK: ("sent", Tone.GOOD),
    ExitStatus.NOTHING_ACCEPTED: ("nothing was accepted", Tone.BAD),
    ExitStatus.PARTIAL: ("partly sent", Tone.WARNING),
    ExitStatus.DEADLINE: ("the deadline was reached, the rest waits", Tone.WARNING),
    ExitStatus.UNKNOWN: ("for some messages the answer was lost", Tone.WARNING),
    ExitStatus.INTERRUPTED: ("interrupted, the rest waits", Tone.WARNING),
}
#: Columns that are shown only if they are not empty.
_TROUBLE = ("delivered", "confirmed", "unknown", "failed", "held", "suppressed")


def result_page(result: Result, zone: ZoneInfo) -> list[Block]:
    """Return the result for people, times in `zone`, without its warnings.

    It is one line if everything was done before.
    """
    verdict = line(_verdict(result), _counted(result.counts))
    if not result.changed and not result.replayed and result.exit_code == ExitStatus.OK:
        return [verdict]
    return [
        verdict,
        *_channels(result),
        *_failovers(result),
        *answers_block(result.answers),
        *_escalation(result),
        *_promise(result, zone),
        *(Remark("next", step, Tone.STRONG) for step in result.next),
    ]


def warnings_page(warnings: Iterable[str]) -> list[Block]:
    """Return the warnings."""
    return [Remark("warning", warning, Tone.WARNING) for warning in warnings]


def _escalation(result: Result) -> Iterator[Block]:
    if result.escalation:
        text = f"{result.escalation} has begun: `escalate list {result.incident}` shows who is asked"
        yield Remark("escalation", text, Tone.WARNING)


def _promise(result: Result, zone: ZoneInfo) -> Iterator[Block]:
    if result.next_update:
        promised = datetime.fromisoformat(result.next_update)
        yield Remark("next update promised", clock_time(promised, zone))


def _verdict(result: Result) -> StyledWord:
    text, tone = _VERDICTS.get(ExitStatus(result.exit_code), ("done", Tone.PLAIN))
    if result.counts.unknown and result.exit_code == ExitStatus.UNKNOWN:
        text = _unknown_reason(result.counts)
    elif result.reached is False and result.exit_code == ExitStatus.UNKNOWN:
        text = f"sent, but not all is {result.until} in time"
    if result.replayed:
        text = f"already done under this key, nothing was sent again ({text})"
    elif not result.changed:
        text = "nothing was left to do" if result.exit_code == ExitStatus.OK else f"as before, {text}"
    drill = " drill," if result.drill else ""
    return StyledWord(
        f"{result.incident}/{result.notice} {result.kind},{drill} {result.phase}: {text}:", tone
    )


def _unknown_reason(counts: Counts) -> str:
    sent = f"{counted(counts.accepted, 'message')} sent; " if counts.accepted else ""
    return f"{sent}for {counts.unknown:,} the answer was lost, and it is not known whether they arrived"


def _counted(counts: Counts) -> str:
    parts = [f"{counts.accepted:,} of {counts.planned:,} accepted"]
    parts += [f"{getattr(counts, name):,} {name}" for name in _TROUBLE if getattr(counts, name)]
    return ", ".join(parts)


def _channels(result: Result) -> Iterator[Block]:
    used = [channel for channel in result.channels if channel.state != "unused"]
    if not used:
        return
    troubles = [name for name in _TROUBLE if any(getattr(channel.counts, name) for channel in used)]
    reasons = ("why",) if any(channel.reason for channel in used) else ()
    columns = ("channel", "adapter", "state", "accepted", *troubles, *reasons)
    yield Table(columns, tuple(_row(channel, troubles, bool(reasons)) for channel in used))


def _row(channel: ChannelResult, troubles: list[str], reasons: bool) -> tuple[Cell, ...]:
    state = StyledWord(channel.state, _TONES.get(channel.state, Tone.PLAIN))
    numbers = [f"{getattr(channel.counts, name):,}" for name in ("accepted", *troubles)]
    return (
        StyledWord(channel.name, Tone.STRONG),
        channel.adapter,
        state,
        *numbers,
        *([channel.reason or ""] if reasons else []),
    )


def _failovers(result: Result) -> Iterator[Block]:
    for one in result.failovers:
        why = f": {one.reason}" if one.reason else ""
        times = "once" if one.count == 1 else f"{one.count:,} times"
        yield Remark("failover", f"{one.to} stepped in for {one.origin}, {times}{why}", Tone.WARNING)
