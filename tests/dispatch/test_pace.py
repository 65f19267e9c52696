"""Many processes on one ledger, one provider: how fast they are together, and who waits for whom."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from broadcast.dispatch.progress import EventKind, Listener
from broadcast.model.clock import SystemClock
from broadcast.publishing.request import Limits, Request, Verb
from tests.harness.company import Company
from tests.harness.processes import Child, Daemon, fork

RATE, BURST = 50, 5


@pytest.fixture
def company(daemon: Daemon, tmp_path: Path) -> Company:
    company = daemon.company(tmp_path)
    company.configure([["sms"]], sms=f"rate = {RATE}\nburst = {BURST}", timeout="5s")
    return company


def notifying(company: Company, processes: int) -> list[Child]:
    """That many processes, each with an incident of its own; opened in turn, or their refs would collide."""
    children = []
    for number in range(processes):
        request = Request(verb=Verb.NOTIFY, title=f"Shop {number} down")
        children.append(fork(partial(publishing, company, request)))
        children[-1].until(EventKind.ATTEMPT)
    return children


def publishing(company: Company, request: Request, listener: Listener) -> int:
    return company.publish(request, Limits(), listener).exit_code


def never_faster(company: Company, moments: Sequence[datetime], *, after: int = 0) -> bool:
    """Whether no more has arrived, at any moment, than burst and rate allow since the first claim.

    Only what was claimed for the notices after the first `after` counts. Requests that a busy machine
    delays arrive later, never earlier, so that load cannot make this fail.
    """
    with closing(sqlite3.connect(company.ledger_path)) as ledger:
        (began,) = ledger.execute(
            "SELECT min(started_at) FROM attempt JOIN delivery ON delivery.id = delivery_id"
            " WHERE notice_id > ?",
            [after],
        ).fetchone()
    seconds = sorted(moment.timestamp() - began for moment in moments)
    return all(arrived <= BURST + RATE * passed for arrived, passed in enumerate(seconds, 1))


@pytest.mark.parametrize(("processes", "people"), [(2, 40), (8, 18)])
def test_together_they_are_no_faster_than_the_channel_may_be_and_not_much_slower(
    company, daemon, processes, people
):
    company.employ(processes * people // 2)
    company.notify("Before")
    alone = [moment for moment, _ in daemon.requests("twilio")]
    half = (max(alone) - min(alone)).total_seconds()
    daemon.forget()
    company.employ(people)

    children = notifying(company, processes)
    all_at_work = SystemClock().now()

    assert [child.wait() for child in children] == [0] * processes
    moments = [moment for moment, _ in daemon.requests("twilio")]
    assert len(moments) == processes * people
    assert never_faster(company, moments, after=1)
    assert (max(moments) - all_at_work).total_seconds() < 1.5 * 2 * half + 1


def test_killed_processes_leave_no_more_to_be_sent_than_there_was(company, daemon):
    company.employ(20)
    children = notifying(company, 4)
    for child in children:
        child.until(EventKind.ACCEPTED)
        child.kill()

    ended = [child.wait() for child in notifying(company, 2)]

    assert ended == [0, 0]
    assert never_faster(company, [moment for moment, _ in daemon.requests("twilio")])


def test_what_a_provider_asks_of_one_process_holds_for_the_others(company, daemon):
    company.configure([["sms"]], sms="concurrency = 1", timeout="5s")
    company.employ(2)
    daemon.arm("twilio:ratelimit=1.2,times=1")
    (first,) = notifying(company, 1)
    first.until(EventKind.FAILED)

    second = company.notify("Search down")

    assert (first.wait(), second.exit_code) == (0, 0)
    (refused, status), (following, _), *_ = daemon.requests("twilio")
    assert status == 429
    assert (following - refused).total_seconds() >= 1.19


def test_a_long_pause_sends_others_to_the_next_channel_without_asking_again(company, daemon):
    company.configure([["sms", "mail-backup"]], timeout="5s")
    daemon.arm("twilio:ratelimit=3600")
    (first,) = notifying(company, 1)
    first.wait()
    asked = len(daemon.requests("twilio"))

    result = company.notify("Search down")

    assert result.exit_code == 0
    assert len(daemon.requests("twilio")) == asked
    assert company.per_provider() == {"smtp": 2 * company.people}


def test_people_in_two_languages_need_two_requests_and_two_tokens(company, daemon):
    company.configure([["email"]], email="rate = 2\nburst = 1", timeout="5s")
    company.write_people(
        "id,name,email,locale\na,Anna,a@kunde.example,de\nb,Ben,b@kunde.example,en\nc,Cleo,c@kunde.example,de"
    )

    assert company.notify().exit_code == 0

    moments = [moment for moment, _ in daemon.requests("sendgrid")]
    assert len(moments) == 2
    assert all((later - earlier).total_seconds() > 0.4 for earlier, later in pairwise(moments))
