"""How many people a plan concerns, counted while it is gone through once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from broadcast.model.delivery import DeliveryState
from broadcast.model.plan import Planned
from broadcast.operations.preview import Unreachable


@dataclass(frozen=True, slots=True)
class Share:
    """Deliveries that differ in nothing but whom they are for; `posts` where a channel publishes."""

    audience: str
    texts: str
    locale: str
    route: tuple[str, ...]
    posts: bool


@dataclass(frozen=True, slots=True)
class Headcount:
    """Deliveries by their share, people by their audience, and who cannot be reached."""

    shares: Mapping[Share, int]
    people: Mapping[str, int]
    audiences: Sequence[str]
    unreachable: tuple[Unreachable, ...]

    @property
    def channels(self) -> list[str]:
        """Every channel that may be used."""
        return sorted({name for share in self.shares for name in share.route})

    @property
    def first(self) -> Counter[str]:
        """How many deliveries start on which channel."""
        first: Counter[str] = Counter()
        for share, count in self.shares.items():
            first[share.route[0]] += count
        return first


NOBODY = Headcount({}, {}, (), ())


def count(plan: Iterable[Planned]) -> Headcount:
    """Count a plan. What is owed to one person comes together in it."""
    shares: Counter[Share] = Counter()
    people: Counter[str] = Counter()
    audiences: dict[str, None] = {}
    unreachable: list[Unreachable] = []
    last = ""
    for planned in plan:
        audiences[planned.audience] = None
        if planned.state is not DeliveryState.PLANNED:
            unreachable.append(_unreachable(planned))
            continue
        posts = planned.contact is None
        shares[Share(planned.audience, planned.texts, planned.locale, planned.route, posts)] += 1
        people[planned.audience] += not posts and planned.receiver != last
        last = planned.receiver
    return Headcount(shares, people, tuple(audiences), tuple(unreachable))


def _unreachable(planned: Planned) -> Unreachable:
    name = planned.contact.name if planned.contact else ""
    return Unreachable(planned.receiver, name, planned.audience, planned.reason or "")
