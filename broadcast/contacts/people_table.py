"""The cells of a contacts file while a list is brought in: who is found, filled, changed or added. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from broadcast.contacts.columns import Columns, read_columns, variable_name
from broadcast.contacts.incoming.listing import Fault
from broadcast.contacts.marks import Marks, Match
from broadcast.contacts.rows import clean, groups_of, locale_of, marks_of
from broadcast.contacts.sheet import Row

HEADER = ("id", "name", "email", "phone", "locale", "groups")

_GIVE_AN_ID = "give the row the id of the person"
_TWO_PEOPLE = "give one of them another id, or correct the contacts file by hand if it is one person"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one person; `columns` are those that get another value."""

    person: str
    line: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merging:
    """A row of the list about somebody whom an earlier row is about, too: `into` is where that one stands."""

    person: str
    line: int
    into: int


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody in the table, and where they come from (`line 7 of the file`)."""

    place: int
    marks: Marks
    where: str


_Matches = Sequence[tuple[_Person, Match]]


class PeopleTable:
    """A contacts file being changed, cell by cell. No row about somebody else changes a person's cells."""

    def __init__(self, header: Sequence[str], rows: Sequence[Row], region: str) -> None:
        self.header = list(header)
        self.cells = [list(row.cells) for row in rows]
        self.named: set[int] = set()
        self.added: dict[int, Change] = {}
        self.changed: dict[int, Change] = {}
        self.merged: list[Merging] = []
        self.rejected: list[Fault] = []
        self.remarks: list[Fault] = []
        self._region = region
        self._columns = read_columns(self.header)
        self._positions = _positions(self.header, self._columns)
        self._people: list[_Person] = []
        self._known: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._taken: dict[int, tuple[int, set[str]]] = {}  # the line of the list, and what it said
        for place, row in enumerate(rows):
            marks = marks_of(row.cells, self._columns, region)
            self._note(_Person(place, marks, f"line {row.line} of the file"))

    def take(self, marks: Marks, values: Mapping[str, str], line: int, unit: str) -> None:
        """Let a row of the list change the person it is about, or add them; says what it does not take."""
        matches = [(person, marks.match(person.marks)) for person in self._candidates(marks)]
        same, strangers = _with(Match.SAME, matches), _with(Match.CONTRADICTORY, matches)
        if strangers and not same:
            self.named.update(person.place for person in strangers)
            who = f"{_label(strangers[0].marks)}, {strangers[0].where}"
            reason = f"{_label(marks)} has the id {marks.id} of somebody else ({who})"
            self.rejected.append(Fault(line, reason, _TWO_PEOPLE))
            return
        fitting = same or _with(Match.LIKELY, matches) or self._renamed(matches)
        if not fitting:
            self._add(marks, values, line, unit)
            return
        self.named.update(person.place for person in fitting)
        person = _the_one(fitting, marks)
        if person is not None:
            self._change(person, marks, values, line, sure=person not in _with(Match.LIKELY, matches))
        elif not _says_nothing(fitting, marks, values):
            where = ", ".join(each.where for each in fitting)
            reason = f"{_label(marks)} may be any of {len(fitting)} people ({where})"
            self.rejected.append(Fault(line, reason, _GIVE_AN_ID))

    def renames(self, marks: Marks) -> bool:
        """Whether a row may be about somebody under a new name; such rows are taken last."""
        found = [person.marks for person in self._candidates(marks)]
        return {marks.match(known) for known in found} & {Match.SAME, Match.LIKELY, Match.RENAMED} == {
            Match.RENAMED
        }

    def _renamed(self, matches: _Matches) -> list[_Person]:
        """Who has a new name now: somebody of the file, and nobody whom another row is about."""
        return [person for person in _with(Match.RENAMED, matches) if person.place not in self.named]

    def label(self, place: int) -> str:
        """What the person in that row is called."""
        marks = self._people[place].marks
        return _label(marks) if marks.phones or marks.emails else "a row without a usable address"

    def _candidates(self, marks: Marks) -> Sequence[_Person]:
        """Who may be meant: has the id, or an address and the same name or none."""
        places = sorted({place for key in _wanted(marks) for place in self._known.get(key, ())})
        return [self._people[place] for place in places]

    def _note(self, person: _Person) -> None:
        """Keep somebody, known by their present marks, in the place of what was known of them."""
        if person.place == len(self._people):
            self._people.append(person)
        self._people[person.place] = person
        for key in _known_by(person.marks):
            if person.place not in self._known[key][-1:]:
                self._known[key].append(person.place)

    def _add(self, marks: Marks, values: Mapping[str, str], line: int, unit: str) -> None:
        place = len(self.cells)
        others = [
            self._known[address,][0]
            for address in (*marks.phones, *marks.emails)
            if (address,) in self._known
        ]
        if others:
            other = self._people[min(others)]
            reason = (
                f"{_label(marks)} shares an address with {_label(other.marks)} ({other.where}); both stay"
            )
            self.remarks.append(Fault(line, reason, ""))
        self.cells.append([""] * len(self.header))
        self.added[place] = Change(_label(marks), line)
        self.named.add(place)
        self._taken[place] = line, set(values)
        for name, value in values.items():
            self._write(place, name, value)
        self._note(_Person(place, marks, f"{unit} {line} of the list"))

    def _change(
        self, person: _Person, marks: Marks, values: Mapping[str, str], line: int, *, sure: bool
    ) -> None:
        """Fill what is empty; change the rest if it is surely them and no earlier row of the list said it."""
        place = person.place
        earlier, said = self._taken.get(place, (0, set()))
        if earlier:
            self.merged.append(Merging(_label(marks), line, earlier))
        different = [name for name, value in values.items() if not self._has(place, name, value)]
        kept = [name for name in different if self._cell(place, name) and (name in said or not sure)]
        if kept:
            self.remarks.append(Fault(line, *_not_taken(marks, kept, earlier, person.where)))
        written = [name for name in different if name not in kept]
        for name in written:
            self._write(place, name, values[name])
        self._taken[place] = earlier or line, said | set(values)
        if written:
            self._changed(place, marks, line, written)
            self._note(_Person(place, marks_of(self.cells[place], self._columns, self._region), person.where))

    def _changed(self, place: int, marks: Marks, line: int, columns: Sequence[str]) -> None:
        if place not in self.added:
            before = self.changed.get(place)
            every = dict.fromkeys([*(before.columns if before else ()), *columns])
            self.changed[place] = Change(_label(marks), before.line if before else line, tuple(every))

    def _has(self, place: int, name: str, value: str) -> bool:
        """Whether that value stands there already, in whatever spelling: an address in any of its columns."""
        columns, marks = self._columns, self._people[place].marks
        match name:
            case "phone":
                return value in marks.phones
            case "email":
                return value.lower() in marks.emails
            case "name":
                return value == marks.name
            case "groups" | "locale":
                return value == _normal(self.cells[place], columns, name)
            case _:
                return value == clean(self._cell(place, name))

    def _cell(self, place: int, name: str) -> str:
        if name == "name":
            return self._people[place].marks.name
        position = self._positions.get(_key(name))
        return "" if position is None else self.cells[place][position].strip()

    def _write(self, place: int, name: str, value: str) -> None:
        self.cells[place][self._position(name)] = value
        if name == "name":  # a given name in a column of its own would stand before it once more
            for position in self._columns.first:
                self.cells[place][position] = ""

    def _position(self, name: str) -> int:
        if name == "name" and not self._columns.name and self._columns.last:
            return self._columns.last[0]
        key = _key(name)
        if key not in self._positions:
            self._positions[key] = len(self.header)
            self.header.append(name)
            self._columns = read_columns(self.header)
            for cells in self.cells:
                cells.append("")
        return self._positions[key]


