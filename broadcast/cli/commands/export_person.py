"""`contacts export-person`: all data about one person, to give to them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from broadcast.cli.command import command
from broadcast.cli.ledger import use_ledger
from broadcast.cli.options import Also, Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.person import INCOMPLETE, person_page, places, places_json
from broadcast.cli.output.timestamps import iso
from broadcast.jobs import record_spooled
from broadcast.ledger.call_record import PersonCall
from broadcast.ledger.person_record import RecordedAttempt
from broadcast.model.clock import SystemClock
from broadcast.model.contact import Contact
from broadcast.model.subscription import Subscription
from broadcast.privacy import export_person as exporting
from broadcast.wiring import load_settings, make_channels

SCHEMA = "broadcast.person/1"

Whom = Annotated[
    str, typer.Argument(metavar="CONTACT", help="The id, phone number or e-mail address of the person.")
]


@command(
    "broadcast contacts export-person anna@kunde.example > anna.txt",
    "broadcast contacts export-person anna@kunde.example -o json",
    name="export-person",
)
def export_person(common: Common, whom: Whom, also: Also = None, output: ListForm = OutputForm.HUMAN) -> int:
    """Export all data about one person: contacts files, consent, messages as sent, suppressions.

    Readable in their language, or as JSON. Addresses are in clear: do not give it to others. Entries that may
    be about another person are left out and listed with file and line: check them, and add them with --also.
    The exit code is 6 if a list, or a row that mentions the person, could not be read.
    """
    settings = load_settings(common.config, sandbox=common.sandbox)
    channels = make_channels(settings).planned
    with use_ledger(settings) as ledger:
        record_spooled(settings, ledger)  # what waits beside the ledger is theirs, too
        export = exporting.export_person(ledger, settings, channels, whom, also or ())
    zone, now = settings.timezone, SystemClock().now()
    if output is OutputForm.JSON:
        show_json({"as_of": iso(now, zone), **_json(export, zone)} | {"schema": SCHEMA}, common.out)
    else:
        locale = export.locale or settings.locale
        page = person_page(export, settings.organisation, now, zone, locale)
        show(list(page), common.out)
    show(list(places(export.person, "not included")), common.err)
    return INCOMPLETE * (not export.person.complete)


def _json(export: exporting.PersonExport, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "contacts_files": [
            {
                "audience": each.audience,
                "path": str(each.path),
                "line": each.row.line,
                **_contact(each.row.contact),
                "row": dict(each.row.cells),
            }
            for each in export.person.rows
        ],
        "ledger": [_contact(each) for each in export.known_as],
        "messages": [_message(each, zone) for each in export.messages],
        "suppressions": [
            {
                "kind": each.kind,
                "address": each.shown,
                "reason": each.reason,
                "source": each.source,
                "since": iso(each.at, zone),
            }
            for each in export.suppressions
        ],
        "written": [
            {
                "at": iso(each.at, zone),
                "channel": each.channel,
                "address": each.sender,
                "incident": each.incident,
                "notice": each.sequence,
                "text": each.text,
            }
            for each in export.written
        ],
        "answers": [
            {
                "notice": mark,
                "at": iso(each.at, zone),
                "answer": each.answer,
                "means": each.means,
                "channel": each.channel,
                "note": each.note,
            }
            for mark, each in export.answers
        ],
        "absences": [
            {
                "id": each.contact,
                "from": iso(each.starts, zone),
                "until": iso(each.ends, zone),
                "note": each.note,
                "recorded_at": iso(each.at, zone),
                "cancelled_at": iso(each.cancelled_at, zone),
            }
            for each in export.absences
        ],
        "calls": [_call(each, zone) for each in export.calls],
        **_subscriptions(export, zone),
        **places_json(export.person, "not_included"),
    }


def _call(call: PersonCall, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "at": iso(call.at, zone),
        "ended_at": iso(call.ended_at, zone),
        "phone": call.caller,
        "called": call.called,
        "locale": call.locale,
        "outcome": call.outcome or None,
        "topic": call.topic or None,
        "rating": call.rating,
        "steps": [{"at": iso(one.at, zone), "kind": one.kind, **one.details} for one in call.steps],
        "callback": call.call_back,
        "recorded_at": iso(call.recorded, zone),
        "recording": call.recording or None,
        "notes": list(call.notes),
    }


def _subscriptions(export: exporting.PersonExport, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "subscriptions": [
            {
                **_wish(each.subscription),
                "requested_at": iso(each.requested_at, zone),
                "confirmed_at": iso(each.confirmed_at, zone),
            }
            for each in export.subscribers
        ],
        "subscription_requests": [
            {
                **_wish(each.subscription),
                "requested_at": iso(each.requested_at, zone),
                "expires_at": iso(each.expires_at, zone),
                "confirmed_at": iso(each.confirmed_at, zone),
            }
            for each in export.requests
        ],
    }


def _wish(wish: Subscription) -> dict[str, Any]:
    return {
        "audience": wish.audience,
        "kind": wish.kind,
        "address": wish.address,
        "locale": wish.locale,
        "services": list(wish.services),
        "source": wish.source,
    }


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "name": contact.name,
        "phone": contact.phone,
        "email": contact.email,
        "locale": contact.locale,
        "groups": list(contact.groups),
        "further": dict(contact.extra),
        "consents": [asdict(consent) for consent in contact.consents],
    }


def _message(entry: exporting.SentMessage, zone: ZoneInfo) -> dict[str, Any]:
    message = entry.message
    return {
        "incident": message.incident,
        "title": message.title,
        "notice": message.sequence,
        "kind": message.kind,
        "at": iso(message.at, zone),
        "audience": message.audience,
        "channel": message.channel,
        "state": message.state,
        "reason": message.reason,
        "subject": entry.text and entry.text.subject,
        "text": entry.text and entry.text.text,
        "texts": [
            {
                "channel": each.channel,
                "subject": each.text and each.text.subject,
                "text": each.text and each.text.text,
            }
            for each in entry.sent
        ],
        "attempts": [_attempt(each, zone) for each in message.attempts],
    }


def _attempt(attempt: RecordedAttempt, zone: ZoneInfo) -> dict[str, Any]:
    receipts = [{**asdict(each), "at": iso(each.at, zone)} for each in attempt.receipts]
    return {**asdict(attempt), "at": iso(attempt.at, zone), "receipts": receipts}
