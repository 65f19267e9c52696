"""An instance of Mastodon, API version 4: one account's posts, written from the documentation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from html import escape
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
from broadcast.sandbox.wire.graphemes import grapheme_count

_ROOT = "https://mastodon.example"
_MOST = 500
_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)']")
_REMEMBERED = timedelta(hours=1)
_FIRST_ID = 115_000_000_000_000_000
_NUMBER = "110000000000000001"
_TIMELINE = re.compile(r"api/v1/accounts/(?P<account>[^/]+)/statuses")
_VISIBILITIES = (None, "public", "unlisted", "private", "direct")
_ERRORS = {
    401: "The access token is invalid",
    403: "This action is not allowed",
    404: "Record not found",
    429: "Too many requests",
    503: "There was a temporary problem serving your request, please try again",
}
_GONE = "The status you are trying to reply to does not appear to exist."
_ACCOUNT: dict[str, Any] = {
    "id": _NUMBER, "username": "sandbox", "acct": "sandbox", "display_name": "Sandbox", "locked": False,
    "bot": False, "discoverable": True, "indexable": True, "group": False, "note": "", "emojis": [],
    "created_at": "2026-01-01T00:00:00.000Z", "url": f"{_ROOT}/@sandbox", "uri": f"{_ROOT}/users/sandbox",
    "avatar": f"{_ROOT}/avatar.png", "avatar_static": f"{_ROOT}/avatar.png", "header": f"{_ROOT}/header.png",
    "header_static": f"{_ROOT}/header.png", "followers_count": 0, "following_count": 0, "statuses_count": 0,
    "fields": [],
}  # fmt: skip
_OWN: dict[str, Any] = {
    "source": {
        "privacy": "public", "sensitive": False, "language": "de", "note": "", "fields": [],
        "follow_requests_count": 0, "indexable": True,
    },
    "role": {"id": "-99", "name": "", "color": "", "permissions": "65536", "highlighted": False},
}  # fmt: skip
_MEDIA = {
    "supported_mime_types": [], "image_size_limit": 0, "image_matrix_limit": 0, "video_size_limit": 0,
    "video_frame_rate_limit": 0, "video_matrix_limit": 0,
}  # fmt: skip
_INSTANCE: dict[str, Any] = {
    "domain": "mastodon.example", "title": "Sandbox", "version": "4.5.0", "description": "",
    "languages": ["de"], "source_url": "https://github.com/mastodon/mastodon",
    "usage": {"users": {"active_month": 1}}, "icon": [],
    "thumbnail": {"url": f"{_ROOT}/thumbnail.png"}, "api_versions": {"mastodon": 7}, "rules": [],
    "contact": {"email": "admin@mastodon.example", "account": None},
    "registrations": {"enabled": False, "approval_required": False, "message": None},
    "configuration": {
        "urls": {}, "translation": {"enabled": False}, "media_attachments": _MEDIA,
        "accounts": {"max_featured_tags": 10, "max_pinned_statuses": 5},
        "statuses": {"max_characters": _MOST, "max_media_attachments": 4, "characters_reserved_per_url": 23},
        "polls": {
            "max_options": 4, "max_characters_per_option": 50, "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
    },
}  # fmt: skip


class Mastodon:
    """Posts and replies of one account, each key honoured for an hour."""

    name: ClassVar[str] = "mastodon"
    accounts: ClassVar[Mapping[str, Account]] = {"mastodon": Account("mastodon", {"access_token": "sandbox"})}

    def __init__(self) -> None:
        self._posts: dict[str, Received] = {}
        self._latest = _FIRST_ID

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        asked = (request.method, request.path)
        if asked == ("GET", "api/v2/instance"):
            return answer_json(200, _INSTANCE)
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token.strip() in {"", "wrong"}:
            return _error(401)
        return self._answer_account(request)

    def _answer_account(self, request: WireRequest) -> WireAnswer:
        asked = (request.method, request.path)
        if asked == ("POST", "api/v1/statuses"):
            return self._publish(request)
        if asked == ("GET", "api/v1/accounts/verify_credentials"):
            return answer_json(200, {**_ACCOUNT, **_OWN, "statuses_count": len(self._posts)})
        if request.method == "DELETE" and (post := self._posts.get(request.path.rpartition("/")[2])):
            gone = post.taken_away(request.at)
            self.keep(gone)
            return answer_json(200, _shown(post), (gone,))
        timeline = _TIMELINE.fullmatch(request.path)
        if request.method == "GET" and timeline and timeline["account"] == _NUMBER:
            return answer_json(200, [_shown(post) for post in self._listed(request)])
        return _error(404)

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return Mastodon's error document; 429 says as a date when to come back."""
        headers = retry_header(refusal)
        if refusal.status == 429:
            resumes = datetime.fromtimestamp(refusal.resumes_at, UTC)
            headers = {
                "X-RateLimit-Limit": "300",
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset": _written(resumes),
            }
        text = _ERRORS.get(refusal.status, "This page isn't working")
        return answer_json(refusal.status, {"error": text}, headers=headers)

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

    def _publish(self, request: WireRequest) -> WireAnswer:
        key = request.headers.get("Idempotency-Key")
        if known := self._published(key, request.at):
            return answer_json(200, _shown(known))
        asked = request.json()
        fields = asked if isinstance(asked, dict) else request.form()
        problem = next(_problems(fields), None)
        if problem:
            return _error(422, f"Validation failed: {problem}")
        parent = fields.get("in_reply_to_id")
        if parent is not None and str(parent) not in self._posts:
            return _error(404, _GONE)
        return self._create(fields, parent and str(parent), key, request.at)

    def _create(
        self, fields: dict[str, Any], parent: str | None, key: str | None, at: datetime
    ) -> WireAnswer:
        number = str(self._latest + 1)
        root = self._posts[parent].extra["conversation"] if parent else number
        extra = {"visibility": fields.get("visibility") or "public", "language": fields.get("language")}
        received = Received(
            provider=self.name, at=at, to=f"@{_ACCOUNT['acct']}", sender=_ACCOUNT["display_name"],
            subject=None, text=fields["status"], html=None, key=key, ref=number, thread=parent,
            extra={"conversation": root, **extra},
        )  # fmt: skip
        self.keep(received)
        return answer_json(200, _shown(received), (received,))

    def _published(self, key: str | None, at: datetime) -> Received | None:
        recent = (post for post in self._posts.values() if key and at - post.at < _REMEMBERED)
        return next((post for post in recent if post.key == key), None)

    def _listed(self, request: WireRequest) -> list[Received]:
        wanted = request.parameters()
        size, before = whole(wanted, "limit", 20, 40), whole(wanted, "max_id", 10**19, 10**19)
        return [post for number, post in reversed(self._posts.items()) if int(number) < before][:size]


