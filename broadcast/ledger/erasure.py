"""Erase people from the ledger: their data goes, the numbers stay.

Erased data is overwritten in its place (`secure_delete`), and the whole file is rewritten afterwards, because
SQLite leaves copies in pages that it has moved. If that fails, for example on a full disk, the ledger records
that it still has to be done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from broadcast.errors import LedgerError
from broadcast.ledger.scrub import Scrubber, scrub_elsewhere, scrub_erased
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.contact import AddressKind
from broadcast.model.counted import counted
from broadcast.model.forgotten import Forgotten
from broadcast.model.ids import address_digest

#: The first character of a pseudonym. Ids of contacts never begin with a space.
_OURS = " "
#: What a purge removes beside incidents.
_OUTSIDE_INCIDENTS = (
    *("purge_unasked", "purge_unmatched_receipts", "purge_absences", "purge_requests"),
    *(
        "purge_call_effects",
        "purge_lost_messages",
        "owe_deletions_before",
        "purge_tickets",
        "purge_call_backs",
        "purge_calls",
    ),
    *("purge_hand_over_notes", "purge_feedback"),
)
#: What forgetting an address removes, in this order: a call is found by its number until that is removed.
_BY_DIGEST = (
    *("forget_inbound", "show_no_address", "end_subscriptions", "forget_requests"),
    *("forget_call_effects", "forget_lost_messages", "forget_typed_numbers"),
    *("owe_deletions_of_number", "forget_tickets"),
    *("forget_call_backs", "forget_hand_over_notes", "forget_feedback", "forget_calls"),
)
#: What puts pseudonyms in the place of people, in this order.
_GIVEN_UP = ("give_up", "put_erased", "forget_thread", "forget_confirmations", "forget_other_answers")


@dataclass(frozen=True, slots=True)
class Traces:
    """What an incident still knows of people: how many there are, and how many of them are owed something."""

    people: int
    owed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAs:
    """A person as the ledger knows them in one audience; `recipient` is its own number for the contact."""

    recipient: int
    audience: str
    contact: str
    name: str
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """A person to forget.

    Attributes:
        people: The person as the ledger knows them, once for each audience.
        names: Every known name and id.
        addresses: Every known address.
        ids: Every id that only this person has: their absences go by it.
        digests: Digests that recognise them in an incident that goes on; useless without the install secret.
    """

    people: tuple[KnownAs, ...]
    names: frozenset[str]
    addresses: tuple[tuple[AddressKind, str], ...]
    digests: frozenset[str]
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Author:
    """Who erases, and when: it is noted with each incident."""

    name: str
    at: datetime


class Erasure:
    """Takes people out of a ledger. Refuses while a run is sending from it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def traces(self, incident: int) -> Traces:
        """Return what an incident still knows of people."""
        with self._store.reading() as connection:
            rows = connection.execute("people_of_incident", (incident,)).fetchall()
            return Traces(len(rows), sum(row["owed"] for row in rows))

    def known_as(self, sought: Callable[[str, str | None, str | None], bool]) -> list[KnownAs]:
        """Return the people whose id, phone number or mailbox is `sought`, once for each audience."""
        with self._store.reading() as connection:
            people = connection.execute("addresses")
            found = [row["id"] for row in people if sought(row["contact"], row["phone"], row["email"])]
            rows = connection.execute("known_recipients", {"recipients": found})
            return [
                KnownAs(
                    recipient=row["id"],
                    audience=row["audience"],
                    contact=row["contact"],
                    name=row["name"],
                    phone=row["phone"],
                    email=row["email"],
                )
                for row in rows
            ]

    def messages(self, people: Sequence[KnownAs]) -> dict[int, int]:
        """Return how many messages were owed to these people, by incident."""
        with self._store.reading() as connection:
            return dict(Counter(row["incident_id"] for row in _messages(connection, people)))

    def written(self, addresses: Iterable[tuple[AddressKind, str]]) -> int:
        """Return how many messages came from these addresses."""
        secret = self._store.secret()
        with self._store.reading() as connection:
            counts = (
                connection.execute("count_inbound", (address_digest(secret, *address),)).fetchone()[0]
                for address in addresses
            )
            return sum(counts)

    def unasked(self, before: datetime) -> int:
        """Return how many messages of people from before that time answer no notice."""
        with self._store.reading() as connection:
            return int(connection.execute("count_unasked", (before.timestamp(),)).fetchone()[0])

    def absences(self, before: datetime) -> int:
        """Return how many absences of people were over before that time."""
        with self._store.reading() as connection:
            return int(connection.execute("count_absences", (before.timestamp(),)).fetchone()[0])

    def requests(self, before: datetime) -> int:
        """Return how many requests to subscribe expired before that time."""
        with self._store.reading() as connection:
            return int(connection.execute("count_requests", (before.timestamp(),)).fetchone()[0])

    def calls(self, before: datetime) -> int:
        """Return how many calls from before that time still know their caller."""
        with self._store.reading() as connection:
            return int(connection.execute("count_calls_before", (before.timestamp(),)).fetchone()[0])

    def calls_of(self, addresses: Iterable[tuple[AddressKind, str]]) -> int:
        """Return how many calls came from these addresses."""
        secret = self._store.secret()
        with self._store.reading() as connection:
            counts = (
                connection.execute("count_calls_of_number", (address_digest(secret, *address),)).fetchone()[0]
                for address in addresses
            )
            return sum(counts)

    def purge(self, incidents: Sequence[int], by: Author, before: datetime | None = None) -> None:
        """Erase all people from these incidents; what was still owed to them is not sent any more.

        Messages and receipts from before `before` that belong to no incident, absences and requests to
        subscribe that were over by then, and the callers of the hotline until then are erased as well.
        """
        with self._erasing(by) as connection:
            for incident in incidents:
                rows = connection.execute("people_of_incident", (incident,)).fetchall()
                names = [row[0] for row in connection.execute("names_of_incident", (incident,))]
                aliases = [
                    _Alias(row["contact"], None, "erased", f"{_OURS}erased:{row['number']}") for row in rows
                ]
                _erase(connection, incident, aliases, Scrubber(names), by)
                connection.execute("drop_forgotten", (incident,))
                for name in ("purge_inbound", "purge_authors", "purge_other_authors"):
                    connection.execute(name, {"incident": incident})
            if before is not None:
                for name in _OUTSIDE_INCIDENTS:
                    connection.execute(name, (before.timestamp(),))

    def forget(self, person: Forgetting, secret: bytes, by: Author) -> None:
        """Erase a person from every incident; what was still owed to them is not sent any more.

        Their marks stay in those incidents and in all open ones, so that they are not told again there.
        """
        scrubber = Scrubber(person.names, [address for _, address in person.addresses])
        with self._erasing(by) as connection:
            owed: dict[tuple[int, str], list[int]] = {}
            for row in _messages(connection, person.people):
                owed.setdefault((row["incident_id"], row["contact"]), []).append(row["id"])
            for (incident, contact), deliveries in owed.items():
                alias = _Alias(contact, deliveries, "forgotten", f"{_OURS}forgotten:{min(deliveries)}")
                _erase(connection, incident, [alias], scrubber, by)
            involved = [incident for incident, _ in owed]
            connection.executemany(
                "recognise_forgotten",
                ({"digest": digest, "incidents": involved} for digest in person.digests),
            )
            scrub_elsewhere(connection, scrubber)
            digests = [(address_digest(secret, *address),) for address in person.addresses]
            for name in _BY_DIGEST:
                connection.executemany(name, digests)
            connection.executemany("forget_absences", [(id,) for id in sorted(person.ids)])

    def forgotten(self, incident: int) -> Forgotten | None:
        """Return what recognises the people who were forgotten in an incident; None if there are none."""
        with self._store.reading() as connection:
            digests = {row[0] for row in connection.execute("forgotten", (incident,))}
        return Forgotten(digests, self._store.secret()) if digests else None

    @property
    def unfinished(self) -> bool:
        """Whether the file is still to be rewritten after something was erased."""
        with self._store.reading() as connection:
            return bool(connection.execute("rewrite_owed").fetchone()[0])

    def rewrite(self) -> None:
        """Rewrite the file without what was erased; raise `LedgerError` if that fails, and lose nothing."""
        try:
            self._store.rewrite()
        except LedgerError as error:
            raise LedgerError(
                f"{error}; the people are erased, and unused parts of the file may still hold what they were",
                hint="correct that and run the same command again: it finishes the file",
            ) from None
        # After it, not before: a run that dies in between rewrites the file once more.
        with self._store.transaction() as connection:
            connection.execute("rewrite_done")

    def require_space(self) -> None:
        """Refuse to begin if the erasure could not be finished for lack of space."""
        self._store.require_space()

    @contextmanager
    def _erasing(self, by: Author) -> Iterator[Connection]:
        self.require_space()
        with self._store.erasing("nothing was erased") as connection:
            yield connection
            connection.execute("delete_unused_recipients")
            connection.execute("owe_rewrite", {"at": by.at.timestamp()})


