"""X's posts, API version 2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
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

_USER = {"id": "2244994945", "name": "Sandbox", "username": "sandbox"}
_ID = re.compile(r"[0-9]{1,19}")
_TIMELINE = re.compile(r"2/users/(?P<user>[^/]+)/tweets")
_FIRST_ID = 1_900_000_000_000_000_000
_REMEMBERED = timedelta(days=1)
_TITLES = {401: "Unauthorized", 403: "Forbidden", 429: "Too Many Requests", 503: "Service Unavailable"}
_DUPLICATE = "You are not allowed to create a Tweet with duplicate content."
_GONE = "You attempted to reply to a Tweet that is deleted or not visible to you."
_ACCOUNT = Account(
    "x",
    dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "sandbox"),
)


class X:
    """Posts and replies of one account, and its timeline."""

    name: ClassVar[str] = "x"
    accounts: ClassVar[Mapping[str, Account]] = {"x": _ACCOUNT}

    def __init__(self) -> None:
        self._posts: dict[str, Received] = {}
        self._latest = _FIRST_ID

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        if not _authenticated(request.headers.get("Authorization", "")):
            return _problem(401, "Unauthorized")
        asked = (request.method, request.path)
        if asked == ("POST", "2/tweets"):
            return self._post(request)
        if asked == ("GET", "2/users/me"):
            return answer_json(200, {"data": _USER})
        if request.method == "DELETE" and (post := self._posts.get(request.path.removeprefix("2/tweets/"))):
            gone = post.taken_away(request.at)
            self.keep(gone)
            return answer_json(200, {"data": {"deleted": True}}, (gone,))
        timeline = _TIMELINE.fullmatch(request.path)
        if timeline and request.method == "GET":
            return self._timeline(timeline["user"], request)
        return _problem(404, "Not Found")

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return X's problem document; 429 with its rate-limit headers."""
        title = _TITLES.get(refusal.status, "Internal Server Error")
        headers = retry_header(refusal)
        if refusal.status == 429:
            headers = {
                "x-rate-limit-limit": "100",
                "x-rate-limit-remaining": "0",
                "x-rate-limit-reset": str(refusal.resumes_at),
            }
        return answer_json(refusal.status, _document(refusal.status, title), headers=headers)

    def keep(self, received: Received) -> None:
        """Add one post, or take one away."""
        self._latest = max(self._latest, int(received.ref))
        if received.deletes:
            self._posts.pop(received.ref, None)
        else:
            self._posts[received.ref] = received

    def forget(self) -> None:
        """Delete the state."""
        self._posts.clear()

    def _post(self, request: WireRequest) -> WireAnswer:
        asked = request.json()
        text = asked.get("text") if isinstance(asked, dict) else None
        if not isinstance(text, str) or not text.strip():
            return _invalid("text", "One or more parameters to your request was invalid.", str(text or ""))
        reply = asked.get("reply")
        parent = reply.get("in_reply_to_tweet_id") if isinstance(reply, dict) else None
        if reply is not None and not (isinstance(parent, str) and _ID.fullmatch(parent)):
            return _invalid("reply.in_reply_to_tweet_id", "The id does not match ^[0-9]{1,19}$", str(parent))
        if parent is not None and parent not in self._posts:
            return _problem(403, _GONE)
        if self._is_repeat(text, request.at):
            return _problem(403, _DUPLICATE)
        return self._create(text, parent, request)

    def _create(self, text: str, parent: str | None, request: WireRequest) -> WireAnswer:
        number = str(self._latest + 1)
        root = self._posts[parent].extra["conversation"] if parent else number
        received = Received(
            provider=self.name, at=request.at, to="@" + _USER["username"], sender=_USER["name"], subject=None,
            text=text, html=None, key=None, ref=number, thread=parent, extra={"conversation": root},
        )  # fmt: skip
        self.keep(received)
        document = {"data": {"id": number, "text": text, "edit_history_tweet_ids": [number]}}
        return answer_json(201, document, (received,))

    def _is_repeat(self, text: str, at: datetime) -> bool:
        recent = (post for post in self._posts.values() if at - post.at < _REMEMBERED)
        return any(post.text == text for post in recent)

    def _timeline(self, user: str, request: WireRequest) -> WireAnswer:
        if not _ID.fullmatch(user):
            return _invalid("id", f"The `id` query parameter value [{user}] is not valid", user)
        if user != _USER["id"]:
            return answer_json(200, {"meta": {"result_count": 0}})
        wanted = request.parameters()
        size = whole(wanted, "max_results", 10, 1000)
        if not 5 <= size <= 100:
            return _invalid("max_results", "The value is not between 5 and 100", str(size))
        since, until = whole(wanted, "since_id", 0, 10**19), whole(wanted, "until_id", 10**19, 10**19)
        posts = [post for number, post in self._posts.items() if since < int(number) < until]
        shown = posts[::-1][:size]
        if not shown:
            return answer_json(200, {"meta": {"result_count": 0}})
        fields = _asked_fields(wanted)
        meta = {"result_count": len(shown), "newest_id": shown[0].ref, "oldest_id": shown[-1].ref}
        return answer_json(200, {"data": [_shown(post, fields) for post in shown], "meta": meta})


def _authenticated(header: str) -> bool:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip() not in {"", "wrong"}
    values = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    named = {values.get("oauth_consumer_key"), values.get("oauth_token")}
    return scheme.lower() == "oauth" and "oauth_signature" in values and not named & {None, "", "wrong"}


def _asked_fields(wanted: Mapping[str, str]) -> frozenset[str]:
    asked = f"{wanted.get('tweet.fields', '')},{wanted.get('post.fields', '')}"
    return frozenset(asked.split(",")) | {"id", "text", "edit_history_tweet_ids"}


def _shown(post: Received, fields: AbstractSet[str]) -> dict[str, Any]:
    known: dict[str, Any] = {
        "id": post.ref, "text": post.text, "edit_history_tweet_ids": [post.ref],
        "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "author_id": _USER["id"], "conversation_id": post.extra["conversation"],
    }  # fmt: skip
    if post.thread:
        known["referenced_tweets"] = [{"type": "replied_to", "id": post.thread}]
    return {name: value for name, value in known.items() if name in fields}


def _document(status: int, detail: str) -> dict[str, Any]:
    return {"title": _TITLES.get(status, detail), "detail": detail, "type": "about:blank", "status": status}


def _problem(status: int, detail: str) -> WireAnswer:
    return answer_json(status, _document(status, detail))


def _invalid(parameter: str, message: str, value: str) -> WireAnswer:
    answer = answer_json(400, {
        "title": "Invalid Request", "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.x.com/2/problems/invalid-request", "status": 400,
        "errors": [{"parameters": {parameter: [value]}, "message": message}],
    })  # fmt: skip
    return replace(answer, content_type="application/problem+json")
