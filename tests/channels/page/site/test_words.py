"""Times as a language tells them, and texts as harmless HTML."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.channels.page.site import state as memory
from broadcast.channels.page.site.history import recent
from broadcast.channels.page.site.incident_view import incident_views
from broadcast.channels.page.site.safe_html import paragraphs, unbroken
from broadcast.channels.page.site.state import State
from broadcast.channels.page.site.words import voice
from broadcast.model.incident import Phase
from tests.channels.page.site import sample
from tests.channels.page.site.sample import NOW, outgoing
from tests.harness.cases import for_every

GERMAN, ENGLISH = voice("de", "Europe/Berlin"), voice("en", "Europe/Berlin")


def at(day, hour, minute=0.0):
    return datetime(2025, 11, day, hour, tzinfo=UTC) + timedelta(minutes=minute)


def plain(text):
    return text.replace("\u00a0", " ")


@for_every(
    ("spoken", "german", "english"),
    [
        (lambda v: v.moment(at(16, 13, 5)), "So, 16.11., 14:05 Uhr", "Sun 16 Nov, 14:05"),
        (lambda v: v.moment(at(16, 13, 5), at(16, 3)), "14:05 Uhr", "14:05"),
        (lambda v: v.as_of(at(16, 13, 5)), "So, 16.11., 14:05 Uhr (MEZ)", "Sun 16 Nov, 14:05 (CET)"),
        (lambda v: v.stamp(at(16, 13, 5)), "So, 16.11.2025, 14:05 Uhr (MEZ)", "Sun 16 Nov 2025, 14:05 (CET)"),
        (lambda v: v.span(at(16, 12), at(16, 13), at(16, 9)), "13:00 bis 14:00 Uhr", "13:00 to 14:00"),
        (
            lambda v: v.span(at(16, 12), at(16, 13)),
            "So, 16.11., 13:00 bis 14:00 Uhr",
            "Sun 16 Nov, 13:00 to 14:00",
        ),
        (
            lambda v: v.span(at(16, 22), at(16, 23, 30)),
            "So, 16.11., 23:00 bis Mo, 17.11., 00:30 Uhr",
            "Sun 16 Nov, 23:00 to Mon 17 Nov, 00:30",
        ),
        (
            lambda v: v.span(at(16, 22), at(16, 23, 30), at(16, 9)),
            "23:00 bis Mo, 17.11., 00:30 Uhr",
            "23:00 to Mon 17 Nov, 00:30",
        ),
        (
            lambda v: v.days(at(13, 9).date(), at(15, 9).date()),
            "Do, 13.11. bis Sa, 15.11.",
            "Thu 13 Nov to Sat 15 Nov",
        ),
        (
            lambda v: v.of("message", at(16, 12, 40), at(16, 13)),
            "Unsere Meldung von 13:40 Uhr",
            "Our 13:40 message",
        ),
        (
            lambda v: v.of("all_clear", at(15, 22, 30), at(16, 13)),
            "Unsere Entwarnung vom Sa, 15.11., 23:30 Uhr",
            "Our all-clear of Sat 15 Nov, 23:30",
        ),
        (lambda v: v.duration(at(16, 12), at(16, 13, 35)), "1 Stunde 35 Minuten", "1 hour 35 minutes"),
        (lambda v: v.duration(at(16, 12), at(16, 12, 4.99)), "", ""),
        (lambda v: v.duration(at(16, 12, 5.99), at(16, 12, 10)), "5 Minuten", "5 minutes"),
        (lambda v: v.duration(at(14, 12), at(16, 14, 30)), "2 Tage 2 Stunden", "2 days 2 hours"),
        (lambda v: v.zone_name(at(16, 12)), "Europe/Berlin (MEZ)", "Europe/Berlin (CET)"),
    ],
)
def test_times_are_told_as_the_language_tells_them(spoken, german, english):
    assert plain(spoken(GERMAN)) == german
    assert plain(spoken(ENGLISH)) == english


def test_paragraphs_lists_and_addresses_are_kept():
    assert paragraphs("Eins\nzwei\n\n- a\n- b\nEnde https://x.example/a?b=1&c=2.") == (
        "<p>Eins<br>zwei</p><ul><li>a</li><li>b</li></ul>"
        '<p>Ende <a href="https://x.example/a?b=1&amp;c=2" rel="noreferrer">'
        "https://x.example/a?b=1&amp;c=2</a>.</p>"
    )


def test_short_hyphenated_words_of_a_headline_stay_on_one_line():
    assert unbroken("Chat und E-Mail-Support") == 'Chat und <span class="item">E-Mail-Support</span>'
    assert unbroken("ein-sehr-langes-Wort-das-bricht") == "ein-sehr-langes-Wort-das-bricht"


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text = set(), ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data):
        self.text += data


@settings(max_examples=150)
@given(st.text(st.sampled_from("<>&\"'/= -\nabhtps:;!#\u00e4"), max_size=80))
def test_no_text_becomes_anything_but_paragraphs_lists_and_links(text):
    parsed = Tags(paragraphs(text))
    assert parsed.tags <= {("p", ()), ("ul", ()), ("li", ()), ("br", ()), ("a", ("href", "rel"))}
    assert Tags(unbroken(text)).tags <= {("span", ("class",))}
    assert Tags(unbroken(text)).text == text


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text(max_size=30), st.sampled_from(list(Phase)), st.integers(1, 9)), max_size=6))
def test_what_is_kept_comes_back_as_it_was(notices):
    state = State()
    for number, (text, phase, sequence) in enumerate(notices):
        state, _ = state.published(
            outgoing(f"k{number}", title=text, de=text, phase=phase, sequence=sequence, next_update=NOW)
        )
    assert memory.load(memory.dump(state)) == state


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "broadcast.site/2", "updates": []}', "null"])
def test_anything_else_is_damage(text):
    with pytest.raises(memory.StateDamaged):
        memory.load(text)


def test_days_before_the_first_notice_are_not_called_quiet():
    days = recent(told(sample.past()), GERMAN)
    assert days[-1].first == (NOW - timedelta(days=11)).date()


def test_the_front_page_looks_back_fifteen_days():
    late = outgoing(
        "late", incident="INC-20", as_of=NOW + timedelta(days=60), started=NOW + timedelta(days=60)
    )
    days = recent(told([*sample.past(), late]), GERMAN)
    assert days[0].first - days[-1].first == timedelta(days=14)
    assert [len(day.views) for day in days] == [1, 0]


def test_an_incident_stands_under_every_day_on_which_it_lasted_or_was_spoken_of():
    began = NOW.replace(hour=23, minute=50) - timedelta(days=2)
    beats = [
        sample.Beat(minutes=5, phase=Phase.INVESTIGATING, de="Gestört.", en="Down."),
        sample.Beat(minutes=2 * 1440, phase=Phase.RESOLVED, de="Behoben.", en="Fixed."),
    ]
    days = recent(told(sample.incident("INC-7", began, beats)), GERMAN)
    assert [[story.id for story in day.views] for day in days] == [["INC-7"]] * 3


def test_announced_and_cancelled_work_stands_under_the_days_on_which_it_was_spoken_of():
    began = NOW + timedelta(days=3)
    announced = sample.Beat(minutes=-5 * 1440, phase=Phase.SCHEDULED, de="Am Mittwoch.", en="On Wednesday.")
    cancelled = sample.Beat(minutes=-4 * 1440, phase=Phase.CANCELLED, de="Doch nicht.", en="Called off.")
    [day] = recent(told(sample.incident("INC-9", began, [announced])), GERMAN)
    assert (day.first, len(day.views)) == ((NOW - timedelta(days=2)).date(), 1)
    days = recent(told(sample.incident("INC-9", began, [announced, cancelled])), GERMAN)
    assert [(day.first.day, len(day.views)) for day in days] == [(15, 1), (14, 1)]


def test_a_page_that_was_written_before_names_were_kept_is_still_read():
    state, _ = State().published(outgoing("k1"))
    document = json.loads(memory.dump(state))
    del document["updates"][0]["names"]
    assert memory.load(json.dumps(document)) == state


def told(messages):
    state = State()
    for message in messages:
        state, _ = state.published(message)
    return incident_views(state)
