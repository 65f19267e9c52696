"""The sandbox's telephone: it follows TwiML, and what people do on it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

from broadcast.sandbox.server import Sandbox

MENU = (
    '<Response><Gather action="/chosen" input="dtmf speech" numDigits="1" finishOnKey="" timeout="5">'
    '<Say language="de-DE">Bitte wählen.</Say></Gather><Say>Weiter.</Say><Hangup/></Response>'
)
DIAL = (
    '<Response><Dial action="/after" timeout="15"><Number url="/whisper">+4915155500117</Number>'
    "</Dial></Response>"
)
WHISPER = (
    '<Response><Gather action="/accept" numDigits="1"><Say>Annehmen: 1.</Say></Gather><Hangup/></Response>'
)
BYE = "<Response><Say>Danke.</Say><Hangup/></Response>"
RECORD = '<Response><Record action="/after" recordingStatusCallback="/kept" timeout="5"/></Response>'


class Provider:
    """Our number at the provider: documents by path, and every request that came for one."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox, self.session = sandbox, session
        self.answer_url = ""
        self.documents: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def answer(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        signature = request.headers["X-Twilio-Signature"]
        assert RequestValidator("sandbox").validate(str(request.url), form, signature)
        self.asked.append((request.path, form))
        document = self.documents.get(request.path)
        return web.Response(status=200 if document else 500, text=document or "", content_type="text/xml")

    async def call(self, **documents: str) -> Phoned:
        self.documents.update({f"/{path}": text for path, text in documents.items()})
        return Phoned(self, await self.post("call", {"from": "+4915112345678"}))

    async def post(self, path: str, fields: dict[str, str]) -> dict:
        url = f"{self.sandbox.url}/_sandbox/{path}"
        async with self.session.post(url, data=json.dumps(fields)) as answer:
            return await answer.json()


class Phoned:
    """A call under way."""

    def __init__(self, provider: Provider, answer: dict) -> None:
        self.provider, self.answer = provider, answer

    @property
    def call(self) -> dict:
        return self.answer["call"]

    def heard(self, leg: int = 0) -> list[str]:
        return [one["text"] for one in self.call["legs"][leg]["heard"]]

    def waits(self, leg: int = 0) -> str | None:
        return self.call["legs"][leg]["waits_for"]

    async def do(self, what: str, words: str = "", leg: int = 0) -> Phoned:
        sid = self.call["legs"][leg]["sid"]
        fields = {"call": self.call["sid"], "leg": sid, "do": what, "words": words}
        return Phoned(self.provider, await self.provider.post("call/act", fields))

    def forms(self, path: str) -> list[dict[str, str]]:
        return [form for asked, form in self.provider.asked if asked == path]


@pytest.fixture
async def number() -> AsyncIterator[Provider]:
    async with Sandbox() as sandbox, aiohttp.ClientSession() as session:
        provider = Provider(sandbox, session)
        application = web.Application()
        application.router.add_post("/{path}", provider.answer)
        async with TestServer(application, host="127.0.0.1") as server:
            root = str(server.make_url("/"))
            hooks = {"twilio-voice": f"{root}answer", "twilio-voice-status": f"{root}status"}
            sandbox.call_back(lambda: hooks, lines=lambda: ["+4930231250"])
            provider.answer_url = hooks["twilio-voice"]
            provider.documents["/status"] = "<Response/>"
            yield provider


async def test_a_key_and_words_are_sent_to_the_action(number):
    menu = await number.call(answer=MENU, chosen=BYE)
    pressed = await menu.do("press", "1")
    spoken = await (await number.call()).do("say", "ein Mensch bitte")

    assert menu.heard() == ["Bitte wählen."]
    assert pressed.heard() == ["Bitte wählen.", "presses 1", "Danke."]
    assert [one.get("Digits") or one.get("SpeechResult") for one in spoken.forms("/chosen")] == [
        "1",
        "ein Mensch bitte",
    ]
    assert (pressed.call["over"], spoken.call["over"]) == (True, True)
    assert menu.forms("/answer")[0]["From"] == "+4915112345678"
    assert menu.forms("/answer")[0]["To"] == "+4930231250"


async def test_silence_goes_on_with_the_document_or_to_the_action(number):
    on = await (await number.call(answer=MENU)).do("silent")
    empty = MENU.replace("<Gather", '<Gather actionOnEmptyResult="true"')
    to = await (await number.call(answer=empty, chosen=BYE)).do("silent")

    assert on.heard() == ["Bitte wählen.", "silence", "Weiter."]
    assert to.heard() == ["Bitte wählen.", "silence", "Danke."]


async def test_a_number_is_typed_to_its_last_key(number):
    asks = '<Response><Gather action="/chosen" finishOnKey="#"><Say>Nummer?</Say></Gather></Response>'
    call = await number.call(answer=asks, chosen=BYE)
    for key in "0151":
        call = await call.do("press", key)
    typed = call.call["legs"][0]["typed"]
    call = await call.do("press", "#")

    assert typed == "0151"
    assert [one["Digits"] for one in call.forms("/chosen")] == ["0151"]


async def test_an_agent_hears_the_whisper_and_is_connected_by_key_1(number):
    call = await number.call(answer=DIAL, whisper=WHISPER, accept="<Response/>", after=BYE)
    assert (call.waits(), call.waits(1)) == ("ringing", "answer")

    call = await call.do("answer", leg=1)
    assert call.heard(1) == ["answers", "Annehmen: 1."]
    call = await call.do("press", "1", leg=1)
    assert (call.waits(), call.waits(1)) == ("talk", "talk")
    call = await call.do("hang-up", leg=1)

    assert call.heard()[-1] == "Danke."
    assert call.forms("/after")[0]["DialCallStatus"] == "completed"
    assert call.forms("/whisper")[0]["ParentCallSid"] == call.call["sid"]


@pytest.mark.parametrize(
    ("what", "result"), [("decline", "busy"), ("silent", "no-answer"), ("mailbox", "completed")]
)
async def test_whoever_does_not_press_is_not_connected(number, what, result):
    call = await (await number.call(answer=DIAL, whisper=WHISPER, after=BYE)).do(what, leg=1)

    assert call.forms("/after")[0]["DialCallStatus"] == result
    assert not [text for text in call.heard() if text.startswith("connected")]
    assert call.call["legs"][1]["over"]


async def test_a_whisper_that_does_not_hang_up_connects_a_mailbox_as_twilio_does(number):
    open_ended = WHISPER.replace("<Hangup/>", "")
    call = await (await number.call(answer=DIAL, whisper=open_ended, after=BYE)).do("mailbox", leg=1)

    assert call.heard()[-1] == "connected with +4915155500117"


async def test_a_message_is_recorded_and_reported(number):
    spoken = await (await number.call(answer=RECORD, after=BYE, kept=BYE)).do("say", "Bitte rufen Sie an.")
    silent = await (await number.call()).do("silent")

    assert spoken.forms("/kept")[0]["RecordingDuration"] == "2"
    assert [one.get("RecordingDuration") for one in silent.forms("/after")] == ["2"]
    assert silent.call["legs"][0]["over"]


async def test_our_server_is_told_that_the_caller_hung_up(number):
    call = await (await number.call(answer=DIAL, after=BYE)).do("hang-up")

    assert call.forms("/after")[0]["CallStatus"] == "completed"
    assert call.forms("/status")[0]["CallStatus"] == "completed"
    assert [leg["over"] for leg in call.call["legs"]] == [True, True]


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("", "our server answered with HTTP 500"),
        ("<html/>", "our server's answer is no TwiML"),
        ("<Response><Redirect>/answer</Redirect></Response>", "the documents lead to each other without end"),
        ("<Response><Redirect>https://203.0.113.5/x</Redirect></Response>", "is not on this machine"),
    ],
)
async def test_what_twilio_cannot_play_ends_the_call_and_says_why(number, document, why):
    call = await number.call(answer=document)

    assert call.heard()[-2] == "We are sorry, an application error has occurred. Goodbye."
    assert why in call.heard()[-1]
    assert call.call["over"]


