"""Who is planned for already, so that nobody is told twice, and no two people are taken for one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from broadcast.model.census import Census
from broadcast.model.contact import Contact

Place = tuple[str, Contact]  # an audience and one of its people


class Known:
    """The people of a plan so far. Only who may come up again is kept: of a million people hardly anybody."""

    def __init__(self, census: Census) -> None:
        self._census = census
        self._seen: set[str] = set()

    def has(self, audience: str, contact: Contact) -> bool:
        """Whether one of the addresses is planned for, or the id in that audience."""
        return bool(self._seen) and any(
            mark in self._seen for mark in (*_addresses(contact), _place(audience, contact))
        )

    def add(self, audience: str, contact: Contact) -> Contact:
        """Note somebody new; the contact, with an id of its own where another audience has that id.

        Two lists may both count from 1: the same id without a common address is two people.
        """
        if self._census.unique:
            return contact
        if _id(contact) in self._seen:
            best = (contact.email or contact.phone or audience).lower()
            contact = replace(contact, id=f"{contact.id}+{hashlib.sha256(best.encode()).hexdigest()[:6]}")
        self._note((_place(audience, contact), _id(contact)))
        return contact

    def add_addresses(self, contact: Contact) -> None:
        """Note that nobody else is to be told at these addresses."""
        if not self._census.unique:
            self._note(_addresses(contact))

    def _note(self, marks: Sequence[str]) -> None:
        self._seen.update(mark for mark in marks if self._census.repeats(mark))


def census(places: Iterator[Place]) -> Census:
    """What the people have in common."""
    counted = Census()
    for audience, contact in places:
        for mark in (*_addresses(contact), _place(audience, contact), _id(contact)):
            counted.count(mark)
    return counted


def _addresses(contact: Contact) -> Sequence[str]:
    return [address.lower() for address in (contact.phone, contact.email) if address]


def _id(contact: Contact) -> str:
    return f"id:{contact.id}"


def _place(audience: str, contact: Contact) -> str:
    return f"id:{contact.id}@{audience}"
