"""The progress of a run: bars on a terminal, lines elsewhere, JSON lines for programs.

Listeners are called while messages are sent: they return at once and never raise.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue

from broadcast.cli.options import Common, Output
from broadcast.cli.output.display import json_text
from broadcast.cli.output.event_groups import PROBLEMS, WHOLE_RUN
from broadcast.cli.output.plain_text import one_line
from broadcast.cli.terminal import Stream
from broadcast.dispatch.progress import Event, EventKind, Listener
from broadcast.errors import BroadcastError, Interrupted, Unfinished
from broadcast.ledger.processes import ctrl_z_deferred


@contextmanager
def show_progress(common: Common, output: Output) -> Iterator[Listener]:
    """Provide the listener for the chosen output while the run lasts.

    Raises `Unfinished` for an error after something may have left the machine: the error's own exit code
    would say that nothing had. Raises `Interrupted` for Ctrl-C before the first event: nothing is recorded
    then.
    """
    begun = attempted = False

    def listener(event: Event, /) -> None:
        nonlocal begun, attempted
        begun, attempted = True, attempted or event.kind is EventKind.ATTEMPT
        shown(event)

    with _listener(common, output) as shown:
        try:
            yield listener
        except Unfinished:
            raise
        except KeyboardInterrupt:
            if begun:
                raise
            raise Interrupted("interrupted; nothing was sent", hint="correct it, then run it again") from None
        except Exception as error:
            if not attempted:
                raise
            raise Unfinished(
                f"{error}\nmessages may have been sent before that",
                hint=f"{_advice(error)}finish with `broadcast retry`, which sends nothing twice",
            ) from error


def _advice(error: Exception) -> str:
    hint = error.hint if isinstance(error, BroadcastError) else None
    return f"{hint}; then " if hint else ""


@contextmanager
def _listener(common: Common, output: Output) -> Iterator[Listener]:
    if output is Output.NDJSON:
        with _line_writer(common.out) as writer:
            yield JsonLines(writer)
    elif common.quiet or output is Output.QUIET:
        with _line_writer(common.err) as writer:
            yield WholeRunLines(writer)
    elif common.err.drawable and not common.verbose:
        from broadcast.cli.output.bars import Bars

        bars = Bars(common.err)
        try:
            yield bars
        finally:
            bars.stop()
    else:
        with _line_writer(common.err) as writer:
            yield Lines(writer, every=common.verbose)


class LineWriter:
    """Writes lines in its own thread, so that a slow reader does not delay the sending."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="output", daemon=True)
        with ctrl_z_deferred():
            self._thread.start()

    def line(self, text: str) -> None:
        """Queue a line."""
        self._lines.put(f"{text}\n")

    def finish(self) -> None:
        """Wait until everything is written."""
        self._lines.put(None)
        self._thread.join()

    def _write(self) -> None:
        while (text := self._lines.get()) is not None:
            self._stream.write(text)


@contextmanager
def _line_writer(stream: Stream) -> Iterator[LineWriter]:
    writer = LineWriter(stream)
    try:
        yield writer
    finally:
        writer.finish()


class JsonLines:
    """One JSON object per event; the last one, `done`, is part of the result and not written here."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def __call__(self, event: Event) -> None:
        """Write the event."""
        if event.kind is EventKind.DONE:
            return
        fields = {
            "event": event.kind,
            "channel": event.channel,
            "count": event.count,
            "contact": event.contact,
            "ref": event.ref,
            "reason": event.reason,
        }
        self._writer.line(json_text(fields))


class WholeRunLines:
    """Only events about the whole run: people who press Ctrl-C must know why it continues."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer

    def __call__(self, event: Event) -> None:
        """Show the event if it is about the whole run."""
        if event.kind in WHOLE_RUN:
            self._writer.line(one_line(event.reason or event.kind))


class Lines:
    """One line when a channel is finished and one for each new problem; with `every`, one for each event."""

    def __init__(self, writer: LineWriter, *, every: bool) -> None:
        self._writer, self._every = writer, every
        self._planned: dict[str, int] = {}
        self._accepted: dict[str, int] = {}
        self._shown: set[tuple[str, ...]] = set()

    def __call__(self, event: Event) -> None:
        """Show the event if it is new."""
        channel, kind = event.channel, event.kind
        if kind is EventKind.DONE:
            return
        if kind is EventKind.PLANNED:
            self._planned[channel] = self._planned.get(channel, 0) + event.count
        if kind in WHOLE_RUN:
            self._writer.line(one_line(event.reason or kind))
        elif self._every:
            self._writer.line(_line_for(event))
        elif kind is EventKind.ACCEPTED:
            self._count(channel, event.count)
        elif kind in PROBLEMS and (channel, kind, event.reason or "") not in self._shown:
            self._shown.add((channel, kind, event.reason or ""))
            self._writer.line(_line_for(event))

    def _count(self, channel: str, count: int) -> None:
        planned = self._planned.get(channel, 0)
        before = self._accepted.get(channel, 0)
        now = self._accepted[channel] = before + count
        if now == planned or len(str(now)) > len(str(before)):
            of = f" of {planned:,}" if planned >= now else ""
            self._writer.line(f"{one_line(channel)}: {now:,}{of} accepted")


def _line_for(event: Event) -> str:
    if event.kind is EventKind.FAILOVER:
        return one_line(_failover_line(event))
    who = event.contact or (f"{event.count:,}" if event.count > 1 else "")
    parts = [f"{event.channel}: {event.kind}", who, event.ref or ""]
    text = " ".join(part for part in parts if part)
    return one_line(f"{text}: {event.reason}" if event.reason else text)


def _failover_line(event: Event) -> str:
    """Return the line on a failover: for one person the next channel, for many the channel they leave."""
    why = f": {event.reason}" if event.reason else ""
    if event.contact:
        return f"{event.channel}: steps in{why}"
    return f"{event.channel}: {event.count:,} moved on to the next channel{why}"
