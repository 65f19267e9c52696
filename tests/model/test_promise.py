from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.incident import Severity
from broadcast.model.promise import (
    CADENCE,
    GRACE,
    Cadence,
    PromiseVerdict,
    doubtful_at,
    due_at,
    judge,
    overdue,
)

DUE = datetime(2026, 5, 3, 14, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")

moments = st.builds(
    lambda zone, minutes: (DUE + timedelta(minutes=minutes)).astimezone(zone),
    st.sampled_from([UTC, BERLIN]),
    st.integers(-400_000, 400_000) | st.floats(-3, 3),
)
updates = st.lists(st.tuples(moments, st.integers(2, 9)), max_size=4)


@pytest.mark.parametrize(
    ("came", "now", "verdict", "late"),
    [
        (None, timedelta(minutes=-5), PromiseVerdict.PENDING, timedelta()),
        (None, timedelta(seconds=59), PromiseVerdict.PENDING, timedelta()),  # the clock still shows 14:30
        (None, timedelta(minutes=1), PromiseVerdict.OVERDUE, timedelta(minutes=1)),
        (timedelta(minutes=-5), timedelta(hours=1), PromiseVerdict.KEPT, timedelta()),
        (timedelta(seconds=40), timedelta(hours=1), PromiseVerdict.KEPT, timedelta()),
        (timedelta(minutes=10), timedelta(hours=1), PromiseVerdict.LATE, timedelta(minutes=10)),
    ],
)
def test_what_became_of_a_promise(came, now, verdict, late):
    promise = judge(1, DUE, [] if came is None else [(DUE + came, 2)], DUE + now)

    assert (promise.verdict, promise.late) == (verdict, late)


def test_the_earliest_later_notice_is_the_answer():
    promise = judge(1, DUE, [(DUE + GRACE, 3), (DUE, 2)], DUE + timedelta(hours=1))

    assert (promise.answer, promise.came_at, promise.verdict) == (2, DUE, PromiseVerdict.KEPT)


@given(moments, updates, moments)
def test_it_is_late_exactly_if_its_verdict_says_so(due, came, now):
    promise = judge(1, due, came, now)

    blamed = promise.verdict in {PromiseVerdict.LATE, PromiseVerdict.OVERDUE}
    assert (promise.late >= GRACE) is blamed
    assert (promise.late == timedelta()) is not blamed
    assert (promise.answer is None) is not came


@given(moments, updates, updates, moments)
def test_a_further_update_never_makes_it_later(due, came, more, now):
    before, after = judge(1, due, came, now), judge(1, due, [*came, *more], now)

    if came:
        assert after.late <= before.late


@given(moments, moments, st.timedeltas(timedelta(), timedelta(days=1)))
def test_what_is_overdue_stays_overdue(due, now, span):
    assert overdue(due, now.astimezone(UTC) + span) or not overdue(due, now)
    assert not overdue(None, now)


@given(st.sampled_from(Severity), moments)
def test_whole_minutes_are_promised_and_less_than_one_is_lost(severity, now):
    due = due_at(severity, now)

    if severity is Severity.SEV4:
        assert due is None
    else:
        assert (due.second, due.microsecond) == (0, 0)
        assert not overdue(due, now)


def test_without_a_table_every_audience_has_the_default_spans():
    assert Cadence().shortest(["customers", "executives"]) == CADENCE
    assert Cadence().shortest([]) == CADENCE


def test_one_notice_promises_the_shortest_span_of_its_audiences():
    half_an_hour, hour = timedelta(minutes=30), timedelta(hours=1)
    cadence = Cadence(
        spans={
            "executives": {Severity.SEV1: half_an_hour, Severity.SEV3: None},
            "field": {Severity.SEV1: hour, Severity.SEV3: None, Severity.SEV4: hour},
        }
    )

    assert cadence.shortest(["executives", "field"]) == {
        Severity.SEV1: half_an_hour,
        Severity.SEV2: CADENCE[Severity.SEV2],
        Severity.SEV4: hour,
    }
    assert cadence.shortest(["field", "customers"])[Severity.SEV1] == CADENCE[Severity.SEV1]


def test_an_alarm_rings_at_the_promised_moment():
    assert overdue(DUE, DUE)
    assert not overdue(DUE, DUE - timedelta(microseconds=1))


def test_the_hour_that_comes_twice_is_an_hour():
    due = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)

    assert not overdue(due.replace(fold=1), due.replace(fold=0))
    assert overdue(due.replace(fold=0), due.replace(fold=1), timedelta(minutes=60))


@given(st.none() | moments, st.none() | moments, moments)
def test_a_page_is_doubtful_at_the_promise_or_some_time_after_what_was_announced(promised, awaited, said_at):
    doubtful = doubtful_at(promised=promised, awaited=awaited, said_at=said_at)

    assert doubtful == (promised or (awaited or said_at) + timedelta(minutes=30 if awaited else 120))
