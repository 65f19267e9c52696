"""What a list from another system would change in a contacts file. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from broadcast.contacts.address import Unusable
from broadcast.contacts.columns import Columns, field_of, read_columns
from broadcast.contacts.csv_file import SheetRow
from broadcast.contacts.identifiers import Identifiers
from broadcast.contacts.incoming.listing import ListFault, Listing
from broadcast.contacts.people_table import HEADER, Merging, PeopleTable, PersonChange
from broadcast.contacts.rows import clean, identifiers_of, read_row
from broadcast.errors import BroadcastError, ConfigError, Refused, UsageError
from broadcast.model.contact import Contact
from broadcast.model.counted import counted

_SHARE, _FEW = 0.2, 5  # the share of people in the file that a list may remove without confirmation
_ONE_EACH = "one number and one mailbox are kept for a person; put another one first to take it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The file as it would become, and the changes. `kept` counts people who are not in the list.

    `merged` are rows about a person of an earlier row of the list, `remarks` are values that were not taken,
    and `ignored` the fields for which a contacts file has no column.
    """

    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    before: int
    read: int
    added: tuple[PersonChange, ...]
    changed: tuple[PersonChange, ...]
    removed: tuple[PersonChange, ...]
    merged: tuple[Merging, ...]
    kept: int
    rejected: tuple[ListFault, ...]
    remarks: tuple[ListFault, ...]
    ignored: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether the file would stay as it is."""
        return not (self.added or self.changed or self.removed)


def refuse_removals(found: Difference, most: int | None) -> BroadcastError | None:
    """Return why a list must not replace the file; None if it may. `most` is how many people it may remove.

    If a list is incomplete or wrong, missing people have not left. Without `most` the limit is a fifth, as in
    Okta's import safeguard; a small file may lose five people, but never everybody.
    """
    if found.rejected:
        rows = counted(len(found.rejected), "row was", "rows were")
        return ConfigError(
            f"{rows} rejected, and --replace might remove these people; nothing was written",
            hint="correct the list, or leave out --replace",
        )
    if not found.read:
        return UsageError(
            "the list has no people, so --replace would remove everybody; nothing was written",
            hint="check the source of the list",
        )
    usual = min(max(_FEW, int(found.before * _SHARE)), max(found.before - 1, 0))
    allowed = usual if most is None else most
    if len(found.removed) > allowed:
        return Refused(
            f"--replace would remove {len(found.removed):,} of {found.before:,} people, "
            f"more than {allowed:,}; nothing was written",
            hint=f"check that the list is complete; if it is, add --max-removed {len(found.removed)}",
        )
    return None


@dataclass(frozen=True, slots=True)
class _Read:
    """One usable row of the list."""

    line: int
    identifiers: Identifiers
    values: Mapping[str, str]


def compare(
    header: Sequence[str], rows: Sequence[SheetRow], listed: Listing, region: str, *, replace: bool
) -> Difference:
    """Return what `listed` would change in a file with that header and those rows; other cells stay.

    `Identifiers.match` decides whether two rows are about one person. An empty cell of the list changes
    nothing. With `replace`, people who are not in the list are removed.
    """
    table = PeopleTable(header or HEADER, rows, region)
    columns = read_columns(listed.header)
    rejected, remarks = list(listed.faults), list(listed.remarks)
    people = list(_read(listed, columns, region, rejected, remarks))
    conflicting = _conflicting(people, listed.unit)
    rejected += conflicting.values()
    _take(table, [person for person in people if person.line not in conflicting], listed.unit)
    rejected += table.rejected
    unnamed = [place for place in range(len(rows)) if place not in table.named]
    gone = set(unnamed) if replace else set()
    added = sorted(table.added, key=lambda place: table.added[place].line)  # in the order of the list
    stay = [place for place in range(len(rows)) if place not in gone]
    return Difference(
        header=tuple(table.header),
        rows=[table.cells[place] for place in (*stay, *added)],
        before=len(rows),
        read=len(people),
        added=tuple(table.added[place] for place in added),
        changed=tuple(table.changed.values()),
        removed=tuple(PersonChange(table.label(place), rows[place].line) for place in sorted(gone)),
        merged=tuple(table.merged),
        kept=len(unnamed) - len(gone),
        rejected=tuple(sorted(rejected, key=lambda fault: fault.line)),
        remarks=tuple(sorted((*remarks, *table.remarks), key=lambda fault: fault.line)),
        ignored=(*listed.ignored, *columns.warnings),
    )


def _take(table: PeopleTable, people: Sequence[_Read], unit: str) -> None:
    """Take the surest rows first, so that a list which is brought in again changes nothing more."""
    with_id = [person for person in people if person.identifiers.id]
    without = [person for person in people if not person.identifiers.id]
    for group in (with_id, without):
        for person in sorted(group, key=lambda person: table.rank(person.identifiers, person.values)):
            table.take(person.identifiers, person.values, person.line, unit)


def _read(
    listed: Listing, columns: Columns, region: str, rejected: list[ListFault], remarks: list[ListFault]
) -> Iterator[_Read]:
    for row in listed.rows:
        try:
            reading = read_row(row.cells, columns, region)
        except Unusable as unusable:
            rejected.append(ListFault(row.line, str(unusable), unusable.hint))
            continue
        identifiers = identifiers_of(row.cells, columns, region)
        remarks.extend(ListFault(row.line, warning, "") for warning in reading.warnings)
        further = len(identifiers.phones | identifiers.emails) - len(set(_used(reading.contact)))
        if further > 0:
            what = "a further address is" if further == 1 else f"{further} further addresses are"
            remarks.append(ListFault(row.line, f"{what} not taken", _ONE_EACH))
        yield _Read(
            row.line, _taken(identifiers, reading.contact), _values(reading.contact, row, listed.header)
        )


def _used(contact: Contact) -> Iterator[str]:
    return (address for address in (contact.phone, contact.email) if address)


def _taken(identifiers: Identifiers, contact: Contact) -> Identifiers:
    """Return the identifiers without the addresses that are not taken."""
    email = (contact.email or "").lower()
    phones = frozenset({contact.phone} if contact.phone else ())
    return Identifiers(identifiers.id, identifiers.name, phones, frozenset({email} if email else ()))


def _conflicting(people: Sequence[_Read], unit: str) -> dict[int, ListFault]:
    """Return the rows that have one id and are about two people: its owner is unclear, so none is taken."""
    by_id: dict[str, list[_Read]] = defaultdict(list)
    for person in people:
        if person.identifiers.id:
            by_id[person.identifiers.id].append(person)
    found = {}
    for id, same in by_id.items():
        if _two_people(same):
            named = "; ".join(f"{unit} {each.line}: {each.identifiers.name or 'nameless'}" for each in same)
            reason = f"the id {id} stands for more than one person ({named})"
            found.update(
                {each.line: ListFault(each.line, reason, "give each an id of their own") for each in same}
            )
    return found


def _two_people(same: Sequence[_Read]) -> bool:
    """Return whether rows with one id are about several people: other names, or other addresses."""
    names = {person.identifiers.folded for person in same}
    if len(names - {""}) > 1:
        return True
    phones = {person.identifiers.phones for person in same} - {frozenset()}
    emails = {person.identifiers.emails for person in same} - {frozenset()}
    return "" in names and (len(phones) > 1 or len(emails) > 1)


def _values(contact: Contact, row: SheetRow, header: Sequence[str]) -> dict[str, str]:
    """Return the values of a row of the list, by our own columns, else by its own headers."""
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
