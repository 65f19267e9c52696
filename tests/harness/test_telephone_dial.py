"""Dial, as the platform in tests plays it: phones ring, mailboxes answer, whispers are heard, keys accept."""

from __future__ import annotations

import pytest
from aiohttp import web

from tests.harness.conftest import ENTRY
from tests.harness.telephone import (
    BUSY,
    NO_ANSWER,
    UNREACHABLE,
    Ending,
    HangUp,
    Press,
    Silence,
    agent,
    mailbox,
)

ADA, BERT = "+4915112340001", "+4915112340002"
AFTER = "<Say language='de-DE'>danach</Say><Hangup/>"
WHISPER = (
    '<Gather numDigits="1" action="/accept"><Say language="de-DE">Anruf Kasse. Taste 1.</Say></Gather>'
    "<Hangup/>"
)


def dial(
    attributes: str = 'action="/after" answerOnBridge="true"', *numbers: str, url: str = "/whisper"
) -> str:
    whisper = f'url="{url}"' if url else ""
    nouns = "".join(f"<Number {whisper}>{number}</Number>" for number in numbers or (ADA,))
    return f"<Dial {attributes}>{nouns}</Dial><Say language='de-DE'>unerreichbar</Say>"


@pytest.fixture
def ring(served):
    """Return what happens with a Dial: the fields posted to the action, and the call."""

    async def play(document: str, *script, **settings):
        served.pages |= {
            ENTRY: document,
            "/whisper": WHISPER,
            "/accept": lambda form: "" if form["Digits"] == "1" else "<Hangup/>",
            "/after": AFTER,
        }
        call = await served.platform(**settings).call(*script)
        return (served.forms("/after") or [{}])[-1], call

    return play


async def test_a_colleague_who_presses_1_is_connected(ring, served):
    form, call = await ring(dial(), phones={ADA: agent(talks=90)})

    assert (form["DialCallStatus"], form["DialBridged"]) == ("completed", "true")
    assert [(one.number, one.seconds, one.is_mailbox) for one in call.bridges] == [(ADA, 90.0, False)]
    assert call.said(ADA) == "Anruf Kasse. Taste 1."
    assert call.said() == "danach"
    assert call.reached_somebody
    assert call.notes == [note for note in call.notes if "never run" in note.text]


async def test_the_whisper_is_a_call_of_its_own(ring, served):
    _, call = await ring(dial(), phones={ADA: agent()})

    (form,) = served.forms("/whisper")
    assert form["CallSid"] != call.sid
    assert (form["ParentCallSid"], form["To"]) == (call.sid, ADA)
    assert (form["Direction"], form["CallStatus"]) == ("outbound-dial", "in-progress")
    assert served.forms("/accept")[0]["CallSid"] == form["CallSid"]


async def test_the_caller_hears_ringing_until_the_bridge(ring):
    _, call = await ring(dial(), phones={ADA: agent(after=8)})

    heard = [(one.kind, one.at) for one in call.heard if one.who == "caller"]
    assert heard[:2] == [("ringing", 0.0), ("ringing", 8.0)]
    assert heard[2][0] == "talk"


async def test_without_answer_on_bridge_the_caller_hears_nothing_during_the_whisper(ring):
    _, call = await ring(dial('action="/after"'), phones={ADA: agent()})

    assert any(one.kind == "silence" and one.seconds > 0 for one in call.heard)
    assert any("no answerOnBridge" in one.text for one in call.notes)


@pytest.mark.parametrize("declined", ["completed", "no-answer"])
async def test_a_silent_mailbox_is_not_connected_if_the_whisper_ends_in_a_hangup(ring, declined):
    form, call = await ring(dial(), phones={ADA: mailbox()}, declined=declined)

    assert (form["DialCallStatus"], form["DialBridged"]) == (declined, "false")
    assert call.bridges == []
    assert not call.reached_somebody


