"""Calls that we place, played on Twilio's platform: what people hear and press, from first word to end."""

from __future__ import annotations

import aiohttp
import pytest

from broadcast.channels.voice.twiml import Keys, call
from broadcast.model.delivery import DeliveryState
from broadcast.model.message import Message
from broadcast.testing.ledger_fixtures import states
from tests.harness.telephone import Ending, Press, Silence, TelephonePlatform
from tests.harness.telephone.forgeries import posts, send
from tests.server.conftest import ORIGIN, TOKEN
from tests.server.test_keys import call as asked

NOTICE = "Muster Handel: Die Kasse ist gestört. Nächster Stand um 15:00 Uhr."
SID = f"CA{'c' * 32}"
PERSON = "+4915112345678"


@pytest.fixture
def play(served, ledger):
    """Return what a person hears who does that, and what the ledger then knows of them."""
    notice = asked(ledger, SID)

    async def played(*script, **settings):
        platform = TelephonePlatform(
            origin=ORIGIN, server=served.listening.public, token=TOKEN, number="+4930231250", **settings
        )
        twiml = call(
            Message(text=NOTICE, locale="de"), {}, f"{ORIGIN}/hooks/call?ref=abc", Keys(may_leave=True)
        )
        made = await platform.place(PERSON, *script, twiml=twiml, sid=SID)
        assert (made.errors, made.warnings) == ([], [])
        assert made.languages() == ["de-DE"]
        return made, states(ledger, notice)["anna"]

    return played


async def test_a_key_works_from_the_first_word_and_is_acknowledged(play):
    made, state = await play(Press("1", after=2.0))

    assert made.said().splitlines()[-1] == "Bestätigt, danke. Auf Wiederhören."
    assert made.ending is Ending.HUNG_UP_BY_US
    assert state is DeliveryState.CONFIRMED


async def test_who_presses_nothing_hears_the_notice_twice(play):
    made, state = await play()

    assert made.said().count(NOTICE) == 2
    assert state is DeliveryState.ACCEPTED


@pytest.mark.parametrize("key", ["4", "*", "#"])
async def test_a_key_without_meaning_is_asked_for_again(play, key):
    made, state = await play(Press(key), Press("1"))

    assert "Diese Taste ist nicht belegt" in made.said()
    assert made.said().endswith("Bestätigt, danke. Auf Wiederhören.")
    assert state is DeliveryState.CONFIRMED


async def test_a_key_without_meaning_and_then_none_ends_the_call_and_confirms_nothing(play):
    made, state = await play(Press("4"), Silence())

    assert made.ending is Ending.HUNG_UP_BY_US
    assert state is DeliveryState.ACCEPTED


async def test_a_request_that_comes_twice_confirms_once(play, ledger):
    made, state = await play(Press("1"), copies=2)

    assert [one.status for one in made.documents] == [200, 200]
    assert state is DeliveryState.CONFIRMED


async def test_forged_keys_are_refused_and_genuine_ones_are_not(served):
    async with aiohttp.ClientSession() as session:
        for post in posts(ORIGIN, "/hooks/call?ref=abc", TOKEN, {"CallSid": SID}):
            status = await send(session, served.listening.public, post)
            expected = {200, 204} if post.is_genuine else {400, 403, 404, 405}
            assert status in expected, f"{post.name}: {status}"
