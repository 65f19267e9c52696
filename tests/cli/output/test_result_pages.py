"""How a result is put into words for people."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from broadcast.cli.output.plain_text import as_text
from broadcast.cli.output.result_pages import result_page
from broadcast.ledger.counts import Counts
from broadcast.publishing.result import FailoverResult, Result


def said(exit_code: int, counts: Counts, *failovers: FailoverResult) -> str:
    """The result of a notice as it is printed."""
    return as_text(
        result_page(
            Result(
                incident="INC-7",
                notice=2,
                kind="update",
                phase="identified",
                drill=False,
                key=None,
                replayed=False,
                changed=True,
                exit_code=exit_code,
                sent_anything=True,
                counts=counts,
                failovers=failovers,
                next_update="2026-05-04T14:30:00+02:00",
                warnings=("the office network is slow",),
            ),
            ZoneInfo("Europe/Berlin"),
        )
    )


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (
            Counts(planned=10, accepted=7, unknown=3),
            "7 messages sent; for 3 the answer was lost, and it is not known whether they arrived",
        ),
        (
            Counts(planned=1200, unknown=1200),
            "identified: for 1,200 the answer was lost, and it is not known whether they arrived",
        ),
    ],
)
def test_what_nobody_can_say_is_counted(counts, words):
    assert words in said(11, counts)


@pytest.mark.parametrize(("count", "times"), [(1, "once"), (2, "2 times"), (1200, "1,200 times")])
def test_one_failover_happened_once(count, times):
    failover = FailoverResult("email", "sms", count, "no connection")

    shown = said(0, Counts(planned=9, accepted=9), failover)

    assert f"failover: sms stepped in for email, {times}: no connection\n" in shown


def test_warnings_are_no_part_of_the_result():
    assert "slow" not in said(0, Counts(planned=1, accepted=1))


def test_a_promise_is_told_with_its_zone():
    assert "next update promised: 2026-05-04 14:30 CEST\n" in said(0, Counts(planned=9, accepted=9))
