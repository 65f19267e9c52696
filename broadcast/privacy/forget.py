"""Erase one person from every incident of the ledger, and report the contacts files that still have them."""

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
    """The person to erase from the ledger, with the number of their messages and the incidents concerned.

    Contacts files are never changed; their rows are only reported. `suppress` says that their addresses must
    never be used again. `written` is the number of messages from their addresses, and `absences` the
    number of their absences from a rota, `subscriptions`
    of their subscriptions and requests to subscribe, and `calls` of their calls to the hotline.
    """

    person: FoundPerson
    messages: int
    written: int = 0
    absences: int = 0
    subscriptions: int = 0
    calls: int = 0
    incidents: tuple[str, ...]
    suppress: bool = False
    done: bool = False

    @property
    def erases(self) -> bool:
        """Whether there is something to erase or to suppress."""
        found = (self.written, self.absences, self.subscriptions, self.calls)
        return bool(self.person.known_as or any(found) or (self.suppress and self.person.rows))


Consent = Callable[[ErasureProposal], None]


def propose(
    ledger: Ledger, settings: Settings, term: str, also: Sequence[str] = (), *, suppress: bool = False
) -> ErasureProposal:
    """Return what erasing the person with this id, phone number or mailbox would remove.

    Raises `UsageError` if several people match, and `NothingMatched` if there is nothing to erase.
    """
    person = find_person(ledger, settings, term, also)
    written = ledger.erasure.written(person.writes_from)
    absences = sum(len(ledger.absences.of(id)) for id in person.own_ids)
    asked = sum(
        len(found.subscribers) + len(found.requests)
        for found in (ledger.subscriptions.of_address(*address) for address in person.writes_from)
    )
    calls = ledger.erasure.calls_of(person.writes_from)
    known = person.known_as or written or absences or asked or calls or (suppress and person.rows)
    if not known and not ledger.erasure.unfinished:
        raise NothingMatched(
            f"the ledger knows nobody as {term.strip()}{_still_in(person)}",
            hint="give the id, the phone number or the e-mail address, as the contacts file has it",
        )
    refs = {incident.id: incident.ref for incident in ledger.incidents.all()}
    messages = ledger.erasure.messages(person.known_as)
    # Reminders of an incident have its number below zero; those of schedules may have no incident.
    listed = tuple(refs[id] for id in sorted({abs(id) for id in messages}) if id in refs)
    return ErasureProposal(
        person=person,
        messages=sum(messages.values()),
        written=written,
        absences=absences,
        subscriptions=asked,
        calls=calls,
        incidents=listed,
        suppress=suppress,
    )


def forget(ledger: Ledger, proposed: ErasureProposal, by: Author, consent: Consent) -> ErasureProposal:
    """Erase the person, then rewrite the ledger file so that no old page keeps their data.

    With `suppress`, a digest of each address stays, so that no contacts file reaches them again; addresses
    that other people share are not suppressed. Raises `Refused` and `LedgerError`.
    """
    erasure, person = ledger.erasure, proposed.person
    if proposed.erases:
        ledger.runs.require_idle("perhaps to them, so nothing was erased")
        erasure.require_space()
        consent(proposed)
        secret = ledger.secret()
        if proposed.suppress:
            # Before erasing, which also removes the masked address of a suppression.
            ledger.suppressions.add(list(_suppressions(person, secret, by)))
        erasure.forget(forgetting(person, secret), secret, by)
    if erasure.unfinished:
        erasure.rewrite()
    return replace(proposed, done=True)


def forgetting(person: FoundPerson, secret: bytes) -> Forgetting:
    """Return the entries, names, ids, addresses and digests that the ledger must erase."""
    names = frozenset(entry.identifiers.name for entry in person.entries) - {""}
    return Forgetting(
        people=person.known_as,
        names=names,
        addresses=person.writes_from,
        digests=frozenset(_digests(person, secret)),
        ids=person.own_ids,
    )


def _digests(person: FoundPerson, secret: bytes) -> Iterator[str]:
    """Yield a digest of each id and address.

    While an incident is open, they keep a row with a new mailbox or a new id from being told again.
    """
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
    """Yield a suppression for each address that only this person has; it keeps no readable address."""
    for kind, address in person.addresses:
        if address not in person.others_addresses:
            yield suppression(secret, kind, address, SuppressionReason.FORGOTTEN, by.name, by.at)


def _still_in(person: FoundPerson) -> str:
    files = ", ".join(dict.fromkeys(standing.path.name for standing in person.rows))
    return f"; in the contact files they are in {files}" if files else ""
