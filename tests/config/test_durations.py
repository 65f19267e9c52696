from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from broadcast.config.durations import (
    doubts,
    format_duration,
    parse_duration,
    parse_end,
    parse_moment,
    parse_past_moment,
)
from broadcast.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 14, 0, tzinfo=BERLIN)


def berlin(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("spelled", "seconds"),
    [
        ("30s", 30),
        ("30m", 1800),
        ("2h", 7200),
        ("1h30m", 5400),
        ("1h 30m", 5400),
        ("1d", 86400),
        ("1.5h", 5400),
        ("500ms", 0.5),
        ("0s", 0),
        (" 5M ", 300),
        (45, 45),
        (0.25, 0.25),
    ],
)
def test_a_duration_is_read_as_seconds(spelled, seconds):
    assert parse_duration(spelled) == seconds


@pytest.mark.parametrize(
    "spelled",
    [
        "soon",
        "",
        "30",
        "-5m",
        "5 minutes",
        "1m1h",
        "m",
        "1,5h",
        "٣m",
        True,
        -1,
        float("nan"),
        float("inf"),
        "400d",
    ],
)
def test_what_is_not_a_duration_is_refused_with_examples(spelled):
    with pytest.raises(UsageError) as refusal:
        parse_duration(spelled)

    assert "1h30m" in str(refusal.value.hint)


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=366 * 86_400_000))
def test_a_formatted_duration_reads_back_as_itself(milliseconds):
    seconds = milliseconds / 1000

    assert round(parse_duration(format_duration(seconds)) * 1000) == milliseconds


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("14:30", berlin(2026, 11, 22, 14, 30)),
        ("9:05", berlin(2026, 11, 23, 9, 5)),
        ("30m", NOW + timedelta(minutes=30)),
        ("1h30m", NOW + timedelta(minutes=90)),
        ("2026-11-22T14:30", berlin(2026, 11, 22, 14, 30)),
        ("2026-11-22 14:30", berlin(2026, 11, 22, 14, 30)),
        ("2026-11-22T14:30+00:00", berlin(2026, 11, 22, 15, 30)),
        ("2026-11-22T14:30Z", berlin(2026, 11, 22, 15, 30)),
        ("none", None),
        (" None ", None),
    ],
)
def test_the_next_update_lies_ahead(typed, moment):
    assert parse_moment(typed, NOW, BERLIN) == moment


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("13:30", berlin(2026, 11, 22, 13, 30)),
        ("14:00", NOW),
        ("14:01", NOW),
        ("14:05", NOW),
        ("2026-11-22T14:04", NOW),
        ("23:45", berlin(2026, 11, 21, 23, 45)),
        ("20m", NOW - timedelta(minutes=20)),
        ("20m ago", NOW - timedelta(minutes=20)),
        ("now", NOW),
        ("2026-11-20 08:00", berlin(2026, 11, 20, 8, 0)),
    ],
)
def test_a_start_lies_behind(typed, moment):
    assert parse_past_moment(typed, NOW, BERLIN) == moment


def test_moments_are_given_in_utc():
    ahead = parse_moment("14:30", NOW, BERLIN)

    assert ahead is not None
    assert ahead.tzinfo is UTC
    assert parse_past_moment("now", NOW, BERLIN).tzinfo is UTC


@pytest.mark.parametrize(
    "typed",
    [
        "30",
        "soon",
        "25:00",
        "14:60",
        "2026-11-22",
        "20261122",
        "2026-11-22T13:59",
        "9999-12-31T23:59",
        "0m",
        "0s",
        "-30m",
        "now",
    ],
)
def test_what_is_not_ahead_is_refused_with_examples(typed):
    with pytest.raises(UsageError) as refusal:
        parse_moment(typed, NOW, BERLIN)

    *_, example = str(refusal.value.hint).split()
    assert parse_moment(example, NOW, BERLIN) == berlin(2026, 11, 23, 14, 30)


