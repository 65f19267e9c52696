"""What drivers read: first to stop, then what to do, and nothing that nobody said."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Service
from broadcast.model.situation import Situation
from broadcast.rendering import prose
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED

RENDERER = Renderer(SHIPPED, "de")
LOCALES = ("de", "en")
SMS, EMAIL, CHAT, DESK, VOICE = (
    *(ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.CHAT, ChannelKind.DESK, ChannelKind.VOICE),
)
KINDS = (SMS, CHAT, VOICE)
DRILLS = (Situation.DRILL, Situation.DRILL_OVER)
REAL = [situation for situation in Situation if situation not in DRILLS]
APP = (Service("app", names=(("de", "Tourenplan-App"), ("en", "route app"))),)
PARKED = {"de": "Nur im Stand lesen.", "en": "Read only when parked."}
TEST = {
    "de": ("Test unserer Meldungen. Er ändert für Sie nichts.", "Der Test ist beendet."),
    "en": ("Test of our messages. It changes nothing for you.", "The test is over."),
}
ORDER = "Zum Depot fahren."
PUBLIC, OWN = "030 23125000", "030 555000"


def text(situation: Situation, locale: str, kind: ChannelKind, **changes: Any) -> str:
    facts = replace(sample_facts(situation), **{"services": APP, "message": None, "wording": (), **changes})
    return RENDERER.render(facts, "field", locale, kind).message.text


def words(text: str) -> list[str]:
    return text.split()


@for_every(("situation", "locale"), [*product(Situation, LOCALES)])
def test_the_first_words_say_to_stop_however_long_the_rest_is(situation, locale):
    mark = {"de": "ÜBUNG", "en": "EXERCISE"}[locale] if situation in DRILLS else ""
    for message in (None, "Das Lager liefert weiter. " * 30):
        sms = text(situation, locale, SMS, message=message)
        assert sms.startswith(f"{mark} Muster Handel. {PARKED[locale]}".strip())
        assert text(situation, locale, EMAIL, message=message).startswith(
            f"{mark}\n\n{PARKED[locale]}".strip()
        )


@for_every(("situation", "locale", "kind"), [*product(REAL, LOCALES, KINDS)])
def test_an_instruction_stands_before_the_state_and_only_if_somebody_gave_it(situation, locale, kind):
    short = {"organisation": "MH", "correction": "Nur Kiel." if situation is Situation.CORRECTION else None}
    told = text(situation, locale, kind, instruction=ORDER, **short)
    untold = text(situation, locale, kind, **short)

    assert told.count(ORDER) == 1
    assert words(told.replace(ORDER, "")) == words(untold)
    assert told.index(ORDER) < told.rindex("Tourenplan-App" if locale == "de" else "route app")


@for_every(("situation", "locale"), [*product(REAL, LOCALES)])
def test_an_instruction_outlives_a_long_message(situation, locale):
    for kind in (SMS, VOICE):
        assert ORDER in text(situation, locale, kind, instruction=ORDER, message="Das geht. " * 60)


@for_every(("situation", "locale"), [*product(REAL, LOCALES)])
def test_questions_go_to_the_drivers_own_number_and_only_while_something_is_down(situation, locale):
    down = situation.down or situation is Situation.CORRECTION
    for kind in (SMS, EMAIL, DESK):
        read = text(situation, locale, kind, hotlines=(("field", OWN),), organisation="MH")
        assert (OWN in read) is down
        assert PUBLIC not in read
        assert (PUBLIC in text(situation, locale, kind, organisation="MH")) is down


@pytest.mark.parametrize("locale", LOCALES)
def test_where_the_phone_is_down_nobody_is_asked_to_call(locale):
    calls = {"de": "Bitte nicht anrufen.", "en": "Please do not call."}[locale]
    for kind in (SMS, EMAIL):
        read = text(Situation.UPDATE, locale, kind, hotline=None, phone_down=True)
        assert calls in read
        assert "hilfe@muster.example" in read


@for_every(("situation", "locale"), [*product(Situation, LOCALES)])
def test_a_call_has_twenty_words_at_most_and_spells_no_number(situation, locale):
    spoken = text(situation, locale, VOICE, instruction="Zum Depot fahren." if situation.down else None)
    assert len(words(spoken)) <= 20
    assert "0 3 0" not in spoken


@for_every(("locale", "kind"), [*product(LOCALES, KINDS)])
@for_every("situation", [*Situation])
def test_of_an_exercise_drivers_learn_only_that_it_is_a_test(situation, locale, kind):
    if situation.maintenance:
        return
    read = text(situation, locale, kind, drill=True, message="Alles steht.", instruction=ORDER)

    assert any(words in read for words in TEST[locale])
    for wrong in ("Alles steht.", ORDER, "Tourenplan", "route app", PUBLIC, "14:35", "14 Uhr 35", "2:35"):
        assert wrong not in read
    for wrong in ("gestört", "Übungslage", "scenario", "down"):
        assert wrong.casefold() not in read.casefold()


@for_every(("situation", "locale", "kind"), [*product(Situation, LOCALES, KINDS)])
def test_no_text_has_a_hole(situation, locale, kind):
    bare = dict.fromkeys(("next_update", "started", "hotline", "link", "ended", "corrects"))
    started = {"started": sample_facts(situation).started} if situation.maintenance else {}
    for changes in (
        {},
        {"services": ()},
        {"scope": "Kiel", "works": "Lager Nord"},
        {**bare, **started, "alternatives": ()},
    ):
        assert prose.holes(text(situation, locale, kind, **changes)) == ()


@for_every(("situation", "locale"), [*product(Situation, LOCALES)])
def test_a_text_message_to_drivers_has_no_link(situation, locale):
    assert "http" not in text(situation, locale, SMS)
