"""`hotline ai`: switch the model on and off, and review what it chose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.ai.switch import ModelSwitch
from broadcast.cli.command import command, group
from broadcast.cli.commands.hotline_status import require_hotline
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Block, StyledWord, Table, Tone, line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.settings import Settings
from broadcast.errors import ConfigError
from broadcast.ledger.hotline_switches import RecordedTurn
from broadcast.wiring import load_settings

Most = Annotated[int, typer.Option("--lines", "-n", min=1, max=500, help="So many at the most.")]


@command("broadcast hotline ai off", name="off")
def off(common: Common) -> None:
    """Ask no model any more, at once, also in calls under way; it works without the ledger."""
    switch = _switch(load_settings(common.config, sandbox=common.sandbox))
    try:
        switch.turn_off()
    except OSError as error:
        raise _unwritable(switch, error) from None
    show([line("no model is asked; every question is answered without one")], common.out)


@command("broadcast hotline ai on", name="on")
def on(common: Common) -> None:
    """Let the model of `[ai]` be asked again."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    switch = _switch(settings)
    if settings.ai is None:
        raise ConfigError(
            "there is no model in the configuration",
            hint='add [ai] with base_url = "https://..." and model = "..."',
        )
    try:
        switch.turn_on()
    except OSError as error:
        raise _unwritable(switch, error) from None
    show([line(f"{settings.ai.model} may be asked again")], common.out)


@command("broadcast hotline ai sample", "broadcast hotline ai sample -n 50 -o json", name="sample")
def sample(common: Common, lines: Most = 20, output: ListForm = OutputForm.HUMAN) -> None:
    """Show questions to the model, chosen at random, with what was said, to be reviewed by people."""
    settings = load_settings(common.config, sandbox=common.sandbox)
    require_hotline(settings)
    with use_ledger(settings) as ledger:
        found = ledger.hotline.model_turns(lines)
    if output is OutputForm.JSON:
        turns = [_json(one, settings.timezone) for one in found]
        show_json({"schema": "broadcast.ai-sample/1", "turns": turns}, common.out)
    else:
        show(_page(found, settings.timezone), common.out)


def _switch(settings: Settings) -> ModelSwitch:
    require_hotline(settings)
    return ModelSwitch.beside(settings.ledger)


def _unwritable(switch: ModelSwitch, error: OSError) -> ConfigError:
    return ConfigError(
        f"{switch.path} cannot be written: {error.strerror}",
        hint="remove the table [ai] and restart `broadcast serve`",
    )


def _page(found: Sequence[RecordedTurn], zone: ZoneInfo) -> list[Block]:
    if not found:
        return [line("no model was asked yet")]
    rows = tuple(
        (
            StyledWord(clock_time(one.at, zone), Tone.STRONG),
            one.locale,
            str(one.details.get("question") or "not kept"),
            str(one.details.get("result", "")),
            str(one.details.get("spoken") or ""),
            f"{one.details.get('ms', 0)} ms",
        )
        for one in found
    )
    return [Table(("at", "language", "question", "result", "said", "took"), rows)]


def _json(one: RecordedTurn, zone: ZoneInfo) -> dict[str, Any]:
    shown = ("question", "result", "model", "ms", "sentences", "facts", "spoken", "reason")
    details = {name: one.details.get(name) for name in shown}
    return {"at": iso(one.at, zone), "call": one.call, "locale": one.locale, **details}


ai = group(
    "ai",
    "Switch the model of [ai] off and on, and review what it chose.",
    [off, on, sample],
    ["broadcast hotline ai off", "broadcast hotline ai sample"],
)
