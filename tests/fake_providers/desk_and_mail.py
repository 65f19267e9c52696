"""What Zendesk and Microsoft Graph answer, from their official descriptions alone."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from broadcast.model.clock import SystemClock
from tests.fake_providers.answers import Answered, Asked, Broken

_BY_PROPERTY = re.compile(
    r"singleValueExtendedProperties/any\(p:p/id eq '([^']+)' and p/value eq '([^']+)'\)"
)


class Zendesk:
    """Tickets of one account, each with its comments, oldest first."""

    def __init__(self) -> None:
        self.tickets: list[dict[str, Any]] = []
        self.comments: dict[int, list[dict[str, Any]]] = {}
        self._numbers = count(35_436)

    def answer(self, asked: Asked) -> Answered:
        """Open a ticket, comment on it, or show what there is."""
        if asked.method == "POST":
            return Answered(201, {"ticket": self._open(asked.document["ticket"])})
        number = next((int(part) for part in asked.path.split("/") if part.isdigit()), None)
        if number is None:
            wanted = asked.query.get("external_id")
            return Answered(200, {"tickets": [t for t in self.tickets if t["external_id"] == wanted]})
        if asked.path.endswith("/comments"):
            return Answered(200, {"comments": self.comments[number][::-1]})
        [ticket] = [one for one in self.tickets if one["id"] == number]
        comment = self._write(ticket, asked.document["ticket"])
        event = {"id": comment["id"], "type": "Comment", "body": comment["html_body"]}
        return Answered(200, {"ticket": ticket, "audit": {"id": next(self._numbers), "events": [event]}})

    def _open(self, fields: dict[str, Any]) -> dict[str, Any]:
        ticket: dict[str, Any] = {"id": next(self._numbers), "requester_id": 1, "created_at": _now()}
        self.tickets.append(ticket)
        self.comments[ticket["id"]] = []
        self._write(ticket, fields)
        return ticket

    def _write(self, ticket: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        if not fields["comment"].get("html_body"):
            raise Broken("a comment without a text")
        ticket |= {name: value for name, value in fields.items() if name not in {"comment", "metadata"}}
        comment = {"id": next(self._numbers), "created_at": _now(), **fields["comment"]}
        comment["metadata"] = {"custom": fields.get("metadata", {})}
        self.comments[ticket["id"]].append(comment)
        return comment


class Graph:
    """One mailbox; a message is a draft until it is sent, and is sent once."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @property
    def sent(self) -> list[dict[str, Any]]:
        """What is no longer a draft."""
        return [one for one in self.messages if not one["isDraft"]]

    def answer(self, asked: Asked) -> Answered:
        """Write a draft, send one, or show what there is."""
        if asked.method == "GET":
            return Answered(
                200, {"value": [one for one in self.messages if _has(one, asked.query["$filter"])]}
            )
        if asked.path.endswith("/send"):
            return self._send(asked.path.split("/")[-2])
        names = [header["name"] for header in asked.document["internetMessageHeaders"]]
        if len(names) > 5 or not all(name.startswith("x-") for name in names):
            raise Broken(f"headers that Graph does not take: {names}")
        message = {"id": f"AAMk{len(self.messages)}", "isDraft": True, **asked.document}
        self.messages.append(message)
        return Answered(201, message)

    def _send(self, wanted: str) -> Answered:
        [message] = [one for one in self.messages if one["id"] == wanted]
        if not message["isDraft"]:
            return Answered(404, {"error": {"code": "ErrorItemNotFound", "message": "Not found."}})
        message["isDraft"] = False
        return Answered(204)


def _has(message: dict[str, Any], wanted: str) -> bool:
    found = _BY_PROPERTY.fullmatch(wanted)
    if found is None:
        raise Broken(f"a filter that Graph does not know: {wanted}")
    return {"id": found[1], "value": found[2]} in message["singleValueExtendedProperties"]


def _now() -> str:
    return SystemClock().now().strftime("%Y-%m-%dT%H:%M:%SZ")
