"""Rows that carry a person."""

from __future__ import annotations

import json
import sqlite3

from broadcast.model.contact import Contact


def contact_from(row: sqlite3.Row) -> Contact | None:
    """The contact a row carries, if it is about a person."""
    if row["person"] is None:
        return None
    return Contact(
        id=row["person"],
        name=row["name"],
        phone=row["phone"],
        email=row["email"],
        extra=tuple(json.loads(row["extra"]).items()) if row["extra"] != "{}" else (),
    )