def _problems(fields: dict[str, Any]) -> Iterator[str]:
    text = fields.get("status")
    if not isinstance(text, str) or not text.strip():
        yield "Text can't be blank"
    elif grapheme_count(_LINK.sub("x" * 23, text)) > _MOST:
        yield f"Text character limit of {_MOST} exceeded"
    if fields.get("visibility") not in _VISIBILITIES:
        yield "Visibility is not included in the list"


def _shown(post: Received) -> dict[str, Any]:
    address = f"{_ROOT}/@sandbox/{post.ref}"
    return {
        "id": post.ref, "created_at": _written(post.at), "in_reply_to_id": post.thread,
        "in_reply_to_account_id": _NUMBER if post.thread else None, "sensitive": False, "spoiler_text": "",
        "visibility": post.extra["visibility"], "language": post.extra["language"], "uri": address,
        "url": address, "replies_count": 0, "reblogs_count": 0, "favourites_count": 0, "edited_at": None,
        "content": _html(post.text), "reblog": None, "account": _ACCOUNT, "media_attachments": [],
        "mentions": [], "tags": [], "emojis": [], "card": None, "poll": None,
    }  # fmt: skip


def _html(text: str) -> str:
    """Return paragraphs and line breaks as Mastodon makes them from a plain text; links become links."""
    paragraphs = [part.replace("\n", "<br />") for part in re.split(r"\n{2,}", escape(text.strip()))]
    linked = (_LINK.sub(lambda link: f'<a href="{link[0]}">{link[0]}</a>', one) for one in paragraphs)
    return "".join(f"<p>{paragraph}</p>" for paragraph in linked)


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _error(status: int, text: str = "") -> WireAnswer:
    return answer_json(status, {"error": text or _ERRORS[status]})
