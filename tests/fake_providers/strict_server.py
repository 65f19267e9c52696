"""The providers and a mail server on this machine, as strict as their own descriptions.

A request that breaks the description, or a rule of the provider's prose, is refused and remembered in
`violations`. Nothing here shares a line with our sandbox or our adapters, so no misunderstanding either.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from aiohttp import web

from broadcast.model.clock import SystemClock
from tests.fake_providers.answers import ACCOUNT, Answered, Asked, Broken, SendGrid, Statuspage, Twilio, X
from tests.fake_providers.chat import Slack, Teams
from tests.fake_providers.desk_and_mail import Graph, Zendesk
from tests.fake_providers.smtp_server import Post
from tests.fake_providers.social import TOKEN, Bluesky, Mastodon

SPECS = Path(__file__).parents[3] / "shared" / "specs"
#: What the commands under test find in their environment.
SECRETS = {
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": "twilio-token-0815-geheim",
    "SENDGRID_API_KEY": "SG.sendgrid-key-4711-geheim",
    "X_CONSUMER_KEY": "x-consumer-key-geheim",
    "X_CONSUMER_SECRET": "x-consumer-secret-geheim",
    "X_ACCESS_TOKEN": "x-access-token-geheim",
    "X_ACCESS_TOKEN_SECRET": "x-access-token-secret-geheim",
    "MASTODON_ACCESS_TOKEN": "mastodon-token-4223-geheim",
    "BLUESKY_PASSWORD": "bluesky-password-geheim",
    "STATUSPAGE_API_KEY": "statuspage-key-2342-geheim",
    "ZENDESK_TOKEN": "zendesk-token-1337-geheim",
    "OUTLOOK_CLIENT_SECRET": "outlook-secret-0042-geheim",
    "SLACK_TOKEN": "xoxb-slack-token-geheim",
    "TEAMS_WEBHOOK_URL": (
        "https://prod-1.westeurope.logic.azure.com/workflows/w1/triggers/manual/paths/invoke?sig=geheim"
    ),
}
_ROOTS = {
    "twilio": "",
    "sendgrid": "",
    "x": "",
    "mastodon": "",
    "bluesky": "",
    "statuspage": "/v1",
    "slack": "/api",
    "teams_workflow": "",
    "zendesk": "",
    "msgraph": "/v1.0",
}
#: What is not a plain bad request.
_REFUSALS = {"mastodon": 422, "statuspage": 422, "zendesk": 422}
_AGENT, _GRAPH_TOKEN = "agent@muster.example", "graph-token-geheim"


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that arrived."""

    provider: str
    method: str
    path: str
    document: dict[str, Any]


@dataclass(slots=True)
class Silence:
    """A provider stops answering; what arrives meanwhile is taken and lost in turns."""

    after: int
    writes: int = 0
    unanswered: int = 0


