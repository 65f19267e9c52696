"""`hotline tail`: what callers press and say, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command
from broadcast.cli.commands.hotline_status import require_hotline
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import json_text
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.dispatch.stop import Stop
from broadcast.ledger.hotline_switches import RecordedTurn
from broadcast.ledger.ledger import Ledger
from broadcast.model.mask import mask
from broadcast.model.redaction import redact_addresses
from broadcast.model.text import printable
from broadcast.wiring import load_settings

#: Seconds between two looks.
_EVERY = 1.0
#: Details that may be shown, by their name; numbers and recordings are not among them.
_SHOWN = (
    *("pressed", "said", "intent", "frustration", "topic", "outcome", "agent", "rating"),
    *("source", "result", "ms", "name", "language", "vip", "order", "ticket"),
    *("model", "sentences", "facts", "spoken", "question", "reason"),
)

Latest = Annotated[int, typer.Option("--lines", "-n", min=0, help="So many of the latest turns first.")]
Once = Annotated[bool, typer.Option("--once", help="Show these, and end.")]


@command("broadcast hotline tail", "broadcast hotline tail -n 50 --once -o json")
def tail(common: Common, lines: Latest = 20, once: Once = False, output: ListForm = OutputForm.HUMAN) -> None:
    """Show what callers press and say as it happens, with masked numbers; Ctrl-C ends it."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    require_hotline(settings)

    def shown(turn: RecordedTurn) -> None:
        json = output is OutputForm.JSON
        text = json_text(_json(turn, settings.timezone)) if json else _line(turn, settings.timezone)
        common.out.write(f"{text}\n")

    with use_ledger(settings) as ledger:
        after = max(0, ledger.hotline.latest_turn() - lines)
        stop = stop_by_signals()
        complete(_follow(ledger, after, stop, shown, once=once))


async def _follow(
    ledger: Ledger, after: int, stop: Stop, shown: Callable[[RecordedTurn], None], *, once: bool
) -> None:
    with stop.heeded():
        while not stop.asked:
            for turn in ledger.hotline.turns(after):
                shown(turn)
                after = turn.id
            if once:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wake_up.wait(), _EVERY)


def _line(turn: RecordedTurn, zone: ZoneInfo) -> str:
    said = " ".join(f"{name}={value!r}" for name, value in _details(turn).items() if value not in ("", 0, []))
    caller = mask(turn.caller) if turn.caller else "withheld"
    parts = (clock_time(turn.at, zone), turn.call[-6:], caller, turn.locale, turn.kind, said)
    return printable("  ".join(parts).rstrip())


def _json(turn: RecordedTurn, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "schema": "broadcast.turn/1",
        "at": iso(turn.at, zone),
        "call": turn.call,
        "caller": mask(turn.caller) if turn.caller else None,
        "locale": turn.locale,
        "step": turn.step,
        "kind": turn.kind,
        **_details(turn),
    }


def _details(turn: RecordedTurn) -> dict[str, Any]:
    """Return what may be shown; addresses that a caller said are taken out."""
    return {
        name: redact_addresses(value) if isinstance(value, str) else value
        for name, value in turn.details.items()
        if name in _SHOWN
    }
