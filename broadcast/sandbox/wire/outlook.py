"""Mail in Microsoft Graph, version 1.0: drafts, their sending, and what a mailbox holds."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import unquote

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import (
    Account,
    Refusal,
    WireAnswer,
    WireRequest,
    answer_json,
    retry_header,
    whole,
)
from broadcast.sandbox.wire.letter import seen_in
from broadcast.sandbox.wire.outlook_rules import message_problem, recipients

_ROUTE = re.compile(r"v1\.0/users/(?P<user>[^/]+)/messages(?:/(?P<id>[^/]+)(?P<send>/send)?)?")
_BY_PROPERTY = re.compile(
    r"singleValueExtendedProperties/any\((\w+):\s*\1/id eq '([^']+)' and \1/value eq '([^']*)'\)",
    re.IGNORECASE,
)
#: Reports of non-delivery since a time, by the class of the message.
_REPORTS = re.compile(
    r"receivedDateTime ge ([0-9TZ:.-]+) and singleValueExtendedProperties/any\((\w+):\s*"
    r"\2/id eq 'String 0x001A' and \2/value eq 'REPORT\.IPM\.Note\.NDR'\)",
    re.IGNORECASE,
)
_BY_ID = re.compile(r"internetMessageId eq '([^']*)'", re.IGNORECASE)
_CODES = {
    401: "InvalidAuthenticationToken",
    403: "ErrorAccessDenied",
    404: "ErrorItemNotFound",
    405: "Request_BadRequest",
    429: "ApplicationThrottled",
}
_GAP = re.compile(r"\n[ \n]*\n[ \n]*\n")
_IN_REPLY_TO, _REFERENCES = "string 0x1042", "string 0x1039"
_ACCOUNT = Account(
    "outlook/v1.0",
    {
        "tenant": "sandbox",
        "client_id": "sandbox",
        "client_secret": "sandbox",
        "token_url": "http://{place}/entra/sandbox/oauth2/v2.0/token",
    },
)


class Outlook:
    """Every mailbox that is asked for. A draft is a record that people do not see; its sending is another.

    A mail to an address that begins with `returned` comes back: there is no such mailbox.
    """

    name: ClassVar[str] = "outlook"
    accounts: ClassVar[Mapping[str, Account]] = {"outlook": _ACCOUNT}

    def __init__(self) -> None:
        self._messages: dict[str, Received] = {}

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token.strip() in {"", "wrong"}:
            return _error(401, "Access token is empty or invalid.")
        route = _ROUTE.fullmatch(request.path)
        if route is None:
            return _error(404, "Resource not found for the segment.", "ResourceNotFound")
        user = unquote(route["user"])
        if "@" not in user:
            return _error(404, "The requested user is invalid.", "ErrorInvalidUser")
        if route["id"] is None:
            return self._draft(user, request) if request.method == "POST" else self._listed(user, request)
        message = self._messages.get(unquote(route["id"]))
        if message is None or message.sender != user:
            return _error(404, "The specified object was not found in the store.")
        return self._send(message, request) if route["send"] else answer_json(200, _shown(message))

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return Graph's error document."""
        answer = _error(refusal.status, "The server could not do it now.")
        return replace(answer, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Add a draft, or its sending, which takes its place."""
        draft = received.extra.get("draft") or received.ref
        self._messages.pop(draft, None)
        self._messages[received.ref] = received

    def forget(self) -> None:
        """Delete the state."""
        self._messages.clear()

    def _reports(self, user: str, since: str) -> Iterator[dict[str, Any]]:
        sent = (one for one in self._messages.values() if one.sender == user)
        reports = (_report(one) for one in sent if _is_returned(one))
        return (one for one in reports if one["receivedDateTime"] >= since)

    def _draft(self, user: str, request: WireRequest) -> WireAnswer:
        document = request.json()
        if not isinstance(document, dict):
            return _error(400, "Empty Payload. JSON content expected.", "BadRequest")
        problem = message_problem(document)
        if problem:
            return _error(400, problem[1], problem[0])
        received = _received(user, document, request.at)
        self.keep(received)
        return answer_json(201, _shown(received), (received,))

    def _send(self, message: Received, request: WireRequest) -> WireAnswer:
        if request.method != "POST":
            return _error(405, "The method is not allowed.")
        if "unseen" not in message.extra:
            return _error(404, "The specified object was not found in the store.")
        people = message.extra["recipients"]
        if not people or not all("@" in person["address"] for person in people):
            return _error(400, "At least one recipient is not valid.", "ErrorInvalidRecipients")
        kept = {name: value for name, value in message.extra.items() if name != "unseen"}
        sent = tuple(
            replace(
                message,
                at=request.at,
                to=person["address"],
                ref=_new_id(),
                extra={**kept, "name": person.get("name", ""), "draft": message.ref},
            )
            for person in people
        )
        for one in sent:
            self.keep(one)
        return WireAnswer(status=202, received=sent)

    def _listed(self, user: str, request: WireRequest) -> WireAnswer:
        asked = request.parameters()
        wanted = asked.get("$filter", "")
        if reports := _REPORTS.fullmatch(wanted):
            return answer_json(200, {"value": list(self._reports(user, reports[1]))})
        by_property, by_id = _BY_PROPERTY.fullmatch(wanted), _BY_ID.fullmatch(wanted)
        if wanted and not (by_property or by_id):
            return _error(400, "The query filter is not supported.", "ErrorInvalidUrlQueryFilter")
        found = [
            _shown(one)
            for one in reversed(self._messages.values())
            if one.sender == user
            and (by_property is None or one.extra["properties"].get(by_property[2].lower()) == by_property[3])
            and (by_id is None or one.extra["message_id"] == by_id[1])
        ]
        return answer_json(200, {"value": found[: whole(asked, "$top", 10, 1000)]})


def _is_returned(one: Received) -> bool:
    return "unseen" not in one.extra and one.to.lower().startswith("returned")


def _report(one: Received) -> dict[str, Any]:
    """Return the report that a mail could not be delivered, as Exchange Online writes it."""
    return {
        "id": f"{one.ref}-report", "receivedDateTime": one.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "bodyPreview": f"{one.to} wasn't found. Remote server returned '550 5.1.10 RecipientNotFound'",
        "internetMessageHeaders": [
            {"name": "From", "value": "postmaster@outlook.example"},
            {"name": "In-Reply-To", "value": one.extra["message_id"]},
            {"name": "References", "value": one.extra["message_id"]},
        ],
    }  # fmt: skip


def _received(user: str, document: Mapping[str, Any], at: datetime) -> Received:
    body = document.get("body", {})
    html = body.get("content", "") if body.get("contentType", "text").lower() == "html" else None
    properties = {
        one["id"].lower(): one["value"] for one in document.get("singleValueExtendedProperties", [])
    }
    headers = {one["name"].lower(): one["value"] for one in document.get("internetMessageHeaders", [])}
    message_id = document.get("internetMessageId") or f"<{secrets.token_hex(12)}@outlook.example>"
    people = recipients(document)
    references = properties.get(_REFERENCES, "").split()
    return Received(
        provider=Outlook.name, at=at, to=people[0]["address"] if people else "", sender=user,
        subject=document.get("subject"), text=_text(body),
        html=html, key=headers.get("x-broadcast-key"), ref=_new_id(),
        thread=properties.get(_IN_REPLY_TO) or next(iter(references), None),
        extra={
            "unseen": True, "message_id": message_id, "recipients": people, "headers": headers,
            "properties": properties, "references": references,
        },
    )  # fmt: skip


def _text(body: Mapping[str, str]) -> str:
    """Return what a program shows that knows no HTML: Exchange adds it when the message leaves."""
    content = body.get("content", "")
    html = body.get("contentType", "text").lower() == "html"
    return _GAP.sub("\n\n", seen_in(content)).strip() if html else content


def _shown(one: Received) -> dict[str, Any]:
    kind, content = ("text", one.text) if one.html is None else ("html", one.html)
    return {
        "id": one.ref, "isDraft": "unseen" in one.extra, "subject": one.subject or "",
        "internetMessageId": one.extra["message_id"], "body": {"contentType": kind, "content": content},
        "toRecipients": [{"emailAddress": person} for person in one.extra["recipients"]],
        "createdDateTime": one.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }  # fmt: skip


def _new_id() -> str:
    return f"AAMk{secrets.token_urlsafe(48)}="


def _error(status: int, message: str, code: str = "") -> WireAnswer:
    return answer_json(
        status, {"error": {"code": code or _CODES.get(status, "UnknownError"), "message": message}}
    )
