"""A notice that was published with a policy is escalated once if not all confirm it in time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from broadcast.cadence.escalate_unconfirmed import EscalateUnconfirmed
from broadcast.dispatch.stop import Stop
from broadcast.errors import UsageError
from broadcast.model.escalation import EscalationOutcome
from broadcast.publishing.request import Verb
from tests.cadence.ladder import Company

MINUTE = timedelta(minutes=1)
CHIEFS = """
[escalation.duty]
steps = [{ to = ["audience:chiefs"], channels = ["sms", "call"], wait = "10m" }]
"""


@pytest.fixture
def company(tmp_path) -> Company:
    company = Company(tmp_path)
    company.configure(CHIEFS)
    company.ask(15 * MINUTE)
    return company


def test_the_ladder_begins_about_who_is_missing_once_the_time_is_over(company):
    company.reply(1, "Ja")

    assert company.follow_up(14 * MINUTE) == []
    begun = company.follow_up(MINUTE)

    assert begun == ["INC-1/E1: duty begins, because INC-1/1 is not confirmed by all"]
    page = company.phone.sent[-1]
    assert (page.channel, page.to) == ("sms", "+4915112000037")
    assert "Nicht bestätigt (INC-1/1): Person 2. Übernehmen Sie?" in page.text
    assert "Person 1" not in page.text


def test_it_begins_once_whatever_process_looks_how_often(company):
    company.follow_up(15 * MINUTE)
    sent = company.asked()

    assert [company.follow_up() for _ in range(3)] == [[], [], []]
    assert company.asked() == sent


def test_all_have_confirmed_so_nothing_begins(company):
    for person in (1, 2):
        company.reply(person, "Ja")

    assert company.follow_up(30 * MINUTE) == []
    assert len(company.phone.sent) == 2


def test_if_all_have_answered_and_one_declined_it_begins_at_once(company):
    company.reply(1, "Ja")
    company.reply(2, "nein")

    assert len(company.follow_up()) == 1


def test_the_last_confirmation_ends_it(company):
    company.follow_up(15 * MINUTE)

    for person in (1, 2):
        assert company.reply(person, f"Ja INC-1/1 ({person})") == "confirmed"

    assert company.escalation().outcome is EscalationOutcome.CONFIRMED
    assert company.follow_up(10 * MINUTE) == []


def test_names_are_filled_in_when_a_page_leaves_and_are_in_no_stored_text(company):
    company.follow_up(15 * MINUTE)
    company.reply(2, "Ja INC-1/1")
    company.follow_up(5 * MINUTE)

    assert "Nicht bestätigt hat: Person 1." in company.phone.sent[-1].text
    with company.ledger() as ledger:
        texts = ledger.incidents.texts(company.escalation().notice)
    assert all("Person" not in text.message.text for text in texts)


def test_an_escalation_by_the_same_policy_that_runs_is_not_doubled(company):
    company.start()

    assert company.follow_up(15 * MINUTE)[0] == "INC-1/1 is not confirmed by all; duty is running already"
    assert [one for one in company.follow_up() if "begins" in one] == []


def test_the_end_of_the_incident_keeps_it_from_beginning(company):
    company.notify(Verb.RESOLVE)

    assert company.follow_up(15 * MINUTE) == []


def test_a_machine_that_was_off_for_a_day_wakes_nobody(company):
    assert company.follow_up(24 * 60 * MINUTE) == []


def test_an_unknown_policy_is_refused_before_anything_is_sent(tmp_path):
    company = Company(tmp_path)

    with pytest.raises(UsageError, match="no escalation policy night"):
        company.ask(15 * MINUTE, "night")

    assert company.phone.sent == []


def test_the_clock_knows_when_it_is_due(company):
    with company.ledger() as ledger:
        job = EscalateUnconfirmed(company.starter(ledger))
        due = job.due()
        company.clock.at += 15 * MINUTE
        asyncio.run(job.run(company.clock.at, Stop()))
        after = job.due()

    assert due == company.clock.at
    assert after is None
