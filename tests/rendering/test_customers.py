"""What customers get in the special cases: word by word in a text message, and alike in all other kinds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.notice import Alternative, Facts
from broadcast.model.situation import Situation
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import sample_facts
from tests.rendering.facts import SHIPPED, with_files

RENDERER = Renderer(SHIPPED, "de")
LOCALES = ("de", "en")
KINDS = tuple(ChannelKind)
MAIL_ALONE = (Alternative("email", "hilfe@muster.example"),)


def at(day: int, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return datetime(2025, 11, day, int(hour), int(minute), tzinfo=ZoneInfo("Europe/Berlin"))


def service(german: str, english: str) -> Service:
    return Service(german, names=(("de", german), ("en", english)))


def told(situation: Situation, english: Mapping[str, str] | None = None, **changes: Any) -> Facts:
    """The facts of a situation, without a message unless one is given; `english` translates words."""
    wording = tuple(((name, "en"), words) for name, words in (english or {}).items())
    given = {"message": None, "data_loss": None, **changes}
    return replace(sample_facts(situation), **given, wording=wording)


def titled(situation: Situation, english: Mapping[str, str] | None = None, **changes: Any) -> Facts:
    """The same with a title, and no service."""
    english = {"title": "Card payments down", **(english or {})}
    return told(situation, english, **{"title": "Kartenzahlung gestört", "services": (), **changes})


def rendered(facts: Facts, locale: str, kind: ChannelKind) -> Rendered:
    return RENDERER.render(facts, "customers", locale, kind)


def text(facts: Facts, locale: str, kind: ChannelKind) -> str:
    return rendered(facts, locale, kind).message.text


CARD, SHOP = service("Kartenzahlung", "card payments"), service("Online-Shop", "online shop")
PHONE, ORDERS = service("Telefon", "phones"), service("Bestellungen", "orders")
SEARCH = service("Suche im Online-Shop", "search in the online shop")
ACCOUNT = service("Kundenkonto", "customer account")

#: Facts, and the text message in German and English without its link.
SPECIAL: dict[str, tuple[Facts, str, str]] = {
    "title only": (
        titled(
            Situation.INVESTIGATING,
            {"message": "You can pay by invoice."},
            message="Rechnung und Vorkasse gehen.",
        ),
        (
            "Muster Handel: Kartenzahlung gestört (seit 13:40). Rechnung und Vorkasse gehen. "
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            "Muster Handel: Card payments down (since 13:40). You can pay by invoice. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "title only, later": (
        titled(Situation.UPDATE),
        (
            'Muster Handel: Noch nicht behoben: "Kartenzahlung gestört" (seit 13:40). '
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            'Muster Handel: Not fixed yet: "Card payments down" (since 13:40). '
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "title only, works": (
        titled(Situation.MONITORING),
        (
            'Muster Handel: Geht wieder. Gemeldet war: "Kartenzahlung gestört". Wir beobachten weiter. '
            "Neues um 14:35."
        ),
        (
            'Muster Handel: Working again. Earlier report: "Card payments down". We will keep monitoring. '
            "Next update 14:35."
        ),
    ),
    "title only, down again": (
        titled(Situation.DOWN_AGAIN),
        (
            'Muster Handel: Wieder gestört. Gemeldet war: "Kartenzahlung gestört". '
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            'Muster Handel: Down again. Earlier report: "Card payments down". '
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "title only, resolved": (
        titled(Situation.RESOLVED),
        'Muster Handel: Behoben (13:40-14:22): "Kartenzahlung gestört". Bitte entschuldigen Sie die Störung.',
        'Muster Handel: Fixed (13:40-14:22): "Card payments down". We are sorry for the disruption.',
    ),
    "title only, false alarm": (
        titled(Situation.RETRACTION),
        (
            'Muster Handel KORREKTUR: Unsere Meldung von 13:40 war falsch: "Kartenzahlung gestört". '
            "Keine Störung. Sie müssen nichts tun."
        ),
        (
            'Muster Handel CORRECTION: our 13:40 message was wrong: "Card payments down". '
            "No outage. No action needed. We are sorry."
        ),
    ),
    "title only, maintenance off": (
        titled(
            Situation.CANCELLED,
            {"title": "Customer account maintenance"},
            title="Wartung des Kundenkontos",
        ),
        'Muster Handel: Am So, 16.11., fällt aus: "Wartung des Kundenkontos". Sie müssen nichts tun.',
        'Muster Handel: Cancelled for Sun 16 Nov: "Customer account maintenance". No action needed.',
    ),
    "no beginning": (
        told(Situation.INVESTIGATING, services=(CARD,), started=None),
        "Muster Handel: Gestört: Kartenzahlung. Gemeldet um 13:42. Hilfe: 030 23125000. Neues um 14:35.",
        "Muster Handel: Down: card payments. Reported at 13:42. Help: 030 23125000. Next update 14:35.",
    ),
    "no beginning, later": (
        told(Situation.UPDATE, services=(CARD,), started=None),
        "Muster Handel: Noch gestört: Kartenzahlung. Hilfe: 030 23125000. Neues um 14:35.",
        "Muster Handel: Still down: card payments. Help: 030 23125000. Next update 14:35.",
    ),
    "no beginning, resolved": (
        told(Situation.RESOLVED, services=(CARD,), started=None),
        "Muster Handel: Behoben um 14:22: Kartenzahlung. Bitte entschuldigen Sie die Störung.",
        "Muster Handel: Fixed at 14:22: card payments. We are sorry for the disruption.",
    ),
    "no end": (
        told(Situation.RESOLVED, services=(CARD,), ended=None),
        "Muster Handel: Behoben: Kartenzahlung. Bitte entschuldigen Sie die Störung.",
        "Muster Handel: Fixed: card payments. We are sorry for the disruption.",
    ),
    "no next update": (
        told(Situation.INVESTIGATING, services=(CARD,), next_update=None),
        "Muster Handel: Gestört seit 13:40: Kartenzahlung. Hilfe: 030 23125000. Neuer Stand:",
        "Muster Handel: Down since 13:40: card payments. Help: 030 23125000. Latest news:",
    ),
    "five services": (
        told(Situation.INVESTIGATING, services=(SHOP, ACCOUNT, ORDERS, CARD, PHONE)),
        (
            "Muster Handel: Gestört seit 13:40: Online-Shop, Kundenkonto und 3 weitere. "
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: online shop, customer account and 3 more. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "region": (
        told(
            Situation.INVESTIGATING,
            {"scope": "Hamburg and Kiel"},
            services=(PHONE,),
            scope="Hamburg und Kiel",
            hotline=None,
            phone_down=True,
            alternatives=MAIL_ALONE,
        ),
        (
            "Muster Handel: Gestört seit 13:40: Telefon. Betroffen: Hamburg und Kiel. "
            "Hilfe: hilfe@muster.example. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: phones. Affected: Hamburg and Kiel. "
            "Help: hilfe@muster.example. Next update 14:35."
        ),
    ),
    "region, resolved": (
        told(
            Situation.RESOLVED,
            {"scope": "Hamburg and Kiel"},
            services=(PHONE,),
            scope="Hamburg und Kiel",
        ),
        (
            "Muster Handel: Behoben (13:40-14:22): Telefon. Das betraf: Hamburg und Kiel. "
            "Bitte entschuldigen Sie die Störung."
        ),
        (
            "Muster Handel: Fixed (down 13:40-14:22): phones. This affected: Hamburg and Kiel. "
            "We are sorry for the disruption."
        ),
    ),
    "phone down": (
        told(
            Situation.INVESTIGATING,
            services=(PHONE,),
            hotline=None,
            phone_down=True,
            alternatives=MAIL_ALONE,
        ),
        (
            "Muster Handel: Gestört seit 13:40: Telefon. Bitte nicht anrufen. "
            "Schreiben Sie an hilfe@muster.example. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: phones. Please do not call. "
            "Write to hilfe@muster.example. Next update 14:35."
        ),
    ),
    "cut off": (
        told(
            Situation.INVESTIGATING,
            services=(SHOP, PHONE),
            hotline=None,
            phone_down=True,
            alternatives=(),
            cut_off=True,
        ),
        (
            "Muster Handel: Gestört seit 13:40: Online-Shop, Telefon. Sie erreichen uns zurzeit nicht. "
            "Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: online shop, phones. You cannot reach us at the moment. "
            "Next update 14:35."
        ),
    ),
    "minor": (
        told(Situation.INVESTIGATING, services=(SEARCH,), severity=Severity.SEV3),
        "Muster Handel: Eingeschränkt seit 13:40: Suche im Online-Shop. Hilfe: 030 23125000. Neues um 14:35.",
        (
            "Muster Handel: Limited since 13:40: search in the online shop. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "minor, later": (
        told(Situation.UPDATE, services=(SEARCH,), severity=Severity.SEV4),
        "Muster Handel: Seit 13:40 eingeschränkt: Suche im Online-Shop. Hilfe: 030 23125000. Neues um 14:35.",
        (
            "Muster Handel: Limited since 13:40: search in the online shop. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "minor, resolved": (
        told(Situation.RESOLVED, services=(SEARCH,), severity=Severity.SEV4),
        (
            "Muster Handel: Behoben (13:40-14:22): Suche im Online-Shop. "
            "Bitte entschuldigen Sie die Einschränkung."
        ),
        (
            "Muster Handel: Fixed (limited 13:40-14:22): search in the online shop. "
            "We are sorry for the trouble."
        ),
    ),
    "data in doubt": (
        told(
            Situation.INVESTIGATING,
            {"instruction": "Please do not order again.", "data_loss": "We are checking if orders are lost."},
            services=(ORDERS,),
            instruction="Bitte nicht neu bestellen.",
            data_loss="Wir prüfen, ob Bestellungen fehlen.",
        ),
        (
            "Muster Handel: Gestört seit 13:40: Bestellungen. Bitte nicht neu bestellen. "
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: orders. Please do not order again. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "data unclear at the end": (
        told(
            Situation.RESOLVED,
            {
                "instruction": "Please do not order again.",
                "data_loss": "We are still checking if orders are missing.",
            },
            services=(ORDERS,),
            instruction="Bitte nicht neu bestellen.",
            data_loss="Ob Bestellungen fehlen, prüfen wir noch.",
        ),
        (
            "Muster Handel: Behoben (13:40-14:22): Bestellungen. Ob Bestellungen fehlen, prüfen wir noch. "
            "Bitte nicht neu bestellen."
        ),
        (
            "Muster Handel: Fixed (down 13:40-14:22): orders. We are still checking if orders are missing. "
            "Please do not order again."
        ),
    ),
    "over midnight": (
        told(Situation.UPDATE, services=(SHOP,), started=at(15, "20:30"), next_update=at(17, "07:00")),
        (
            "Muster Handel: Seit Sa, 15.11., 20:30 gestört: Online-Shop. Hilfe: 030 23125000. "
            "Neues am Mo, 17.11., um 07:00."
        ),
        (
            "Muster Handel: Down since Sat 15 Nov, 20:30: online shop. Help: 030 23125000. "
            "Next update Mon 17 Nov, 07:00."
        ),
    ),
    "resolved over midnight": (
        told(Situation.RESOLVED, services=(SHOP,), started=at(15, "20:30"), ended=at(16, "05:30")),
        (
            "Muster Handel: Behoben (Sa, 15.11., 20:30 bis So, 16.11., 05:30): Online-Shop. "
            "Bitte entschuldigen Sie die Störung."
        ),
        (
            "Muster Handel: Fixed (down Sat 15 Nov, 20:30 to Sun 16 Nov, 05:30): online shop. "
            "We are sorry for the disruption."
        ),
    ),
    "false alarm, next day": (
        told(Situation.RETRACTION, services=(SHOP,), corrects=at(15, "23:30")),
        (
            "Muster Handel KORREKTUR: Unsere Meldung vom Sa, 15.11., 23:30 war falsch. "
            "Keine Störung: Online-Shop. Sie müssen nichts tun."
        ),
        (
            "Muster Handel CORRECTION: our outage message of Sat 15 Nov, 23:30 was wrong. "
            "No outage: online shop. No action needed."
        ),
    ),
    "correction": (
        told(
            Situation.CORRECTION,
            {"correction": "Only Hamburg is affected, not Kiel."},
            services=(PHONE,),
            correction="Betroffen ist nur Hamburg, nicht Kiel.",
        ),
        (
            "Muster Handel KORREKTUR zu 14:05: Betroffen ist nur Hamburg, nicht Kiel. Gestört: Telefon. "
            "Neues um 14:35."
        ),
        (
            "Muster Handel CORRECTION to 14:05: Only Hamburg is affected, not Kiel. Down: phones. "
            "Next update 14:35."
        ),
    ),
    "correction, works": (
        told(
            Situation.CORRECTION,
            {"correction": "Only Hamburg was affected, not Kiel."},
            services=(PHONE,),
            phase=Phase.MONITORING,
            correction="Betroffen war nur Hamburg, nicht Kiel.",
        ),
        (
            "Muster Handel KORREKTUR zu 14:05: Betroffen war nur Hamburg, nicht Kiel. Geht wieder: Telefon. "
            "Neues um 14:35."
        ),
        (
            "Muster Handel CORRECTION to 14:05: Only Hamburg was affected, not Kiel. Working again: phones. "
            "Next update 14:35."
        ),
    ),
    "what works": (
        told(
            Situation.INVESTIGATING,
            {"works": "ordering, invoices"},
            services=(CARD,),
            works="Bestellen, Rechnung",
        ),
        (
            "Muster Handel: Gestört seit 13:40: Kartenzahlung. Das geht: Bestellen, Rechnung. "
            "Hilfe: 030 23125000. Neues um 14:35."
        ),
        (
            "Muster Handel: Down since 13:40: card payments. What works: ordering, invoices. "
            "Help: 030 23125000. Next update 14:35."
        ),
    ),
    "one word": (
        told(Situation.UPDATE, {"message": "Patience"}, services=(SHOP,), message="Geduld"),
        "Muster Handel: Seit 13:40 gestört: Online-Shop. Geduld. Hilfe: 030 23125000. Neues um 14:35.",
        "Muster Handel: Down since 13:40: online shop. Patience. Help: 030 23125000. Next update 14:35.",
    ),
}
CASES = [(name, locale) for name, locale in product(SPECIAL, LOCALES)]


@pytest.mark.parametrize(("name", "locale"), CASES)
def test_a_text_message_says_it_in_these_words_and_in_one_part(name, locale):
    facts, german, english = SPECIAL[name]
    written = rendered(facts, locale, ChannelKind.SMS)

    expected = german if locale == "de" else english
    assert written.message.text == f"{expected} https://muster.example {facts.mark}"
    assert written.units.parts == 1


@pytest.mark.parametrize(("name", "locale"), CASES)
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
    for kind in KINDS:
        assert plea in text(SPECIAL["phone down"][0], locale, kind), kind
        assert plea not in text(SPECIAL["region"][0], locale, kind), kind
        unlisted = replace(SPECIAL["phone down"][0], phone_down=False)
        assert plea not in text(unlisted, locale, kind), kind


@pytest.mark.parametrize("locale", LOCALES)
def test_a_call_sends_nobody_to_an_address_that_cannot_be_noted(locale):
    said = text(SPECIAL["phone down"][0], locale, ChannelKind.VOICE)
    assert "muster" not in said.replace("Muster Handel", "")
    assert ("Hilfe per E-Mail." if locale == "de" else "Help by e-mail.") in said


@pytest.mark.parametrize(("situation", "locale"), [*product(Situation, LOCALES)])
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


@pytest.mark.parametrize(("situation", "locale"), [*product(Situation, LOCALES)])
def test_the_page_leaves_out_what_it_shows_itself(situation, locale):
    facts = sample_facts(situation)
    page = text(facts, locale, ChannelKind.PAGE)

    shown = ("030 23125000", "hilfe@", "14:35", facts.mark, facts.link or "", "So erreichen", "reach us")
    assert [words for words in shown if words in page] == []


@pytest.mark.parametrize(("situation", "locale"), [*product(Situation, LOCALES)])
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
    assert "Our message of Sat 15 Nov, 23:30 no longer applies." in (
        text(facts, "en", ChannelKind.EMAIL)
    )


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
