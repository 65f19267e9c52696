"""Only an error before recording says that nothing was sent; after an error later, `retry` continues."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable

import pytest

from broadcast.dispatch.progress import Event, EventKind, Listener
from broadcast.errors import LedgerError, Unfinished
from broadcast.ledger.ledger import Ledger
from broadcast.model.contact import AddressKind
from broadcast.model.suppression import SuppressionReason, suppression
from broadcast.publishing.preview import Preview
from broadcast.publishing.request import Request, Verb
from broadcast.publishing.result import Result
from broadcast.testing.ledger_samples import NOON
from broadcast.wiring import make_publisher
from tests.harness.company import Company, consent, phone, published
from tests.harness.sandbox import arm

NOTIFY = Request(verb=Verb.NOTIFY, title="Checkout down")


def publish(
    company: Company,
    listener: Listener,
    asked: Callable[[Preview], None] = consent,
    request: Request = NOTIFY,
) -> Result:
    """Publish with a ledger that waits for no lock."""
    ledger = Ledger.open(company.ledger_path, wait=0.05)
    try:
        return published(make_publisher(company.settings, ledger, listener), request, asked)
    finally:
        ledger.close()


class AfterRecording:
    """A listener that does something as soon as the notice is recorded, before anything is sent."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act
        self._done = False

    def __call__(self, event: Event) -> None:
        if event.kind is EventKind.PLANNED and not self._done:
            self._done = True
            self._act()


@pytest.fixture
def other(company):
    """Return another process's connection to the ledger."""
    Ledger.open(company.ledger_path).close()
    connection = sqlite3.connect(company.ledger_path, isolation_level=None)
    yield connection
    connection.close()


def finish(company: Company, sandbox) -> None:
    """Check that `retry` tells every person once, whatever happened before."""
    assert company.retry().exit_code == 0
    assert company.told_once("sendgrid")


@pytest.mark.parametrize("name", ["broadcast.db.runs", "broadcast.db.secret"])
def test_missing_requirements_of_sending_are_found_before_recording(company, sandbox, name):
    Ledger.open(company.ledger_path).close()
    place = company.folder / name
    place.write_text("") if name.endswith("runs") else place.mkdir()

    with pytest.raises(LedgerError) as raised:
        company.notify()

    assert raised.value.exit_status == 12
    with company.ledger() as ledger:
        assert ledger.incidents.all() == []
    assert sandbox.received == []


def test_a_ledger_that_is_locked_after_recording_interrupts_the_run(company, sandbox, other):
    result = publish(company, AfterRecording(lambda: other.execute("BEGIN IMMEDIATE")))
    other.execute("ROLLBACK")

    assert (result.exit_code, result.sent_anything) == (130, False)
    assert "broadcast retry INC-1" in result.next
    assert any("is locked by another process" in warning for warning in result.warnings)
    assert not any("again" in warning for warning in result.warnings)
    finish(company, sandbox)


def test_an_unreadable_ledger_after_recording_names_the_recorded_notice(company, sandbox, other):
    with pytest.raises(Unfinished, match="INC-1/1 is recorded") as raised:
        publish(company, AfterRecording(lambda: other.execute("BEGIN EXCLUSIVE")))
    other.execute("ROLLBACK")

    assert "broadcast retry INC-1" in raised.value.hint
    finish(company, sandbox)


def test_a_bug_after_recording_names_the_recorded_notice(company, sandbox):
    with pytest.raises(Unfinished, match="INC-1/1 is recorded") as raised:
        publish(company, AfterRecording(lambda: dict[str, str]()["nothing"]))

    assert isinstance(raised.value.__cause__, KeyError)
    finish(company, sandbox)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_between_recording_and_sending_is_an_interruption(company, sandbox, number):
    result = publish(company, AfterRecording(lambda: os.kill(os.getpid(), number)))

    assert (result.exit_code, result.counts.accepted) == (130, 0)
    assert sandbox.received == []
    finish(company, sandbox)


@pytest.mark.parametrize("verb", [Verb.UPDATE, Verb.RESOLVE, Verb.RETRACT])
def test_the_same_holds_for_every_verb(company, sandbox, other, verb):
    company.notify()
    request = Request(verb=verb, message="Your orders are safe.")

    result = publish(company, AfterRecording(lambda: other.execute("BEGIN IMMEDIATE")), request=request)
    other.execute("ROLLBACK")

    assert result.exit_code == 130
    assert company.retry().exit_code == 0
    assert all(len(providers) == 1 for providers in company.copies(sequence=2).values())


def suppress(company: Company, number: int) -> None:
    """Suppress the person, by a clock that is far behind ours."""
    with company.ledger() as ledger:
        stop = suppression(
            ledger.secret(), AddressKind.PHONE, phone(number), SuppressionReason.OPTED_OUT, "reply", NOON
        )
        ledger.suppressions.add([stop])


def test_a_stop_counts_for_a_retry_whatever_the_clocks_say(company, sandbox):
    company.configure([["sms"]])
    arm(sandbox, "twilio:auth")
    assert company.notify().counts.held == 3
    sandbox.clear_faults()
    suppress(company, 1)

    company.retry()

    assert {message.to for message in sandbox.received} == {phone(0), phone(2)}


def test_a_stop_counts_while_somebody_looks_at_the_preview(company, sandbox):
    company.configure([["sms"]])

    company_result = publish(company, lambda _: None, lambda _: suppress(company, 1))

    assert company_result.counts.suppressed == 1
    assert {message.to for message in sandbox.received} == {phone(0), phone(2)}