def _known_by(marks: Marks) -> Iterator[tuple[str, ...]]:
    """What somebody is filed under. Thousands may share a number, hardly anybody a number and a mailbox."""
    if marks.id:
        yield "id", marks.id
    alone = not (marks.phones and marks.emails)
    for address in (*marks.phones, *marks.emails):
        yield (address,)
        yield address, marks.folded
        if alone:
            yield address, marks.folded, "alone"
    for both in product(marks.phones, marks.emails):
        yield both
        yield *both, marks.folded
        yield *both, "given", marks.given


def _wanted(marks: Marks) -> Iterator[tuple[str, ...]]:
    """Where those are filed whom a row may be about, as `Marks.match` has it."""
    if marks.id:
        yield "id", marks.id
    names = dict.fromkeys((marks.folded, ""))
    if not (marks.phones and marks.emails):
        for address in (*marks.phones, *marks.emails):
            yield from ((address, name) for name in names) if marks.folded else ((address,),)
        return
    for address in (*marks.phones, *marks.emails):
        yield from ((address, name, "alone") for name in names)
    for both in product(marks.phones, marks.emails):
        yield from ((*both, name) for name in names) if marks.folded else (both,)
        yield *both, "given", marks.given


def _with(wanted: Match, matches: _Matches) -> list[_Person]:
    return [person for person, match in matches if match is wanted]


def _the_one(people: Sequence[_Person], marks: Marks) -> _Person | None:
    """The person that is meant; the first of several that nobody can tell apart, None if they differ."""
    people = [person for person in people if marks.adds_nothing(person.marks)] or people
    alike = [person for person in people if person.marks.folded == marks.folded] or people
    differ = len({(person.marks.id, person.marks.folded) for person in alike}) > 1
    return None if differ else alike[0]


def _says_nothing(people: Sequence[_Person], marks: Marks, values: Mapping[str, str]) -> bool:
    """Whether a row says nothing that these people do not have already."""
    addresses = all(
        marks.phones <= person.marks.phones and marks.emails <= person.marks.emails for person in people
    )
    return addresses and not values.keys() - {"phone", "email"}


def _not_taken(marks: Marks, names: Sequence[str], earlier: int, where: str) -> tuple[str, str]:
    columns = ", ".join(names)
    if earlier:
        return (
            f"{_label(marks)}: {columns} not taken; line {earlier} says something else",
            "correct one of them",
        )
    reason = f"{_label(marks)}: {columns} not taken; the row names only part of the addresses of {where}"
    return reason, _GIVE_AN_ID


def _normal(cells: Sequence[str], columns: Columns, name: str) -> str:
    return ";".join(groups_of(cells, columns)) if name == "groups" else locale_of(cells, columns) or ""


def _key(name: str) -> str:
    return name if name in HEADER else variable_name(name)


def _positions(header: Sequence[str], columns: Columns) -> dict[str, int]:
    found = {variable_name(name): place for place, name in reversed(list(enumerate(header)))}
    ours = {name: getattr(columns, name) for name in HEADER}
    return found | {name: places[0] for name, places in ours.items() if places}


def _label(marks: Marks) -> str:
    return marks.name or marks.id or "nameless"
