"""Convert columns that many statements share into values, and back: times, contacts, services."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, overload

from broadcast.ledger.store import Row
from broadcast.model.contact import Contact
from broadcast.model.incident import Service


@overload
def moment(epoch: float) -> datetime: ...
@overload
def moment(epoch: float | None) -> datetime | None: ...
def moment(epoch: float | None) -> datetime | None:
    """Return a column of seconds since the epoch as an aware UTC datetime; None for NULL.

    Example:
        >>> moment(1796000000.0)
        datetime.datetime(2026, 11, 30, 0, 53, 20, tzinfo=datetime.timezone.utc)
    """
    return None if epoch is None else datetime.fromtimestamp(epoch, UTC)


def epoch(at: datetime | None) -> float | None:
    """Return a time as a column of seconds since the epoch; None is NULL."""
    return None if at is None else at.timestamp()


def contact_from(row: Row) -> Contact | None:
    """Return the contact in the columns `person`, `name`, `phone`, `email` and `extra` of a row.

    None if the row is not about a person: a post on a channel has no contact.
    """
    return contact(row["person"], row["name"], row["phone"], row["email"], row["extra"])


def contact(id: str | None, name: str, phone: str | None, email: str | None, extra: str) -> Contact | None:
    """Return the contact with these columns, `extra` as a JSON object; None if it has no id."""
    if id is None:
        return None
    # Most people have no extra columns, and a large notice has very many people.
    further = tuple(json.loads(extra).items()) if extra != "{}" else ()
    return Contact(id=id, name=name, phone=phone, email=email, extra=further)


def services_to_json(services: tuple[Service, ...]) -> str:
    """Return services as a JSON list of objects."""
    return json.dumps([asdict(service) for service in services], ensure_ascii=False)


def services_from_json(text: str) -> tuple[Service, ...]:
    """Return the services in a JSON list."""
    return _services(json.loads(text))


def services_of_facts(text: str) -> tuple[Service, ...]:
    """Return the services in a fact record, which is a JSON object, without reading the rest of it."""
    return _services(json.loads(text)["services"])


def _services(entries: Iterable[Mapping[str, Any]]) -> tuple[Service, ...]:
    return tuple(
        Service(entry["key"], tuple((a, b) for a, b in entry["names"]), entry["component"])
        for entry in entries
    )
