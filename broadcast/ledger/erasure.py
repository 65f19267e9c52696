"""Erasing people from the ledger: who they were goes, the numbers stay.

What was erased is overwritten where it stood (`secure_delete`), and the file is written anew afterwards,
because SQLite leaves copies in pages that it has moved about. A file that could not be rewritten, on a full
disk say, is remembered as owing it.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from broadcast.errors import LedgerError
from broadcast.ledger.database import Database
from broadcast.ledger.queries import query
from broadcast.ledger.runs import require_idle
from broadcast.ledger.scrub import Scrubber, scrub_elsewhere, scrub_failovers
from broadcast.model.contact import AddressKind
from broadcast.model.counted import counted
from broadcast.model.forgotten import Forgotten
from broadcast.model.ids import address_digest

_MEBIBYTE = 1024 * 1024
#: Begins what stands in the place of somebody's id. Ids of contacts never begin with a space.
_OURS = " "
#: Every column of prose, which may quote an address.
_SCRUBBING = (
    "scrub_deliveries",
    "scrub_attempts",
    "scrub_events",
    "scrub_results",
    "scrub_breakers",
    "scrub_pauses",
    "scrub_health",
)


@dataclass(frozen=True, slots=True)
class Traces:
    """What an incident still knows of people: how many there are, and how many of them are owed something."""

    people: int
    owed: int


@dataclass(frozen=True, slots=True)
class KnownAs:
    """Somebody as the ledger knows them in an audience; `recipient` is its own number for the contact."""

    recipient: int
    audience: str
    contact: str
    name: str
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Whom to forget: as the ledger knows them, and every name, id and address of theirs that is known.

    `marks` recognise them in an incident that goes on; they say nothing without the install secret.
    """

    people: tuple[KnownAs, ...]
    names: frozenset[str]
    addresses: tuple[tuple[AddressKind, str], ...]
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Author:
    """Who erases, and when: it is noted with each incident."""

    name: str
    at: datetime


