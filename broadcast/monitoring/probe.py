"""Asking channels whether they would work. Messages nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from broadcast.channels import registry
from broadcast.channels.clock_skew import ClockSkew
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.outcome import Health, Probe

WITHIN = 10.0  # seconds


def probe(channels: Iterable[ChannelSettings], within: float = WITHIN) -> dict[str, Probe]:
    """What each channel answers, all asked at once; a setting that is wrong is an answer, too."""
    return asyncio.run(probe_all(list(channels), within))


async def probe_all(channels: Sequence[ChannelSettings], within: float = WITHIN) -> dict[str, Probe]:
    """The same, for whoever has a loop already."""
    answers = await asyncio.gather(*(_probe(channel, within) for channel in channels))
    return {channel.name: answer for channel, answer in zip(channels, answers, strict=True)}


async def _probe(channel: ChannelSettings, within: float) -> Probe:
    skew = ClockSkew()
    try:
        adapter = registry.build(channel, skew)
    except ConfigError as error:
        return Probe(Health.UNAUTHORISED, f"{error}: {error.hint}" if error.hint else str(error))
    try:
        async with asyncio.timeout(within):
            return replace(channel.secrets.stripped(await adapter.probe()), ahead=skew.ahead)
    except TimeoutError:
        return Probe(Health.UNREACHABLE, f"no answer within {within:g} seconds")
    except Exception as error:  # noqa: BLE001 - a third party's adapter may raise anything
        return Probe(Health.DEGRADED, f"{type(error).__name__} in the adapter")
    finally:
        await adapter.close()
