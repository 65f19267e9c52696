"""Buttons that people press in Slack."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote_plus

import pytest

from broadcast.channels import registry
from broadcast.channels.chat.slack_buttons import SIGNATURE, TIMESTAMP, buttons, pressed_or_asked, sign
from broadcast.config.settings import ChannelSettings
from broadcast.model.inbound import Challenge, Forged, InboundRequest, KeyPress
from broadcast.model.question import NoticeQuestion
from broadcast.sandbox.wire.slack_blocks import blocks_problem
from broadcast.testing.adapter_contract import using
from broadcast.testing.ledger_samples import NOON
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
#: The example of https://docs.slack.dev/authentication/verifying-requests-from-slack/ (2026-11-29).
BODY = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    "&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    "&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
    "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
ANSWER = {"action_id": "broadcast_answer_1", "block_id": "broadcast:k1", "value": "1"}


def signed(body: bytes, **headers: str) -> InboundRequest:
    timestamp = str(int(NOON.timestamp()))
    made = {SIGNATURE: sign(body, timestamp, SECRET), TIMESTAMP: timestamp, **headers}
    return InboundRequest(method="POST", url="https://a.example/", headers=made, body=body, at=NOON)


def pressed(*actions: object, **more: object) -> list[KeyPress | Challenge]:
    payload = {
        "type": "block_actions", "user": {"id": "U1"}, "container": {"message_ts": "1.2"},
        "actions": list(actions), **more,
    }  # fmt: skip
    return list(pressed_or_asked(signed(f"payload={quote_plus(json.dumps(payload))}".encode()), SECRET))


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
        list(pressed_or_asked(asked, ""))


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"type": "url_verification", "challenge": "3eZbrw1aB"}, [Challenge("3eZbrw1aB")]),
        ({"type": "url_verification", "challenge": "x" * 2000}, []),
        ({"type": "url_verification"}, []),
        ({"type": "event_callback", "challenge": "x", "event": {"type": "message"}}, []),
    ],
)
def test_only_slacks_check_of_the_address_is_answered(document, found):
    asked = signed(json.dumps(document).encode(), **{"content-type": "application/json"})

    assert list(pressed_or_asked(asked, SECRET)) == found


def asking(*options: str, locale: str = "de"):
    question = NoticeQuestion(
        text="Wann?" if options else "", options=options, asked_at=NOON, answer_by=NOON, wait=60.0
    )
    made = outgoing(None)
    return replace(made, question=question, message=replace(made.message, locale=locale))


@pytest.mark.parametrize(
    ("locale", "label"), [("de", "Verstanden"), ("en", "Understood"), ("fr", "Understood")]
)
def test_a_notice_to_confirm_has_one_button_in_its_language(locale, label):
    (block,) = buttons(asking(locale=locale))

    assert [(one["text"]["text"], one["value"]) for one in block["elements"]] == [(label, "1")]


def test_a_question_has_a_button_for_each_option_within_slacks_limits():
    options = [f"Option {number} {'lang ' * 20}" for number in range(30)]
    (block,) = buttons(asking(*options))

    assert blocks_problem([block]) is None
    assert [one["value"] for one in block["elements"]] == options[:25]


def test_a_pressed_button_of_ours_is_taken():
    message = asking()
    (block,) = buttons(message)
    (button,) = block["elements"]

    (press,) = pressed({**button, "block_id": block["block_id"]})

    assert isinstance(press, KeyPress)
    assert (press.key, press.pressed) == (message.key, "1")


def test_a_notice_that_asks_nothing_has_no_button():
    assert buttons(outgoing(None)) == []


@pytest.mark.parametrize(("secret", "kinds"), [("", ["rich_text"]), (SECRET, ["rich_text", "actions"])])
async def test_buttons_are_sent_only_if_we_can_take_what_they_send(secret, kinds):
    options = {"token": "xoxb-1", "channel": "C0123ABCD", **({"signing_secret": secret} if secret else {})}
    taken = Canned(200, b'{"ok": true, "channel": "C0123ABCD", "ts": "1503435956.000247"}')
    async with serving(answering(taken)) as stub:
        settings = ChannelSettings(
            name="room", adapter="slack", origin="here", base_url=stub.url(), options=options
        )
        async with using(registry.build(settings)) as adapter:
            await adapter.send([asking()])

    posted = json.loads(stub.requests[0].decode().partition("\r\n\r\n")[2])
    assert [block["type"] for block in posted["blocks"]] == kinds
