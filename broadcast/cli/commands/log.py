"""`log`: everything that happened."""

from __future__ import annotations

from dataclasses import asdict
from zoneinfo import ZoneInfo

from broadcast.cli.command import command
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, MaybeIncident, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import iso
from broadcast.model.clock import SystemClock
from broadcast.model.zone import with_zone
from broadcast.reports.calls import called, calls_while_open
from broadcast.reports.escalations import escalations
from broadcast.reports.log import LogEntry, address_kinds
from broadcast.reports.log import log as read_log
from broadcast.wiring import load_settings

SCHEMA = "broadcast.log/1"
_TONES = {
    **dict.fromkeys(("failed", "refused"), Tone.BAD),
    **dict.fromkeys(("unknown", "held"), Tone.WARNING),
    "accepted": Tone.GOOD,
}


@command("broadcast log", "broadcast log INC-7 -o json")
def log(common: Common, incident: MaybeIncident = None, output: ListForm = OutputForm.HUMAN) -> None:
    """List everything that happened in an incident; addresses are masked."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger:
        entries = read_log(ledger, incident, address_kinds(settings), settings.timezone)
        found = ledger.incidents.find(incident, closed=True)
        asked = escalations(ledger, found, SystemClock().now())
        calls = calls_while_open(ledger, found, SystemClock().now())
    zone = settings.timezone
    if output is OutputForm.JSON:
        lines = [asdict(entry) | {"at": iso(entry.at, zone)} for entry in entries]
        document = {
            "schema": SCHEMA,
            "incident": found.ref,
            "entries": lines,
            "escalations": [one.as_json(zone) for one in asked],
            "calls": asdict(calls),
        }
        show_json(document, common.out)
    else:
        counts = [Remark(name, said) for name, said in called(calls)] if calls else []
        show([*_page(entries, zone), *counts], common.out)


def _page(entries: tuple[LogEntry, ...], zone: ZoneInfo) -> list[Block]:
    if not entries:
        return [line("nothing has happened")]
    rows = tuple(
        (
            with_zone(entry.at.astimezone(zone), "%Y-%m-%d %H:%M:%S"),
            StyledWord(entry.kind, Tone.STRONG if entry.kind == "notice" else Tone.PLAIN),
            entry.channel or "",
            entry.contact or "",
            StyledWord(entry.state or "", _TONES.get(entry.state or "", Tone.PLAIN)),
            " ".join(part for part in (entry.text, entry.ref) if part),
        )
        for entry in entries
    )
    return [Table(("time", "what", "channel", "whom", "state", "text"), rows)]
