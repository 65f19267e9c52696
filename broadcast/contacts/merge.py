"""Deduplication of contacts: rows that share an id, a phone number or an e-mail address are one person."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

from broadcast.contacts.spool import Spool
from broadcast.model.consent import Consent
from broadcast.model.contact import Contact
from broadcast.model.duplicate_filter import DuplicateFilter

#: The prefix of ids that are made from an address, because the list has none.
DERIVED_ID = re.compile(r"c-[0-9a-f]{12}")
_KINDS = ("id", "phone", "e-mail")


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """The contact that one row describes; its id is empty if the row has none."""

    path: Path
    line: int
    contact: Contact


@dataclass(frozen=True, slots=True)
class MergedRow:
    """A row about a person who is known already; `because` names what they share (`same phone`)."""

    path: Path
    line: int
    contact: str
    because: str


class Entries:
    """Every row with a contact, in order; a million of them stay out of memory."""

    def __init__(self) -> None:
        self.rows = Spool()
        self._paths: list[Path] = []
        self._duplicates = DuplicateFilter()

    def add(self, path: Path, line: int, contact: Contact) -> None:
        """Add the contact of a row."""
        if path not in self._paths[-1:]:
            self._paths.append(path)
        self.rows.append((len(self._paths) - 1, line, *_fields(contact)))
        for identifier in _identifiers(contact):
            self._duplicates.count(identifier)

    def sharing(self) -> dict[int, ContactEntry]:
        """Return, by position, the rows that share an identifier with another row (with false positives)."""
        if self._duplicates.unique:
            return {}
        return {
            place: ContactEntry(self._paths[path], line, contact)
            for place, (path, line, *fields) in enumerate(self.rows)
            if any(map(self._duplicates.repeats, _identifiers(contact := _contact(fields))))
        }


@dataclass(frozen=True, slots=True)
class MergedPeople:
    """The contacts of the rows, read again each time.

    `instead` replaces, by position, the rows that are not a contact of their own.
    """

    rows: Spool = field(default_factory=Spool)
    instead: Mapping[int, tuple[Contact, ...]] = field(default_factory=dict)

    @property
    def sharing(self) -> bool:
        """Whether several of them may have the same address."""
        return bool(self.instead)

    def __len__(self) -> int:
        return len(self.rows) + sum(len(contacts) - 1 for contacts in self.instead.values())

    def __iter__(self) -> Iterator[Contact]:
        for place, (_, _, *fields) in enumerate(self.rows):
            stand_in = self.instead.get(place)
            if stand_in is None:
                yield named(_contact(fields))
            else:
                yield from stand_in


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of merging. `sharing` are rows of a known person that keep an address of their own."""

    contacts: MergedPeople
    rows: tuple[MergedRow, ...]
    sharing: tuple[ContactEntry, ...]


def merge(entries: Entries) -> Merged:
    """Return the contacts of `entries` without losing anybody.

    Rows about one person become one contact with the addresses and groups of all. If they have more addresses
    than one contact holds, each further address gets a contact of its own; if that is another person by id or
    name (a couple with one number), the shared address is used for both.
    """
    instead: dict[int, tuple[Contact, ...]] = {}
    rows: list[MergedRow] = []
    sharing: list[ContactEntry] = []
    for together in _belonging_together(entries.sharing()):
        person = _PersonRows()
        for entry in together.values():
            person.add(entry)
        person.finish()
        instead.update(dict.fromkeys(together, ()))
        instead[min(together)] = tuple(one.contact() for one in person.gathered)
        rows.extend(person.rows())
        sharing.extend(person.sharing)
    return Merged(MergedPeople(entries.rows, instead), tuple(rows), tuple(sharing))


def _fields(contact: Contact) -> tuple[object, ...]:
    return (
        contact.id,
        contact.name,
        contact.phone,
        contact.email,
        contact.locale,
        contact.groups,
        contact.extra,
        contact.landline,
        tuple(astuple(consent) for consent in contact.consents),
    )


def _contact(fields: Sequence[Any]) -> Contact:
    """Return the contact from the values of `_fields`; files without consents are read as fast as before."""
    id, name, phone, email, locale, groups, extra, landline, consents = fields
    answers = tuple(
        Consent(channel=channel, purpose=purpose, given=given, since=since, source=source)
        for channel, purpose, given, since, source in consents
    )
    return Contact(
        id=id,
        name=name,
        phone=phone,
        email=email,
        locale=locale,
        groups=groups,
        extra=extra,
        barred=(),
        consents=answers,
        landline=landline,
    )


def _identifiers(contact: Contact) -> Iterator[tuple[str, str]]:
    """Yield the identifiers of a person, the strongest first."""
    return ((kind, value) for kind in _KINDS if (value := _identifier(kind, contact)))


def _identifier(kind: str, contact: Contact) -> str:
    match kind:
        case "id":
            return contact.id
        case "phone":
            return contact.phone or ""
        case _:
            return (contact.email or "").lower()


