"""Everything that is known about one person, for them to be told: contacts files, ledger, suppressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from broadcast.config.settings import Settings
from broadcast.dispatch.outbox import contact_values
from broadcast.errors import NothingMatched
from broadcast.ledger.dossier import Message
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.message import Message as Text
from broadcast.model.suppression import Suppression
from broadcast.operations.person import as_typed, in_files, known_as
from broadcast.planning.ways import Way


@dataclass(frozen=True, slots=True)
class Standing:
    """A place in a contacts file where somebody stands, and what it says of them."""

    audience: str
    path: Path
    contact: Contact


@dataclass(frozen=True, slots=True)
class Told:
    """A message with its text as it went to them; None where the text is not known any more."""

    message: Message
    text: Text | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is known about one person; `known_as` is how the ledger has them."""

    files: tuple[Standing, ...]
    known_as: tuple[Contact, ...]
    told: tuple[Told, ...]
    suppressions: tuple[Suppression, ...]

    @property
    def locale(self) -> str | None:
        """The language they read, where one is known."""
        of_files = (standing.contact.locale for standing in self.files)
        of_messages = (told.message.locale for told in self.told)
        return next((locale for locale in (*of_files, *of_messages) if locale), None)


def export_person(ledger: Ledger, settings: Settings, ways: Mapping[str, Way], whom: str) -> Dossier:
    """What is known under that id, phone number or mailbox; raises `UsageError` or `NothingMatched`."""
    people = known_as(ledger, settings, whom)
    typed = as_typed(settings, whom)
    files = tuple(
        Standing(audience, path, contact)
        for audience, path, found in in_files(settings, people or (typed,))
        for contact in found
    )
    contacts, messages = ledger.recorded([person.recipient for person in people])
    everywhere = [*contacts, *(standing.contact for standing in files)]
    suppressions = tuple(_suppressions(ledger, everywhere, typed.phone, typed.email))
    if not (people or files or suppressions):
        raise NothingMatched(
            f"nothing is known about {whom.strip()}",
            hint="give the id, the phone number or the e-mail address, as the contacts file has it",
        )
    told = tuple(Told(message, _text(ledger, message, ways)) for message in messages)
    return Dossier(files, tuple(contacts), told, suppressions)


def _suppressions(
    ledger: Ledger, contacts: Sequence[Contact], phone: str | None, email: str | None
) -> Iterator[Suppression]:
    """What is held against any of their addresses."""
    typed = [(AddressKind.PHONE, phone or ""), (AddressKind.EMAIL, email if email and "@" in email else "")]
    known = [(kind, contact.address(kind) or "") for contact in contacts for kind in AddressKind]
    for kind, address in dict.fromkeys((kind, address.lower()) for kind, address in (*typed, *known)):
        if address:
            yield from ledger.suppressions.of(kind, address)


def _text(ledger: Ledger, message: Message, ways: Mapping[str, Way]) -> Text | None:
    if message.channel not in ways:
        return None
    wanted = (message.texts, message.locale, ways[message.channel].capabilities.kind)
    for text in ledger.incidents.texts(message.notice):
        if (text.texts, text.message.locale, text.kind) == wanted:
            return text.message.personal(contact_values(message.contact))
    return None
