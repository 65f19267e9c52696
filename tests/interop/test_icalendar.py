"""Our calendars, read by `icalendar`: a parser of RFC 5545 that nobody here wrote."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from broadcast.model.incident import Phase
from tests.channels.page.site import sample
from tests.channels.page.site.sample import NOW, Beat, incident, publish, site
from tests.interop.programs import pypi

#: Reads every calendar strictly, takes its times apart, and writes it again; one line for each event.
READ = """
import sys
from pathlib import Path
from icalendar import Calendar

for path in sorted(Path(sys.argv[1]).rglob("*.ics")):
    calendar = Calendar.from_ical(path.read_bytes())
    assert not calendar.errors, (path, calendar.errors)
    assert Calendar.from_ical(calendar.to_ical()).to_ical() == calendar.to_ical(), path
    for event in calendar.walk("VEVENT"):
        assert not event.errors, (path, event.errors)
        assert event.DTSTAMP.tzinfo and event.start.tzinfo and event.end >= event.start, path
        times = [f"{moment:%Y%m%dT%H%M}" for moment in (event.start, event.end)]
        own = (path.name, event["SEQUENCE"], event["STATUS"], *times, event["UID"], calendar["METHOD"])
        print(*own, event["SUMMARY"], sep="|")
"""
TITLE = 'Neue Telefonanlage; Süd, "Nord" \\ 🧀'
BEATS = {
    Phase.SCHEDULED: Beat(
        minutes=-600, phase=Phase.SCHEDULED, de="Zeile eins\nZeile zwei, mit \\ und ;", en="We renew, \\ ; 🧀"
    ),
    Phase.IN_PROGRESS: Beat(minutes=0, phase=Phase.IN_PROGRESS, de="Es geht los.", en="It has begun."),
    Phase.COMPLETED: Beat(minutes=50, phase=Phase.COMPLETED, de="Fertig.", en="Done."),
    Phase.CANCELLED: Beat(minutes=-60, phase=Phase.CANCELLED, de="Fällt aus.", en="Cancelled."),
}


@pytest.fixture(scope="session")
def icalendar() -> Path:
    return pypi("icalendar==7.3.0")


def read(page: Path, icalendar: Path) -> list[list[str]]:
    """Every event of every calendar: file, SEQUENCE, STATUS, beginning, end, UID, METHOD, title."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(page)],
        env={"PYTHONPATH": str(icalendar), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return [line.split("|") for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("phases", "sequence", "status"),
    [
        ([Phase.SCHEDULED], 0, "CONFIRMED"),
        ([Phase.SCHEDULED, Phase.CANCELLED], 1, "CANCELLED"),
        ([Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.COMPLETED], 2, "CONFIRMED"),
    ],
)
@pytest.mark.parametrize("drill", [False, True])
def test_every_calendar_is_read_as_it_was_meant(tmp_path, icalendar, phases, sequence, status, drill):
    ends = NOW.replace(hour=NOW.hour + 2)
    beats = [BEATS[phase] for phase in phases]
    facts = {"window_ends": ends, "title": TITLE, "title_en": "New telephones, “South”", "drill": drill}
    asyncio.run(publish(site(tmp_path), list(incident("INC-9", NOW, beats, **facts))))

    lines = read(tmp_path / "public", icalendar)
    assert {(line[1], line[2], line[3]) for line in lines} == {(str(sequence), status, "20251116T1305")}
    assert any(TITLE in line[-1] for line in lines)
    assert len(lines) == 4  # all windows and this one, in two languages


@pytest.mark.parametrize("last", [Phase.COMPLETED, Phase.CANCELLED])
def test_every_update_of_a_window_raises_the_sequence_of_the_same_event(tmp_path, icalendar, last):
    reminder = Beat(minutes=-60, phase=Phase.SCHEDULED, de="Erinnerung.", en="Reminder.")
    steps = [BEATS[Phase.SCHEDULED], reminder, BEATS[Phase.IN_PROGRESS]]
    steps = [*steps, BEATS[last]] if last is Phase.COMPLETED else [*steps[:2], BEATS[last]]
    seen = []
    for number in range(1, len(steps) + 1):
        facts = {"window_ends": NOW.replace(hour=NOW.hour + 2), "title": TITLE, "title_en": "New telephones"}
        *_, update = incident("INC-9", NOW, steps[:number], **facts)
        asyncio.run(publish(site(tmp_path), [update]))
        seen.append([line for line in read(tmp_path / "public", icalendar) if line[0] == "INC-9.ics"])

    assert len({line[5] for lines in seen for line in lines}) == 1
    assert [{int(line[1]) for line in lines} for lines in seen] == [{n} for n in range(len(steps))]
    *before, after = [{line[6] for line in lines} for lines in seen]
    assert all(methods == {"PUBLISH"} for methods in before)
    assert after == {"CANCEL" if last is Phase.CANCELLED else "PUBLISH"}


def test_a_calendar_without_a_window_is_one(tmp_path, icalendar):
    asyncio.run(publish(site(tmp_path), list(sample.outage())))
    assert read(tmp_path / "public", icalendar) == []
