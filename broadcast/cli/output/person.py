"""The data about a person, for that person, in their language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.cli.output.page_blocks import Block, Quote, Remark, StyledWord, Table, Tone, line
from broadcast.localisation.phrase_book import PhraseBook
from broadcast.model.call_step import Details
from broadcast.model.contact import Contact
from broadcast.model.ids import notice_mark
from broadcast.model.subscription import Subscriber, SubscriptionRequest
from broadcast.model.suppression import SuppressionReason
from broadcast.privacy.export_person import PersonExport, SentMessage
from broadcast.privacy.find_person import ContactsPlace, FoundPerson
from broadcast.reports.language import ReportLanguage

INCOMPLETE = 6  # exit code if a list could not be read
PHRASES = PhraseBook(Path(__file__).with_name("phrases"))


def person_page(
    export: PersonExport, organisation: str, now: datetime, zone: ZoneInfo, locale: str
) -> Iterator[Block]:
    """Yield everything in a readable form."""
    say = _ExportWords(locale, zone)
    yield line(StyledWord(say("title")))
    yield line(say("by", name=organisation, moment=say.moment(now)))
    yield from _rows(export.person, say)
    yield from _consents(export, say)
    yield from _contacts(say("ledger"), export.known_as, say)
    for entry in export.messages:
        yield from _message(entry, say)
    yield from _answers(export, say)
    yield from _written(export, say)
    yield from _calls(export, say)
    yield from _absences(export, say)
    yield from _subscriptions(export, say)
    yield from _suppressions(export, say)


class _ExportWords:
    """Words and times in the reader's language."""

    def __init__(self, locale: str, zone: ZoneInfo) -> None:
        language = ReportLanguage(locale, zone)
        self.moment = language.moment
        self._day = language.day
        self._phrases = PHRASES.phrases(locale)

    def __call__(self, name: str, /, **values: str) -> str:
        return self._phrases(name, **values)

    def state(self, state: str) -> str:
        """Return the readers' word for a state; the state itself if there is none."""
        return self._phrases.table("states").get(state, state)

    def reason(self, reason: SuppressionReason) -> str:
        """Return why an address is not used."""
        return self._phrases(f"reasons.{reason}")

    def answer(self, answer: str) -> str:
        """Return the readers' word for an answer; an option of a question is shown as it was written."""
        return self._phrases.table("answered").get(answer, answer)

    def day(self, written: str) -> str:
        """Return a day in the form of a list; unchanged if it is not a day."""
        try:
            return self._day(date.fromisoformat(written))
        except ValueError:
            return written


def _rows(person: FoundPerson, say: _ExportWords) -> Iterator[Block]:
    """Yield each row of the contact lists unchanged."""
    for standing in person.rows:
        title = f"{say('files')}: {standing.audience}"
        yield Table((say("column"), say("value")), standing.row.cells, title)
    if not person.rows:
        yield line(f"{say('files')}: {say('none')}")


def _contacts(title: str, contacts: Sequence[Contact], say: _ExportWords) -> Iterator[Block]:
    rows = tuple(
        (
            contact.name,
            contact.id,
            contact.phone or "",
            contact.email or "",
            ", ".join(f"{name}: {value}" for name, value in contact.extra if value),
        )
        for contact in contacts
    )
    columns = ("name", "id", "phone", "email", "further")
    yield Table(tuple(map(say, columns)), rows, title) if rows else line(f"{title}: {say('none')}")


def _consents(export: PersonExport, say: _ExportWords) -> Iterator[Block]:
    rows = tuple(
        (
            consent.channel,
            consent.purpose or say("all"),
            say("yes" if consent.given else "no"),
            say.day(consent.since),
            consent.source,
        )
        for standing in export.person.rows
        for consent in standing.row.contact.consents
    )
    columns = ("channel", "purpose", "answer", "since", "source")
    if rows:
        yield Table(tuple(map(say, columns)), rows, say("consents"))


def _message(entry: SentMessage, say: _ExportWords) -> Iterator[Block]:
    """Yield the text of each channel that was tried, with its result."""
    message = entry.message
    for sent in entry.sent:
        tried = [one for one in message.attempts if one.channel == sent.channel]
        attempts = "; ".join(
            f"{one.channel} {say.moment(one.at)} {say.state(one.outcome or 'unknown')}" for one in tried
        )
        mark = notice_mark(message.incident, message.sequence)
        title = f"{mark} {message.title}: {attempts or say.state(message.state)}"
        text = sent.text
        if text is None:
            yield Quote(title, say("no_text"))
        else:
            yield Quote(title, f"{text.subject}\n\n{text.text}" if text.subject else text.text)


