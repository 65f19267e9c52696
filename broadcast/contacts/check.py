"""The counts of a book, for people who check it before an incident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from broadcast.contacts.book import Book
from broadcast.contacts.permission import Permission
from broadcast.model.channel import Capabilities, missing
from broadcast.model.contact import AddressKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Counts of a book; each mapping is sorted by count.

    `locales` has "" for people without one. `lone` counts people with a single address: if its channel fails,
    they cannot be reached. `barred` counts what is not used, by reason (`email opted out`), and
    `unreachable` the people without a channel, by the address that they lack.
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
    barred: Mapping[str, int]
    unreachable: Mapping[str, int]


def summarise(book: Book, permission: Permission, able: Sequence[Capabilities] = ()) -> Summary:
    """Return the counts of `book`, without what is barred; `able` are the channels of its audience."""
    lone = 0
    addresses: Counter[AddressKind] = Counter()
    locales: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    barred: Counter[str] = Counter()
    unreachable: Counter[str] = Counter()
    for person in map(permission.permit, book.contacts):
        kinds = [kind for kind in AddressKind if person.address(kind)]
        lone += len(kinds) == 1
        addresses.update(kinds)
        locales[person.locale or ""] += 1
        groups.update(person.groups)
        barred.update(map(str, person.barred))
        if not person.barred and (lacking := missing(person, able)):
            unreachable[lacking] += 1
    return Summary(
        rows=book.rows,
        contacts=len(book.contacts),
        rejected=len(book.rejected),
        merged=len(book.merged),
        lone=lone,
        addresses={kind: addresses[kind] for kind in AddressKind},
        locales=_most_first(locales),
        groups=_most_first(groups),
        columns=book.columns,
        barred=_most_first(barred),
        unreachable=_most_first(unreachable),
    )


def _most_first(counted: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))
