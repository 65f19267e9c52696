"""Requests of the platform to our server, signed by Twilio's own SDK, and how it takes the answers.

Rules, read 2026-11-30:
- 15 seconds in all, connecting included: https://www.twilio.com/docs/api/errors/11205
- anything but 2xx fails: https://www.twilio.com/docs/api/errors/11200; redirects are followed for 301, 302,
  303 and 307: https://www.twilio.com/docs/api/errors/11216, and not for ever:
  https://www.twilio.com/docs/api/errors/11215
- at most 64 kB: https://www.twilio.com/docs/api/errors/11750
- the signature covers the public address as it is requested, and every field, empty ones too:
  https://www.twilio.com/docs/usage/security#validating-requests; a fragment is for Twilio, and neither sent
  nor signed: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

from tests.harness.twiml_schema import LARGEST

ANSWER_WITHIN = 15.0  # seconds
MOST_REDIRECTS = 10  # our guess: the page gives no number
FOLLOWED = frozenset({301, 302, 303, 307})


class DocumentError(Exception):
    """Twilio cannot get or run a document; `code` is the one in its log."""

    def __init__(self, code: int, text: str, url: str, seconds: float = 0.0) -> None:
        super().__init__(text)
        self.code, self.text, self.url, self.seconds = code, text, url, seconds


@dataclass(frozen=True, slots=True)
class Request:
    """A document to ask for; `form` has what is sent beside the fields of every request."""

    url: str
    method: str = "POST"
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What our server said; `url` is where it came from after redirects."""

    url: str
    headers: Mapping[str, str]
    status: int
    content_type: str
    body: bytes
    took: float

    @property
    def text(self) -> str:
        """The answer as text."""
        return self.body.decode("utf-8", "replace")


@dataclass(kw_only=True)
class Webhooks:
    """What sends the requests of one call.

    Attributes:
        origin: our public origin, for which requests are signed.
        server: where our server listens.
        hosts: other origins, such as the one of the fallback, with where they listen.
        token: the secret that signs.
        answer_within: real seconds that an answer may take before it counts as 15.
        copies: how often each request is sent; the last answer counts.
        before: awaited before each request, so that a test can break something just then.
    """

    session: aiohttp.ClientSession
    origin: str
    server: str
    token: str
    hosts: Mapping[str, str] = field(default_factory=dict)
    answer_within: float = ANSWER_WITHIN
    copies: int = 1
    before: Callable[[Request], Awaitable[None]] | None = None

    async def send(self, request: Request) -> list[Answer]:
        """Send a request as often as `copies` says; raises `DocumentError` if there is no answer."""
        if self.before:
            await self.before(request)
        token = str(uuid.uuid4())
        return [await self._followed(request, token) for _ in range(self.copies)]

    async def _followed(self, request: Request, idempotency: str) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            answer = await self._within(request, idempotency)
            if not 300 <= answer.status < 400:
                return answer
            request = _redirected(request, answer)
        raise DocumentError(11215, "HTTP too many redirects", request.url)

    async def _within(self, request: Request, idempotency: str) -> Answer:
        try:
            async with asyncio.timeout(self.answer_within):
                return await self._ask(request, idempotency)
        except TimeoutError:
            raise DocumentError(11205, "no answer in 15 seconds", request.url, ANSWER_WITHIN) from None
        except aiohttp.ClientError as error:
            raise DocumentError(11205, f"HTTP connection failure: {error}", request.url) from None

    async def _ask(self, request: Request, idempotency: str) -> Answer:
        url, body, signed = prepared(request)
        signature = RequestValidator(self.token).compute_signature(url, signed)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "X-Home-Region": "us1",
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": idempotency,
        }
        reached, began = self._reached(url), time.perf_counter()
        async with self.session.request(
            request.method, reached, data=body, headers=headers, allow_redirects=False
        ) as got:
            content = await got.content.read(LARGEST + 1)
            while len(content) <= LARGEST and (more := await got.content.read(LARGEST + 1)):
                content += more
            return Answer(
                url=url,
                headers={name.lower(): value for name, value in got.headers.items()},
                status=got.status,
                content_type=got.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
                body=content,
                took=time.perf_counter() - began,
            )

    def _reached(self, url: str) -> URL:
        parts = urlsplit(url)
        known = {self.origin: self.server, **self.hosts}
        server = known.get(f"{parts.scheme}://{parts.netloc}")
        if server is None:
            raise DocumentError(11210, f"HTTP bad host name: {parts.netloc} is none of ours", url)
        return URL(server + url.removeprefix(f"{parts.scheme}://{parts.netloc}"), encoded=True)


def prepared(request: Request) -> tuple[str, bytes | None, Mapping[str, str]]:
    """Return the address that is requested and signed, the body, and the fields that are signed."""
    url = urldefrag(request.url).url
    if request.method == "GET":
        return f"{url}{'&' if '?' in url else '?'}{urlencode(request.form)}", None, {}
    return url, urlencode(request.form).encode(), request.form


def _redirected(request: Request, answer: Answer) -> Request:
    location = answer.headers.get("location")
    if answer.status not in FOLLOWED or not location:
        raise DocumentError(11216, f"HTTP invalid redirect: {answer.status}", request.url)
    method = request.method if answer.status == 307 else "GET"
    return Request(urljoin(answer.url, location), method, request.form)
