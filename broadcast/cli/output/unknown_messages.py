"""Messages whose outcome is unknown, by name, with masked addresses."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from broadcast.cli.output.page_blocks import StyledWord, Table, Tone
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.ledger.unknown_messages import UnknownMessage
from broadcast.model.mask import mask

_LISTED = 20


def unknown_table(messages: Sequence[UnknownMessage], zone: ZoneInfo) -> Table:
    """Return the first of them, one line each."""
    rows = tuple(
        (
            StyledWord(message.name or message.contact, Tone.STRONG),
            message.contact,
            _masked(message),
            str(message.sequence),
            message.channel,
            clock_time(message.since, zone),
            message.reason or "",
        )
        for message in messages[:_LISTED]
    )
    more = f", the first {_LISTED} of {len(messages):,}" if len(messages) > _LISTED else ""
    columns = ("whom", "id", "address", "notice", "channel", "since", "why")
    return Table(columns, rows, f"Unknown{more}")


def unknown_json(message: UnknownMessage, zone: ZoneInfo) -> dict[str, object]:
    """Return one of them, for programs."""
    return {
        "notice": message.sequence,
        "channel": message.channel,
        "contact": message.contact,
        "name": message.name,
        "address": _masked(message),
        "since": iso(message.since, zone),
        "reason": message.reason,
    }


def _masked(message: UnknownMessage) -> str:
    return " ".join(mask(address) for address in (message.email, message.phone) if address)
