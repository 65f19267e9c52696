"""Pauses and paces in the ledger: whom they bind, and how they end when clocks do not behave."""

from __future__ import annotations

from pathlib import Path

import pytest

from broadcast.ledger.ledger import Ledger
from broadcast.ledger.settlements import LONGEST_PAUSE
from broadcast.model.clock import SystemClock
from broadcast.model.pace import Pace, Pause
from broadcast.testing.ledger_samples import after, claim, record

ASKED = Pause("sms", 30.0, "too many requests")


@pytest.fixture
def ledgers(tmp_path: Path):
    """Two connections to one file, as two processes have them."""
    both = [Ledger.open(tmp_path / "ledger.db") for _ in range(2)]
    yield both
    for ledger in both:
        ledger.close()


@pytest.fixture
def works(ledgers):
    runs = [ledger.runs.begin() for ledger in ledgers]
    notice = record(ledgers[0], *"abcdef", route=("sms",)).id
    paces = {"sms": Pace(0.01, burst=2)}
    yield [
        ledger.deliveries(notice, run, paces, clock=SystemClock())
        for ledger, run in zip(ledgers, runs, strict=True)
    ]
    for run in runs:
        run.end()


def test_what_one_connection_took_the_other_has_not_got(works):
    mine, theirs = works

    assert [len(claim(work, "sms", 1)) for work in (mine, theirs, mine, theirs)] == [1, 1, 0, 0]


def test_the_ledger_says_when_more_may_leave(works):
    mine, theirs = works
    claim(mine, "sms", 2)

    first, second = (work.turn([], {"sms": 2}, after(0)).next_at["sms"] for work in (mine, theirs))

    assert first == pytest.approx(second, abs=1e-3)


def test_a_pause_holds_until_its_end_and_names_its_reason(works):
    mine, theirs = works
    mine.turn([], {}, after(0), [ASKED])

    paused = theirs.turn([], {"sms": 1}, after(29))

    assert (paused.claims["sms"], paused.pauses) == ([], (Pause("sms", 1.0, "too many requests"),))
    assert len(claim(theirs, "sms", 1, seconds=30)) == 1


def test_a_shorter_pause_does_not_end_a_longer_one(works):
    mine, theirs = works
    mine.turn([], {}, after(0), [ASKED])
    theirs.turn([], {}, after(1), [Pause("sms", 2.0, "slow down")])

    assert claim(mine, "sms", 1, seconds=29) == []


def test_a_clock_that_was_put_back_ends_a_pause_and_may_begin_another(works):
    mine, theirs = works
    mine.turn([], {}, after(5000), [ASKED])

    assert len(claim(theirs, "sms", 1, seconds=0)) == 1
    theirs.turn([], {}, after(0), [ASKED])
    assert claim(mine, "sms", 1, seconds=29) == []
    assert len(claim(mine, "sms", 1, seconds=30)) == 1


def test_no_pause_keeps_others_off_a_channel_for_days(works):
    mine, theirs = works
    mine.turn([], {}, after(0), [Pause("sms", 86_400.0, "too many requests")])

    assert claim(theirs, "sms", 1, seconds=LONGEST_PAUSE - 1) == []
    assert len(claim(theirs, "sms", 1, seconds=LONGEST_PAUSE)) == 1


def test_another_channel_is_not_paused(works):
    mine, theirs = works
    mine.turn([], {}, after(0), [Pause("email", 30.0, "too many requests")])

    assert len(claim(theirs, "sms", 1)) == 1
