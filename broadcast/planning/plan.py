"""Who is owed what: every person once, by the best way that reaches them, and nobody forgotten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from broadcast.model.contact import Barred, Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.plan import Planned
from broadcast.model.told import Told
from broadcast.planning.known import Known, Place, census
from broadcast.planning.outage import NONE, Outage
from broadcast.planning.ways import Way

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Roster:
    """An audience with its people, nobody twice, and the lanes that are open to it.

    `texts` names its templates.
    """

    name: str
    texts: str
    contacts: Iterable[Contact]
    lanes: tuple[tuple[str, ...], ...]


class Plan:
    """Deliveries, planned anew each time that they are gone through, so that nobody has to hold them all.

    What is owed to one person comes together.
    """

    def __init__(self, planner: Planner, rosters: Sequence[Roster], told: Sequence[Told]) -> None:
        self._planner = planner
        self._rosters = rosters
        self._told = told
        # One list alone has nobody twice.
        several = len(rosters) > 1 or (rosters and told)
        self._census = census(self._places() if several else iter(()))

    def __iter__(self) -> Iterator[Planned]:
        known = Known(self._census)
        published: set[str] = set()
        for roster in self._rosters:
            yield from self._planner.publish(roster, published)
            for contact in roster.contacts:
                if not known.has(roster.name, contact):
                    yield from self._deliver(roster, contact, known)
        for lanes in self._owed():
            owed = [one for told in lanes for one in self._follow_up(told, known, published)]
            # Whoever is told in another lane is not suppressed.
            yield from [one for one in owed if one.state is DeliveryState.PLANNED] or owed[:1]

    def _follow_up(self, told: Told, known: Known, published: set[str]) -> Iterator[Planned]:
        if told.contact is None:
            yield from self._planner.republish(told, published)
        elif not known.has(told.audience, told.contact):
            yield from self._planner.remind(told, told.contact)

    def _deliver(self, roster: Roster, contact: Contact, known: Known) -> Iterator[Planned]:
        named = known.add(roster.name, contact)
        planned = list(self._planner.deliver(roster, named))
        # Whoever may not be told here may have to be told as a member of another audience.
        if any(one.state is not DeliveryState.SUPPRESSED for one in planned):
            known.add_addresses(named)
        yield from planned

    def _places(self) -> Iterator[Place]:
        for roster in self._rosters:
            yield from ((roster.name, contact) for contact in roster.contacts)
        yield from ((told.audience, told.contact) for told in self._told if told.contact)

    def _owed(self) -> Iterator[Collection[Told]]:
        """The latest word in each lane, receiver by receiver."""
        owed: dict[str, dict[int, Told]] = {}
        for told in self._told:
            owed.setdefault(told.receiver, {})[told.lane] = told
        return (lanes.values() for lanes in owed.values())


class Planner:
    """Plans the deliveries of one notice. `locales` are the languages there are texts for.

    `told` are those who know of the incident. Channels and addresses that the outage takes with it come last.
    """

    def __init__(
        self,
        ways: Mapping[str, Way],
        locales: Sequence[str],
        default_locale: str,
        told: Sequence[Told] = (),
        outage: Outage = NONE,
    ) -> None:
        self._ways = ways
        self._outage = outage
        self._down = {name for name, way in ways.items() if outage.takes(way)}
        self._locales = tuple(locales)
        self._default = default_locale
        self._told = told
        self._worked = {(t.receiver, t.audience, t.lane): t.channel for t in told if t.reached}

    def plan(self, rosters: Sequence[Roster]) -> Plan:
        """What everybody in the rosters is owed, and who else was told before as a member of theirs.

        Somebody in two audiences is told once, as a member of the first.
        """
        names = {roster.name for roster in rosters}
        return Plan(self, rosters, [told for told in self._told if told.audience in names])

    def follow_up(self) -> Plan:
        """What everybody is owed who was, or may have been, told before.

        They are told on the channel that worked for them, before the others of their lane.
        """
        return Plan(self, (), self._told)

    def publish(self, roster: Roster, published: set[str]) -> Iterator[Planned]:
        """What the roster's channels publish, unless they are `published` already.

        What everybody may read is in public words; what only staff read is in those of the audience.
        """
        for number, lane in enumerate(roster.lanes):
            if self._publishes(lane) and lane[0] not in published:
                published.add(lane[0])
                yield Planned(
                    audience=roster.name,
                    texts=roster.texts if all(map(self._internal, lane)) else PUBLIC,
                    locale=self._locale(None),
                    lane=number,
                    contact=None,
                    receiver=f"channel:{lane[0]}",
                    route=lane,
                    required=self._required(lane),
                )

    def deliver(self, roster: Roster, contact: Contact) -> Iterator[Planned]:
        """What one person of the roster is owed: a message in each lane that reaches them."""
        personal = [(number, lane) for number, lane in enumerate(roster.lanes) if not self._publishes(lane)]
        told = False
        for number, lane in personal:
            route = self._route(lane, contact, (contact.id, roster.name, number))
            if route:
                told = True
                yield self._planned(roster, contact, number, route)
        if personal and not told:
            number, lane = personal[0]
            yield self._untold(self._planned(roster, contact, number, lane), [lane for _, lane in personal])

    def remind(self, told: Told, contact: Contact) -> Iterator[Planned]:
        """What somebody is owed who was told before."""
        known = [name for name in told.route if name in self._ways]
        usable = [name for name in known if self._reaches(name, contact)]
        if usable:
            yield from self._again(told, self._in_order(usable, told.channel, contact))
        elif barred := self._barred(known, contact):
            yield _suppressed(self._once_more(told, tuple(known)), barred)

    def republish(self, told: Told, published: set[str]) -> Iterator[Planned]:
        """What a channel owes everybody that published before, unless it is `published` already."""
        route = self._in_order([name for name in told.route if name in self._ways], told.channel, None)
        if not published.intersection(route):
            published.update(route)
            yield from self._again(told, route)

    def _again(self, told: Told, route: tuple[str, ...]) -> Iterator[Planned]:
        if route:
            yield self._once_more(told, route)

    def _once_more(self, told: Told, route: tuple[str, ...]) -> Planned:
        return Planned(
            audience=told.audience,
            texts=told.texts,
            locale=told.locale,
            lane=told.lane,
            contact=told.contact,
            receiver=told.receiver,
            route=route,
            required=told.required,
        )

    def _internal(self, name: str) -> bool:
        return self._ways[name].capabilities.internal

    def _publishes(self, lane: Sequence[str]) -> bool:
        return bool(lane) and self._ways[lane[0]].capabilities.publishes

    def _route(self, lane: Sequence[str], contact: Contact, place: tuple[str, str, int]) -> tuple[str, ...]:
        """The lane's channels that have an address of this person, the one that worked before first."""
        usable = [name for name in lane if self._reaches(name, contact)]
        return self._in_order(usable, self._worked.get(place), contact)

    def _in_order(
        self, channels: Sequence[str], worked: str | None, contact: Contact | None
    ) -> tuple[str, ...]:
        """Channels that are up before those that are down, and among them what worked before first."""
        if len(channels) == 1:
            return (channels[0],)
        return tuple(sorted(channels, key=lambda name: (self._is_down(name, contact), name != worked)))

    def _is_down(self, name: str, contact: Contact | None) -> bool:
        if name in self._down:
            return True
        return contact is not None and self._outage.cuts_off(self._ways[name], contact)

    def _reaches(self, name: str, contact: Contact) -> bool:
        return self._ways[name].capabilities.reach(contact)

    def _planned(self, roster: Roster, contact: Contact, lane: int, route: tuple[str, ...]) -> Planned:
        return Planned(
            audience=roster.name,
            texts=roster.texts,
            locale=self._locale(contact.locale),
            lane=lane,
            contact=contact,
            receiver=contact.id,
            route=route,
            required=self._required(route),
        )

    def _untold(self, planned: Planned, lanes: Sequence[Sequence[str]]) -> Planned:
        """Somebody whom no lane reaches, with the reason: an address that must not be used, or none."""
        channels = list(dict.fromkeys(name for lane in lanes for name in lane))
        barred = self._barred(channels, planned.contact)
        if barred:
            return _suppressed(planned, barred)
        kinds = sorted({str(self._ways[name].capabilities.address) for name in channels})
        reason = f"unreachable: no {' or '.join(kinds)} for {', '.join(channels)}"
        return replace(planned, state=DeliveryState.FAILED, reason=reason)

    def _barred(self, channels: Sequence[str], contact: Contact | None) -> list[Barred]:
        """The addresses of a person that these channels would use, and must not."""
        able = [self._ways[name].capabilities for name in channels]
        kinds: set[str] = {str(kind) for one in able for kind in (one.address, one.kind) if kind}
        return [barred for barred in contact.barred if barred.kind in kinds] if contact else []

    def _locale(self, wanted: str | None) -> str:
        for locale in (wanted, wanted and wanted.partition("-")[0]):
            if locale in self._locales:
                return str(locale)
        return self._default

    def _required(self, route: Sequence[str]) -> bool:
        return not all(self._ways[name].optional for name in route)


def _suppressed(planned: Planned, barred: Sequence[Barred]) -> Planned:
    """Nobody has to know more of somebody who is not told than that there is one."""
    reason = f"suppressed: {', '.join(map(str, barred))}"
    unnamed = Contact(planned.receiver, barred=tuple(barred))
    return replace(planned, contact=unnamed, state=DeliveryState.SUPPRESSED, reason=reason)
