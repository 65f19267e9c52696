"""A list from another system: a header, rows of cells with their places, and what cannot be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from broadcast.contacts.csv_file import SheetRow
from broadcast.contacts.encoding import encoding_of
from broadcast.errors import UsageError


@dataclass(frozen=True, slots=True)
class ListFault:
    """An entry without a usable address: its place, the reason, and how to correct it."""

    line: int
    reason: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list. `unit` is what places count: lines, or entries if the form has no lines.

    `faults` are people who were not read, `remarks` values of people who were; `ignored` are fields for which
    a contacts file has no column.
    """

    header: tuple[str, ...]
    rows: Sequence[SheetRow]
    faults: Sequence[ListFault]
    unit: str = "line"
    remarks: Sequence[ListFault] = ()
    ignored: Sequence[str] = ()


Record = tuple[int, Mapping[str, str]]


@dataclass(slots=True)
class Gathered:
    """What a reader has found so far: people, faults, and ignored fields."""

    records: list[Record] = field(default_factory=list)
    faults: list[ListFault] = field(default_factory=list)
    remarks: list[ListFault] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)

    def listing(self, unit: str = "line") -> Listing:
        """Return the records, whose fields differ, under one header."""
        header = tuple(dict.fromkeys(name for _, fields in self.records for name in fields))
        rows = [SheetRow(line, [fields.get(name, "") for name in header]) for line, fields in self.records]
        return Listing(
            header=header,
            rows=rows,
            faults=self.faults,
            unit=unit,
            remarks=self.remarks,
            ignored=sorted(self.ignored),
        )


def numbered(name: str, values: Iterable[str]) -> dict[str, str]:
    """Return several values of one kind as columns, best first: `phone`, `phone 2`, ..."""
    every = [value for value in values if value]
    return {name if place == 1 else f"{name} {place}": value for place, value in enumerate(every, 1)}


def decoded(data: bytes, name: str) -> str:
    """Return the text of a list; raises `UsageError` if it is none."""
    encoding = encoding_of([data])
    try:
        if encoding is not None:
            return data.decode(encoding)
    except UnicodeDecodeError:
        pass
    raise UsageError(f"{name} is not text", hint="export it as UTF-8")


def physical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number, one at a time: a list of them would take many times the memory."""
    start, number, end = 0, 0, 0
    while end >= 0:
        end = text.find("\n", start)
        number += 1
        yield number, (text[start:end] if end >= 0 else text[start:]).removesuffix("\r")
        start = end + 1


def unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield logical lines with the number of their first physical one; a leading space continues a line."""
    first, parts = 0, [""]
    for number, line in physical_lines(text):
        if line[:1] in {" ", "\t"} and first:
            parts.append(line[1:])
            continue
        if first:
            yield first, "".join(parts)
        first, parts = number, [line]
    yield first, "".join(parts)


def paragraphs(lines: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """Yield groups of lines between empty lines."""
    paragraph: list[tuple[int, str]] = []
    for number, text in lines:
        if text.strip():
            paragraph.append((number, text))
        elif paragraph:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph
