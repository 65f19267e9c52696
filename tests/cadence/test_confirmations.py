"""A round of the clock tells who did not confirm on the next channel, also if the run that asked is dead."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from broadcast.cadence.tick import tick
from broadcast.dispatch.stop import Stop
from broadcast.jobs import make_jobs
from broadcast.model.clock import ManualClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.question import CONFIRM, AnswerMeans, PersonalAnswer
from broadcast.publishing.request import Verb
from tests.harness.company import Company


@pytest.fixture
def asked(company: Company) -> Company:
    """A company whose people were asked by SMS to confirm within 10 minutes; the run is over."""
    company.configure([["sms", "mail-backup"]])
    company.notify(confirm_within=600.0)
    return company


def round_after(company: Company, minutes: float) -> tuple[str, ...]:
    """What a round did, without the receipts that it fetched."""
    clock = ManualClock()
    clock.advance_to(clock.now() + timedelta(minutes=minutes))
    with company.ledger() as ledger:
        done = asyncio.run(tick(make_jobs(company.settings, ledger), clock, Stop())).done
        return tuple(line for line in done if not line.startswith("receipts: "))


def test_who_did_not_confirm_is_told_once_on_the_next_channel(asked):
    with asked.ledger() as ledger:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        (first, *_) = ledger.confirmations.receivers(notice.id)
        yes = PersonalAnswer(answer=CONFIRM, means=AnswerMeans.REPLY, at=notice.created_at, channel="sms")
        ledger.confirmations.record([first], yes)

    assert round_after(asked, 4) == ()
    done = round_after(asked, 5.1)
    again = round_after(asked, 9)

    assert done == (
        "confirmations: INC-1/1: 2 people did not confirm, mail-backup follows sms",
        "retry: INC-1/1: 3 messages accepted",
    )
    assert again == ()
    assert sorted(one.to for one in asked.received() if "@" in one.to) == [
        "p1@kunde.example",
        "p2@kunde.example",
    ]
    assert asked.states()["p0"] is DeliveryState.CONFIRMED


def test_an_incident_that_is_over_is_not_repeated(asked):
    asked.follow_up(Verb.RESOLVE)

    assert round_after(asked, 6) == ()
