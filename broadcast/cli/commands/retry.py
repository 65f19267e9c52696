"""`retry`: finish what is still owed."""

from __future__ import annotations

from broadcast.cli.command import command
from broadcast.cli.inputs import read_limits
from broadcast.cli.options import Common, MaybeIncident, Run
from broadcast.cli.output.progress import watching
from broadcast.cli.result import show_result
from broadcast.operations.retry import retry as finish
from broadcast.wiring import load_settings, make_delivery, open_ledger


@command("broadcast retry", "broadcast retry INC-7 --deadline 5m")
def retry(common: Common, run: Run, incident: MaybeIncident = None) -> int:
    """Finish what an interrupted or failed run still owes.

    Safe at any time and twice: what nobody can say is looked up at the provider before anything is sent
    again, and whoever was told is not told twice.
    """
    limits = read_limits(run)
    settings = load_settings(common.config, sandbox=common.sandbox)
    ledger = open_ledger(settings)
    try:
        with watching(common, run.output) as listener:
            result = finish(make_delivery(settings, ledger, listener), incident, limits)
    finally:
        ledger.close()
    show_result(result, run.output, common)
    return result.exit_code
