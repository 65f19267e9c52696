"""A notice can be written in every zone of the world, and says which one it speaks of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.notice import Facts, TextPhase
from broadcast.rendering import phrase
from broadcast.rendering.render import Renderer
from broadcast.rendering.words import words_for
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED, facts

GERMAN, ENGLISH = words_for("de"), words_for("en")

RENDERER = Renderer(SHIPPED, "en")
SEASONS = (timedelta(), timedelta(days=182))


def in_zone(key: str, later: timedelta, phase: TextPhase = TextPhase.UPDATE) -> Facts:
    zone, sample = ZoneInfo(key), facts(phase)
    names = ("as_of", "started", "detected", "ended", "next_update", "window_ends", "corrects")
    moved = {name: (moment + later).astimezone(zone) for name in names if (moment := getattr(sample, name))}
    return replace(sample, **moved)


#: One zone for each way to write a zone, in winter or in summer: 600 zones share about 150 of them.
ALIKE = {
    (record.as_of.tzname(), record.as_of.utcoffset()): record
    for key in sorted(available_timezones())
    for later in SEASONS
    for record in [in_zone(key, later)]
}


def test_a_mail_is_written_in_every_zone():
    for record in ALIKE.values():
        shown = RENDERER.render(record, "customers", "en", ChannelKind.EMAIL).message.text
        assert f"({phrase.zone(record.as_of, ENGLISH)})" in shown


@for_every("key", ["Europe/Istanbul", "Asia/Kolkata", "America/Sao_Paulo", "Asia/Kathmandu"])
@for_every("phase", TextPhase)
def test_every_kind_is_written_where_the_zone_has_no_name(key, phase):
    for kind in ChannelKind:
        for audience in ("customers", "agents"):
            assert RENDERER.render(in_zone(key, SEASONS[0], phase), audience, "de", kind).units.fits


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("Europe/Istanbul", "UTC+3"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("America/Sao_Paulo", "UTC-3"),
        ("America/St_Johns", "NST"),
        ("Pacific/Marquesas", "UTC-9:30"),
        ("Europe/Berlin", "MEZ"),
        ("UTC", "UTC"),
        ("Antarctica/Troll", "UTC+0"),
    ],
)
def test_a_zone_without_a_name_is_shown_by_its_offset(key, shown):
    assert phrase.zone(datetime(2025, 11, 16, 12, tzinfo=ZoneInfo(key)), GERMAN) == shown
