"""Check whether channels work. Sends no message."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from broadcast.channels import registry
from broadcast.channels.clock_skew import ClockSkew
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.outcome import Health, Probe

WITHIN = 10.0  # seconds for one channel's answer


async def probe(channels: Iterable[ChannelSettings], within: float = WITHIN) -> dict[str, Probe]:
    """Ask all channels at once, and return each answer by channel name.

    A wrong setting or an adapter's exception is an answer too; nothing is raised. `within` is in seconds.
    """
    asked = list(channels)
    answers = await asyncio.gather(*(_probe(channel, within) for channel in asked))
    return {channel.name: answer for channel, answer in zip(asked, answers, strict=True)}


async def _probe(channel: ChannelSettings, within: float) -> Probe:
    skew = ClockSkew()  # the answers also show how far the provider's clock is from ours
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
