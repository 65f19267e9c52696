"""What the service desk may say, must not say and passes on, in every situation."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.situation import Situation
from broadcast.rendering import prose
from broadcast.rendering.drill import visible
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED

RENDERER = Renderer(SHIPPED, "de")
LOCALES = ("de", "en")
SMS, EMAIL, CHAT, DESK, VOICE = (
    *(ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.DESK, ChannelKind.VOICE),
)
LONG = (EMAIL, DESK)  # a room reads what the e-mail says
DRILLS = (Situation.DRILL, Situation.DRILL_OVER)
REAL = [situation for situation in Situation if situation not in DRILLS]
DOWN = [situation for situation in Situation if situation.down]
WORDS = "Lager Nord liefert."
EVERYBODY, COLLEAGUES = ("customers", "agents"), ("agents", "executives")
INTERNAL = {"de": "INTERN – bitte nicht weiterleiten.", "en": "INTERNAL – please do not forward."}
QUOTES = {"de": "„([^“]*)“", "en": "“([^”]*)”"}
UNSAID = {"de": "Bitte nicht sagen:", "en": "Please do not say:"}
SAY = {SMS: {"de": 'Sagen: "', "en": 'Say: "'}, VOICE: {"de": "Kunden können", "en": "You can tell"}}
NOTHING = {
    "de": {SMS: "Nichts an Kunden geben.", VOICE: "Bitte nichts an Kunden geben."},
    "en": {SMS: "Tell customers nothing.", VOICE: "Please tell customers only if they ask."},
}


def text(situation: Situation, locale: str, kind: ChannelKind, **changes: Any) -> str:
    facts = replace(sample_facts(situation), **{"wording": (), **changes})
    return RENDERER.render(facts, "agents", locale, kind).message.text


def said(text: str, locale: str) -> str:
    """What stands in quotation marks: an agent reads it to a caller."""
    return " ".join(re.findall(QUOTES[locale], text))


@for_every(("situation", "locale", "kind"), [*product(REAL, LOCALES, LONG)])
def test_the_message_stands_among_what_can_be_said_only_if_customers_get_it(situation, locale, kind):
    public = text(situation, locale, kind, message=WORDS, audiences=EVERYBODY)
    private = text(situation, locale, kind, message=WORDS, audiences=COLLEAGUES)

    assert WORDS in said(public, locale)
    assert public.count(WORDS) == private.count(WORDS) == 1
    assert WORDS not in said(private, locale)


@for_every(("situation", "locale", "kind"), [*product(REAL, LOCALES, SAY)])
def test_short_texts_tell_agents_to_say_the_message_only_if_customers_get_it(situation, locale, kind):
    given = {"message": WORDS, "services": (Service("chat", names=(("de", "Chat"), ("en", "chat"))),)}
    public = text(situation, locale, kind, **given, audiences=EVERYBODY)
    private = text(situation, locale, kind, **given, audiences=COLLEAGUES)

    assert SAY[kind][locale] in public
    assert SAY[kind][locale] not in private
    assert WORDS in private


@pytest.mark.parametrize(("locale", "kind"), [*product(LOCALES, LONG)])
def test_what_only_colleagues_know_of_the_data_is_no_answer_for_callers(locale, kind):
    fact = "Kopien der Konten fehlen."
    public = text(Situation.UPDATE, locale, kind, data_loss=fact, audiences=EVERYBODY)
    private = text(Situation.UPDATE, locale, kind, data_loss=fact, audiences=COLLEAGUES)
    question = "sicher? „" if locale == "de" else "safe? “"

    assert f"{question}{fact}" in public
    assert f"{question}{fact}" not in private
    assert fact in private


@pytest.mark.parametrize("locale", LOCALES)
def test_without_a_fact_about_data_no_check_is_promised(locale):
    answer = {"de": "„Dazu habe ich noch keine Information.", "en": "“I have no information about that yet."}
    assert answer[locale] in text(Situation.INVESTIGATING, locale, EMAIL)


@for_every(("situation", "locale", "kind"), [*product(Situation, LOCALES, LONG)])
def test_what_not_to_say_is_listed_only_while_something_is_down(situation, locale, kind):
    down = situation.down or situation is Situation.CORRECTION
    assert (UNSAID[locale] in text(situation, locale, kind)) is down


@pytest.mark.parametrize("locale", LOCALES)
def test_a_correction_of_what_works_again_lists_nothing_that_must_not_be_said(locale):
    works = text(Situation.CORRECTION, locale, EMAIL, phase=Phase.MONITORING)
    assert UNSAID[locale] not in works


@pytest.mark.parametrize(("locale", "kind"), [*product(LOCALES, LONG)])
def test_the_cause_is_unconfirmed_until_it_is_found_even_if_somebody_suspects_one(locale, kind):
    unconfirmed = {"de": "Das ist nicht bestätigt.", "en": "It is not confirmed."}[locale]
    assert unconfirmed in text(Situation.INVESTIGATING, locale, kind, cause="Ein Kabel.")
    assert unconfirmed in text(Situation.UPDATE, locale, kind)
    assert unconfirmed not in text(Situation.UPDATE, locale, kind, phase=Phase.IDENTIFIED)
    assert unconfirmed not in text(Situation.IDENTIFIED, locale, kind)


@for_every(("situation", "locale", "kind"), [*product(DOWN, LOCALES, LONG)])
def test_agents_know_to_whom_they_pass_on(situation, locale, kind):
    given = (("internal_escalation", "Frau Berger, 030 23125001"),)
    heading = {"de": "Sofort weitergeben{to}:\n- ", "en": "Pass on at once{to}:\n- "}[locale]
    to = {"de": " an Frau Berger, 030 23125001", "en": " to Frau Berger, 030 23125001"}[locale]

    assert heading.format(to=to) in text(situation, locale, kind, variables=given)
    assert heading.format(to="") in text(situation, locale, kind)


@pytest.mark.parametrize(("locale", "kind"), [*product(LOCALES, LONG)])
def test_customers_are_given_their_number_and_not_the_agents_own(locale, kind):
    read = text(Situation.UPDATE, locale, kind, hotlines=(("agents", "030 777000"),))
    assert "030 23125000" in read
    assert "030 777000" not in read


@pytest.mark.parametrize(("locale", "kind"), [*product(LOCALES, (EMAIL, DESK))])
def test_where_no_number_works_callers_are_not_told_to_call(locale, kind):
    read = text(Situation.UPDATE, locale, kind, hotline=None, phone_down=True)
    calls = {"de": "Bitte nicht anrufen.", "en": "Please do not call."}[locale]
    assert calls in read
    assert "hilfe@muster.example" in read


@for_every(("situation", "locale"), [*product(Situation, LOCALES)])
def test_it_says_first_that_the_text_is_for_colleagues(situation, locale):
    mark = {"de": "ÜBUNG\n\n", "en": "EXERCISE\n\n"}[locale] if situation in DRILLS else ""
    for kind in (EMAIL, DESK):
        assert text(situation, locale, kind).startswith(mark + INTERNAL[locale])
    assert f"\n\n{INTERNAL[locale]}\n" in text(situation, locale, CHAT)


@pytest.mark.parametrize("locale", LOCALES)
def test_in_html_the_frame_says_that_and_the_text_does_not_repeat_it(locale):
    html = RENDERER.render(sample_facts(Situation.UPDATE), "agents", locale, EMAIL).message.html or ""
    assert INTERNAL[locale] not in visible(html)


@pytest.mark.parametrize(("situation", "locale"), [*product(DRILLS, LOCALES)])
def test_of_an_exercise_a_caller_hears_only_that_it_is_a_test(situation, locale):
    for kind in LONG:
        read = text(situation, locale, kind, message=WORDS)
        only = {"de": "Nur wenn jemand fragt: „", "en": "Only if somebody asks: “"}[locale]
        assert only in read
        assert "Test" in said(read, locale) or "test" in said(read, locale)
        assert WORDS not in said(read, locale)


@pytest.mark.parametrize(("situation", "locale"), [*product((*DOWN, Situation.MONITORING), LOCALES)])
def test_during_an_exercise_every_kind_gives_the_same_order(situation, locale):
    for kind, order in NOTHING[locale].items():
        read = text(situation, locale, kind, drill=True, message=WORDS)
        assert order in read
        assert SAY[kind][locale] not in read
    assert UNSAID[locale] not in text(situation, locale, EMAIL, drill=True)


@pytest.mark.parametrize(("locale", "kind"), [*product(LOCALES, LONG)])
def test_open_requests_are_answered_when_there_is_something_to_answer(locale, kind):
    answer = {"de": "Offene Anfragen zu INC-7", "en": "the open requests about INC-7"}[locale]
    for situation in Situation:
        over = situation in {Situation.RESOLVED, Situation.RETRACTION}
        assert (answer in text(situation, locale, kind)) is over


@pytest.mark.parametrize("locale", LOCALES)
def test_a_ticket_asks_to_link_new_requests_while_the_incident_is_open(locale):
    link = {"de": "Bitte neue Anfragen mit INC-7 verknüpfen.", "en": "Please link new requests to INC-7."}
    still = {*DOWN, Situation.MONITORING, Situation.STILL_WORKING, Situation.CORRECTION}
    for situation in Situation:
        assert (link[locale] in text(situation, locale, DESK)) is (situation in still)


VARIED: dict[str, dict[str, Any]] = {
    "title only": {"services": ()},
    "minor": {"severity": Severity.SEV3},
    "on a bad day": {
        **dict.fromkeys(("next_update", "message", "hotline", "link", "ended", "corrects", "data_loss")),
        "alternatives": (),
        "services": (),
    },
    "one place": {"scope": "Hamburg und Kiel"},
    "cut off": {"hotline": None, "alternatives": (), "cut_off": True, "phone_down": True},
    "with a link": {"message": "Mehr auf https://muster.example/mehr", "instruction": "Bitte warten"},
    "for colleagues": {"audiences": COLLEAGUES, "message": WORDS, "works": "Lager Nord"},
    "beside others": {"others_open": True, "outage_open": True},
}


@for_every(("case", "situation", "locale"), [*product(VARIED, Situation, LOCALES)])
def test_no_text_has_a_hole_or_an_open_quotation(case, situation, locale):
    for kind in (SMS, CHAT, DESK, VOICE):
        read = text(situation, locale, kind, **VARIED[case])
        assert prose.holes(read) == ()
        opens, closes = QUOTES[locale][0], QUOTES[locale][-1]
        assert read.count(opens) == read.count(closes)
        assert read.count('"') % 2 == 0


@for_every(("situation", "locale"), [*product(Situation, LOCALES)])
def test_where_only_a_title_is_known_a_caller_hears_nothing_about_what_works(situation, locale):
    read = said(text(situation, locale, EMAIL, services=(), title="Neue Datenbank"), locale)
    assert "rreichbar" not in read
    assert "vailable" not in read
