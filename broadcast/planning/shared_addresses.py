"""Which deliveries of a notice lead to one address on one channel, which may get it only once. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from broadcast.model.duplicate_filter import DuplicateFilter
from broadcast.model.plan import Planned
from broadcast.planning.planned_channel import PlannedChannel


class SharedAddresses:
    """Numbers the addresses that several deliveries of one notice may use; other addresses get none.

    The numbers say nothing about the addresses, so the ledger may keep them after erasure.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def numbered(
        self, owed: Sequence[Planned], channels: Mapping[str, PlannedChannel], duplicates: DuplicateFilter
    ) -> Iterator[Planned]:
        """Yield the deliveries of one receiver with the numbers of their shared addresses by channel."""
        for planned in owed:
            if len(owed) == 1 and duplicates.unique and planned.contact:
                yield planned
                continue
            again = {name for other in owed if other is not planned for name in other.route}
            shares = tuple(
                (name, self._number(address))
                for name in planned.route
                if (address := _address(name, planned, channels)) is not None
                and (planned.contact is None or name in again or duplicates.repeats(address))
            )
            yield replace(planned, shares=shares) if shares else planned

    def _number(self, address: str) -> int:
        return self._numbers.setdefault(address, len(self._numbers) + 1)


def _address(name: str, planned: Planned, channels: Mapping[str, PlannedChannel]) -> str | None:
    """Return where that channel would send it; None if unknown. A publishing channel is its own address."""
    if planned.contact is None:
        return f"channel:{name}"
    kind = channels[name].capabilities.address if name in channels else None
    address = planned.contact.address(kind) if kind else None
    return address.lower() if address else None
