"""Callers in the contacts files of an audience, kept in memory by their phone number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from broadcast.contacts.book import read_contacts
from broadcast.errors import ConfigError
from broadcast.model.caller_context import FIELDS, CallerContext, caller_context
from broadcast.model.contact import Contact

_VIP = "vip"


class ContactList:
    """The people with a phone number.

    Further columns of the file are `vip`, `order`, `order_state` and `ticket`; a member of the group `vip` is
    one, too.
    """

    name = "contacts"
    timeout = 1.0

    def __init__(self, paths: Sequence[Path], region: str) -> None:
        self._paths = tuple(paths)
        self._region = region
        self._people: Mapping[str, CallerContext] = {}
        self._read: tuple[object, ...] = ()

    @property
    def people(self) -> int:
        """How many people with a phone number are known."""
        return len(self._people)

    def refresh(self) -> str:
        """Read the files again if one has changed; a file that cannot be read changes nothing."""
        state = tuple(map(_state, self._paths))
        if state == self._read:
            return ""
        self._read = state
        try:
            book = read_contacts(self._paths, self._region)
        except ConfigError as error:
            return str(error)
        self._people = dict(_by_number(book.contacts))
        return ""

    def known(self, number: str) -> CallerContext | None:
        """Return the person with this number."""
        return self._people.get(number)

    async def find(self, number: str) -> CallerContext | None:
        """Return the person with this number."""
        return self.known(number)

    async def close(self) -> None:
        """Do nothing: no connection is open."""


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _by_number(people: Iterable[Contact]) -> Iterator[tuple[str, CallerContext]]:
    """Yield each number with what is known of it; of several people with one number, only what they share."""
    found: dict[str, CallerContext | None] = {}
    for person in people:
        context = _context(person)
        if person.phone is None or context is None:
            continue
        before = found.get(person.phone, context)
        found[person.phone] = context if before == context else _shared(before, context)
    yield from ((number, context) for number, context in found.items() if context)


def _shared(one: CallerContext | None, other: CallerContext) -> CallerContext | None:
    same = one is not None and one.locale == other.locale and other.locale
    return CallerContext(locale=other.locale) if same else None


def _context(person: Contact) -> CallerContext | None:
    extra = {name: value for name, value in person.extra if name in FIELDS}
    groups = {group.casefold() for group in person.groups}
    own = {"locale": person.locale or "", "name": person.name}
    vip = {"vip": "true"} if _VIP in groups else {}
    return caller_context({**extra, **own, **vip}, {})
