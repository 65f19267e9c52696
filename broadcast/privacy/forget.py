"""Forgetting one person: out of every incident, and word of the files where they still stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from broadcast.config.settings import Settings
from broadcast.errors import NothingMatched
from broadcast.ledger.erasure import Author, Forgetting
from broadcast.ledger.ledger import Ledger
from broadcast.model.forgotten import NAMELESS, address_digest, id_digest
from broadcast.model.suppression import Suppression, SuppressionReason, suppression
from broadcast.privacy.find_person import FoundPerson, find_person


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureProposal:
    """Whom the ledger is to forget, and what it has of them.

    The rows of the contacts files in which they still stand are yours: nobody but you edits those.
    `suppress` says that their addresses must never be used again.
    """

    person: FoundPerson
    messages: int
    incidents: tuple[str, ...]
    suppress: bool = False
    done: bool = False


Consent = Callable[[ErasureProposal], None]


def propose(
    ledger: Ledger, settings: Settings, whom: str, also: Sequence[str] = (), *, suppress: bool = False
) -> ErasureProposal:
    """Return everything under that id, phone number or mailbox; raises `UsageError` or `NothingMatched`."""
    person = find_person(ledger, settings, whom, also)
    if not person.known_as and not (suppress and person.rows) and not ledger.erasure.unfinished:
        raise NothingMatched(
            f"the ledger knows nobody as {whom.strip()}{_still_in(person)}",
            hint="give the id, the phone number or the e-mail address, as the contacts file has it",
        )
    refs = {incident.id: incident.ref for incident in ledger.incidents.all()}
    messages = ledger.erasure.messages(person.known_as)
    listed = tuple(refs[id] for id in sorted(messages))
    return ErasureProposal(
        person=person, messages=sum(messages.values()), incidents=listed, suppress=suppress
    )


def forget(ledger: Ledger, proposed: ErasureProposal, by: Author, consent: Consent) -> ErasureProposal:
    """Erase them, and write the file anew; raises `Refused` and `LedgerError`.

    With `suppress`, a digest of each address that only they have stays, so that no contacts file reaches them
    again; an address that others have too is theirs to be told at.
    """
    erasure, person = ledger.erasure, proposed.person
    if person.known_as or (proposed.suppress and person.rows):
        ledger.require_idle("perhaps to them, so nothing was erased")
        erasure.require_space()
        consent(proposed)
        secret = ledger.secret()
        if proposed.suppress:
            ledger.suppressions.add(list(_suppressions(person, secret, by)))
        erasure.forget(forgetting(person, secret), secret, by)
    if erasure.unfinished:
        erasure.rewrite()
    return replace(proposed, done=True)


def forgetting(person: FoundPerson, secret: bytes) -> Forgetting:
    """Return what a ledger must know to forget a person."""
    names = frozenset(entry.identifiers.name for entry in person.entries) - {""}
    return Forgetting(person.known_as, names, person.addresses, frozenset(_marks(person, secret)))


def _marks(person: FoundPerson, secret: bytes) -> Iterator[str]:
    """Of every id and address: the row may get a new mailbox, or a new id, while an incident goes on."""
    words = {word for entry in person.entries for word in entry.words} or {NAMELESS}
    for entry in person.entries:
        if entry.place not in person.others_places:
            yield from (id_digest(secret, *entry.place, word) for word in ("", *words))
        for address in entry.addresses:
            if address not in person.others_addresses:
                yield address_digest(secret, address)
            elif entry.identifiers.name:
                yield address_digest(secret, address, entry.identifiers.name)


def _suppressions(person: FoundPerson, secret: bytes, by: Author) -> Iterator[Suppression]:
    """Erasing takes away how they are shown."""
    for kind, address in person.addresses:
        if address not in person.others_addresses:
            yield suppression(secret, kind, address, SuppressionReason.FORGOTTEN, by.name, by.at)


def _still_in(person: FoundPerson) -> str:
    files = ", ".join(dict.fromkeys(standing.path.name for standing in person.rows))
    return f"; in the contact files they are in {files}" if files else ""
