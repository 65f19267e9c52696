"""Plan without an incident: who would be reached, who would not in an outage, and a call list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from broadcast.config.settings import Settings
from broadcast.errors import NothingMatched
from broadcast.model.channel import ChannelKind
from broadcast.model.consent import Purpose, answer
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.subscription import Subscriber
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

_PRIORITY = ("priority", "prioritaet")  # names of the optional column in contacts files
_LAST = 10**6  # the priority of people without one
_CALLS = frozenset({ChannelKind.VOICE.value, AddressKind.PHONE.value})
_NUMBERLESS = "no number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A person to call. `working` are the channels that would still reach them."""

    audience: str
    id: str
    name: str
    phone: str
    line: str
    locale: str
    working: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotCalled:
    """A person who must not be called: they declined calls, or their number is suppressed."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class CallList:
    """The people to call, the most urgent first, each person once.

    `numberless` people have no phone number; `declined` ones must not be called.
    """

    calls: tuple[Call, ...]
    numberless: tuple[str, ...]
    declined: tuple[NotCalled, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Plans notices without an incident, and sends nothing.

    Build it with `wiring.make_what_if`. Every method reads the contacts files again.

    Attributes:
        settings: The configuration.
        channels: All configured channels, by name.
        locales: The locales that have templates.
        suppressed: The addresses that must not be used.
        depends: What channels and addresses depend on, and what was observed to be down.
        subscribers: Those of all audiences.

    Example:
        what_if = make_what_if(settings)
        gaps = what_if.examine(Request(verb=Verb.NOTIFY, affects=("slack",))).single
    """

    settings: Settings
    channels: Mapping[str, PlannedChannel]
    locales: tuple[str, ...]
    suppressed: Suppressed
    depends: Dependencies
    subscribers: Sequence[Subscriber] = ()

    def recipients(self, request: Request) -> Recipients:
        """Return who would be told, and on which channels.

        Raises:
            UsageError: A name in the request is unknown.
            NothingMatched: There are no recipients.
            ConfigError: A contacts file cannot be read.
        """
        found = self._selector.select(request, EarlierRecipients(), Purpose.INCIDENT)
        return replace(found, warnings=(*found.warnings, *self._mistaken(request)))

    def examine(self, request: Request) -> Resilience:
        """Return who cannot be reached now, and who could not be if one or two systems failed.

        Raises:
            UsageError: A name in the request is unknown.
            NothingMatched: No channel is left.
            ConfigError: A contacts file cannot be read.
        """
        rosters, warnings = self._selector.rosters(request)
        if not any(roster.lanes for roster in rosters):
            raise NothingMatched("no channel is left", hint="check --channel, --not-channel and the lanes")
        found = examine(rosters, self.channels, self.depends, request.affects)
        already = (*request.affects, *sorted(self.depends.found))
        notes = (*warnings, *self._uncounted(rosters), *self._mistaken(request))
        return replace(found, already=already, warnings=notes)

    def call_list(self, request: Request) -> CallList:
        """Return the people to call.

        People that no working channel reaches come first; then the lower number in the column `priority`
        counts, then the order of audiences and files. A person in two audiences is called once, as a member
        of the first in which they may be called.

        Raises:
            UsageError: A name in the request is unknown.
            ConfigError: A contacts file cannot be read.
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
        """Yield a warning for each audience with contacts whose channels all publish: it is not counted."""
        for roster in rosters:
            names = dict.fromkeys(name for lane in roster.lanes for name in lane)
            posts = names and all(self.channels[name].capabilities.publishes for name in names)
            if posts and self.settings.audiences[roster.name].contacts:
                who, listed = f"the people of {roster.name}", ", ".join(names)
                yield f"{who} are not counted: they are told only by {listed}, not one by one"

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
            subscribers=self.subscribers,
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
    """The people of the rosters in order, each once."""

    def __init__(self, rosters: Sequence[Roster]) -> None:
        self._rosters = rosters
        self._known = KnownPeople(
            find_duplicates((one.name, contact) for one in rosters for contact in one.contacts)
        )

    def first(self, wanted: Callable[[tuple[Roster, Contact]], object]) -> Iterator[tuple[Roster, Contact]]:
        """Yield the people for whom `wanted` is true, without those yielded before."""
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