@dataclass(slots=True, kw_only=True)
class Strict:
    """The providers and what reached them. `described` is false where the descriptions are not at hand."""

    described: bool = True
    twilio: Twilio = field(default_factory=Twilio)
    sendgrid: SendGrid = field(default_factory=SendGrid)
    x: X = field(default_factory=X)
    mastodon: Mastodon = field(default_factory=Mastodon)
    bluesky: Bluesky = field(default_factory=Bluesky)
    statuspage: Statuspage = field(default_factory=Statuspage)
    slack: Slack = field(default_factory=Slack)
    teams_workflow: Teams = field(default_factory=Teams)
    zendesk: Zendesk = field(default_factory=Zendesk)
    msgraph: Graph = field(default_factory=Graph)
    post: Post = field(default_factory=Post)
    seen: list[Seen] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)
    addresses: dict[str, str] = field(default_factory=dict)
    _silences: dict[str, Silence] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _nonces: set[str] = field(default_factory=set)

    def fall_silent(self, **after: int) -> None:
        """Answer that many writes of each named provider, and none of those that follow."""
        self._silences = {provider: Silence(writes) for provider, writes in after.items()}

    def speak(self) -> None:
        """Answer again; whoever waits for an answer loses the connection."""
        with self._changed:
            self._silences = {}
            self._changed.notify_all()

    def wait_until_unanswered(self, **requests: int) -> None:
        """Return when that many requests of each named provider wait for an answer in vain."""
        with self._changed:
            arrived = self._changed.wait_for(
                lambda: all(self._silences[name].unanswered >= number for name, number in requests.items()),
                timeout=30,
            )
        assert arrived, f"only {self._silences} of {requests}"

    def forget(self) -> None:
        """Begin anew, with the same addresses."""
        self.twilio, self.sendgrid, self.x = Twilio(), SendGrid(), X()
        self.mastodon, self.bluesky, self.statuspage = Mastodon(), Bluesky(), Statuspage()
        self.slack, self.teams_workflow = Slack(), Teams()
        self.zendesk, self.msgraph = Zendesk(), Graph()
        self.post.letters.clear()
        self.post.complaints.clear()
        self.seen.clear()
        self.violations.clear()
        self._silences = {}

    async def serve(self, provider: str, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        body = await request.read()
        asked = Asked(
            method=request.method,
            path=request.path,
            query=dict(request.query),
            document=_document(request, body),
            headers=request.headers,
        )
        with self._changed:
            self.seen.append(Seen(provider, asked.method, asked.path, asked.document))
            self._changed.notify_all()
        wrong = self._wrong(provider, request, body)
        if wrong:
            return self._refuse(provider, asked, wrong)
        silence = self._silences.get(provider) if not _reads(asked) else None
        if silence is not None:
            silence.writes += 1
            if silence.writes > silence.after:
                await self._ignore(provider, asked, silence)
                return _hang_up(request)
        return self._take(provider, request, asked)

    def _take(self, provider: str, request: web.Request, asked: Asked) -> web.StreamResponse:
        try:
            answered: Answered = getattr(self, provider).answer(asked)
        except Broken as broken:
            return self._refuse(provider, asked, str(broken))
        if self.described:
            _check_answer(provider, request, answered)
        document = answered.document
        now = SystemClock().now() + getattr(getattr(self, provider), "ahead", timedelta())
        return web.json_response(
            status=answered.status,
            headers={"Date": format_datetime(now, usegmt=True), **answered.headers},
            body=b"" if document is None else json.dumps(document).encode(),
        )

    async def _ignore(self, provider: str, asked: Asked, silence: Silence) -> None:
        silence.unanswered += 1
        if silence.unanswered % 2:
            getattr(self, provider).answer(asked)
        with self._changed:
            self._changed.notify_all()
        while self._silences:
            await asyncio.to_thread(self._wait_for_words)

    def _wait_for_words(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._silences, timeout=1)

    def _wrong(self, provider: str, request: web.Request, body: bytes) -> str | None:
        if fault := self._unauthorised(provider, request):
            return fault
        return _undescribed(provider, request, body) if self.described else None

    def _unauthorised(self, provider: str, request: web.Request) -> str | None:
        given = request.headers.get("Authorization", "")
        if provider == "x":
            return self._unsigned(request, given)
        if request.path.endswith("createSession"):
            return None  # it is the login
        login = f"{SECRETS['TWILIO_ACCOUNT_SID']}:{SECRETS['TWILIO_AUTH_TOKEN']}"
        agent = f"{_AGENT}/token:{SECRETS['ZENDESK_TOKEN']}"
        expected = {
            "twilio": f"Basic {base64.b64encode(login.encode()).decode()}",
            "zendesk": f"Basic {base64.b64encode(agent.encode()).decode()}",
            "msgraph": f"Bearer {_GRAPH_TOKEN}",
            "sendgrid": f"Bearer {SECRETS['SENDGRID_API_KEY']}",
            "mastodon": f"Bearer {SECRETS['MASTODON_ACCESS_TOKEN']}",
            "bluesky": f"Bearer {TOKEN}",
            "statuspage": f"OAuth {SECRETS['STATUSPAGE_API_KEY']}",
            "slack": f"Bearer {SECRETS['SLACK_TOKEN']}",
            "teams_workflow": "",
        }[provider]
        return None if given == expected else "the credentials are wrong"

    def _unsigned(self, request: web.Request, given: str) -> str | None:
        """Check the OAuth 1.0a signature (RFC 5849) from scratch."""
        parts = {name: unquote(value) for name, value in re.findall(r'(oauth_\w+)="([^"]*)"', given)}
        signature = parts.pop("oauth_signature", "")
        if parts.get("oauth_consumer_key") != SECRETS["X_CONSUMER_KEY"]:
            return "another consumer key"
        if parts.get("oauth_token") != SECRETS["X_ACCESS_TOKEN"]:
            return "another access token"
        pairs = sorted((_encoded(n), _encoded(v)) for n, v in [*parts.items(), *request.query.items()])
        parameters = "&".join(f"{name}={value}" for name, value in pairs)
        url = f"http://{request.host}{request.path}"
        base = "&".join(_encoded(part) for part in (request.method, url, parameters))
        key = "&".join(_encoded(SECRETS[name]) for name in ("X_CONSUMER_SECRET", "X_ACCESS_TOKEN_SECRET"))
        digest = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
        if base64.b64encode(digest).decode() != signature:
            return "the OAuth signature does not fit"
        if parts["oauth_nonce"] in self._nonces:
            return "a nonce was used twice"
        self._nonces.add(parts["oauth_nonce"])
        return None

    def _refuse(self, provider: str, asked: Asked, why: str) -> web.StreamResponse:
        self.violations.append(f"{provider}: {asked.method} {asked.path}: {why}")
        return web.json_response({"error": why, "detail": why}, status=_REFUSALS.get(provider, 400))


@contextmanager
def strict(*, described: bool = True) -> Iterator[Strict]:
    """The providers at work in a thread of their own."""
    if described:
        for provider in _ROOTS:
            description(provider)
    providers = Strict(described=described)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        close = asyncio.run_coroutine_threadsafe(_open(providers), loop).result(10)
        yield providers
        providers.speak()
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def has_descriptions() -> bool:
    """Whether the official descriptions are beside the repository."""
    return all((SPECS / f"{provider}.json").exists() for provider in _ROOTS)


@functools.cache
def description(provider: str) -> Any:
    """The official description, its server replaced by this machine (without a port, as it is matched)."""
    from openapi_core import Config, OpenAPI

    document = json.loads((SPECS / f"{provider}.json").read_text(encoding="utf-8"))
    for path in document["paths"].values():
        path.pop("servers", None)
    if provider == "msgraph":
        document["paths"] = dict(_with_mailboxes(document["paths"]))
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        if scheme["type"] == "oauth2":  # which arrives as a bearer token; the validator knows only that
            document["components"]["securitySchemes"][name] = {"type": "http", "scheme": "bearer"}
    document["servers"] = [{"url": f"http://127.0.0.1{_ROOTS[provider]}"}]
    config = Config(extra_media_type_deserializers={"application/problem+json": json.loads})
    return OpenAPI.from_dict(document, config=config)


def _reads(asked: Asked) -> bool:
    return asked.method == "GET" or "/conversations." in asked.path


def _with_mailboxes(paths: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """An app has no `/me`: by Graph's prose it names the mailbox, and everything else stays."""
    user = {"name": "user-id", "in": "path", "required": True, "schema": {"type": "string"}}
    for name, path in paths.items():
        if name.startswith("/me/messages"):
            parameters = [*path.get("parameters", []), user]
            yield "/users/{user-id}" + name.removeprefix("/me"), {**path, "parameters": parameters}
        else:
            yield name, path


async def _open(providers: Strict) -> Callable[[], Coroutine[None, None, None]]:
    """Listen; the answer closes everything again."""
    opened = AsyncExitStack()
    for provider, root in _ROOTS.items():
        application = web.Application()
        if provider == "msgraph":
            application.router.add_post("/token", _sign_in)
        application.router.add_route("*", "/{path:.*}", functools.partial(providers.serve, provider))
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await runner.setup()
        opened.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        providers.addresses[provider] = f"http://127.0.0.1:{runner.addresses[0][1]}{root}"
    mail = await asyncio.start_server(providers.post.talk, "127.0.0.1", 0)
    opened.callback(mail.close)
    providers.addresses["smtp"] = str(mail.sockets[0].getsockname()[1])
    return opened.aclose


async def _sign_in(request: web.Request) -> web.Response:
    form = await request.post()
    if form["client_secret"] != SECRETS["OUTLOOK_CLIENT_SECRET"]:
        return web.json_response({"error": "invalid_client"}, status=401)
    return web.json_response({"access_token": _GRAPH_TOKEN, "expires_in": 3599})


def _hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport:
        request.transport.abort()
    return web.Response()


def _document(request: web.Request, body: bytes) -> dict[str, Any]:
    if request.content_type == "application/json" and body:
        read: dict[str, Any] = json.loads(body)
        return read
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _undescribed(provider: str, request: web.Request, body: bytes) -> str | None:
    from openapi_core.contrib.aiohttp import AIOHTTPOpenAPIWebRequest
    from openapi_core.exceptions import OpenAPIError

    try:
        description(provider).validate_request(AIOHTTPOpenAPIWebRequest(request, body=body))
    except OpenAPIError as error:
        causes = getattr(error.__cause__, "schema_errors", ())
        return f"{error!r} {'; '.join(cause.message for cause in causes)}"
    return None


def _check_answer(provider: str, request: web.Request, answered: Answered) -> None:
    """These stand-ins must themselves keep to the description."""
    from openapi_core.contrib.aiohttp import AIOHTTPOpenAPIWebRequest
    from openapi_core.testing import MockResponse

    shown = MockResponse(
        b"" if answered.document is None else json.dumps(answered.document).encode(),
        status_code=answered.status,
        headers=dict(answered.headers),
        content_type="application/json",
    )
    description(provider).validate_response(AIOHTTPOpenAPIWebRequest(request, body=b""), shown)


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")
