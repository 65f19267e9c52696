"""Shifts from a calendar: what programs write is read, and what is not understood is refused by name."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from broadcast.contacts.shift_calendar import read_calendar
from broadcast.errors import ConfigError

BERLIN = ZoneInfo("Europe/Berlin")
DAY = "DTSTART;TZID=Europe/Berlin:20261201T080000\nDTEND;TZID=Europe/Berlin:20261201T180000\n"
NIGHT = "DTSTART;TZID=Europe/Berlin:20261020T220000\nDTEND;TZID=Europe/Berlin:20261021T060000\n"


@pytest.fixture
def duties(tmp_path):
    """Write events and return their turns in local time, as (who, starts, ends)."""

    def duties(*events: str, since: str = "2026-10-01", days: int = 120) -> list[tuple[str, str, str]]:
        path = write(tmp_path, *events)
        starts = datetime.fromisoformat(since).replace(tzinfo=UTC)
        found = sorted(
            (duty.starts, duty.ends, duty.who)
            for shift in read_calendar(path)
            for duty in shift.duties(starts, starts + timedelta(days=days), BERLIN)
        )
        return [(who, local(begin), local(end)) for begin, end, who in found]

    return duties


def write(folder, *events):
    path = folder / "shifts.ics"
    named = [one if re.search("SUMMARY|ATTENDEE", one) else f"{one}SUMMARY:a-17" for one in events]
    inner = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in named)
    path.write_text(f"BEGIN:VCALENDAR\n{inner}END:VCALENDAR\n".replace("\n", "\r\n"), encoding="utf-8")
    return path


def local(moment: datetime) -> str:
    return f"{moment.astimezone(BERLIN):%m-%d %H:%M}"


def begins(found):
    return [begin for _, begin, _ in found]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (DAY, ("12-01 08:00", "12-01 18:00")),
        ("DTSTART:20261201T080000\nDURATION:PT10H\n", ("12-01 08:00", "12-01 18:00")),
        ("DTSTART:20261201T080000Z\nDTEND:20261201T180000Z\n", ("12-01 09:00", "12-01 19:00")),
        ("DTSTART;VALUE=DATE:20261201\n", ("12-01 00:00", "12-02 00:00")),
        ("DTSTART;VALUE=DATE:20261201\nDTEND;VALUE=DATE:20261208\n", ("12-01 00:00", "12-08 00:00")),
        ("DTSTART;TZID=America/New_York:20261201T080000\nDURATION:P1D\n", ("12-01 14:00", "12-02 14:00")),
        (
            'DTSTART;TZID="W. Europe Standard Time":20261201T080000\nDURATION:PT1H\n',
            ("12-01 08:00", "12-01 09:00"),
        ),
        (
            "DTSTART;TZID=/x.org/1/Europe/Berlin:20261201T080000\nDURATION:PT1H\n",
            ("12-01 08:00", "12-01 09:00"),
        ),
    ],
)
def test_a_single_event_is_one_turn(duties, times, expected):
    assert duties(times) == [("a-17", *expected)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", ["12-01", "12-02", "12-03"]),
        ("FREQ=DAILY;INTERVAL=2;COUNT=3", ["12-01", "12-03", "12-05"]),
        ("FREQ=DAILY;BYDAY=TU,SA;COUNT=3", ["12-01", "12-05", "12-08"]),
        ("FREQ=WEEKLY;COUNT=2", ["12-01", "12-08"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261210T070000Z", ["12-01", "12-03", "12-08", "12-10"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20261210T065959Z", ["12-01", "12-03", "12-08"]),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=20261208", ["12-01", "12-08"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;COUNT=4;WKST=MO", ["12-01", "12-06", "12-15", "12-20"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;COUNT=4;WKST=SU", ["12-01", "12-13", "12-15", "12-27"]),
    ],
)
def test_events_repeat_daily_and_weekly(duties, rule, expected):
    assert begins(duties(f"{DAY}RRULE:{rule}\n")) == [f"{day} 08:00" for day in expected]


def test_a_night_shift_keeps_its_wall_times_when_clocks_change(duties):
    found = duties(f"{NIGHT}RRULE:FREQ=DAILY;COUNT=7\n")

    assert {(begin[6:], end[6:]) for _, begin, end in found} == {("22:00", "06:00")}


def test_an_occurrence_may_be_left_out_moved_or_cancelled(duties):
    series = f"UID:1\n{DAY}RRULE:FREQ=DAILY;COUNT=4\nEXDATE;TZID=Europe/Berlin:20261202T080000\n"
    moved = (
        "UID:1\nRECURRENCE-ID;TZID=Europe/Berlin:20261203T080000\nDTSTART:20261203T120000Z\nDURATION:PT1H\n"
    )
    cancelled = (
        "UID:1\nRECURRENCE-ID:20261204T070000Z\nSTATUS:CANCELLED\nDTSTART:20261204T070000Z\nDURATION:PT1H\n"
    )

    assert begins(duties(series, moved, cancelled)) == ["12-01 08:00", "12-03 13:00"]


def test_exchange_names_whole_days_by_midnight_in_its_own_zone(duties):
    zone = "TZID=W. Europe Standard Time"
    series = f"UID:1\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE;{zone}:20261202T000000\n"
    moved = f"UID:1\nRECURRENCE-ID;{zone}:20261203T000000\nDTSTART;VALUE=DATE:20261209\n"

    assert begins(duties(series, moved)) == ["12-01 00:00", "12-04 00:00", "12-09 00:00"]


def test_the_latest_version_of_an_event_counts(duties):
    older, newer = f"UID:1\nSEQUENCE:1\n{DAY}", f"UID:1\nSEQUENCE:2\n{DAY.replace('T08', 'T09')}"

    assert begins(duties(newer, older)) == begins(duties(older, newer)) == ["12-01 09:00"]


@pytest.mark.parametrize(
    ("lines", "who"),
    [
        ("SUMMARY:a-17", ["a-17"]),
        ("SUMMARY:On call: Anna\n  Berg", ["Anna Berg"]),
        (r"SUMMARY:Berg\, Anna", ["Berg, Anna"]),
        (
            "SUMMARY:Shift\nATTENDEE;CN=Anna;PARTSTAT=ACCEPTED:mailto:Anna@muster.example",
            ["anna@muster.example"],
        ),
        (
            "SUMMARY:Shift\nATTENDEE:mailto:a@m.example\nATTENDEE;PARTSTAT=DECLINED:mailto:b@m.example",
            ["a@m.example"],
        ),
        ("SUMMARY:S\nATTENDEE:mailto:a@m.example\nATTENDEE;CUTYPE=ROOM:mailto:r@m.example", ["a@m.example"]),
    ],
)
def test_people_are_the_attendees_or_the_title(duties, lines, who):
    assert [one for one, _, _ in duties(DAY + lines)] == who


def test_other_parts_of_a_calendar_are_left_out(tmp_path):
    text = (
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\n"
        "DTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\n"
        f"BEGIN:VEVENT\n{DAY}SUMMARY:a-17\nBEGIN:VALARM\nSUMMARY:x\nTRIGGER:-PT5M\nEND:VALARM\nEND:VEVENT\n"
        "BEGIN:VTODO\nDUE:20261201\nEND:VTODO\nEND:VCALENDAR\n"
    )
    (tmp_path / "shifts.ics").write_text(text)

    (shift,) = read_calendar(tmp_path / "shifts.ics")

    assert shift.people() == ("a-17",)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (f"{DAY}RRULE:FREQ=MONTHLY\n", "RRULE with FREQ=MONTHLY"),
        (f"{DAY}RRULE:FREQ=WEEKLY;BYSETPOS=1\n", "RRULE with BYSETPOS"),
        (f"{DAY}RRULE:FREQ=WEEKLY;BYDAY=1MO\n", "the day 1MO"),
        (f"{DAY}RRULE:FREQ=DAILY;COUNT=0\n", "COUNT=0"),
        (f"{DAY}RRULE:FREQ=DAILY\nRRULE:FREQ=WEEKLY\n", "RRULE is there twice"),
        (f"{DAY}RDATE:20261205T080000\n", "RDATE"),
        ("DTEND:20261201T080000\n", "DTSTART is missing"),
        ("DTSTART:20261201T080000\n", "DTEND is missing"),
        ("DTSTART:20261201T080000\nDTEND:20261201T070000\n", "leaves no time"),
        ("DTSTART:20261301T080000\nDURATION:PT1H\n", "20261301T080000 is not a time"),
        ("DTSTART;TZID=Custom 7:20261201T080000\nDURATION:PT1H\n", "Custom 7"),
        ("DTSTART:20261201T080000\nDURATION:1H\n", "DURATION 1H"),
        (f"{DAY}RECURRENCE-ID;RANGE=THISANDFUTURE:20261201T080000\n", "RANGE"),
        (f"{DAY}SUMMARY:On call:\n", "names nobody"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(tmp_path, lines, fault):
    with pytest.raises(ConfigError) as refusal:
        read_calendar(write(tmp_path, lines))

    assert "shifts.ics:2: " in str(refusal.value)
    assert fault in str(refusal.value)
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("id,name\n", "is no calendar"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "ends within VEVENT"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\n", ":2: ends what has not begun"),
        ("BEGIN:VCALENDAR\nno line\nEND:VCALENDAR\n", ":2: is no line"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path, text, fault):
    (tmp_path / "shifts.ics").write_text(text)

    with pytest.raises(ConfigError) as refusal:
        read_calendar(tmp_path / "shifts.ics")

    assert fault in str(refusal.value)