class Erasure:
    """Takes people out of a ledger. Refuses while a run is sending from it."""

    def __init__(self, database: Database, path: Path) -> None:
        self._database = database
        self._path = path

    def traces(self, incident: int) -> Traces:
        """What an incident still knows of people."""
        with self._database.reading() as connection:
            rows = connection.execute(query("people_of_incident"), (incident,)).fetchall()
            return Traces(len(rows), sum(row["owed"] for row in rows))

    def known_as(self, sought: Callable[[str, str | None, str | None], bool]) -> list[KnownAs]:
        """Everybody whose id, phone number or mailbox is `sought`, once for each audience."""
        with self._database.reading() as connection:
            connection.create_function("sought", 3, sought, deterministic=True)
            return [KnownAs(*row) for row in connection.execute(query("recipients_like"))]

    def messages(self, people: Sequence[KnownAs]) -> dict[int, int]:
        """By incident: how many messages were owed to these people."""
        found: dict[int, int] = {}
        with self._database.reading() as connection:
            for row in connection.execute(query("messages_of_people"), (as_json(people),)):
                found[row["incident_id"]] = found.get(row["incident_id"], 0) + row["messages"]
        return found

    def purge(self, incidents: Sequence[int], by: Author) -> None:
        """Erase everybody from these incidents; what was still owed to them is given up."""
        with self._erasing(by) as connection:
            for incident in incidents:
                rows = connection.execute(query("people_of_incident"), (incident,)).fetchall()
                names = [row[0] for row in connection.execute(query("names_of_incident"), (incident,))]
                aliases = [
                    _Alias(row["contact"], None, "erased", f"{_OURS}erased:{row['number']}") for row in rows
                ]
                _erase(connection, incident, aliases, Scrubber(names), by)
                connection.execute(query("drop_marks"), (incident,))

    def forget(self, person: Forgetting, secret: bytes, by: Author) -> None:
        """Erase a person from every incident; what was still owed to them is given up.

        Their marks stay in those incidents and in all that are open, so that nobody tells them again there.
        """
        scrubber = Scrubber(person.names, [address for _, address in person.addresses])
        people = as_json(person.people)
        with self._erasing(by) as connection:
            rows = connection.execute(query("messages_of_people"), (people,)).fetchall()
            for row in rows:
                alias = _Alias(row["contact"], people, "forgotten", f"{_OURS}forgotten:{row['number']}")
                _erase(connection, row["incident_id"], [alias], scrubber, by)
            involved = json.dumps([row["incident_id"] for row in rows])
            connection.executemany(query("mark_forgotten"), ((mark, involved) for mark in person.marks))
            scrub_elsewhere(connection, scrubber)
            digests = [(address_digest(secret, *address),) for address in person.addresses]
            connection.executemany(query("show_no_address"), digests)

    def forgotten(self, incident: int, secret: Callable[[], bytes]) -> Forgotten | None:
        """Recognises people who were forgotten in an incident that goes on; None if nobody was."""
        with self._database.reading() as connection:
            marks = {row[0] for row in connection.execute(query("forgotten"), (incident,))}
        return Forgotten(marks, secret()) if marks else None

    @property
    def unfinished(self) -> bool:
        """Whether the file is still to be rewritten after something was erased."""
        with self._database.reading() as connection:
            return bool(connection.execute(query("rewrite_owed")).fetchone()[0])

    def rewrite(self) -> None:
        """Write the file anew, without anything that was erased; raises `LedgerError`, and loses nothing."""
        try:
            self._database.rewrite()
        except LedgerError as error:
            raise LedgerError(
                f"{error}; the people are erased, and unused parts of the file may still hold what they were",
                hint="mend that and run the same command again: it finishes the file",
            ) from None
        with self._database.transaction() as connection:
            connection.execute(query("rewrite_done"))

    def require_space(self) -> None:
        """Refuse to begin where the disk could not hold a second copy of the file."""
        needed = self._path.stat().st_size + _MEBIBYTE
        free = shutil.disk_usage(self._path.parent).free
        if free < needed:
            raise LedgerError(
                f"the disk of the ledger {self._path} has too little space to rewrite it: "
                f"{free / _MEBIBYTE:.1f} MiB of {needed / _MEBIBYTE:.1f}",
                hint="free some space and run this again; nothing was erased",
            )

    @contextmanager
    def _erasing(self, by: Author) -> Iterator[sqlite3.Connection]:
        self.require_space()
        with self._database.transaction() as connection:
            # From here on nobody can claim anything, so whoever is not alive now has nothing in flight.
            require_idle(self._path, "nothing was erased")
            connection.execute(query("index_recipients"))
            yield connection
            connection.execute(query("delete_unused_recipients"))
            connection.execute(query("drop_index"))
            connection.execute(query("owe_rewrite"), {"at": by.at.timestamp()})


@dataclass(frozen=True, slots=True)
class _Alias:
    """What stands in somebody's place; `people` are the entries that know them (`as_json`), None for all."""

    contact: str
    people: str | None
    reason: str
    pseudonym: str


def as_json(people: Sequence[KnownAs]) -> str:
    """Which entries of the ledger are meant, for its statements."""
    return json.dumps([[person.recipient, person.audience] for person in people])


def _erase(
    connection: sqlite3.Connection, incident: int, aliases: Sequence[_Alias], scrubber: Scrubber, by: Author
) -> None:
    """Put nobody in the place of these people, in what is counted and in what was said of them."""
    connection.create_function("scrubbed", 1, scrubber.prose, deterministic=True)
    connection.create_function("scrubbed_result", 1, scrubber.result, deterministic=True)
    nobody = connection.execute(query("insert_nobody")).fetchone()[0]
    where = {"incident": incident, "nobody": nobody, "now": by.at.timestamp()}
    for name in ("give_up", "put_nobody", "forget_thread"):
        connection.executemany(query(name), ({**where, **asdict(alias)} for alias in aliases))
    for name in _SCRUBBING:
        connection.execute(query(name), where)
    scrub_failovers(connection, incident)
    what = counted(len(aliases), "person", "people")
    connection.execute(query("note_erasure"), {**where, "detail": f"{what} erased by {by.name}"})
