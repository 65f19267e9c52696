"""A text that is too old to be true is not sent any more; the end of an incident always is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadcast.dispatch.progress import ignore_events
from broadcast.model.clock import ManualClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.expiry import EXPIRES
from broadcast.model.incident import Severity
from broadcast.publishing.request import Verb
from broadcast.wiring import make_deliverer
from tests.harness.company import retried
from tests.harness.sandbox import arm


@pytest.fixture
def waiting(company, sandbox):
    """A company whose only channel refuses everything for now."""
    company.configure([["sms"]])
    arm(sandbox, "twilio:auth")
    return company


def retry_after(company, sandbox, span):
    """Retry so much later, with a provider that works."""
    sandbox.clear_faults()
    clock = ManualClock()
    clock.advance_to(clock.now() + span)
    with company.ledger() as ledger:
        return retried(make_deliverer(company.settings, ledger, ignore_events, clock))


@pytest.mark.parametrize("severity", Severity)
def test_each_severity_has_its_own_time(waiting, sandbox, severity):
    waiting.notify(severity=severity.value, next_update="none")

    result = retry_after(waiting, sandbox, EXPIRES[severity] + timedelta(seconds=1)).latest

    assert set(waiting.states().values()) == {DeliveryState.EXPIRED}
    assert "3 messages expired: the text is too old to be sent" in result.warnings
    assert (result.counts.failed, result.counts.held) == (3, 0)
    assert len(waiting.received()) == 0


def test_before_its_time_it_is_sent(waiting, sandbox):
    waiting.notify(severity="sev1", next_update="none")

    retry_after(waiting, sandbox, EXPIRES[Severity.SEV1] - timedelta(minutes=1))

    assert set(waiting.states().values()) == {DeliveryState.ACCEPTED}


def test_the_command_can_say_it(waiting, sandbox):
    waiting.notify(severity="sev4", expires=600.0)

    retry_after(waiting, sandbox, timedelta(minutes=10))

    assert set(waiting.states().values()) == {DeliveryState.EXPIRED}


def test_the_end_of_an_incident_never_expires(company, sandbox):
    company.configure([["sms"]])
    company.notify(severity="sev1", next_update="none")
    arm(sandbox, "twilio:auth")
    company.follow_up(Verb.RESOLVE)

    retry_after(company, sandbox, timedelta(days=9))

    assert set(company.states(2).values()) == {DeliveryState.ACCEPTED}


def test_it_is_expired_once(waiting, sandbox):
    waiting.notify(expires=60.0)
    retry_after(waiting, sandbox, timedelta(hours=1))

    assert retry_after(waiting, sandbox, timedelta(hours=2)).notices == ()
