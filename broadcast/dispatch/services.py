"""Send to channels that show how services are: a state that all incidents share.

Two commands may change one service at the same time, and their requests may arrive in any order. So the
ledger is read when the request is built, and again after the answer: a run that finds a change sets the
services again. The last request to arrive is therefore always right.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from broadcast.channels.base import ShowsServices
from broadcast.dispatch.channel import ActiveChannel
from broadcast.errors import LedgerError
from broadcast.model.outcome import Accepted, NotSent, Outcome
from broadcast.model.outgoing import Attempted, Outgoing, ServiceRecord

Read = Callable[[], Awaitable[ServiceRecord]]
_ROUNDS = 5  # further changes are other runs' own, and each of those sets the services itself
_UNCHECKED = "it could not be checked whether the page shows the right state of each service: look there"


async def send(channel: ActiveChannel, batch: Sequence[Outgoing], read: Read) -> Sequence[Outcome]:
    """Make one request, with what the ledger knows about services where the channel shows them."""
    if not channel.shows_services:
        return await channel.adapter.send(batch)
    try:
        record = await read()
    except LedgerError:
        return [NotSent("the ledger could not be read")] * len(batch)
    batch = [replace(outgoing, service_record=record) for outgoing in batch]
    outcomes = await channel.adapter.send(batch)
    return await _set_again(channel, batch, outcomes, read)


async def set_after(
    channel: ActiveChannel, attempts: Sequence[Attempted], found: Sequence[Outcome], read: Read
) -> Sequence[Outcome]:
    """Set the services after a look-up, and return what it found: the lost request may have set others."""
    if not channel.shows_services:
        return found
    return await _set_again(channel, [attempt.outgoing for attempt in attempts], found, read)


async def _set_again(
    channel: ActiveChannel, batch: Sequence[Outgoing], outcomes: Sequence[Outcome], read: Read
) -> Sequence[Outcome]:
    if len(outcomes) != len(batch):
        return outcomes
    return [
        await _checked(channel, outgoing, outcome, read) if isinstance(outcome, Accepted) else outcome
        for outgoing, outcome in zip(batch, outcomes, strict=True)
    ]


async def _checked(channel: ActiveChannel, outgoing: Outgoing, outcome: Accepted, read: Read) -> Accepted:
    try:
        warning = await _set(channel, replace(outgoing, thread=outcome.thread), read)
    except Exception:  # noqa: BLE001 - the text is out, and nothing that fails here makes it doubtful
        warning = _UNCHECKED
    warnings = [each for each in (outcome.warning, warning) if each]
    return replace(outcome, warning="; ".join(warnings)) if warnings else outcome


async def _set(channel: ActiveChannel, outgoing: Outgoing, read: Read) -> str | None:
    warning = None
    for _ in range(_ROUNDS):
        record = await read()
        if record == outgoing.service_record or not isinstance(channel.adapter, ShowsServices):
            break
        outgoing = replace(outgoing, service_record=record)
        warning = await channel.adapter.show_services(outgoing)
    return warning
