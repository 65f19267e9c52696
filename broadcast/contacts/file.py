"""A contacts file as a whole: read it unchanged, and write it in one step or not at all."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from broadcast.config.atomic_file import write_atomically
from broadcast.contacts.columns import field_of
from broadcast.contacts.csv_file import SheetRow, open_sheet
from broadcast.errors import ConfigError, Refused

#: A cell that a spreadsheet reads as a formula (OWASP, CSV injection), full-width signs too. One that splits
#: rows at another delimiter than ours finds such cells behind any delimiter.
_FORMULA = re.compile(r"(^|[;,|\t\r\n])(\s*)(?=([-=+@\uff0b\uff0d\uff1d\uff20][^;,|\t\r\n]*))")
_NUMBER = re.compile(r"[+-]?[\d ()/.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactsFile:
    """The header and the rows of a file, and what shows whether another program changed it since."""

    path: Path
    header: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    delimiter: str
    digest: str


def read_file(path: Path) -> ContactsFile:
    """Read the file at `path`, empty if there is none; raises `ConfigError` if it is damaged."""
    if not path.exists():
        return ContactsFile(path=path, header=(), rows=(), delimiter=",", digest="")
    sheet = open_sheet(path)
    if not any(field_of(name) for name in sheet.header):
        raise ConfigError(
            f"{path} has no column of a contacts file, so it is not overwritten",
            hint="name a CSV file with columns like id, name, email or phone, or a new file",
        )
    rows = []
    for row in sheet.rows():
        if not isinstance(row, SheetRow) or len(row.cells) < len(sheet.header):
            raise ConfigError(
                f"{path}:{row.line}: this row cannot be split into cells, so the file cannot be rewritten",
                hint="`broadcast contacts check` says what is wrong with it; nothing was changed",
            )
        rows.append(SheetRow(row.line, row.cells[: len(sheet.header)]))
    return ContactsFile(
        path=path, header=sheet.header, rows=tuple(rows), delimiter=sheet.delimiter, digest=_digest(path)
    )


def write_file(before: ContactsFile, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write these rows, readable by this user alone; raises `Refused` if the file was changed meanwhile."""
    path = before.path.resolve()
    if _digest(path) != before.digest:
        raise Refused(f"{path} was changed meanwhile", hint="nothing was written; run it again")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, _spelled(header, rows, before.delimiter).encode())
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}",
            hint="it is as it was; check the folder's permissions and the space left on the disk",
        ) from None


def unfinished_files(path: Path) -> list[Path]:
    """Return new files that had not replaced `path` yet when the program was killed."""
    return sorted(file for file in path.parent.glob(f".{path.name}.*") if file.is_file())


def harmless(cell: str) -> str:
    """Return a cell that spreadsheets do not read as a formula; readers remove the apostrophe.

    A phone number that begins with + is not a formula.
    """
    return cell if _NUMBER.fullmatch(cell) else _FORMULA.sub(_as_text, cell)


def _as_text(found: re.Match[str]) -> str:
    number = found[1] and _NUMBER.fullmatch(found[3])
    return found[0] if number else f"{found[0]}'"


def _spelled(header: Sequence[str], rows: Sequence[Sequence[str]], delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    writer.writerow(map(harmless, header))
    writer.writerows([harmless(cell) for cell in cells] for cells in rows)
    return text.getvalue()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
