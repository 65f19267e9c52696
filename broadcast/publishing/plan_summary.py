"""Count a plan in one pass: people by audience, deliveries by route, and who cannot be reached. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from broadcast.model.contact import Barred
from broadcast.model.delivery import DeliveryState
from broadcast.model.plan import Planned
from broadcast.publishing.preview import Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Deliveries that differ only in their recipient; `posts` is true if a channel publishes them."""

    audience: str
    template_audience: str
    locale: str
    route: tuple[str, ...]
    posts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSummary:
    """The number of deliveries by share and of people by audience, and those who cannot be reached.

    `suppressed` counts, by audience, people who must not be told. `barred` counts addresses that must not be
    used, by audience and reason, even if their owners are told on another channel. `held` counts messages on
    a channel that the notice may not use, by share and reason.
    """

    shares: Mapping[Share, int]
    people: Mapping[str, int]
    audiences: Sequence[str]
    unreachable: tuple[Unreachable, ...]
    suppressed: Mapping[str, int] = field(default_factory=dict)
    barred: Mapping[tuple[str, Barred], int] = field(default_factory=dict)
    held: Mapping[tuple[Share, str], int] = field(default_factory=dict)

    @property
    def channels(self) -> list[str]:
        """The names of all channels that may be used, sorted."""
        return sorted({name for share in self.shares for name in share.route})

    @property
    def first(self) -> Counter[str]:
        """The number of deliveries by their first channel."""
        first: Counter[str] = Counter()
        for share, count in self.shares.items():
            first[share.route[0]] += count
        return first


NO_RECIPIENTS = PlanSummary(shares={}, people={}, audiences=(), unreachable=())


def count(plan: Iterable[Planned]) -> PlanSummary:
    """Count a plan, in which the deliveries of one person come one after the other."""
    shares: Counter[Share] = Counter()
    people: Counter[str] = Counter()
    audiences: dict[str, None] = {}
    unreachable: list[Unreachable] = []
    suppressed: Counter[str] = Counter()
    barred: Counter[tuple[str, Barred]] = Counter()
    held: Counter[tuple[Share, str]] = Counter()
    last = ""
    for planned in plan:
        audience, contact = planned.audience, planned.contact
        audiences[audience] = None
        another = contact is not None and planned.receiver != last
        last = planned.receiver
        if another and contact and contact.barred:
            barred.update((audience, each) for each in contact.barred)
        if planned.state is DeliveryState.SUPPRESSED:
            suppressed[audience] += another
        elif planned.state is DeliveryState.HELD:
            held[_share(planned), planned.reason or ""] += 1
        elif planned.state is not DeliveryState.PLANNED:
            unreachable.append(_unreachable(planned))
        else:
            shares[_share(planned)] += 1
            people[audience] += another
    return PlanSummary(
        shares=shares,
        people=people,
        audiences=tuple(audiences),
        unreachable=tuple(unreachable),
        suppressed=suppressed,
        barred=barred,
        held=held,
    )


def _share(planned: Planned) -> Share:
    return Share(
        audience=planned.audience,
        template_audience=planned.template_audience,
        locale=planned.locale,
        route=planned.route,
        posts=planned.contact is None,
    )


def _unreachable(planned: Planned) -> Unreachable:
    name = planned.contact.name if planned.contact else ""
    return Unreachable(planned.receiver, name, planned.audience, planned.reason or "")
