"""Looking ahead: who would be reached how, who would be cut off by what, and whom to call by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from broadcast.config.settings import Settings
from broadcast.errors import NothingMatched
from broadcast.model.consent import Purpose
from broadcast.model.contact import Contact
from broadcast.model.suppression import Suppressed
from broadcast.operations.concerned import Concerned
from broadcast.operations.reach import Reach, Reaching
from broadcast.operations.request import Request
from broadcast.planning.outage import Dependencies
from broadcast.planning.plan import Roster
from broadcast.planning.resilience import Resilience, examine
from broadcast.planning.ways import Way

_PRIORITY = ("priority", "prioritaet")  # the further column, as the contacts file may name it
_LAST = 10**6


@dataclass(frozen=True, slots=True)
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
class CallList:
    """Whom to call by hand, the most urgent first; `numberless` people have no number to be called at."""

    calls: tuple[Call, ...]
    numberless: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """Plans without an incident, and without telling anybody. `ways` are all configured channels."""

    settings: Settings
    ways: Mapping[str, Way]
    locales: tuple[str, ...]
    suppressed: Suppressed
    depends: Dependencies

    def reach(self, request: Request) -> Reach:
        """Who would be told, and by which channel first; raises what publishing would raise."""
        return self._reaching.reach(request, Concerned(), Purpose.INCIDENT)

    def examine(self, request: Request) -> Resilience:
        """Who would be cut off by the failure of one or two systems (besides what is down already)."""
        rosters = self._rosters(request)
        if not any(roster.lanes for roster in rosters):
            raise NothingMatched("no channel is left", hint="check --channel, --not-channel and the lanes")
        return examine(rosters, self.ways, self.depends, request.affects)

    def call_list(self, request: Request) -> CallList:
        """Whom to call by hand.

        First comes whoever no working channel reaches, then who has the lower number in the column
        `priority`; the order of the audiences and of their files does the rest.
        """
        calls: list[tuple[bool, int, Call]] = []
        numberless: list[str] = []
        for roster in self._rosters(request):
            for contact in roster.contacts:
                if contact.phone:
                    call = self._call(roster, contact, contact.phone, request)
                    calls.append((bool(call.working), _priority(contact), call))
                else:
                    numberless.append(contact.name or contact.id)
        calls.sort(key=lambda each: each[:2])
        return CallList(tuple(call for _, _, call in calls), tuple(numberless))

    @property
    def _reaching(self) -> Reaching:
        return Reaching(self.settings, self.ways, self.locales, self.suppressed, self.depends)

    def _rosters(self, request: Request) -> Sequence[Roster]:
        return self._reaching.rosters(request)[0]

    def _call(self, roster: Roster, contact: Contact, phone: str, request: Request) -> Call:
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
            way = self.ways[name]
            works = not outage.takes(way) and not outage.cuts_off(way, contact)
            if works and way.capabilities.reach(contact):
                yield name


def _priority(contact: Contact) -> int:
    extra = dict(contact.extra)
    spelled = next((extra[name] for name in _PRIORITY if extra.get(name)), "")
    return int(spelled) if spelled.isdecimal() else _LAST
