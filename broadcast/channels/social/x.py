"""Posts on X: one for everybody, each update a reply to the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from broadcast.channels.deleted_parent import posted_alone, refuses_reply
from broadcast.channels.lookup import ListPage, unfound
from broadcast.channels.options import Shapes, matching, token
from broadcast.channels.responses import failure, health, json_object, objects, text_of, unreadable
from broadcast.channels.sdk_logging import silence
from broadcast.channels.social.chain import found, listed, posted
from broadcast.channels.transport import Answer, NoReply, Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Limit, Measure, Threading
from broadcast.model.outcome import Outcome, Probe, Thread, Unknown
from broadcast.model.outgoing import Attempted, Outgoing

# Not a failure: the text was posted before, but the answer does not give the id. X has no code for this,
# neither for a reply to a deleted post: both are a 403 of `type` "about:blank"
# (https://docs.x.com/x-api/fundamentals/response-codes-and-errors, read 2026-11-29).
_DUPLICATE = "duplicate content"

_BASE_URL = "https://api.x.com"
_KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")
_PAGE = 100


class X:
    """The X API v2, as the account that owns the access token."""

    name: ClassVar[str] = "x"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.SOCIAL,
        address=None,
        threading=Threading.REPLY,
        idempotency=Idempotency.DEDUPE,
        rate=0.1,  # with the burst: at most 100 posts in any 15 minutes, X's limit for a user
        burst=10,
        concurrency=1,
        fate=("x",),
        price=0.20,  # a post with a link, as most of ours are; one without costs less
        limits=(Limit(Measure.WEIGHTED, 280),),
    )
    options: ClassVar[frozenset[str]] = frozenset(_KEYS)
    shapes: ClassVar[Shapes] = dict.fromkeys(_KEYS, token)
    identifiers: ClassVar[Shapes] = {
        "access_token": matching(
            "[0-9]+-[0-9A-Za-z]+",
            "an access token of X",
            "it is the number of the account, a dash and letters",
        )
    }

    def __init__(self, client: Any, transport: Transport) -> None:
        self._client = client
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs the four keys of an app with write permission."""
        keys = {key: settings.required(key) for key in _KEYS}
        return cls(_client(keys, settings.base_url or _BASE_URL, transport), transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Publish one post."""
        return [await self._post(outgoing) for outgoing in batch]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for the texts in our own timeline."""
        account = await self._client.get_me()
        if isinstance(account, NoReply) or not account.success:
            return [unfound(account)] * len(attempts)
        return [await self._find(text_of(_data(account), "id"), attempt) for attempt in attempts]

    async def probe(self) -> Probe:
        """Ask for our own account."""
        return health(await self._client.get_me())

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _find(self, account: str, attempt: Attempted) -> Outcome:
        async def ask(following: str) -> Answer:
            answer: Answer = await self._client.get_users_tweets(
                account,
                user_auth=True,
                max_results=_PAGE,
                tweet_fields=["created_at"],
                pagination_token=following or None,
            )
            return answer

        return await found(attempt, ask, lambda answer: _read(answer, attempt.outgoing))

    async def _post(self, outgoing: Outgoing) -> Outcome:
        parent = outgoing.thread.last if outgoing.thread else None
        text = outgoing.message.text
        answer = await self._client.create_tweet(text=text, in_reply_to_tweet_id=parent)
        if parent is None or not refuses_reply(answer) or _is_duplicate(answer):
            return _outcome(answer, outgoing.thread)
        outcome = _outcome(await self._client.create_tweet(text=text), None)
        return posted_alone(outcome, f"X refused a reply to {parent}, which was probably deleted")


def _outcome(answer: Answer, thread: Thread | None) -> Outcome:
    if isinstance(answer, NoReply):
        return failure(answer)
    if answer.success:
        post = text_of(_data(answer), "id")
        return posted(post, thread) if post else unreadable(answer, "post id")
    detail = text_of(json_object(answer), "detail")
    if _is_duplicate(answer):
        return Unknown("duplicate content: X has this text already")
    return failure(answer, detail=detail)


def _is_duplicate(answer: Answer) -> bool:
    if not isinstance(answer, Reply) or answer.status != 403:
        return False
    return _DUPLICATE in text_of(json_object(answer), "detail").lower()


def _read(answer: Answer, outgoing: Outgoing) -> ListPage | None:
    document = json_object(answer) if isinstance(answer, Reply) and answer.success else {}
    meta = document.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    # X leaves `data` out for an empty timeline; `meta` shows it.
    posts = [] if meta.get("result_count") == 0 else objects(document.get("data"))
    if posts is None:
        return None
    return ListPage(list(listed(posts, outgoing, _shown)), text_of(meta, "next_token"))


def _shown(post: Mapping[str, object]) -> str:
    """Return the words of a post: X escapes `&`, `<` and `>`."""
    return unescape(text_of(post, "text"))


def _data(reply: Reply) -> Mapping[str, object]:
    data = json_object(reply).get("data")
    return data if isinstance(data, dict) else {}


def _client(keys: Mapping[str, str], base_url: str, transport: Transport) -> Any:
    """Return the SDK's client, which builds every request; the signature and the sending are ours."""
    from aiohttp import ClientResponse
    from oauthlib.oauth1 import Client as Signature
    from tweepy.asynchronous import AsyncClient

    silence("tweepy", "oauthlib")
    signature = Signature(*keys.values())

    async def request(method: str, route: str, **parts: Any) -> Answer:
        query = f"?{urlencode(sorted(parts['params'].items()))}" if parts["params"] else ""
        # tweepy would sign for api.twitter.com, and a signature is valid for one host only.
        url, headers, _ = signature.sign(f"{base_url}{route}{query}", method)
        if parts["json"] is None:
            return await transport.exchange(method, url, headers=headers)
        headers["Content-Type"] = "application/json"
        return await transport.exchange(method, url, headers=headers, body=json.dumps(parts["json"]).encode())

    # With this return type, tweepy returns the answer unchanged.
    client = AsyncClient(**keys, return_type=ClientResponse)
    client.request = request
    return client
