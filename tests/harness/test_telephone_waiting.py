"""Record and Enqueue, as the platform in tests plays them: messages, silence, hanging up, and waiting."""

from __future__ import annotations

import pytest
from aiohttp import web

from tests.harness.conftest import ENTRY
from tests.harness.telephone import Ending, HangUp, Press, Silence, Speak
from tests.harness.telephone.clock import LONGEST

RECORD = '<Record maxLength="120" action="/stored" recordingStatusCallback="/tape"/>'
SILENT = "<Say language='de-DE'>nichts gehört</Say>"


@pytest.fixture
def tape(served):
    """Return what happens with a Record: fields posted to the action, fields of the callback, the call."""

    async def play(document: str, *script, **settings):
        served.pages |= {
            ENTRY: document,
            "/stored": "<Say language='de-DE'>gespeichert</Say><Hangup/>",
            "/tape": lambda _: web.Response(status=204),
        }
        call = await served.platform(**settings).call(*script)
        return served.forms("/stored"), served.forms("/tape"), call

    return play


async def test_a_message_is_recorded_until_there_is_silence(tape):
    (form,), (told,), call = await tape(RECORD, Speak("bitte rufen sie mich zurück es eilt"))

    assert (form["RecordingDuration"], form["Digits"]) == ("3", "")
    assert form["RecordingUrl"].endswith(f"/Recordings/{form['RecordingSid']}")
    assert (told["RecordingStatus"], told["RecordingSid"]) == ("completed", form["RecordingSid"])
    assert "Digits" not in told
    assert call.heard[0].kind == "beep"
    assert call.recordings[0].text == "bitte rufen sie mich zurück es eilt"
    assert call.said() == "gespeichert"
    assert call.reached_somebody


async def test_a_key_ends_a_message(tape):
    (form,), _, call = await tape(RECORD, Speak("hallo"), Press("#"))

    assert form["Digits"] == "#"
    assert call.seconds < 3


async def test_silence_makes_no_request_and_the_document_goes_on(tape):
    forms, told, call = await tape(RECORD + SILENT, Silence())

    assert (forms, told, call.recordings) == ([], [], [])
    assert call.said() == "nichts gehört"


async def test_silence_without_a_next_verb_ends_the_call_mute(tape):
    _, _, call = await tape(RECORD, Silence())

    assert (call.ending, call.said()) == (Ending.NO_MORE_VERBS, "")
    assert not call.reached_somebody


async def test_a_caller_who_hangs_up_after_the_message_has_left_it(tape):
    (form,), (told,), call = await tape(RECORD, Speak("bitte melden"), HangUp())

    assert (form["Digits"], form["CallStatus"]) == ("hangup", "completed")
    assert told["RecordingStatus"] == "completed"
    assert call.ending is Ending.HUNG_UP_BY_CALLER
    assert call.reached_somebody


async def test_a_message_has_a_longest_length(tape):
    (form,), _, _ = await tape(RECORD.replace("120", "10"), Speak("wort " * 100))

    assert form["RecordingDuration"] == "10"


async def test_a_record_without_action_asks_for_the_same_document(served):
    served.pages[ENTRY] = "<Record/>"

    call = await served.platform().call(Speak("eins"), HangUp())

    assert served.paths() == [ENTRY, ENTRY]
    assert call.notes


async def test_a_callback_can_be_repeated_and_can_tell_of_silence(tape):
    _, told, _ = await tape(RECORD, Speak("hallo"), recording_callbacks=3)
    assert len(told) == 3

    _, told, _ = await tape(RECORD.replace("/>", ' recordingStatusCallbackEvent="completed absent"/>'))
    assert told[-1]["RecordingStatus"] == "absent"


QUEUE = '<Enqueue action="/left" waitUrl="/wait">support</Enqueue><Say language="de-DE">weiter</Say>'
WAIT = '<Gather numDigits="1" timeout="2" action="/out"><Say language="de-DE">Bitte warten.</Say></Gather>'


@pytest.fixture
def queue(served):
    """Return what happens with an Enqueue: the fields posted to the action, and the call."""

    async def play(document: str, *script, **settings):
        served.pages |= {ENTRY: document, "/out": "<Leave/>", "/left": "<Hangup/>"}
        served.pages.setdefault("/wait", WAIT)
        call = await served.platform(**settings).call(*script)
        return (served.forms("/left") or [{}])[0], call

    return play


async def test_a_waiting_caller_hears_the_document_again_and_again_until_served(queue, served):
    form, call = await queue(QUEUE, served_after=60)

    assert form["QueueResult"] == "bridged"
    assert len(served.forms("/wait")) > 10
    assert served.forms("/wait")[3]["QueueTime"] != "0"
    assert call.bridges[0].number == "support"


async def test_a_waiting_caller_can_leave(queue):
    form, call = await queue(QUEUE, Silence(), Press("1"))

    assert form["QueueResult"] == "leave"
    assert call.ending is Ending.HUNG_UP_BY_US


async def test_leaving_goes_on_with_the_next_verb_without_action(queue):
    _, call = await queue(QUEUE.replace('action="/left"', ""), Press("1"))

    assert call.said().endswith("weiter")


async def test_a_waiting_caller_who_hangs_up_is_told(queue):
    form, call = await queue(QUEUE, HangUp(after=17))

    assert (form["QueueResult"], form["CallStatus"]) == ("hangup", "completed")
    assert call.ending is Ending.HUNG_UP_BY_CALLER


async def test_a_waiting_document_that_takes_no_time_is_asked_for_once_a_second(queue, served):
    served.pages["/wait"] = ""

    _, call = await queue(QUEUE, HangUp(after=20))

    assert len(served.forms("/wait")) == 20
    assert any("once a second" in one.text for one in call.notes)


async def test_who_waits_for_ever_is_cut_off_after_hours(queue):
    _, call = await queue('<Enqueue action="/left">support</Enqueue>')

    assert (call.ending, call.seconds) == (Ending.LONGEST, LONGEST)
