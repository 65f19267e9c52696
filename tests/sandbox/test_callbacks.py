"""What the sandbox's providers send to us: signed as the real ones sign, once, and to this machine alone."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import aiohttp
import pytest
from aiohttp import web
from sendgrid.helpers.eventwebhook import EventWebhook
from twilio.request_validator import RequestValidator

from broadcast.errors import UsageError
from broadcast.sandbox.callbacks import CallbackSender
from broadcast.sandbox.loopback import is_loopback
from broadcast.sandbox.providers import account
from broadcast.sandbox.scenario import read_scenario
from broadcast.sandbox.server import Sandbox
from broadcast.sandbox.wire.base import Callback
from tests.sandbox.conftest import ACCOUNT, BASIC, Client

PERSON = "+491711234567"
TWIML = '<Response><Say language="de-DE">Danke</Say><Message>Danke &amp; bis bald</Message></Response>'


@dataclass
class Listening:
    """A server in place of `serve`, which keeps what it is sent."""

    url: str = ""
    status: int = 204
    answer: str = TWIML
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        asked = self.url + request.raw_path, dict(request.headers), await request.read()
        async with self.arrived:
            self.asked.append(asked)
            self.arrived.notify_all()
        if self.status == 204:
            return web.Response(status=204)
        return web.Response(status=self.status, text=self.answer, content_type="text/xml")

    async def first(self) -> tuple[str, dict[str, str], bytes]:
        return (await self.all(1))[0]

    async def all(self, count: int) -> list[tuple[str, dict[str, str], bytes]]:
        """Wait for as many requests, and return all there are."""
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: len(self.asked) >= count)
        return self.asked


@pytest.fixture
async def listening() -> AsyncIterator[Listening]:
    here = Listening()
    application = web.Application()
    application.router.add_post("/{path:.*}", here.take)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    here.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield here
    await runner.cleanup()


async def call(client, **fields: str):
    url = f"{client.sandbox.base_url('twilio')}/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
    form = {"To": PERSON, "From": "+4930231250", **fields}
    return await client.request("POST", url, data=form, headers=BASIC)


async def mail(client):
    document = {
        "personalizations": [
            {
                "to": [{"email": "erika@kunde.example"}],
                "custom_args": {"key": "k1"},
                "headers": {"Message-ID": "<k1@muster.example>"},
            }
        ],
        "from": {"email": "stoerung@muster.example"},
        "subject": "Kasse",
        "content": [{"type": "text/plain", "value": "[INC-1/1] Kasse"}],
    }
    url = f"{client.sandbox.base_url('sendgrid')}/v3/mail/send"
    return await client.request("POST", url, json=document, headers={"Authorization": "Bearer k"})


async def person(client, what: str, **fields: str) -> tuple[int, dict[str, str]]:
    answer = await client.request("POST", f"{client.sandbox.url}/_sandbox/{what}", json=fields)
    return answer.status, json.loads(answer.body)


def is_signed(asked: tuple[str, dict[str, str], bytes]) -> bool:
    url, headers, body = asked
    form = dict(parse_qsl(body.decode(), keep_blank_values=True))
    token = account("twilio-sms").options["auth_token"]
    return RequestValidator(token).validate(url, form, headers["X-Twilio-Signature"])


def form_of(asked: tuple[str, dict[str, str], bytes]) -> dict[str, str]:
    return dict(parse_qsl(asked[2].decode(), keep_blank_values=True))


async def test_a_text_gets_one_signed_receipt(client, listening):
    url = f"{client.sandbox.base_url('twilio')}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    form = {"To": PERSON, "From": "+4930231250", "Body": "Hallo"}
    form["StatusCallback"] = f"{listening.url}/h?ref=k1"

    answers = [await client.request("POST", url, data=form, headers=BASIC) for _ in range(2)]
    asked = await listening.all(2)

    assert all(is_signed(one) for one in asked)
    assert asked[0][0] == f"{listening.url}/h?ref=k1"
    assert {form_of(one)["MessageStatus"] for one in asked} == {"delivered"}
    assert sorted(form_of(one)["MessageSid"] for one in asked) == sorted(
        json.loads(answer.body)["sid"] for answer in answers
    )


async def test_a_call_gets_one_signed_receipt(client, listening):
    await call(
        client,
        Twiml="<Response><Say>Hallo</Say></Response>",
        StatusCallback=f"{listening.url}/h",
        MachineDetection="Enable",
    )
    asked = await listening.first()

    assert is_signed(asked)
    assert (form_of(asked)["CallStatus"], form_of(asked)["AnsweredBy"]) == ("completed", "human")


async def test_a_mail_gets_an_event_that_sendgrids_sdk_believes(client, listening):
    client.sandbox.call_back(lambda: {"sendgrid": f"{listening.url}/hooks/mail"})

    await mail(client)
    _, headers, body = await listening.first()

    key = account("sendgrid").options["verification_key"]
    names = ("Signature", "Timestamp")
    signature, timestamp = (headers[f"X-Twilio-Email-Event-Webhook-{name}"] for name in names)
    assert EventWebhook(key).verify_signature(body.decode(), signature, timestamp)
    (event,) = json.loads(body)
    assert (event["event"], event["key"], event["smtp-id"]) == ("delivered", "k1", "<k1@muster.example>")


async def test_receipts_can_be_switched_off(client, listening):
    client.sandbox.call_back(lambda: {"sendgrid": f"{listening.url}/h"}, receipts=False)

    await mail(client)
    await call(client, Twiml="<Response/>", StatusCallback=f"{listening.url}/off")
    client.sandbox.call_back(dict)
    await call(client, Twiml="<Response/>", StatusCallback=f"{listening.url}/on")

    assert [url for url, _, _ in await listening.all(1)] == [f"{listening.url}/on"]


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:8080/h", True),
        ("https://localhost/h", True),
        ("http://[::1]:8080/h", True),
        ("http://127.0.0.1.attacker.example/", False),
        ("http://127.0.0.1@attacker.example/", False),
        ("http://localhost.attacker.example/", False),
        ("http://169.254.169.254/", False),
        ("http://0.0.0.0:80/", False),
        ("http://[::ffff:10.0.0.1]/", False),
        ("https://notify.muster.example/h", False),
        ("file:///etc/passwd", False),
        ("http://[::1", False),
        ("", False),
    ],
)
async def test_only_this_machine_is_posted_to(url, here):
    assert is_loopback(url) == here
    if not here:
        sender = CallbackSender(delay=0)
        with pytest.raises(UsageError, match="not on this machine"):
            await sender.post(Callback(url=url, body=b"", headers={}))


async def test_a_reply_is_posted_signed_and_the_answer_is_shown(client, listening):
    listening.status = 200
    client.sandbox.call_back(lambda: {"twilio-sms": f"{listening.url}/hooks/sms/inbound"})
    await client.sms(PERSON)

    status, answer = await person(client, "reply", number="+49 171 1234567", text="Ja & danke 🙏")

    assert (status, answer["said"]) == (200, "Danke & bis bald")
    asked = await listening.first()
    assert is_signed(asked)
    assert (form_of(asked)["From"], form_of(asked)["To"], form_of(asked)["Body"]) == (
        PERSON, "+4930231250", "Ja & danke 🙏",
    )  # fmt: skip
    shown = [(one.text, bool(one.extra.get("wrote")), one.tells) for one in client.sandbox.received[1:]]
    assert shown == [("Ja & danke 🙏", True, False), ("Danke & bis bald", False, False)]


async def test_a_key_is_posted_to_the_calls_own_address(client, listening):
    listening.status = 200
    twiml = f'<Response><Gather action="{listening.url}/keys?ref=k1"><Say>Taste 1</Say></Gather></Response>'
    await call(client, Twiml=twiml)

    status, answer = await person(client, "press", number=PERSON, key="1")

    assert (status, answer["said"]) == (200, "Danke")
    asked = await listening.first()
    assert is_signed(asked)
    assert asked[0] == f"{listening.url}/keys?ref=k1"
    assert form_of(asked)["Digits"] == "1"


async def test_what_is_said_before_the_next_key_is_heard(client, listening):
    listening.status = 200
    listening.answer = "<Response><Gather><Say>Bitte drücken Sie die 1.</Say></Gather></Response>"
    await call(client, Twiml=f'<Response><Gather action="{listening.url}/keys"/></Response>')

    _, answer = await person(client, "press", number=PERSON, key="7")

    assert answer["said"] == "Bitte drücken Sie die 1."


@pytest.mark.parametrize(
    ("what", "fields", "why"),
    [
        ("reply", {"number": "+4930999", "text": "Ja"}, "received no SMS"),
        ("reply", {"number": PERSON, "text": " "}, "an SMS has 1 to"),
        ("reply", {"number": PERSON, "text": "Ja"}, "nobody listens"),
        ("press", {"number": PERSON, "key": "1"}, "received no call"),
        ("press", {"number": PERSON, "key": "12"}, "has no key"),
        ("press", {}, "has no key"),
    ],
)
async def test_what_a_person_cannot_do_is_said(client, what, fields, why):
    await client.sms(PERSON)

    status, answer = await person(client, what, **fields)

    assert status == 400
    assert why in answer["error"]
    assert answer["hint"]


async def test_a_refusal_of_serve_is_said(client, listening):
    listening.status = 403
    client.sandbox.call_back(lambda: {"twilio-sms": f"{listening.url}/inbound"})
    await client.sms(PERSON)

    status, answer = await person(client, "reply", number=PERSON, text="Ja")

    assert (status, answer["error"]) == (400, "serve answered with HTTP 403")


async def test_a_scenario_lets_people_answer_once_after_they_were_reached(listening, tmp_path):
    listening.status = 200
    path = tmp_path / "answers.toml"
    path.write_text(
        f'[[reply]]\nnumber = "{PERSON}"\ntext = "Ja"\nafter = "100ms"\n'
        '[[press]]\nnumber = "+493023125001"\nkey = "1"\n'
    )
    async with Sandbox(scenario=read_scenario(path)) as sandbox, aiohttp.ClientSession() as session:
        sandbox.call_back(lambda: {"twilio-sms": f"{listening.url}/inbound"}, receipts=False)
        client = Client(sandbox, session)
        await client.sms(PERSON)
        await client.sms(PERSON)
        await listening.all(1)
        twiml = f'<Response><Gather action="{listening.url}/keys"/></Response>'
        await call(client, To="+493023125001", Twiml=twiml)

        asked = await listening.all(2)

    assert [form_of(one).get("Body") or form_of(one).get("Digits") for one in asked] == ["Ja", "1"]