@dataclass(frozen=True, slots=True)
class _Alias:
    """The pseudonym of a person; `deliveries` are those to them, None for all to that contact."""

    contact: str
    deliveries: list[int] | None
    reason: str
    pseudonym: str


def recipients_of(people: Iterable[KnownAs]) -> dict[str, object]:
    """Return these people as values of a statement, which may find deliveries of other audiences as well."""
    return {"recipients": sorted({person.recipient for person in people})}


def entries_of(people: Iterable[KnownAs]) -> set[tuple[int, str]]:
    """Return which entries of the ledger are meant: a person in an audience."""
    return {(person.recipient, person.audience) for person in people}


def _messages(connection: Connection, people: Sequence[KnownAs]) -> list[Row]:
    """Return every message that was owed to these people."""
    ours = entries_of(people)
    rows = connection.execute("messages_of_recipients", recipients_of(people))
    return [row for row in rows if (row["recipient_id"], row["audience"]) in ours]


def _erase(
    connection: Connection, incident: int, aliases: Sequence[_Alias], scrubber: Scrubber, by: Author
) -> None:
    """Replace people in deliveries by pseudonyms, and remove them from prose; the counts stay."""
    erased = connection.execute("insert_erased").fetchone()[0]
    where = {"incident": incident, "erased": erased, "now": by.at.timestamp()}
    for name in _GIVEN_UP:
        connection.executemany(name, (_values(alias, where) for alias in aliases))
    scrub_erased(connection, scrubber, where)
    what = counted(len(aliases), "person", "people")
    connection.execute("note_erasure", {**where, "detail": f"{what} erased by {by.name}"})


def _values(alias: _Alias, where: Mapping[str, object]) -> dict[str, object]:
    return {
        **where,
        "contact": alias.contact,
        "all": int(alias.deliveries is None),
        "deliveries": alias.deliveries or [],
        "reason": alias.reason,
        "pseudonym": alias.pseudonym,
    }
