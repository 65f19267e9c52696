"""What a message in Slack shows once people have answered it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from broadcast.channels import registry
from broadcast.channels.base import ShowsAnswers
from broadcast.channels.chat.slack_answers import update_fields
from broadcast.channels.chat.slack_message import key_of
from broadcast.config.settings import ChannelSettings
from broadcast.model.message import Message
from broadcast.model.outcome import Accepted
from broadcast.model.question import CONFIRM, DECLINE, NoticeQuestion
from broadcast.model.room import RoomAnswer, RoomAnswers
from broadcast.sandbox.server import Sandbox
from broadcast.sandbox.wire.slack_blocks import blocks_problem, shown
from broadcast.testing.adapter_contract import using
from broadcast.testing.ledger_samples import NOON, after
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving

QUESTION = NoticeQuestion(asked_at=NOON, answer_by=after(900), wait=60.0)
ROOM = RoomAnswers(
    ref="1777896000.000100",
    key="k1",
    incident="INC-7",
    sequence=1,
    message=Message(locale="de", text="Kasse <b>gestört</b> & *so* weiter"),
    question=QUESTION,
    answers=(RoomAnswer(answer=CONFIRM, at=after(60), user="U1"),),
    open=False,
)
POLL = replace(
    ROOM,
    question=replace(QUESTION, text="Wohin?", options=("Köln & <Bonn>", "nirgends")),
    answers=(
        RoomAnswer(answer="nirgends", at=after(60), user="U1"),
        RoomAnswer(answer="Köln & <Bonn>", at=after(70), user="U2"),
        RoomAnswer(answer="Köln & <Bonn>", at=after(80), name="Ada"),
        RoomAnswer(answer=DECLINE, at=after(90), name="Ben"),
    ),
    open=True,
)


def fields(room: RoomAnswers) -> dict[str, Any]:
    made = update_fields("C0123ABCD", room)
    assert blocks_problem(made["blocks"]) is None
    return made


def kinds(made: dict[str, Any]) -> list[str]:
    return [block["type"] for block in made["blocks"]]


def read(made: dict[str, Any], block: int) -> str:
    return shown("", [made["blocks"][block]])


@pytest.mark.parametrize(("locale", "words"), [("de", "Bestätigt von"), ("en", "Confirmed by")])
def test_it_says_who_confirmed_and_when_in_the_place_of_the_button(locale, words):
    made = fields(replace(ROOM, message=replace(ROOM.message, locale=locale)))

    assert kinds(made) == ["rich_text", "rich_text"]
    assert read(made, 0) == "Kasse <b>gestört</b> & *so* weiter"
    assert read(made, 1) == f"✓ {words} @U1 12:01 UTC"
    assert made["text"].endswith(f"\n{words} 1")
    assert key_of(made) == "k1"


def test_a_poll_shows_every_vote_and_keeps_its_buttons_while_it_is_open():
    made = fields(POLL)

    assert kinds(made) == ["rich_text", "rich_text", "actions"]
    assert read(made, 1) == ("✓ Köln & <Bonn>: @U2 12:01 UTC, Ada 12:01 UTC\n✓ nirgends: @U1 12:01 UTC")
    assert "<Bonn>" not in made["text"]
    assert kinds(fields(replace(POLL, open=False))) == ["rich_text", "rich_text"]


def test_without_an_answer_that_is_shown_only_the_buttons_go():
    made = fields(replace(ROOM, answers=(RoomAnswer(answer=DECLINE, at=NOON, name="Ben"),)))

    assert kinds(made) == ["rich_text"]


def test_of_a_crowd_the_first_are_named():
    crowd = tuple(RoomAnswer(answer=CONFIRM, at=NOON, user=f"U{number}") for number in range(25))

    assert read(fields(replace(ROOM, answers=crowd)), 1).endswith("@U19 12:00 UTC + 5")


def settings(base_url: str) -> ChannelSettings:
    options = {"token": "sandbox", "channel": "C0123ABCD", "signing_secret": "s" * 32}
    return ChannelSettings(name="room", adapter="slack", origin="here", base_url=base_url, options=options)


async def test_the_message_in_the_room_is_changed_and_stays_ours():
    async with Sandbox() as sandbox, using(registry.build(settings(sandbox.base_url("slack")))) as adapter:
        (posted,) = await adapter.send([replace(outgoing(None), question=QUESTION)])
        assert isinstance(posted, Accepted)
        assert isinstance(adapter, ShowsAnswers)
        trouble = await adapter.show_answers(replace(ROOM, ref=posted.ref))

        edit = sandbox.received[-1]

    assert trouble is None
    assert (edit.thread, edit.key) == (posted.ref, "k1")
    assert "✓ Bestätigt von @U1" in edit.text


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"ok": False, "error": "message_not_found"}, "message_not_found"),
        ({"ok": False, "error": "ratelimited"}, "ratelimited"),
        ({}, "the message does not show the answer"),
    ],
)
async def test_what_slack_refuses_is_told(document, said):
    canned = Canned(200, json.dumps(document).encode())
    async with serving(answering(canned)) as slack, using(registry.build(settings(slack.url()))) as adapter:
        assert isinstance(adapter, ShowsAnswers)
        assert said in (await adapter.show_answers(ROOM) or "")
