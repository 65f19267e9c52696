"""Find people who cannot be reached now, or could not be if one or two systems failed at once. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from broadcast.model.contact import Contact
from broadcast.model.system import system_name
from broadcast.planning.outage import Dependencies
from broadcast.planning.plan import Roster
from broadcast.planning.planned_channel import PlannedChannel

_Dependence = frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Person:
    """A person who could not be reached."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A failure of `systems` after which `count` people of an audience cannot be reached.

    Without systems, they cannot be reached even now. `named` are all of them. `public` names the public
    channels that would still work.
    """

    systems: tuple[str, ...]
    audience: str
    count: int
    people: int
    named: tuple[Person, ...]
    public: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resilience:
    """All gaps, and how many failures were tried on how many people.

    `already` are systems that are down now. `warnings` are about names and people that were left out.
    """

    failures: int
    people: int
    gaps: tuple[Gap, ...]
    already: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def single(self) -> tuple[Gap, ...]:
        """The gaps caused by the failure of one system, or of none."""
        return tuple(gap for gap in self.gaps if len(gap.systems) < 2)  # noqa: PLR2004 - two are two


def examine(
    rosters: Sequence[Roster],
    channels: Mapping[str, PlannedChannel],
    dependencies: Dependencies,
    affects: Iterable[str] = (),
    most: int = 2,
) -> Resilience:
    """Return the gaps of every failure of up to `most` systems, while `affects` are down already.

    A group of systems (`office`) is tried as well, and reported if it cuts off a person that none of its
    parts does. People with the same channels are tried once, so a hundred thousand people take little more
    time than ten.
    """
    down = dependencies.outage(affects).fates
    wards = [_Ward(roster, channels, dependencies, down) for roster in rosters]
    systems = sorted({system for ward in wards for system in ward.systems} - down)
    failures = [failed for size in range(most + 1) for failed in combinations(systems, size)]
    gaps = [*_smallest(gap for failed in failures for ward in wards for gap in ward.gaps(failed))]
    groups = [name for name in dependencies.groups() if name not in down]
    gaps += [gap for name in groups for ward in wards for gap in ward.group_gap(name)]
    return Resilience(
        failures=len(failures) - 1 + len(groups), people=sum(ward.people for ward in wards), gaps=tuple(gaps)
    )


class _Ward:
    """An audience; its people grouped by their channels that are not down already."""

    def __init__(
        self,
        roster: Roster,
        channels: Mapping[str, PlannedChannel],
        dependencies: Dependencies,
        down: frozenset[str],
    ) -> None:
        self._roster = roster
        self._planned = channels
        self._dependencies = dependencies
        self._down = down
        self.systems: set[str] = set()
        names = {name for lane in roster.lanes for name in lane}
        public = {name for name in names if channels[name].capabilities.publishes}
        self._personal = sorted(names - public)
        self._channels = {name: self._channel(name) for name in names}
        self._public = {name: has for name in sorted(public) for has in self._works(name)}
        self._alike: Counter[_Dependence] = Counter()
        self._named: dict[_Dependence, list[Person]] = {}
        for contact in roster.contacts if self._personal else ():
            has = frozenset(self._has(contact))
            self._alike[has] += 1
            self._named.setdefault(has, []).append(Person(contact.id, contact.name))

    @property
    def people(self) -> int:
        return self._alike.total()

    def gaps(self, failed: tuple[str, ...]) -> Iterator[Gap]:
        """Yield the gap that the failure causes here, if any."""
        fates = self._dependencies.named(failed)
        without = self._cut_off(fates)
        if without:
            yield Gap(
                systems=failed,
                audience=self._roster.name,
                count=sum(self._alike[needed] for needed in without),
                people=self.people,
                named=tuple(person for needed in without for person in self._named[needed]),
                public=tuple(name for name, has in self._public.items() if has.isdisjoint(fates)),
            )

    def group_gap(self, name: str) -> Iterator[Gap]:
        """Yield the gap that the failure of a whole group causes, if no single part causes it."""
        parts = self._dependencies.named([name]) - {name}
        alone = {needed for part in parts for needed in self._cut_off(self._dependencies.named([part]))}
        if not alone.issuperset(self._cut_off(self._dependencies.named([name]))):
            yield from self.gaps((name,))

    def _cut_off(self, fates: frozenset[str]) -> list[_Dependence]:
        return [needed for needed in self._alike if all(not one.isdisjoint(fates) for one in needed)]

    def _has(self, contact: Contact) -> Iterator[frozenset[str]]:
        """Yield the working channels of a person, each with all that it depends on."""
        for name in self._personal:
            able = self._planned[name].capabilities
            if able.reach(contact):
                address = self._dependencies.of_address(able.address, contact)
                yield from self._works(name, address)

    def _works(self, name: str, address: frozenset[str] = frozenset()) -> Iterator[frozenset[str]]:
        """Yield the dependencies of a channel unless it is down; note the systems that are worth trying."""
        takes, systems = self._channels[name]
        # Mailboxes are grouped by their provider: there are as many domains as people.
        kept = {name for name in address if not name.startswith("@")}
        if self._down.isdisjoint(takes | address):
            self.systems |= systems | kept
            yield takes | kept

    def _channel(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return what a channel depends on, and the systems to try: itself only if it depends on nothing."""
        channel = self._planned[name]
        takes = self._dependencies.of_channel(channel)
        behind = self._dependencies.behind(channel.name, channel.adapter, channel.fate)
        return takes, behind or frozenset({system_name(name)})


def _smallest(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Yield the gaps without those where a part of the failure cuts off as many; smaller ones come first."""
    torn: dict[tuple[tuple[str, ...], str], int] = {}
    for gap in gaps:
        size = len(gap.systems)
        parts = (part for less in range(size) for part in combinations(gap.systems, less))
        if gap.count > max((torn.get((part, gap.audience), 0) for part in parts), default=0):
            torn[gap.systems, gap.audience] = gap.count
            yield gap
