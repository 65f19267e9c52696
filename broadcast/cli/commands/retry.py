"""`retry`: finish what is still owed."""

from __future__ import annotations

from broadcast.cli.command import command
from broadcast.cli.inputs import read_limits
from broadcast.cli.ledger import opened
from broadcast.cli.options import Common, MaybeIncident, Run
from broadcast.cli.output.progress import watching
from broadcast.cli.result import show_result
from broadcast.operations.retry import retry as finish
from broadcast.wiring import load_settings, make_delivery


@command("broadcast retry", "broadcast retry INC-7 --deadline 5m", "broadcast retry INC-7 --on-unknown hold")
def retry(common: Common, run: Run, incident: MaybeIncident = None) -> int:
    """Finish what an interrupted or failed run still owes.

    Safe at any time and twice: what nobody can say is looked up at the provider before anything is sent
    again, and whoever was told is not told twice.

    Where the provider cannot say either, --on-unknown decides. other-channel (as if nothing was said) tells
    the person by the next channel of the lane, and holds where there is none; hold leaves it as it is; resend
    sends the same again, which somebody may then get twice. `broadcast log` shows whom it concerns.
    """
    limits = read_limits(run)
    settings = load_settings(common.config, sandbox=common.sandbox)
    with opened(settings) as ledger, watching(common, run.output) as listener:
        result = finish(make_delivery(settings, ledger, listener), incident, limits)
    show_result(result, run.output, common)
    return result.exit_code
