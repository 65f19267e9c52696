"""Buttons that people press in Slack."""

from __future__ import annotations

import json
from urllib.parse import quote_plus

import pytest

from broadcast.channels.chat.slack_interaction import SIGNATURE, TIMESTAMP, key_presses, sign
from broadcast.model.inbound import Forged, InboundRequest, KeyPress
from broadcast.testing.ledger_samples import NOON

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
#: The example of https://docs.slack.dev/authentication/verifying-requests-from-slack/ (2026-11-29).
BODY = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
    "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
ANSWER = {"action_id": "broadcast_answer_1", "block_id": "broadcast:k1", "value": "1"}


def pressed(*actions: object, **more: object) -> list[KeyPress]:
    payload = {
        "type": "block_actions", "user": {"id": "U1"}, "container": {"message_ts": "1.2"},
        "actions": list(actions), **more,
    }  # fmt: skip
    body = f"payload={quote_plus(json.dumps(payload))}".encode()
    timestamp = str(int(NOON.timestamp()))
    headers = {SIGNATURE: sign(body, timestamp, SECRET), TIMESTAMP: timestamp}
    asked = InboundRequest(method="POST", url="https://a.example/", headers=headers, body=body, at=NOON)
    return list(key_presses(asked, SECRET))


def test_the_signature_is_the_one_in_slacks_documentation():
    made = sign(BODY.encode(), "1531420618", SECRET)

    assert made == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_a_button_names_the_message_our_reference_and_the_person():
    assert pressed(ANSWER) == [KeyPress(ref="1.2", key="k1", pressed="1", sender="U1")]


@pytest.mark.parametrize(
    "action",
    [
        {**ANSWER, "action_id": "approve"},
        {**ANSWER, "block_id": "b1"},
        {**ANSWER, "value": ""},
        {"action_id": "broadcast_answer_1"},
    ],
)
def test_buttons_of_other_apps_say_nothing(action):
    assert pressed(action) == []


@pytest.mark.parametrize("more", [{"type": "view_submission"}, {"container": []}, {"actions": [1]}])
def test_other_interactions_say_nothing(more):
    assert pressed(ANSWER, **more) == []


def test_without_a_secret_nothing_is_believed():
    asked = InboundRequest(method="POST", url="https://a.example/", headers={}, body=b"", at=NOON)

    with pytest.raises(Forged):
        list(key_presses(asked, ""))