async def test_play_pause_redirect_and_messages_are_followed(number):
    verbs = "<Play>/tone.mp3</Play><Pause/><Message>Link</Message><Redirect>/chosen</Redirect>"
    call = await number.call(answer=f"<Response>{verbs}</Response>", chosen=BYE)

    assert call.heard() == ["plays /tone.mp3", "Danke."]
    (received,) = number.sandbox.received
    assert (received.to, received.text, received.tells) == ("+4915112345678", "Link", False)


@pytest.mark.parametrize(
    ("path", "fields", "problem"),
    [
        ("call", {"from": "0151"}, "is not a number"),
        ("call/act", {"call": "CA0", "do": "press"}, "there is no call CA0"),
    ],
)
async def test_what_nobody_can_do_is_refused(number, path, fields, problem):
    answer = await number.post(path, fields)

    assert problem in answer["error"]
    assert answer["hint"]


async def test_a_wrong_key_and_an_ended_call_are_refused(number):
    call = await number.call(answer=MENU, chosen=BYE)

    wrong = (await call.do("press", "x")).answer
    await call.do("press", "1")
    over = (await call.do("press", "1")).answer

    assert "no key" in wrong["error"]
    assert "no longer on the phone" in over["error"]


async def test_without_a_hotline_nobody_answers(number):
    number.sandbox.call_back(dict)

    answer = await number.post("call", {})

    assert answer["error"] == "nobody answers calls"
    assert "sandbox serve" in answer["hint"]


