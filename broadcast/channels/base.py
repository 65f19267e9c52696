"""The contract of an adapter.

An adapter turns messages into one request and the answer into outcomes. It never loops, sleeps,
retries, logs, shortens a text or touches the ledger: `dispatch` does, for all of them alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, Self, runtime_checkable

from broadcast.channels.transport import Transport
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities
from broadcast.model.delivery import Attempted, Outgoing
from broadcast.model.outcome import Outcome, Probe


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One `[channels.NAME]` table, secrets resolved.

    `options` holds what the adapter itself defines; `origin` says where the table stands
    (`broadcast.toml, [channels.sms]`). Secrets are in `options` too and are never shown by `repr`.
    """

    name: str
    adapter: str
    origin: str
    base_url: str | None = None
    options: Mapping[str, object] = field(default_factory=dict, repr=False)

    def required(self, key: str) -> str:
        """The text of option `key`; names the missing key and its fix otherwise."""
        value = self.options.get(key)
        if isinstance(value, str) and value.strip():
            return value
        problem = "is missing" if value is None else "must be a text that is not empty"
        raise ConfigError(
            f"{self.origin}: {key} {problem}",
            hint=f'set {key} = "..." there, or {key} = "env:NAME" to read it from the environment',
        )

    def text(self, key: str, default: str = "") -> str:
        """The text of option `key`, or the default."""
        value = self.options.get(key, default)
        if isinstance(value, str):
            return value
        raise ConfigError(f"{self.origin}: {key} must be a text", hint=f'write {key} = "..."')


class Adapter(Protocol):
    """Our code for one provider."""

    name: ClassVar[str]
    capabilities: ClassVar[Capabilities]

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


@runtime_checkable
class Reconciles(Protocol):
    """An adapter whose provider can be asked what became of earlier attempts."""

    async def find(self, attempts: Sequence[Attempted]) -> Sequence[Outcome]:
        """`Accepted` where the provider has it, `NotSent` where it certainly has not, else `Unknown`."""
        ...
