"""The contacts of an audience: read from files, cleaned and merged, with a result for every row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from broadcast.contacts.address import Unusable
from broadcast.contacts.columns import Columns, read_columns
from broadcast.contacts.csv_file import MalformedRow, Sheet, SheetRow, open_sheet
from broadcast.contacts.merge import ContactEntry, Entries, MergedPeople, MergedRow, merge
from broadcast.contacts.rows import read_row
from broadcast.errors import ConfigError
from broadcast.model.contact import Contact
from broadcast.model.counted import counted
from broadcast.model.text import printable

#: The place of subscribers in messages about rows; it is no file.
_SUBSCRIBERS = Path("subscribers")
_DIGITS = 6  # a header cell with that many digits is a phone number


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row without a usable address: its place, the reason, and how to correct it."""

    path: Path
    line: int
    reason: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The contacts, and the result of every other row.

    Each row of the files is one contact, one merged row or one rejected row. `columns` are the other columns,
    which templates know as `contact.<column>`.
    """

    contacts: MergedPeople = field(default_factory=MergedPeople)
    rejected: tuple[RejectedRow, ...] = ()
    merged: tuple[MergedRow, ...] = ()
    warnings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The number of rows read."""
        return len(self.contacts) + len(self.rejected) + len(self.merged)


@dataclass(slots=True)
class _Findings:
    entries: Entries = field(default_factory=Entries)
    rejected: list[RejectedRow] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    columns: dict[str, None] = field(default_factory=dict)


def read_contacts(paths: Sequence[Path], region: str, subscribers: Iterable[Contact] = ()) -> Book:
    """Read everybody in the CSV files at `paths`; numbers without a country code belong to `region`.

    `subscribers` come after them, each a row without a file.
    Raises `ConfigError` if a file is missing, empty, not a text, or has no column with addresses.
    """
    findings = _Findings()
    for path in dict.fromkeys(paths):
        _read_file(path, region, findings)
    for number, contact in enumerate(subscribers, start=1):
        findings.entries.add(_SUBSCRIBERS, number, contact)
    merged = merge(findings.entries)
    findings.warnings.extend(_sharing(merged.sharing))
    return Book(
        contacts=merged.contacts,
        rejected=tuple(findings.rejected),
        merged=merged.rows,
        warnings=tuple(findings.warnings),
        columns=tuple(findings.columns),
    )


def _read_file(path: Path, region: str, findings: _Findings) -> None:
    sheet = open_sheet(path)
    columns = read_columns(sheet.header)
    _require_addresses(sheet, columns)
    findings.columns.update(dict.fromkeys(name for name, _ in columns.extra))
    findings.warnings.extend(printable(f"{path.name}: {warning}") for warning in columns.warnings)
    restored: list[int] = []
    rows = 0
    for row in sheet.rows():
        rows += 1
        if isinstance(row, MalformedRow):
            findings.rejected.append(_malformed(path, row))
        elif _read_row(path, row, columns, region, findings):
            restored.append(row.line)
    if restored:
        lost = f"{counted(len(restored), 'row')} lost the first 0 or + of a phone number"
        findings.warnings.append(f"{path.name}:{restored[0]}: {lost}; it was put back")
    if not rows:
        findings.warnings.append(f"{path.name}: there is no row below the header")


def _read_row(path: Path, row: SheetRow, columns: Columns, region: str, findings: _Findings) -> bool:
    """Note the contact in the row; return whether its phone number was restored."""
    try:
        reading = read_row(row.cells, columns, region)
    except Unusable as unusable:
        findings.rejected.append(RejectedRow(path, row.line, str(unusable), unusable.hint))
        return False
    findings.entries.add(path, row.line, reading.contact)
    findings.warnings.extend(f"{path.name}:{row.line}: {warning}" for warning in reading.warnings)
    return reading.restored


def _require_addresses(sheet: Sheet, columns: Columns) -> None:
    if columns.phone or columns.email:
        return
    where = f"{sheet.path}:{sheet.header_line}"
    if any("@" in name or sum(map(str.isdigit, name)) >= _DIGITS for name in sheet.header):
        raise ConfigError(
            f"{where}: the first line is not a header",
            hint="name the columns there: id,name,email,phone,locale",
        )
    named = ", ".join(f'"{printable(name.strip())}"' for name in sheet.header)
    raise ConfigError(
        f"{where}: no column holds phone numbers or e-mail addresses; there are {named}",
        hint='name one "email" or "phone" (E-Mail, Telefon, Handy, ... are known too)',
    )


def _malformed(path: Path, malformed: MalformedRow) -> RejectedRow:
    span = f"lines {malformed.line} to {malformed.last}: " if malformed.last > malformed.line else ""
    return RejectedRow(
        path,
        malformed.line,
        f"{span}a quotation mark in a cell is not closed",
        'write a quotation mark inside a cell twice ("")',
    )


def _sharing(entries: Sequence[ContactEntry]) -> Iterator[str]:
    if entries:
        first = entries[0]
        shares = "shares" if len(entries) == 1 else "share"
        yield (
            f"{first.path.name}:{first.line}: {counted(len(entries), 'row')} {shares} an id or an address "
            "with another person; everybody stays a contact, and an address gets each notice once"
        )
