"""Find all entries of one person in the ledger and in the contacts files, by id, phone number or mailbox.

The data of other people must not be shown or erased. An entry that may be another person is only reported,
by file and line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from broadcast.config.settings import Settings
from broadcast.contacts.address import Unusable
from broadcast.contacts.email import read_email
from broadcast.contacts.file import unfinished_files
from broadcast.contacts.identifiers import Identifiers
from broadcast.contacts.phone import read_phone
from broadcast.contacts.rows import clean
from broadcast.contacts.same_person import Doubt, ListedPerson, doubts, persons
from broadcast.contacts.search import ListedRow, RejectedText, SearchTerms, mentioned_in, rows_about
from broadcast.errors import ConfigError, UsageError
from broadcast.ledger.erasure import KnownAs
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind
from broadcast.model.ids import base_id


@dataclass(frozen=True, slots=True)
class Typed:
    """A search term as typed: an id, a phone number, a mailbox, or `place` (an audience and an id in it)."""

    text: str
    place: tuple[str, str]
    phone: str = ""
    email: str = ""

    @property
    def ids(self) -> frozenset[str]:
        """The ids that it can mean."""
        return frozenset(map(base_id, (self.text, self.place[1]))) - {""}

    @property
    def addresses(self) -> frozenset[str]:
        """The address, if it is one."""
        return frozenset((self.phone, self.email)) - {""}

    @property
    def kinds_of_addresses(self) -> tuple[tuple[AddressKind, str], ...]:
        """The address, if it is one, with its kind."""
        kinds = ((AddressKind.PHONE, self.phone), (AddressKind.EMAIL, self.email))
        return tuple((kind, address) for kind, address in kinds if address)

    def means(self, entry: ListedPerson) -> bool:
        """Return whether the entry has this id or address."""
        if entry.place == self.place or entry.place[1] == base_id(self.text):
            return True
        return not self.addresses.isdisjoint(entry.addresses)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A row of a contacts file that is about the person."""

    audience: str
    path: Path
    row: ListedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsPlace:
    """A line of a contacts file, or the ledger if `path` is None, without its content.

    `also` is the search term that includes it; "" if it cannot be included.
    """

    audience: str
    path: Path | None
    line: int
    because: str
    also: str = ""

    def __str__(self) -> str:
        """Return `agents.csv, line 3 (agents)`."""
        return (
            f"{self.path}, line {self.line} ({self.audience})" if self.path else f"ledger ({self.audience})"
        )


