"""Messages in a Slack channel: one thread per incident, whose first message shows the present state."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import ClassVar, Self
from urllib.parse import urlencode

from broadcast.channels.chat.slack_answers import update_fields
from broadcast.channels.chat.slack_buttons import buttons, pressed_or_asked
from broadcast.channels.chat.slack_errors import CREDENTIALS, NO_REPLY, PLACES, refusal
from broadcast.channels.chat.slack_message import content, key_of, post_fields
from broadcast.channels.deleted_parent import posted_alone
from broadcast.channels.lookup import Likeness, Listed, ListPage, look_through
from broadcast.channels.options import Shapes, matching, token, words
from broadcast.channels.responses import failure, health, json_object, objects, text_of, unreadable
from broadcast.channels.transport import Answer, NoReply, Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Threading
from broadcast.model.inbound import Inbound, InboundAnswer, InboundRequest
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Accepted, Health, Outcome, Probe, Thread, Unknown
from broadcast.model.outgoing import Attempted, Outgoing
from broadcast.model.room import RoomAnswers

_BASE_URL = "https://slack.com/api"
_CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{6,}", re.ASCII)
_PAGE = 200
_GONE = "the first message of the thread is gone"
_STALE = "the first message still shows what was said before"


class Slack:
    """One channel of a workspace, as an app with a bot token."""

    name: ClassVar[str] = "slack"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.CHAT,
        address=None,
        threading=Threading.EDIT,
        idempotency=Idempotency.LOOKUP,
        rate=1.0,
        concurrency=1,
        fate=("slack",),
        internal=True,
    )
    options: ClassVar[frozenset[str]] = frozenset({"token", "channel", "signing_secret"})
    target: ClassVar[tuple[str, ...]] = ("channel",)
    shapes: ClassVar[Shapes] = {"token": token, "signing_secret": token, "channel": words}
    identifiers: ClassVar[Shapes] = {
        "token": matching(
            "(xoxe\\.)?xox[bp]-[!-~]+",
            "a token that may post",
            "take the Bot User OAuth Token, which begins with xoxb-",
        )
    }

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        self._root = (settings.base_url or _BASE_URL).rstrip("/")
        self._headers = {"Authorization": f"Bearer {settings.required('token')}"}
        self._channel = _channel(settings)
        self._signing_secret = settings.text("signing_secret")
        self._transport = transport

    @classmethod
    def capabilities_with(cls, settings: ChannelSettings) -> Capabilities:
        """Return the capabilities; with `signing_secret`, people answer by buttons."""
        return replace(cls.capabilities, buttons="signing_secret" in settings.options)

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs a bot token (xoxb-...) and the channel's id.

        The token needs the scopes chat:write and channels:history.
        """
        return cls(settings, transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Post the first message, or a reply to it."""
        return [await self._post(outgoing) for outgoing in batch]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for our keys in the thread, or in the channel."""
        return [await self._look_up(attempt) for attempt in attempts]

    async def probe(self) -> Probe:
        """Ask for the channel, with the token that posts to it."""
        answer = await self._read("conversations.info", {})
        document = _document(answer)
        return _health(document) if document else health(answer)

    def receive(self, request: InboundRequest) -> Sequence[Inbound]:
        """Read a pressed button or Slack's check; without `signing_secret`, nothing is believed."""
        return list(pressed_or_asked(request, self._signing_secret))

    def answer(self, text: str, locale: str) -> InboundAnswer:
        """Return the empty 200 that Slack expects within three seconds; `show_answers` follows."""
        del text, locale
        return InboundAnswer(200)

    async def show_answers(self, room: RoomAnswers) -> str | None:
        """Show below a message who answered and when; the buttons stay while more answers are taken."""
        answer = await self._write("chat.update", update_fields(self._channel, room))
        document = _document(answer)
        if document.get("ok") is True:
            return None
        error = text_of(document, "error")
        return f"the message does not show the answer: {error or getattr(failure(answer), 'reason', '')}"

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _post(self, outgoing: Outgoing) -> Outcome:
        if outgoing.headline.kind is NoticeKind.ESCALATION:
            return await self._ask(outgoing)
        fields = self._fields(outgoing)
        if outgoing.thread is None:
            return _outcome(await self._write("chat.postMessage", fields), None)
        # An edit notifies no one and may be repeated, so it must not delay the message itself.
        answer, edited = await asyncio.gather(
            self._write("chat.postMessage", fields), self._edit(outgoing.thread, outgoing.message.text)
        )
        if text_of(_document(answer), "error") in NO_REPLY:
            alone = self._fields(replace(outgoing, thread=None))
            return posted_alone(_outcome(await self._write("chat.postMessage", alone), None), _GONE)
        outcome = _outcome(answer, outgoing.thread)
        if isinstance(outcome, Accepted) and outcome.warning is None and not edited:
            return replace(outcome, warning=_STALE)
        return outcome

    async def _ask(self, outgoing: Outgoing) -> Outcome:
        """Post the question of an escalation: it is no state of the incident, and begins no thread."""
        answer = await self._write("chat.postMessage", self._fields(outgoing))
        if text_of(_document(answer), "error") in NO_REPLY:
            answer = await self._write("chat.postMessage", self._fields(replace(outgoing, thread=None)))
        outcome = _outcome(answer, outgoing.thread)
        return replace(outcome, thread=None) if isinstance(outcome, Accepted) else outcome

    def _fields(self, outgoing: Outgoing) -> dict[str, object]:
        """Return the arguments of the post; buttons only if we can take what they send."""
        return post_fields(self._channel, outgoing, buttons(outgoing) if self._signing_secret else [])

    async def _edit(self, thread: Thread, text: str) -> bool:
        fields = {"channel": self._channel, "ts": thread.root, **content(text)}
        return _document(await self._write("chat.update", fields)).get("ok") is True

    async def _look_up(self, attempt: Attempted) -> Outcome:
        thread = attempt.outgoing.thread
        if thread is not None:
            found = await self._find(attempt, "conversations.replies", {"ts": thread.root})
            if found is not None:
                return found
        return await self._find(attempt, "conversations.history", {}) or Unknown("look-up failed")

    async def _find(self, attempt: Attempted, method: str, where: Mapping[str, str]) -> Outcome | None:
        """Return the outcome, judged by the messages there; None if there is no such thread."""
        errors: list[str] = []

        async def ask(following: str) -> Answer:
            wanted = {"limit": str(_PAGE), "include_all_metadata": "true", "cursor": following}
            return await self._read(method, {**where, **{name: one for name, one in wanted.items() if one}})

        def read(answer: Answer) -> ListPage | None:
            errors.append(text_of(_document(answer), "error"))
            return _listed(answer, attempt.outgoing.key)

        missing = "the channel has no such message"
        # The replies of a thread come oldest first.
        found = await look_through(attempt, ask, read, missing, newest_first=not where)
        if errors[-1] == "thread_not_found":
            return None
        if isinstance(found, Listed):
            return _shown(found.document)
        return Unknown(f"look-up failed: {errors[-1]}") if errors[-1] else found

    async def _read(self, method: str, fields: Mapping[str, str]) -> Answer:
        # Methods that read take a query or a form, not JSON; the published description has only forms.
        form = urlencode({"channel": self._channel, **fields}).encode()
        return await self._call(method, "application/x-www-form-urlencoded", form)

    async def _write(self, method: str, fields: Mapping[str, object]) -> Answer:
        return await self._call(method, "application/json; charset=utf-8", json.dumps(fields).encode())

    async def _call(self, method: str, content_type: str, body: bytes) -> Answer:
        headers = {**self._headers, "Content-Type": content_type}
        return await self._transport.exchange("POST", f"{self._root}/{method}", headers=headers, body=body)


def _outcome(answer: Answer, thread: Thread | None) -> Outcome:
    if isinstance(answer, NoReply) or not answer.success:
        return failure(answer)
    document = json_object(answer)
    if document.get("ok") is True:
        return _accepted(document, thread) or unreadable(answer, "ts")
    error = text_of(document, "error")
    return refusal(error, answer) if error else unreadable(answer, "ts")


def _accepted(document: Mapping[str, object], thread: Thread | None) -> Outcome | None:
    ts, message = text_of(document, "ts"), document.get("message")
    if not ts:
        return None
    if thread is not None and isinstance(message, dict) and not text_of(message, "thread_ts"):
        # Slack posts a reply to a deleted message into the channel; only this field shows it.
        return posted_alone(Accepted(ts, Thread(ts, ts)), _GONE)
    return Accepted(ts, Thread(thread.root if thread else ts, ts))


def _listed(answer: Answer, key: str) -> ListPage | None:
    """Return a page of messages. Ours have our key in their metadata, which people cannot write."""
    document = _document(answer)
    metadata = document.get("response_metadata")
    cursor = text_of(metadata, "next_cursor") if isinstance(metadata, dict) else ""
    messages = objects(document.get("messages"))
    if messages is None or (document.get("has_more") and not cursor):
        return None
    listed = []
    for message in messages:
        ours = key_of(message) == key and text_of(message, "ts")
        listed.append(Listed(message, _moment(message), Likeness.SAME_KEY if ours else Likeness.OTHER))
    return ListPage(listed, cursor if document.get("has_more") else "")


def _shown(message: Mapping[str, object]) -> Accepted:
    ts = text_of(message, "ts")
    return Accepted(ts, Thread(text_of(message, "thread_ts") or ts, ts), "found in the channel")


def _moment(message: Mapping[str, object]) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text_of(message, "ts")), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _health(document: Mapping[str, object]) -> Probe:
    error, channel = text_of(document, "error"), document.get("channel")
    if error in CREDENTIALS:
        return Probe(Health.UNAUTHORISED, f"{CREDENTIALS[error]} ({error})")
    if error:
        return Probe(Health.DEGRADED, PLACES.get(error, "Slack refuses to say how the channel is"))
    shown = channel if isinstance(channel, dict) else {}
    if shown.get("is_archived") is True:
        return Probe(Health.DEGRADED, PLACES["is_archived"])
    if shown.get("is_member") is False:
        return Probe(Health.DEGRADED, f"{PLACES['not_in_channel']}: invite it there")
    return Probe(Health.OK)


def _document(answer: Answer) -> dict[str, object]:
    return json_object(answer) if isinstance(answer, Reply) and answer.success else {}


def _channel(settings: ChannelSettings) -> str:
    channel = settings.required("channel")
    if _CHANNEL_ID.fullmatch(channel):
        return channel
    raise ConfigError(
        f"{settings.place('channel')}: channel must be the channel's id",
        hint='Slack shows it at the bottom of "About this channel"; write channel = "C0123ABCD"',
    )
