"""Find the rows of contacts files that may be about a person, and unreadable rows that mention them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from broadcast.contacts.address import Unusable
from broadcast.contacts.columns import Columns, read_columns
from broadcast.contacts.csv_file import MalformedRow, Sheet, SheetRow, open_sheet
from broadcast.contacts.identifiers import Identifiers
from broadcast.contacts.merge import DERIVED_ID, named
from broadcast.contacts.rows import clean, identifiers_of, read_row
from broadcast.model.contact import Contact
from broadcast.model.ids import base_id

_NO_DIGITS = re.compile(r"\D+")
_CELL_END = re.compile(r'[,;|"\t\r\n]+')
_TAIL = 7  # digits at the end of a number that are the same in every spelling


@dataclass(frozen=True, slots=True)
class ListedRow:
    """A row with its contact, all addresses in it, and its cells by header."""

    line: int
    contact: Contact
    identifiers: Identifiers
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RejectedText:
    """A row that cannot be read as a contact but mentions the person."""

    line: int
    reason: str


@dataclass(frozen=True)
class SearchTerms:
    """Search terms for a person: ids, numbers in E.164 and mailboxes in lower case.

    Rows that cannot be read are searched as text: for the addresses, the `names`, and the ids of the person
    in the audience of the file (`own_ids`).
    """

    ids: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    own_ids: frozenset[str] = frozenset()

    def touches(self, identifiers: Identifiers) -> bool:
        """Return whether these identifiers have one of the ids or addresses."""
        return base_id(identifiers.id) in self.ids or not self.addresses.isdisjoint(
            identifiers.phones | identifiers.emails
        )

    def may_touch(self, text: str) -> bool:
        """Return whether a row with this text must be read: it may have an id, an address or a name."""
        derived = any(map(DERIVED_ID.fullmatch, self.ids))  # such an id is in no cell
        return derived or self._mentions(text, self.ids)

    def mentions(self, text: str) -> bool:
        """Return whether the text of an unreadable row mentions the person."""
        return self._mentions(text, self.own_ids)

    def _mentions(self, text: str, ids: frozenset[str]) -> bool:
        folded = unicodedata.normalize("NFKC", text).casefold()
        digits = _NO_DIGITS.sub("", folded)
        parts = ((*address.partition("@")[:2],) for address in self.addresses)
        if any(f"{local}@" in folded if at else local[-_TAIL:] in digits for local, at in parts):
            return True
        cells = {base_id(cell.strip()) for cell in _CELL_END.split(text)}
        return not ids.isdisjoint(cells) or any(_has_words(folded, name) for name in self.names)


def rows_about(path: Path, region: str, terms: SearchTerms) -> Iterator[ListedRow | RejectedText]:
    """Yield every row with one of the ids or addresses; raises `ConfigError` if the file is damaged."""
    sheet = open_sheet(path)
    columns = read_columns(sheet.header)
    for row in sheet.rows():
        if isinstance(row, MalformedRow):
            if terms.mentions(_raw(sheet, row)):
                yield RejectedText(row.line, "a quotation mark in a cell is not closed")
        elif found := _row_about(sheet, row, columns, region, terms):
            yield found


def mentioned_in(path: Path, terms: SearchTerms) -> bool:
    """Return whether a file, read as text line by line, mentions the person."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        return any(map(terms.mentions, lines))


def _row_about(
    sheet: Sheet, row: SheetRow, columns: Columns, region: str, terms: SearchTerms
) -> ListedRow | RejectedText | None:
    text = "\n".join(map(clean, row.cells))
    if not terms.may_touch(text):
        return None
    try:
        contact = named(read_row(row.cells, columns, region).contact)
    except Unusable as unusable:
        return RejectedText(row.line, str(unusable)) if terms.mentions(text) else None
    identifiers = replace(identifiers_of(row.cells, columns, region), id=contact.id)
    if not terms.touches(identifiers):
        return None
    cells = zip(sheet.header, map(clean, row.cells), strict=False)
    return ListedRow(
        row.line, contact, identifiers, tuple((name.strip(), cell) for name, cell in cells if cell)
    )


def _raw(sheet: Sheet, malformed: MalformedRow) -> str:
    with sheet.path.open(encoding=sheet.encoding, newline="") as stream:
        return "".join(islice(stream, malformed.line - 1, malformed.last))


def _has_words(text: str, name: str) -> bool:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return folded in text and re.search(rf"(?<!\w){re.escape(folded)}(?!\w)", text) is not None
