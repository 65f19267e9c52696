"""What is known about a person, as that person reads it: in German or in English."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from broadcast.cli.output.blocks import Block, Quote, Table, Word, line
from broadcast.cli.output.show import clock_time
from broadcast.model.contact import Contact
from broadcast.operations.export_person import Dossier, Told

_WORDS = {
    "title": ("Auskunft über die zu Ihnen gespeicherten Daten", "Information about the data stored on you"),
    "by": ("Verantwortlich: {name}, Stand {moment}", "Controller: {name}, as of {moment}"),
    "files": ("In unseren Kontaktlisten", "In our contact lists"),
    "ledger": ("In unserem Protokoll der Mitteilungen", "In our log of notices"),
    "consents": ("Ihre Einwilligungen", "What you agreed to"),
    "not_used": ("Gesperrte Adressen", "Suppressed addresses"),
    "none": ("nichts", "nothing"),
    "list": ("Liste", "list"),
    "name": ("Name", "name"),
    "id": ("Kennung", "id"),
    "phone": ("Telefon", "phone"),
    "email": ("E-Mail", "e-mail"),
    "locale": ("Sprache", "language"),
    "groups": ("Gruppen", "groups"),
    "further": ("Weitere Angaben", "further"),
    "channel": ("Weg", "channel"),
    "purpose": ("Zweck", "purpose"),
    "answer": ("Antwort", "answer"),
    "since": ("seit", "since"),
    "source": ("Quelle", "source"),
    "reason": ("Grund", "reason"),
    "address": ("Adresse", "address"),
    "yes": ("ja", "yes"),
    "no": ("nein", "no"),
    "all": ("alle", "all"),
    "no_text": ("(kein Text bekannt)", "(no text known)"),
}


_STATES = {
    "planned": ("noch nicht gesendet", "not sent yet"),
    "held": ("zurückgehalten", "held"),
    "failed": ("nicht erreichbar", "not reachable"),
    "suppressed": ("gesperrt, nicht gesendet", "suppressed, not sent"),
    "expired": ("veraltet, nicht gesendet", "out of date, not sent"),
    "cancelled": ("überholt, nicht gesendet", "superseded, not sent"),
    "accepted": ("angenommen", "accepted"),
    "rejected": ("abgelehnt", "refused"),
    "not_sent": ("nicht gesendet", "not sent"),
    "unknown": ("Antwort verloren", "answer lost"),
}


def person_page(
    dossier: Dossier, organisation: str, moment: str, zone: ZoneInfo, locale: str
) -> Iterator[Block]:
    """Everything, readable."""
    say = _Say(locale)
    yield line(Word(say("title")))
    yield line(say("by").format(name=organisation, moment=moment))
    contacts = [(standing.audience, standing.contact) for standing in dossier.files]
    yield from _contacts(say("files"), contacts, say)
    yield from _consents(dossier, say)
    yield from _contacts(say("ledger"), [("", contact) for contact in dossier.known_as], say)
    for told in dossier.told:
        yield _message(told, zone, say)
    yield from _suppressions(dossier, zone, say)


class _Say:
    """A word in the reader's language."""

    def __init__(self, locale: str) -> None:
        self._place = 0 if locale.partition("-")[0] == "de" else 1

    def __call__(self, key: str) -> str:
        return _WORDS[key][self._place]

    def state(self, state: str) -> str:
        """What became of something; the word itself where there is no better one."""
        return _STATES.get(state, (state, state))[self._place]


def _contacts(title: str, contacts: list[tuple[str, Contact]], say: _Say) -> Iterator[Block]:
    rows = tuple(
        (
            where,
            contact.name,
            contact.id,
            contact.phone or "",
            contact.email or "",
            contact.locale or "",
            ", ".join(contact.groups),
            ", ".join(f"{name}: {value}" for name, value in contact.extra if value),
        )
        for where, contact in contacts
    )
    columns = ("list", "name", "id", "phone", "email", "locale", "groups", "further")
    yield Table(tuple(map(say, columns)), rows, title) if rows else line(f"{title}: {say('none')}")


def _consents(dossier: Dossier, say: _Say) -> Iterator[Block]:
    rows = tuple(
        (
            consent.channel,
            consent.purpose or say("all"),
            say("yes" if consent.given else "no"),
            consent.since,
            consent.source,
        )
        for standing in dossier.files
        for consent in standing.contact.consents
    )
    columns = ("channel", "purpose", "answer", "since", "source")
    if rows:
        yield Table(tuple(map(say, columns)), rows, say("consents"))


def _message(told: Told, zone: ZoneInfo, say: _Say) -> Quote:
    message, text = told.message, told.text
    tried = [(one, say.state(one.outcome or "unknown")) for one in message.tries]
    tries = "; ".join(f"{one.channel} {clock_time(one.at, zone)} {outcome}" for one, outcome in tried)
    title = f"{message.incident}/{message.sequence} {message.title}: {tries or say.state(message.state)}"
    if text is None:
        return Quote(title, say("no_text"))
    return Quote(title, f"{text.subject}\n\n{text.text}" if text.subject else text.text)


def _suppressions(dossier: Dossier, zone: ZoneInfo, say: _Say) -> Iterator[Block]:
    rows = tuple(
        (each.shown, each.reason, clock_time(each.at, zone), each.source) for each in dossier.suppressions
    )
    if rows:
        yield Table((say("address"), say("reason"), say("since"), say("source")), rows, say("not_used"))
