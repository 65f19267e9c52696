"""Our buttons and answers in Slack, against the models, the client and the verifier of Slack's own SDK."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any
from urllib.parse import urlencode

import pytest

from broadcast.channels.chat.slack_answers import update_fields
from broadcast.channels.chat.slack_buttons import SIGNATURE, TIMESTAMP, button_block, pressed_or_asked
from broadcast.channels.chat.slack_message import content
from broadcast.model.inbound import Challenge, InboundRequest, KeyPress
from broadcast.model.message import Message
from broadcast.model.question import NoticeQuestion
from broadcast.model.room import RoomAnswer, RoomAnswers
from broadcast.sandbox.server import Sandbox
from broadcast.testing.ledger_samples import NOON, after
from tests.interop.programs import pypi

SDK = "slack_sdk==3.48.0"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
OPTIONS = ("Köln & <b>Bonn</b>, sofort", "x" * 60, "Nein")
QUESTION = NoticeQuestion(text="Wohin?", options=OPTIONS, asked_at=NOON, answer_by=after(900), wait=60.0)
ROOM = RoomAnswers(
    ref="1777896000.000100",
    key="k1",
    incident="INC-7",
    sequence=-1,
    message=Message(locale="de", text="Kasse gestört"),
    question=QUESTION,
    answers=(
        RoomAnswer(answer=OPTIONS[0], at=NOON, user="U1"),
        RoomAnswer(answer="Nein", at=NOON, name="Ada"),
    ),
    open=True,
)
PRESSED = {
    "type": "block_actions",
    "user": {"id": "U1"},
    "container": {"message_ts": "1.2"},
    "actions": [{"action_id": "broadcast_answer_1", "block_id": "broadcast:k1", "value": "1"}],
}
#: Every block is read by the SDK's models, which check Slack's limits, and written anew without a loss.
VALIDATE = """
import json, sys
from slack_sdk.models.blocks import Block

given = json.load(sys.stdin)
blocks = Block.parse_all(given)
for block in blocks:
    block.validate_json()
print(json.dumps([block.to_dict() for block in blocks]))
"""
SIGN = """
import sys
from slack_sdk.signature import SignatureVerifier

body, timestamp, secret = sys.stdin.read(), sys.argv[1], sys.argv[2]
print(SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body))
"""
#: The client updates a message in our sandbox as we do.
UPDATE = """
import json, sys
from slack_sdk import WebClient

client = WebClient(token="xoxb-sandbox", base_url=sys.argv[1] + "/")
ts = client.chat_postMessage(channel="C0SANDBOX0", text="Kasse")["ts"]
fields = json.load(sys.stdin)
print(client.chat_update(**{**fields, "channel": "C0SANDBOX0", "ts": ts})["ok"])
"""


def sdk(program: str, given: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        input=given,
        env={"PYTHONPATH": str(pypi(SDK))},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "blocks",
    [
        button_block("k1", QUESTION, "de"),
        button_block("k1", NoticeQuestion(asked_at=NOON, answer_by=NOON, wait=60.0), "en"),
        update_fields("C0123ABCD", ROOM)["blocks"],
        content("Kasse <gestört>")["blocks"],
    ],
)
def test_slacks_models_take_our_blocks(blocks: list[dict[str, Any]]):
    read = json.loads(sdk(VALIDATE, json.dumps(blocks)))

    assert [block["type"] for block in read] == [block["type"] for block in blocks]
    for ours, theirs in zip(blocks, read, strict=True):
        if ours["type"] == "actions":
            assert theirs == ours


@pytest.mark.parametrize(
    ("body", "content_type", "found"),
    [
        (
            json.dumps({"type": "url_verification", "token": "t", "challenge": "3eZbrw1aBm2r"}),
            "application/json",
            Challenge("3eZbrw1aBm2r"),
        ),
        (
            urlencode({"payload": json.dumps(PRESSED)}),
            "application/x-www-form-urlencoded",
            KeyPress(ref="1.2", key="k1", pressed="1", sender="U1"),
        ),
    ],
)
def test_what_slacks_sdk_signs_is_believed(body, content_type, found):
    timestamp = str(int(NOON.timestamp()))
    headers = {
        SIGNATURE: sdk(SIGN, body, timestamp, SECRET),
        TIMESTAMP: timestamp,
        "content-type": content_type,
    }
    asked = InboundRequest(
        method="POST", url="https://a.example/", headers=headers, body=body.encode(), at=NOON
    )

    assert list(pressed_or_asked(asked, SECRET)) == [found]


async def test_the_sandbox_takes_an_edit_of_slacks_client_as_ours():
    async with Sandbox() as sandbox:
        said = await asyncio.to_thread(
            sdk, UPDATE, json.dumps(update_fields("C0SANDBOX0", ROOM)), sandbox.base_url("slack") or ""
        )
        edit = sandbox.received[-1]

    assert said == "True"
    assert "✓ Köln & <b>Bonn</b>, sofort: @U1" in edit.text