async def ring(number, **form):
    """Ask the sandbox to call an agent, as our server does; return the call."""
    account = "AC" + "5a" * 16
    url = f"{number.sandbox.base_url('twilio')}/2010-04-01/Accounts/{account}/Calls.json"
    root = number.answer_url.removesuffix("answer")
    asked = {"To": "+4915155500117", "From": "+4930231250", "Url": f"{root}take", **form}
    headers = {"Authorization": aiohttp.encode_basic_auth(account, "sandbox")}
    async with number.session.post(
        url, data={**asked, "StatusCallback": f"{root}status"}, headers=headers
    ) as created:
        sid = (await created.json())["sid"]
    async with number.session.get(f"{number.sandbox.url}/_sandbox/calls.json") as listed:
        (call,) = [one for one in (await listed.json())["calls"] if one["sid"] == sid]
    return Phoned(number, {"call": call})


async def test_a_call_back_rings_the_agent_then_the_customer(number):
    number.documents |= {
        "/take": WHISPER,
        "/accept": DIAL.replace("/whisper", "/who").replace("+4915155500117", "+4915112345678"),
        "/who": WHISPER.replace("/accept", "/connect"),
        "/connect": "<Response/>",
        "/after": BYE,
    }
    call = await ring(number)
    assert (call.call["out"], call.waits()) == (True, "answer")

    call = await (await call.do("answer")).do("press", "1")
    assert call.call["legs"][1]["number"] == "+4915112345678"
    call = await (await call.do("answer", leg=1)).do("press", "1", leg=1)
    assert (call.waits(), call.waits(1)) == ("talk", "talk")
    call = await call.do("hang-up", leg=1)

    assert call.call["over"]
    assert [one["CallStatus"] for one in call.forms("/status")] == ["completed"]


@pytest.mark.parametrize(
    ("what", "result"), [("decline", "busy"), ("silent", "no-answer"), ("mailbox", "completed")]
)
async def test_our_server_is_told_how_a_call_of_its_own_ended(number, what, result):
    number.documents |= {"/take": WHISPER}
    call = await (await ring(number)).do(what)

    assert call.call["over"]
    assert [one["CallStatus"] for one in call.forms("/status")] == [result]