def _answers(export: PersonExport, say: _ExportWords) -> Iterator[Block]:
    rows = tuple(
        (mark, say.moment(each.at), say.answer(each.answer), each.channel or "", each.note)
        for mark, each in export.answers
    )
    columns = ("notice", "moment", "answer", "channel", "note")
    if rows:
        yield Table(tuple(map(say, columns)), rows, say("answers"))


def _written(export: PersonExport, say: _ExportWords) -> Iterator[Block]:
    for each in export.written:
        yield Quote(f"{say('written')}: {each.channel} {say.moment(each.at)} {each.sender}", each.text)


def _calls(export: PersonExport, say: _ExportWords) -> Iterator[Block]:
    """Yield each call with what the person said and typed in it."""
    for call in export.calls:
        said = [
            " ".join(filter(None, (say.moment(one.at), one.kind, _said(one.details)))) for one in call.steps
        ]
        owed = [f"{say('callback')}: {call.call_back}"] if call.call_back else []
        owed += [f"{say('recorded')}: {say.moment(call.recorded)} {call.recording}"] if call.recorded else []
        notes = [f"{say('note')}: {note}" for note in call.notes]
        yield Quote(f"{say('call')}: {call.called} {say.moment(call.at)}", "\n".join((*said, *owed, *notes)))


def _said(details: Details) -> str:
    return ", ".join(f"{name}={value}" for name, value in details.items() if value not in ("", None))


def _absences(export: PersonExport, say: _ExportWords) -> Iterator[Block]:
    rows = tuple(
        (
            say.moment(each.starts),
            say.moment(each.ends),
            each.note,
            say.moment(each.cancelled_at) if each.cancelled_at else "",
        )
        for each in export.absences
    )
    columns = ("absent_from", "absent_until", "note", "taken_back")
    if rows:
        yield Table(tuple(map(say, columns)), rows, say("absences"))


def _subscriptions(export: PersonExport, say: _ExportWords) -> Iterator[Block]:
    waiting = (each for each in export.requests if each.confirmed_at is None)
    known: list[Subscriber | SubscriptionRequest] = [*export.subscribers, *waiting]
    rows = tuple(
        (
            each.subscription.address,
            ", ".join(each.subscription.services) or say("all"),
            say.moment(each.requested_at),
            say.moment(each.confirmed_at) if each.confirmed_at else "",
            each.subscription.source,
        )
        for each in known
    )
    columns = ("address", "services", "asked_for", "confirmed", "source")
    if rows:
        yield Table(tuple(map(say, columns)), rows, say("subscriptions"))


def _suppressions(export: PersonExport, say: _ExportWords) -> Iterator[Block]:
    rows = tuple(
        (each.shown, say.reason(each.reason), say.moment(each.at), each.source)
        for each in export.suppressions
    )
    if rows:
        yield Table((say("address"), say("reason"), say("since"), say("source")), rows, say("not_used"))


def places(person: FoundPerson, key: str) -> Iterator[Block]:
    """Yield for the operator where more may be stored about a person, without the content."""
    for place in person.possible:
        hint = f"; if it is this person, add --also {place.also}"
        yield Remark(key, f"{place}: {place.because}{hint}", Tone.WARNING)
    for place in person.rejected:
        yield Remark("not read", f"{place}: {place.because}; it mentions this person", Tone.BAD)
    for reason in person.unread:
        yield Remark("not read", f"{reason}; look into that file", Tone.BAD)


def places_json(person: FoundPerson, key: str) -> dict[str, Any]:
    """Return the same, for programs."""
    return {
        key: [_place(place) | {"also": place.also} for place in person.possible],
        "not_read": [*map(_place, person.rejected), *({"because": reason} for reason in person.unread)],
    }


def _place(place: ContactsPlace) -> dict[str, Any]:
    return {
        "audience": place.audience,
        "path": str(place.path) if place.path else None,
        "line": place.line or None,
        "because": place.because,
    }
