from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.model.channel import ChannelKind
from broadcast.model.delivery import REACHED, DeliveryState
from broadcast.model.incident import Phase
from broadcast.model.notice import NoticeKind
from broadcast.model.promise import PromiseVerdict
from broadcast.reports.chart import levels, spread
from broadcast.reports.language import PHRASES, ReportLanguage
from broadcast.reports.timeline import Moment

BERLIN = ZoneInfo("Europe/Berlin")


def test_every_value_has_words():
    needed = {
        *(f"phases.{phase}" for phase in Phase),
        *(f"kinds.{kind}" for kind in NoticeKind),
        *(f"states.{state}" for state in DeliveryState if state not in REACHED),
        *(f"rows.{moment}" for moment in Moment),
        *(f"text_kinds.{kind}" for kind in ChannelKind),
        *map(str, PromiseVerdict),
    }

    english = PHRASES.phrases("en")
    assert [name for name in needed if name not in english] == []


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (59.6, "1 min 00 s"), (61, "1 min 01 s"), (3900, "1 h 05 min"), (93600, "26 h 00 min")],
)
def test_spans_are_read_in_two_units(seconds, expected):
    assert ReportLanguage("en", BERLIN).span(timedelta(seconds=seconds)) == expected


def test_moments_are_local_and_numbers_have_their_separators():
    moment = datetime(2025, 1, 31, 23, 5, 9, tzinfo=UTC)

    assert ReportLanguage("de", BERLIN).moment(moment) == "01.02.2025, 00:05 Uhr (MEZ)"
    assert ReportLanguage("en", BERLIN).moment(moment) == "1 February 2025, 00:05 (CET)"
    assert ReportLanguage("de", BERLIN).number(12345) == "12.345"
    assert ReportLanguage("en", BERLIN).number(12345) == "12,345"


@given(st.lists(st.floats(0, 1000), max_size=20))
def test_marks_are_spread_apart_in_their_order_and_within_the_drawing(places):
    apart = spread(sorted(places), 26, 1000)

    assert all(right - left >= 26 - 1e-9 for left, right in pairwise(apart))
    assert all(place <= 1000 for place in apart)


@given(st.lists(st.floats(0, 1000), max_size=3))
def test_labels_that_are_near_each_other_stand_in_rows_of_their_own(places):
    chosen = levels(places, 74)

    for (one, row), (other, row_of_other) in combinations(zip(places, chosen, strict=True), 2):
        assert row != row_of_other or abs(one - other) >= 74
    assert all(level < len(places) for level in chosen)
