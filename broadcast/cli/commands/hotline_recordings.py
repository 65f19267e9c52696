"""`hotline recordings`: what callers recorded, kept by the provider until it is deleted there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command, group
from broadcast.cli.commands.hotline_status import require_hotline
from broadcast.cli.consent import Question
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.errors import ConfigError, NothingMatched, UsageError
from broadcast.hotline.delete_recordings import DeleteRecordings, keep_recordings
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.recordings import OpenDeletions, Recording
from broadcast.model.clock import SystemClock
from broadcast.model.counted import counted
from broadcast.model.mask import mask
from broadcast.publishing.channels import Channels
from broadcast.wiring import load_settings, make_channels

SCHEMA = "broadcast.recordings/1"
_PARTIAL = 4
_DELETE = Question("delete", "nothing was deleted")

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Its number in the list.")]
Clear = Annotated[bool, typer.Option("--clear-text", help="Whole phone numbers; they are masked otherwise.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Delete without a question.")]
Out = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write to this file, readable by you alone. Default: message-3.mp3."),
]


@command("broadcast hotline recordings list", name="list")
def list_recordings(common: Common, clear: Clear = False, output: ListForm = OutputForm.HUMAN) -> None:
    """List the messages of callers that the provider keeps, and when it will delete them."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    keep = timedelta(seconds=require_hotline(settings).keep)
    with use_ledger(settings) as ledger:
        found, owed = ledger.recordings.all(), ledger.recordings.still_owed()
    if output is OutputForm.JSON:
        lines = [_json(one, keep, settings.timezone, clear=clear) for one in found]
        document = {"schema": SCHEMA, "recordings": lines, "to_delete": owed.count, "reason": owed.reason}
        show_json(document, common.out)
    else:
        show([*_page(found, keep, settings.timezone, clear=clear), *_owed(owed)], common.out)


@command("broadcast hotline recordings play 3 --out message.mp3")
def play(common: Common, number: Number, out: Out = None) -> None:
    """Fetch a message from the provider into a file, to play it. Delete the file afterwards."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    require_hotline(settings)
    path = out or Path(f"message-{number}.mp3")
    if path.exists():
        raise UsageError(f"{path} exists already", hint="name another file with --out")
    with use_ledger(settings) as ledger:
        recording = _one(ledger, number)
    sound = complete(_fetched(make_channels(settings), recording))
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sound)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}", hint="name another file with --out"
        ) from None
    show([line(f"wrote {path}"), Remark("next", f"play it, then: rm {path}")], common.out)


@command("broadcast hotline recordings delete 3 --yes")
def delete(common: Common, number: Number, yes: Yes = False, output: ListForm = OutputForm.HUMAN) -> int:
    """Delete a message at the provider. This cannot be undone.

    If the provider does not answer, `tick` and `serve` try again until it is gone; the exit code is then 4.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    calls, now = require_hotline(settings), SystemClock().now()
    keep = timedelta(seconds=calls.keep)
    with use_ledger(settings) as ledger:
        recording = _one(ledger, number)
        _DELETE.show_and_ask(
            common, str(number), list(_page([recording], keep, settings.timezone, clear=False)), yes=yes
        )
        ledger.recordings.delete(number)
        job = DeleteRecordings(ledger=ledger, channels=make_channels(settings), keep=keep)
        said = complete(job.delete(now, stop_by_signals()))
        owed = ledger.recordings.still_owed()
    if output is OutputForm.JSON:
        document = {"schema": SCHEMA, "deleted": number, "to_delete": owed.count, "reason": owed.reason}
        show_json(document, common.out)
    else:
        show([*(line(one) for one in said), *_owed(owed)], common.out)
    return _PARTIAL if owed.count else 0


recordings = group(
    "recordings",
    "List, fetch and delete messages that callers recorded.",
    [list_recordings, play, delete],
    ["broadcast hotline recordings list", "broadcast hotline recordings play 3"],
)


async def _fetched(channels: Channels, recording: Recording) -> bytes:
    channels.permit({recording.source} & channels.settings.keys())
    adapter = keep_recordings(channels, recording.source)
    try:
        found = await adapter.fetch_recording(recording.address)
    finally:
        await adapter.close()
    if isinstance(found, bytes):
        return found
    raise ConfigError(
        f"the recording was not fetched: {found.reason}", hint="`broadcast doctor` checks the channel"
    )


def _one(ledger: Ledger, number: int) -> Recording:
    found = {one.ticket: one for one in ledger.recordings.all()}
    if number not in found:
        raise NothingMatched(
            f"there is no recording {number}", hint="`broadcast hotline recordings list` shows all"
        )
    return found[number]


def _page(found: Sequence[Recording], keep: timedelta, zone: ZoneInfo, *, clear: bool) -> Iterator[Block]:
    if not found:
        yield line("the provider keeps no message for us")
        return
    rows = tuple(
        (
            StyledWord(str(one.ticket), Tone.STRONG),
            clock_time(one.at, zone),
            f"{one.seconds} s",
            _phone(one, clear=clear) or "withheld",
            one.topic,
            "done" if one.done else "",
            clock_time(one.at + keep, zone),
        )
        for one in found
    )
    yield Table(("number", "left at", "length", "phone", "topic", "answered", "deleted at"), rows)


def _owed(owed: OpenDeletions) -> Iterator[Block]:
    if owed.count:
        why = f" ({owed.reason})" if owed.reason else ""
        said = f"{counted(owed.count, 'recording')} still to be deleted at the provider{why}"
        yield Remark("to delete", f"{said}; tick and serve try again", Tone.WARNING)


def _phone(one: Recording, *, clear: bool) -> str:
    return one.caller if clear else mask(one.caller) if one.caller else ""


def _json(one: Recording, keep: timedelta, zone: ZoneInfo, *, clear: bool) -> dict[str, Any]:
    return {
        "number": one.ticket,
        "at": iso(one.at, zone),
        "seconds": one.seconds,
        "phone": _phone(one, clear=clear) or None,
        "locale": one.locale,
        "topic": one.topic,
        "answered": one.done,
        "deleted_at": iso(one.at + keep, zone),
    }
