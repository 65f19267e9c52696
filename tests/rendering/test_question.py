"""Texts ask for a confirmation only if the notice does, by the means that the channel has."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest

from broadcast.errors import TooLong
from broadcast.model.channel import ChannelKind
from broadcast.model.message import CONFIRM_URL, Message
from broadcast.model.situation import Situation
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import sample_facts
from tests.harness.cases import for_every
from tests.rendering.facts import SHIPPED, facts, with_files

AUDIENCES = ("customers", "agents", "supervisors", "executives", "technical", "field")
OPEN = [one for one in Situation if one.down or one.works]
LINK = "https://notify.muster.example/c/1z-mzxw6ytboi4dcnzq"


def asking(kind: ChannelKind, locale: str, audience: str = "agents", about: Situation = OPEN[0]) -> Rendered:
    sample = sample_facts(about)
    record = facts(about, confirm_by=sample.as_of + timedelta(minutes=15))
    return Renderer(SHIPPED, "de").render(record, audience, locale, kind)


def filled(message: Message) -> Message:
    return message.personal({CONFIRM_URL: LINK})


@for_every("locale, asked", [("de", "mit JA antworten."), ("en", "Please reply YES by")])
def test_an_sms_asks_for_a_reply_and_needs_no_value_of_the_person(locale, asked):
    message = asking(ChannelKind.SMS, locale).message

    assert asked in message.text
    assert message.slots == ()


@for_every("locale, asked", [("de", "Bitte bestätigen Sie bis"), ("en", "Please confirm by")])
def test_a_mail_has_the_person_s_own_link_in_both_parts(locale, asked):
    message = asking(ChannelKind.EMAIL, locale).message

    assert message.slots == (CONFIRM_URL,)
    assert message.html
    assert asked in message.text
    assert f"\n{LINK}\n" in filled(message).text
    assert f'<a href="{LINK}">{LINK}</a>' in (filled(message).html or "")


@for_every(
    "kind", [ChannelKind.CHAT, ChannelKind.PAGE, ChannelKind.SOCIAL, ChannelKind.VOICE, ChannelKind.DESK]
)
def test_what_many_people_read_asks_nobody_and_a_call_says_its_keys_itself(kind):
    asked = asking(kind, "de", "customers").message

    assert asked == Renderer(SHIPPED, "de").render(sample_facts(OPEN[0]), "customers", "de", kind).message


@pytest.mark.parametrize("locale", ["de", "en"])
def test_every_situation_has_room_for_the_question(locale):
    for audience, about in product(AUDIENCES, OPEN):
        try:
            text = asking(ChannelKind.SMS, locale, audience, about).message.text
        except TooLong as error:
            pytest.fail(f"{audience}, {about}: {error}")
        assert "JA" in text or "YES" in text


def test_a_language_can_word_the_question_itself(tmp_path):
    mine = with_files(tmp_path, {"de/_parts/confirm.sms.txt.j2": "Antwort JA {{ confirm_by|until }}."})
    record = facts(confirm_by=facts().as_of + timedelta(minutes=15))

    text = Renderer(mine, "de").render(record, "agents", "de", ChannelKind.SMS).message.text

    assert "Antwort JA bis" in text
