"""`hotline lines`: mobile numbers that stand in for the landline while it is down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli import completion
from broadcast.cli.command import command, group
from broadcast.cli.commands.hotline_status import require_hotline
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.backup_lines import active_json
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time
from broadcast.config.settings import BackupLine, HotlineSettings, Settings
from broadcast.errors import (
    BroadcastError,
    LedgerError,
    NothingMatched,
    Refused,
    UnknownIncident,
    UsageError,
)
from broadcast.hotline.forwarding_codes import ForwardingCode, end_codes, forwarding_codes
from broadcast.hotline.lead_numbers import LeadNumbers
from broadcast.ledger.backup_lines import ActiveLine
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.nearest import suggest
from broadcast.publishing.author import author
from broadcast.wiring import load_settings, make_channels, rewrite_fallback

SCHEMA = "broadcast.lines/1"
_PARTIAL = 4
#: How a line about the provider begins if it did not do what was asked.
_NOT = "not "

LineName = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]",
        help="The line in [hotline] lines; all of them if it is left out.",
        autocompletion=completion.lines,
    ),
]
EndsWith = Annotated[
    str | None,
    typer.Option(
        "--incident",
        metavar="INC",
        help="It ends with this incident.",
        autocompletion=completion.incidents,
    ),
]
Provider = Annotated[
    bool,
    typer.Option(
        "--provider",
        help="Let the provider lead our numbers to the line's voice_url; deactivate leads them back.",
    ),
]
Note = Annotated[str, typer.Option(metavar="TEXT", help="Why; `hotline status` shows it.")]


@command("broadcast hotline lines list", "broadcast hotline lines list -o json", name="list")
def list_lines(common: Common, output: ListForm = OutputForm.HUMAN) -> None:
    """List the backup lines, and which of them stand in for the hotline."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    calls = require_hotline(settings)
    with use_ledger(settings) as ledger:
        active = {one.line: one for one in ledger.lines.active()}
    if output is OutputForm.JSON:
        show_json({"schema": SCHEMA, "lines": _json(calls.lines, active, settings.timezone)}, common.out)
    else:
        show([_table(calls.lines, active, settings.timezone)], common.out)


