"""`hotline simulate`: play calls from a file through the hotline, without a telephone and without a trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from broadcast.cli.command import command
from broadcast.cli.commands.hotline_status import require_hotline
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import iso
from broadcast.config.durations import parse_any_moment
from broadcast.config.settings import HotlineSettings, Settings
from broadcast.hotline.simulation.call_transcript import CALLER, HOTLINE, DialogueLine
from broadcast.hotline.simulation.read_calls import CallsFile, read_calls, read_incident_file
from broadcast.hotline.simulation.simulate import CallResult, simulate
from broadcast.hotline.snapshot import Snapshot
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.counted import counted
from broadcast.model.mask import mask
from broadcast.wiring import load_settings, make_snapshot_reader, make_written_incidents

SCHEMA = "broadcast.calls-simulated/1"
_FAILED = 4
_SECONDS_A_MINUTE = 60

CallsPath = Annotated[
    Path, typer.Argument(metavar="FILE", help="The calls, as TOML; see examples/hotline/calls.toml.")
]
IncidentPath = Annotated[
    Path | None,
    typer.Option(
        "--incident-file", metavar="FILE", help="Incidents as TOML ([[facts]]), instead of the ledger's."
    ),
]
At = Annotated[str, typer.Option(metavar="TIME", help="At this time: now, 22:00, 2h or 2026-12-24T08:00.")]


@command(
    "broadcast hotline simulate calls.toml",
    "broadcast hotline simulate calls.toml --at 2026-12-24T08:00 -o json",
    name="simulate",
)
def simulate_calls(
    common: Common,
    file: CallsPath,
    incidents: IncidentPath = None,
    at: At = "now",
    output: ListForm = OutputForm.HUMAN,
) -> int:
    """Play calls from a file, and compare what callers hear with what you expect.

    It is the hotline's real logic with the present incidents. No network is used and nothing is recorded.
    The exit code is 4 if an expectation does not hold.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    hotline, calls = require_hotline(settings), read_calls(file)
    if incidents:
        calls = replace(calls, incidents=read_incident_file(incidents))
    snapshot = _snapshot(settings, hotline, calls, at)
    results = simulate(calls, snapshot, hotline.numbers[0].number)
    passed = not any(one.failures for one in results)
    if output is OutputForm.JSON:
        show_json(_json(results, snapshot, settings, passed=passed), common.out)
    else:
        show(list(_page(results, file)), common.out)
    return 0 if passed else _FAILED


def _snapshot(settings: Settings, hotline: HotlineSettings, calls: CallsFile, at: str) -> Snapshot:
    """Return what the hotline knows at that time; an empty ledger stands in for one that does not exist."""
    now = parse_any_moment(at, SystemClock().now(), settings.timezone)
    reader = make_snapshot_reader(settings, hotline)
    with ExitStack() as ending:
        path = settings.ledger
        if not Ledger.exists(path):
            path = Path(ending.enter_context(TemporaryDirectory(prefix="broadcast-"))) / "broadcast.db"
        ledger = Ledger.open(path)
        ending.callback(ledger.close)
        snapshot = reader.read(ledger, now)
    if calls.incidents is None:
        return snapshot
    spoken = make_written_incidents(settings, calls.incidents, snapshot.locales, now)
    return replace(snapshot, incidents=spoken)


def _page(results: Sequence[CallResult], file: Path) -> Iterator[Block]:
    for one in results:
        yield from _call(one, file)
    failed = sum(bool(one.failures) for one in results)
    held = counted(len(results), "call")
    if failed:
        yield line(StyledWord(f"{failed} of {held} not as expected", Tone.BAD))
    else:
        yield line(StyledWord(f"{held}, all as expected", Tone.GOOD))


def _call(one: CallResult, file: Path) -> Iterator[Block]:
    call = one.transcript
    rows = tuple(
        (_clock(said.at), StyledWord(_speaker(said), _tone(said)), StyledWord(said.text, _tone(said)))
        for said in call.lines
    )
    yield Table(("time", "who", "what"), rows, f"{one.case.name} ({_number(one.case.script.caller)})")
    sms = ", SMS sent" if call.texted else ""
    yield line(
        StyledWord(f"ends in {call.ending}", Tone.STRONG),
        f"after {_clock(call.seconds)}, {counted(call.steps, 'step')}{sms}",
    )
    yield from (Remark(f"{file}:{one.case.line}: expect", what, Tone.BAD) for what in one.failures)
    yield line("")


def _speaker(said: DialogueLine) -> str:
    if said.to:
        return f"{said.who} to {said.to}" if said.who == HOTLINE else said.to
    return said.who


def _tone(said: DialogueLine) -> Tone:
    if said.who == CALLER:
        return Tone.STRONG
    return Tone.PLAIN if said.who == HOTLINE and not said.to else Tone.FAINT


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), _SECONDS_A_MINUTE)
    return f"{minutes}:{rest:02}"


def _number(number: str) -> str:
    return mask(number) if number else "withheld"


def _json(
    results: Sequence[CallResult], snapshot: Snapshot, settings: Settings, *, passed: bool
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "at": iso(snapshot.taken_at, settings.timezone),
        "incidents": [one.ref for one in snapshot.incidents],
        "passed": passed,
        "calls": [_call_json(one) for one in results],
    }


def _call_json(one: CallResult) -> dict[str, Any]:
    call = one.transcript
    return {
        "name": one.case.name,
        "line": one.case.line,
        "from": _number(one.case.script.caller),
        "ends_in": call.ending.value,
        "outcome": call.outcome.value,
        "sms": call.texted,
        "steps": call.steps,
        "seconds": round(call.seconds, 1),
        "first_fact_s": _rounded(call.fact_after),
        "handed_over_s": _rounded(call.asked_after),
        "connected_s": _rounded(call.human_after),
        "agent": call.human or None,
        "dialogue": [
            {"at": round(said.at, 1), "who": said.who, "to": said.to or None, "text": said.text}
            for said in call.lines
        ],
        "failures": list(one.failures),
        "passed": not one.failures,
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
