"""The configured channels, as the planner sees them and as the engine uses them."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from broadcast.channels import registry
from broadcast.channels.base import Adapter
from broadcast.channels.clock_skew import ClockSkew
from broadcast.config.settings import ChannelSettings
from broadcast.dispatch.channel import ActiveChannel
from broadcast.errors import ConfigError, Refused
from broadcast.model.channel import ChannelKind
from broadcast.model.pace import Pace
from broadcast.planning.planned_channel import PlannedChannel

#: Open files that are not connections: streams, event loop, ledger with journal and folder, and a reserve.
_OUR_FILES = 24
_LEAVING = frozenset({"unsubscribe_url", "unsubscribe_mailto"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """`planned` for planning; `settings` and `build` for turning them into adapters when they are needed.

    If `live` is false, only channels that stay on this machine may send. With `sandbox`, all channels lead to
    the sandbox. `skews` has, by channel, how far the provider's clock is from ours.
    """

    planned: Mapping[str, PlannedChannel]
    settings: Mapping[str, ChannelSettings]
    build: Callable[[ChannelSettings], Adapter]
    live: bool = True
    sandbox: bool = False
    skews: Mapping[str, ClockSkew] = field(default_factory=dict)

    @property
    def leaving(self) -> frozenset[str]:
        """The names of the channels whose messages have an unsubscribe link."""
        leaving = {name for name, settings in self.settings.items() if _LEAVING & settings.options.keys()}
        return frozenset(leaving)

    def usable(self, names: Iterable[str], *, drill: bool) -> list[str]:
        """Return the configured ones among these channels; in a drill, without those that outsiders read."""
        known = [name for name in names if name in self.planned]
        closed = drill and not self.sandbox
        return [name for name in known if not (closed and self.planned[name].reaches_the_world)]

    def targets(self, secret: bytes) -> dict[str, str]:
        """Return a digest (keyed with `secret`) of where each publishing channel posts, if that is known."""
        posting = [name for name, channel in self.planned.items() if channel.capabilities.publishes]
        known = {name: registry.target(self.settings[name], secret) for name in posting}
        return {name: target for name, target in known.items() if target}

    def permit(self, names: Iterable[str]) -> None:
        """Raise `Refused` if one of these channels uses the network and `live` is false."""
        networked = [n for n in names if n in self.planned and self.planned[n].capabilities.networked]
        if networked and not self.live:
            raise Refused(
                f"live = false, so {', '.join(networked)} may not send",
                hint="rehearse with --sandbox, or set live = true in the configuration",
            )

    def adapters(self, names: Iterable[str]) -> dict[str, Adapter]:
        """Build the adapters of these channels; raises `ConfigError` for a missing setting or secret."""
        return {name: self._adapter(name) for name in names if name in self.settings}

    def _adapter(self, name: str) -> Adapter:
        try:
            return self.build(self.settings[name])
        except ConfigError as error:
            raise ConfigError(
                str(error), hint=f"{error.hint}; or go without it: --not-channel {name}"
            ) from None


def activate(
    adapters: Mapping[str, Adapter],
    channels: Channels,
    personal: Collection[ChannelKind],
    suspects: Collection[str],
) -> dict[str, ActiveChannel]:
    """Return the channels for the engine, by name.

    Channels of a `personal` kind send one message per request, because their texts differ from person to
    person. A channel in `suspects` failed when it was last used; it begins with a single request.
    """
    active = {}
    most = _most_connections(len(adapters))
    for name, adapter in adapters.items():
        settings, capabilities = channels.settings[name], adapter.capabilities
        active[name] = ActiveChannel(
            name=name,
            adapter=adapter,
            concurrency=min(settings.concurrency or capabilities.concurrency, most),
            lookup_delay=settings.lookup_delay
            if settings.lookup_delay is not None
            else capabilities.lookup_delay,
            secrets=settings.secrets,
            batch=1 if capabilities.kind in personal else capabilities.max_batch,
            suspect=name in suspects,
        )
    return active


def paces(active: Mapping[str, ActiveChannel], channels: Channels) -> dict[str, Pace]:
    """Return the pace of each channel that has a limit: the configured one, or else the provider's."""
    found = {}
    for name, channel in active.items():
        settings, capabilities = channels.settings[name], channel.capabilities
        own = settings.rate is None
        rate = capabilities.rate if settings.rate is None else settings.rate
        burst = settings.burst or (capabilities.burst if own else None)
        found[name] = Pace.of(rate, burst, channel.batch)
    return {name: pace for name, pace in found.items() if pace}


def _most_connections(channels: int) -> int:
    """Return how many connections each channel may hold, so that the ledger can still open its files."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files == resource.RLIM_INFINITY:
        return sys.maxsize
    return max(1, (files - _OUR_FILES) // max(1, channels))
