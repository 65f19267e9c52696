"""Looking ahead: who would be reached how, who would be cut off by what, and whom to call by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from broadcast.config.settings import Settings
from broadcast.errors import NothingMatched
from broadcast.model.channel import ChannelKind
from broadcast.model.consent import Purpose, answer
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.suppression import Suppressed
from broadcast.planning.known_people import KnownPeople, find_duplicates
from broadcast.planning.outage import Dependencies
from broadcast.planning.plan import Roster
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.planning.resilience import Resilience, examine
from broadcast.publishing.advisories import mistaken
from broadcast.publishing.earlier_recipients import EarlierRecipients
from broadcast.publishing.recipients import Recipients, RecipientSelector
from broadcast.publishing.request import Request

_PRIORITY = ("priority", "prioritaet")  # the further column, as the contacts file may name it
_LAST = 10**6
_CALLS = frozenset({ChannelKind.VOICE.value, AddressKind.PHONE.value})
_NUMBERLESS = "no number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Somebody to be called by hand. `working` names the channels that would still reach them."""

    audience: str
    id: str
    name: str
    phone: str
    line: str
    locale: str
    working: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotCalled:
    """Somebody who must not be called: they declined calls, or their number is suppressed."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class CallList:
    """Whom to call by hand, the most urgent first, everybody once.

    `numberless` people have no number to be called at, and `declined` must not be called at theirs.
    """

    calls: tuple[Call, ...]
    numberless: tuple[str, ...]
    declined: tuple[NotCalled, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Plans without an incident, and without telling anybody. `channels` are all configured channels."""

    settings: Settings
    channels: Mapping[str, PlannedChannel]
    locales: tuple[str, ...]
    suppressed: Suppressed
    depends: Dependencies

    def recipients(self, request: Request) -> Recipients:
        """Who would be told, and by which channel first; raises what publishing would raise."""
        found = self._selector.select(request, EarlierRecipients(), Purpose.INCIDENT)
        return replace(found, warnings=(*found.warnings, *self._mistaken(request)))

    def examine(self, request: Request) -> Resilience:
        """Who would be cut off by the failure of one or two systems, and first who is already."""
        rosters, warnings = self._selector.rosters(request)
        if not any(roster.lanes for roster in rosters):
            raise NothingMatched("no channel is left", hint="check --channel, --not-channel and the lanes")
        found = examine(rosters, self.channels, self.depends, request.affects)
        already = (*request.affects, *sorted(self.depends.found))
        notes = (*warnings, *self._uncounted(rosters), *self._mistaken(request))
        return replace(found, already=already, warnings=notes)

    def call_list(self, request: Request) -> CallList:
        """Whom to call by hand.

        First comes whoever no working channel reaches, then who has the lower number in the column
        `priority`; the order of the audiences and of their files does the rest. Somebody in two audiences
        is called once, as a member of the first in which they may be called.
        """
        rosters, warnings = replace(self._selector, by_hand=True).rosters(request)
        people = _DistinctPeople(rosters)
        calls: list[tuple[bool, int, Call]] = []
        for roster, contact in people.first(lambda place: not self._objection(*place)):
            call = self._call(roster, contact, request)
            calls.append((bool(call.working), _priority(contact), call))
        calls.sort(key=lambda each: each[:2])
        others = [
            (one, self._objection(roster, one))
            for roster, one in people.first(lambda place: self._objection(*place))
        ]
        return CallList(
            calls=tuple(call for _, _, call in calls),
            numberless=tuple(one.name or one.id for one, reason in others if reason == _NUMBERLESS),
            declined=tuple(NotCalled(one.name or one.id, why) for one, why in others if why != _NUMBERLESS),
            warnings=(*warnings, *self._mistaken(request)),
        )

    def _uncounted(self, rosters: Sequence[Roster]) -> Iterator[str]:
        """Audiences with contacts that only rooms and pages tell; no channel reaches them one by one."""
        for roster in rosters:
            names = dict.fromkeys(name for lane in roster.lanes for name in lane)
            posts = names and all(self.channels[name].capabilities.publishes for name in names)
            if posts and self.settings.audiences[roster.name].contacts:
                who, told = f"the people of {roster.name}", ", ".join(names)
                yield f"{who} are not counted: they are told only by {told}, not one by one"

    def _mistaken(self, request: Request) -> list[str]:
        return mistaken(request.affects, self.depends.known(self.channels.values()))

    def _objection(self, roster: Roster, contact: Contact) -> str:
        """Return why a person is not called by hand; "" if they may be."""
        barred = next((one for one in contact.barred if one.kind in _CALLS), None)
        if barred:
            return str(barred)
        if not contact.phone:
            return _NUMBERLESS
        duty = roster.name in self.settings.internal
        declined = answer(contact.consents, ChannelKind.VOICE, Purpose.INCIDENT) is False
        return f"{ChannelKind.VOICE} declined" if declined and not duty else ""

    @property
    def _selector(self) -> RecipientSelector:
        return RecipientSelector(
            settings=self.settings,
            channels=self.channels,
            locales=self.locales,
            suppressed=self.suppressed,
            depends=self.depends,
        )

    def _call(self, roster: Roster, contact: Contact, request: Request) -> Call:
        phone = contact.phone or ""
        return Call(
            audience=roster.name,
            id=contact.id,
            name=contact.name,
            phone=phone,
            line=self.depends.line(phone),
            locale=contact.locale or self.settings.locale,
            working=tuple(dict.fromkeys(self._working(roster, contact, request))),
        )

    def _working(self, roster: Roster, contact: Contact, request: Request) -> Iterator[str]:
        outage = self.depends.outage(request.affects)
        for name in (name for lane in roster.lanes for name in lane):
            channel = self.channels[name]
            works = not outage.takes(channel) and not outage.cuts_off(channel, contact)
            # Staff read their rooms and their service desk.
            if works and (channel.capabilities.reach(contact) or channel.capabilities.internal):
                yield name


class _DistinctPeople:
    """Everybody in the rosters, each once, in the order of the rosters."""

    def __init__(self, rosters: Sequence[Roster]) -> None:
        self._rosters = rosters
        self._known = KnownPeople(
            find_duplicates((one.name, contact) for one in rosters for contact in one.contacts)
        )

    def first(self, wanted: Callable[[tuple[Roster, Contact]], object]) -> Iterator[tuple[Roster, Contact]]:
        """Those who are wanted, and were not given before."""
        for roster in self._rosters:
            self._known.begin()
            for contact in roster.contacts:
                if wanted((roster, contact)) and not self._known.has(roster.name, contact):
                    self._known.add(roster.name, contact)
                    self._known.add_addresses(contact)
                    yield roster, contact
        self._known.begin()


def _priority(contact: Contact) -> int:
    extra = dict(contact.extra)
    spelled = next((extra[name] for name in _PRIORITY if extra.get(name)), "")
    return int(spelled) if spelled.isdecimal() else _LAST