def _belonging_together(entries: Mapping[int, ContactEntry]) -> Iterator[dict[int, ContactEntry]]:
    """Yield groups of entries that share an identifier, directly or through others (union-find), in order."""
    parents: dict[int, int] = {}

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    known: dict[tuple[str, str], int] = {}
    for place, entry in entries.items():
        parents[place] = place
        for identifier in _identifiers(entry.contact):
            earlier, later = sorted((root(known.setdefault(identifier, place)), root(place)))
            parents[later] = earlier
    groups: dict[int, dict[int, ContactEntry]] = {}
    for place, entry in entries.items():
        groups.setdefault(root(place), {})[place] = entry
    return (group for group in groups.values() if len(group) > 1)


@dataclass(slots=True, kw_only=True)
class _GatheredContact:
    """A contact to which further rows may add."""

    id: str
    name: str = ""
    phone: str | None = None
    email: str | None = None
    locale: str | None = None
    groups: dict[str, None] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    consents: dict[Consent, None] = field(default_factory=dict)

    def takes(self, phone: str | None, email: str | None) -> bool:
        return not (phone and self.phone) and not (email and self.email)

    def is_another(self, contact: Contact) -> bool:
        """Return whether a row is about another person, by its id or its name."""
        pairs = ((self.id, contact.id), (self.name.casefold(), contact.name.casefold()))
        return self.id != contact.id and any(own and other and own != other for own, other in pairs)

    def learn(self, contact: Contact) -> None:
        """Fill fields that are empty; addresses are assigned separately."""
        self.name = self.name or contact.name
        self.locale = self.locale or contact.locale
        self.groups.update(dict.fromkeys(contact.groups))
        for name, value in contact.extra:
            self.extra[name] = self.extra.get(name) or value
        self.consents.update(dict.fromkeys(contact.consents))

    def contact(self) -> Contact:
        return named(
            Contact(
                id=self.id,
                name=self.name,
                phone=self.phone,
                email=self.email,
                locale=self.locale,
                groups=tuple(self.groups),
                extra=tuple(self.extra.items()),
                consents=tuple(self.consents),
            )
        )


class _PersonRows:
    """Rows about one person, which become as few contacts as can hold all their addresses."""

    def __init__(self) -> None:
        self.gathered: list[_GatheredContact] = []
        self.sharing: list[ContactEntry] = []
        self._owners: dict[tuple[str, str], _GatheredContact] = {}
        self._rows: list[tuple[ContactEntry, _GatheredContact, str]] = []

    def add(self, entry: ContactEntry) -> None:
        contact = entry.contact
        owners = [
            (identifier[0], self._owners[identifier])
            for identifier in _identifiers(contact)
            if identifier in self._owners
        ]
        phone = contact.phone if ("phone", contact.phone) not in self._owners else None
        email = contact.email if ("e-mail", (contact.email or "").lower()) not in self._owners else None
        known = [*owners, *(("known through other rows", one) for one in self.gathered[:1])]
        found = next(((by, one) for by, one in known if one.takes(phone, email)), None)
        if found is None:
            home = _GatheredContact(id=self._free_id(contact, phone, email))
            self.gathered.append(home)
            if len(self.gathered) > 1:
                self.sharing.append(entry)
            if owners and all(owner.is_another(contact) for _, owner in owners):
                # A couple with one number, colleagues behind one switchboard: all of them use it.
                phone, email = contact.phone, contact.email
        else:
            home = found[1]
            self._rows.append((entry, home, found[0]))
        self._fill(home, contact, phone, email)
        for by, owner in owners:
            if by != "id":
                owner.groups.update(dict.fromkeys(contact.groups))

    def finish(self) -> None:
        """Give every contact its own id, and the owner of a shared address the groups of the others."""
        ids: set[str] = set()
        for one in self.gathered:
            own = one.contact().id
            if own in ids:
                own = f"c-{_digest(f'{one.phone} {one.email} {one.name}')[:12]}"
            one.id = own
            ids.add(own)
        for one in reversed(self.gathered):
            for identifier in (("phone", one.phone or ""), ("e-mail", (one.email or "").lower())):
                if owner := self._owners.get(identifier):
                    owner.groups.update(one.groups)

    def rows(self) -> Iterator[MergedRow]:
        for entry, one, by in self._rows:
            because = by if " " in by else f"same {by}"
            yield MergedRow(entry.path, entry.line, one.contact().id, because)

    def _fill(self, home: _GatheredContact, contact: Contact, phone: str | None, email: str | None) -> None:
        home.id = home.id or self._free_id(contact, phone, email)
        home.phone = home.phone or phone
        home.email = home.email or email
        home.learn(contact)
        for identifier in _identifiers(contact):
            self._owners.setdefault(identifier, home)

    def _free_id(self, contact: Contact, phone: str | None, email: str | None) -> str:
        """Return the row's id, with the address appended if another contact of the person has that id."""
        if not contact.id or ("id", contact.id) not in self._owners:
            return contact.id
        return f"{contact.id}+{_digest(email or phone or contact.id)[:6]}"


def named(contact: Contact) -> Contact:
    """Return the contact with an id: its own, or one from its best address, the same in every run."""
    if contact.id:
        return contact
    best = (contact.email or "").lower() or contact.phone or ""
    return replace(contact, id=f"c-{_digest(best)[:12]}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
