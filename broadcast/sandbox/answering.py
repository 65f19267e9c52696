"""A person in the sandbox answers: writes an SMS back, or presses a key during a call or a button in a room.

The provider's request goes to `serve`; what the person wrote, and what came back, is on their phone.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Callable
from typing import Any

from broadcast.errors import UsageError
from broadcast.sandbox.records import Received, Requested
from broadcast.sandbox.scenario import PersonAnswer
from broadcast.sandbox.state import SandboxState
from broadcast.sandbox.wire import slack_callbacks, twilio_callbacks
from broadcast.sandbox.wire.base import Callback, WireAnswer, WireRequest, answer_json

SCHEMA = "broadcast.sandbox/1"
ROUTES = frozenset({("POST", "/_sandbox/reply"), ("POST", "/_sandbox/press")})
_NO_SERVE = "start `broadcast --sandbox serve` first"
_KEYS = frozenset("0123456789*#")
_ROOM = re.compile(r"[CGD][A-Z0-9]{6,}", re.ASCII)
_LONGEST = 1600  # characters of a text
_NAMED = 5  # the most numbers that a hint lists
_SMS = ("SMS", "send a notice with --sandbox first")
_CALL = (
    "call that reads keys",
    "start `broadcast --sandbox serve`, then send a notice or a question over a channel with twilio-voice",
)


async def answer_as_person(state: SandboxState, request: WireRequest, path: str) -> WireAnswer:
    """Answer a request of the control interface: `{"number": ..., "text": ...}` or `{..., "key": ...}`."""
    fields = request.json()
    if not isinstance(fields, dict):
        return answer_json(400, {"error": "not a JSON object", "hint": None})
    try:
        act = _reply if path.endswith("/reply") else _press
        status, said = await act(state, request, fields)
    except UsageError as error:
        return answer_json(400, {"error": str(error), "hint": error.hint})
    return answer_json(200, {"schema": SCHEMA, "status": status, "said": said})


async def play_answer(state: SandboxState, answer: PersonAnswer) -> None:
    """Wait for a message to a person, and answer it once, as a scenario says.

    If nobody listens, the timeline shows a request without an answer.
    """
    while not any(one.to == answer.number and one.tells for one in state.received):
        await state.arrival(len(state.received) + 1)
    await asyncio.sleep(answer.after)
    path = "/_sandbox/reply" if answer.text else "/_sandbox/press"
    fields = {"number": answer.number, "text": answer.text, "key": answer.key}
    now = state.clock.now()
    asked = WireRequest(
        method="POST", path=path[1:], query="", headers={}, body=json.dumps(fields).encode(), at=now
    )
    done = await answer_as_person(state, asked, path)
    status = done.status if done.accepted else None
    state.note(Requested(provider="person", at=now, method="POST", path=path, status=status))


async def _reply(state: SandboxState, request: WireRequest, fields: dict[str, Any]) -> tuple[int, str]:
    number, text = str(fields.get("number", "")), str(fields.get("text", ""))
    latest = _latest(state, number, _SMS, lambda one: one.ref.startswith("SM"))
    url = state.hooks().get("twilio-sms")
    if not text.strip() or len(text) > _LONGEST:
        raise UsageError("an SMS has 1 to 1,600 characters", hint='write the text in quotation marks: "Ja"')
    if url is None:
        raise UsageError("nobody listens to replies", hint=_NO_SERVE)
    status, answer = await _post(state, twilio_callbacks.reply(url, latest, text))
    said = twilio_callbacks.words(answer, "Message")
    _keep(state, request, latest, text, {"wrote": True})
    _keep(state, request, latest, said, {})
    return status, said


async def _press(state: SandboxState, request: WireRequest, fields: dict[str, Any]) -> tuple[int, str]:
    number, key = str(fields.get("number", "")), str(fields.get("key", ""))
    if _ROOM.fullmatch(number):
        return await _press_button(state, request, number, key)
    if key not in _KEYS:
        raise UsageError(f"a phone has no key {key!r}", hint="press one of 0 to 9, * and #")
    call = _latest(state, number, _CALL, lambda one: bool(one.extra.get("keys")))
    status, answer = await _post(state, twilio_callbacks.press(call, key))
    said = twilio_callbacks.words(answer, "Say")
    _keep(state, request, call, f"Key {key}", {"wrote": True})
    _keep(state, request, call, said, {"said": [{"text": said, "language": "", "voice": ""}]})
    return status, said


async def _press_button(state: SandboxState, request: WireRequest, room: str, key: str) -> tuple[int, str]:
    """Press a button below the latest message in a room that has some; Slack shows the answer there."""
    url, found = state.hooks().get("slack"), slack_callbacks.button_of(state.received, room, key)
    if found is None:
        raise UsageError(
            f"{room} has no button {key}",
            hint="buttons are counted from 1; a question over a slack channel with signing_secret has some",
        )
    if url is None:
        raise UsageError("nobody listens to buttons", hint=_NO_SERVE)
    status, _ = await _post(state, slack_callbacks.press(url, room, *found, request.at))
    return status, ""


async def _post(state: SandboxState, callback: Callback) -> tuple[int, bytes]:
    if state.callbacks is None:
        raise UsageError("the sandbox is not open", hint=_NO_SERVE)
    status, body = await state.callbacks.post(callback)
    if status >= 300:
        raise UsageError(
            f"serve answered with HTTP {status}", hint="its log on stderr has a line for the request"
        )
    return status, body


def _latest(
    state: SandboxState, number: str, what: tuple[str, str], fits: Callable[[Received], bool]
) -> Received:
    """Return the latest message to a number that fits; `what` it is, and how to get one."""
    found = [one for one in reversed(state.received) if one.provider == "twilio" and one.tells and fits(one)]
    wanted = number.replace(" ", "")
    for one in found:
        if one.to == wanted:
            return one
    name, how = what
    others = list(dict.fromkeys(one.to for one in found))[:_NAMED]
    raise UsageError(
        f"{number or 'this number'} received no {name}",
        hint=f"these numbers did: {', '.join(others)}" if others else how,
    )


def _keep(state: SandboxState, request: WireRequest, to: Received, text: str, extra: dict[str, Any]) -> None:
    """Show a text on the person's phone; it is no message of a notice, so nothing counts or finds it."""
    if text:
        state.record(
            Received(
                provider="twilio", at=request.at, to=to.to, sender=to.sender, subject=None, text=text,
                html=None, key=None, ref="RE" + secrets.token_hex(16), thread=to.ref,
                extra={"account": to.extra["account"], "answers": to.ref, **extra},
            )
        )  # fmt: skip
