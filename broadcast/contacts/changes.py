"""What a list from elsewhere would change in a contacts file. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from broadcast.contacts.address import Unusable
from broadcast.contacts.columns import Columns, field_of, read_columns, variable_name
from broadcast.contacts.incoming.listing import Fault, Listing
from broadcast.contacts.rows import clean, read_row
from broadcast.contacts.sheet import Row
from broadcast.contacts.typed import read_address
from broadcast.model.contact import Contact

HEADER = ("id", "name", "email", "phone", "locale", "groups")


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one person; `columns` are those that get another value."""

    person: str
    line: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """The file as it would be, and how it differs. `kept` counts those whom the list does not name."""

    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    added: tuple[Change, ...]
    changed: tuple[Change, ...]
    removed: tuple[Change, ...]
    kept: int
    rejected: tuple[Fault, ...]

    @property
    def nothing(self) -> bool:
        """Whether the file would stay as it is."""
        return not (self.added or self.changed or self.removed)


def compare(
    header: Sequence[str], rows: Sequence[Row], listed: Listing, region: str, *, replace: bool
) -> Difference:
    """What `listed` would change in a file of that header and those rows; every other cell stays as it is.

    Somebody is recognised by their id, else by their number, else by their mailbox. What the list leaves
    empty stays. With `replace`, whom the list does not name is removed.
    """
    table = _Table(header or HEADER, rows, region)
    columns = read_columns(listed.header)
    rejected = list(listed.faults)
    for row in listed.rows:
        try:
            contact = read_row(row.cells, columns, region).contact
        except Unusable as unusable:
            rejected.append(Fault(row.line, str(unusable), unusable.hint))
        else:
            table.take(contact, _values(contact, row, listed.header), row.line)
    unnamed = [place for place in range(len(rows)) if place not in table.named]
    gone = set(unnamed) if replace else set()
    return Difference(
        header=tuple(table.header),
        rows=[cells for place, cells in enumerate(table.cells) if place not in gone],
        added=tuple(table.added.values()),
        changed=tuple(table.changed.values()),
        removed=tuple(Change(table.label(place), rows[place].line) for place in sorted(gone)),
        kept=len(unnamed) - len(gone),
        rejected=tuple(sorted(rejected, key=lambda fault: fault.line)),
    )


def _values(contact: Contact, row: Row, header: Sequence[str]) -> dict[str, str]:
    """What a row of the list says, by our own columns, else by its own headers."""
    ours = {
        "id": contact.id,
        "name": contact.name,
        "email": contact.email or "",
        "phone": contact.phone or "",
        "locale": contact.locale or "",
        "groups": ";".join(contact.groups),
    }
    others = {
        name.strip(): clean(cell)
        for name, cell in zip(header, row.cells, strict=False)
        if name.strip() and field_of(name) is None
    }
    return {name: value for name, value in (ours | others).items() if value}


class _Table:
    """A contacts file being changed, cell by cell."""

    def __init__(self, header: Sequence[str], rows: Sequence[Row], region: str) -> None:
        self.header = list(header)
        self.cells = [list(row.cells) for row in rows]
        self.named: set[int] = set()
        self.added: dict[int, Change] = {}
        self.changed: dict[int, Change] = {}
        self._known: list[Contact | None] = []
        self._places: dict[tuple[str, str], int] = {}
        columns = read_columns(self.header)
        self._positions = _positions(self.header, columns)
        self._whole_names = bool(columns.name) or not columns.last
        self._surname = columns.last[:1]
        self._addresses = {"phone": columns.phone, "email": columns.email}
        self._region = region
        for place, row in enumerate(rows):
            contact = _contact(row, columns, region)
            self._known.append(contact)
            if contact:
                self._note(contact, place)

    def take(self, contact: Contact, values: Mapping[str, str], line: int) -> None:
        """Let a row of the list change the person it is about, or add them."""
        marks = (self._places.get(mark) for mark in _marks(contact))
        place = next((place for place in marks if place is not None), None)
        if place is None:
            place = len(self.cells)
            self.cells.append([""] * len(self.header))
            self._known.append(None)
            self.added[place] = Change(_label(contact), line)
        different = [name for name, value in values.items() if self._set(place, name, value)]
        if different and place not in self.added:
            before = self.changed.get(place)
            columns = dict.fromkeys([*(before.columns if before else ()), *different])
            self.changed[place] = Change(_label(contact), line, tuple(columns))
        self._note(contact, place)
        self.named.add(place)

    def label(self, place: int) -> str:
        """What the person in that row is called."""
        known = self._known[place]
        return _label(known) if known else "a row without a usable address"

    def _note(self, contact: Contact, place: int) -> None:
        for mark in _marks(contact):
            self._places.setdefault(mark, place)

    def _set(self, place: int, name: str, value: str) -> bool:
        """Give a cell another value; whether it is another one."""
        known = self._known[place]
        if known and (_same(known, name, value) or self._has(place, name, value)):
            return False
        position = self._position(name)
        cells = self.cells[place]
        if cells[position] == value:
            return False
        cells[position] = value
        return True

    def _has(self, place: int, name: str, address: str) -> bool:
        """Whether it stands in another cell of theirs: a second number, say."""
        cells = (clean(self.cells[place][position]) for position in self._addresses.get(name, ()))
        return any(_reads(cell, address, self._region) for cell in cells if cell)

    def _position(self, name: str) -> int:
        if name == "name" and not self._whole_names:
            return self._surname[0]
        key = name if name in HEADER else variable_name(name)
        if key not in self._positions:
            self._positions[key] = len(self.header)
            self.header.append(name)
            for cells in self.cells:
                cells.append("")
        return self._positions[key]


def _positions(header: Sequence[str], columns: Columns) -> dict[str, int]:
    found = {variable_name(name): place for place, name in reversed(list(enumerate(header)))}
    ours = {name: getattr(columns, name) for name in HEADER}
    return found | {name: places[0] for name, places in ours.items() if places}


def _contact(row: Row, columns: Columns, region: str) -> Contact | None:
    try:
        return read_row(row.cells, columns, region).contact
    except Unusable:
        return None


def _reads(cell: str, address: str, region: str) -> bool:
    try:
        return read_address(cell, region).value.lower() == address.lower()
    except Unusable:
        return False


def _same(known: Contact, name: str, value: str) -> bool:
    match name:
        case "email":
            return value.lower() == (known.email or "").lower()
        case "groups":
            return value == ";".join(known.groups)
        case "id" | "name" | "phone" | "locale":
            return value == (getattr(known, name) or "")
        case _:
            return False


def _marks(contact: Contact) -> Iterator[tuple[str, str]]:
    for kind, value in (("id", contact.id), ("phone", contact.phone), ("email", contact.email)):
        if value:
            yield kind, value.lower()


def _label(contact: Contact) -> str:
    return contact.name or contact.id or "nameless"
