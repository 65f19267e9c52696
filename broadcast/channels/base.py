"""The contract of an adapter.

An adapter turns messages into one request and the answer into outcomes. It never loops, sleeps,
retries, logs, shortens a text or touches the ledger: `dispatch` does, for all of them alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol, Self, runtime_checkable

from broadcast.channels.transport import Transport
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Capabilities
from broadcast.model.outcome import Outcome, Probe
from broadcast.model.outgoing import Attempted, Outgoing


class Adapter(Protocol):
    """Our code for one provider.

    `options` are the keys its `[channels.NAME]` table may hold beside the common ones. An adapter may also
    have `shapes` and `identifiers`, both `ClassVar[Shapes]`: what an option must look like, always or only at
    the provider's own address (see `broadcast.channels.options`). An option with a shape may also be given by
    a variable that has no types. `defaults`, a `ClassVar[Mapping[str, object]]`, is what holds without them.
    `target`, a `ClassVar[tuple[str, ...]]`, names the options (or `base_url`) that say where it publishes: a
    room, page or account. If they change, earlier posts stay where they are. Tokens do not belong there.
    """

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    options: ClassVar[frozenset[str]]

    @classmethod
    def from_settings(cls, settings: ChannelSettings, transport: Transport) -> Self:
        """Build it, or raise `ConfigError` that names the missing key and its fix."""
        ...

    async def send(self, batch: Sequence[Outgoing]) -> Sequence[Outcome]:
        """Make one request for at most `max_batch` messages; outcomes in their order."""
        ...

    async def probe(self) -> Probe:
        """Check credentials and reachability; messages nobody."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class Reconciles(Protocol):
    """An adapter whose provider can be asked what became of earlier attempts."""

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """`Accepted` where the provider has it, `NotSent` where it certainly has not, else `Unknown`."""
        ...


@runtime_checkable
class ShowsServices(Protocol):
    """An adapter whose provider shows how services are, a state that all incidents share.

    Its messages carry `service_record`. Another incident may change while a request is under way, so the
    engine reads the ledger once more after an answer.
    """

    async def show_services(self, outgoing: Outgoing) -> str | None:
        """Set the services of `outgoing` by its record, tell nobody; a warning if that failed."""
        ...


@runtime_checkable
class Configurable(Protocol):
    """An adapter whose abilities hang on its options; most have the same whatever these say."""

    @classmethod
    def capabilities_with(cls, settings: ChannelSettings) -> Capabilities:
        """Return what it can do with these settings; raises `ConfigError`."""
        ...
