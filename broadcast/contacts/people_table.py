"""The cells of a contacts file during an import: people are found, completed, changed or added. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from broadcast.contacts.columns import Columns, read_columns, variable_name
from broadcast.contacts.csv_file import SheetRow
from broadcast.contacts.identifiers import Identifiers, Match
from broadcast.contacts.incoming.listing import ListFault
from broadcast.contacts.rows import clean, groups_of, identifiers_of, locale_of

HEADER = ("id", "name", "email", "phone", "locale", "groups")

_GIVE_AN_ID = "give the row the id of the person"
_TWO_PEOPLE = "give one of them another id, or correct the contacts file by hand if it is one person"


@dataclass(frozen=True, slots=True)
class PersonChange:
    """The change of one person; `columns` are those with a new value."""

    person: str
    line: int
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Merging:
    """A row of the list about the same person as an earlier row; `into` is the line of that row."""

    person: str
    line: int
    into: int


@dataclass(frozen=True, slots=True)
class _TablePerson:
    """A person in the table, and their origin (`line 7 of the file`)."""

    place: int
    identifiers: Identifiers
    where: str


_Matches = Sequence[tuple[_TablePerson, Match]]


class PeopleTable:
    """A contacts file that is changed cell by cell. A row changes only the cells of its own person."""

    def __init__(self, header: Sequence[str], rows: Sequence[SheetRow], region: str) -> None:
        self.header = list(header)
        self.cells = [list(row.cells) for row in rows]
        self.named: set[int] = set()
        self.added: dict[int, PersonChange] = {}
        self.changed: dict[int, PersonChange] = {}
        self.merged: list[Merging] = []
        self.rejected: list[ListFault] = []
        self.remarks: list[ListFault] = []
        self._region = region
        self._columns = read_columns(self.header)
        self._positions = _positions(self.header, self._columns)
        self._people: list[_TablePerson] = []
        self._known: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self._first: dict[int, int] = {}  # for each person the first row of the list about them
        self._said: dict[int, dict[str, int]] = defaultdict(dict)  # and the row whose value they have
        for place, row in enumerate(rows):
            identifiers = identifiers_of(row.cells, self._columns, region)
            self._note(_TablePerson(place, identifiers, f"line {row.line} of the file"))

    def take(self, identifiers: Identifiers, values: Mapping[str, str], line: int, unit: str) -> None:
        """Change or add the person that a row is about; note the values that are not taken."""
        matches = self._matches(identifiers)
        same, strangers = _with(Match.SAME, matches), _with(Match.CONTRADICTORY, matches)
        if strangers and not same:
            self.named.update(person.place for person in strangers)
            who = f"{_label(strangers[0].identifiers)}, {strangers[0].where}"
            reason = f"{_label(identifiers)} has the id {identifiers.id} of somebody else ({who})"
            self.rejected.append(ListFault(line, reason, _TWO_PEOPLE))
            return
        fitting = same or _with(Match.LIKELY, matches) or self._renamed(matches)
        if not fitting:
            self._add(identifiers, values, line, unit)
            return
        having = self._having(matches, values)
        self.named.update(person.place for person in (*fitting, *having, *_with(Match.RENAMED, matches)))
        person = _the_one(having or fitting, identifiers)
        if person is not None:
            self._change(person, identifiers, values, line, sure=person not in _with(Match.LIKELY, matches))
        elif not having:
            where = ", ".join(each.where for each in fitting)
            reason = f"{_label(identifiers)} may be any of {len(fitting)} people ({where})"
            self.rejected.append(ListFault(line, reason, _GIVE_AN_ID))

    def rank(self, identifiers: Identifiers, values: Mapping[str, str]) -> tuple[int, int]:
        """Return the place of a row among those to be taken: what is in the file, then what is sure.

        What the file has is thus not changed for a row that says less; what may rename a person comes last.
        """
        matches = self._matches(identifiers)
        found = {match for _, match in matches} & {Match.SAME, Match.LIKELY, Match.RENAMED}
        first = 0 if self._having(matches, values) else 2 if found == {Match.RENAMED} else 1
        return first, sum(not each for each in (identifiers.name, identifiers.phones, identifiers.emails))

    def _having(self, matches: _Matches, values: Mapping[str, str]) -> list[_TablePerson]:
        """Return the people who have every value of the row."""
        return [
            person
            for person, match in matches
            if match in {Match.SAME, Match.LIKELY}
            and all(self._has(person.place, name, value) for name, value in values.items())
        ]

    def _renamed(self, matches: _Matches) -> list[_TablePerson]:
        """Return the people who may have a new name: in the file, and in no other row of the list."""
        return [person for person in _with(Match.RENAMED, matches) if person.place not in self.named]

    def label(self, place: int) -> str:
        """Return the name for the person in that row."""
        identifiers = self._people[place].identifiers
        return (
            _label(identifiers)
            if identifiers.phones or identifiers.emails
            else "a row without a usable address"
        )

    def _matches(self, identifiers: Identifiers) -> _Matches:
        """Return the people who may be meant: same id, or an address and the same name or none."""
        places = sorted({place for key in _wanted(identifiers) for place in self._known.get(key, ())})
        return [(self._people[place], identifiers.match(self._people[place].identifiers)) for place in places]

    def _note(self, person: _TablePerson) -> None:
        """Store a person under their present identifiers, and no longer under former ones."""
        if person.place == len(self._people):
            self._people.append(person)
        self._people[person.place] = person
        for key in _known_by(person.identifiers):
            if person.place not in self._known[key][-1:]:
                self._known[key].append(person.place)

    def _add(self, identifiers: Identifiers, values: Mapping[str, str], line: int, unit: str) -> None:
        place = len(self.cells)
        other = self._sharing(identifiers)
        if other is not None:
            shared = f"{_label(identifiers)} shares an address with {_label(other.identifiers)}"
            reason = f"{shared} ({other.where}); both stay"
            self.remarks.append(ListFault(line, reason, ""))
        self.cells.append([""] * len(self.header))
        self.added[place] = PersonChange(_label(identifiers), line)
        self.named.add(place)
        self._first[place], self._said[place] = line, dict.fromkeys(values, line)
        for name, value in values.items():
            self._write(place, name, value)
        self._note(_TablePerson(place, identifiers, f"{unit} {line} of the list"))

    def _sharing(self, identifiers: Identifiers) -> _TablePerson | None:
        """Return the first person who has one of these addresses, and not only had it."""
        addresses = (*identifiers.phones, *identifiers.emails)
        places = (self._known.get((address,), ()) for address in addresses)
        owners = [
            next((place for place in each if identifiers.shared(self._people[place].identifiers)), None)
            for each in places
        ]
        found = [place for place in owners if place is not None]
        return self._people[min(found)] if found else None

    def _change(
        self,
        person: _TablePerson,
        identifiers: Identifiers,
        values: Mapping[str, str],
        line: int,
        *,
        sure: bool,
    ) -> None:
        """Fill empty cells; change others if the match is sure and no earlier row of the list set them."""
        place = person.place
        said = self._said[place]
        if place in self._first:
            self.merged.append(Merging(_label(identifiers), line, self._first[place]))
        self._first.setdefault(place, line)
        different = [name for name, value in values.items() if not self._has(place, name, value)]
        kept = [name for name in different if self._cell(place, name) and (name in said or not sure)]
        if kept:
            self.remarks.append(ListFault(line, *_not_taken(identifiers, kept, said, person.where)))
        written = [name for name in different if name not in kept]
        for name in written:
            self._write(place, name, values[name])
        for name in values.keys() - kept:
            said.setdefault(name, line)
        if written:
            self._changed(place, identifiers, line, written)
            self._note(
                _TablePerson(
                    place, identifiers_of(self.cells[place], self._columns, self._region), person.where
                )
            )

    def _changed(self, place: int, identifiers: Identifiers, line: int, columns: Sequence[str]) -> None:
        if place not in self.added:
            before = self.changed.get(place)
            every = dict.fromkeys([*(before.columns if before else ()), *columns])
            self.changed[place] = PersonChange(
                _label(identifiers), before.line if before else line, tuple(every)
            )

    def _has(self, place: int, name: str, value: str) -> bool:
        """Return whether the row has that value in any spelling: an address in any of its columns."""
        columns, identifiers = self._columns, self._people[place].identifiers
        match name:
            case "phone":
                return value in identifiers.phones
            case "email":
                return value.lower() in identifiers.emails
            case "name":
                return value == identifiers.name
            case "groups" | "locale":
                return value == _normal(self.cells[place], columns, name)
            case _:
                return value == clean(self._cell(place, name))

    def _cell(self, place: int, name: str) -> str:
        if name == "name":
            return self._people[place].identifiers.name
        position = self._positions.get(_key(name))
        return "" if position is None else self.cells[place][position].strip()

    def _write(self, place: int, name: str, value: str) -> None:
        self.cells[place][self._position(name)] = value
        if name == "name":  # with a separate column for the given name, it would appear twice
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


def _known_by(identifiers: Identifiers) -> Iterator[tuple[str, ...]]:
    """Yield the keys under which a person is stored.

    Thousands of people may share a number, but very few a number and a mailbox.
    """
    if identifiers.id:
        yield "id", identifiers.id
    alone = not (identifiers.phones and identifiers.emails)
    for address in (*identifiers.phones, *identifiers.emails):
        yield (address,)
        yield address, identifiers.folded
        if alone:
            yield address, identifiers.folded, "alone"
    for both in product(identifiers.phones, identifiers.emails):
        yield both
        yield *both, identifiers.folded
        yield *both, "given", identifiers.given


def _wanted(identifiers: Identifiers) -> Iterator[tuple[str, ...]]:
    """Yield the keys of the people that a row may be about, as `Identifiers.match` defines it."""
    if identifiers.id:
        yield "id", identifiers.id
    names = dict.fromkeys((identifiers.folded, ""))
    if not (identifiers.phones and identifiers.emails):
        for address in (*identifiers.phones, *identifiers.emails):
            yield from ((address, name) for name in names) if identifiers.folded else ((address,),)
        return
    for address in (*identifiers.phones, *identifiers.emails):
        yield from ((address, name, "alone") for name in names)
    for both in product(identifiers.phones, identifiers.emails):
        yield from ((*both, name) for name in names) if identifiers.folded else (both,)
        yield *both, "given", identifiers.given


def _with(wanted: Match, matches: _Matches) -> list[_TablePerson]:
    return [person for person, match in matches if match is wanted]


def _the_one(people: Sequence[_TablePerson], identifiers: Identifiers) -> _TablePerson | None:
    """Return the person who is meant; the first of several that are the same, None if they differ.

    Their id says most, then their name with it, then all of the addresses, then their name.
    """
    owners = [person for person in people if identifiers.id == person.identifiers.id != ""]
    people = _alike(owners, identifiers) or people
    people = [person for person in people if identifiers.adds_nothing(person.identifiers)] or people
    alike = _alike(people, identifiers)
    differ = len({(person.identifiers.id, person.identifiers.folded) for person in alike}) > 1
    return None if differ else alike[0]


def _alike(people: Sequence[_TablePerson], identifiers: Identifiers) -> Sequence[_TablePerson]:
    """Return those with the same name, or all if there is none."""
    return [person for person in people if person.identifiers.folded == identifiers.folded] or people


def _not_taken(
    identifiers: Identifiers, names: Sequence[str], said: Mapping[str, int], where: str
) -> tuple[str, str]:
    columns = ", ".join(names)
    earlier = [said[name] for name in names if name in said]
    if earlier:
        return (
            f"{_label(identifiers)}: {columns} not taken; line {earlier[0]} says something else",
            "correct one of them",
        )
    reason = (
        f"{_label(identifiers)}: {columns} not taken; the row names only part of the addresses of {where}"
    )
    return reason, _GIVE_AN_ID


def _normal(cells: Sequence[str], columns: Columns, name: str) -> str:
    return ";".join(groups_of(cells, columns)) if name == "groups" else locale_of(cells, columns) or ""


def _key(name: str) -> str:
    return name if name in HEADER else variable_name(name)


def _positions(header: Sequence[str], columns: Columns) -> dict[str, int]:
    found = {variable_name(name): place for place, name in reversed(list(enumerate(header)))}
    ours = {name: getattr(columns, name) for name in HEADER}
    return found | {name: places[0] for name, places in ours.items() if places}


def _label(identifiers: Identifiers) -> str:
    return identifiers.name or identifiers.id or "nameless"
