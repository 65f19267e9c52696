"""Posts on Mastodon: one for everybody, each update a reply to the one before."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import ClassVar, Self
from urllib.parse import quote

from broadcast.channels.deleted_parent import posted_alone, refuses_reply
from broadcast.channels.lookup import ListPage, unfound
from broadcast.channels.options import Shapes, token, words
from broadcast.channels.responses import failure, health, json_object, json_objects, text_of, unreadable
from broadcast.channels.social.chain import found, listed, posted
from broadcast.channels.transport import Answer, NoReply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Limit, Measure, Threading
from broadcast.model.outcome import Health, Outcome, Probe, Thread
from broadcast.model.outgoing import Attempted, Outgoing
from broadcast.model.text import WORD_JOINER, without_mentions

#: The possible audiences of a post, without `direct`, which would reach no one.
VISIBILITIES = ("public", "unlisted", "private")

_MOST = 500  # the default limit of an instance
_PAGE = 40
_BREAK = re.compile(r"<(?:br|/?p)\b[^<>]*>")
_TAG = re.compile(r"<[^<>]*>")


class Mastodon:
    """The account that owns the access token, on its own instance."""

    name: ClassVar[str] = "mastodon"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.SOCIAL,
        address=None,
        threading=Threading.REPLY,
        idempotency=Idempotency.NATIVE,  # kept for an hour; after that, `find` sees the account's posts
        rate=0.9,  # with the burst: at most 300 requests in any 5 minutes
        burst=30,
        concurrency=1,
        fate=("mastodon",),
        limits=(Limit(Measure.WRAPPED, _MOST),),
    )
    options: ClassVar[frozenset[str]] = frozenset({"access_token", "visibility"})
    target: ClassVar[tuple[str, ...]] = ("base_url",)
    shapes: ClassVar[Shapes] = {"access_token": token, "visibility": words}
    defaults: ClassVar[Mapping[str, object]] = {"visibility": VISIBILITIES[0]}

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        self._headers = {"Authorization": f"Bearer {settings.required('access_token')}"}
        self._root = _instance(settings)
        self._visibility = _visibility(settings)
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs the instance as base_url, and a token with `read` and `write:statuses`."""
        return cls(settings, transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Publish one post."""
        [outgoing] = batch
        status = {
            "status": without_mentions(outgoing.message.text),
            "visibility": self._visibility,
            "language": outgoing.message.locale.partition("-")[0],
        }
        if outgoing.thread is None:
            return [_outcome(await self._post(status, outgoing.key), None)]
        parent = outgoing.thread.last
        answer = await self._post({**status, "in_reply_to_id": parent}, outgoing.key)
        # 404 is Mastodon's (app/controllers/api/v1/statuses_controller.rb, read 2026-11-29); others differ.
        if not refuses_reply(answer):
            return [_outcome(answer, outgoing.thread)]
        outcome = _outcome(await self._post(status, outgoing.key), None)
        return [
            posted_alone(outcome, f"the instance refused a reply to {parent}, which was probably deleted")
        ]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for the texts among the account's own posts."""
        account = await self._get("accounts/verify_credentials")
        number = "" if isinstance(account, NoReply) else text_of(json_object(account), "id")
        if not number:
            return [unfound(account)] * len(attempts)
        return [await self._find(number, attempt) for attempt in attempts]

    async def probe(self) -> Probe:
        """Ask for our own account, and for the longest post."""
        known = health(await self._get("accounts/verify_credentials"))
        if known.health is not Health.OK:
            return known
        most = _most(await self._get("instance", version=2))
        if most < _MOST:
            return Probe(
                Health.DEGRADED, f"this instance takes {most} characters, and texts may have {_MOST}"
            )
        return known

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _post(self, status: Mapping[str, str], key: str) -> Answer:
        headers = {**self._headers, "Content-Type": "application/json", "Idempotency-Key": key}
        url = f"{self._root}/api/v1/statuses"
        return await self._transport.exchange("POST", url, headers=headers, body=json.dumps(status).encode())

    async def _find(self, account: str, attempt: Attempted) -> Outcome:
        async def ask(following: str) -> Answer:
            older = f"&max_id={quote(following, safe='')}" if following else ""
            return await self._get(f"accounts/{account}/statuses?limit={_PAGE}&exclude_reblogs=true{older}")

        return await found(attempt, ask, lambda answer: _read(answer, attempt.outgoing))

    async def _get(self, path: str, version: int = 1) -> Answer:
        url = f"{self._root}/api/v{version}/{path}"
        return await self._transport.exchange("GET", url, headers=self._headers)


def _outcome(answer: Answer, thread: Thread | None) -> Outcome:
    if isinstance(answer, NoReply):
        return failure(answer)
    document = json_object(answer)
    if answer.success:
        post = text_of(document, "id")
        return posted(post, thread) if post else unreadable(answer, "post id")
    return failure(answer, detail=text_of(document, "error"))


def _read(answer: Answer, outgoing: Outgoing) -> ListPage | None:
    posts = None if isinstance(answer, NoReply) or not answer.success else json_objects(answer)
    if posts is None:
        return None
    following = text_of(posts[-1], "id") if len(posts) >= _PAGE else ""
    return ListPage(list(listed(posts, outgoing, _shown)), following)


def _shown(post: Mapping[str, object]) -> str:
    """Return the words of a post; Mastodon turns line breaks into paragraphs and splits links by tags."""
    words = _TAG.sub("", _BREAK.sub(" ", text_of(post, "content")))
    return unescape(words).replace(WORD_JOINER, "")


def _most(answer: Answer) -> int:
    """Return the longest post that the instance takes, 500 if it does not say."""
    document: object = None if isinstance(answer, NoReply) else json_object(answer)
    for key in ("configuration", "statuses", "max_characters"):
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, int) else _MOST


def _instance(settings: ChannelSettings) -> str:
    if settings.base_url is None:
        raise ConfigError(
            f"{settings.origin}: base_url is missing",
            hint='write base_url = "https://mastodon.social", or wherever the account is',
        )
    return settings.base_url.rstrip("/")


def _visibility(settings: ChannelSettings) -> str:
    visibility = settings.text("visibility", VISIBILITIES[0])
    if visibility not in VISIBILITIES:
        raise ConfigError(
            f"{settings.place('visibility')}: visibility cannot be {visibility!r}",
            hint=f"write visibility = one of {', '.join(VISIBILITIES)}",
        )
    return visibility
