"""Find the entries of several lists, and of the ledger, that are about one person. Pure.

Two entries are surely about one person if they share an address and the name, or the id within one
audience. Lists number their people independently, and couples share numbers, so less is not enough.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import combinations
from typing import TypeAlias

from broadcast.contacts.identifiers import Identifiers
from broadcast.model.ids import base_id
from broadcast.model.names import name_words

_SHORTEST_WORD = 2  # letters; two names are alike if they share a word of at least this length
_Name: TypeAlias = frozenset[str]


class Doubt(StrEnum):
    """Why it is not sure that an entry is about a person."""

    ID = "the same id, but another name and other addresses"
    NAME = "the same id and name in another audience, but other addresses"
    PART = "an address of theirs without the full name, and it may be somebody else's"
    ADDRESS = "an address of theirs under another name"


@dataclass(frozen=True)
class ListedPerson:
    """A person as one list, or the ledger, has them."""

    audience: str
    identifiers: Identifiers

    @cached_property
    def words(self) -> _Name:
        """The words of the name."""
        return name_words(self.identifiers.name)

    @cached_property
    def place(self) -> tuple[str, str]:
        """The audience and the id in it."""
        return self.audience, base_id(self.identifiers.id)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Numbers and mailboxes."""
        return self.identifiers.phones | self.identifiers.emails

    def plausible(self, other: ListedPerson) -> bool:
        """Return whether one id may be one person: people rarely change all names and all addresses."""
        alike = any(len(word) >= _SHORTEST_WORD for word in self.words & other.words)
        return alike or bool(self.addresses & other.addresses)

    def contradicts(self, other: ListedPerson) -> bool:
        """Return whether both have numbers, or both have mailboxes, and none in common."""
        kinds = (
            (self.identifiers.phones, other.identifiers.phones),
            (self.identifiers.emails, other.identifiers.emails),
        )
        return not self.addresses & other.addresses and any(ours and theirs for ours, theirs in kinds)


def persons(entries: Sequence[ListedPerson]) -> list[int]:
    """Return for each entry the number of its person; an unsure entry is a person of its own."""
    groups = _Groups(entries)
    groups.join_by_address()
    groups.join_by_id()
    groups.join_nameless_by_id()
    while groups.join_partly_named():
        pass
    groups.join_nameless_by_address()
    return groups.numbers()


def doubts(entries: Sequence[ListedPerson], members: Collection[int]) -> dict[int, Doubt]:
    """Return, by the number of an entry outside `members`, why it may be about them too."""
    person = [entries[number] for number in members]
    found = {}
    for number, entry in enumerate(entries):
        if number not in members and (doubt := _doubt(entry, person)):
            found[number] = doubt
    return found


def _doubt(entry: ListedPerson, person: Iterable[ListedPerson]) -> Doubt | None:
    reasons = {_reason(entry, member) for member in person}
    return next((doubt for doubt in Doubt if doubt in reasons), None)


def _reason(entry: ListedPerson, member: ListedPerson) -> Doubt | None:
    if entry.place == member.place and entry.identifiers.id:
        return Doubt.ID
    if entry.addresses & member.addresses:
        partly = entry.words <= member.words or member.words <= entry.words
        return Doubt.PART if partly else Doubt.ADDRESS
    same_id = entry.identifiers.id and entry.place[1] == member.place[1]
    return Doubt.NAME if same_id and entry.words and entry.words == member.words else None


class _Groups:
    """Groups of entries (union-find), joined step by step, the surest first."""

    def __init__(self, entries: Sequence[ListedPerson]) -> None:
        self._entries = entries
        self._parents = list(range(len(entries)))
        self._by_id = _together((entry.place[1],) if entry.identifiers.id else () for entry in entries)
        self._by_place = _together((entry.place,) if entry.identifiers.id else () for entry in entries)
        self._by_address = _together(entry.addresses for entry in entries)

    def numbers(self) -> list[int]:
        """Return for each entry the number of its group."""
        return [self._root(number) for number in range(len(self._entries))]

    def join_by_address(self) -> None:
        """Join entries with the same address and the same name."""
        for together in self._by_address.values():
            first: dict[frozenset[str], int] = {}
            for number in filter(self._is_named, together):
                self._join(first.setdefault(self._entries[number].words, number), number)

    def join_by_id(self) -> None:
        """Join entries with one id in one audience; across audiences, the name must be the same as well.

        No address may contradict that.
        """
        for together in self._by_id.values():
            for one, other in combinations(filter(self._is_named, together), 2):
                if self._same_id(self._entries[one], self._entries[other]):
                    self._join(one, other)

    def join_nameless_by_id(self) -> None:
        """Join an entry without a name to the only person with its id in its audience."""
        for together in self._by_place.values():
            named = {self._root(number) for number in filter(self._is_named, together)}
            if len(named) <= 1:
                for number in together:
                    self._join(next(iter(named), together[0]), number)

    def join_partly_named(self) -> bool:
        """Join an entry with part of a name to the only person at its addresses with the whole name.

        Return whether any was joined: then others may have become clear.
        """
        names, joined = self._names(), set[int]()
        for root, candidates in self._candidates(names).items():
            if len(candidates) == 1 and not joined & {root, *candidates}:
                joined |= {root, *candidates}
                self._join(root, *candidates)
        return bool(joined)

    def join_nameless_by_address(self) -> None:
        """Join entries with the same address if no name is known for it."""
        names = self._names()
        candidates = self._candidates(names)
        alone = {root for root in names if not names[root] and not candidates[root]}
        alone = {number for number, root in enumerate(self.numbers()) if root in alone}
        for together in self._by_address.values():
            nameless = [number for number in together if number in alone]
            for number in nameless:
                self._join(nameless[0], number)

    def _names(self) -> dict[int, set[_Name]]:
        """Return the names of each group."""
        found: dict[int, set[_Name]] = {}
        for number, entry in enumerate(self._entries):
            found.setdefault(self._root(number), set()).update({entry.words} - {frozenset()})
        return found

    def _candidates(self, names: Mapping[int, set[_Name]]) -> dict[int, set[int]]:
        """Return for each group the groups at its addresses with longer forms of its names."""
        found: dict[int, set[int]] = {root: set() for root in names}
        for together in self._by_address.values():
            roots = {self._root(number) for number in together}
            for root in roots:
                found[root] |= {other for other in roots - {root} if _shortens(names[root], names[other])}
        return found

    def _is_named(self, number: int) -> bool:
        return bool(self._entries[number].words)

    def _same_id(self, one: ListedPerson, other: ListedPerson) -> bool:
        if one.audience == other.audience:
            return one.plausible(other)
        return one.words == other.words and not one.contradicts(other)

    def _root(self, number: int) -> int:
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number

    def _join(self, one: int, other: int) -> None:
        first, last = sorted((self._root(one), self._root(other)))
        self._parents[last] = first


def _together(keys: Iterable[Iterable[Hashable]]) -> dict[Hashable, list[int]]:
    """Return the numbers of the entries with each key."""
    found: dict[Hashable, list[int]] = {}
    for number, those in enumerate(keys):
        for key in those:
            found.setdefault(key, []).append(number)
    return found


def _shortens(parts: set[_Name], names: set[_Name]) -> bool:
    """Return whether each part is a shorter form of one of the names; also if there are no parts."""
    return bool(names) and all(any(part < name for name in names) for part in parts)
