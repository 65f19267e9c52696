"""The texts of escalations: who asks, which incident, its state, how to answer; short, marked as internal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broadcast.model.channel import ChannelKind
from broadcast.model.escalation import PAGES
from broadcast.model.notice import Facts, NoticeKind, TextPhase
from broadcast.model.situation import Situation
from broadcast.rendering.catalogue import Catalogue, default_folders
from broadcast.rendering.render import Renderer
from broadcast.rendering.samples import sample_facts

RENDERER = Renderer(Catalogue(default_folders(None)), "de")
QUESTION = (("question", "Notrufnummer schalten?"), ("choices", "1 ja, 2 nein"))
SITUATIONS = [Situation.INVESTIGATING, Situation.MONITORING, Situation.DRILL, Situation.IN_PROGRESS]
_LONGEST_CALL = 20


def facts(situation: Situation, variables: tuple[tuple[str, str], ...] = ()) -> Facts:
    return replace(
        sample_facts(situation),
        kind=NoticeKind.ESCALATION,
        sequence=-1,
        text_phase=TextPhase.INVESTIGATING,
        phase_before=None,
        severity_before=None,
        corrects=None,
        variables=variables,
    )


@pytest.mark.parametrize("asked", [(), QUESTION], ids=["confirm", "poll"])
@pytest.mark.parametrize("locale", ["de", "en"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_an_sms_is_one_part_of_plain_letters(situation, locale, asked):
    rendered = RENDERER.render(facts(situation, asked), PAGES, locale, ChannelKind.SMS)

    assert rendered.units.parts == 1
    assert "GSM-7" in str(rendered.units)
    assert "intern" in rendered.message.text
    assert "INC-7" in rendered.message.text


@pytest.mark.parametrize("asked", [(), QUESTION], ids=["confirm", "poll"])
@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_call_is_short(locale, asked):
    from broadcast.rendering import speech

    said = RENDERER.render(facts(Situation.INVESTIGATING, asked), PAGES, locale, ChannelKind.VOICE)

    assert speech.seconds(said.message.text) <= _LONGEST_CALL


@pytest.mark.parametrize(
    ("locale", "kind", "text"),
    [
        (
            "de",
            ChannelKind.SMS,
            (
                "Muster Handel intern INC-7: Gestört seit 13:40: Chat und E-Mail-Support."
                " Übernehmen Sie? Antwort: JA, WEITER oder NEIN."
            ),
        ),
        (
            "en",
            ChannelKind.SMS,
            (
                "Muster Handel internal INC-7: Down since 13:40: chat and e-mail support."
                " Can you take it? Answer YES, PASS or NO."
            ),
        ),
        (
            "de",
            ChannelKind.VOICE,
            (
                "Muster Handel, interne automatische Ansage, Vorgang 7."
                " Gestört seit 13 Uhr 40: Chat und E-Mail-Support."
                " Drücken Sie 1, um zu bestätigen, 5 zum Weitergeben, 9, wenn Sie nicht können."
            ),
        ),
        (
            "en",
            ChannelKind.VOICE,
            (
                "Muster Handel, internal automatic message, incident 7."
                " Down since 1:40 pm: chat and e-mail support."
                " Press 1 to confirm, 5 to pass it on, 9 if you cannot."
            ),
        ),
    ],
)
def test_it_says_who_asks_what_is_down_and_how_to_answer(locale, kind, text):
    assert RENDERER.render(facts(Situation.INVESTIGATING), PAGES, locale, kind).message.text == text


@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_mail_is_marked_as_internal_and_names_no_notice(locale):
    message = RENDERER.render(facts(Situation.INVESTIGATING), PAGES, locale, ChannelKind.EMAIL).message

    assert message.text.startswith(("INTERN ", "INTERNAL "))
    assert "-1" not in f"{message.subject}{message.text}"


@pytest.mark.parametrize("locale", ["de", "en"])
def test_a_mail_has_the_link_of_the_person(locale):
    asked = facts(Situation.INVESTIGATING, (("has_link", "yes"),))

    assert RENDERER.render(asked, PAGES, locale, ChannelKind.EMAIL).message.slots == ("confirm_url",)
