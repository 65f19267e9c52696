"""What people say about how they were informed: a rating from 1 to 5, and words."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.ledger.store import Connection, Store
from broadcast.model.contact import AddressKind
from broadcast.model.ids import address_digest

#: The source of a call that stands for the wish, on a page, to be called back.
SOURCE = "feedback"
#: So many call-backs are taken from pages in an hour: whoever fills in forms must not keep agents dialling.
MOST_CALL_BACKS_AN_HOUR = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What somebody said about an incident; `number` is where they want to be called, "" if nowhere."""

    incident: int
    rating: int
    text: str = field(repr=False)
    number: str = field(default="", repr=False)
    locale: str
    at: datetime


def add_feedback(store: Store, given: Feedback) -> bool:
    """Record it; return whether the person will be called back."""
    ref = secrets.token_hex(8)
    wish = {"source": SOURCE, "ref": ref, "at": given.at.timestamp(), "locale": given.locale}
    with store.transaction() as connection:
        wanted = bool(given.number) and _call_back(connection, store.secret(), given, wish)
        values = {**wish, "incident": given.incident, "rating": given.rating, "text": given.text or None}
        connection.execute("insert_feedback", values)
    return wanted


def ratings_of(store: Store, incident: int, since: datetime, until: datetime) -> dict[str, int]:
    """Return how often each rating was given: on the incident's page, and by callers between two times."""
    wanted = {"incident": incident, "since": since.timestamp(), "until": until.timestamp()}
    with store.reading() as connection:
        return {str(row["rating"]): row["count"] for row in connection.execute("ratings_of_incident", wanted)}


def ratings_since(store: Store, since: datetime) -> dict[str, int]:
    """Return how often each rating was given since a time, on pages and by callers."""
    with store.reading() as connection:
        rows = connection.execute("ratings_since", {"since": since.timestamp()})
        return {str(row["rating"]): row["count"] for row in rows}


def _call_back(connection: Connection, secret: bytes, given: Feedback, wish: Mapping[str, object]) -> bool:
    """Let the person be called back, unless pages asked for too many call-backs already."""
    hour = {"source": SOURCE, "since": (given.at - timedelta(hours=1)).timestamp()}
    if connection.execute("call_backs_from_pages", hour).fetchone()["count"] >= MOST_CALL_BACKS_AN_HOUR:
        return False
    digest = address_digest(secret, AddressKind.PHONE, given.number)
    person = {**wish, "digest": digest, "called": "", "caller": given.number}
    connection.execute("begin_call", person)
    connection.execute("call_outcome", {**wish, "outcome": "call-back"})
    connection.execute("request_call_back", {**person, "number": given.number, "topic": "asked"})
    return True
