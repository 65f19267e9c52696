"""`sandbox reset` and what is left afterwards."""

from __future__ import annotations

import json

from tests.harness.program import run


def test_the_sandbox_is_reset_and_stopped(rehearse, rehearsal):
    rehearse("notify", "Rehearsal", "-a", "agents", "--yes")
    run(rehearsal, "sandbox", "fault", "twilio:down")

    reset = run(rehearsal, "sandbox", "reset")
    status = json.loads(run(rehearsal, "sandbox", "status", "-o", "json").stdout)
    begins = rehearse("status", "--all", "-o", "json").stdout

    assert reset.returncode == 0
    assert (status["running"], status["received"], status["faults"]) == (True, 0, [])
    assert json.loads(begins)["incidents"] == []
