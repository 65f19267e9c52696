"""`hotline status`: what callers are told now, who takes calls, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.ai.switch import ModelSwitch
from broadcast.cli.command import command
from broadcast.cli.commands import hotline_watch
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.backup_lines import active_json, line_remarks
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Quote, Remark, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.settings import HotlineSettings, Settings
from broadcast.errors import ConfigError
from broadcast.hotline.snapshot import Agent, Mode, Snapshot
from broadcast.hotline.status import spoken_incidents
from broadcast.ledger.call_messages import COUNTED
from broadcast.ledger.hotline_switches import HotlineCounts, HotlineSwitch
from broadcast.model.clock import SystemClock
from broadcast.model.ratings import rated
from broadcast.wiring import load_settings, make_snapshot_reader

SCHEMA = "broadcast.hotline/1"

Watched = Annotated[bool, typer.Option("--watch", help="Show the calls that go on, until Ctrl-C.")]


def require_hotline(settings: Settings) -> HotlineSettings:
    """Return the table `[hotline]`; raises `ConfigError` if there is none."""
    if settings.calls is None:
        raise ConfigError(
            "there is no hotline in the configuration",
            hint='add [hotline] with numbers = [{ number = "+4930231250" }] and channel = "call"',
        )
    return settings.calls


@command("broadcast hotline status", "broadcast hotline status --watch", "broadcast hotline status -o json")
def status(common: Common, watch: Watched = False, output: ListForm = OutputForm.HUMAN) -> None:
    """Show what callers are told now, who takes calls, the mode, and what callers are owed.

    With --watch, show the calls that go on instead, every two seconds, until Ctrl-C.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    calls, now = require_hotline(settings), SystemClock().now()
    if watch:
        _watch(settings, calls, common, output)
        return
    with use_ledger(settings) as ledger:
        snapshot = make_snapshot_reader(settings, calls).read(ledger, now)
        switches, counts = ledger.hotline.all(), ledger.hotline.counts(_midnight(now, settings.timezone))
        active, unknown = ledger.lines.active(), ledger.call_messages.unknown(now)
    if output is OutputForm.JSON:
        lines = {"lines": [active_json(one, settings.timezone) for one in active], "ai": _ai(settings)}
        owed = {"unknown_sms": unknown}
        show_json(_json(snapshot, switches, counts, settings.timezone) | owed | lines, common.out)
    else:
        page = _page(snapshot, switches, counts, settings.timezone)
        lost = _lost(unknown, calls.sms or "")
        show([*line_remarks(active, settings), *page, *lost, Remark("ai", _ai(settings))], common.out)


def _lost(unknown: int, channel: str) -> Iterator[Block]:
    """Return how many SMS may not have arrived, and what a person can do about them."""
    if unknown:
        what = f"of {unknown} SMS in the last {COUNTED.days} days it is not known whether they were sent"
        yield Remark("warning", what, Tone.WARNING)
        hint = f"look at the list of messages of {channel or 'the provider'}; none is sent again on a guess"
        yield Remark("hint", hint)


def _ai(settings: Settings) -> str:
    """Return whether a model may be asked: `on`, `off`, or `none` if there is none."""
    if settings.ai is None:
        return "none"
    return "off" if ModelSwitch.beside(settings.ledger).off else "on"


def _watch(settings: Settings, calls: HotlineSettings, common: Common, output: OutputForm) -> None:
    reader, clock = make_snapshot_reader(settings, calls), SystemClock()
    with use_ledger(settings) as ledger:

        def see() -> hotline_watch.HotlineLook:
            now = clock.now()
            return hotline_watch.look(ledger, reader.read(ledger, now), now)

        stop = stop_by_signals()
        complete(hotline_watch.watch(see, stop, common.out, output, settings.timezone))


def _midnight(now: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def _page(
    snapshot: Snapshot, switches: dict[str, HotlineSwitch], counts: HotlineCounts, zone: ZoneInfo
) -> Iterator[Block]:
    locale = snapshot.locales[0]
    for incident in spoken_incidents(snapshot):
        yield Quote(f"callers hear ({incident.ref})", incident.status.get(locale, ""))
    if not snapshot.incidents:
        yield line("callers hear that no disruption is known")
    yield Remark("mode", snapshot.mode.value)
    if snapshot.mode is Mode.AUTO and (snapshot.overloaded or snapshot.agents):
        offered = "call-backs are offered" if snapshot.overloaded else "agents are rung"
        yield Remark(
            "callers", f"{offered} ({snapshot.overload})", Tone.WARNING if snapshot.overloaded else Tone.FAINT
        )
    for switch in switches.values():
        why = f" ({switch.note})" if switch.note else ""
        at = clock_time(switch.at, zone)
        yield Remark(switch.name, f"{switch.value}, set by {switch.author} at {at}{why}", Tone.FAINT)
    rows = tuple(
        (
            StyledWord(agent.name or agent.id, Tone.STRONG),
            ", ".join(agent.languages) or "all",
            _phone(agent),
        )
        for agent in snapshot.agents
    )
    if rows:
        yield Table(("takes calls", "languages", "phone"), rows)
    elif not snapshot.in_hours:
        yield Remark("warning", "nobody is on duty, so callers can only leave a message", Tone.WARNING)
    yield line(
        f"today: {counts.calls} calls; waiting: {counts.call_backs} call-backs, {counts.tickets} messages"
    )
    if counts.ratings:
        yield Remark("feedback today", rated(counts.ratings))


def _phone(agent: Agent) -> StyledWord:
    if agent.busy:
        return StyledWord("in a call")
    return StyledWord("did not answer, rung last", Tone.WARNING) if agent.missed else StyledWord("free")


def _json(
    snapshot: Snapshot, switches: dict[str, HotlineSwitch], counts: HotlineCounts, zone: ZoneInfo
) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "at": iso(snapshot.taken_at, zone),
        "mode": snapshot.mode.value,
        "overload": {"active": snapshot.overloaded, "why": snapshot.overload},
        "incidents": [
            {"ref": one.ref, "kind": one.kind.value, "drill": one.drill, "status": dict(one.status)}
            for one in spoken_incidents(snapshot)
        ],
        "agents": [
            {"id": one.id, "languages": list(one.languages), "busy": one.busy, "missed": one.missed}
            for one in snapshot.agents
        ],
        "switches": {
            one.name: {"value": one.value, "note": one.note, "author": one.author, "at": iso(one.at, zone)}
            for one in switches.values()
        },
        "today": {"calls": counts.calls, "running": counts.running, "outcomes": dict(counts.outcomes)},
        "ratings": dict(counts.ratings),
        "callbacks": counts.call_backs,
        "tickets": counts.tickets,
    }
