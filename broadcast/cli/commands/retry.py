"""`retry`: send what has not been sent yet."""

from __future__ import annotations

from typing import Annotated

import typer

from broadcast.cli.command import command
from broadcast.cli.commands.publish import pause_if_interrupted
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.ledger import use_ledger
from broadcast.cli.notice_options import WaitOptions
from broadcast.cli.options import Common, OneOrAll
from broadcast.cli.output.progress import show_progress
from broadcast.cli.output.show_result import show_retried
from broadcast.cli.request_input import read_limits
from broadcast.publishing.retry import retry as finish
from broadcast.wiring import load_settings, make_deliverer

Yes = Annotated[
    bool, typer.Option("--yes", help="Accepted for scripts; `retry` never asks.", rich_help_panel="Sending")
]


@command("broadcast retry", "broadcast retry INC-7 --deadline 5m", "broadcast retry INC-7 --on-unknown hold")
def retry(common: Common, run: WaitOptions, incident: OneOrAll = None, yes: Yes = False) -> int:
    """Send what an interrupted, failed or closed incident has not sent yet.

    Without a reference it continues every incident with unsent messages. You can run this at any time, and
    more than once. It first asks the provider about unclear messages. People who surely have a notice do not
    get it again. An end that waits for a missing channel is sent when the channel is back.

    If the provider cannot say whether a message arrived, --on-unknown decides. other-channel (the default)
    tells the person on the next channel of the lane, and waits if there is none; hold waits; resend sends the
    same again, so that the person may get it twice. `broadcast log` shows who is concerned.
    """
    del yes
    limits = read_limits(run)
    settings = load_settings(common.config, sandbox=common.sandbox)
    with use_ledger(settings) as ledger, show_progress(common, run.output) as listener:
        deliverer = make_deliverer(settings, ledger, listener)
        retried = complete(finish(deliverer, incident, limits, stop_by_signals()))
        for result in retried.notices:
            pause_if_interrupted(ledger, result)
    show_retried(retried, run.output, settings.timezone, common)
    return retried.exit_code
