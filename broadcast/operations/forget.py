"""Forgetting one person: out of every incident, and word of the files where they still stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from broadcast.config.settings import Settings
from broadcast.errors import NothingMatched
from broadcast.ledger.erasure import Author, KnownAs
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind
from broadcast.model.suppression import Suppression, SuppressionReason, suppression
from broadcast.operations.person import as_typed, in_files, known_as


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
    people = known_as(ledger, settings, whom)
    found = in_files(settings, people or (as_typed(settings, whom),))
    files = tuple((audience, path) for audience, path, _ in found)
    if not people and not ledger.erasure.unfinished:
        raise NothingMatched(
            f"the ledger knows nobody as {whom.strip()}{_still_in(files)}",
            hint="give the id, the phone number or the e-mail address, as the contacts file has it",
        )
    refs = {incident.id: incident.ref for incident in ledger.incidents.all()}
    messages = ledger.erasure.messages(people)
    return Oblivion(people, sum(messages.values()), tuple(refs[id] for id in sorted(messages)), files)


def forget(
    ledger: Ledger, proposed: Oblivion, by: Author, consent: Consent, *, suppress: bool = False
) -> Oblivion:
    """Erase them, and write the file anew; raises `Refused` and `LedgerError`.

    With `suppress`, a digest of each of their addresses stays, so that no contacts file reaches them again.
    """
    erasure = ledger.erasure
    if proposed.people:
        ledger.require_idle("perhaps to them, so nothing was erased")
        erasure.require_space()
        consent(proposed)
        if suppress:
            ledger.suppressions.add(list(_suppressions(proposed.people, ledger.secret(), by)))
        erasure.forget(proposed.people, ledger.secret(), by)
    if erasure.unfinished:
        erasure.rewrite()
    return replace(proposed, done=True)


def _suppressions(people: tuple[KnownAs, ...], secret: bytes, by: Author) -> Iterator[Suppression]:
    """Erasing takes away how they are shown."""
    for person in people:
        for kind, address in ((AddressKind.PHONE, person.phone), (AddressKind.EMAIL, person.email)):
            if address:
                yield suppression(secret, kind, address, SuppressionReason.FORGOTTEN, by.name, by.at)


def _still_in(files: tuple[tuple[str, Path], ...]) -> str:
    return f"; in the contacts they stand in {', '.join(path.name for _, path in files)}" if files else ""
