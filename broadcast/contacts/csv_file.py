"""Read a CSV file row by row, in any encoding and with any delimiter."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO

from broadcast.contacts.columns import field_of
from broadcast.contacts.encoding import encoding_of
from broadcast.errors import ConfigError

_DELIMITERS = (",", ";", "\t", "|")
_LARGEST = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
_HEADER_LINES = 20
_LONGEST_LINE = 1024 * 1024  # characters; a cell may have 128 KiB
_BLANK_LINES = 2_000_000  # blank lines in a row; a sheet of Excel has about half as many rows
_BLANK = ' \t\r\n,;|"'
_FORMATS = {
    b"PK\x03\x04": "an Excel or OpenDocument file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
}
_EXPORT = "export it as CSV, UTF-8"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row and its first physical line."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """Lines with unbalanced quotation marks, so that the end of a cell is unclear."""

    line: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file with a header; `rows` reads the rest of it again each time."""

    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]
    header_line: int

    def rows(self) -> Iterator[SheetRow | MalformedRow]:
        """Yield every row below the header that is not blank, in order."""
        with self.path.open(encoding=self.encoding, newline="") as stream:
            try:
                yield from _rows(stream, self)
            except UnicodeDecodeError:
                raise ConfigError(f"{self.path} is not text all through", hint=_EXPORT) from None


def open_sheet(path: Path) -> Sheet:
    """Open the file at `path`; raises `ConfigError` if it is not a CSV file."""
    try:
        _check_file(path)
        encoding = _encoding(path)
        with path.open(encoding=encoding, newline="") as stream:
            lines = list(islice(lines_of(stream, path), _HEADER_LINES))
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read: {error.strerror}", hint="check the path and its permissions"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not text all through", hint=_EXPORT) from None
    return _with_header(path, encoding, lines)


def lines_of(stream: IO[str], path: Path) -> Iterator[str]:
    """Yield every line; raises `ConfigError` for files that would take minutes, or all memory, to read."""
    blank = 0
    for number, line in enumerate(iter(partial(stream.readline, _LONGEST_LINE), ""), 1):
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):
            raise ConfigError(f"{path}:{number}: this line is longer than 1 MiB", hint=_EXPORT)
        blank = 0 if line.strip(_BLANK) else blank + 1
        if blank > _BLANK_LINES:
            raise ConfigError(
                f"{path}:{number}: more than {_BLANK_LINES:,} empty lines in a row",
                hint="export only the rows that hold people",
            )
        yield line


def _check_file(path: Path) -> None:
    if not path.exists():
        raise ConfigError(f"there is no contacts file {path}", hint="check `contacts` of the audience")
    if not path.is_file():
        raise ConfigError(f"{path} is not a file", hint="name a CSV file")
    size = path.stat().st_size
    if size == 0:
        raise _empty(path)
    if size > _LARGEST:
        raise ConfigError(
            f"{path} is larger than 256 MiB", hint="split it, an audience may name several files"
        )


def _encoding(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(_CHUNK)
        for prefix, what in _FORMATS.items():
            if start.startswith(prefix):
                raise ConfigError(f"{path} is {what}, not CSV", hint=_EXPORT)
        encoding = encoding_of(chain([start], iter(partial(stream.read, _CHUNK), b"")))
    if encoding is None:
        raise ConfigError(f"{path} is not text in UTF-8 or Windows-1252", hint=_EXPORT)
    return encoding


def _with_header(path: Path, encoding: str, lines: list[str]) -> Sheet:
    start = next((number for number, line in enumerate(lines) if line.strip(" \t\r\n,;|")), None)
    if start is None:
        raise _empty(path)
    declared = _declared_delimiter(lines[start])
    start += 1 if declared else 0
    candidates = []
    for delimiter in (declared,) if declared else _DELIMITERS:
        cells, line = _header(path, lines[start:], delimiter)
        candidates.append(
            Sheet(path=path, encoding=encoding, delimiter=delimiter, header=cells, header_line=start + line)
        )
    best = max(candidates, key=_known_columns)
    if not best.header:
        raise _empty(path)
    return best


def _header(path: Path, lines: list[str], delimiter: str) -> tuple[tuple[str, ...], int]:
    """Return the cells of the first row that is not blank, without empty ones at its end.

    The second value is the number of its last physical line.
    """
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    try:
        cells = next((row for row in reader if any(cell.strip() for cell in row)), [])
    except csv.Error:
        raise ConfigError(f"{path} has a first line that is no header", hint=_EXPORT) from None
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(cells), reader.line_num


def _known_columns(sheet: Sheet) -> tuple[int, int]:
    return sum(field_of(cell) is not None for cell in sheet.header), len(sheet.header)


def _empty(path: Path) -> ConfigError:
    return ConfigError(f"{path} is empty", hint="its first line names the columns: id,name,email,phone")


def _declared_delimiter(line: str) -> str | None:
    """Return the delimiter in Excel's own first line: `sep=;`."""
    name, _, delimiter = line.strip("\r\n").strip('"').partition("=")
    return delimiter if name.lower() == "sep" and len(delimiter) == 1 else None


def _rows(stream: IO[str], sheet: Sheet) -> Iterator[SheetRow | MalformedRow]:
    lines = lines_of(stream, sheet.path)
    for _ in range(sheet.header_line):
        next(lines)
    reader = csv.reader(lines, delimiter=sheet.delimiter, skipinitialspace=True, strict=True)
    while True:
        line = sheet.header_line + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            if "expected after" not in str(error):  # the end of the file, or the limit of one cell
                raise _never_closed(sheet.path, line) from None
            yield MalformedRow(line, sheet.header_line + reader.line_num)
            continue
        if cells is None:
            return
        if any(cell and not cell.isspace() for cell in cells):
            yield SheetRow(line, cells)


def _never_closed(path: Path, line: int) -> ConfigError:
    return ConfigError(
        f"{path}:{line}: a quotation mark is opened and never closed, so the rows below cannot be told apart",
        hint='close it, or write it twice where it belongs to the text ("")',
    )
