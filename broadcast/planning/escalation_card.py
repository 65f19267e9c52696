"""The routes to the people of an escalation step, and whether two of them share no fate. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from broadcast.model.channel import ChannelKind
from broadcast.model.contact import Contact
from broadcast.model.escalation import EscalationStep
from broadcast.planning.outage import Dependencies
from broadcast.planning.planned_channel import PlannedChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRoute:
    """One connection to a person of a role: a channel and the address that it uses, with its kind of text."""

    person: Contact
    channel: str
    kind: ChannelKind
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One rota or audience of a step, as the card shows it.

    Attributes:
        name: `oncall:support`.
        people: Who it stands for now.
        gaps: What is missing.
        shared: What every route to these people depends on.
        pair: Two routes that share no fate, those first that are tried first; None if there are none.
    """

    name: str
    people: tuple[Contact, ...]
    gaps: tuple[str, ...]
    shared: tuple[str, ...] = ()
    pair: tuple[RoleRoute, RoleRoute] | None = None

    @property
    def independent(self) -> bool:
        """Whether two routes share no fate."""
        return self.pair is not None


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
    routes = list(_routes(people, step, channels, depends))
    shared = frozenset.intersection(*(fates for _, fates in routes)) if routes else frozenset()
    pairs = ((one, other) for (one, mine), (other, theirs) in combinations(routes, 2) if not mine & theirs)
    return Role(
        name=name,
        people=tuple(people),
        gaps=gaps,
        shared=tuple(sorted(shared)),
        pair=next(pairs, None),
    )


def _routes(
    people: Sequence[Contact],
    step: EscalationStep,
    channels: Mapping[str, PlannedChannel],
    depends: Dependencies,
) -> Iterator[tuple[RoleRoute, frozenset[str]]]:
    """Yield every route to these people, with what it depends on."""
    for person in people:
        for name in step.channels:
            if name not in channels or not channels[name].capabilities.reach(person):
                continue
            able = channels[name].capabilities
            address = person.address(able.address) if able.address else None
            route = RoleRoute(person=person, channel=name, kind=able.kind, address=address or name)
            yield route, depends.of_channel(channels[name]) | depends.of_address(able.address, person)
