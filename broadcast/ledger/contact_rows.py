"""Rows that carry a person."""

from __future__ import annotations

import json

from broadcast.ledger.store import Row
from broadcast.model.contact import Contact


def contact_from(row: Row) -> Contact | None:
    """Return the contact a row carries, if it is about a person."""
    return person(row["person"], row["name"], row["phone"], row["email"], row["extra"])


def person(id: str | None, name: str, phone: str | None, email: str | None, extra: str) -> Contact | None:
    """Return the contact with these columns; None if they are those of nobody."""
    if id is None:
        return None
    return Contact(
        id=id,
        name=name,
        phone=phone,
        email=email,
        extra=tuple(json.loads(extra).items()) if extra != "{}" else (),
    )
