"""An ntfy server, version 2.16: any topic, its list of messages, written from the documentation."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import Account, Refusal, WireAnswer, WireRequest, answer_json, retry_header

_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}")
_LIST = re.compile(r"(?P<topic>[-_A-Za-z0-9]{1,64})/json")
_SINCE = re.compile(r"(?P<seconds>[0-9]{1,9})s")
_MOST_BYTES = 4096
_ERRORS = {
    400: (40000, "invalid request"),
    401: (40101, "unauthorized"),
    403: (40301, "forbidden"),
    404: (40401, "page not found"),
    413: (41303, "JSON body too large"),
    429: (42901, "limit reached: too many requests"),
}


class Ntfy:
    """Everybody may use every topic, but for those that end in `gone`; a token may be left out."""

    name: ClassVar[str] = "ntfy"
    accounts: ClassVar[Mapping[str, Account]] = {
        "ntfy": Account("ntfy", {"token": "sandbox", "allow_private": ["127.0.0.1"]})
    }

    def __init__(self) -> None:
        self._kept: list[Received] = []

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        scheme, _, token = request.headers.get("Authorization", "Bearer none").partition(" ")
        if scheme != "Bearer" or token in {"", "wrong"}:
            return _error(401)
        if (request.method, request.path) == ("GET", "v1/health"):
            return answer_json(200, {"healthy": True})
        if request.method in {"POST", "PUT"} and not request.path:
            return self._publish(request)
        listed = _LIST.fullmatch(request.path)
        if request.method != "GET" or listed is None:
            return _error(404)
        return _error(403) if listed["topic"].endswith("gone") else self._list(listed["topic"], request)

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return ntfy's error document."""
        answer = _error(refusal.status)
        return WireAnswer(status=answer.status, body=answer.body, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Add one message."""
        self._kept.append(received)

    def forget(self) -> None:
        """Delete the state."""
        self._kept.clear()

    def _publish(self, request: WireRequest) -> WireAnswer:
        if len(request.body) > 2 * _MOST_BYTES:
            return _error(413)
        asked = request.json()
        if not isinstance(asked, dict):
            return _error(400, 40017)
        topic = asked.get("topic")
        if not isinstance(topic, str) or not _TOPIC.fullmatch(topic):
            return _error(400, 40009)
        if topic.endswith("gone"):
            return _error(403)
        if asked.get("priority", 3) not in {1, 2, 3, 4, 5}:
            return _error(400, 40007)
        received = _received(asked, topic, request.at)
        self.keep(received)
        return answer_json(200, received.extra["message"], (received,))

    def _list(self, topic: str, request: WireRequest) -> WireAnswer:
        since = _SINCE.fullmatch(request.parameters().get("since", ""))
        oldest = request.at - timedelta(seconds=int(since["seconds"])) if since else None
        messages = [
            one.extra["message"] for one in self._kept if one.to == topic and (not oldest or one.at >= oldest)
        ]
        lines = "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in messages)
        return WireAnswer(status=200, body=lines.encode(), content_type="application/x-ndjson; charset=utf-8")


def _received(asked: dict[str, Any], topic: str, at: datetime) -> Received:
    """Return what people see: the title above the text, which is a file if it is too long."""
    text = str(asked.get("message") or "triggered").strip()
    ref = secrets.token_hex(6)
    message: dict[str, Any] = {"id": ref, "time": int(at.timestamp()), "event": "message", "topic": topic}
    message |= {key: asked[key] for key in ("title", "priority", "tags", "click") if asked.get(key)}
    message["sequence_id"] = str(asked.get("sequence_id") or ref)
    message["message"] = text
    if len(text.encode()) > _MOST_BYTES:
        message["message"] = "You received a file: attachment.txt"
        message["attachment"] = {"name": "attachment.txt", "type": "text/plain", "size": len(text.encode())}
    title = str(asked.get("title") or "")
    return Received(
        provider="ntfy", at=at, to=topic, sender="ntfy", subject=title or None,
        text=f"{title}\n{message['message']}" if title else message["message"], html=None,
        key=message["sequence_id"], ref=ref, thread=None, extra={"message": message},
    )  # fmt: skip


def _error(status: int, code: int | None = None) -> WireAnswer:
    known, text = _ERRORS.get(status, (status * 100 + 1, "internal server error"))
    return answer_json(status, {"code": code or known, "http": status, "error": text})
