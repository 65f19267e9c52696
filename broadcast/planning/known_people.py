"""Deduplication during planning: one person is planned once, and two people are never taken for one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from broadcast.model.contact import Contact
from broadcast.model.duplicate_filter import DuplicateFilter
from broadcast.model.plan import Planned

Place = tuple[str, Contact]  # an audience and the id of one of its people


class KnownPeople:
    """The people of a plan so far. Only people who may occur again are kept, which are few of a million."""

    def __init__(self, duplicates: DuplicateFilter) -> None:
        self._duplicates = duplicates
        self._seen: dict[str, set[str]] = {}
        self._noted: list[tuple[str, str]] = []
        self._first: dict[tuple[str, str], set[str]] = {}

    def begin(self) -> None:
        """Begin another list: a list has no duplicates inside, so only earlier lists count."""
        for key, name in self._noted:
            self._seen.setdefault(key, set()).add(name)
        self._noted.clear()

    def has(self, audience: str, contact: Contact) -> bool:
        """Return whether an earlier list has this person: by an address without another name, or by the id.

        A couple with one number, or a reception, are several people with one address.
        """
        if not self._seen:
            return False
        name = _name(contact)
        return _place(audience, contact) in self._seen or any(
            _same(name, self._seen.get(key, set())) for key in addresses(contact)
        )

    def add(self, audience: str, contact: Contact) -> Contact:
        """Note a new person; return the contact, with another id if another audience has the same id.

        Two lists may both count from 1: the same id without a common address is two people.
        """
        if self._duplicates.unique:
            return contact
        if _id(contact) in self._seen:
            best = (contact.email or contact.phone or audience).lower()
            contact = replace(contact, id=f"{contact.id}+{hashlib.sha256(best.encode()).hexdigest()[:6]}")
        self._note((_place(audience, contact), _id(contact)), "")
        return contact

    def add_addresses(self, contact: Contact) -> None:
        """Note that this person gets the notice at these addresses."""
        if not self._duplicates.unique:
            self._note(addresses(contact), _name(contact))

    def gets(self, planned: Planned, first: tuple[str, str] | None) -> bool:
        """Return whether the person gets it already on that channel and address of `first`; note them."""
        if first is None or planned.contact is None or not self._duplicates.repeats(first[1]):
            return False
        name, names = _name(planned.contact), self._first.setdefault(first, set())
        known = _same(name, names)
        names.add(name)
        return known

    def _note(self, keys: Sequence[str], name: str) -> None:
        self._noted.extend((key, name) for key in keys if self._duplicates.repeats(key))


def find_duplicates(places: Iterator[Place]) -> DuplicateFilter:
    """Return a filter that recognises what several people share."""
    counted = DuplicateFilter()
    for audience, contact in places:
        for key in (*addresses(contact), _place(audience, contact), _id(contact)):
            counted.count(key)
    return counted


def shared_addresses(listed: Iterator[Place], previous: Iterator[Place]) -> DuplicateFilter:
    """Return a filter for addresses of several people, in lists, in earlier notices (`previous`), or both."""
    shared, persons = DuplicateFilter(), DuplicateFilter()
    for audience, contact in listed:
        for key in addresses(contact):
            persons.count((key, _place(audience, contact)))
            shared.count(key)
    for audience, contact in previous:
        for key in addresses(contact):
            if not persons.count((key, _place(audience, contact))):
                shared.count(key)
    return shared


def addresses(contact: Contact) -> Sequence[str]:
    """Return the addresses of a person in the form in which they are compared."""
    return [address.lower() for address in (contact.phone, contact.email) if address]


def _same(name: str, names: set[str]) -> bool:
    return bool(names) and (not name or name in names or "" in names)


def _name(contact: Contact) -> str:
    return contact.name.casefold()


def _id(contact: Contact) -> str:
    return f"id:{contact.id}"


def _place(audience: str, contact: Contact) -> str:
    return f"id:{contact.id}@{audience}"
