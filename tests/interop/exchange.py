"""One adapter and the messages of one incident, as every server here is told them."""

from __future__ import annotations

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.config.settings import ChannelSettings
from broadcast.model.outcome import Accepted, Outcome, Thread
from broadcast.model.outgoing import Attempted, Outgoing
from broadcast.testing.samples import outgoing


def build(adapter: str, base_url: str, **options: object) -> Adapter:
    """The adapter, as a channel that is configured for `base_url`."""
    return registry.build(
        ChannelSettings(name="abroad", adapter=adapter, origin="here", base_url=base_url, options=options)
    )


def notice(sequence: int, address: str | None = None, thread: Thread | None = None) -> Outgoing:
    """The `sequence`-th message of an incident."""
    text = f"[INC-7/{sequence}] Störung: „Kasse“ & Co <b> 🚨 https://status.muster.example/INC-7."
    return outgoing(address, text=text, sequence=sequence, thread=thread)


async def accepted(adapter: Adapter, message: Outgoing) -> Accepted:
    """What the server said when it took the message."""
    (outcome,) = await adapter.send([message])
    assert isinstance(outcome, Accepted), outcome
    return outcome


async def found(adapter: Adapter, attempt: Attempted) -> Outcome:
    """What the server says became of an attempt."""
    assert isinstance(adapter, Reconciles)
    (outcome,) = await adapter.find([attempt])
    return outcome
