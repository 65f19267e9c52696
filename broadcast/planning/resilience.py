"""Who would be left without a way if one or two systems failed at once, or is already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from broadcast.model.contact import Contact
from broadcast.planning.outage import Dependencies
from broadcast.planning.plan import Roster
from broadcast.planning.ways import Way

Ways = frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who would be left without a way."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A failure of `systems` that leaves `count` people of an audience without a way of their own.

    Without systems, they have none even while everything works. `named` are all of them. `public` names
    the channels everybody may read that would still work.
    """

    systems: tuple[str, ...]
    audience: str
    count: int
    people: int
    named: tuple[Person, ...]
    public: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resilience:
    """Every gap, and how many failures were tried on how many people."""

    failures: int
    people: int
    gaps: tuple[Gap, ...]

    @property
    def single(self) -> tuple[Gap, ...]:
        """Gaps that the failure of one system is enough for, or of none."""
        return tuple(gap for gap in self.gaps if len(gap.systems) < 2)  # noqa: PLR2004 - two are two


def examine(
    rosters: Sequence[Roster], ways: Mapping[str, Way], dependencies: Dependencies, most: int = 2
) -> Resilience:
    """Try every failure of up to `most` systems on everybody in the rosters.

    People with the same ways are tried once, so a hundred thousand take little more time than ten.
    """
    wards = [_Ward(roster, ways, dependencies) for roster in rosters]
    systems = sorted({system for ward in wards for way in ward.all_ways for system in way})
    failures = [failed for size in range(most + 1) for failed in combinations(systems, size)]
    gaps = tuple(_smallest(gap for failed in failures for ward in wards for gap in ward.gaps(failed)))
    return Resilience(len(failures) - 1, sum(ward.people for ward in wards), gaps)


class _Ward:
    """An audience, its people sorted by the ways they have."""

    def __init__(self, roster: Roster, ways: Mapping[str, Way], dependencies: Dependencies) -> None:
        self._roster = roster
        self._ways = ways
        self._dependencies = dependencies
        names = {name for lane in roster.lanes for name in lane}
        self._public = sorted(name for name in names if ways[name].capabilities.publishes)
        self._personal = sorted(names - set(self._public))
        self._alike: Counter[Ways] = Counter()
        self._named: dict[Ways, list[Person]] = {}
        for contact in roster.contacts if self._personal else ():
            has = self._has(contact)
            self._alike[has] += 1
            self._named.setdefault(has, []).append(Person(contact.id, contact.name))

    @property
    def people(self) -> int:
        return self._alike.total()

    @property
    def all_ways(self) -> Iterator[frozenset[str]]:
        yield from (way for ways in self._alike for way in ways)
        yield from (self._fates(name) for name in self._public)

    def gaps(self, failed: tuple[str, ...]) -> Iterator[Gap]:
        """The gap that the failure tears here, if it does."""
        without = [ways for ways in self._alike if all(not way.isdisjoint(failed) for way in ways)]
        if without:
            yield Gap(
                systems=failed,
                audience=self._roster.name,
                count=sum(self._alike[ways] for ways in without),
                people=self.people,
                named=tuple(person for ways in without for person in self._named[ways]),
                public=tuple(name for name in self._public if self._fates(name).isdisjoint(failed)),
            )

    def _has(self, contact: Contact) -> Ways:
        """The ways to a person, each with all that it depends on."""
        ways = set()
        for name in self._personal:
            able = self._ways[name].capabilities
            kind = able.address
            if kind is not None and able.reach(contact):
                ways.add(self._fates(name) | self._dependencies.of_address(kind, contact))
        return frozenset(ways)

    def _fates(self, name: str) -> frozenset[str]:
        # A channel that depends on nothing fails alone; any other falls at the latest with its fates.
        return frozenset(self._ways[name].fate or {name})


def _smallest(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Leave out a failure where part of it cuts off as many. Smaller failures come first."""
    torn: dict[tuple[tuple[str, ...], str], int] = {}
    for gap in gaps:
        size = len(gap.systems)
        parts = (part for less in range(size) for part in combinations(gap.systems, less))
        if gap.count > max((torn.get((part, gap.audience), 0) for part in parts), default=0):
            torn[gap.systems, gap.audience] = gap.count
            yield gap
