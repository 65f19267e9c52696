"""The channels as the planner sees them."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.model.channel import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChannel:
    """A configured channel as the planner sees it; `fate` is what it depends on.

    `price` is US dollars per message (for SMS: per part), 0 if it is free or not known.
    """

    name: str
    adapter: str
    capabilities: Capabilities
    fate: tuple[str, ...] = ()
    optional: bool = False
    price: float = 0.0

    @property
    def reaches_the_world(self) -> bool:
        """Whether it publishes to people outside the organisation."""
        able = self.capabilities
        return able.publishes and able.networked and not able.internal
