"""The times of a notice: corrections are kept, and no hour is lost in the night when clocks change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from broadcast.channels.page.site.words import voice
from broadcast.errors import UsageError
from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase, Severity
from broadcast.model.promise import CADENCE
from broadcast.publishing.compose import compose
from broadcast.publishing.notice_times import notice_times
from broadcast.publishing.request import Request, Verb
from broadcast.rendering import phrase
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.render import Renderer
from broadcast.rendering.words import words_for
from tests.publishing.test_compose import DEPENDENCIES, FIRST, NOW, SETTINGS, after, composed

ENGLISH = words_for("en")

HOUR = timedelta(hours=1)
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
RENDERER = Renderer(Catalogue(default_folders(None)), "en")


def at(moment: datetime, zone: ZoneInfo, **given):
    settings = replace(SETTINGS, timezone=zone, locale="en")
    return compose(
        Request(verb=Verb.NOTIFY, title="Checkout", **given), FIRST, settings, DEPENDENCIES, moment
    )


def offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


@cache
def changes(key: str) -> tuple[datetime, ...]:
    """Return when clocks in the zone change in 2026 and 2027, to the minute."""
    zone, found, step = ZoneInfo(key), [], timedelta(days=5)
    for number in range((END - BEGIN) // step):
        low, high = BEGIN + number * step, BEGIN + (number + 1) * step
        if offset(zone, low) == offset(zone, high):
            continue
        while high - low > timedelta(minutes=1):
            middle = low + (high - low) // 2
            low, high = (middle, high) if offset(zone, middle) == offset(zone, low) else (low, middle)
        found.append(high.replace(second=0, microsecond=0))
    return tuple(found)


ZONES = sorted(available_timezones() - {"localtime", "Factory"})
AROUND = [timedelta(minutes=minutes) for minutes in (-90, -61, -30, -1, 0, 1, 29, 61, 119)]


def test_in_every_zone_and_around_every_change_of_clocks_spans_and_promises_are_true():
    checked = 0
    for key in ZONES:
        zone = ZoneInfo(key)
        for change in changes(key) or (NOW,):
            for near in AROUND:
                now = change + near
                request = Request(verb=Verb.NOTIFY, started="80m", next_update="60m")
                stands = (Phase.INVESTIGATING, Severity.SEV1)
                found = notice_times(request, {}, (None, None), stands, (now, zone))
                assert found.next_update.astimezone(UTC) == now + HOUR
                assert found.as_of.astimezone(UTC) - found.started.astimezone(UTC) == timedelta(minutes=80)
                default = notice_times(Request(verb=Verb.NOTIFY), {}, (None, None), stands, (now, zone))
                early = now + CADENCE[Severity.SEV1] - default.next_update.astimezone(UTC)
                assert timedelta() <= early < timedelta(minutes=1)
                checked += 1
    assert checked > 5 * len(ZONES)


def test_around_every_change_of_clocks_the_notice_can_be_written_and_says_the_true_duration():
    """One zone of each kind of change and of name: all of them would take a minute."""
    kinds = {}
    for key in ZONES:
        for change in changes(key):
            shift = offset(ZoneInfo(key), change) - offset(ZoneInfo(key), change - HOUR)
            numeric = change.astimezone(ZoneInfo(key)).tzname()[0] in "+-"
            kinds[shift, numeric] = (ZoneInfo(key), change)
    assert {shift for shift, _ in kinds} >= {HOUR, -HOUR, HOUR / 2, -HOUR / 2}
    for (shift, _), (zone, change) in kinds.items():
        for near in AROUND:
            facts = at(change + near, zone, started="80m", next_update="60m").facts
            assert phrase.duration(facts.lasted, ENGLISH) == "1 hour 20 minutes", (zone, shift)
            page = voice("en", zone.key)
            assert page.duration(facts.started, facts.as_of) == "1 hour 20 minutes"
            RENDERER.render(facts, "customers", "en", ChannelKind.EMAIL)
            RENDERER.render(facts, "technical", "en", ChannelKind.EMAIL)


@pytest.mark.parametrize("kind", [ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.SOCIAL])
def test_on_the_night_the_same_time_of_day_is_named_with_its_zone(kind):
    berlin = ZoneInfo("Europe/Berlin")
    facts = at(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), berlin, started="60m", next_update="60m").facts

    text = RENDERER.render(facts, "customers", "en", kind).message.text

    assert "02:30 (CEST)" in text
    assert "03:30" in text
    span = voice("en", "Europe/Berlin").span(facts.started, facts.as_of).replace("\xa0", " ")
    assert span == "Sun 25 Oct, 02:30 (CEST) to 02:30 (CET)"


def test_a_corrected_beginning_is_kept_by_all_that_follows():
    first = composed(started="30m")
    corrected = composed(Verb.UPDATE, after(first), started="3h")
    later = composed(Verb.UPDATE, after(corrected), now=NOW + HOUR)
    over = composed(Verb.RESOLVE, after(later), now=NOW + HOUR, ended="now")

    for each in (corrected, later, over):
        assert each.incident.started_at == NOW - 3 * HOUR
    assert over.facts.lasted == 4 * HOUR
    assert over.facts.reported == NOW


def test_an_end_before_the_beginning_is_refused():
    with pytest.raises(UsageError, match="ended before it started"):
        composed(Verb.RESOLVE, after(composed(started="30m")), variables=(("ended", "40m"),))


def test_the_announced_and_the_real_beginning_of_maintenance_are_two_facts():
    announced = composed(phase="scheduled", started="23:00", variables=(("window_ends", "02:00"),))
    moved = composed(Verb.UPDATE, after(announced), started="22:30")
    early = composed(Verb.UPDATE, after(moved), now=NOW + 8 * HOUR, phase="in_progress")
    late = composed(Verb.UPDATE, after(moved), now=NOW + 9 * HOUR, phase="in_progress", started="now")
    done = composed(Verb.RESOLVE, after(early), now=NOW + 9 * HOUR, maintenance=True)

    assert f"{moved.facts.window_starts:%H:%M}-{moved.facts.window_ends:%H:%M}" == "22:30-02:00"
    assert early.facts.started == NOW + 8 * HOUR
    assert late.facts.started == NOW + 9 * HOUR
    assert done.facts.lasted == HOUR
    for each in (early, late, done):
        assert each.facts.window_starts == moved.facts.window_starts


@pytest.mark.parametrize(
    "given",
    [
        {
            "phase": "scheduled",
            "started": "2026-05-05T22:00",
            "variables": (("window_ends", "2026-05-05T21:00"),),
        },
        {"phase": "scheduled", "started": "2026-05-03T22:00"},
        {"template": "maintenance", "started": "2026-05-03T22:00"},
        {"template": "maintenance", "phase": "investigating"},
        {"phase": "scheduled", "started": "none"},
        {"phase": "in_progress", "variables": (("window_ends", "2026-05-03T22:00"),)},
    ],
)
def test_a_window_that_cannot_be_is_refused(given):
    with pytest.raises(UsageError) as refused:
        composed(**given)

    assert refused.value.exit_status == 2
    assert refused.value.hint


def test_an_update_cannot_move_the_beginning_behind_the_end():
    announced = composed(phase="scheduled", started="23:00", variables=(("window_ends", "02:00"),))

    with pytest.raises(UsageError, match="begin after it ends"):
        composed(Verb.UPDATE, after(announced), started="2026-05-05T03:00")


def test_a_reading_on_another_day_is_pointed_out():
    [warning] = composed(started="14:30", next_update="none").warnings

    assert warning == "--started: 14:30 is read as Sunday, 2026-05-03 14:30 CEST"
    assert composed(started="14:08", next_update="none").facts.started == NOW
