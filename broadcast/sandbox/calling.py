"""The control interface of the sandbox's telephone: begin a call, act for a person in it, show all calls."""

from __future__ import annotations

import re
import secrets
from typing import Any

from broadcast.errors import UsageError
from broadcast.sandbox.callbacks import CallbackSender
from broadcast.sandbox.records import Received
from broadcast.sandbox.state import SandboxState
from broadcast.sandbox.telephone.telephone import Telephone
from broadcast.sandbox.wire.base import WireAnswer, WireRequest, answer_json

SCHEMA = "broadcast.sandbox/1"
ROUTES = frozenset(
    {("POST", "/_sandbox/call"), ("POST", "/_sandbox/call/act"), ("GET", "/_sandbox/calls.json")}
)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_SOMEBODY = "+4915112345678"


async def call_as_person(state: SandboxState, request: WireRequest, path: str) -> WireAnswer:
    """Answer a request.

    `{"from": ..., "to": ...}` begins a call; both may be missing, and `from` may be `withheld`.
    `{"call": ..., "leg": ..., "do": ..., "words": ...}` is what a person on the phone does.
    """
    if path.endswith("/calls.json"):
        calls = state.telephone.calls.values() if state.telephone else ()
        shown = [one.as_json() for one in calls]
        return answer_json(200, {"schema": SCHEMA, "lines": list(state.lines()), "calls": shown})
    fields = request.json()
    if not isinstance(fields, dict):
        return answer_json(400, {"error": "not a JSON object", "hint": None})
    try:
        act = _act if path.endswith("/act") else _begin
        return answer_json(200, {"schema": SCHEMA, "call": await act(state, request, fields)})
    except UsageError as error:
        return answer_json(400, {"error": str(error), "hint": error.hint})


async def _begin(state: SandboxState, request: WireRequest, fields: dict[str, Any]) -> dict[str, Any]:
    caller = str(fields.get("from") or _SOMEBODY).replace(" ", "")
    called = str(fields.get("to") or next(iter(state.lines()), ""))
    if caller != "withheld" and not _NUMBER.fullmatch(caller):
        raise UsageError(
            f"{caller} is not a number with its country code", hint="write it like +4915112345678"
        )
    number = "" if caller == "withheld" else caller
    call = await _telephone(state).begin(number, called, state.hooks(), request.at)
    return call.as_json()


async def _act(state: SandboxState, _request: WireRequest, fields: dict[str, Any]) -> dict[str, Any]:
    given = {name: str(fields.get(name) or "") for name in ("call", "leg", "do", "words")}
    call = await _telephone(state).act(given["call"], given["leg"], given["do"], given["words"])
    return call.as_json()


def _telephone(state: SandboxState) -> Telephone:
    if state.telephone is None:
        raise UsageError("the sandbox is not open", hint="start it: broadcast sandbox start")
    return state.telephone


def open_telephone(state: SandboxState, post: CallbackSender) -> Telephone:
    """Return the telephone of a sandbox; SMS that a document sends arrive on its phones."""

    def text(to: str, sender: str, words: str) -> None:
        state.record(
            Received(
                provider="twilio", at=state.clock.now(), to=to, sender=sender, subject=None, text=words,
                html=None, key=None, ref="SM" + secrets.token_hex(16), thread=None,
                extra={"account": "sandbox", "answers": "call"},
            )
        )  # fmt: skip

    return Telephone(post, text)
