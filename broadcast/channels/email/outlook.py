"""E-mail through Microsoft Graph, from a mailbox of Exchange Online: create a draft, then send it.

A draft can be sent only once, and the mailbox shows whether it was. So a look-up settles a lost answer.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Self
from urllib.parse import quote, urlencode

from broadcast.channels.email.graph_message import KEY_PROPERTY, draft
from broadcast.channels.email.graph_reading import found, sent, written
from broadcast.channels.email.headers import Identity, Sender, refusal
from broadcast.channels.email.non_delivery import reports_since, returned
from broadcast.channels.email.sign_in import Refused, SignIn
from broadcast.channels.options import Shapes, matching, token, words
from broadcast.channels.polling import SOON
from broadcast.channels.responses import health
from broadcast.channels.transport import Answer, Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Threading
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import AwaitedReceipt, Receipt
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Probe, Rejected
from broadcast.model.outgoing import Attempted, Outgoing

_BASE_URL = "https://graph.microsoft.com/v1.0"
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


class Outlook:
    """One mailbox."""

    name: ClassVar[str] = "outlook"
    capabilities: ClassVar[Capabilities] = Capabilities(
        kind=ChannelKind.EMAIL,
        address=AddressKind.EMAIL,
        threading=Threading.REPLY,
        idempotency=Idempotency.LOOKUP,
        lookup_delay=15.0,  # messages wait in a queue, and a draft leaves its folder only when it is sent
        rate=0.45,  # with the burst: at most 30 messages per minute, the limit of a mailbox
        burst=3,
        concurrency=3,  # an app may make four requests at a time to a mailbox
        fate=("microsoft",),
    )
    options: ClassVar[frozenset[str]] = frozenset(
        {"tenant", "client_id", "client_secret", "from", "reply_to", "token_url"}
    )
    shapes: ClassVar[Shapes] = {
        "client_secret": token,
        **dict.fromkeys(("tenant", "client_id", "from", "reply_to", "token_url"), words),
    }
    identifiers: ClassVar[Shapes] = {
        "tenant": matching(
            rf"{_GUID}|[\w-]+(\.[\w-]+)+",
            "a tenant",
            "write its id, or its domain like muster.onmicrosoft.com",
        ),
        "client_id": matching(
            _GUID, "the id of an application", "it looks like 11111111-2222-3333-4444-555555555555"
        ),
    }

    def __init__(self, settings: ChannelSettings, transport: Transport) -> None:
        root = (settings.base_url or _BASE_URL).rstrip("/")
        self._sender = Sender.from_settings(settings)
        self._messages = f"{root}/users/{quote(self._sender.address, safe='@')}/messages"
        self._sign_in = SignIn(settings, transport, root)
        self._transport = transport
        self._drafts: dict[str, str] = {}  # by key; drafts that may not have been sent

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it; needs tenant, client_id and client_secret of an app, and from."""
        return cls(settings, transport)

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Create the draft and send it."""
        return [refusal(outgoing) or await self._deliver(outgoing) for outgoing in batch]

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """Look for our keys in the mailbox."""
        return await asyncio.gather(*(self._look_up(attempt) for attempt in attempts))

    @classmethod
    def asked_after(cls, settings: ChannelSettings) -> timedelta | None:
        """Return the usual span: Graph tells nobody by itself that a mail came back."""
        del settings
        return SOON

    async def poll(self, awaited: Sequence[AwaitedReceipt]) -> Sequence[Receipt]:
        """Look for reports of non-delivery in the mailbox; that a mail arrived is nowhere said."""
        query = urlencode(reports_since(min(one.accepted_at for one in awaited)), quote_via=quote)
        answer = await self._ask("GET", f"?{query}")
        if not isinstance(answer, Reply) or not answer.success:
            return []
        return list(returned(answer, {one.ref for one in awaited}))

    async def probe(self) -> Probe:
        """Ask for one message of the mailbox."""
        answer = await self._ask("GET", "?$top=1&$select=id")
        if isinstance(answer, Rejected):
            return Probe(Health.UNAUTHORISED, answer.reason)
        return Probe(Health.UNREACHABLE, answer.reason) if isinstance(answer, NotSent) else health(answer)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.close()

    async def _deliver(self, outgoing: Outgoing) -> Outcome:
        identity = Identity.of(outgoing, self._sender.domain)
        if outgoing.key not in self._drafts:
            new = written(await self._ask("POST", "", draft(outgoing, identity, self._sender)))
            if not isinstance(new, str):
                return new
            self._drafts[outgoing.key] = new
        path = f"/{quote(self._drafts[outgoing.key], safe='')}/send"
        outcome = sent(await self._ask("POST", path), identity)
        if isinstance(outcome, Accepted | Rejected):
            del self._drafts[outgoing.key]
        return outcome

    async def _look_up(self, attempt: Attempted) -> Outcome:
        identity = Identity.of(attempt.outgoing, self._sender.domain)
        key = attempt.outgoing.key
        wanted = f"singleValueExtendedProperties/any(p:p/id eq '{KEY_PROPERTY}' and p/value eq '{key}')"
        query = urlencode({"$filter": wanted, "$select": "id,isDraft"}, quote_via=quote)
        there = found(await self._ask("GET", f"?{query}"), identity)
        if not isinstance(there, str):
            self._drafts.pop(key, None)
            return there
        self._drafts[key] = there
        return NotSent("its draft was never sent")

    async def _ask(
        self, method: str, path: str, document: Mapping[str, object] | None = None
    ) -> Answer | Refused:
        token = await self._sign_in.token()
        if not isinstance(token, str):
            return token
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = None if document is None else json.dumps(document).encode()
        url = self._messages + path
        return self._sign_in.judge(
            token, await self._transport.exchange(method, url, headers=headers, body=body)
        )
