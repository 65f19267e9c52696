"""What supervisors, executives and engineers read: the situation, the report, the findings."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Service, Severity
from broadcast.model.situation import Situation
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED

RENDERER = Renderer(SHIPPED, "de")
AUDIENCES = ("supervisors", "executives", "technical")
KINDS = (ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.DESK, ChannelKind.VOICE)
EVERYBODY = [*product(AUDIENCES, ("de", "en"))]
SMS, EMAIL, VOICE = ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.VOICE
DECISION = (
    ("internal_decision", "Anmeldung abgeschaltet lassen, ja oder nein?"),
    ("internal_decision_by", "14:20"),
    ("internal_decision_to", "Berger, 030 23125001"),
)
SECRET = "Streng vertraulich: Kundendaten sind betroffen."


def read(situation: Situation, audience: str, kind: ChannelKind, locale: str = "de", **changes: Any) -> str:
    """Subject and text of a message."""
    if "message" in changes or "title" in changes:
        changes["wording"] = changes.get("wording", ())
    message = RENDERER.render(replace(sample_facts(situation), **changes), audience, locale, kind).message
    return f"{message.subject}\n{message.text}" if message.subject else message.text


def test_supervisors_read_in_one_line_what_nobody_has_reported():
    text = read(Situation.INVESTIGATING, "supervisors", EMAIL, next_update=None, action="Wir schalten um.")

    assert "- Maßnahmen: Wir schalten um." in text
    assert "- Noch nicht gemeldet: Wirkung, Bedarf, nächste Lage." in text


@pytest.mark.parametrize("situation", [Situation.MONITORING, Situation.RESOLVED, Situation.RETRACTION])
def test_nothing_is_missing_where_nothing_is_down(situation):
    text = read(situation, "supervisors", EMAIL)

    assert "gemeldet" not in text
    assert "Wirkung" not in text


@pytest.mark.parametrize(("audience", "locale"), EVERYBODY)
def test_words_for_colleagues_alone_are_not_called_what_customers_hear(audience, locale):
    told = {"audiences": AUDIENCES, "message": SECRET}
    texts = [read(Situation.INVESTIGATING, audience, kind, locale, **told) for kind in KINDS]

    assert all(SECRET in text for text in texts)
    assert not any("sagen wir" in text or "tell customers" in text for text in texts)


@pytest.mark.parametrize(("audience", "locale"), EVERYBODY)
def test_what_customers_hear_is_called_so_and_not_in_an_exercise(audience, locale):
    label = {"de": "Das sagen wir den Kunden:\n", "en": "What we tell customers:\n"}[locale]

    assert label + "Nur bar." in read(Situation.UPDATE, audience, EMAIL, locale, message="Nur bar.")
    exercise = read(Situation.UPDATE, audience, EMAIL, locale, message="Nur bar.", drill=True)
    assert "Nur bar." in exercise
    assert label not in exercise


def test_an_executive_reads_the_decision_first_with_its_time_and_whom_to_answer():
    text = read(Situation.UPDATE, "executives", EMAIL, variables=DECISION)
    short = read(Situation.UPDATE, "executives", SMS, variables=DECISION)

    assert "Ihre Entscheidung bis 14:20 Uhr:\nAnmeldung abgeschaltet lassen, ja oder nein?" in text
    assert "Antwort an Berger, 030 23125001.\n\nLage um 14:05 Uhr:" in text
    assert short == (
        "Muster Handel Leitung, ENTSCHEIDUNG bis 14:20: Anmeldung abgeschaltet lassen, ja oder nein? "
        "Antwort an Berger, 030 23125001. [INC-7/3]"
    )


def test_a_decision_needs_neither_a_time_nor_a_name():
    text = read(Situation.UPDATE, "executives", EMAIL, variables=DECISION[:1])
    short = read(Situation.UPDATE, "executives", SMS, variables=DECISION[:1])

    assert "Ihre Entscheidung:\nAnmeldung" in text
    assert "Antwort" not in text
    assert short.startswith("Muster Handel Leitung, ENTSCHEIDUNG: Anmeldung")


def test_an_all_clear_is_told_whatever_is_to_be_decided():
    assert "Behoben" in read(Situation.RESOLVED, "executives", SMS, variables=DECISION)


@for_every(("situation", "kind", "locale"), [*product(Situation, KINDS, ("de", "en"))])
def test_without_a_decision_the_word_does_not_occur(situation, kind, locale):
    text = read(situation, "executives", kind, locale).casefold()

    assert "entscheid" not in text
    assert "decision" not in text


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_was_said_of_an_outage_stands_in_the_past_once_it_works(audience):
    known = {"impact": "Zahlungen kommen nicht an.", "scope": "Kiel"}
    down = read(Situation.UPDATE, audience, EMAIL, **known)
    over = read(Situation.RESOLVED, audience, EMAIL, **known)

    assert "Wirkung:" in down
    assert "Betroffen: Kiel." in down
    assert "Was gestört war:" in over
    assert "Wer betroffen war:" in over
    assert "Wirkung:" not in over


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_cause_is_suspected_until_it_is_found(audience):
    known = {"cause": "Zertifikat abgelaufen"}

    assert "Vermutung:" in read(Situation.INVESTIGATING, audience, EMAIL, **known)
    assert "Ursache:" in read(Situation.IDENTIFIED, audience, EMAIL, **known)


def test_engineers_read_what_is_not_known_and_where_to_join():
    bridge = (("internal_bridge", "https://meet.muster.example/inc7"), ("internal_owner", "Berger"))
    service = (Service("signin", names=(("de", "Anmeldung"),)),)
    known: dict[str, Any] = {
        "variables": bridge,
        "services": service,
        "severity": Severity.SEV1,
        "message": None,
    }

    assert "- Noch offen: Ursache, Daten.\n" in read(Situation.INVESTIGATING, "technical", EMAIL, **known)
    assert read(Situation.INVESTIGATING, "technical", SMS, **known) == (
        "Muster Handel Technik, Stufe 1: Gestört seit 13:40: Anmeldung. "
        "Konferenz: https://meet.muster.example/inc7 Leitung: Berger. Neues um 14:35. [INC-7/1]"
    )
    assert "Konferenz" not in read(Situation.INVESTIGATING, "technical", VOICE, **known)


@pytest.mark.parametrize(("audience", "kind"), [*product(("supervisors", "technical"), KINDS)])
def test_the_severity_has_a_scale(audience, kind):
    text = read(Situation.UPDATE, audience, kind)

    assert "SEV" not in text
    if audience == "supervisors" or kind in {SMS, VOICE}:
        assert ("Stufe 2" if kind is SMS else "Schweregrad 2 von 4") in text


@pytest.mark.parametrize(("audience", "locale"), EVERYBODY)
def test_an_exercise_is_a_scenario_without_a_grade(audience, locale):
    for kind in KINDS:
        text = read(Situation.INVESTIGATING, audience, kind, locale, drill=True)
        assert {"de": "Übungslage, gestört seit", "en": "Scenario, down since"}[locale] in text
        assert not any(word in text for word in ("Schweregrad", "Stufe", "severity", "level"))


@pytest.mark.parametrize(("audience", "locale"), EVERYBODY)
def test_a_title_is_a_sentence_and_never_a_service(audience, locale):
    title = {"de": "Kartenzahlung gestört", "en": "Card payments down"}[locale]
    known = {"services": (), "title": title, "message": None}
    first, later = (
        read(about, audience, SMS, locale, **known)
        for about in (
            Situation.INVESTIGATING,
            Situation.MONITORING,
        )
    )

    assert f": {title} ({'seit' if locale == 'de' else 'since'} 13:40)." in first
    assert (
        f'{"Geht wieder. Gemeldet war" if locale == "de" else "Working again. Earlier report"}: "{title}".'
        in later
    )


@pytest.mark.parametrize("audience", AUDIENCES)
def test_without_a_beginning_it_was_reported_and_without_a_promise_there_is_the_page(audience):
    text = read(Situation.INVESTIGATING, audience, SMS, started=None, next_update=None)

    assert "Gestört: Chat und E-Mail-Support. Gemeldet um 13:42. Neuer Stand: https://muster.example" in text


@pytest.mark.parametrize(("audience", "kind"), [*product(("supervisors", "executives"), (EMAIL, VOICE))])
def test_leaders_hear_that_customers_cannot_reach_us(audience, kind):
    cut_off: dict[str, Any] = {"cut_off": True, "hotline": None, "alternatives": ()}

    assert "Kunden erreichen uns zurzeit nicht." in read(Situation.UPDATE, audience, kind, **cut_off)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_subject_ends_with_no_joining_word(audience):
    name = (("de", "Anmeldung und Passwort im Kundenkonto und in der App"),)
    subject = read(Situation.IDENTIFIED, audience, EMAIL, services=(Service("a", names=name),)).split("\n")[0]

    assert subject.endswith(("Passwort...", "Anmeldung...", "Kundenkonto..."))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_frame_of_a_mail_says_once_that_it_is_internal_and_when_news_comes(audience):
    html = RENDERER.render(sample_facts(Situation.UPDATE), audience, "de", EMAIL).message.html or ""
    body = html.partition('class="text"')[2].partition('class="foot"')[0]

    assert body
    assert "INTERN" not in body
    assert "14:35" not in body


@pytest.mark.parametrize(("audience", "locale"), EVERYBODY)
def test_a_room_reads_the_marks_of_an_exercise_on_one_line(audience, locale):
    first = read(Situation.UPDATE, audience, ChannelKind.CHAT, locale, drill=True).split("\n")[0]

    assert first.startswith({"de": "[ÜBUNG] ", "en": "[EXERCISE] "}[locale])
    assert first.endswith({"de": " – ÜBUNG", "en": " – EXERCISE"}[locale])


@pytest.mark.parametrize("audience", AUDIENCES)
def test_an_exercise_promises_no_news_of_it_on_the_page(audience):
    text = read(Situation.UPDATE, audience, SMS, drill=True, next_update=None)

    assert "Neuer Stand:" not in text