async def test_whoever_stays_silent_is_connected_if_the_whisper_has_no_hangup(ring, served):
    served.pages["/open"] = '<Gather numDigits="1" action="/accept"/>'

    form, call = await ring(dial(url="/open"), phones={ADA: mailbox()})

    assert form["DialBridged"] == "true"
    assert [one.is_mailbox for one in call.bridges] == [True]
    assert not call.reached_somebody


async def test_the_greeting_of_a_mailbox_is_speech(ring, served):
    served.pages["/speech"] = '<Gather input="dtmf speech" language="de-DE" action="/accept"/><Hangup/>'
    served.pages["/accept"] = "<Hangup/>"

    await ring(dial(url="/speech"), phones={ADA: mailbox("hinterlassen sie eine nachricht")})

    assert served.forms("/accept")[0]["SpeechResult"] == "hinterlassen sie eine nachricht"


async def test_without_a_whisper_whoever_answers_is_connected_mailboxes_too(ring):
    _, call = await ring(dial(url=""), phones={ADA: mailbox(after=5)})

    assert [one.is_mailbox for one in call.bridges] == [True]


@pytest.mark.parametrize("keys", [Press("5"), Silence(), HangUp(after=1)])
async def test_who_does_not_accept_is_not_connected(ring, keys):
    form, call = await ring(dial(), phones={ADA: agent(keys)})

    assert form["DialBridged"] == "false"
    assert call.said() == "danach"


@pytest.mark.parametrize(
    ("phone", "status"),
    [(BUSY, "busy"), (NO_ANSWER, "no-answer"), (UNREACHABLE, "failed"), (agent(after=31), "no-answer")],
)
async def test_the_action_learns_why_nobody_answered(ring, phone, status):
    form, call = await ring(dial(), phones={ADA: phone})

    assert form["DialCallStatus"] == status
    assert "DialCallDuration" not in form
    assert call.said() == "danach"


async def test_a_phone_rings_as_long_as_the_timeout_says(ring):
    _, call = await ring(dial('action="/after" timeout="15"'), phones={ADA: NO_ANSWER})
    assert call.heard[0].seconds == 15.0

    _, call = await ring(dial(), phones={ADA: NO_ANSWER})
    assert call.heard[0].seconds == 30.0


async def test_without_action_the_document_goes_on(ring, served):
    _, call = await ring(dial(""), phones={ADA: BUSY})

    assert call.said() == "unerreichbar"
    assert served.paths() == [ENTRY]


async def test_a_number_that_nobody_has_is_an_error(ring):
    form, call = await ring(dial(), phones={})

    assert form["DialCallStatus"] == "failed"
    assert [one.code for one in call.errors] == [13224]


async def test_of_several_numbers_the_first_that_answers_wins_and_the_others_stop_ringing(ring, served):
    served.pages["/whisper"] = WHISPER
    form, call = await ring(
        dial('action="/after"', ADA, BERT), phones={ADA: agent(after=9), BERT: mailbox(after=3)}
    )

    assert call.dialled == [ADA, BERT]
    assert call.said(ADA) == ""
    assert form["DialBridged"] == "false"


async def test_of_several_numbers_one_can_ring_after_the_other(ring):
    _, call = await ring(
        dial('action="/after" sequential="true" timeout="10"', ADA, BERT),
        phones={ADA: NO_ANSWER, BERT: agent()},
    )

    assert [one.number for one in call.bridges] == [BERT]
    assert call.bridges[0].at > 10


async def test_a_phone_can_do_something_else_each_time(served):
    served.pages |= {ENTRY: dial("", url=""), "/after": AFTER}
    served.pages[ENTRY] = f'<Dial action="/second">{ADA}</Dial>'
    served.pages["/second"] = f'<Dial action="/after">{ADA}</Dial>'

    call = await served.platform(phones={ADA: [BUSY, agent()]}).call()

    assert [form["DialCallStatus"] for form in served.forms("/second") + served.forms("/after")] == [
        "busy",
        "completed",
    ]
    assert len(call.bridges) == 1


