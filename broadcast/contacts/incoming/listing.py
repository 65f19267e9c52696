"""A list from elsewhere: a header, rows of cells with their places, and what could not be read."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from broadcast.contacts.sheet import Row
from broadcast.errors import UsageError

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What nobody can be told by: where it stands, why, and what would mend it."""

    line: int
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Listing:
    """`unit` is what places are counted in: lines, or entries if the form has no lines to speak of.

    `faults` are people who were not read, `remarks` values of people who were; `ignored` are fields of the
    form for which a contacts file has no column.
    """

    header: tuple[str, ...]
    rows: Sequence[Row]
    faults: Sequence[Fault]
    unit: str = "line"
    remarks: Sequence[Fault] = ()
    ignored: Sequence[str] = ()


Record = tuple[int, Mapping[str, str]]


@dataclass(slots=True)
class Gathered:
    """What a reader has found so far: people, people who cannot be read, and what is left out of people."""

    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)
    ignored: dict[str, None] = field(default_factory=dict)

    def listing(self, unit: str = "line") -> Listing:
        """The records, whose fields differ, under one header."""
        header = tuple(dict.fromkeys(name for _, fields in self.records for name in fields))
        rows = [Row(line, [fields.get(name, "") for name in header]) for line, fields in self.records]
        return Listing(header, rows, self.faults, unit, self.remarks, sorted(self.ignored))


def numbered(name: str, values: Iterable[str]) -> dict[str, str]:
    """Several values of one kind as columns, best first: `phone`, `phone 2`, ...; the first usable counts."""
    every = [value for value in values if value]
    return {name if place == 1 else f"{name} {place}": value for place, value in enumerate(every, 1)}


def decoded(data: bytes, name: str) -> str:
    """The text by its mark, else UTF-8 where it is, else as German Windows writes it; raises `UsageError`."""
    marked = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UsageError(f"{name} is not text", hint="export it as UTF-8")


def unfolded(text: str) -> list[tuple[int, str]]:
    """Logical lines with the number of their first physical one; what begins with a blank goes on."""
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if line[:1] in {" ", "\t"} and found:
            found[-1][1].append(line[1:])
        else:
            found.append((number, [line]))
    return [(number, "".join(parts)) for number, parts in found]


def paragraphs(lines: Sequence[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    """Lines between empty ones."""
    breaks = [-1, *(place for place, (_, text) in enumerate(lines) if not text.strip()), len(lines)]
    return [list(lines[start + 1 : end]) for start, end in pairwise(breaks) if end > start + 1]
