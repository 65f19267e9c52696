"""What a book comes to, for people who check it before it is needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from broadcast.contacts.book import Book
from broadcast.model.contact import AddressKind


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of a book, each mapping sorted by how many.

    `locales` has "" for people without one. `lone` counts people with a single address: where its
    channel fails, nothing is left for them.
    """

    rows: int
    contacts: int
    rejected: int
    merged: int
    lone: int
    addresses: Mapping[AddressKind, int]
    locales: Mapping[str, int]
    groups: Mapping[str, int]
    columns: tuple[str, ...]


def summarise(book: Book) -> Summary:
    """The counts of `book`."""
    people = book.contacts
    return Summary(
        rows=book.rows,
        contacts=len(people),
        rejected=len(book.rejected),
        merged=len(book.merged),
        lone=sum(1 for person in people if not (person.phone and person.email)),
        addresses={kind: sum(1 for person in people if person.address(kind)) for kind in AddressKind},
        locales=_counted(person.locale or "" for person in people),
        groups=_counted(group for person in people for group in person.groups),
        columns=book.columns,
    )


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))