async def test_a_caller_who_hangs_up_while_it_rings_is_told_and_the_answer_runs_on_nothing(ring, served):
    form, call = await ring(dial(), HangUp(after=2), phones={ADA: agent()})

    assert call.ending is Ending.HUNG_UP_BY_CALLER
    assert (form["CallStatus"], form["DialCallStatus"]) == ("completed", "no-answer")
    assert call.said() == ""
    assert served.paths() == [ENTRY, "/after"]


async def test_a_caller_who_hangs_up_during_the_whisper_is_gone_when_the_colleague_accepts(ring, served):
    _, call = await ring(dial(), HangUp(after=5), phones={ADA: agent()})

    assert call.ending is Ending.HUNG_UP_BY_CALLER
    assert call.bridges == []
    assert "/accept" not in served.paths()


async def test_a_caller_who_hangs_up_during_the_talk_was_connected(ring):
    form, call = await ring(dial(), HangUp(after=30), phones={ADA: agent(talks=600)})

    assert form["DialBridged"] == "true"
    assert call.bridges[0].seconds < 30
    assert call.ending is Ending.HUNG_UP_BY_CALLER


async def test_a_talk_ends_at_the_time_limit_or_with_a_star(ring):
    _, call = await ring(dial('action="/after" timeLimit="20"'), phones={ADA: agent(talks=600)})
    assert call.bridges[0].seconds == 20

    _, call = await ring(
        dial('action="/after" hangupOnStar="true"'), Press("*"), phones={ADA: agent(talks=600)}
    )
    assert call.bridges[0].seconds == 5
    assert call.said() == "danach"


async def test_status_callbacks_tell_what_was_asked_for(served):
    events = 'statusCallback="/events?k=1" statusCallbackEvent="initiated ringing answered completed"'
    served.pages |= {
        ENTRY: f'<Dial action="/after"><Number {events}>{ADA}</Number></Dial>',
        "/events": lambda _: web.Response(status=204),
        "/after": AFTER,
    }

    call = await served.platform(phones={ADA: agent()}).call()

    forms = served.forms("/events")
    assert [form["CallStatus"] for form in forms] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in forms] == ["0", "1", "2", "3"]
    assert {form["ParentCallSid"] for form in forms} == {call.sid}
    assert len(call.callbacks) == 4


async def test_a_callback_that_fails_is_an_error_in_the_log_and_changes_nothing(served):
    served.pages |= {
        ENTRY: f'<Dial action="/after"><Number statusCallback="/events">{ADA}</Number></Dial>',
        "/events": web.Response(status=500),
        "/after": AFTER,
    }

    call = await served.platform(phones={ADA: BUSY}).call()

    assert [one.code for one in call.errors] == [11200]
    assert call.said() == "danach"


async def test_a_whisper_must_not_dial(ring, served):
    served.pages["/bad"] = f"<Dial>{BERT}</Dial>"

    _, call = await ring(dial(url="/bad"), phones={ADA: agent(), BERT: agent()})

    assert [one.code for one in call.warnings] == [12200]


async def test_a_whisper_that_cannot_be_had_connects_nobody(ring, served):
    served.pages["/broken"] = web.Response(status=500)

    form, call = await ring(dial(url="/broken"), phones={ADA: agent()})

    assert form["DialBridged"] == "false"
    assert [one.code for one in call.errors] == [11200]
    assert call.said() == "danach"


async def test_a_caller_id_is_what_the_colleague_sees(ring, served):
    await ring(dial('action="/after" callerId="+4930231250"'), phones={ADA: agent()})

    assert served.forms("/whisper")[0]["From"] == "+4930231250"


async def test_words_and_keys_of_the_caller_wait_for_the_next_prompt(ring, served):
    served.pages["/menu"] = '<Gather numDigits="1" action="/chosen"/>'
    served.pages["/chosen"] = "<Hangup/>"
    document = f'<Dial action="/menu">{ADA}</Dial>'

    await ring(document, Press("4"), phones={ADA: BUSY})

    assert served.forms("/chosen")[0]["Digits"] == "4"
