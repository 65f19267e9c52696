"""Tickets in Zendesk: one per incident; later notices are its comments."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import ClassVar, Self
from urllib.parse import quote

from broadcast.channels.deleted_parent import posted_alone
from broadcast.channels.desk.callers import find_user
from broadcast.channels.desk.reading import (
    GONE,
    PAGE,
    UNPROCESSABLE,
    commented,
    explained,
    found_comment,
    found_ticket,
    is_closed,
    listed_comments,
    opened,
    says,
    table,
)
from broadcast.channels.desk.ticket import DEFAULTS, OPTIONS, SHAPES, TicketForm, external_id, is_public
from broadcast.channels.desk.trigger import comments
from broadcast.channels.lookup import Listed, ListPage, look_through
from broadcast.channels.options import Shapes, matching, token, words
from broadcast.channels.responses import excerpt, health, json_object, text_of
from broadcast.channels.transport import Answer, Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Threading
from broadcast.model.inbound import Inbound, InboundRequest
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Probe, Thread
from broadcast.model.outgoing import Attempted, Outgoing

_SUBDOMAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


class Zendesk:
    """The tickets of one Zendesk account."""

    name: ClassVar[str] = "zendesk"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.DESK,
        address=None,
        threading=Threading.EDIT,
        idempotency=Idempotency.LOOKUP,  # only a new ticket has a key; a comment has none
        rate=3.0,  # 200 requests a minute on the smallest plan
        concurrency=2,
        fate=("zendesk",),
        internal=True,
    )
    options: ClassVar[frozenset[str]] = OPTIONS | {"subdomain", "email", "token", "signing_secret"}
    target: ClassVar[tuple[str, ...]] = ("subdomain",)
    shapes: ClassVar[Shapes] = {
        "email": matching(
            r"[^\s@]+@[^\s@]+", "an e-mail address", "write the address an agent signs in with"
        ),
        **dict.fromkeys(("token", "signing_secret"), token),
        "subdomain": words,
        **SHAPES,
    }
    defaults: ClassVar[Mapping[str, object]] = DEFAULTS

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        self._api = f"{settings.base_url or _desk(settings)}".rstrip("/") + "/api/v2"
        self._email = settings.required("email")
        self._signing_secret = settings.text("signing_secret")
        login = f"{self._email}/token:{settings.required('token')}"
        self._headers = {
            "Authorization": f"Basic {b64encode(login.encode()).decode()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        self._form = TicketForm.from_settings(settings)
        self._transport = transport

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs subdomain, and the email and token of an agent."""
        return cls(settings, transport)

    @classmethod
    def capabilities_with(cls, settings: ChannelSettings) -> Capabilities:
        """Return the capabilities; with `public = true` it is not internal, because customers read it."""
        return replace(cls.capabilities, internal=not is_public(settings))

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Open the ticket, or comment on it."""
        return [await self._write(outgoing) for outgoing in batch]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for our keys in the comments and among the tickets."""
        return [await self._look_up(attempt) for attempt in attempts]

    async def probe(self) -> Probe:
        """Ask for our own account: only agents may write tickets for others to read."""
        answer = await self._ask("GET", "/users/me")
        if isinstance(answer, Reply) and answer.success:
            role = text_of(table(json_object(answer), "user"), "role")
            if role not in {"agent", "admin"}:
                return Probe(Health.UNAUTHORISED, f"the account is no agent but {role or 'unreadable'}")
        return health(answer)

    def receive(self, request: InboundRequest) -> Sequence[Inbound]:
        """Read a comment that a trigger reports; without `signing_secret`, nothing is believed."""
        return comments(request, self._signing_secret, self._email)

    async def find_caller(self, number: str) -> Mapping[str, str] | None:
        """Return the user with this phone number, and their latest open ticket; raises `LookupFailed`."""
        return await find_user(number, lambda path: self._ask("GET", path))

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _write(self, outgoing: Outgoing) -> Outcome:
        thread = outgoing.thread
        if thread is None:
            return await self._open(outgoing)
        path, ticket = f"/tickets/{quote(thread.root, safe='')}", self._form.further(outgoing)
        answer = await self._ask("PUT", path, {"ticket": ticket})
        if says(answer, 404, GONE):
            return posted_alone(await self._open(outgoing), f"ticket {thread.root} was deleted")
        if not _is_refused(answer):
            return commented(answer, thread)
        if is_closed(await self._ask("GET", path)):
            return posted_alone(await self._open(outgoing, thread.root), f"ticket {thread.root} is closed")
        # The text is accepted without the state; only the ticket's state stays as it is.
        bare = {name: ticket[name] for name in ("comment", "metadata")}
        outcome = commented(await self._ask("PUT", path, {"ticket": bare}), thread)
        return _not_set(outcome, thread.root, ticket, answer)

    async def _open(self, outgoing: Outgoing, follows: str | None = None) -> Outcome:
        ticket = self._form.opening(outgoing, follows)
        answer = await self._create(ticket, outgoing.key)
        if not _is_refused(answer) or ticket["status"] != "solved":
            return opened(answer)
        # With another key, because Zendesk refuses a known key with another content.
        outcome = opened(await self._create({**ticket, "status": "open"}, f"{outgoing.key}-open"))
        number = outcome.ref if isinstance(outcome, Accepted) else ""
        return _not_set(outcome, number, ticket, answer)

    async def _create(self, ticket: Mapping[str, object], key: str) -> Answer:
        return await self._ask("POST", "/tickets", {"ticket": ticket}, {"Idempotency-Key": key})

    async def _look_up(self, attempt: Attempted) -> Outcome:
        thread = attempt.outgoing.thread
        if thread is not None:
            found = await self._look_up_comment(attempt, thread)
            if not isinstance(found, NotSent):
                return found
        wanted = quote(external_id(attempt.outgoing), safe="")
        return found_ticket(await self._ask("GET", f"/tickets?external_id={wanted}"))

    async def _look_up_comment(self, attempt: Attempted, thread: Thread) -> Outcome:
        path = f"/tickets/{quote(thread.root, safe='')}/comments?sort_order=desc&per_page={PAGE}"
        number = count(1)

        async def ask(following: str) -> Answer:
            return await self._ask("GET", f"{path}&page={following}" if following else path)

        def read(answer: Answer) -> ListPage | None:
            return listed_comments(answer, attempt.outgoing, next(number))

        found = await look_through(attempt, ask, read, "the ticket has no such comment")
        return found_comment(found, thread) if isinstance(found, Listed) else found

    async def _ask(
        self,
        method: str,
        path: str,
        document: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        body = None if document is None else json.dumps(document).encode()
        given = {**self._headers, **(headers or {})}
        return await self._transport.exchange(method, self._api + path, headers=given, body=body)


def _is_refused(answer: Answer) -> bool:
    return isinstance(answer, Reply) and answer.status == UNPROCESSABLE


def _not_set(outcome: Outcome, number: str, ticket: Mapping[str, object], refusal: Answer) -> Outcome:
    """Return the outcome of a text without the refused state, with what a person has to do."""
    if not isinstance(outcome, Accepted):
        return outcome
    what = "solved" if ticket["status"] == "solved" else "changed"
    quoted = refusal.secrets if isinstance(refusal, Reply) else None
    why = excerpt(explained(refusal), quoted) or f"HTTP {UNPROCESSABLE}"
    return replace(outcome, warning=f"ticket {number} has the text, but could not be {what}: {why}")


def _desk(settings: ChannelSettings) -> str:
    name = settings.required("subdomain")
    if _SUBDOMAIN.fullmatch(name):
        return f"https://{name}.zendesk.com"
    raise ConfigError(
        f"{settings.place('subdomain')}: subdomain is not one: {name!r}",
        hint='for muster.zendesk.com write subdomain = "muster"',
    )