@dataclass(frozen=True, kw_only=True)
class FoundPerson:
    """The entries that are surely about one person, and the places of those that may be (`possible`).

    `others_addresses` and `others_places` belong to other people that the search found. `unread` names
    contacts files that cannot be read, with the reason. `rejected` are invalid rows that mention the person.
    `typed` are the addresses that the search was for, and `typed_ids` the ids.
    """

    known_as: tuple[KnownAs, ...] = ()
    rows: tuple[PersonRow, ...] = ()
    possible: tuple[ContactsPlace, ...] = ()
    rejected: tuple[ContactsPlace, ...] = ()
    unread: tuple[str, ...] = ()
    others_addresses: frozenset[str] = frozenset()
    others_places: frozenset[tuple[str, str]] = frozenset()
    typed: tuple[tuple[AddressKind, str], ...] = ()
    typed_ids: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether all files and all rows that may be about them could be read."""
        return not (self.rejected or self.unread)

    @cached_property
    def entries(self) -> tuple[ListedPerson, ...]:
        """Their entries in the ledger and in the contacts files."""
        return (*map(_of_ledger, self.known_as), *map(_of_file, self.rows))

    @property
    def own_ids(self) -> frozenset[str]:
        """Their ids, without those that another person has, too: two lists may both begin at 1."""
        others = {id for _, id in self.others_places}
        own = frozenset(entry.place[1] for entry in self.entries)
        return (own | self.typed_ids) - others - {""}

    @property
    def writes_from(self) -> tuple[tuple[AddressKind, str], ...]:
        """All their addresses, and those that the search was for: strangers may write to us as well."""
        return tuple(dict.fromkeys((*self.addresses, *self.typed)))

    @property
    def addresses(self) -> tuple[tuple[AddressKind, str], ...]:
        """All their addresses."""
        phones = (
            (AddressKind.PHONE, each) for entry in self.entries for each in sorted(entry.identifiers.phones)
        )
        emails = (
            (AddressKind.EMAIL, each) for entry in self.entries for each in sorted(entry.identifiers.emails)
        )
        return tuple(dict.fromkeys((*phones, *emails)))


def find_person(ledger: Ledger, settings: Settings, term: str, also: Sequence[str] = ()) -> FoundPerson:
    """Return the person with these ids, numbers or mailboxes; raises `UsageError` if several people match.

    The search repeats with the ids, names and addresses that it found, until it finds nothing more.
    """
    wanted = [read_typed(settings, text) for text in (term, *also)]
    search = _Search(ledger, settings, wanted)
    while search.step():
        pass
    for typed in wanted:
        search.check(typed)
    return search.person()


def read_typed(settings: Settings, text: str) -> Typed:
    """Read a search term: `AUDIENCE:ID`, id, phone number or mailbox; raises `UsageError` if it is empty."""
    spelled = clean(text)
    if not spelled:
        raise UsageError("no person is given", hint="give an id, a phone number or an e-mail address")
    audience, _, id = spelled.partition(":")
    place = (audience, base_id(id)) if id else ("", "")
    if "@" in spelled:
        return Typed(spelled, place, email=_mailbox(spelled))
    try:
        return Typed(spelled, place, phone=read_phone(spelled, settings.region).number)
    except Unusable:
        return Typed(spelled, place)


def _mailbox(text: str) -> str:
    """Return the mailbox in lower case, without a display name: `Anna <ANNA@firma.de>` is `anna@firma.de`."""
    try:
        return read_email(text).lower()
    except Unusable:
        return text.lower()


class _Search:
    """Searches the ledger and the files in steps, each with all ids, names and addresses known by then."""

    def __init__(self, ledger: Ledger, settings: Settings, wanted: Sequence[Typed]) -> None:
        self._ledger = ledger
        self._settings = settings
        self._wanted = wanted
        self._sought = SearchTerms(
            frozenset[str]().union(*(typed.ids for typed in wanted)),
            frozenset[str]().union(*(typed.addresses for typed in wanted)),
        )
        self._own_ids: frozenset[tuple[str, str]] = frozenset()
        self._found: list[KnownAs | PersonRow] = []
        self._rejected: list[tuple[str, Path, RejectedText]] = []
        self._unread: list[str] = []

    def step(self) -> bool:
        """Search once; return whether it found something new, so that another step is needed."""
        self._look()
        self._entries = [_entry(each) for each in self._found]
        self._persons = persons(self._entries)
        meant = {self._persons[number] for typed in self._wanted for number in self._meant(typed)}
        self._members = [number for number, root in enumerate(self._persons) if root in meant]
        self._doubts = doubts(self._entries, set(self._members))
        own = [self._entries[number] for number in self._members]
        near = [self._entries[number] for number, why in self._doubts.items() if why is Doubt.PART]
        terms = SearchTerms(
            self._sought.ids | {entry.place[1] for entry in (*own, *near)},
            self._sought.addresses.union(*(entry.addresses for entry in (*own, *near))),
            frozenset(entry.identifiers.name for entry in own) - {""},
        )
        ids = frozenset(entry.place for entry in own)
        known = (terms, ids) == (self._sought, self._own_ids)
        self._sought, self._own_ids = terms, ids
        return not known

    def check(self, typed: Typed) -> None:
        """Raise `UsageError` if the term matches several people.

        Two people may share a phone number, and the ids of two lists may both begin at 1.
        """
        people: dict[int, ListedPerson] = {}
        for number in self._meant(typed):
            person, entry = self._persons[number], self._entries[number]
            if person not in people or not people[person].words:
                people[person] = entry
        if len(people) <= 1 or any(entry.place == typed.place for entry in self._entries):
            return
        listed = ", ".join(f"{_name(entry)} (id {entry.place[1]})" for entry in people.values())
        places = " or ".join(dict.fromkeys(map(_place, people.values())))
        raise UsageError(
            f"{typed.text} stands for {len(people)} people: {listed}",
            hint=f"name one of them by a number or mailbox that only they have, or as AUDIENCE:ID ({places})",
        )

    def person(self) -> FoundPerson:
        """Return everything that was found."""
        members = [self._found[number] for number in self._members]
        strangers = set(range(len(self._found))) - set(self._members)
        others = [self._entries[number] for number in strangers]
        return FoundPerson(
            known_as=tuple(each for each in members if isinstance(each, KnownAs)),
            rows=tuple(each for each in members if isinstance(each, PersonRow)),
            possible=tuple(dict.fromkeys(self._possible())),
            rejected=tuple(
                ContactsPlace(audience=audience, path=path, line=row.line, because=row.reason)
                for audience, path, row in self._rejected
            ),
            unread=tuple(dict.fromkeys(self._unread)),
            others_addresses=frozenset(address for entry in others for address in entry.addresses),
            others_places=frozenset(entry.place for entry in others),
            typed=tuple(address for typed in self._wanted for address in typed.kinds_of_addresses),
            typed_ids=frozenset[str]().union(*(typed.ids for typed in self._wanted)),
        )

    def _possible(self) -> Iterator[ContactsPlace]:
        for number, doubt in self._doubts.items():
            found, entry = self._found[number], self._entries[number]
            path, line = (found.path, found.row.line) if isinstance(found, PersonRow) else (None, 0)
            yield ContactsPlace(
                audience=entry.audience, path=path, line=line, because=doubt, also=_place(entry)
            )

    def _meant(self, typed: Typed) -> Iterator[int]:
        return (number for number, entry in enumerate(self._entries) if typed.means(entry))

    def _look(self) -> None:
        self._found = [*self._ledger.erasure.known_as(self._is_sought)]
        self._rejected, self._unread = [], []
        for name, paths in _lists(self._settings):
            own = frozenset(id for where, id in self._own_ids if where == name)
            terms = replace(self._sought, own_ids=own or self._typed_ids(name))
            for path in paths:
                self._read(name, path, terms)

    def _read(self, audience: str, path: Path, terms: SearchTerms) -> None:
        try:
            for row in rows_about(path, self._settings.region, terms):
                if isinstance(row, RejectedText):
                    self._rejected.append((audience, path, row))
                else:
                    self._found.append(PersonRow(audience, path, row))
        except ConfigError as error:
            self._unread.append(str(error))
        unfinished = (file for file in unfinished_files(path) if mentioned_in(file, terms))
        self._unread += [f"{file} was left by an import that was killed" for file in unfinished]

    def _typed_ids(self, audience: str) -> frozenset[str]:
        """Return the typed ids while the audience has no known entry: only an invalid row may match."""
        if self._own_ids:
            return frozenset()
        return frozenset[str]().union(
            *(typed.ids for typed in self._wanted if typed.place[0] in {"", audience})
        )

    def _is_sought(self, id: str, phone: str | None, email: str | None) -> bool:
        known = {phone, email.lower() if email else None}
        return base_id(id) in self._sought.ids or not self._sought.addresses.isdisjoint(known)


def _lists(settings: Settings) -> Iterator[tuple[str, Sequence[Path]]]:
    """Yield the contacts files of each audience, and those that only a rota has (`oncall.support`)."""
    listed: set[Path] = set()
    for audience in settings.audiences.values():
        listed.update(audience.contacts)
        yield audience.name, audience.contacts
    for rota in settings.oncall.values():
        own = [path for path in rota.contacts if path not in listed]
        listed.update(own)
        yield f"oncall.{rota.name}", own


def _entry(found: KnownAs | PersonRow) -> ListedPerson:
    return _of_ledger(found) if isinstance(found, KnownAs) else _of_file(found)


def _of_ledger(known: KnownAs) -> ListedPerson:
    phones = frozenset((known.phone,) if known.phone else ())
    emails = frozenset((known.email.lower(),) if known.email else ())
    return ListedPerson(known.audience, Identifiers(known.contact, known.name, phones, emails))


def _of_file(found: PersonRow) -> ListedPerson:
    return ListedPerson(found.audience, found.row.identifiers)


def _place(entry: ListedPerson) -> str:
    return f"{entry.audience}:{entry.place[1]}"


def _name(entry: ListedPerson) -> str:
    return entry.identifiers.name or "without a name"
