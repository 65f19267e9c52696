"""Providers are asked what became of messages where nobody tells us: ever less often, and not for ever."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from broadcast.ledger.polls import LONGEST
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.publishing.request import Verb
from broadcast.sandbox.faults import parse_fault
from tests.cadence.conftest import Clockwork

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FETCHED = re.compile(r".*/Messages/SM[0-9a-f]+\.json")


@pytest.fixture
def clockwork(company):
    company.configure()
    company.edit('lanes = [["email", "mail-backup", "sms"]]', 'lanes = [["sms"]]')
    told = Clockwork(company)
    told.publish(Verb.NOTIFY, title="Kasse gestört")
    return told


def states(clockwork):
    with clockwork.company.ledger() as ledger:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        return [line.state for line in ledger.history.lines(notice)]


def fetched(sandbox):
    """How often Twilio was asked about a message."""
    return sum(one.method == "GET" and bool(FETCHED.fullmatch(one.path)) for one in sandbox.requests)


def test_messages_are_asked_about_after_a_minute_and_then_no_more(clockwork, sandbox):
    assert clockwork.round().done == ()

    (line,) = clockwork.round(clockwork.clock.now() + 2 * MINUTE).done

    assert line == "receipts: sms: 3 messages delivered"
    assert states(clockwork) == [DeliveryState.DELIVERED] * 3
    assert clockwork.round(clockwork.clock.now() + HOUR).done == ()
    assert fetched(sandbox) == 3


def test_a_provider_without_news_is_asked_less_and_less_often_and_not_after_two_days(clockwork, sandbox):
    sandbox.fault(parse_fault("twilio:down"))
    begun = clockwork.clock.now()
    while clockwork.clock.now() - begun < LONGEST + 5 * HOUR:
        clockwork.round(clockwork.clock.now() + 30 * MINUTE)

    assert 3 * 7 <= fetched(sandbox) <= 3 * 12
    assert states(clockwork) == [DeliveryState.ACCEPTED] * 3


def test_two_processes_ask_once(clockwork, sandbox):
    clockwork.clock.advance_to(clockwork.clock.now() + 2 * MINUTE)
    sandbox.fault(parse_fault("twilio:down"))

    clockwork.round()
    clockwork.round()

    assert fetched(sandbox) == 3


def test_what_a_webhook_said_is_not_asked_for(clockwork, sandbox):
    with clockwork.company.ledger() as ledger:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        refs = [line.ref for line in ledger.history.lines(notice)]
        sent = [Receipt(ref=ref, state=ReceiptState.ACCEPTED, event="sent") for ref in refs]
        came = [ChannelReceipt("sms", AddressKind.PHONE, one) for one in sent]
        ledger.receipts.record(came, clockwork.clock.now())

    assert clockwork.round(clockwork.clock.now() + 2 * MINUTE).done == ()
    assert fetched(sandbox) == 0


def test_with_a_webhook_it_is_asked_only_once_the_webhook_is_late(clockwork, sandbox):
    clockwork.company.edit(
        'adapter = "twilio-sms"', 'adapter = "twilio-sms"\nstatus_callback = "https://x.example/hooks/sms"'
    )

    clockwork.round(clockwork.clock.now() + 20 * MINUTE)
    assert fetched(sandbox) == 0

    (line,) = clockwork.round(clockwork.clock.now() + 20 * MINUTE).done
    assert line == "receipts: sms: 3 messages delivered"
