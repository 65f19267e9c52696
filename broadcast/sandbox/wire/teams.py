"""Workflow webhooks of Microsoft Teams: they accept cards and return nothing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Account, Refusal, WireAnswer, WireRequest, answer_json, retry_header

_ROUTE = re.compile(r"workflows/(?P<workflow>[^/]+)/triggers/manual/paths/invoke")
_CARD = "application/vnd.microsoft.card.adaptive"
_MOST_BYTES = 28 * 1024
_VERSION = re.compile(r"1\.[0-6]")
_REFUSALS = {
    401: "DirectApiAuthorizationRequired",
    403: "DirectApiAuthorizationRequired",
    429: "OperationThrottled",
}
#: The name of a workflow selects its failure.
_TROUBLE = {"gone": (404, "WorkflowNotFound"), "off": (400, "WorkflowTriggerIsNotEnabled")}
_HOOK = "https://sandbox.invalid/workflows/sandbox/triggers/manual/paths/invoke?sig=sandbox"


class Teams:
    """Every workflow posts to the room of the same name."""

    name: ClassVar[str] = "teams"
    accounts: ClassVar[Mapping[str, Account]] = {"teams": Account("teams", {"webhook_url": _HOOK})}

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        route = _ROUTE.fullmatch(request.path)
        if route is None or request.method != "POST":
            return _error(404, "WorkflowNotFound")
        if request.parameters().get("sig", "wrong") == "wrong":
            return _error(401, "DirectApiAuthorizationRequired")
        if route["workflow"] in _TROUBLE:
            return _error(*_TROUBLE[route["workflow"]])
        if len(request.body) > _MOST_BYTES:
            return _error(413, "RequestEntityTooLarge")
        content = _content(request.json())
        if content is None:
            return _error(400, "TriggerInputSchemaMismatch")
        received = Received(
            provider="teams", at=request.at, to=route["workflow"], sender="Workflows", subject=None,
            text=_shown(content), html=None, key=request.headers.get("x-ms-client-tracking-id"),
            ref=secrets.token_hex(6), thread=None, extra={"card": content},
        )  # fmt: skip
        return WireAnswer(status=202, received=(received,))

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return the error document of Logic Apps, which runs the workflows."""
        answer = _error(refusal.status, _REFUSALS.get(refusal.status, "InternalServerError"))
        return WireAnswer(status=answer.status, body=answer.body, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Do nothing: there is no look-up."""

    def forget(self) -> None:
        """Do nothing: there is no state."""


def _content(document: Any) -> dict[str, Any] | None:
    """Return the only card, or None if Teams would show none."""
    if not isinstance(document, dict) or document.get("type") != "message":
        return None
    attachments = document.get("attachments")
    first = attachments[0] if isinstance(attachments, list) and attachments else None
    if not isinstance(first, dict) or first.get("contentType") != _CARD:
        return None
    card = first.get("content")
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        return None
    whole = _VERSION.fullmatch(str(card.get("version"))) and isinstance(card.get("body"), list)
    return card if whole and card["body"] else None


def _shown(card: dict[str, Any]) -> str:
    """Return the text that a person reads, with an empty line for a gap."""
    lines: list[str] = []
    for block in card["body"]:
        if block.get("spacing", "Default") != "None" and lines:
            lines.append("")
        lines.append(_line(block))
    return "\n".join(lines)


def _line(block: dict[str, Any]) -> str:
    if block.get("type") == "TextBlock":
        return _plain(block.get("text", ""))
    inlines = block.get("inlines", [])
    return "".join(_plain(one if isinstance(one, str) else one.get("text", "")) for one in inlines)


def _plain(text: str) -> str:
    """Return the text with each function call replaced by its result; a word joiner has no width."""
    return re.sub(r"\{\{(DATE|TIME)\([^)]*\)\}\}", r"<\1>", text).replace("\u2060", "")


def _error(status: int, code: str) -> WireAnswer:
    return answer_json(status, {"error": {"code": code, "message": "The workflow did not take the request."}})
