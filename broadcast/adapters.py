"""Everything that an adapter is made of: the public face of broadcast for authors of channels.

An adapter turns one message into one request, and the answer into an outcome. It never loops, sleeps,
retries, logs, shortens a text or touches the ledger. The names keep their meaning within a major version;
`broadcast.testing` has the tests that an adapter must pass.

What it is: `Adapter`, and `Reconciles` if the provider can be asked about earlier messages.
What it says of itself: `Capabilities`, made of `ChannelKind`, `AddressKind`, `Threading`, `Idempotency`
and `Limit` (with its `Measure`).
What it is given: `ChannelSettings`, `Transport`, `Outgoing`, `Attempted`.
What it returns: an `Outcome`, which is `Accepted` (with its `Thread`), `Rejected` (with its `Scope`, and
perhaps a `SuppressionReason`), `NotSent` or `Unknown`; and a `Probe` with its `Health`.
What it raises, while it is built and never later: `ConfigError`.
What helps to read an answer (`Answer`; `NoReply` if none came): `responses`, `lookup`.
What reads receipts, replies and keys that the provider sends: `Receives` with the records of `inbound`,
`Answers` if it expects words back, and `AsksAgain` if it can take another key; `receiving` compares
signatures and reads bodies.
What helps to check options: `option_shapes`.

Example:
    import json

    from broadcast.adapters import (
        Accepted, AddressKind, Capabilities, ChannelKind, NoReply, Probe, responses,
    )

    class Pigeon:
        name = "pigeon"
        capabilities = Capabilities(kind=ChannelKind.SMS, address=AddressKind.PHONE, rate=5.0)
        options = frozenset({"token"})

        def __init__(self, settings, transport):
            self._headers = {"Authorization": f"Bearer {settings.required('token')}"}
            self._root = settings.base_url or "https://api.pigeon.example"
            self._transport = transport

        @classmethod
        def from_settings(cls, settings, transport):
            return cls(settings, transport)

        async def send(self, batch):
            [outgoing] = batch
            bird = {"to": outgoing.address, "text": outgoing.message.text, "reference": outgoing.key}
            answer = await self._transport.exchange(
                "POST", f"{self._root}/birds", headers=self._headers, body=json.dumps(bird).encode()
            )
            if isinstance(answer, NoReply) or not answer.success:
                return [responses.failure(answer)]
            ref = responses.text_of(responses.json_object(answer), "id")
            return [Accepted(ref) if ref else responses.unreadable(answer, "id")]

        async def probe(self) -> Probe:
            url = f"{self._root}/account"
            return responses.health(await self._transport.exchange("GET", url, headers=self._headers))

        async def close(self):
            await self._transport.close()
"""

from broadcast.channels import lookup, receiving, responses
from broadcast.channels import options as option_shapes
from broadcast.channels.base import Adapter, Answers, AsksAgain, Receives, Reconciles
from broadcast.channels.transport import Answer, NoReply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model import inbound
from broadcast.model.channel import Capabilities, ChannelKind, Idempotency, Limit, Measure, Threading
from broadcast.model.contact import AddressKind
from broadcast.model.outcome import (
    Accepted,
    Health,
    NotSent,
    Outcome,
    Probe,
    Rejected,
    Scope,
    Thread,
    Unknown,
)
from broadcast.model.outgoing import Attempted, Outgoing
from broadcast.model.suppression import SuppressionReason

__all__ = [
    "Accepted",
    "Adapter",
    "AddressKind",
    "Answer",
    "Answers",
    "AsksAgain",
    "Attempted",
    "Capabilities",
    "ChannelKind",
    "ChannelSettings",
    "ConfigError",
    "Health",
    "Idempotency",
    "Limit",
    "Measure",
    "NoReply",
    "NotSent",
    "Outcome",
    "Outgoing",
    "Probe",
    "Receives",
    "Reconciles",
    "Rejected",
    "Scope",
    "SuppressionReason",
    "Thread",
    "Threading",
    "Transport",
    "Unknown",
    "inbound",
    "lookup",
    "option_shapes",
    "receiving",
    "responses",
]
