"""Maintenance windows as calendars read them."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.channels.page.site.calendar import _folded, _text
from broadcast.model.incident import Phase
from tests.channels.page.site import sample
from tests.channels.page.site.sample import NOW, Beat, incident, publish, site

BERLIN = ZoneInfo("Europe/Berlin")
TELEPHONES = {"title": "Neue Telefonanlage; Süd, Nord", "title_en": "New telephones"}
ANNOUNCED = Beat(
    minutes=-600,
    phase=Phase.SCHEDULED,
    de="Zeile eins\nZeile zwei, mit \\ und ;",
    en="We renew our telephones.",
)
BEGUN = Beat(minutes=0, phase=Phase.IN_PROGRESS, de="Es geht los.", en="It has begun.")


def window(*beats, start=NOW, ends=None):
    ends = ends or start.replace(hour=start.hour + 2)
    return list(incident("INC-9", start, beats, window_ends=ends, **TELEPHONES))


def events(path):
    """Each event's properties, unfolded and unescaped; the file keeps to RFC 5545's lines."""
    raw = path.read_bytes()
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    lines = raw.decode().replace("\r\n ", "").split("\r\n")
    head, *rest = "\n".join(lines).split("BEGIN:VEVENT\n")
    properties = [
        dict(line.split(":", 1) for line in one.split("\nEND:VEVENT\n")[0].split("\n")) for one in rest
    ]
    return head, [{name.split(";")[0]: unescaped(value) for name, value in one.items()} for one in properties]


def unescaped(value):
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


async def test_a_window_is_an_event_with_its_time_in_utc(tmp_path):
    await publish(site(tmp_path), window(ANNOUNCED))
    head, [event] = events(tmp_path / "public" / "incidents" / "INC-9.ics")

    assert "VERSION:2.0\nPRODID:" in head
    assert "METHOD:PUBLISH" in head
    assert event["UID"] == "INC-9@status.muster.example"
    assert event["SEQUENCE"] == "0"
    assert (event["DTSTART"], event["DTEND"]) == ("20251116T130500Z", "20251116T150500Z")
    assert event["DTSTAMP"] == "20251116T030500Z"
    assert event["STATUS"] == "CONFIRMED"
    assert event["SUMMARY"] == TELEPHONES["title"]
    assert event["DESCRIPTION"] == ANNOUNCED.de
    assert event["URL"] == "https://status.muster.example/incidents/INC-9.html"


async def test_a_window_that_is_called_off_is_cancelled_under_the_same_uid(tmp_path):
    off = Beat(
        minutes=-60, phase=Phase.CANCELLED, de="Die Wartung findet nicht statt.", en="The maintenance is off."
    )
    folder = tmp_path / "public"
    await publish(site(tmp_path), window(ANNOUNCED))
    _, [before] = events(folder / "incidents" / "INC-9.ics")

    await publish(site(tmp_path), window(ANNOUNCED, off)[1:])
    head, [after] = events(folder / "incidents" / "INC-9.ics")
    whole, [listed] = events(folder / "maintenance.ics")

    assert "METHOD:CANCEL" in head
    assert "METHOD:PUBLISH" in whole
    assert after == listed
    assert after["STATUS"] == "CANCELLED"
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert after["DTSTART"] == before["DTSTART"]


async def test_a_window_that_is_over_ends_when_it_did(tmp_path):
    done = Beat(minutes=50, phase=Phase.COMPLETED, de="Fertig.", en="Done.")
    await publish(site(tmp_path), window(ANNOUNCED, BEGUN, done))
    _, [event] = events(tmp_path / "public" / "maintenance.ics")

    assert (event["DTEND"], event["SEQUENCE"]) == ("20251116T135500Z", "2")


@pytest.mark.parametrize(
    ("start", "ends", "expected"),
    [
        # In the night of the change of clocks, 02:30 comes twice or not at all.
        (datetime(2025, 10, 26, 1, 30, tzinfo=BERLIN), datetime(2025, 10, 26, 3, 30, tzinfo=BERLIN),
         ("20251025T233000Z", "20251026T023000Z")),
        (datetime(2025, 3, 30, 1, 30, tzinfo=BERLIN), datetime(2025, 3, 30, 3, 30, tzinfo=BERLIN),
         ("20250330T003000Z", "20250330T013000Z")),
    ],
)  # fmt: skip
async def test_no_change_of_clocks_moves_a_window(tmp_path, start, ends, expected):
    await publish(site(tmp_path), window(ANNOUNCED, start=start, ends=ends))
    _, [event] = events(tmp_path / "public" / "maintenance.ics")

    assert (event["DTSTART"], event["DTEND"]) == expected


async def test_each_language_has_its_calendar(tmp_path):
    await publish(site(tmp_path), window(ANNOUNCED))
    _, [german] = events(tmp_path / "public" / "maintenance.ics")
    _, [english] = events(tmp_path / "public" / "en" / "maintenance.ics")

    assert english["SUMMARY"] == "New telephones"
    assert english["UID"] == german["UID"]
    page = (tmp_path / "public" / "en" / "incidents" / "INC-9.html").read_text(encoding="utf-8")
    assert 'href="INC-9.ics"' in page


async def test_outages_are_no_appointments(tmp_path):
    await publish(site(tmp_path), list(sample.outage()))

    assert events(tmp_path / "public" / "maintenance.ics")[1] == []
    assert not list((tmp_path / "public").rglob("INC-7.ics"))


async def test_a_drill_is_marked_in_the_calendar_too(tmp_path):
    messages = list(incident("INC-9", NOW, (ANNOUNCED,), drill=True, **TELEPHONES))
    await publish(site(tmp_path), messages)
    _, [event] = events(tmp_path / "public" / "drill" / "maintenance.ics")

    assert "ÜBUNG" in event["SUMMARY"]
    assert event["DESCRIPTION"].startswith("ÜBUNG")
    assert event["DESCRIPTION"].endswith("ÜBUNG")


async def test_a_text_cannot_add_a_property(tmp_path):
    beat = Beat(minutes=0, phase=Phase.SCHEDULED, de="a\r\nATTENDEE:x\r\nEND:VEVENT\u2028b\x0b", en="b")
    facts = {"title": 'X";\nSTATUS:CANCELLED', "organisation": 'M"\r\nUID:1'}
    await publish(site(tmp_path), list(incident("INC-9", NOW, (beat,), **facts)))
    _, [event] = events(tmp_path / "public" / "maintenance.ics")

    assert set(event) == {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "STATUS", "SUMMARY", "DESCRIPTION", "ORGANIZER", "TRANSP",
        "URL",
    }  # fmt: skip
    assert event["STATUS"] == "CONFIRMED"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n")))
def test_a_folded_and_escaped_text_reads_as_it_was_written(text):
    folded = _folded(f"DESCRIPTION:{_text(text)}")

    assert all(len(line.encode()) <= 75 for line in folded.split("\r\n"))
    assert unescaped(folded.replace("\r\n ", "").partition(":")[2]) == text


async def test_a_calendar_without_a_window_is_a_valid_one(tmp_path):
    """RFC 5545, 3.6: it holds a component; RFC 5546: only one with an event has a method."""
    await publish(site(tmp_path), list(sample.outage()))
    head, found = events(tmp_path / "public" / "maintenance.ics")

    assert found == []
    assert "METHOD" not in head
    assert head.count("BEGIN:VTIMEZONE") == head.count("END:VTIMEZONE") == 1


async def test_a_window_that_is_over_is_not_ahead_though_nobody_said_what_became_of_it(tmp_path):
    """Another notice writes the page anew, hours after the announced end."""
    begins = NOW - timedelta(hours=4)
    page = tmp_path / "public"

    def upcoming() -> int:
        text = (page / "api" / "v2" / "scheduled-maintenances" / "upcoming.json").read_text(encoding="utf-8")
        return len(json.loads(text)["scheduled_maintenances"])

    adapter = site(tmp_path)
    await publish(adapter, window(ANNOUNCED, start=begins, ends=begins + timedelta(hours=1)))
    assert upcoming() == 1
    assert 'id="announced"' in (page / "index.html").read_text(encoding="utf-8")
    await publish(adapter, list(sample.shop()))
    assert upcoming() == 0
    assert 'id="announced"' not in (page / "index.html").read_text(encoding="utf-8")


async def test_the_sequence_grows_where_the_folder_or_the_ledger_was_lost(tmp_path):
    """A calendar forgets no number: what is less than it knows, it ignores."""
    announced, begun, off = window(
        ANNOUNCED, BEGUN, Beat(minutes=1, phase=Phase.CANCELLED, de="Fällt aus.", en="It is off.")
    )
    await publish(site(tmp_path), [announced, begun])
    lost = tmp_path / "lost"
    lost.mkdir()
    await publish(site(lost), [off])
    _, [before] = events(tmp_path / "public" / "maintenance.ics")
    _, [after] = events(lost / "public" / "maintenance.ics")

    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
