"""English as it is written by people who grew up with it, whatever a service or a title is called."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.rendering.facts import SHIPPED

RENDERER = Renderer(SHIPPED, "en")
COLLEAGUES = ("agents", "supervisors", "executives", "technical")
AUDIENCES = ("customers", *COLLEAGUES, "field")
KINDS = (ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.DESK, ChannelKind.VOICE)
OVER = (Situation.MONITORING, Situation.STILL_WORKING, Situation.RESOLVED)
ORDERS = Service("Bestellungen", names=(("en", "orders"),))
QUESTION = 'Slow: is "My Account" slow?'


def texts(facts: Facts) -> Iterator[str]:
    for audience in AUDIENCES:
        for kind in KINDS:
            yield RENDERER.render(facts, audience, "en", kind).message.text


def mail(facts: Facts, audience: str = "customers") -> str:
    return RENDERER.render(facts, audience, "en", ChannelKind.EMAIL).message.text


@pytest.mark.parametrize("situation", [*OVER, Situation.DOWN_AGAIN])
def test_no_sentence_needs_to_know_whether_a_service_is_one_or_many(situation: Situation):
    facts = replace(sample_facts(situation), services=(ORDERS,))
    for text in texts(facts):
        assert not re.search(r"\b[Ii]t (?:is|was|works|still works)\b[^.]*\b(?:orders|down|limited)\b", text)


def test_an_outage_lasted_from_its_beginning_to_its_end():
    assert "The outage on Sun 16 Nov lasted from 13:40 to 14:22 (42 minutes)." in (
        mail(sample_facts(Situation.RESOLVED))
    )
    assert "The outage began at 13:40." in mail(sample_facts(Situation.MONITORING))


@pytest.mark.parametrize("situation", OVER)
def test_what_was_only_limited_is_not_called_an_outage_afterwards(situation: Situation):
    facts = replace(sample_facts(situation), severity=Severity.SEV3, impact="Pages load slowly.")
    for text in texts(facts):
        assert not re.search(r"\boutage\b|\bdown\b", text, re.IGNORECASE)


def test_a_correction_is_one_to_a_message():
    assert "Correction to our 14:05 message: " in mail(sample_facts(Situation.CORRECTION), "technical")


def test_a_title_that_ends_in_a_question_mark_is_followed_by_no_full_stop():
    facts = replace(sample_facts(Situation.STILL_WORKING), title=QUESTION, wording=(), services=())
    for text in texts(facts):
        assert "?" in text
        assert not re.search(r"\?[”\"]?\.", text)


def test_quotation_marks_in_a_title_are_single_ones_where_it_is_quoted():
    facts = replace(sample_facts(Situation.STILL_WORKING), title=QUESTION, wording=(), services=())
    assert "“Slow: is ‘My Account’ slow?”" in mail(facts)
    sms = RENDERER.render(facts, "customers", "en", ChannelKind.SMS).message.text
    assert "\"Slow: is 'My Account' slow?\"" in sms


@pytest.mark.parametrize("kind", KINDS)
def test_a_first_notice_that_knows_the_cause_is_no_later_one(kind: ChannelKind):
    facts = replace(
        sample_facts(Situation.IDENTIFIED), phase=Phase.IDENTIFIED, phase_before=None, services=()
    )
    for locale, later in (("en", "Not fixed yet"), ("de", "Noch nicht behoben")):
        for audience in AUDIENCES:
            assert later not in RENDERER.render(facts, audience, locale, kind).message.text


def test_a_new_time_for_maintenance_is_said_in_a_sentence():
    for audience in COLLEAGUES:
        text = mail(sample_facts(Situation.MOVED), audience)
        assert "Maintenance moved to Sun 16 Nov, 22:30 to 23:30 (was 22:00 to 23:30)" in text
