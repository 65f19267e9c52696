"""Reroute messages whose address was suppressed after their notice was planned. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broadcast.contacts.permission import Permission
from broadcast.ledger.reroute import Detour, Owed
from broadcast.model.contact import Barred
from broadcast.model.suppression import Suppressed
from broadcast.planning.planned_channel import PlannedChannel


@dataclass(frozen=True, slots=True)
class Avoiding:
    """Finds the channels that do without suppressed addresses. `internal` are audiences told as a duty."""

    suppressed: Suppressed
    channels: Mapping[str, PlannedChannel]
    internal: frozenset[str]

    def __call__(self, owed: Owed) -> Detour | None:
        """Return the rest of the route without suppressed addresses; None if it uses none of them."""
        permission = Permission(suppressed=self.suppressed, internal=owed.audience in self.internal)
        barred = {each.kind: each for each in permission.permit(owed.contact).barred}
        used = [(name, self._barred(name, barred)) for name in owed.route]
        because = list(dict.fromkeys(str(each) for _, each in used if each))
        if not because:
            return None
        return Detour(tuple(name for name, each in used if not each), f"suppressed: {', '.join(because)}")

    def _barred(self, name: str, barred: Mapping[str, Barred]) -> Barred | None:
        if name not in self.channels:
            return None
        able = self.channels[name].capabilities
        return (barred.get(able.address) if able.address else None) or barred.get(able.kind)
