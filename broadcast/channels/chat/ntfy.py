"""Push notifications by ntfy: one topic, to which people's phones and browsers subscribe."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Self

from broadcast.channels.address_guard import guard_for
from broadcast.channels.dates import http_date
from broadcast.channels.lookup import Likeness, Listed, found_among, likeness, unfound, unix_moment
from broadcast.channels.options import Shapes, matching, private_addresses, token
from broadcast.channels.responses import failure, health, json_lines, json_object, text_of, unreadable
from broadcast.channels.transport import Answer, NoReply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Limit, Measure
from broadcast.model.incident import Severity
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Probe, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted, Headline, Outgoing

_HOSTED = "https://ntfy.sh"
#: Meanings of `code`, if the HTTP status alone would mislead: the documentation lists none, the server's
#: source does (https://github.com/binwiederhier/ntfy/blob/main/server/errors.go, 2026-11-29).
CODES: Mapping[str, tuple[Scope, str]] = {
    "40009": (Scope.CHANNEL, "the topic is not a name of a topic"),
    "40010": (Scope.CHANNEL, "the server does not allow a topic of this name"),
    "40301": (Scope.CHANNEL, "the token may not publish to the topic"),
    "42904": (Scope.CHANNEL, "the server has as many topics as it takes"),
    # A 429 too, but waiting is of no use today: ntfy.sh takes 250 messages a day.
    "42908": (Scope.CHANNEL, "all messages of the day are used up"),
}
#: "Each message can be up to 4,096 bytes long. Longer messages are treated as attachments": people would see
#: a file instead of the text (https://docs.ntfy.sh/publish/#limitations, 2026-11-29).
_LIMIT = Limit(Measure.BYTES, 4096)
# 5 rings through, 3 is the default; 2 and 1 make no sound (https://docs.ntfy.sh/publish/#message-priority).
_PRIORITIES = {Severity.SEV1: 5, Severity.SEV2: 4}
_USUAL = 3
# A list proves that a message is missing only if it reaches back to the attempt: servers keep messages for
# some hours or not at all (https://docs.ntfy.sh/config/#message-cache).
_REACH = timedelta(hours=1)
_PRECISION = timedelta(seconds=5)
_SHORT = Unknown("look-up failed: the server's list does not reach back to the attempt")


class Ntfy:
    """One topic of ntfy.sh or of a server of your own."""

    name: ClassVar[str] = "ntfy"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.CHAT,
        address=None,
        idempotency=Idempotency.LOOKUP,
        # The server's default for each visitor: 60 requests at once, then one every 5 seconds.
        rate=0.2,
        burst=60,
        concurrency=1,
        internal=True,
        limits=(_LIMIT,),
    )
    options: ClassVar[frozenset[str]] = frozenset({"topic", "token", "allow_private"})
    target: ClassVar[tuple[str, ...]] = ("base_url", "topic")
    shapes: ClassVar[Shapes] = {
        "topic": matching(
            r"[-_A-Za-z0-9]{1,64}", "a topic", "write 1 to 64 letters, digits, - and _; no address"
        ),
        "token": token,
        "allow_private": private_addresses,
    }
    defaults: ClassVar[Mapping[str, object]] = {"base_url": _HOSTED, "allow_private": []}

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        self._root = (settings.base_url or _HOSTED).rstrip("/")
        self._topic = settings.required("topic")
        access = settings.text("token")
        self._headers = {"Authorization": f"Bearer {access}"} if access else {}
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs topic, and for a protected topic a token.

        With base_url, only public addresses and those in allow_private are connected to.
        """
        if settings.base_url:
            transport = transport.guarded(guard_for(settings, "base_url", settings.base_url))
        return cls(settings, transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Publish one message."""
        [outgoing] = batch
        size = len(outgoing.message.text.encode())
        if size > _LIMIT.most:
            return [Rejected(f"the text has {size:,} of {_LIMIT.most:,} bytes", Scope.MESSAGE)]
        body = json.dumps(_content(self._topic, outgoing), ensure_ascii=False).encode()
        return [_outcome(await self._ask("POST", "/", body))]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for messages in the server's list, which a token that may only publish cannot read."""
        return [await self._find(attempt) for attempt in attempts]

    async def probe(self) -> Probe:
        """Ask for the server's health; a wrong token is refused there, but not one without rights."""
        return _health(await self._ask("GET", "/v1/health"))

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        return await self._transport.exchange(method, self._root + path, headers=self._headers, body=body)

    async def _find(self, attempt: Attempted) -> Outcome:
        since = int((attempt.elapsed + _REACH).total_seconds())
        answer = await self._ask("GET", f"/{self._topic}/json?poll=1&since={since}s")
        documents = None if isinstance(answer, NoReply) else json_lines(answer)
        if documents is None or isinstance(answer, NoReply):
            return unfound(answer)
        listed = [_listed(one, attempt.outgoing) for one in documents if one.get("event") == "message"]
        found = found_among(listed, attempt, answer, "the topic has no such message")
        if isinstance(found, NotSent):
            now = http_date(answer.headers.get("Date", ""))
            return found if any(_as_old(one, now, attempt.elapsed) for one in listed) else _SHORT
        if isinstance(found, Unknown):
            return found
        return Accepted(text_of(found.document, "id"), detail="found among the messages of the topic")


def _content(topic: str, outgoing: Outgoing) -> dict[str, object]:
    """Return the document to publish; the first of several lines is the title.

    Each notice has a sequence id of its own, which is our key: a repeat replaces the notification instead of
    adding one. With one id for the whole incident an update would replace the earlier notification, and it is
    documented nowhere that phones sound for that (https://docs.ntfy.sh/publish/#updating-notifications).
    """
    title, _, rest = outgoing.message.text.partition("\n")
    headline = outgoing.headline
    content: dict[str, object] = {
        "topic": topic,
        "message": rest.lstrip("\n") or title,
        "priority": _USUAL if headline.phase.closed else _PRIORITIES.get(headline.severity, _USUAL),
        "tags": [_tag(headline)],
        "sequence_id": outgoing.key,
    }
    if rest.strip():
        content["title"] = title
    if headline.link:
        content["click"] = headline.link
    return content


def _tag(headline: Headline) -> str:
    """Return the short code of the emoji before the title."""
    if headline.phase.closed:
        return "white_check_mark"
    if headline.kind is NoticeKind.MAINTENANCE:
        return "construction"
    return "rotating_light" if headline.severity in _PRIORITIES else "warning"


def _outcome(answer: Answer) -> Outcome:
    if isinstance(answer, NoReply):
        return failure(answer)
    document = json_object(answer)
    if answer.success:
        ref = text_of(document, "id")
        # A server of your own may have a lower limit.
        warning = "ntfy shows people a file instead of the text" if "attachment" in document else None
        return Accepted(ref, warning=warning) if ref else unreadable(answer, "id")
    code = text_of(document, "code")
    if answer.status < 500 and code in CODES:
        scope, reason = CODES[code]
        return Rejected(f"{reason} ({code})", scope, code)
    return failure(answer, detail=text_of(document, "error"), code=code or None)


def _health(answer: Answer) -> Probe:
    known = health(answer)
    if isinstance(answer, NoReply) or known.health is not Health.OK:
        return known
    healthy = json_object(answer).get("healthy") is True
    return known if healthy else Probe(Health.DEGRADED, "the server does not say that it is healthy")


def _listed(document: Mapping[str, object], outgoing: Outgoing) -> Listed:
    """Return a listed message; servers before version 2.16 keep no sequence id, so the text decides."""
    created = unix_moment(document, "time")
    key = text_of(document, "sequence_id")
    if key == outgoing.key:
        return Listed(document, created, Likeness.SAME_KEY)
    text = f"{text_of(document, 'title')}\n{text_of(document, 'message')}"
    return Listed(document, created, Likeness.OTHER if key else likeness(outgoing, text, keeps_words=True))


def _as_old(one: Listed, now: datetime | None, elapsed: timedelta) -> bool:
    """Return whether a listed message is about as old as the attempt or older, by the server's clock."""
    return now is not None and one.created is not None and now - one.created + _PRECISION >= elapsed
