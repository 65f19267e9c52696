"""What Mastodon and Bluesky answer, from their official descriptions alone: no line of ours is used here."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from broadcast.model.clock import SystemClock
from tests.fake_providers.answers import Answered, Asked, Broken

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
TOKEN = "access-jwt-geheim"  # what a login is answered with
_LINK = re.compile(r"https?://\S+")
_ACCOUNT = {
    "id": "109876", "username": "muster", "acct": "muster", "display_name": "Muster", "locked": False,
    "bot": True, "group": False, "indexable": False, "note": "", "url": "https://m.example/@muster",
    "uri": "https://m.example/users/muster", "avatar": "https://m.example/a.png", "fields": [], "emojis": [],
    "avatar_static": "https://m.example/a.png", "header": "https://m.example/h.png", "followers_count": 3,
    "header_static": "https://m.example/h.png", "following_count": 0, "statuses_count": 1,
    "created_at": "2025-01-01T00:00:00.000Z",
}  # fmt: skip


class Mastodon:
    """Statuses of one account on an instance that allows 500 characters."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.keys: list[str] = []

    def answer(self, asked: Asked) -> Answered:
        """Create a status, or list them, newest first."""
        if asked.method == "POST":
            return Answered(200, self._create(asked.document, asked.headers["Idempotency-Key"]))
        return Answered(200, self.posts[::-1])

    def _create(self, fields: dict[str, Any], key: str) -> dict[str, Any]:
        text, parent = fields["status"], fields.get("in_reply_to_id")
        if len(_LINK.sub("x" * 23, text)) > 500:
            raise Broken("a post of more than 500 characters")
        if parent is not None and parent not in {post["id"] for post in self.posts}:
            raise Broken(f"a reply to {parent}, which is no post")
        if key in self.keys:
            return self.posts[self.keys.index(key)]
        address = f"https://m.example/@muster/{len(self.posts)}"
        post = {
            "id": str(115 * 10**15 + len(self.posts)), "content": f"<p>{text}</p>", "account": _ACCOUNT,
            "created_at": SystemClock().now().isoformat(), "emojis": [], "tags": [], "media_attachments": [],
            "mentions": [], "favourites_count": 0, "reblogs_count": 0, "replies_count": 0, "uri": address,
            "sensitive": False, "spoiler_text": "", "visibility": fields["visibility"], "text": text,
            "language": fields["language"], "in_reply_to_id": parent,
        }  # fmt: skip
        self.posts.append(post)
        self.keys.append(key)
        return post


class Bluesky:
    """Records of one account."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}

    @property
    def posts(self) -> list[dict[str, Any]]:
        """The records in the order in which they were written."""
        return [record["value"] for record in self.records.values()]

    def answer(self, asked: Asked) -> Answered:
        """Log in, show a record, or write one whose key is free."""
        if asked.path.endswith("createSession"):
            login = {"did": DID, "handle": "muster.example", "accessJwt": TOKEN, "refreshJwt": "r"}
            return Answered(200, login)
        if asked.path.endswith("getRecord"):
            record = self.records.get(asked.query["rkey"])
            return Answered(200, record) if record else Answered(400, {"error": "RecordNotFound"})
        return Answered(200, self._create(asked.document))

    def _create(self, fields: dict[str, Any]) -> dict[str, Any]:
        record, key = fields["record"], fields["rkey"]
        if fields["repo"] != DID or record["$type"] != fields["collection"]:
            raise Broken("a record in the wrong place")
        if not re.fullmatch("[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}", key):
            raise Broken(f"{key} is no TID")
        if key in self.records:
            raise Broken(f"the key {key} is taken")
        self._check(record)
        uri = f"at://{DID}/{fields['collection']}/{key}"
        cid = "bafyrei" + hashlib.sha256(json.dumps(record).encode()).hexdigest()
        self.records[key] = {"uri": uri, "cid": cid, "value": record}
        return {"uri": uri, "cid": cid, "validationStatus": "valid"}

    def _check(self, record: dict[str, Any]) -> None:
        text = record["text"]
        if len(text.encode()) > 3000 or len(text) > 300:
            raise Broken(f"a post of {len(text)} characters")
        for facet in record["facets"]:
            start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
            if text.encode()[start:end].decode() != facet["features"][0]["uri"]:
                raise Broken("a link beside its text")
        known = [{"uri": one["uri"], "cid": one["cid"]} for one in self.records.values()]
        if any(reference not in known for reference in record.get("reply", {}).values()):
            raise Broken("a reply to no post")
