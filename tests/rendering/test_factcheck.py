from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.errors import TemplateError
from broadcast.rendering.factcheck import contradictions, contradictions_html, known_values
from broadcast.rendering.words import words_for
from tests.harness.cases import for_every
from tests.rendering.facts import facts, render_sms

GERMAN, ENGLISH = words_for("de"), words_for("en")

KNOWN = known_values(facts(), "de", GERMAN)


@pytest.mark.parametrize(
    "text",
    [
        "Seit 13:40 Uhr, neu um 14:35 Uhr, Stand So, 16.11., 14:05.",
        "Hilfe: 030 23125000. Neues um 14:35. https://muster.example [INC-7/1]",
        "Mehr unter muster.example/ und https://muster.example/.",
        "25 Minuten, INC-7, SEV2, 2025-11-16",
        "Bestellen und Bezahlen geht.",
        "Incident INC-7. Maintenance now. 2 Marketing, 7 Decline.",
    ],
)
def test_facts_are_no_contradiction(text):
    assert contradictions(text, KNOWN) == ()


@for_every(
    ("text", "found"),
    [
        ("Seit 13:45 Uhr", "13:45"),
        ("am 17.11.", "17.11"),
        ("am 17. Nov", "17. Nov"),
        ("am 17. November", "17. November"),
        ("on 17 September", "17 September"),
        ("on 17 Nov", "17 Nov"),
        ("2025-11-17", "2025-11-17"),
        ("Tel. 030 23125001", "030 23125001"),
        ("Tel. +49 30 23125000", "+49 30 23125000"),
        ("https://evil.example", "https://evil.example"),
        ("www.evil.example", "www.evil.example"),
        ("evil.example/login", "evil.example/login"),
        ("hilfe@evil.example", "hilfe@evil.example"),
        ("43 Minuten", "43"),
        ("[INC-8/2]", "8/2"),
        ("zu 99,5 %", "99,5"),
    ],
)
def test_what_is_no_fact_is_found(text, found):
    assert contradictions(f"Muster Handel: {text} gestört", KNOWN) == (found,)


def test_links_of_a_page_are_checked_where_they_lead():
    page = '<style>p { margin: 77px }</style><p>13:40</p><a href="https://evil.example/">x</a>'

    assert contradictions_html(page, KNOWN) == ("https://evil.example/",)


@given(st.integers(1, 10_000))
@settings(max_examples=60)
def test_every_time_of_a_record_is_known_and_shifted_ones_are_not(minutes):
    record = facts(next_update=facts().as_of + timedelta(minutes=minutes))
    known = known_values(record, "en", ENGLISH)
    promised = f"{record.next_update:%H:%M}"

    assert contradictions(f"Next update {promised}.", known) == ()
    stated = {"13:40", "13:42", "14:05", "14:35", "18:00"}  # the last in the hours of the e-mail
    assert promised in stated or contradictions(f"Next update {promised}.", KNOWN_ENGLISH) != ()


KNOWN_ENGLISH = known_values(facts(), "en", ENGLISH)


def test_a_text_with_a_wrong_time_is_never_rendered(tmp_path):
    with pytest.raises(
        TemplateError, match=r"sms\.txt\.j2: '15:00' is in the text but not in the facts of INC-7"
    ):
        render_sms(tmp_path, "Gestört seit {{ started|time }}. Neues um 15:00.")


def test_what_is_always_true_can_be_vouched_for(tmp_path):
    rendered = render_sms(tmp_path, "{{ what }}: Hilfe {{ 'Mo-Fr 9-17 Uhr'|fixed }}")

    assert rendered.message.text.endswith("Hilfe Mo-Fr 9-17 Uhr")
    with pytest.raises(TemplateError, match="'19'"):
        render_sms(tmp_path, "{{ 'Mo-Fr 9-17 Uhr'|fixed }} 19")


def test_the_commanders_own_numbers_are_facts(tmp_path):
    record = facts(message="Rund 1.200 Bestellungen, Code 42", variables=(("share", "17,5"),))

    assert "17,5" in render_sms(tmp_path, "{{ message }} {{ share }}", record).message.text
