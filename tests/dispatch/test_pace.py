"""Many processes on one ledger, one provider: how fast they are together, and who waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from broadcast.dispatch.happening import Happened, Listener
from broadcast.operations.request import Limits, Request, Verb
from tests.dispatch.processes import Child, Daemon, fork
from tests.dispatch.stage import Company

RATE, BURST = 50, 5
LATE = 0.2  # seconds; how much later than claimed a request may arrive on a busy machine


@pytest.fixture
def company(daemon: Daemon, tmp_path: Path) -> Company:
    daemon.forget()
    company = daemon.company(tmp_path)
    company.configure([["sms"]], sms=f"rate = {RATE}\nburst = {BURST}", timeout="5s")
    return company


def notifying(company: Company, processes: int) -> list[Child]:
    """That many processes, each with an incident of its own; opened in turn, or their refs would collide."""
    children = []
    for number in range(processes):
        request = Request(Verb.NOTIFY, title=f"Shop {number} down")
        children.append(fork(partial(publishing, company, request)))
        children[-1].until(Happened.ATTEMPT)
    return children


def publishing(company: Company, request: Request, listener: Listener) -> int:
    return company.publish(request, Limits(), listener).exit_code


def never_faster(moments: Sequence[datetime]) -> bool:
    """Whether no window of time holds more than the burst and the rate."""
    seconds = sorted(moment.timestamp() for moment in moments)
    return all(
        last - first + 1 <= BURST + RATE * (seconds[last] - seconds[first] + LATE)
        for first in range(len(seconds))
        for last in range(first, len(seconds))
    )


@pytest.mark.parametrize(("processes", "people"), [(2, 40), (8, 18)])
def test_together_they_are_no_faster_than_the_channel_may_be(company, daemon, processes, people):
    company.employ(people)

    ended = [child.wait() for child in notifying(company, processes)]

    assert ended == [0] * processes
    moments = [moment for moment, _ in daemon.requests("twilio")]
    assert len(moments) == processes * people
    assert never_faster(moments)
    assert (max(moments) - min(moments)).total_seconds() < 1.5 * len(moments) / RATE + 1


def test_killed_processes_leave_no_more_to_be_sent_than_there_was(company, daemon):
    company.employ(20)
    children = notifying(company, 4)
    for child in children:
        child.until(Happened.ACCEPTED)
        child.kill()

    ended = [child.wait() for child in notifying(company, 2)]

    assert ended == [0, 0]
    assert never_faster([moment for moment, _ in daemon.requests("twilio")])


def test_what_a_provider_asks_of_one_process_holds_for_the_others(company, daemon):
    company.configure([["sms"]], sms="concurrency = 1", timeout="5s")
    company.employ(2)
    daemon.arm("twilio:ratelimit=1.2,times=1")
    (first,) = notifying(company, 1)
    first.until(Happened.FAILED)

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
