"""A Bluesky server (AT Protocol PDS): one account's records, written from the lexicons."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from broadcast.sandbox.wire.bluesky_rules import COLLECTION, post_problem
from broadcast.sandbox.wire.cid import cid_of

_DID = "did:plc:sandboxsandboxsandboxsan"
_HANDLE = "sandbox.bsky.example"
_KEY = re.compile(r"[234567a-j][2-7a-z]{12}")
_ERRORS = {
    401: ("AuthenticationRequired", "Invalid identifier or password"),
    429: ("RateLimitExceeded", "Rate Limit Exceeded"),
    500: ("InternalServerError", "Internal Server Error"),
    501: ("MethodNotImplemented", "Method Not Implemented"),
    502: ("UpstreamFailure", "Upstream Failure"),
    503: ("NotEnoughResources", "Not Enough Resources"),
}


class Bluesky:
    """Posts and replies of one account, one to a record key."""

    name: ClassVar[str] = "bluesky"
    accounts: ClassVar[Mapping[str, Account]] = {
        "bluesky": Account("bluesky", {"identifier": "sandbox.bsky.example", "password": "sandbox"})
    }

    def __init__(self) -> None:
        self._posts: dict[str, Received] = {}

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        method = request.path.removeprefix("xrpc/com.atproto.")
        if self.is_question(request):
            return _session(request)
        if (request.method, method) == ("GET", "repo.getRecord"):
            return self._record(request.parameters())
        if (request.method, method) == ("GET", "repo.listRecords"):
            return self._records(request.parameters())
        if (request.method, method) == ("POST", "repo.createRecord"):
            return self._create(request)
        if (request.method, method) == ("POST", "repo.deleteRecord"):
            return self._delete(request)
        return _error(501)

    def is_question(self, request: WireRequest) -> bool:
        """Return whether it only asks for a session."""
        return request.path == "xrpc/com.atproto.server.createSession"

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return the server's error document; 429 with its rate-limit headers."""
        headers = retry_header(refusal)
        if refusal.status == 429:
            headers = {
                "ratelimit-limit": "5000",
                "ratelimit-remaining": "0",
                "ratelimit-reset": str(refusal.resumes_at),
                "ratelimit-policy": "5000;w=3600",
            }
        name, message = _ERRORS.get(refusal.status, ("InvalidRequest", "Invalid Request"))
        return answer_json(refusal.status, {"error": name, "message": message}, headers=headers)

    def keep(self, received: Received) -> None:
        """Add one post, or take one away."""
        if received.deletes:
            self._posts.pop(received.extra["rkey"], None)
        else:
            self._posts[received.extra["rkey"]] = received

    def forget(self) -> None:
        """Delete the state."""
        self._posts.clear()

    def _create(self, request: WireRequest) -> WireAnswer:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token.strip() in {"", "wrong"}:
            return _error(401, "AuthMissing", "Authentication Required")
        asked = request.json()
        fields: dict[str, Any] = asked if isinstance(asked, dict) else {}
        if fields.get("repo") not in (_DID, _HANDLE):
            return _error(400, "InvalidRequest", f"Could not find repo: {fields.get('repo')}")
        problem = _misplaced(fields) or post_problem(fields.get("record"))
        if problem:
            return _error(400, "InvalidRequest", problem)
        key = str(fields.get("rkey") or _key(len(self._posts)))
        if key in self._posts:
            return _error(500)  # as the server of record answers it: the tree has that key already
        return self._written(key, fields["record"], request)

    def _delete(self, request: WireRequest) -> WireAnswer:
        asked = request.json()
        post = self._posts.get(str(asked.get("rkey"))) if isinstance(asked, dict) else None
        if post is None:
            return answer_json(200, {})  # as the server of record answers it
        gone = post.taken_away(request.at)
        self.keep(gone)
        return answer_json(200, {}, (gone,))

    def _written(self, key: str, record: dict[str, Any], request: WireRequest) -> WireAnswer:
        uri, cid, parent = f"at://{_DID}/{COLLECTION}/{key}", cid_of(record), None
        root = uri
        if reply := record.get("reply"):
            parent, root = f"{reply['parent']['uri']} {reply['parent']['cid']}", reply["root"]["uri"]
        received = Received(
            provider=self.name, at=request.at, to=f"@{_HANDLE}", sender="Sandbox", subject=None,
            text=record["text"], html=None, key=key, ref=uri, thread=parent,
            extra={"conversation": root, "rkey": key, "cid": cid, "record": record},
        )  # fmt: skip
        self.keep(received)
        answer = {"uri": uri, "cid": cid, "validationStatus": "valid"}
        return answer_json(200, {**answer, "commit": {"cid": cid_of(answer), "rev": key}}, (received,))

    def _record(self, wanted: dict[str, str]) -> WireAnswer:
        post = self._posts.get(wanted.get("rkey", ""))
        if wanted.get("repo") not in (_DID, _HANDLE) or wanted.get("collection") != COLLECTION:
            post = None
        if post is None:
            return _error(400, "RecordNotFound", f"Could not locate record: {wanted.get('rkey')}")
        return answer_json(200, _shown(post))

    def _records(self, wanted: dict[str, str]) -> WireAnswer:
        if wanted.get("repo") not in (_DID, _HANDLE):
            return _error(400, "InvalidRequest", "Could not find repo")
        posts = sorted(self._posts.items(), reverse=True) if wanted.get("collection") == COLLECTION else []
        size = whole(wanted, "limit", 50, 100)
        return answer_json(200, {"records": [_shown(post) for _, post in posts[:size]]})


def _key(number: int) -> str:
    digits = "234567abcdefghijklmnopqrstuvwxyz"
    return "3m" + "".join(digits[number >> shift & 31] for shift in range(50, -1, -5))


def _session(request: WireRequest) -> WireAnswer:
    asked = request.json()
    fields: dict[str, Any] = asked if isinstance(asked, dict) else {}
    given = [fields.get(name) for name in ("identifier", "password")]
    if not all(isinstance(one, str) for one in given):
        return _error(400, "InvalidRequest", "Input must have the properties identifier and password")
    if "" in given or "wrong" in given:
        return _error(401)
    return answer_json(200, {
        "did": _DID, "handle": _HANDLE, "active": True, "accessJwt": "sandbox.access.token",
        "refreshJwt": "sandbox.refresh.token",
    })  # fmt: skip


def _misplaced(fields: dict[str, Any]) -> str | None:
    if fields.get("collection") != COLLECTION:
        return f"the sandbox keeps {COLLECTION} only"
    key = fields.get("rkey")
    if key is not None and not (isinstance(key, str) and _KEY.fullmatch(key)):
        return "Invalid record key: TID expected"
    return None


def _shown(post: Received) -> dict[str, Any]:
    return {"uri": post.ref, "cid": post.extra["cid"], "value": post.extra["record"]}


def _error(status: int, name: str = "", message: str = "") -> WireAnswer:
    known = _ERRORS.get(status, ("", ""))
    return answer_json(status, {"error": name or known[0], "message": message or known[1]})
