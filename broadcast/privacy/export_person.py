"""Personal data export: everything that contacts files, ledger and suppressions have about one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from broadcast.config.settings import Settings
from broadcast.errors import NothingMatched
from broadcast.ledger.absences import Absence
from broadcast.ledger.call_record import PersonCall, calls_of
from broadcast.ledger.confirmations import Confirmation, OtherAnswer
from broadcast.ledger.inbox import RecordedMessage
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.person_record import OwedMessage, recorded
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.ids import notice_mark
from broadcast.model.message import Message as Text
from broadcast.model.subscription import Subscriber, SubscriptionRequest
from broadcast.model.suppression import Suppression
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.privacy.find_person import FoundPerson, Typed, find_person, read_typed


@dataclass(frozen=True, slots=True)
class SentText:
    """The text that one channel carried; None if it was erased."""

    channel: str
    text: Text | None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message with the text of every channel that was tried, in order; at least one."""

    message: OwedMessage
    sent: tuple[SentText, ...]

    @property
    def text(self) -> Text | None:
        """The text of the channel that was tried last."""
        return self.sent[-1].text


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonExport:
    """All data about one person.

    `known_as` are their contacts as the ledger has them, `written` what they wrote to us, `answers` their
    answers to notices, each with its notice (`INC-7/2`), and `absences` when they were away from a rota.
    `subscribers` are their subscriptions, `requests` their requests to subscribe, and `calls` their calls to
    the hotline.
    """

    person: FoundPerson
    known_as: tuple[Contact, ...]
    messages: tuple[SentMessage, ...]
    suppressions: tuple[Suppression, ...]
    written: tuple[RecordedMessage, ...] = ()
    answers: tuple[tuple[str, Confirmation | OtherAnswer], ...] = ()
    absences: tuple[Absence, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    requests: tuple[SubscriptionRequest, ...] = ()
    calls: tuple[PersonCall, ...] = ()

    @property
    def locale(self) -> str | None:
        """Their language, from the contacts files or else from earlier messages; None if it is not known."""
        of_files = (standing.row.contact.locale for standing in self.person.rows)
        of_messages = (sent.message.locale for sent in self.messages)
        return next((locale for locale in (*of_files, *of_messages) if locale), None)


def export_person(
    ledger: Ledger,
    settings: Settings,
    channels: Mapping[str, PlannedChannel],
    term: str,
    also: Sequence[str] = (),
) -> PersonExport:
    """Return all data about the person with this id, phone number or mailbox.

    `also` are further ids or addresses of the same person. Raises `UsageError` if several people match, and
    `NothingMatched` if no data is found.
    """
    person = find_person(ledger, settings, term, also)
    contacts, messages = recorded(ledger.store, person.known_as)
    typed = read_typed(settings, term)
    suppressions = tuple(_suppressions(ledger, person, typed))
    written = tuple(one for address in person.writes_from for one in ledger.inbox.from_address(*address))
    absences = tuple(one for id in sorted(person.own_ids) for one in ledger.absences.of(id))
    asked = [ledger.subscriptions.of_address(*address) for address in person.writes_from]
    phones = (each for kind, each in person.writes_from if kind is AddressKind.PHONE)
    calls = tuple(one for phone in phones for one in calls_of(ledger.store, phone))
    known = (
        person.entries,
        suppressions,
        written,
        absences,
        any(asked),
        person.rejected,
        person.unread,
        calls,
    )
    if not any(known):
        raise NothingMatched(
            f"nothing is known about {term.strip()}",
            hint="give the id, the phone number or the e-mail address, as the contacts file has it",
        )
    sent = tuple(SentMessage(message, tuple(_sent(ledger, message, channels))) for message in messages)
    answers = tuple(_answers(ledger, messages))
    return PersonExport(
        person=person,
        known_as=tuple(contacts),
        messages=sent,
        suppressions=suppressions,
        written=written,
        answers=answers,
        absences=absences,
        subscribers=tuple(one for found in asked for one in found.subscribers),
        requests=tuple(one for found in asked for one in found.requests),
        calls=calls,
    )


def _answers(
    ledger: Ledger, messages: Sequence[OwedMessage]
) -> Iterator[tuple[str, Confirmation | OtherAnswer]]:
    """Yield the person's answers to these notices, each with its notice."""
    notices = {message.notice: notice_mark(message.incident, message.sequence) for message in messages}
    receivers = {(message.notice, message.audience, message.contact.id) for message in messages}
    for notice, mark in notices.items():
        given: list[Confirmation | OtherAnswer] = [*ledger.confirmations.of(notice)]
        given += ledger.confirmations.others(notice)
        for answer in given:
            if (notice, answer.audience, answer.contact) in receivers:
                yield mark, answer


def _suppressions(ledger: Ledger, person: FoundPerson, typed: Typed) -> Iterator[Suppression]:
    """Yield the suppressions of their addresses, and of the address that was typed."""
    asked = ((AddressKind.PHONE, typed.phone), (AddressKind.EMAIL, typed.email))
    for kind, address in dict.fromkeys((*person.addresses, *asked)):
        if address:
            yield from ledger.suppressions.of(kind, address)


def _sent(ledger: Ledger, message: OwedMessage, channels: Mapping[str, PlannedChannel]) -> Iterator[SentText]:
    """Yield the text of each channel: after a failover, both the e-mail and the SMS were sent to them."""
    texts = {
        text.kind: text.message
        for text in ledger.incidents.texts(message.notice)
        if (text.template_audience, text.message.locale) == (message.template_audience, message.locale)
    }
    for channel in dict.fromkeys([one.channel for one in message.attempts] or [message.channel]):
        text = texts.get(_kind(channel, message, channels))
        yield SentText(channel, text and text.personal(message.contact.template_values()))


def _kind(channel: str, message: OwedMessage, channels: Mapping[str, PlannedChannel]) -> str:
    """Return the kind of text that the channel carried; old notices do not say, so take its kind of today."""
    known = channels[channel].capabilities.kind if channel in channels else ""
    return message.kinds.get(channel, known)
