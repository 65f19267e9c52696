"""Our check of Slack's signatures, against the verifier in Slack's own SDK."""

from __future__ import annotations

import subprocess
import sys

import pytest

from broadcast.channels.chat.slack_buttons import sign
from tests.interop.programs import pypi

BODIES = ("payload=%7B%22type%22%3A%22block_actions%22%7D", "", "payload=\u00e4 \U0001f64f+%C3%BC")
VERIFY = """
import sys
from slack_sdk.signature import SignatureVerifier

body, timestamp, signature = sys.argv[1:]
clock = type("At", (), {"now": lambda _: int(timestamp)})()
print(SignatureVerifier("s3cret", clock).is_valid(body, timestamp, signature))
"""


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("secret", ["s3cret", "an0ther"])
def test_slacks_sdk_believes_what_we_would_believe(body, secret):
    made = sign(body.encode(), "1777896000", secret)
    command = [sys.executable, "-c", VERIFY, body, "1777896000", made]

    verdict = subprocess.run(
        command,
        env={"PYTHONPATH": str(pypi("slack_sdk==3.48.0"))},
        capture_output=True,
        text=True,
        check=True,
    )

    assert verdict.stdout.strip() == str(secret == "s3cret")
