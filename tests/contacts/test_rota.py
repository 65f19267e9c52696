"""Who is on duty, against a slow model that asks each day by itself; also when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from broadcast.contacts.rota import HandOver, Period, Rota
from broadcast.model.shift import DatedShift, WeeklyShift

BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = ("anna", "ben", "cem")
#: Weeks in which clocks go forward, go back, or neither.
WEEKS = (
    datetime(2026, 3, 25, tzinfo=UTC),
    datetime(2026, 10, 21, tzinfo=UTC),
    datetime(2026, 12, 1, tzinfo=UTC),
)
#: Minutes of a day; close to the hours that clocks skip or repeat, too.
MINUTES = st.one_of(st.integers(0, 1439), st.sampled_from([0, 119, 120, 150, 179, 180, 480]))


@st.composite
def weekly(draw):
    opens, closes = draw(MINUTES), draw(MINUTES)
    closes += 1440 if closes <= opens else 0
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    return WeeklyShift(draw(st.sampled_from(PEOPLE)), days, opens, closes)


@st.composite
def rotas(draw):
    week = draw(st.sampled_from(WEEKS))
    shifts = draw(st.lists(weekly(), min_size=1, max_size=5))
    hours = st.integers(0, 24 * 7)
    absences = {}
    for who in PEOPLE:
        begins = draw(st.lists(hours, max_size=2))
        absences[who] = [
            Period(week + timedelta(hours=hour), week + timedelta(hours=hour + draw(st.integers(1, 40))))
            for hour in begins
        ]
    return week, rota(*shifts, absences=absences)


def rota(*shifts, absences=None, names=None):
    return Rota(
        shifts=shifts, zone=BERLIN, names=names or {who: who for who in PEOPLE}, absences=absences or {}
    )


def is_in_shift(shift: Any, at: datetime) -> bool:
    """Ask each day by itself whether a turn that begins on it has begun and is not over."""
    for back in range(-1, 4):
        day = (at - timedelta(days=back)).date()
        if day.weekday() not in shift.days:
            continue
        midnight = datetime.combine(day, time())
        opens, closes = (
            (midnight + timedelta(minutes=one)).replace(tzinfo=BERLIN).timestamp()
            for one in (shift.opens, shift.closes)
        )
        if opens <= at.timestamp() < closes:
            return True
    return False


def expected(kept: Rota, at: datetime) -> set[str]:
    return {
        who
        for shift in kept.shifts
        for who in shift.people()
        if is_in_shift(shift, at) and not any(at in away for away in kept.absences[who])
    }


@given(rotas(), st.integers(0, 60 * 24 * 7))
def test_a_person_is_on_duty_if_and_only_if_in_a_shift_and_not_absent(made, minutes):
    week, kept = made
    at = week + timedelta(minutes=minutes)

    assert set(kept.on_duty(at)) == expected(kept, at)


@given(rotas(), st.lists(st.integers(0, 60 * 24 * 7 - 1), min_size=1, max_size=20))
def test_no_gap_is_missed_and_none_is_made_up(made, minutes):
    week, kept = made
    gaps = kept.gaps(week, week + timedelta(days=7))
    edges = [moment for gap in gaps for moment in (gap.starts, gap.ends - timedelta(microseconds=1))]

    for at in [*edges, *(week + timedelta(minutes=minute) for minute in minutes)]:
        assert any(at in gap for gap in gaps) is (expected(kept, at) == set()), at


@given(rotas(), st.integers(0, 60 * 24 * 6))
def test_nothing_changes_before_the_next_hand_over(made, minutes):
    week, kept = made
    at = week + timedelta(minutes=minutes)
    now, hand_over = kept.on_duty(at), kept.next_hand_over(at)

    if hand_over:
        assert at < hand_over.at
        assert kept.on_duty(hand_over.at) == hand_over.people != now
    until = min(hand_over.at if hand_over else at + timedelta(days=8), at + timedelta(days=8))
    step = (until - at) / 40
    assert {kept.on_duty(at + step * number) for number in range(40)} == {now}
    for who in now:
        end = kept.until(who, at)
        assert end is None or (
            who not in kept.on_duty(end) and who in kept.on_duty(end - timedelta(seconds=1))
        )


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_night_shift_is_an_hour_shorter_when_clocks_go_forward_and_longer_when_they_go_back():
    nights = WeeklyShift("anna", frozenset(range(7)), 22 * 60, 30 * 60)
    found = [
        next(nights.duties(moment(f"{day}T23:00+00:00"), moment(f"{day}T23:30+00:00"), BERLIN))
        for day in ("2026-03-28", "2026-10-24", "2026-11-24")
    ]

    assert [duty.ends - duty.starts for duty in found] == [timedelta(hours=hours) for hours in (7, 9, 8)]


def test_shifts_that_meet_in_an_hour_that_is_skipped_or_repeated_leave_no_gap():
    kept = rota(
        WeeklyShift("anna", frozenset(range(7)), 0, 150), WeeklyShift("ben", frozenset(range(7)), 150, 1440)
    )

    for week in WEEKS:
        assert kept.gaps(week, week + timedelta(days=7)) == []


def test_the_first_shift_in_the_list_is_called_first_and_a_person_in_two_shifts_once():
    days = frozenset(range(7))
    kept = rota(
        WeeklyShift("ben", days, 0, 1440),
        WeeklyShift("anna", days, 0, 1440),
        WeeklyShift("ben", days, 480, 960),
    )

    assert kept.on_duty(moment("2026-12-01T12:00+01:00")) == ("ben", "anna")


def test_a_person_whom_no_contacts_file_has_is_not_on_duty():
    kept = rota(WeeklyShift("anna", frozenset(range(7)), 0, 1440), names={"ben": "ben"})
    noon = moment("2026-12-01T12:00+01:00")

    assert kept.on_duty(noon) == ()
    assert kept.gaps(noon, noon + timedelta(days=1)) == [Period(noon, noon + timedelta(days=1))]
    assert kept.next_hand_over(noon) is None


def test_a_single_turn_begins_and_ends_at_its_wall_times():
    kept = rota(DatedShift("anna", moment("2026-12-24T08:00"), moment("2026-12-24T20:00")))

    hand_over = kept.next_hand_over(moment("2026-12-20T12:00+01:00"))

    assert hand_over == HandOver(moment("2026-12-24T07:00+00:00"), ("anna",))
    assert kept.until("anna", moment("2026-12-24T12:00+01:00")) == moment("2026-12-24T19:00+00:00")


def test_somebody_who_is_always_on_duty_hands_over_to_nobody():
    kept = rota(WeeklyShift("anna", frozenset(range(7)), 0, 1440))
    noon = moment("2026-12-01T12:00+01:00")

    assert (kept.next_hand_over(noon), kept.until("anna", noon)) == (None, None)
