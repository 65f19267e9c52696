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
        self._taken: dict[int, tuple[int, set[str]]] = {}  # the line of the list, and its values
        for place, row in enumerate(rows):
            identifiers = identifiers_of(row.cells, self._columns, region)
            self._note(_TablePerson(place, identifiers, f"line {row.line} of the file"))

    def take(self, identifiers: Identifiers, values: Mapping[str, str], line: int, unit: str) -> None:
        """Change or add the person that a row is about; note the values that are not taken."""
        matches = [
            (person, identifiers.match(person.identifiers)) for person in self._candidates(identifiers)
        ]
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
        self.named.update(person.place for person in fitting)
        person = _the_one(fitting, identifiers)
        if person is not None:
            self._change(person, identifiers, values, line, sure=person not in _with(Match.LIKELY, matches))
        elif not _says_nothing(fitting, identifiers, values):
            where = ", ".join(each.where for each in fitting)
            reason = f"{_label(identifiers)} may be any of {len(fitting)} people ({where})"
            self.rejected.append(ListFault(line, reason, _GIVE_AN_ID))

    def renames(self, identifiers: Identifiers) -> bool:
        """Return whether a row may give a known person a new name; such rows are processed last."""
        found = [person.identifiers for person in self._candidates(identifiers)]
        return {identifiers.match(known) for known in found} & {Match.SAME, Match.LIKELY, Match.RENAMED} == {
            Match.RENAMED
        }

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

    def _candidates(self, identifiers: Identifiers) -> Sequence[_TablePerson]:
        """Return the people who may be meant: same id, or an address and the same name or none."""
        places = sorted({place for key in _wanted(identifiers) for place in self._known.get(key, ())})
        return [self._people[place] for place in places]

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
        others = [
            self._known[address,][0]
            for address in (*identifiers.phones, *identifiers.emails)
            if (address,) in self._known
        ]
        if others:
            other = self._people[min(others)]
            shared = f"{_label(identifiers)} shares an address with {_label(other.identifiers)}"
            reason = f"{shared} ({other.where}); both stay"
            self.remarks.append(ListFault(line, reason, ""))
        self.cells.append([""] * len(self.header))
        self.added[place] = PersonChange(_label(identifiers), line)
        self.named.add(place)
        self._taken[place] = line, set(values)
        for name, value in values.items():
            self._write(place, name, value)
        self._note(_TablePerson(place, identifiers, f"{unit} {line} of the list"))

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
        earlier, said = self._taken.get(place, (0, set()))
        if earlier:
            self.merged.append(Merging(_label(identifiers), line, earlier))
        different = [name for name, value in values.items() if not self._has(place, name, value)]
        kept = [name for name in different if self._cell(place, name) and (name in said or not sure)]
        if kept:
            self.remarks.append(ListFault(line, *_not_taken(identifiers, kept, earlier, person.where)))
        written = [name for name in different if name not in kept]
        for name in written:
            self._write(place, name, values[name])
        self._taken[place] = earlier or line, said | set(values)
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
    """Return the person who is meant; the first of several that are the same, None if they differ."""
    people = [person for person in people if identifiers.adds_nothing(person.identifiers)] or people
    alike = [person for person in people if person.identifiers.folded == identifiers.folded] or people
    differ = len({(person.identifiers.id, person.identifiers.folded) for person in alike}) > 1
    return None if differ else alike[0]


def _says_nothing(
    people: Sequence[_TablePerson], identifiers: Identifiers, values: Mapping[str, str]
) -> bool:
    """Return whether a row has no value that these people lack."""
    addresses = all(
        identifiers.phones <= person.identifiers.phones and identifiers.emails <= person.identifiers.emails
        for person in people
    )
    return addresses and not values.keys() - {"phone", "email"}


def _not_taken(identifiers: Identifiers, names: Sequence[str], earlier: int, where: str) -> tuple[str, str]:
    columns = ", ".join(names)
    if earlier:
        return (
            f"{_label(identifiers)}: {columns} not taken; line {earlier} says something else",
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
