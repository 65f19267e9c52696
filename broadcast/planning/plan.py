"""Plan the deliveries of a notice: every person once, by the best channel that reaches them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from broadcast.model.channel import missing
from broadcast.model.contact import Barred, Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.duplicate_filter import DuplicateFilter
from broadcast.model.plan import Planned
from broadcast.model.previous_delivery import PreviousDelivery
from broadcast.model.target import present_name
from broadcast.planning.entries import again, owed_or_suppressed, suppressed
from broadcast.planning.known_people import KnownPeople, Place, find_duplicates, shared_addresses
from broadcast.planning.outage import NONE, Outage
from broadcast.planning.previous_deliveries import PreviousLane, Usable, people, published, waiting_posts
from broadcast.planning.shared_addresses import SharedAddresses

PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """An audience with its people, without duplicates, and the lanes that are open to it.

    `template_audience` names its templates. `sharing` says that several of its people may have one address.
    """

    name: str
    template_audience: str
    contacts: Iterable[Contact]
    lanes: tuple[tuple[str, ...], ...]
    sharing: bool = False


class Plan:
    """The deliveries of a notice, planned again on each iteration, so that they are never all in memory.

    `Planner.plan` and `Planner.follow_up` make plans. Iterating yields `Planned` entries; those of one person
    come one after the other. Two iterations yield the same entries if the contacts files have not changed.

    Args:
        planner: Plans single people and channels.
        rosters: The audiences; a person in several of them is planned in the first one.
        told: The deliveries of earlier notices, whose people are told again.
        closing: Plan the end: for everybody and every channel that carried an earlier notice.
        besides: Another plan of the same notice, whose people may have the same addresses.

    Example:
        plan = Planner(Usable(channels=channels), ("de", "en"), "de").plan(rosters)
        by_channel = Counter(planned.route[0] for planned in plan if planned.route)
    """

    def __init__(
        self,
        planner: Planner,
        rosters: Sequence[Roster],
        previous: Sequence[PreviousDelivery],
        *,
        closing: bool = False,
        besides: Sequence[PreviousDelivery] = (),
    ) -> None:
        self._planner = planner
        self._rosters = rosters
        self._previous = previous
        self._closing = closing
        self._besides = besides
        # A single list has no duplicates.
        several = len(rosters) > 1 or bool(previous) or any(roster.sharing for roster in rosters)
        listed, heard = (self._listed, self._heard) if several else (_no_places, _no_places)
        self._duplicates = find_duplicates(chain(listed(), heard()))
        self._shared = shared_addresses(listed(), heard())

    def __iter__(self) -> Iterator[Planned]:
        for owed in self._owed():
            yield from self._planner.numbered(owed, self._shared)

    def _owed(self) -> Iterator[list[Planned]]:
        """Yield the deliveries of each receiver."""
        known = KnownPeople(self._duplicates)
        posted: set[str] = set()
        for roster in self._rosters:
            known.begin()
            yield from ([post] for post in self._planner.publish(roster, posted))
            for contact in roster.contacts:
                if not known.has(roster.name, contact):
                    yield self._deliver(roster, contact, known)
        yield from ([post] for post in self._posts(posted))
        for lanes in people(self._previous):
            known.begin()
            yield self._end(lanes, known) if self._closing else self._remind(lanes, known)

    def _posts(self, posted: set[str]) -> Iterator[Planned]:
        if self._closing:
            return self._planner.end_posts(self._previous)
        return self._planner.update_posts(self._previous, posted)

    def _remind(self, lanes: Sequence[PreviousLane], known: KnownPeople) -> list[Planned]:
        """Return the deliveries for a person who is no longer in the lists."""
        latest = lanes[0].latest
        if latest.contact is None or known.has(latest.audience, latest.contact):
            return []
        known.add_addresses(latest.contact)
        return owed_or_suppressed(one for lane in lanes for one in self._planner.remind(lane))

    def _end(self, lanes: Sequence[PreviousLane], known: KnownPeople) -> list[Planned]:
        """Return the end for a person who was told; one in two audiences gets it once per address."""
        owed = list(self._planner.end(lanes))
        return owed_or_suppressed(one for one in owed if not known.gets(one, self._planner.address(one)))

    def _deliver(self, roster: Roster, contact: Contact, known: KnownPeople) -> list[Planned]:
        named = known.add(roster.name, contact)
        planned = list(self._planner.deliver(roster, named))
        # A person who may not be told here may have to be told as a member of another audience.
        if any(one.state is not DeliveryState.SUPPRESSED for one in planned):
            known.add_addresses(named)
        return planned

    def _listed(self) -> Iterator[Place]:
        for roster in self._rosters:
            yield from ((roster.name, contact) for contact in roster.contacts)

    def _heard(self) -> Iterator[Place]:
        yield from (
            (previous.audience, previous.contact)
            for previous in (*self._previous, *self._besides)
            if previous.contact
        )


class Planner:
    """Plans the deliveries of one notice. `locales` are the languages that have texts.

    `previous` are the results of earlier notices. Channels and addresses that are down come last. All
    planners of one notice use the same `shared`.
    """

    def __init__(
        self,
        usable: Usable,
        locales: Sequence[str],
        default_locale: str,
        previous: Sequence[PreviousDelivery] = (),
        outage: Outage = NONE,
        shared: SharedAddresses | None = None,
    ) -> None:
        self._usable = usable
        self._channels = usable.channels
        self._outage = outage
        self._down = {name for name, channel in usable.channels.items() if outage.takes(channel)}
        self._locales = tuple(locales)
        self._default = default_locale
        self._previous = previous
        self._shared = shared or SharedAddresses()
        self._worked = {(t.receiver, t.audience, t.lane): t.channel for t in previous if t.reached}
        self._refused = {(t.receiver, t.audience, name) for t in previous for name in t.refused}

    def plan(self, rosters: Sequence[Roster], further: Collection[str] = ()) -> Plan:
        """Plan a notice for everybody in the rosters, and for others that earlier notices reached there.

        A person in two audiences is told once, as a member of the first. `further` are audiences without a
        roster, whose people are told as before.
        """
        names = {*further, *(roster.name for roster in rosters)}
        return Plan(self, rosters, [previous for previous in self._previous if previous.audience in names])

    def follow_up(self, besides: Sequence[PreviousDelivery] = ()) -> Plan:
        """Plan the end for everybody and every channel that carried, or may have carried, a notice.

        People are told on the channel that worked for them, before the others of their lane. `besides` is
        another plan of the same notice.
        """
        return Plan(self, (), self._previous, closing=True, besides=besides)

    def numbered(self, owed: Sequence[Planned], several: DuplicateFilter) -> Iterator[Planned]:
        """Return the deliveries of one receiver; addresses that `several` people have get a number."""
        return self._shared.numbered(owed, self._usable.known, several)

    def address(self, planned: Planned) -> tuple[str, str] | None:
        """Return the first channel of a person's route and their address there, if it is known."""
        name = planned.route[0] if planned.route else ""
        known = self._usable.known
        kind = known[name].capabilities.address if name in known else None
        address = planned.contact.address(kind) if planned.contact and kind else None
        return (name, address.lower()) if address else None

    def publish(self, roster: Roster, posted: set[str]) -> Iterator[Planned]:
        """Yield the posts of the roster's channels, without those in `posted`.

        Public channels get the public texts, channels for staff the texts of the audience.
        """
        for number, lane in enumerate(roster.lanes):
            if self._publishes(lane) and lane[0] not in posted:
                posted.add(lane[0])
                yield Planned(
                    audience=roster.name,
                    template_audience=roster.template_audience if all(map(self._internal, lane)) else PUBLIC,
                    locale=self._locale(None),
                    lane=number,
                    contact=None,
                    receiver=f"channel:{lane[0]}",
                    route=lane,
                    required=self._required(lane),
                )

    def deliver(self, roster: Roster, contact: Contact) -> Iterator[Planned]:
        """Yield the deliveries of one person of the roster: a message in each lane that reaches them."""
        personal = [(number, lane) for number, lane in enumerate(roster.lanes) if not self._publishes(lane)]
        owed = False
        for number, lane in personal:
            usable = [name for name in lane if self._reaches(name, contact)]
            worked = self._worked.get((contact.id, roster.name, number))
            route = self._again_in_order(usable, worked, contact, (contact.id, roster.name))
            if route:
                owed = True
                yield self._planned(roster, contact, number, route)
        if personal and not owed:
            number, lane = personal[0]
            yield self._unreachable(
                self._planned(roster, contact, number, lane), [lane for _, lane in personal]
            )

    def remind(self, lane: PreviousLane) -> Iterator[Planned]:
        """Yield the delivery for a person in a lane that an earlier notice used."""
        previous, contact = lane.latest, lane.latest.contact
        # Later routes begin with the channel that had worked by then.
        known = [name for name in dict.fromkeys((*lane.planned, *previous.route)) if name in self._channels]
        usable = [name for name in known if contact and self._reaches(name, contact)]
        if usable:
            place = (previous.receiver, previous.audience)
            yield again(previous, self._again_in_order(usable, previous.channel, contact, place))
        elif barred := self._barred(known, contact):
            yield suppressed(again(previous, tuple(known)), barred)
        elif not known and not self._usable.withheld.keys() & set(previous.route):
            yield self._held(previous, previous.channel)

    def end(self, lanes: Sequence[PreviousLane]) -> Iterator[Planned]:
        """Yield the end for one person: once in each lane, first on the channel that worked.

        If no lane leads to them any more, the end goes to every channel through which they were told.
        """
        owed = [planned for lane in lanes for planned in self.remind(lane)]
        if led := [planned for planned in owed if planned.state is not DeliveryState.HELD]:
            yield from led
            return
        lowest = min(0, *(lane.latest.lane for lane in lanes))
        carried = {name: lane.latest for lane in lanes for name in lane.carried}
        for number, (name, previous) in enumerate(carried.items(), 1):
            if name not in self._channels:
                yield replace(self._held(previous, name), lane=lowest - number)
            elif previous.contact and self._reaches(name, previous.contact):
                yield replace(again(previous, (name,)), lane=lowest - number)

    def end_posts(self, previous: Sequence[PreviousDelivery]) -> Iterator[Planned]:
        """Yield the end on every channel that published an earlier notice.

        If one fails, its lane continues with channels that have no end of their own. The failed channel still
        gets its end later.
        """
        carried = published(previous)
        posted: set[str] = set(carried)
        for name, one in carried.items():
            post = replace(one, receiver=f"channel:{name}", required=True)
            if name not in self._channels:
                yield self._held(post, name)
            others = [other for other in self._besides(name, one) if other not in posted]
            others = list(self._in_order(others, None, None))
            alone = name not in self._channels or name in self._down
            if name in self._channels:
                yield again(post, (name,) if alone else (name, *others))
            if alone and others:
                posted.update(others)
                texts = post.template_audience if all(map(self._internal, others)) else PUBLIC
                yield again(
                    replace(post, receiver=f"channel:{others[0]}", template_audience=texts), tuple(others)
                )
        yield from self._waiting_posts(previous, posted)

    def _besides(self, name: str, previous: PreviousDelivery) -> Iterator[str]:
        """Yield where else a lane leads: the present target of channel `name`, then its other channels."""
        present = present_name(name, self._channels)
        if present and self._publishes((present,)):
            yield present
        yield from (other for other in previous.route if other in self._channels and other != present)

    def update_posts(self, previous: Sequence[PreviousDelivery], posted: set[str]) -> Iterator[Planned]:
        """Yield posts for channels that no roster has any more, but that published an earlier notice."""
        for name, one in published(previous).items():
            if name in self._channels and name not in posted:
                posted.add(name)
                yield again(replace(one, receiver=f"channel:{name}"), (name,))
        yield from self._waiting_posts(previous, posted)

    def _waiting_posts(self, previous: Sequence[PreviousDelivery], posted: set[str]) -> Iterator[Planned]:
        for one in waiting_posts(previous).values():
            route = self._in_order([name for name in one.route if name in self._channels], one.channel, None)
            if route and not posted.intersection(route):
                posted.update(route)
                yield again(one, route)

    def _held(self, previous: PreviousDelivery, name: str) -> Planned:
        """Return a held message for a channel that this notice may not use."""
        planned = again(replace(previous, required=True), (name,))
        reason = self._usable.why_not(name, publishes=previous.contact is None)
        return replace(planned, state=DeliveryState.HELD, reason=reason)

    def _internal(self, name: str) -> bool:
        return self._channels[name].capabilities.internal

    def _publishes(self, lane: Sequence[str]) -> bool:
        return bool(lane) and self._channels[lane[0]].capabilities.publishes

    def _again_in_order(
        self, channels: Sequence[str], worked: str | None, contact: Contact | None, place: tuple[str, str]
    ) -> tuple[str, ...]:
        """Return a person's channels: first the one that worked, or a preferred one that may work again.

        A channel that refused this person for good is not tried before the one that worked.
        """
        if worked is None or worked not in channels:
            return self._in_order(channels, None, contact)
        before = channels[: channels.index(worked)]
        sound = [name for name in before if name in self._usable.sound]
        again = [name for name in sound if (*place, name) not in self._refused]
        later = [name for name in channels if name not in {*again, worked}]
        return self._in_order([*again, worked, *later], None, contact)

    def _in_order(
        self, channels: Sequence[str], worked: str | None, contact: Contact | None
    ) -> tuple[str, ...]:
        """Return channels that are up before those that are down; among them, what worked comes first."""
        if len(channels) == 1:
            return (channels[0],)
        return tuple(sorted(channels, key=lambda name: (self._is_down(name, contact), name != worked)))

    def _is_down(self, name: str, contact: Contact | None) -> bool:
        if name in self._down:
            return True
        return contact is not None and self._outage.cuts_off(self._channels[name], contact)

    def _reaches(self, name: str, contact: Contact) -> bool:
        return self._channels[name].capabilities.reach(contact)

    def _planned(self, roster: Roster, contact: Contact, lane: int, route: tuple[str, ...]) -> Planned:
        return Planned(
            audience=roster.name,
            template_audience=roster.template_audience,
            locale=self._locale(contact.locale),
            lane=lane,
            contact=contact,
            receiver=contact.id,
            route=route,
            required=self._required(route),
        )

    def _unreachable(self, planned: Planned, lanes: Sequence[Sequence[str]]) -> Planned:
        """Return the delivery of a person that no lane reaches, with the reason: barred, or no address."""
        channels = list(dict.fromkeys(name for lane in lanes for name in lane))
        barred = self._barred(channels, planned.contact)
        if barred:
            return suppressed(planned, barred)
        able = [self._channels[name].capabilities for name in channels]
        lacking = missing(planned.contact, able) if planned.contact else ""
        reason = f"unreachable: no {lacking} for {', '.join(channels)}"
        return replace(planned, state=DeliveryState.FAILED, reason=reason)

    def _barred(self, channels: Sequence[str], contact: Contact | None) -> list[Barred]:
        """Return the addresses of a person that these channels would use but must not."""
        able = [self._channels[name].capabilities for name in channels]
        kinds: set[str] = {str(kind) for one in able for kind in (one.address, one.kind) if kind}
        return [barred for barred in contact.barred if barred.kind in kinds] if contact else []

    def _locale(self, wanted: str | None) -> str:
        for locale in (wanted, wanted and wanted.partition("-")[0]):
            if locale in self._locales:
                return str(locale)
        return self._default

    def _required(self, route: Sequence[str]) -> bool:
        return not all(self._channels[name].optional for name in route)


def _no_places() -> Iterator[Place]:
    return iter(())
