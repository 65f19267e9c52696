"""What the shipped texts say in situations that samples alone do not show."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase
from broadcast.model.notice import TextPhase
from broadcast.model.situation import Situation
from broadcast.rendering.lint import AUDIENCES
from broadcast.rendering.render import Rendered, Renderer
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED, facts

RENDERER = Renderer(SHIPPED, "de")
LOCALES = ("de", "en")
SMS, SOCIAL, EMAIL = ChannelKind.SMS, ChannelKind.SOCIAL, ChannelKind.EMAIL
PHASES = [phase for phase in TextPhase if phase is not TextPhase.DRILL]


def told(
    about: TextPhase | Situation, locale: str, kind: ChannelKind, audience: str = "customers", **changes: Any
) -> Rendered:
    if "message" in changes:
        changes["wording"] = ()
    return RENDERER.render(replace(facts(about), **changes), audience, locale, kind)


def text(*arguments: Any, **changes: Any) -> str:
    return told(*arguments, **changes).message.text


@pytest.mark.parametrize(("phase", "locale"), [*product(PHASES, LOCALES)])
def test_a_post_keeps_a_tweets_worth_of_the_commanders_words(phase, locale):
    words = ("Wort " * 22).strip()
    assert words in text(phase, locale, SOCIAL, message=words)


FIXED = {
    "de": ("Ursache", "beobachten", "suchen", "daran", "leid", "entschuldigen"),
    "en": ("cause", "watch", "looking", "working on", "sorry"),
}


@for_every(("phase", "locale", "kind"), [*product(PHASES, LOCALES, (SMS, SOCIAL))])
def test_our_own_sentences_go_before_the_message_is_shortened(phase, locale, kind):
    for length in (60, 120, 400):
        rendered = told(phase, locale, kind, message="Wort. " * length, next_update=None)
        if "message" in rendered.dropped:
            assert [words for words in FIXED[locale] if words in rendered.message.text] == []


@pytest.mark.parametrize(("phase", "locale"), [*product(PHASES, LOCALES)])
def test_every_sms_to_customers_carries_the_commanders_words(phase, locale):
    record = {"message": "Lager Nord liefert.", "instruction": "Bitte warten."}
    written = text(phase, locale, SMS, **record)
    assert "Lager Nord liefert." in written
    assert "Bitte warten." in written


@pytest.mark.parametrize("kind", [SMS, SOCIAL])
def test_a_retraction_says_what_was_wrong(kind):
    german, english = (told(TextPhase.RETRACTION, locale, kind) for locale in LOCALES)
    assert german.message.text.startswith("Muster Handel KORREKTUR: Unsere ")
    assert "meldung von 13:40" in german.message.text.casefold()
    assert "Keine Störung: Chat und E-Mail-Support." in german.message.text
    assert "CORRECTION: our 13:40 outage message was wrong." in english.message.text
    assert "No outage: chat and e-mail support." in english.message.text
    assert german.units.parts == english.units.parts == 1


@pytest.mark.parametrize(
    ("phase", "message", "said"),
    [
        (TextPhase.IDENTIFIED, "Der Anbieter hat die Ursache gefunden.", "Ursache"),
        (TextPhase.MONITORING, "Alles läuft, wir beobachten es.", "beobachten"),
    ],
)
@pytest.mark.parametrize(
    ("audience", "kind"),
    [("customers", SMS), ("customers", SOCIAL), ("customers", EMAIL), ("agents", EMAIL), ("field", SMS)],
)
def test_what_the_message_says_is_not_said_again(phase, message, said, audience, kind):
    assert text(phase, "de", kind, audience, message=message).count(said) == 1
    assert said in text(phase, "de", SOCIAL, message=None)


ENDS = (TextPhase.MONITORING, TextPhase.RESOLVED, TextPhase.RETRACTION)


@for_every(("phase", "locale", "audience"), [*product(ENDS, LOCALES, AUDIENCES)])
def test_the_end_of_an_exercise_neither_repairs_nor_regrets_anything(phase, locale, audience):
    for kind in (SMS, EMAIL) if audience != "customers" else (SMS, SOCIAL, EMAIL, ChannelKind.PAGE):
        message = told(phase, locale, kind, audience, drill=True, message=None).message
        seen = f"{message.subject or ''} {message.text} {message.html or ''}"
        wrong = ("Behoben", "Geht wieder", "ntschuldig", "Fixed", "Working again", "sorry", "KORREKTUR")
        assert [word for word in wrong if word in seen] == []
    if audience == "customers" and phase is not TextPhase.MONITORING:
        over = "Der Test ist beendet." if locale == "de" else "The test is over."
        assert over in text(phase, locale, SOCIAL, drill=True)


@pytest.mark.parametrize(("locale", "kind"), [*product(LOCALES, (SMS, SOCIAL, EMAIL))])
def test_maintenance_that_is_over_tells_the_real_end_and_the_message(locale, kind):
    start = facts(TextPhase.MAINTENANCE)
    over = text(
        TextPhase.MAINTENANCE, locale, kind, phase=Phase.COMPLETED, ended=start.as_of, message="Danke."
    )
    assert "14:05" in over
    assert "14:22" not in over
    assert "Danke." in over


def test_maintenance_that_is_cancelled_or_under_way_says_what_was_planned():
    for locale, cancelled, under_way in (
        (
            "de",
            "Unsere Wartung am So, 16.11., 22:00 bis 23:30 Uhr, fällt aus.",
            "geplant bis 23:30 Uhr (MEZ).",
        ),
        ("en", "Our maintenance on Sun 16 Nov, 22:00 to 23:30, is cancelled.", "planned until 23:30 (CET)."),
    ):
        assert cancelled in text(Situation.CANCELLED, locale, EMAIL)
        assert under_way in text(Situation.IN_PROGRESS, locale, EMAIL)


@pytest.mark.parametrize(
    ("locale", "promise", "ways"),
    [
        ("de", "Bitte nicht sagen:\n- Wann es wieder geht.", "Kunden erreichen uns so:\n- Telefon: 030"),
        ("en", "Please do not say:\n- When it will work again.", "How customers reach us:\n- Phone: 030"),
    ],
)
def test_a_service_desk_reads_what_to_say_what_not_to_promise_and_which_ways_work(locale, promise, ways):
    down = (TextPhase.INVESTIGATING, TextPhase.IDENTIFIED, TextPhase.UPDATE)
    for phase in down:
        read = text(phase, locale, ChannelKind.DESK, "agents")
        assert promise in read
        assert ways in read
        assert "hilfe@muster.example" in read

    for phase in set(TextPhase) - set(down):
        assert promise not in text(phase, locale, ChannelKind.DESK, "agents")


def test_a_ticket_is_headed_with_its_incident():
    assert told(TextPhase.UPDATE, "de", ChannelKind.DESK, "agents").message.subject == (
        "[INC-7] Chat und E-Mail-Support gestört"
    )


@for_every("audience", [one for one in AUDIENCES if one != "customers"])
@for_every(("phase", "locale"), [*product(TextPhase, LOCALES)])
def test_a_room_reads_the_headline_of_the_e_mail_on_a_line_of_its_own(phase, locale, audience):
    mail = told(phase, locale, EMAIL, audience)
    subject = (mail.message.subject or "").removesuffix("..." if "services" in mail.dropped else "")
    head, gap, *rest = text(phase, locale, ChannelKind.CHAT, audience).splitlines()

    assert head == subject or (subject != mail.message.subject and head.startswith(subject))
    assert gap == ""
    assert rest
