"""Posts on Bluesky: one for everybody, each update a reply to the one before.

A post is a record whose key we choose. It is made from our own key, so a repeated request meets the first
record and is refused, and the record can be looked up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC
from typing import ClassVar, Self

from broadcast.channels.deleted_parent import posted_alone
from broadcast.channels.linkify import pieces
from broadcast.channels.lookup import unfound
from broadcast.channels.options import Shapes, matching, token
from broadcast.channels.responses import health, json_object, text_of, unreadable
from broadcast.channels.social.atproto import Login, Session, error_of, locked_out, refusal
from broadcast.channels.social.chain import posted
from broadcast.channels.transport import Answer, NoReply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Limit, Measure, Threading
from broadcast.model.outcome import Health, NotSent, Outcome, Probe, Thread, Unknown
from broadcast.model.outgoing import Attempted, Outgoing

_BASE_URL = "https://bsky.social"
_POST = "app.bsky.feed.post"
#: The `error` for a record that does not exist (lexicon com.atproto.repo.getRecord, read 2026-11-29).
_GONE = "RecordNotFound"
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


class Bluesky:
    """The account on its server: bsky.social, or another."""

    name: ClassVar[str] = "bluesky"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.SOCIAL,
        address=None,
        threading=Threading.REPLY,
        idempotency=Idempotency.NATIVE,
        rate=0.4,  # with the burst: at most 1,666 posts in any hour
        burst=30,
        concurrency=1,
        fate=("bluesky",),
        limits=(Limit(Measure.GRAPHEMES, 300), Limit(Measure.BYTES, 3000)),
    )
    options: ClassVar[frozenset[str]] = frozenset({"identifier", "password"})
    target: ClassVar[tuple[str, ...]] = ("identifier",)
    shapes: ClassVar[Shapes] = {
        "identifier": matching(
            r"did:[a-z]+:\S+|[^\s@]+(\.[^\s@]+)+|[^\s@]+@[^\s@]+",
            "an account of Bluesky",
            'write the handle without @, like "muster.bsky.social"',
        ),
        "password": token,
    }

    def __init__(self, session: Session, transport: Transport) -> None:
        self._session = session
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs identifier (the handle) and an app password."""
        credentials = {key: settings.required(key) for key in ("identifier", "password")}
        root = (settings.base_url or _BASE_URL).rstrip("/")
        return cls(Session(root, credentials, transport), transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Publish one post."""
        [outgoing] = batch
        login = await self._session.open()
        if not isinstance(login, Login):
            return [locked_out(login)]
        gone = outgoing.thread is not None and await self._is_gone(login, outgoing.thread.last)
        thread = None if gone else outgoing.thread
        post = _post(replace(outgoing, thread=thread))
        record = {"collection": _POST, "rkey": record_key(outgoing.key), "record": post}
        answer = await self._session.create(login, record)
        if error_of(answer) == "ExpiredToken":
            return [NotSent("the login had expired", retry_after=0.0)]
        outcome = _outcome(answer, thread)
        return [posted_alone(outcome, "the post before was deleted") if gone else outcome]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for the records."""
        login = await self._session.open()
        if not isinstance(login, Login):
            return [unfound(login)] * len(attempts)
        return [await self._find(login, attempt) for attempt in attempts]

    async def probe(self) -> Probe:
        """Log in, and read our own posts."""
        login = await self._session.open()
        if isinstance(login, Login):
            return health(await self._session.ask(login, "listRecords", collection=_POST, limit="1"))
        probe = health(login)
        return probe if probe.health is not Health.OK else Probe(Health.DEGRADED, "the login cannot be read")

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _is_gone(self, login: Login, post: str) -> bool:
        """Return whether a post was deleted.

        The server still accepts a reply to it, but shows it to few people.
        """
        key = _ref(post)["uri"].rpartition("/")[2]
        return error_of(await self._session.ask(login, "getRecord", collection=_POST, rkey=key)) == _GONE

    async def _find(self, login: Login, attempt: Attempted) -> Outcome:
        key = record_key(attempt.outgoing.key)
        answer = await self._session.ask(login, "getRecord", collection=_POST, rkey=key)
        return _found(answer, attempt.outgoing)


def record_key(key: str) -> str:
    """Return our key as a TID, the form of record keys for posts: 13 digits, from a moment and a clock id.

    The moment is before 2006, so that no server takes it for the future.
    """
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) >> 4
    return "".join(_DIGITS[number >> shift & 31] for shift in range(60, -1, -5))


def _post(outgoing: Outgoing) -> dict[str, object]:
    text, thread = outgoing.message.text, outgoing.thread
    written = outgoing.headline.as_of.astimezone(UTC).isoformat(timespec="milliseconds")
    post: dict[str, object] = {
        "$type": _POST,
        "text": text,
        "createdAt": written.replace("+00:00", "Z"),
        "langs": [outgoing.message.locale],
        "facets": list(_links(text)),
    }
    return post | {"reply": {"root": _ref(thread.root), "parent": _ref(thread.last)}} if thread else post


def _links(text: str) -> Iterator[dict[str, object]]:
    """Yield the links with their positions in bytes of UTF-8; everything else in a post is plain text."""
    start = 0
    for piece, is_link in pieces(text):
        end = start + len(piece.encode())
        if is_link:
            link = {"$type": "app.bsky.richtext.facet#link", "uri": piece}
            yield {"index": {"byteStart": start, "byteEnd": end}, "features": [link]}
        start = end


def _ref(post: str) -> dict[str, str]:
    """Return the reference to a post: its address, and the hash of its content."""
    uri, _, cid = post.partition(" ")
    return {"uri": uri, "cid": cid}


def _outcome(answer: Answer, thread: Thread | None, detail: str | None = None) -> Outcome:
    if isinstance(answer, NoReply) or not answer.success:
        return refusal(answer)
    document = json_object(answer)
    uri, cid = text_of(document, "uri"), text_of(document, "cid")
    if not uri or not cid:
        return unreadable(answer, "uri and cid")
    return replace(posted(f"{uri} {cid}", thread, detail), ref=uri)


def _found(answer: Answer, outgoing: Outgoing) -> Outcome:
    if error_of(answer) == _GONE:
        return NotSent("it is not among our posts")
    if isinstance(answer, NoReply) or not answer.success:
        return unfound(answer)
    record = json_object(answer).get("value")
    if not isinstance(record, dict):
        return unreadable(answer, "record")
    if record.get("text") != outgoing.message.text:
        # The same command with its --key, repeated after the ledger was lost: readers may need this text.
        return Unknown("another text was posted under this key")
    return _outcome(answer, outgoing.thread if "reply" in record else None, "found among our posts")
