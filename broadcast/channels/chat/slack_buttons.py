"""The buttons below a notice that asks something: one to confirm it, or one for each option.

A pressed button comes back in a form, signed by v0 of Slack's scheme, with JSON in its field `payload`.
Sources: https://docs.slack.dev/reference/block-kit/blocks/actions-block/,
https://docs.slack.dev/authentication/verifying-requests-from-slack/ and
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload/ (2026-11-29).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from broadcast.channels.receiving import (
    form_body,
    is_json,
    json_object_body,
    require_equal,
    require_recent,
)
from broadcast.channels.responses import objects, text_of
from broadcast.localisation.phrase_book import PhraseBook
from broadcast.model.inbound import Challenge, Forged, InboundRequest, KeyPress, Malformed
from broadcast.model.outgoing import Outgoing
from broadcast.model.question import NoticeQuestion

SIGNATURE, TIMESTAMP = "x-slack-signature", "x-slack-request-timestamp"
WITHIN = timedelta(minutes=5)
#: Names our buttons: `broadcast_answer_1` has the value `1`, in a block with our reference as its id.
ACTION, BLOCK = "broadcast_answer", "broadcast:"
PHRASES = PhraseBook(Path(__file__).with_name("phrases"))
_CONFIRM = "1"  # the value of the key that confirms in a call
_MOST_BUTTONS, _LONGEST_LABEL = 25, 75  # Slack's limits
_LONGEST_CHALLENGE = 1000  # characters; Slack's are about 50


def buttons(outgoing: Outgoing) -> list[dict[str, Any]]:
    """Return the block of buttons of a notice; none if it asks nothing.

    The first press of anybody answers for the room.
    """
    if outgoing.question is None:
        return []
    return button_block(outgoing.key, outgoing.question, outgoing.message.locale)


def button_block(key: str, question: NoticeQuestion, locale: str) -> list[dict[str, Any]]:
    """Return the block of buttons for a question; `key` is our reference of the message."""
    phrases = PHRASES.phrases(locale if PHRASES.has(locale) else "en")
    labels = {option: option for option in question.options} or {_CONFIRM: phrases("confirm")}
    elements = [
        _button(number, value, label)
        for number, (value, label) in enumerate(list(labels.items())[:_MOST_BUTTONS], 1)
    ]
    return [{"type": "actions", "block_id": f"{BLOCK}{key}", "elements": elements}]


def _button(number: int, value: str, label: str) -> dict[str, object]:
    text = {"type": "plain_text", "text": label[:_LONGEST_LABEL], "emoji": False}
    return {"type": "button", "action_id": f"{ACTION}_{number}", "text": text, "value": value}


def pressed_or_asked(request: InboundRequest, signing_secret: str) -> Iterator[KeyPress | Challenge]:
    """Yield the buttons of ours that a person pressed, or what Slack asks to prove that the address is ours.

    Raises:
        Forged: The signature is missing or wrong, more than five minutes old, or there is no secret.
        Malformed: The body is neither JSON nor a form with a `payload` of JSON.
    """
    _verify(request, signing_secret)
    if is_json(request):
        yield from _events(json_object_body(request))
        return
    payload = _payload(request)
    if payload.get("type") != "block_actions":
        return
    ref, person = text_of(_table(payload, "container"), "message_ts"), text_of(_table(payload, "user"), "id")
    for action in objects(payload.get("actions")) or []:
        block, pressed = text_of(action, "block_id"), text_of(action, "value")
        ours = text_of(action, "action_id").startswith(ACTION) and block.startswith(BLOCK)
        if ours and ref and pressed:
            yield KeyPress(ref=ref, key=block.removeprefix(BLOCK), pressed=pressed, sender=person)


def _events(document: Mapping[str, object]) -> Iterator[Challenge]:
    """Yield the challenge with which the Events API checks an address; its events say nothing to us.

    https://docs.slack.dev/reference/events/url_verification (2026-11-30).
    """
    challenge = text_of(document, "challenge")
    if document.get("type") == "url_verification" and challenge and len(challenge) <= _LONGEST_CHALLENGE:
        yield Challenge(challenge)


def sign(body: bytes, timestamp: str, signing_secret: str) -> str:
    """Return Slack's signature of a body."""
    secret = signing_secret.encode("utf-8", "surrogatepass")
    signed = b"v0:" + timestamp.encode() + b":" + body
    return f"v0={hmac.digest(secret, signed, hashlib.sha256).hex()}"


def _verify(request: InboundRequest, signing_secret: str) -> None:
    timestamp = request.headers.get(TIMESTAMP, "")
    if not signing_secret:
        raise Forged
    require_recent(timestamp, request.at, WITHIN)
    made = sign(request.body, timestamp, signing_secret)
    require_equal(made.encode(), request.headers.get(SIGNATURE, ""))


def _payload(request: InboundRequest) -> Mapping[str, object]:
    try:
        payload = json.loads(dict(form_body(request)).get("payload", ""))
    except (ValueError, RecursionError):
        raise Malformed("the form has no payload of JSON") from None
    if not isinstance(payload, dict):
        raise Malformed("the payload is not a JSON object")
    return payload


def _table(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name)
    return value if isinstance(value, Mapping) else {}
