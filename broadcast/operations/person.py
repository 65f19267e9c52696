"""One person, by an id, a number or a mailbox: in the ledger and in the contacts files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from broadcast.config.settings import Settings
from broadcast.contacts.address import Unusable
from broadcast.errors import ConfigError, UsageError
from broadcast.ledger.erasure import KnownAs
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import Contact


def known_as(ledger: Ledger, settings: Settings, whom: str) -> tuple[KnownAs, ...]:
    """Under what the ledger knows them; raises `UsageError` where it is not clear who is meant."""
    wanted = whom.strip()
    if not wanted:
        raise UsageError("nobody is named", hint="give an id, a phone number or an e-mail address")
    people = tuple(ledger.erasure.known_as(wanted, _phone(wanted, settings.region), wanted))
    _check_one(people, wanted)
    return people


def as_typed(settings: Settings, whom: str) -> KnownAs:
    """Somebody of whom nothing is known but what was typed."""
    wanted = whom.strip()
    return KnownAs(0, wanted, "", _phone(wanted, settings.region), wanted)


def in_files(settings: Settings, people: tuple[KnownAs, ...]) -> Iterator[tuple[str, Path, list[Contact]]]:
    """The audiences and files in which they stand, and as what.

    Whom a file names that cannot be read, nobody can say; `contacts check` complains about it.
    """
    from broadcast.contacts.book import read_contacts

    for audience in settings.audiences.values():
        for path in audience.contacts:
            try:
                book = read_contacts((path,), settings.region)
            except ConfigError:
                continue
            found = [contact for contact in book.contacts if any(_same(contact, one) for one in people)]
            if found:
                yield audience.name, path, found


def _check_one(people: tuple[KnownAs, ...], wanted: str) -> None:
    """Two people may share a number, or two lists both count from 1; then it is not clear who is meant."""
    named = {person.name.casefold(): person for person in people if person.name}
    if len(named) > 1:
        listed = ", ".join(f"{one.name} (id {one.contact})" for one in named.values())
        raise UsageError(
            f"{wanted} stands for {len(named)} people: {listed}",
            hint="name one of them by something that only they have: an id, a number or a mailbox",
        )


def _phone(text: str, region: str) -> str:
    """The number as the ledger has it, where the text is one."""
    if "@" in text:
        return ""
    from broadcast.contacts.phone import read_phone

    try:
        return read_phone(text, region).number
    except Unusable:
        return ""


def _same(contact: Contact, person: KnownAs) -> bool:
    return (
        contact.id == person.contact
        or (contact.phone is not None and contact.phone == person.phone)
        or (contact.email is not None and contact.email.lower() == (person.email or "").lower())
    )
