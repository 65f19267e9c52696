"""The beginning of a call: the language, the state of the incidents, and who gets a person at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.hotline.caller import Caller
from broadcast.hotline.snapshot import IncidentKind
from broadcast.model.caller_context import CallerContext, OrderState
from tests.hotline.telephone_call import (
    HOTLINE,
    MOBILE,
    NOW,
    OUTAGE,
    begun,
    snapshot,
)


def test_a_caller_hears_who_speaks_what_is_down_and_what_the_keys_do():
    call = begun()

    assert call.words.startswith("Muster Handel, automatische Ansage. For English press star. Gestört seit")
    assert "Mit einem Menschen sprechen: die 0." in call.words


def test_without_any_incident_nothing_is_known_to_be_down():
    assert "Zurzeit ist keine Störung bekannt." in begun(incidents=()).words
    assert "keine Störung bekannt" not in begun().words


@pytest.mark.parametrize("kind", [IncidentKind.ENDED, IncidentKind.RETRACTED, IncidentKind.MAINTENANCE])
def test_what_is_no_outage_is_told_after_that_nothing_is_down(kind: IncidentKind):
    said = begun(incidents=(replace(OUTAGE, kind=kind),)).words

    assert "Zurzeit ist keine Störung bekannt. Gestört seit" in said


def test_an_exercise_is_not_introduced_by_anything_real():
    drill = replace(OUTAGE, drill=True, status={"de": "Übung. Wir testen. Übung."})

    assert "press star. Übung. Wir testen. Übung. Noch einmal" in begun(incidents=(drill,)).words


def test_two_incidents_at_most_are_told():
    others = [replace(OUTAGE, ref=f"INC-{n}", status={"de": f"Meldung {n}."}) for n in (1, 2, 3)]
    said = begun(incidents=tuple(others)).words

    assert "Meldung 1. Außerdem: Meldung 2. Noch einmal" in said


def test_the_time_is_said_if_the_facts_could_not_be_read_again():
    assert "Stand 14 Uhr 5. Gestört" in begun(stale=True).words
    assert "Stand" not in begun().words
    yesterday = snapshot().taken_at - timedelta(days=1)
    assert "Stand Samstag, 15. November, 14 Uhr 5. Gestört" in begun(stale=True, taken_at=yesterday).words


def test_an_overdue_promise_is_said():
    late = replace(OUTAGE, promised=NOW - timedelta(minutes=1))

    assert "Der angekündigte neue Stand steht noch aus." in begun(incidents=(late,)).words
    assert "steht noch aus" not in begun(incidents=(replace(OUTAGE, promised=NOW),)).words


@pytest.mark.parametrize(
    ("caller", "known", "locale"),
    [
        (Caller(number=MOBILE), {}, "de"),
        (Caller(number="+447700900123"), {}, "en"),
        (Caller(number="+33612345678"), {}, "de"),
        (Caller(), {}, "de"),
        (Caller(number=MOBILE, last_locale="en"), {}, "en"),
        (Caller(number=MOBILE, last_locale="en"), {"lines": {HOTLINE: "de"}}, "de"),
        (Caller(number=MOBILE), {"lines": {HOTLINE: "en"}}, "en"),
        (
            Caller(number=MOBILE, context=CallerContext(locale="en-GB")),
            {"lines": {HOTLINE: "de"}},
            "en",
        ),
        (Caller(number=MOBILE, context=CallerContext(locale="fi")), {}, "de"),
    ],
)
def test_the_language_is_the_persons_then_the_numbers_then_the_countrys(caller, known, locale):
    assert begun(caller, **known).last.state.locale == locale


def test_star_changes_the_language_and_tells_the_state_again():
    call = begun()

    assert call.press("*").state.locale == "en"
    assert call.words.startswith("Down since 1:40 pm: chat. To hear this again, press 1.")
    assert call.press("*").state.locale == "de"


def test_no_name_is_said_to_a_caller_whose_number_may_be_forged():
    call = begun(Caller(number=MOBILE, context=CallerContext(name="Frau Berger")))

    assert "Berger" not in call.words


@pytest.mark.parametrize(
    ("context", "said"),
    [
        (CallerContext(order="4711"), "Ihre Bestellung 4 7 1 1 liegt uns vor."),
        (CallerContext(order="A-7", order_state=OrderState.SHIPPED), "Ihre Bestellung A 7 ist unterwegs."),
        (CallerContext(order="8", ticket="99"), "Ihre Bestellung 8 liegt uns vor."),
        (CallerContext(ticket="99"), "Ihre Anfrage 9 9 ist bei uns offen."),
    ],
)
def test_the_own_order_or_ticket_is_said_in_one_sentence_after_the_status(context, said):
    call = begun(Caller(number=MOBILE, context=context))

    assert f"Gestört seit 13 Uhr 40: Chat. {said}" in call.words
    call.press("1")
    assert said in call.words


def test_what_came_too_late_for_the_greeting_counts_for_a_caller_who_did_not_understand_it():
    call = begun()
    call.caller = Caller(number=MOBILE, context=CallerContext(locale="en"))

    call.stay_silent()

    assert call.words.startswith("Are you still there?")


def test_what_came_too_late_does_not_change_a_language_that_works_or_was_chosen():
    call = begun()
    call.caller = Caller(number=MOBILE, context=CallerContext(locale="en"))
    call.press("1")
    call.stay_silent()

    assert call.words.startswith("Sind Sie noch da?")
