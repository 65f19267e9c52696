"""Collect what channels, addresses and contact points depend on, from the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from broadcast.channels import registry
from broadcast.config.settings import ChannelSettings, Settings
from broadcast.errors import ConfigError
from broadcast.model.phone_line import phone_line
from broadcast.planning.outage import Dependencies
from broadcast.publishing.contact_points import configured, own_hotlines

_NOTHING: Mapping[str, str] = MappingProxyType({})


def dependencies(settings: Settings, found: Mapping[str, str] = _NOTHING) -> Dependencies:
    """Return every dependency of these settings.

    `found` maps systems that were observed to be down to since when and by whom.
    """
    channels = settings.channels.values()
    contact_points = [
        name
        for contact_point in configured(settings)
        for name in (contact_point.name, contact_point.service, *contact_point.fate)
        if name
    ]
    contact_points += (contact_point.name for _, contact_point in own_hotlines(settings))
    page = ["status_url"] if settings.status_url else []
    return Dependencies(
        systems=settings.fates,
        line=partial(phone_line, region=settings.region),
        found=found,
        channels={channel.name: fates_of(channel) for channel in channels},
        needed=frozenset([*contact_points, *page, *(channel.adapter for channel in channels)]),
    )


def fates_of(channel: ChannelSettings) -> tuple[str, ...]:
    """Return the configured dependencies of a channel, or else its adapter's; none for an unknown adapter."""
    try:
        return channel.fate or registry.capabilities_of(channel).fate
    except ConfigError:
        return ()
