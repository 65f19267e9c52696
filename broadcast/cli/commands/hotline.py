"""`hotline`: what callers are told, who takes calls, and what callers are owed."""

from __future__ import annotations

from errno import ENOSPC
from typing import Annotated

import typer

from broadcast.cli.command import command, group
from broadcast.cli.commands.hotline_ai import ai
from broadcast.cli.commands.hotline_follow_ups import callbacks, tickets
from broadcast.cli.commands.hotline_lines import lines
from broadcast.cli.commands.hotline_recordings import recordings
from broadcast.cli.commands.hotline_simulate import simulate_calls
from broadcast.cli.commands.hotline_status import require_hotline, status
from broadcast.cli.commands.hotline_tail import tail
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Common
from broadcast.cli.output.display import show
from broadcast.cli.output.page_blocks import Remark, line
from broadcast.errors import ConfigError
from broadcast.hotline.snapshot import Mode
from broadcast.ledger.hotline_switches import MODE, HotlineSwitch
from broadcast.model.clock import SystemClock
from broadcast.publishing.author import author
from broadcast.wiring import load_settings, make_fallback

ModeName = Annotated[
    Mode,
    typer.Argument(
        metavar="MODE", help="auto rings agents, callback offers call-backs, voicemail records messages."
    ),
]
Note = Annotated[str, typer.Option(metavar="TEXT", help="Why; `hotline status` shows it.")]


@command("broadcast hotline mode callback --note 'half the team is ill'", name="mode")
def set_mode(common: Common, mode: ModeName, note: Note = "") -> None:
    """Choose what happens to callers who want a person; calls that run follow at their next step."""
    _switch(common, MODE, mode.value, note)
    show([line(f"the hotline is in mode {mode.value}")], common.out)


def _switch(common: Common, name: str, value: str, note: str) -> None:
    settings = load_settings(common.config, sandbox=common.sandbox)
    require_hotline(settings)
    switch = HotlineSwitch(name=name, value=value, note=note, author=author(), at=SystemClock().now())
    with use_ledger(settings) as ledger:
        ledger.hotline.set(switch)


@command("broadcast hotline fallback")
def fallback(common: Common) -> None:
    """Write the static document that the provider plays if this machine does not answer.

    Every notice writes it anew. Put it where your provider's fallback URL leads.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    calls, clock = require_hotline(settings), SystemClock()
    with use_ledger(settings) as ledger:
        file = make_fallback(settings, calls, ledger, clock)
        try:
            file.write()
        except OSError as error:
            raise ConfigError(
                f"[hotline] fallback: {file.path} cannot be written: {error.strerror}",
                hint="free some space"
                if error.errno == ENOSPC
                else "name a folder that this user may write to",
            ) from None
    numbers = ", ".join(one.number for one in calls.numbers)
    then = (
        "upload it to a bin of your provider, or to a web server on another machine, and set its address as"
    )
    show(
        [
            line(f"wrote {file.path}"),
            Remark("next", f"{then} the fallback URL of {numbers} (primary handler fails)"),
        ],
        common.out,
    )


hotline = group(
    "hotline",
    "Show and control the hotline; take and end call-backs and messages of callers.",
    [status, tail, set_mode, ai, lines, fallback, callbacks, tickets, recordings, simulate_calls],
    ["broadcast hotline status", "broadcast hotline mode callback", "broadcast hotline callbacks list"],
)