@command("broadcast hotline lines activate", "broadcast hotline lines activate mobile-1 --incident INC-7")
def activate(
    common: Common,
    name: LineName = None,
    incident: EndsWith = None,
    note: Note = "",
    provider: Provider = False,
    output: ListForm = OutputForm.HUMAN,
) -> int:
    """Let backup lines stand in for the hotline: every later text names them instead of its own numbers.

    Callers are connected to mobiles only. Prints what to dial so that your carrier
    forwards calls to the line, and what to set at Twilio.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    calls = require_hotline(settings)
    lines, now = _chosen(calls, name), SystemClock().now()
    target = _target(lines, settings) if provider else None
    with use_ledger(settings) as ledger:
        ref = _open_incident(ledger, incident)
        before = {one.line for one in ledger.lines.active()}
        fresh = [one for one in lines if one.name not in before]
        made = [ActiveLine(line=one.name, incident=ref, note=note, author=author(), at=now) for one in fresh]
        made = [one for one in made if ledger.lines.activate(one)]
        if not made:
            raise Refused(
                f"{name or 'every line'} stands in already",
                hint="`broadcast hotline lines list` says since when",
            )
        troubles = rewrite_fallback(settings, ledger)
        led = _lead(target, settings, calls, ledger) if target else ()
        active = {one.line: one for one in ledger.lines.active()}
    new = [one for one in lines if one.name in {each.line for each in made}]
    codes = {one.name: forwarding_codes(one.dialled, round(calls.ring)) for one in new}
    if output is OutputForm.JSON:
        document = {
            "schema": SCHEMA,
            "lines": _json(calls.lines, active, settings.timezone),
            "activated": [one.name for one in new],
            "codes": {name: _codes_json(each) for name, each in codes.items()},
            "provider": list(led),
            "warnings": list(troubles),
        }
        show_json(document, common.out)
    else:
        blocks = [*_activated(new, codes, calls, ref), *_led(led), *_warnings(troubles)]
        show(blocks, common.out)
    return _PARTIAL if any(map(_failed, led)) else 0


@command("broadcast hotline lines deactivate", "broadcast hotline lines deactivate mobile-1")
def deactivate(common: Common, name: LineName = None, output: ListForm = OutputForm.HUMAN) -> int:
    """Let the hotline's own numbers be named again; prints what to dial to end the forwarding."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    calls = require_hotline(settings)
    now = SystemClock().now()
    with use_ledger(settings) as ledger:
        active = [one.line for one in ledger.lines.active()]
        if name is not None and name not in active:
            _chosen(calls, name)  # a line that the file names no more may still stand in
        wanted = active if name is None else [name]
        ended = [one for one in wanted if ledger.lines.end(one, author(), now)]
        if not ended:
            raise NothingMatched(
                f"{name} does not stand in" if name else "no line stands in for the hotline",
                hint="`broadcast hotline lines list` shows all",
            )
        troubles = rewrite_fallback(settings, ledger)
        led = _lead_back(settings, calls, ledger)
        left = {one.line: one for one in ledger.lines.active()}
    if output is OutputForm.JSON:
        document = {
            "schema": SCHEMA,
            "lines": _json(calls.lines, left, settings.timezone),
            "deactivated": ended,
            "codes": _codes_json(end_codes()),
            "provider": list(led),
            "warnings": list(troubles),
        }
        show_json(document, common.out)
        return _PARTIAL if any(map(_failed, led)) else 0
    said = [line(f"{one} does not stand in any more") for one in ended]
    back = Remark("texts", _named(left, calls) or "name the hotline again, from the next notice on")
    show([*said, back, *_led(led), _codes_table(end_codes()), *_warnings(troubles)], common.out)
    return _PARTIAL if any(map(_failed, led)) else 0


lines = group(
    "lines",
    "Let mobile backup lines stand in for the landline.",
    [list_lines, activate, deactivate],
    ["broadcast hotline lines activate", "broadcast hotline lines deactivate"],
)


def _chosen(calls: HotlineSettings, name: str | None) -> Sequence[BackupLine]:
    if not calls.lines:
        raise NothingMatched(
            "there is no backup line",
            hint='add [hotline] lines = [{ name = "mobile-1", number = "+49 171 2345678" }]',
        )
    if name is None:
        return calls.lines
    found = calls.line(name)
    if found is None:
        raise UsageError(
            f"there is no backup line {name}", hint=suggest(name, [one.name for one in calls.lines])
        )
    return [found]


def _target(lines: Sequence[BackupLine], settings: Settings) -> BackupLine:
    """Return the line to which the provider leads the numbers; raises `Refused` and `UsageError`."""
    if settings.sandbox:
        raise Refused("a rehearsal does not change the real number", hint="leave --provider or --sandbox out")
    able = [one for one in lines if one.voice_url]
    if not able:
        raise UsageError(
            f"{lines[0].name} has no voice_url, so the provider cannot lead calls to it",
            hint='add voice_url = "https://handler.twilio.com/twiml/EH...", a TwiML Bin that dials the line',
        )
    return able[0]


def _lead(target: BackupLine, settings: Settings, calls: HotlineSettings, ledger: Ledger) -> Sequence[str]:
    """Let the provider lead the numbers to the line; trouble is said, because the texts name it already."""
    job = LeadNumbers(ledger=ledger, channels=make_channels(settings), calls=calls)
    try:
        return complete(job.lead(target.name, target.voice_url, author(), SystemClock().now()))
    except LedgerError:
        raise
    except BroadcastError as error:
        return [f"{_NOT}changed: {error}; {error.hint}"]


