"""The routes to the people of an escalation step, and whether two of them share no fate. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from broadcast.model.contact import Contact
from broadcast.model.escalation import EscalationStep
from broadcast.planning.outage import Dependencies
from broadcast.planning.planned_channel import PlannedChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One rota or audience of a step, as the card shows it.

    Attributes:
        name: `oncall:support`.
        people: Who it stands for now.
        gaps: What is missing.
        shared: What every route to these people depends on.
    """

    name: str
    people: tuple[Contact, ...]
    gaps: tuple[str, ...]
    shared: tuple[str, ...] = ()
    independent: bool = False


def role(
    name: str,
    found: tuple[Sequence[Contact], tuple[str, ...]],
    step: EscalationStep,
    channels: Mapping[str, PlannedChannel],
    depends: Dependencies,
) -> Role:
    """Return a role of a step; `found` are its people now and what is missing.

    A route is a channel with an address: it depends on the provider and on the phone network or mailbox.
    """
    people, gaps = found
    routes = [
        depends.of_channel(channels[channel])
        | depends.of_address(channels[channel].capabilities.address, person)
        for person in people
        for channel in step.channels
        if channel in channels and channels[channel].capabilities.reach(person)
    ]
    shared = frozenset.intersection(*routes) if routes else frozenset()
    return Role(
        name=name,
        people=tuple(people),
        gaps=gaps,
        shared=tuple(sorted(shared)),
        independent=any(not one & other for one, other in combinations(routes, 2)),
    )
