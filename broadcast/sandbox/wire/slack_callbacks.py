"""What Slack posts when a person presses a button, signed with the secret of the sandbox's app.

Written from https://docs.slack.dev/reference/interaction-payloads/block_actions-payload/ and
https://docs.slack.dev/authentication/verifying-requests-from-slack/ (2026-11-30).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Callback

SECRET = "sandbox"  # noqa: S105 - the stand-in secret of every app in the sandbox
_FORM = "application/x-www-form-urlencoded"


def button_of(received: Sequence[Received], room: str, key: str) -> tuple[str, dict[str, Any]] | None:
    """Return the latest message in a room that has buttons, and the one that `key` counts to, from 1."""
    looks: dict[str, Received] = {}
    for one in received:
        if one.provider == "slack" and one.to == room and not one.deletes:
            looks[one.extra.get("edits") or one.ref] = one
    for ref, look in reversed(looks.items()):
        for block in look.extra.get("blocks") or ():
            if block.get("type") == "actions":
                found = block["elements"][int(key) - 1 : int(key)] if key.isdecimal() and key != "0" else []
                return (ref, {**found[0], "block_id": block["block_id"]}) if found else None
    return None


def press(url: str, room: str, ref: str, button: dict[str, Any], at: datetime) -> Callback:
    """Return the request for a button that a person presses."""
    stamp = str(int(at.timestamp()))
    payload = {
        "type": "block_actions",
        "user": {"id": "U0SANDBOX1", "username": "sandbox", "team_id": "T0SANDBOX0"},
        "api_app_id": "A0SANDBOX0",
        "container": {"type": "message", "message_ts": ref, "channel_id": room, "is_ephemeral": False},
        "channel": {"id": room, "name": "sandbox"},
        "response_url": "https://hooks.slack.com/actions/T0SANDBOX0/1/sandbox",
        "actions": [{**button, "action_ts": f"{at.timestamp():.6f}"}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    made = hmac.digest(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hex()
    headers = {
        "Content-Type": _FORM,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={made}",
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    }
    return Callback(url=url, body=body, headers=headers)
