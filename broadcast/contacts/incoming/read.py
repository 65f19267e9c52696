"""Recognise the form of a list and read it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from broadcast.contacts.columns import read_columns
from broadcast.contacts.csv_file import SheetRow, lines_of, open_sheet
from broadcast.contacts.incoming.ldif import read_ldif
from broadcast.contacts.incoming.listing import Gathered, ListFault, Listing, decoded
from broadcast.contacts.incoming.subscribers import read_json, statuspage_row
from broadcast.contacts.incoming.vcard import read_vcards
from broadcast.errors import UsageError

LARGEST = 256 * 1024 * 1024  # bytes
_MOST_LINES = 5_000_000
_ADDRESS = re.compile(r"@|://|\d{5}")
_KINDS = frozenset({"email", "sms", "webhook", "slack"})  # the first cell of rows in Statuspage's CSV


class ListForm(StrEnum):
    """The form of a list of people; markup arrives instead of a list if a sign-in is needed."""

    CSV = "csv"
    VCARD = "vcard"
    LDIF = "ldif"
    JSON = "json"
    MARKUP = "markup"


def needs_all(start: bytes) -> bool:
    """Return whether a list with this start must be read as a whole; a table is read row by row."""
    return _form(start) is not ListForm.CSV


def read_incoming(path: Path | None, data: bytes, name: str) -> Listing:
    """Read the list in `data`, in any known form; raises `UsageError` and `ConfigError`.

    `path` is its file, None for standard input.
    """
    if len(data) > LARGEST:
        raise UsageError(f"{name} is larger than 256 MiB", hint="split it")
    if data.count(b"\n") > _MOST_LINES:
        raise UsageError(f"{name} has more than {_MOST_LINES:,} lines", hint="split it, or leave photos out")
    match _form(data):
        case ListForm.VCARD:
            return read_vcards(decoded(data, name))
        case ListForm.LDIF:
            return read_ldif(decoded(data, name))
        case ListForm.JSON:
            return read_json(decoded(data, name), name)
        case ListForm.MARKUP:
            raise UsageError(
                f"{name} is a web page or XML, not a list of people",
                hint="it may be a sign-in page; download the list again and look into the file",
            )
        case _ if path is None:
            raise UsageError(f"{name} is neither JSON nor vCard nor LDIF", hint="name a CSV file by its path")
        case _:
            return _read_sheet(path)


def _form(data: bytes) -> ListForm:
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n").lower()
    if start.startswith((b"[", b"{")):
        return ListForm.JSON
    if start.startswith(b"<"):
        return ListForm.MARKUP
    if start.startswith(b"begin:vcard"):
        return ListForm.VCARD
    without_comments = b"\n".join(line for line in start.splitlines() if not line.startswith(b"#"))
    return ListForm.LDIF if without_comments.lstrip().startswith((b"dn:", b"version:")) else ListForm.CSV


def _read_sheet(path: Path) -> Listing:
    sheet = open_sheet(path)
    columns = read_columns(sheet.header)
    kind, address, *_ = [*(cell.strip().lower() for cell in sheet.header), "", ""]
    if kind in _KINDS and _ADDRESS.search(address):
        return _read_statuspage(path, sheet.encoding, sheet.delimiter)
    if not (columns.phone or columns.email):
        raise UsageError(
            f"{path.name} has no column of phone numbers or e-mail addresses in its first line",
            hint='name one "email" or "phone" there: id,name,email,phone,locale',
        )
    rows, faults = [], []
    for row in sheet.rows():
        if isinstance(row, SheetRow):
            rows.append(row)
        else:
            reason = "a quotation mark in a cell is not closed"
            faults.append(ListFault(row.line, reason, 'write a quotation mark inside a cell twice ("")'))
    return Listing(header=sheet.header, rows=rows, faults=faults)


def _read_statuspage(path: Path, encoding: str, delimiter: str) -> Listing:
    """Read Statuspage's subscribers, without a header: a type, an address, for numbers a country."""
    found = Gathered()
    for line, cells in _cells(path, encoding, delimiter):
        try:
            found.records.append((line, statuspage_row(*[*cells, "", ""][:3])))
        except ValueError as wrong:
            found.faults.append(ListFault(line, str(wrong), "only people are told"))
    return found.listing()


def _cells(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(lines_of(stream, path), delimiter=delimiter, skipinitialspace=True)
        yield from ((reader.line_num, [cell.strip() for cell in cells]) for cells in reader if any(cells))
