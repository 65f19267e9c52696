"""Slack's Web API: messages of one app in any channel, their threads and edits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

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
from broadcast.sandbox.wire.slack_blocks import blocks_problem, shown

_APP = {"user": "U0SANDBOX0", "bot_id": "B0SANDBOX0", "team": "T0SANDBOX0"}
_LONGEST_POST = 40_000
_LONGEST_EDIT = 4_000
_TOKENS = {"": "not_authed", "wrong": "invalid_auth", "revoked": "token_revoked"}
#: As elsewhere in the sandbox, the end of a channel's name selects its failure.
_TROUBLE = {"GONE": "channel_not_found", "ARCHIVED": "is_archived", "CLOSED": "restricted_action"}
_REFUSALS = {401: (200, "invalid_auth"), 403: (200, "missing_scope"), 429: (429, "ratelimited")}
#: An incoming webhook stands for one channel; its answer says whether it may still post there.
_HOOK = re.compile(r"services/(?P<place>[^/]+/[^/]+)/(?P<token>[^/]+)")
_DEAD_HOOKS = {
    "wrong": (403, "invalid_token"),
    "gone": (404, "no_service"),
    "deleted": (404, "channel_not_found"),
    "archived": (410, "channel_is_archived"),
}
_READS = frozenset({"conversations.history", "conversations.replies", "conversations.info", "auth.test"})
_SANDBOX_HOOK = "https://sandbox.invalid/services/T0SANDBOX/B0SANDBOX/sandbox"


@dataclass(slots=True)
class _Channel:
    """The posts in one channel, in order, with their edits."""

    posts: dict[str, Received] = field(default_factory=dict)
    edits: dict[str, Received] = field(default_factory=dict)

    def thread(self, root: str) -> list[Received]:
        return [one for one in self.posts.values() if root in {one.ref, one.thread}]

    def visible(self) -> list[Received]:
        """Return the messages in the channel itself: first messages, and replies that were broadcast."""
        return [one for one in self.posts.values() if one.thread is None or one.extra["broadcast"]]


class Slack:
    """Any channel id is a channel, but for those that end in GONE, ARCHIVED or CLOSED."""

    name: ClassVar[str] = "slack"
    accounts: ClassVar[Mapping[str, Account]] = {
        "slack": Account("slack/api", {"token": "sandbox"}, {"channel": "C0SANDBOX0"}),
        "slack-webhook": Account("slack", {"webhook_url": _SANDBOX_HOOK}),
    }

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}
        self._latest = 0.0

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        hook = _HOOK.fullmatch(request.path.removeprefix("api/"))
        if hook is not None:
            return self._answer_hook(hook["place"], hook["token"], request)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token.strip() if scheme.lower() == "bearer" else ""
        if token in _TOKENS:
            return _error(_TOKENS[token])
        method = request.path.removeprefix("api/")
        if request.method != "POST" and not (method in _READS and request.method == "GET"):
            return _error("unknown_method")
        return self._act(method, _arguments(request), request.at)

    def is_question(self, request: WireRequest) -> bool:
        """Return whether the request only reads."""
        return request.path.removeprefix("api/") in _READS

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return Slack's error document; refused credentials come with 200."""
        status, word = _REFUSALS.get(refusal.status, (refusal.status, "internal_error"))
        return answer_json(status, {"ok": False, "error": word}, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Add one message, one edit, or a deletion."""
        channel = self._channels.setdefault(received.to, _Channel())
        if received.deletes:
            channel.posts.pop(received.ref, None)
        elif received.tells:
            channel.posts[received.ref] = received
        else:
            channel.edits[received.extra["edits"]] = received
        self._latest = max(self._latest, float(received.ref))

    def forget(self) -> None:
        """Delete the state."""
        self._channels.clear()

    def _answer_hook(self, place: str, token: str, request: WireRequest) -> WireAnswer:
        if request.method != "POST" or token in _DEAD_HOOKS:
            status, word = _DEAD_HOOKS.get(token, (405, "invalid_method"))
            return WireAnswer(status=status, body=word.encode(), content_type="text/html")
        asked = _arguments(request)
        problem = _problem(asked, _LONGEST_POST)
        if problem:
            return WireAnswer(
                status=400,
                body=(problem if problem == "no_text" else "invalid_payload").encode(),
                content_type="text/html",
            )
        received = self._received(place, asked, request.at)
        self.keep(received)
        return WireAnswer(status=200, body=b"ok", content_type="text/html", received=(received,))

    def _act(self, method: str, asked: Mapping[str, Any], at: datetime) -> WireAnswer:
        if method == "auth.test":
            return answer_json(200, {"ok": True, "url": "https://sandbox.slack.com/", **_APP})
        name = asked.get("channel")
        acts = {
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.info": self._info,
        }
        if method not in acts:
            return _error("unknown_method")
        if not isinstance(name, str) or not name:
            return _error("channel_not_found")
        trouble = next((word for end, word in _TROUBLE.items() if name.endswith(end)), None)
        reads = method in _READS and trouble != "channel_not_found"
        return _error(trouble) if trouble and not reads else acts[method](name, asked, at)

    def _post(self, name: str, asked: Mapping[str, Any], at: datetime) -> WireAnswer:
        if problem := _problem(asked, _LONGEST_POST):
            return _error(problem)
        channel = self._channels.setdefault(name, _Channel())
        thread = asked.get("thread_ts")
        # A reply to a missing message silently becomes a message of its own.
        root = thread if thread in channel.posts else None
        received = self._received(name, asked, at, thread=root)
        self.keep(received)
        document = {"ok": True, "channel": name, "ts": received.ref, "message": _message(received)}
        return answer_json(200, document, (received,))

    def _update(self, name: str, asked: Mapping[str, Any], at: datetime) -> WireAnswer:
        before = self._channels.get(name, _Channel()).posts.get(asked.get("ts", ""))
        if before is None:
            return _error("message_not_found")
        if problem := _problem(asked, _LONGEST_EDIT):
            return _error(problem)
        edit = self._received(name, asked, at, edits=before.ref)
        self.keep(edit)
        document = {"ok": True, "channel": name, "ts": before.ref, "text": asked.get("text", "")}
        return answer_json(200, {**document, "message": _message(before, edit)}, (edit,))

    def _delete(self, name: str, asked: Mapping[str, Any], at: datetime) -> WireAnswer:
        post = self._channels.get(name, _Channel()).posts.get(asked.get("ts", ""))
        if post is None:
            return _error("message_not_found")
        gone = post.taken_away(at)
        self.keep(gone)
        return answer_json(200, {"ok": True, "channel": name, "ts": post.ref}, (gone,))

    def _history(self, name: str, asked: Mapping[str, Any], _at: datetime) -> WireAnswer:
        channel = self._channels.get(name, _Channel())
        return self._listed(channel, list(reversed(channel.visible())), asked)

    def _replies(self, name: str, asked: Mapping[str, Any], _at: datetime) -> WireAnswer:
        channel = self._channels.get(name, _Channel())
        found = channel.thread(str(asked.get("ts", "")))
        return self._listed(channel, found, asked) if found else _error("thread_not_found")

    def _listed(self, channel: _Channel, found: list[Received], asked: Mapping[str, Any]) -> WireAnswer:
        oldest, root = _number(asked.get("oldest")), asked.get("ts")
        wanted = [one for one in found if float(one.ref) > oldest or one.ref == root]
        limit = whole({name: str(value) for name, value in asked.items()}, "limit", 100, 999)
        listed = [_listing(one, channel, asked) for one in wanted[:limit]]
        return answer_json(200, {"ok": True, "messages": listed, "has_more": len(wanted) > limit})

    def _info(self, name: str, _asked: Mapping[str, Any], _at: datetime) -> WireAnswer:
        facts = {"id": name, "name": "sandbox", "is_channel": True, "is_member": True}
        archived = name.endswith("ARCHIVED")
        return answer_json(200, {"ok": True, "channel": {**facts, "is_archived": archived}})

    def _received(
        self,
        name: str,
        asked: Mapping[str, Any],
        at: datetime,
        *,
        thread: str | None = None,
        edits: str | None = None,
    ) -> Received:
        metadata, blocks = asked.get("metadata"), asked.get("blocks")
        payload = metadata.get("event_payload", {}) if isinstance(metadata, dict) else {}
        self._latest = max(self._latest + 0.000_001, at.timestamp())
        extra = {"text": asked.get("text", ""), "blocks": blocks, "metadata": metadata}
        changes = {"edits": edits} if edits else {"broadcast": asked.get("reply_broadcast") is True}
        return Received(
            provider="slack", at=at, to=name, sender="broadcast", subject=None,
            text=shown(str(asked.get("text", "")), blocks), html=None, key=payload.get("key"),
            ref=f"{self._latest:.6f}", thread=edits or thread, extra={**extra, **changes},
        )  # fmt: skip


def _arguments(request: WireRequest) -> Mapping[str, Any]:
    if request.method == "GET":
        return request.parameters()
    if "json" not in request.headers.get("Content-Type", ""):
        return request.form()
    document = request.json()
    return document if isinstance(document, dict) else {}


def _problem(asked: Mapping[str, Any], longest: int) -> str | None:
    text, blocks, metadata = asked.get("text", ""), asked.get("blocks"), asked.get("metadata")
    if not text and not blocks:
        return "no_text"
    if not isinstance(text, str) or len(text) > longest:
        return "msg_too_long"
    if metadata is not None and not _well_formed(metadata):
        return "invalid_metadata_format"
    return None if blocks is None else blocks_problem(blocks)


def _well_formed(metadata: object) -> bool:
    if not isinstance(metadata, dict):
        return False
    return isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)


def _message(one: Received, edit: Received | None = None) -> dict[str, Any]:
    latest = edit or one
    edited = {"edited": {"user": _APP["user"], "ts": edit.ref}} if edit else {}
    thread = {"thread_ts": one.thread} if one.thread else {}
    look = {"text": latest.extra["text"], "blocks": latest.extra["blocks"] or []}
    return {"type": "message", "user": _APP["user"], "ts": one.ref, **look, **thread, **edited}


def _listing(one: Received, channel: _Channel, asked: Mapping[str, Any]) -> dict[str, Any]:
    message = _message(one, channel.edits.get(one.ref))
    if replies := len(channel.thread(one.ref)) - 1:
        message |= {"thread_ts": one.ref, "reply_count": replies}
    if one.extra["metadata"] and str(asked.get("include_all_metadata", "")).lower() in {"true", "1"}:
        message["metadata"] = one.extra["metadata"]
    return message


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return 0.0


def _error(word: str) -> WireAnswer:
    return answer_json(200, {"ok": False, "error": word})
