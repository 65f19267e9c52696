"""`config`: the settings and their origin."""

from __future__ import annotations

from typing import Annotated

import typer

from broadcast.cli.command import command, group
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, Cell, Remark, StyledWord, Table, Tone, line
from broadcast.config.show import rows
from broadcast.model.clock import SystemClock
from broadcast.model.counted import counted
from broadcast.wiring import channel_defaults, load_settings

SCHEMA = "broadcast.config/1"
Origin = Annotated[bool, typer.Option("--origin", help="Show the origin of each value.")]


@command("broadcast config show", "broadcast config show --origin -o json", name="show")
def show_config(common: Common, origin: Origin = False, output: ListForm = OutputForm.HUMAN) -> None:
    """Show the settings in effect: flags, then environment, then file. Secrets are never shown."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    found = rows(settings, channel_defaults(settings))
    if output is OutputForm.JSON:
        values = [{"key": key, "value": value, "origin": where} for key, value, where in found]
        show_json({"schema": SCHEMA, "file": str(settings.path or ""), "values": values}, common.out)
        return
    _warn(common, settings.warnings)
    columns = ("key", "value", "origin") if origin else ("key", "value")
    shown: tuple[tuple[Cell, ...], ...] = tuple(
        (StyledWord(row[0], Tone.STRONG), *row[1 : len(columns)]) for row in found
    )
    show([Table(columns, shown)], common.out)


@command("broadcast config check", name="check")
def check_config(common: Common) -> None:
    """Check whether the configuration can be read; all mistakes are shown together."""
    from broadcast.monitoring.config_check import inspect, shared_backups

    settings = load_settings(common.config, sandbox=common.sandbox)
    _warn(common, (*settings.warnings, *shared_backups(settings)))
    inspect(settings)
    if settings.oncall:
        from broadcast.monitoring.rota_check import rota_warnings

        faults = rota_warnings(settings, None, SystemClock().now())
        _warn(common, tuple(f"rota {name}: {fault}" for name, fault in faults))
    channels = counted(len(settings.channels), "channel")
    audiences = counted(len(settings.audiences), "audience")
    show([line(StyledWord("ok:", Tone.GOOD), f"{settings.path}, {channels}, {audiences}")], common.out)


def _warn(common: Common, warnings: tuple[str, ...]) -> None:
    remarks: list[Block] = [Remark("warning", warning, Tone.WARNING) for warning in warnings]
    show(remarks, common.err)


config = group(
    "config",
    "Show and check the configuration.",
    [show_config, check_config],
    ["broadcast config show --origin", "broadcast config check"],
)
