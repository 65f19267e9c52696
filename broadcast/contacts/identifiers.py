"""The identifiers of a person (id, name, addresses), and whether two rows are about one person. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

_SHORTEST_WORD = 2  # letters; two names are alike if they share a word of at least this length


class Match(Enum):
    """How surely a row is about a known person."""

    SAME = "same"
    LIKELY = "likely"
    RENAMED = "renamed"  # the same given name, number and mailbox
    CONTRADICTORY = "contradictory"  # one id, and nothing else in common
    ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class Identifiers:
    """An id, a name, numbers in E.164 and mailboxes; each may be missing."""

    id: str = ""
    name: str = ""
    phones: frozenset[str] = field(default_factory=frozenset)
    emails: frozenset[str] = field(default_factory=frozenset)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield each key by which the person can be looked up."""
        if self.id:
            yield "id", self.id
        for address in (*self.phones, *self.emails):
            yield "address", address

    @property
    def folded(self) -> str:
        """The name in lower case without spaces."""
        return " ".join(self.name.casefold().split())

    @property
    def given(self) -> str:
        """The given name: the first word, or what follows a comma."""
        before, comma, after = self.folded.partition(",")
        return (after if comma else before.partition(" ")[0]).strip()

    def match(self, known: Identifiers) -> Match:
        """Return whether a row with these identifiers is about `known`.

        Another id or another name is another person, even with the same number: couples, receptions and crews
        share one. Without a common id, a row is surely about a person only if it has one of their addresses
        of each kind.
        """
        if self.id and self.id == known.id:
            return Match.SAME if self._plausible(known) else Match.CONTRADICTORY
        if (self.id and known.id) or self._other_address(known) or not self.shared(known):
            return Match.ANOTHER
        if self._other_name(known):
            return Match.RENAMED if self._renamed(known) else Match.ANOTHER
        if not self.folded and known.folded and not self.adds_nothing(known):
            return Match.ANOTHER
        named = all(ours or not theirs for ours, theirs in self._kinds(known))
        if not named and (self.id or (self.folded and not known.folded)):
            return Match.ANOTHER  # a person with only part of a name gets no id and no name
        return Match.SAME if named else Match.LIKELY

    def shared(self, known: Identifiers) -> bool:
        """Return whether they have an address in common."""
        return any(ours & theirs for ours, theirs in self._kinds(known))

    def _plausible(self, known: Identifiers) -> bool:
        """Return whether one id may be one person: people rarely change all names and all addresses."""
        if not self._other_name(known) or self.shared(known):
            return True
        words = set(self.folded.split()) & set(known.folded.split())
        return any(len(word) >= _SHORTEST_WORD for word in words)

    def _renamed(self, known: Identifiers) -> bool:
        return (
            not self.id
            and self.given == known.given
            and all(ours & theirs for ours, theirs in self._kinds(known))
        )

    def adds_nothing(self, known: Identifiers) -> bool:
        """Return whether `known` has each of these addresses.

        A row without a name adds no address to a person with a name: it may be another person's.
        """
        return all(ours <= theirs for ours, theirs in self._kinds(known))

    def _other_name(self, other: Identifiers) -> bool:
        return bool(self.folded and other.folded) and self.folded != other.folded

    def _other_address(self, other: Identifiers) -> bool:
        """Return whether both have addresses of one kind and share none of them."""
        return any(ours and theirs and not ours & theirs for ours, theirs in self._kinds(other))

    def _kinds(self, other: Identifiers) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
        yield self.phones, other.phones
        yield self.emails, other.emails
