"""Forgetting one person: out of every incident, and word of the files where they still stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from broadcast.config.settings import Settings
from broadcast.contacts.address import Unusable
from broadcast.errors import ConfigError, NothingMatched, UsageError
from broadcast.ledger.erasure import Author, KnownAs
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import Contact


@dataclass(frozen=True, slots=True)
class Oblivion:
    """Whom the ledger is to forget, and what it has of them.

    `files` are the contacts files, by audience, in which they still stand: nobody but you edits those.
    """

    people: tuple[KnownAs, ...]
    messages: int
    incidents: tuple[str, ...]
    files: tuple[tuple[str, Path], ...]
    done: bool = False


Consent = Callable[[Oblivion], None]


def propose(ledger: Ledger, settings: Settings, whom: str) -> Oblivion:
    """Everything under that id, phone number or mailbox; raises `UsageError` or `NothingMatched`."""
    wanted = whom.strip()
    if not wanted:
        raise UsageError("nobody is named", hint="give an id, a phone number or an e-mail address")
    phone = _phone(wanted, settings.region)
    people = tuple(ledger.erasure.known_as(wanted, phone, wanted))
    _check_one(people, wanted)
    files = tuple(_files(settings, people or (KnownAs(0, wanted, "", phone, wanted),)))
    if not people and not ledger.erasure.unfinished:
        raise NothingMatched(
            f"the ledger knows nobody as {wanted}{_still_in(files)}",
            hint="give the id, the phone number or the e-mail address, as the contacts file has it",
        )
    refs = {incident.id: incident.ref for incident in ledger.incidents.all()}
    messages = ledger.erasure.messages(people)
    return Oblivion(people, sum(messages.values()), tuple(refs[id] for id in sorted(messages)), files)


def forget(ledger: Ledger, proposed: Oblivion, by: Author, consent: Consent) -> Oblivion:
    """Erase them, and write the file anew; raises `Refused` and `LedgerError`."""
    erasure = ledger.erasure
    if proposed.people:
        ledger.require_idle("perhaps to them, so nothing was erased")
        erasure.require_space()
        consent(proposed)
        erasure.forget(proposed.people, ledger.secret(), by)
    if erasure.unfinished:
        erasure.rewrite()
    return replace(proposed, done=True)


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


def _files(settings: Settings, people: tuple[KnownAs, ...]) -> Iterator[tuple[str, Path]]:
    from broadcast.contacts.book import read_contacts

    for audience in settings.audiences.values():
        for path in audience.contacts:
            try:
                book = read_contacts((path,), settings.region)
            except ConfigError:
                continue  # whom a file names that cannot be read, nobody can say; `contacts check` complains
            if any(_same(contact, person) for contact in book.contacts for person in people):
                yield audience.name, path


def _same(contact: Contact, person: KnownAs) -> bool:
    return (
        contact.id == person.contact
        or (contact.phone is not None and contact.phone == person.phone)
        or (contact.email is not None and contact.email.lower() == (person.email or "").lower())
    )


def _still_in(files: tuple[tuple[str, Path], ...]) -> str:
    return f"; in the contacts they stand in {', '.join(path.name for _, path in files)}" if files else ""
