"""Messages in a Matrix room: one thread per incident, and our key as the transaction id."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self
from urllib.parse import quote

from broadcast.channels.deleted_parent import posted_alone
from broadcast.channels.options import Shapes, token, words
from broadcast.channels.responses import (
    failure,
    health,
    json_object,
    plausible_wait,
    retry_after,
    text_of,
    unreadable,
)
from broadcast.channels.transport import Answer, NoReply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Threading
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Probe, Rejected, Scope, Thread
from broadcast.model.outgoing import Outgoing

#: Meanings of `errcode`, if the HTTP status alone would mislead
#: (https://spec.matrix.org/latest/client-server-api/#standard-error-response, 2026-11-29).
CODES: Mapping[str, tuple[Scope, str]] = {
    "M_UNKNOWN_TOKEN": (Scope.CHANNEL, "the access token was revoked or has expired"),
    "M_MISSING_TOKEN": (Scope.CHANNEL, "the access token was not understood"),
    "M_USER_DEACTIVATED": (Scope.CHANNEL, "the account was deactivated"),
    "M_USER_SUSPENDED": (Scope.CHANNEL, "the account is suspended"),
    "M_FORBIDDEN": (Scope.CHANNEL, "the account is not in the room, or may not write there"),
    "M_TOO_LARGE": (Scope.MESSAGE, "the text is too long for one message"),
}
_MOST_WAIT = 10**12  # milliseconds; an integer in JSON may be too large for a division
_ROOM = re.compile(r"![^\s/?#]+")


class Matrix:
    """One room, used by an account of any home server that is in it."""

    name: ClassVar[str] = "matrix"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.CHAT,
        address=None,
        threading=Threading.REPLY,
        idempotency=Idempotency.NATIVE,
        rate=0.2,  # the default limit of a home server
        burst=10,
        concurrency=1,
        internal=True,
    )
    options: ClassVar[frozenset[str]] = frozenset({"access_token", "room"})
    target: ClassVar[tuple[str, ...]] = ("room",)
    shapes: ClassVar[Shapes] = {"access_token": token, "room": words}

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        self._headers = {"Authorization": f"Bearer {settings.required('access_token')}"}
        room = quote(_room(settings), safe="")
        self._place = f"{_home_server(settings)}/_matrix/client/v3/rooms/{room}"
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs the home server as base_url, an access token, and the room's id."""
        return cls(settings, transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Send one message into the room; a repeated request gets the id of the first one."""
        [outgoing] = batch
        gone = outgoing.thread is not None and await self._is_gone(outgoing.thread.root)
        thread = None if gone else outgoing.thread
        url = f"{self._place}/send/m.room.message/{quote(outgoing.key, safe='')}"
        body = json.dumps(_content(outgoing.message.text, thread)).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        answer = await self._transport.exchange("PUT", url, headers=headers, body=body)
        outcome = _outcome(answer, thread)
        return [posted_alone(outcome, "the first message of the thread was removed") if gone else outcome]

    async def probe(self) -> Probe:
        """Ask for the encryption of the room, which only members see; the best answer is: none."""
        url = f"{self._place}/state/m.room.encryption"
        return _health(await self._transport.exchange("GET", url, headers=self._headers))

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _is_gone(self, event: str) -> bool:
        """Return whether a message was removed; the home server still accepts a reply to it."""
        url = f"{self._place}/event/{quote(event, safe='')}"
        return _removed(await self._transport.exchange("GET", url, headers=self._headers))


def _content(text: str, thread: Thread | None) -> dict[str, object]:
    """Return a plain text without mentions. An `m.notice` would not notify any phone."""
    content: dict[str, object] = {"msgtype": "m.text", "body": text, "m.mentions": {}}
    if thread is not None:
        content["m.relates_to"] = {
            "rel_type": "m.thread",
            "event_id": thread.root,
            # For clients without threads: a reply to the message before.
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": thread.last},
        }
    return content


def _removed(answer: Answer) -> bool:
    """Return whether `errcode` and `redacted_because` say so.

    See spec.matrix.org, Client-Server API v1.16, read 2026-11-29.
    """
    document = {} if isinstance(answer, NoReply) else json_object(answer)
    unsigned = document.get("unsigned")
    redacted = isinstance(unsigned, dict) and "redacted_because" in unsigned
    return redacted or text_of(document, "errcode") == "M_NOT_FOUND"


def _outcome(answer: Answer, thread: Thread | None) -> Outcome:
    if isinstance(answer, NoReply):
        return failure(answer)
    document = json_object(answer)
    if answer.success:
        event = text_of(document, "event_id")
        if not event:
            return unreadable(answer, "event id")
        return Accepted(event, Thread(thread.root if thread else event, event))
    code = text_of(document, "errcode")
    if answer.status == 429 and retry_after(answer) is None:
        return NotSent("the home server asks to wait", _wait(document.get("retry_after_ms")))
    if 400 <= answer.status < 500 and code in CODES:
        scope, reason = CODES[code]
        return Rejected(f"{reason} ({code})", scope, code)
    return failure(answer, detail=text_of(document, "error"))


def _wait(milliseconds: object) -> float | None:
    """Return the seconds to wait in answers of home servers before version 1.10 of the specification."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int) or milliseconds > _MOST_WAIT:
        return None
    return plausible_wait(milliseconds / 1000)


def _health(answer: Answer) -> Probe:
    code = "" if isinstance(answer, NoReply) else text_of(json_object(answer), "errcode")
    if code == "M_NOT_FOUND":
        return Probe(Health.OK)
    if code == "M_FORBIDDEN":
        return Probe(Health.DEGRADED, "the account is not in the room: invite it, and let it join")
    known = health(answer)
    if known.health is Health.OK:
        return Probe(Health.DEGRADED, "the room is encrypted, and messages from here are not")
    return known


def _home_server(settings: ChannelSettings) -> str:
    if settings.base_url:
        return settings.base_url.rstrip("/")
    hint = 'write base_url = "https://matrix.example.org", the home server of the account'
    raise ConfigError(f"{settings.origin}: base_url is missing", hint=hint)


def _room(settings: ChannelSettings) -> str:
    room = settings.required("room")
    if _ROOM.fullmatch(room):
        return room
    hint = 'clients show it under the room\'s settings, "Advanced"; write room = "!abc:matrix.example.org"'
    raise ConfigError(f"{settings.place('room')}: room must be the room's id, which begins with !", hint=hint)
