"""Who is owed what: every person once, by the best way that reaches them, and nobody forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.plan import Planned
from broadcast.planning.ways import Way

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Roster:
    """An audience with its people and the lanes that are open to it; `texts` names its templates."""

    name: str
    texts: str
    contacts: Sequence[Contact]
    lanes: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """How somebody was told before about the same incident."""

    contact: Contact | None
    receiver: str
    audience: str
    texts: str
    locale: str
    lane: int
    channel: str
    route: tuple[str, ...]
    required: bool
    reached: bool


class Planner:
    """Plans the deliveries of one notice. `locales` are the languages there are texts for.

    `affects` names systems that are down: the channels that depend on them come last.
    """

    def __init__(
        self,
        ways: Mapping[str, Way],
        locales: Sequence[str],
        default_locale: str,
        earlier: Sequence[Earlier] = (),
        affects: Sequence[str] = (),
    ) -> None:
        self._ways = ways
        self._down = {way.name for way in ways.values() if any(map(way.depends_on, affects))}
        self._locales = tuple(locales)
        self._default = default_locale
        self._earlier = earlier
        self._worked = {(e.receiver, e.audience, e.lane): e.channel for e in earlier if e.reached}
        self._seen: set[str] = set()
        self._published: set[str] = set()

    def plan(self, rosters: Sequence[Roster]) -> Iterator[Planned]:
        """What everybody in the rosters is owed; use each planner once.

        Somebody in two audiences is told once, as a member of the first.
        """
        for roster in rosters:
            for number, lane in enumerate(roster.lanes):
                if self._publishes(lane):
                    yield from self._publish(roster, number, lane)
            for contact in roster.contacts:
                if not self._is_known(contact):
                    yield from self._deliver(roster, contact)

    def remind(self, *, audiences: Sequence[str] | None = None) -> Iterator[Planned]:
        """What everybody is owed who was, or may have been, told before and is not planned for yet.

        They are told on the channel that worked for them, before the others of their lane. With
        `audiences`, only those who were told as members of one of them.
        """
        owed: dict[tuple[str, int], Earlier] = {}
        for earlier in self._earlier:
            if audiences is None or earlier.audience in audiences:
                owed[earlier.receiver, earlier.lane] = earlier
        already = set(self._seen)
        for earlier in owed.values():
            if earlier.contact is None:
                yield from self._republish(earlier)
            elif not already.intersection(_identities(earlier.contact)):
                yield from self._remind(earlier, earlier.contact)

    def _publishes(self, lane: Sequence[str]) -> bool:
        return bool(lane) and self._ways[lane[0]].capabilities.publishes

    def _publish(self, roster: Roster, number: int, lane: tuple[str, ...]) -> Iterator[Planned]:
        if lane[0] in self._published:
            return
        self._published.add(lane[0])
        yield Planned(
            audience=roster.name,
            texts=PUBLIC,
            locale=self._locale(None),
            lane=number,
            contact=None,
            receiver=f"channel:{lane[0]}",
            route=lane,
            required=self._required(lane),
        )

    def _is_known(self, contact: Contact) -> bool:
        identities = _identities(contact)
        known = bool(self._seen.intersection(identities))
        self._seen.update(identities)
        return known

    def _deliver(self, roster: Roster, contact: Contact) -> Iterator[Planned]:
        personal = [(number, lane) for number, lane in enumerate(roster.lanes) if not self._publishes(lane)]
        told = False
        for number, lane in personal:
            route = self._route(lane, contact, (contact.id, roster.name, number))
            if route:
                told = True
                yield self._planned(roster, contact, number, route)
        if personal and not told:
            number, lane = personal[0]
            yield self._unreachable(roster, contact, number, [lane for _, lane in personal])

    def _route(self, lane: Sequence[str], contact: Contact, place: tuple[str, str, int]) -> tuple[str, ...]:
        """The lane's channels that have an address of this person, the one that worked before first."""
        worked = self._worked.get(place)
        usable = [name for name in lane if self._reaches(name, contact)]
        return self._in_order(usable, worked)

    def _in_order(self, channels: Sequence[str], worked: str | None) -> tuple[str, ...]:
        """Channels that are up before those that are down, and among them what worked before first."""
        return tuple(sorted(channels, key=lambda name: (name in self._down, name != worked)))

    def _reaches(self, name: str, contact: Contact) -> bool:
        kind = self._ways[name].capabilities.address
        return kind is not None and contact.address(kind) is not None

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

    def _unreachable(
        self, roster: Roster, contact: Contact, lane: int, lanes: Sequence[Sequence[str]]
    ) -> Planned:
        channels = [name for lane_ in lanes for name in lane_]
        kinds = sorted({str(self._ways[name].capabilities.address) for name in channels})
        return replace(
            self._planned(roster, contact, lane, tuple(lanes[0])),
            state=DeliveryState.FAILED,
            reason=f"unreachable: no {' or '.join(kinds)} for {', '.join(dict.fromkeys(channels))}",
        )

    def _remind(self, earlier: Earlier, contact: Contact) -> Iterator[Planned]:
        self._seen.update(_identities(contact))
        usable = [name for name in earlier.route if name in self._ways and self._reaches(name, contact)]
        route = self._in_order(usable, earlier.channel)
        if route:
            yield Planned(
                audience=earlier.audience,
                texts=earlier.texts,
                locale=earlier.locale,
                lane=earlier.lane,
                contact=contact,
                receiver=earlier.receiver,
                route=route,
                required=earlier.required,
            )

    def _republish(self, earlier: Earlier) -> Iterator[Planned]:
        first = self._in_order([name for name in earlier.route if name in self._ways], earlier.channel)
        if first and not self._published.intersection(first):
            self._published.update(first)
            yield Planned(
                audience=earlier.audience,
                texts=earlier.texts,
                locale=earlier.locale,
                lane=earlier.lane,
                contact=None,
                receiver=earlier.receiver,
                route=first,
                required=earlier.required,
            )

    def _locale(self, wanted: str | None) -> str:
        for locale in (wanted, wanted and wanted.partition("-")[0]):
            if locale in self._locales:
                return str(locale)
        return self._default

    def _required(self, route: Sequence[str]) -> bool:
        return not all(self._ways[name].optional for name in route)


def _identities(contact: Contact) -> tuple[str, ...]:
    """By what a person is recognised: one phone, one mailbox or one id is one person."""
    addresses = (contact.phone, contact.email)
    return (f"id:{contact.id}", *(address for address in addresses if address))
