"""What Slack and a Teams workflow answer, from their descriptions and the prose beside them alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from broadcast.model.clock import SystemClock
from tests.fake_providers.answers import Answered, Asked, Broken

CHANNEL = "C0MUSTER01"
_MENTIONS = {"user", "usergroup", "broadcast", "channel"}


class Slack:
    """One channel: messages, their threads and what edits made of them."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.revoked = False
        self._numbers = count(1)

    def answer(self, asked: Asked) -> Answered:
        """Post, edit, or show what is there."""
        method = asked.path.rpartition("/")[2]
        fields: Mapping[str, Any] = {**asked.query, **asked.document}
        if self.revoked:
            return Answered(200, {"ok": False, "error": "token_revoked"})
        if fields["channel"] != CHANNEL:
            return Answered(200, {"ok": False, "error": "channel_not_found"})
        if method == "conversations.info":
            return Answered(200, {"ok": True, "channel": {"id": CHANNEL, "is_member": True}})
        if method.startswith("conversations."):
            return self._listed(fields.get("ts"), float(fields.get("oldest", 0)))
        _check_words(asked.document)
        return self._post(asked.document) if method == "chat.postMessage" else self._edit(asked.document)

    def _post(self, fields: dict[str, Any]) -> Answered:
        root = fields.get("thread_ts")
        if root is not None and root not in {post["ts"] for post in self.posts if "thread_ts" not in post}:
            raise Broken(f"a reply to {root}, which is no first message")
        ts = f"{SystemClock().now().timestamp():.0f}.{next(self._numbers):06}"
        kept: dict[str, Any] = {
            name: fields[name] for name in ("text", "blocks", "metadata", "thread_ts") if name in fields
        }
        post = {"type": "message", "ts": ts, **kept, "shown": fields.get("reply_broadcast", False)}
        self.posts.append(post)
        return Answered(200, {"ok": True, "channel": CHANNEL, "ts": ts, "message": kept})

    def _edit(self, fields: dict[str, Any]) -> Answered:
        if len(fields["text"]) > 4000:
            return Answered(200, {"ok": False, "error": "msg_too_long"})
        found = next((post for post in self.posts if post["ts"] == fields["ts"]), None)
        if found is None:
            return Answered(200, {"ok": False, "error": "message_not_found"})
        found |= {"text": fields["text"], "blocks": fields["blocks"], "edited": True}
        return Answered(200, {"ok": True, "channel": CHANNEL, "ts": fields["ts"], "message": {}})

    def _listed(self, root: str | None, oldest: float) -> Answered:
        whole = [post for post in self.posts if root is None or root in {post["ts"], post.get("thread_ts")}]
        if root is None:
            whole = [post for post in whole if "thread_ts" not in post or post["shown"]]
        found = [post for post in whole if float(post["ts"]) > oldest or post["ts"] == root]
        return Answered(200, {"ok": True, "messages": found, "has_more": False})


class Teams:
    """One workflow, and the cards it was given."""

    def __init__(self) -> None:
        self.cards: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answered:
        """Take a card and say nothing."""
        if len(json.dumps(asked.document, ensure_ascii=False).encode()) > 28 * 1024:
            return Answered(413)
        [attachment] = asked.document["attachments"]
        for block in attachment["content"]["body"]:
            if block["type"] != "RichTextBlock":
                raise Broken(f"a {block['type']}, in which text is Markdown")
        self.cards.append(attachment["content"])
        return Answered(202)


def words(card: dict[str, Any]) -> str:
    """What stands on a card."""
    return "\n".join("".join(run["text"] for run in block["inlines"]) for block in card["body"])


def _check_words(fields: dict[str, Any]) -> None:
    if set("<>") & set(fields["text"]):
        raise Broken("a text in which < or > is not escaped")
    elements = [one for block in fields["blocks"] for part in block["elements"] for one in part["elements"]]
    if found := {one["type"] for one in elements} & _MENTIONS:
        raise Broken(f"a mention: {found}")
    if not all(one.get("text") or one.get("url") for one in elements):
        raise Broken("an element without words")
