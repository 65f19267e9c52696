"""`channels`: list and check the channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from broadcast.cli import completion
from broadcast.cli.command import command, group
from broadcast.cli.event_loop import complete
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.checks import checks_page
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import StyledWord, Table, Tone
from broadcast.config.settings import ChannelSettings, Settings
from broadcast.errors import LedgerError, NothingMatched, UsageError
from broadcast.model.channel import Capabilities, Idempotency, Threading
from broadcast.model.nearest import suggest
from broadcast.wiring import load_settings

if TYPE_CHECKING:
    from broadcast.monitoring.survey import Survey

SCHEMA = "broadcast.channels/1"
HEALTH = "broadcast.health/1"
_WRONG = 6
_THREADING = {Threading.NONE: "", Threading.REPLY: "replies", Threading.EDIT: "edits"}
_REPEAT = {
    Idempotency.NATIVE: "provider refuses",
    Idempotency.LOOKUP: "looked up",
    Idempotency.DEDUPE: "provider drops",
    Idempotency.NONE: "held",
}

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[NAME]", help="One channel; all of them if left out.", autocompletion=completion.channels
    ),
]
NoProbe = Annotated[
    bool, typer.Option("--no-probe", help="Send no request; use only the last 24 hours in the ledger.")
]


@command("broadcast channels list", name="list")
def list_channels(common: Common, output: ListForm = OutputForm.HUMAN) -> None:
    """List the configured channels, their capabilities and their dependencies."""
    from broadcast.channels import registry

    settings = load_settings(common.config, sandbox=common.sandbox)
    found = [(channel, registry.capabilities_of(channel)) for channel in settings.channels.values()]
    if output is OutputForm.JSON:
        show_json({"schema": SCHEMA, "channels": [_json(*one) for one in found]}, common.out)
        return
    columns = (
        "channel",
        "adapter",
        "kind",
        "reaches",
        "per request",
        "follow-ups",
        "lost answers",
        "depends on",
    )
    show([Table(columns, tuple(_row(*one) for one in found))], common.out)


@command("broadcast channels test", "broadcast channels test email", name="test")
def ask(common: Common, name: Name = None, output: ListForm = OutputForm.HUMAN) -> int:
    """Check whether channels work. Sends no message. The exit code is 6 if a required one does not."""
    from broadcast.model.check import CheckVerdict
    from broadcast.monitoring.doctor import channel_check
    from broadcast.monitoring.probe import probe

    channels = load_settings(common.config, sandbox=common.sandbox).channels
    chosen = _chosen(channels, name)
    answers = complete(probe(chosen.values()))
    checks = [channel_check(chosen[channel], answer) for channel, answer in answers.items()]
    if output is OutputForm.JSON:
        found = [
            {"name": name, "health": one.health, "detail": one.detail, "ahead": one.ahead.total_seconds()}
            for name, one in answers.items()
        ]
        show_json({"schema": SCHEMA, "channels": found}, common.out)
    else:
        show(checks_page(checks), common.out)
    return _WRONG if any(check.verdict is CheckVerdict.FAIL for check in checks) else 0


@command(
    "broadcast channels health",
    "broadcast channels health email -o json",
    "broadcast channels health --no-probe",
    name="health",
)
def tell_health(
    common: Common, name: Name = None, no_probe: NoProbe = False, output: ListForm = OutputForm.HUMAN
) -> int:
    """Show which channels work now, from the last 24 hours, their own answers and their providers' pages.

    Sends no message. The exit code is 6 if a required channel is down.
    """
    from broadcast.cli.output.health import health_json, health_page

    settings = load_settings(common.config, sandbox=common.sandbox)
    chosen = list(_chosen(settings.channels, name).values())
    found, trouble = _survey(settings, chosen, probing=not no_probe)
    if output is OutputForm.JSON:
        show_json({"schema": HEALTH, **health_json(found, trouble, settings.timezone)}, common.out)
    else:
        show(health_page(found, trouble, settings.timezone), common.out)
    return _WRONG if any(one.down and not one.channel.optional for one in found.channels) else 0


def _survey(
    settings: Settings, channels: Sequence[ChannelSettings], *, probing: bool
) -> tuple[Survey, str | None]:
    """Return the survey, and why it was made without the ledger, if so."""
    from broadcast.cli.ledger import use_ledger
    from broadcast.model.clock import SystemClock
    from broadcast.monitoring.survey import Surveyor

    try:
        with use_ledger(settings) as ledger:
            return complete(Surveyor(settings, ledger, SystemClock(), probing).survey(channels)), None
    except LedgerError as error:
        return complete(Surveyor(settings, None, SystemClock(), probing).survey(channels)), str(error)


def _chosen(channels: Mapping[str, ChannelSettings], name: str | None) -> Mapping[str, ChannelSettings]:
    if not channels:
        raise NothingMatched("there is no channel", hint="add one to the configuration: [channels.email]")
    if name is None:
        return channels
    if name in channels:
        return {name: channels[name]}
    raise UsageError(f"there is no channel {name}", hint=suggest(name, channels))


def _row(channel: ChannelSettings, can: Capabilities) -> tuple[str | StyledWord, ...]:
    return (
        StyledWord(channel.name, Tone.STRONG),
        channel.adapter + (" (optional)" if channel.optional else ""),
        str(can.kind),
        str(can.address) if can.address else "everybody",
        f"{can.max_batch:,}",
        _THREADING[can.threading],
        _REPEAT[can.idempotency],
        ", ".join(channel.fate or can.fate),
    )


def _json(channel: ChannelSettings, can: Capabilities) -> dict[str, object]:
    fate = list(channel.fate or can.fate)
    capabilities = asdict(can) | {"fate": fate}
    return {"name": channel.name, "adapter": channel.adapter, "optional": channel.optional, **capabilities}


channels = group(
    "channels",
    "List and check the channels, and show which of them work.",
    [list_channels, ask, tell_health],
    ["broadcast channels list", "broadcast channels test email", "broadcast channels health"],
)
