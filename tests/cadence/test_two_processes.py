"""A command that sends or waits, and rounds of the clock, at once and after a kill."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from broadcast.cadence.tick import tick
from broadcast.dispatch.progress import EventKind, Listener
from broadcast.dispatch.stop import Stop
from broadcast.jobs import make_jobs
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.question import CONFIRM, AnswerMeans, PersonalAnswer
from broadcast.model.reach_level import ReachLevel
from broadcast.publishing.request import Limits
from tests.harness.company import Company
from tests.harness.processes import Child, Daemon, fork

LANE = ["sms", "mail-backup", "email"]
_WITHIN = 20.0


@pytest.fixture
def asking(daemon: Daemon, tmp_path: Path) -> Company:
    company = daemon.company(tmp_path)
    # On a slow machine an answer is late and not lost: after a lost one, the next channel sends the mail.
    company.configure([LANE], timeout="60s")
    return company


def waiting(company: Company) -> Child:
    """A command that has sent the first message to everybody, and waits for confirmations."""

    def notify(listener: Listener) -> int:
        limits = Limits(until=ReachLevel.CONFIRMED, within=120.0)
        return company.notify(limits=limits, listener=listener, confirm_within=60.0).exit_code

    child = fork(notify)
    child.until(EventKind.WAITING)
    return child


def round_of_the_clock(company: Company) -> int:
    with company.ledger() as ledger:
        done = asyncio.run(tick(make_jobs(company.settings, ledger), SystemClock(), Stop()))
    return len(done.trouble)


def let_time_pass(company: Company) -> None:
    """Let a minute pass for the ledger: everything in it is a minute older."""
    with closing(sqlite3.connect(company.folder / "broadcast.db", timeout=10)) as ledger, ledger:
        ledger.execute("UPDATE question SET asked_at = asked_at - 61")
        ledger.execute("UPDATE attempt SET started_at = started_at - 61, ended_at = ended_at - 61")


def told(company: Company) -> Counter[str]:
    return Counter(one.to for one in company.received())


def until_told(company: Company, messages: int) -> None:
    until = time.monotonic() + _WITHIN
    while sum(told(company).values()) < messages or "planned" in company.states().values():
        assert time.monotonic() < until, told(company)


def confirm(company: Company, contact: str) -> None:
    with company.ledger() as ledger:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        asked = [one for one in ledger.confirmations.receivers(notice.id) if one.contact == contact]
        yes = PersonalAnswer(answer=CONFIRM, means=AnswerMeans.COMMAND, at=SystemClock().now())
        ledger.confirmations.record(asked, yes)


def test_a_waiting_command_and_two_rounds_at_once_tell_each_person_once(asking):
    command = waiting(asking)
    let_time_pass(asking)

    other = fork(lambda _: round_of_the_clock(asking))
    assert round_of_the_clock(asking) == 0
    assert other.wait() == 0
    until_told(asking, 6)
    command.kill()

    assert set(told(asking).values()) == {1}
    assert len(told(asking)) == 6


def test_the_clock_goes_on_where_a_command_was_killed(asking):
    waiting(asking).kill()
    confirm(asking, "p0")

    for _ in LANE:
        let_time_pass(asking)
        assert round_of_the_clock(asking) == 0

    counted = Counter(one.provider for one in asking.received())
    assert counted["twilio"] == 3
    assert sum(counted.values()) == 3 + 2 + 2
    assert not any(to.startswith("p0@") for to in told(asking))


def bounce_one_of(company: Company) -> None:
    """Let the provider say of the first SMS that it took that it did not arrive."""
    until = time.monotonic() + _WITHIN
    with company.ledger() as ledger:
        (notice,) = ledger.incidents.notices(ledger.incidents.all()[0])
        while not (taken := [line.ref for line in ledger.history.lines(notice) if line.ref]):
            assert time.monotonic() < until
        news = Receipt(ref=taken[0], state=ReceiptState.FAILED, event="undelivered")
        ledger.receipts.record([ChannelReceipt("sms", AddressKind.PHONE, news)], SystemClock().now())


def senders(company: Company, channel: str) -> set[str]:
    """The runs that made requests on a channel."""
    with closing(sqlite3.connect(company.folder / "broadcast.db", timeout=10)) as ledger:
        return {row[0] for row in ledger.execute("SELECT owner FROM attempt WHERE channel = ?", (channel,))}


def test_the_clock_leaves_a_channel_to_the_command_that_sends_on_it_and_uses_the_others(asking, daemon):
    asking.configure([["sms", "email"]], timeout="20s", sms="concurrency = 1")
    daemon.arm("twilio:late=2")
    command = fork(lambda listener: asking.notify(listener=listener).exit_code)
    command.until(EventKind.ACCEPTED)
    bounce_one_of(asking)

    assert round_of_the_clock(asking) == 0

    mailed, texted = senders(asking, "email"), senders(asking, "sms")
    daemon.heal()
    assert command.wait() == 0
    assert (len(mailed), len(texted), mailed & texted) == (1, 1, set())
    assert senders(asking, "sms") == texted
    assert Counter(one.provider for one in asking.received()) == {"twilio": 3, "sendgrid": 1}