@pytest.mark.parametrize(
    "typed",
    ["none", "later", "2026-11-22T14:06", "0001-01-01T00:00", "9999-12-31T23:59", "23:59:60", "24:00", ""],
)
def test_what_is_not_behind_is_refused_with_examples(typed):
    with pytest.raises(UsageError) as refusal:
        parse_past_moment(typed, NOW, BERLIN)

    assert "20m" in str(refusal.value.hint)


def test_a_time_that_summer_time_leaves_out_is_refused():
    night = berlin(2027, 3, 28, 1, 0)

    with pytest.raises(UsageError, match="02:30 does not exist on 2027-03-28"):
        parse_moment("02:30", night, BERLIN)
    with pytest.raises(UsageError, match="does not exist"):
        parse_moment("2027-03-28T02:30", night, BERLIN)
    with pytest.raises(UsageError, match="does not exist"):
        parse_past_moment("02:30", berlin(2027, 3, 28, 4, 0), BERLIN)


def test_on_the_day_after_and_past_the_gap_the_time_exists_again():
    assert parse_moment("02:30", berlin(2027, 3, 28, 4, 0), BERLIN) == berlin(2027, 3, 29, 2, 30)
    assert parse_past_moment("02:30", berlin(2027, 3, 28, 1, 0), BERLIN) == berlin(2027, 3, 27, 2, 30)


def test_where_the_clock_shows_a_time_twice_the_nearest_is_meant():
    first, second = datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    assert parse_moment("02:30", first - timedelta(minutes=5), BERLIN) == first
    assert parse_moment("02:30", first, BERLIN) == second
    assert parse_past_moment("02:30", first + timedelta(minutes=5), BERLIN) == first
    assert parse_past_moment("02:30", second, BERLIN) == second


@settings(max_examples=150, deadline=None)
@given(
    now=st.integers(0, 2 * 365 * 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    clock=st.times().map(lambda clock: f"{clock:%H:%M}"),
)
def test_a_time_of_day_is_never_a_day_and_an_hour_away(now, clock):
    try:
        ahead, behind = parse_moment(clock, now, BERLIN), parse_past_moment(clock, now, BERLIN)
    except UsageError:
        assume(False)  # the gap of summer time

    assert ahead is not None
    assert now < ahead <= now + timedelta(hours=25)
    assert now - timedelta(hours=25) <= behind <= now
    assert f"{ahead.astimezone(BERLIN):%H:%M}" == clock
    assert behind == now or f"{behind.astimezone(BERLIN):%H:%M}" == clock


@pytest.mark.parametrize("typed", ["14:00", "13:57"])
def test_a_time_of_day_that_has_just_passed_is_not_tomorrow_s(typed):
    with pytest.raises(UsageError, match="just passed"):
        parse_moment(typed, NOW, BERLIN)


def test_an_end_is_counted_from_its_beginning():
    begins = berlin(2026, 11, 30, 22, 0)

    assert parse_end("02:00", begins, BERLIN) == berlin(2026, 12, 1, 2, 0)
    assert parse_end("90m", begins, BERLIN) == berlin(2026, 11, 30, 23, 30)
    assert parse_end("none", begins, BERLIN) is None
    for typed in ("2026-11-30T21:00", "2026-11-30T22:00", "0m"):
        with pytest.raises(UsageError, match="it begins at 2026-11-30 22:00 CET"):
            parse_end(typed, begins, BERLIN)


def test_a_reading_on_another_day_or_one_of_two_is_doubtful():
    night = datetime(2027, 10, 31, 1, 40, tzinfo=UTC)  # 02:40 CET, for the second time

    def said(typed, now):
        return list(doubts(typed, parse_past_moment(typed, now, BERLIN), now, BERLIN))

    assert said("13:00", NOW) == said("20m", night) == said("now", night) == []
    assert said("14:30", NOW) == ["14:30 is read as Saturday, 2026-11-21 14:30 CET"]
    assert "02:30 is read as 02:30 CET" in said("02:30", night)[0]
    assert said("2027-10-31T02:30+02:00", night) == []
