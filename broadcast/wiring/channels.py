"""Build the configured channels, with what the organisation and `serve` add to their options."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from broadcast.config.settings import ChannelSettings, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from broadcast.channels.base import Adapter
    from broadcast.publishing.channels import Channels

#: Options of channels that name the address of a callback.
_CALLBACKS = frozenset({"status_callback", "action_url"})


def make_channels(settings: Settings) -> Channels:
    """Return the configured channels; raises `ConfigError` for an unknown adapter."""
    from broadcast.channels import registry
    from broadcast.channels.clock_skew import ClockSkew
    from broadcast.planning.planned_channel import PlannedChannel
    from broadcast.publishing.channels import Channels

    skews: dict[str, ClockSkew] = {}

    def build(channel: ChannelSettings) -> Adapter:
        return registry.build(channel, skews.setdefault(channel.name, ClockSkew()))

    planned, used = {}, {}
    for name, channel in settings.channels.items():
        adapter = registry.adapter_for(channel)
        can = registry.capabilities_of(channel)
        fate = channel.fate or can.fate
        price = channel.price if channel.price is not None else can.price
        planned[name] = PlannedChannel(
            name=name,
            adapter=channel.adapter,
            capabilities=can,
            fate=fate,
            optional=channel.optional,
            price=price,
        )
        styled = _with_house_style(channel, adapter.options, settings)
        used[name] = _with_callbacks(styled, adapter.options, settings)
    live = settings.live or settings.sandbox
    return Channels(
        planned=planned, settings=used, build=build, live=live, sandbox=settings.sandbox, skews=skews
    )


def channel_defaults(settings: Settings) -> dict[str, Mapping[str, object]]:
    """Return, by channel, the default of every option that the configuration leaves out."""
    from broadcast.channels import registry

    found: dict[str, Mapping[str, object]] = {}
    for name, channel in settings.channels.items():
        usual = registry.defaults(channel)
        found[name] = {**usual, **_with_house_style(channel, frozenset(usual), settings).options}
    return found


def _with_house_style(channel: ChannelSettings, known: frozenset[str], settings: Settings) -> ChannelSettings:
    """Return the channel with the organisation's locale, timezone and URL, if its adapter takes them."""
    said = {
        "locale": settings.locale,
        "timezone": settings.timezone.key,
        "url": settings.status_url,
    }
    style = {key: value for key, value in said.items() if key in known and value}
    services = tuple(settings.services.values())
    options = {**style, **channel.options}
    return replace(channel, options=options, services=services, letterhead=settings.letterhead)


def _with_callbacks(channel: ChannelSettings, known: frozenset[str], settings: Settings) -> ChannelSettings:
    """Return the channel with our own routes as the addresses of its callbacks, if `[serve] url` is set."""
    hook = settings.serve.route(f"/hooks/{channel.name}")
    if hook is None:
        return channel
    own = dict.fromkeys(sorted(_CALLBACKS & known), hook)
    leave = settings.serve.route("/u/{token}") or ""
    if "unsubscribe_url" in known and leave.startswith("https://"):
        own["unsubscribe_url"] = leave
    return replace(channel, options={**own, **channel.options})
