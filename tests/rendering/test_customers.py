"""What customers get in the special cases: word by word in a text message, and alike in all other kinds."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Severity
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED, with_files
from tests.rendering.special_cases import CARD, ORDERS, PHONE, SHOP, SPECIAL, at, service, told

RENDERER = Renderer(SHIPPED, "de")
LOCALES = ("de", "en")
KINDS = tuple(ChannelKind)


def rendered(facts: Facts, locale: str, kind: ChannelKind) -> Rendered:
    return RENDERER.render(facts, "customers", locale, kind)


def text(facts: Facts, locale: str, kind: ChannelKind) -> str:
    return rendered(facts, locale, kind).message.text


CASES = [(name, locale) for name, locale in product(SPECIAL, LOCALES)]


@for_every(("name", "locale"), CASES)
def test_a_text_message_says_it_in_these_words_and_in_one_part(name, locale):
    facts, german, english = SPECIAL[name]
    written = rendered(facts, locale, ChannelKind.SMS)

    expected = german if locale == "de" else english
    assert written.message.text == f"{expected} https://muster.example {facts.mark}"
    assert written.units.parts == 1


@for_every(("name", "locale"), CASES)
def test_every_kind_is_short_enough_and_has_no_empty_paragraph(name, locale):
    facts, *_ = SPECIAL[name]
    for kind in KINDS:
        message = rendered(facts, locale, kind).message
        assert "\n\n\n" not in message.text
        assert kind is not ChannelKind.EMAIL or len(message.subject or "") <= 64
    assert "\n\n" not in text(facts, locale, ChannelKind.SOCIAL)
    said = rendered(facts, locale, ChannelKind.VOICE)
    assert len(said.message.text.split()) <= 60
    assert set(said.dropped) <= {"second alternative", "cause", "since"}


@pytest.mark.parametrize("locale", LOCALES)
def test_whom_it_concerns_stands_in_every_kind(locale):
    for name in ("region", "region, resolved"):
        facts, *_ = SPECIAL[name]
        place = "Hamburg und Kiel" if locale == "de" else "Hamburg and Kiel"
        for kind in KINDS:
            assert place in text(facts, locale, kind), (name, kind)


@pytest.mark.parametrize("locale", LOCALES)
def test_an_instruction_stands_in_every_kind(locale):
    facts, *_ = SPECIAL["data in doubt"]
    asked = "Bitte nicht neu bestellen." if locale == "de" else "Please do not order again."
    for kind in KINDS:
        assert asked in text(facts, locale, kind), kind


@pytest.mark.parametrize("locale", LOCALES)
def test_who_cannot_call_is_told_so_everywhere_and_only_where_no_number_works(locale):
    plea = "Bitte nicht anrufen." if locale == "de" else "Please do not call."
    for kind in (one for one in KINDS if one is not ChannelKind.HOTLINE):  # they have called
        assert plea in text(SPECIAL["phone down"][0], locale, kind), kind
        assert plea not in text(SPECIAL["region"][0], locale, kind), kind
        unlisted = replace(SPECIAL["phone down"][0], phone_down=False)
        assert plea not in text(unlisted, locale, kind), kind


@pytest.mark.parametrize("locale", LOCALES)
def test_a_call_sends_nobody_to_an_address_that_cannot_be_noted(locale):
    said = text(SPECIAL["phone down"][0], locale, ChannelKind.VOICE)
    assert "muster" not in said.replace("Muster Handel", "")
    assert ("Hilfe per E-Mail." if locale == "de" else "Help by e-mail.") in said


@for_every(("situation", "locale"), [*product(Situation, LOCALES)])
def test_a_minor_incident_is_never_called_an_outage_that_is_down(situation, locale):
    facts = replace(sample_facts(situation), severity=Severity.SEV3)
    if not (situation.down or situation.works or situation is Situation.RESOLVED):
        return
    for kind in (ChannelKind.SMS, ChannelKind.SOCIAL, ChannelKind.EMAIL, ChannelKind.VOICE):
        message = rendered(facts, locale, kind).message
        seen = f"{message.subject or ''} {message.text}"
        seen = seen.replace("Chat und E-Mail-Support gestört", "").replace("e-mail support down", "")
        assert not re.search(r"[Gg]estört|\[Störung|\bdown\b|\bDown\b|outage|Outage", seen), kind


@pytest.mark.parametrize("locale", LOCALES)
def test_all_ways_are_named_in_a_mail_and_only_the_best_one_elsewhere(locale):
    facts = sample_facts(Situation.UPDATE)
    assert "hilfe@muster.example" in text(facts, locale, ChannelKind.EMAIL)
    for kind in (ChannelKind.SMS, ChannelKind.SOCIAL, ChannelKind.CHAT):
        assert "030 23125000" in text(facts, locale, kind)
        assert "hilfe@muster.example" not in text(facts, locale, kind)


@for_every(("situation", "locale"), [*product(Situation, LOCALES)])
def test_the_page_leaves_out_what_it_shows_itself(situation, locale):
    facts = sample_facts(situation)
    page = text(facts, locale, ChannelKind.PAGE)

    shown = ("030 23125000", "hilfe@", "14:35", facts.mark, facts.link or "", "So erreichen", "reach us")
    assert [words for words in shown if words in page] == []


@for_every(("situation", "locale"), [*product(Situation, LOCALES)])
def test_a_room_reads_state_and_sender_on_its_first_line(situation, locale):
    first, *rest = text(sample_facts(situation), locale, ChannelKind.CHAT).splitlines()
    assert first.removeprefix("ÜBUNG ").removeprefix("EXERCISE ").startswith("Muster Handel")
    assert rest


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_is_denied_while_something_else_is_down(locale):
    facts = replace(sample_facts(Situation.RETRACTION), others_open=True)
    for kind in KINDS:
        seen = text(facts, locale, kind)
        assert not re.search(r"Keine Störung|nichts tun|No outage|No action|need to do anything", seen), kind
        assert re.search(r"war falsch|was wrong", seen), kind


@pytest.mark.parametrize(
    ("situation", "message", "ours"),
    [
        (Situation.INVESTIGATING, "Wir suchen noch nach der Ursache.", "Wir suchen die Ursache."),
        (Situation.IDENTIFIED, "Die Ursache liegt beim Anbieter.", "Die Ursache ist gefunden."),
        (Situation.STILL_WORKING, "Wir beobachten es bis morgen.", "Wir beobachten weiter."),
        (Situation.RESOLVED, "Es tut uns sehr leid.", "Bitte entschuldigen Sie die Störung."),
    ],
)
def test_what_the_message_says_is_not_said_a_second_time(situation, message, ours):
    for kind in KINDS:
        assert ours not in text(told(situation, message=message), "de", kind), kind
    assert ours in text(told(situation), "de", ChannelKind.SOCIAL)


def test_a_message_of_900_characters_ends_with_a_sentence_and_says_where_there_is_more():
    message = "Bitte bestellen Sie nicht noch einmal. " + "Wir prüfen eine zweite Leitung. " * 27
    facts = told(Situation.UPDATE, message=message)
    for kind in (ChannelKind.SMS, ChannelKind.SOCIAL):
        seen = " ".join(text(facts, "de", kind).split())
        assert "Bitte bestellen Sie nicht noch einmal. Wir prüfen" in seen
        assert "zweite Leitung. Hilfe: 030 23125000." in seen
        assert "Mehr: https://muster.example" in seen
    assert message.strip() in " ".join(text(facts, "de", ChannelKind.EMAIL).split())


def test_a_call_of_a_first_notice_leaves_out_as_of_before_since_when():
    facts = told(
        Situation.INVESTIGATING,
        hotline="+49 30 23125000",
        message="Bestellen und Bezahlen mit Rechnung geht.",
    )
    said = rendered(facts, "de", ChannelKind.VOICE)
    assert "seit 13 Uhr 40" in said.message.text
    assert "Stand" not in said.message.text
    assert said.units.fits


def test_a_return_takes_the_earlier_message_back_on_another_day_too():
    facts = told(Situation.DOWN_AGAIN, corrects=at(15, "23:30"))
    assert "Unsere Meldung vom Sa, 15.11., 23:30 Uhr, dass es wieder geht, gilt nicht mehr." in (
        text(facts, "de", ChannelKind.EMAIL)
    )
    assert "Our message of Sat 15 Nov, 23:30 no longer applies." in (text(facts, "en", ChannelKind.EMAIL))


def test_facts_that_stay_are_told_in_the_tense_of_the_phase():
    given: dict[str, Any] = {
        "impact": "Der Chat lädt nicht.",
        "scope": "Kunden im Norden",
        "action": "Der Anbieter hat umgestellt.",
    }
    during = text(told(Situation.UPDATE, **given), "de", ChannelKind.EMAIL)
    after = text(told(Situation.RESOLVED, **given), "de", ChannelKind.EMAIL)

    assert "Was Sie bemerken:\nDer Chat lädt nicht." in during
    assert "Was wir tun:\nDer Anbieter hat umgestellt." in during
    assert "Betroffen: Kunden im Norden." in during
    assert "Was gestört war:\nDer Chat lädt nicht." in after
    assert "Was wir getan haben:\nDer Anbieter hat umgestellt." in after
    assert "Wer betroffen war:\nKunden im Norden." in after


def test_a_duration_stands_where_it_is_worth_telling():
    assert "(42 Minuten)" in text(told(Situation.RESOLVED), "de", ChannelKind.EMAIL)
    short = told(Situation.RESOLVED, ended=at(16, "13:43"))
    assert "Minuten" not in text(short, "de", ChannelKind.EMAIL)
    assert "von 13:40 bis 13:43 Uhr." in text(short, "de", ChannelKind.EMAIL)


def test_a_subject_names_fewer_services_before_it_cuts_one():
    services = (SHOP, service("Anmeldung im Kundenkonto", "sign-in to the account"), ORDERS, CARD, PHONE)
    mail = rendered(told(Situation.INVESTIGATING, services=services), "de", ChannelKind.EMAIL).message
    assert mail.subject == "[Störung] Online-Shop und 4 weitere"


@pytest.mark.parametrize("part", ["call.txt", "next.sms.txt", "ways.txt", "state.sms.txt", "state.txt"])
@pytest.mark.parametrize(("situation", "locale"), [*product(Situation, LOCALES)])
def test_pieces_that_users_include_go_on_working(tmp_path, part, situation, locale):
    own = {f"{locale}/customers/chat.txt.j2": f'{{{{ mark }}}}\n{{% include "_parts/{part}" %}}'}
    renderer = Renderer(with_files(tmp_path, own), "de")

    written = renderer.render(sample_facts(situation), "customers", locale, ChannelKind.CHAT).message.text
    assert sample_facts(situation).mark in written
    if situation.down:
        expected = {"call.txt": "030 23125000", "next.sms.txt": "14:35", "ways.txt": "- "}
        assert expected.get(part, "upport") in written