def _lead_back(settings: Settings, calls: HotlineSettings, ledger: Ledger) -> Sequence[str]:
    if settings.sandbox:
        return ()
    job = LeadNumbers(ledger=ledger, channels=make_channels(settings), calls=calls)
    try:
        return complete(job.run(SystemClock().now(), stop_by_signals()))
    except LedgerError:
        raise
    except BroadcastError as error:
        return [f"{_NOT}led back: {error}; {error.hint}"]


def _failed(said: str) -> bool:
    return said.startswith(_NOT)


def _led(said: Sequence[str]) -> Iterator[Block]:
    for one in said:
        yield Remark("provider", one, Tone.BAD if _failed(one) else Tone.GOOD)


def _open_incident(ledger: Ledger, incident: str | None) -> str | None:
    if incident is None:
        return None
    found = ledger.incidents.find(incident, closed=True)
    if found.phase.closed:
        raise UnknownIncident(f"{found.ref} is over", hint="name an open incident, or leave --incident out")
    return found.ref


def _activated(
    lines: Sequence[BackupLine],
    codes: dict[str, tuple[ForwardingCode, ...]],
    calls: HotlineSettings,
    ref: str | None,
) -> Iterator[Block]:
    for one in lines:
        until = f", until {ref} is over" if ref else ""
        yield line(StyledWord(one.name, Tone.STRONG), f"stands in for the hotline: {one.number}{until}")
    yield Remark("texts", "name it from the next notice on; callers hear it now")
    for one in lines:
        yield _codes_table(codes[one.name], f"to forward calls to {one.name}")
    numbers = ", ".join(one.number for one in calls.numbers)
    where = f"; its contents are in {calls.fallback}" if calls.fallback else ""
    yield Remark(
        "at Twilio",
        f"only if this machine does not answer either: open {numbers}, and under A call comes in set the "
        f"address of your static document{where}",
    )
    ends = f"hotline lines deactivate {lines[0].name}" if len(lines) == 1 else "hotline lines deactivate"
    yield Remark("next", f'broadcast update -m "..." tells readers; broadcast {ends} ends it')


def _codes_table(codes: Sequence[ForwardingCode], title: str = "") -> Table:
    rows = tuple((one.phone, one.does, StyledWord(one.code, Tone.STRONG)) for one in codes)
    return Table(("on the phone", "to", "dial"), rows, title)


def _table(lines: Sequence[BackupLine], active: dict[str, ActiveLine], zone: ZoneInfo) -> Block:
    if not lines:
        return line("there is no backup line")
    rows = tuple(
        (
            StyledWord(one.name, Tone.STRONG),
            one.number,
            ", ".join(one.fate),
            *_state(active.get(one.name), zone),
        )
        for one in lines
    )
    return Table(("line", "number", "fate", "stands in since", "by", "until", "note"), rows)


def _state(active: ActiveLine | None, zone: ZoneInfo) -> tuple[str, str, str, str]:
    if active is None:
        return "", "", "", ""
    until = f"{active.incident} is over" if active.incident else "deactivated"
    return clock_time(active.at, zone), active.author, until, active.note


def _named(left: dict[str, ActiveLine], calls: HotlineSettings) -> str:
    named = [one.number for one in calls.lines if one.name in left]
    return f"still name {', '.join(named)}" if named else ""


def _warnings(troubles: Sequence[str]) -> Iterator[Block]:
    for trouble in troubles:
        yield Remark("warning", trouble, Tone.WARNING)


def _codes_json(codes: Sequence[ForwardingCode]) -> list[dict[str, str]]:
    return [{"phone": one.phone, "does": one.does, "code": one.code} for one in codes]


def _json(lines: Sequence[BackupLine], active: dict[str, ActiveLine], zone: ZoneInfo) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "number": one.number,
            "fate": list(one.fate),
            "active": active_json(active[one.name], zone) if one.name in active else None,
        }
        for one in lines
    ]
