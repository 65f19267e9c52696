from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.channels.voice.twilio import CODES
from broadcast.channels.voice.twiml import PHRASES, Keys, call
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.message import Message
from broadcast.model.outcome import Accepted, Health, Outcome, Rejected, Scope
from broadcast.model.question import NoticeQuestion
from broadcast.model.suppression import SuppressionReason
from broadcast.sandbox.faults import Fault
from broadcast.sandbox.records import Received
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.ledger_samples import NOON
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving

LANDLINE = "+493023125001"
OPTIONS = {"account_sid": "AC" + "5" * 32, "auth_token": "s3cret", "from": "+4930231250"}
KEYS = "https://keys.example/pressed"
TEXT = outgoing(LANDLINE).message.text


def build(base_url: str | None, **options: object) -> Adapter:
    given = {**OPTIONS, **options}
    return registry.build(
        ChannelSettings(name="calls", adapter="twilio-voice", origin="here", base_url=base_url, options=given)
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


async def send(
    sandbox: Sandbox, to: str = LANDLINE, text: str = TEXT, *, may_leave: bool = False, **options: Any
) -> Outcome:
    async with using(build(sandbox.base_url("twilio"), **options)) as adapter:
        (outcome,) = await adapter.send([replace(outgoing(to, text=text), may_leave=may_leave)])
    return outcome


async def heard(sandbox: Sandbox, **options: Any) -> tuple[Received, list[dict[str, str]]]:
    assert isinstance(await send(sandbox, **options), Accepted)
    (received,) = sandbox.received
    return received, received.extra["said"]


def twiml(text: str, locale: str = "de", action: str | None = None, **voices: str) -> Element:
    return fromstring(call(Message(locale=locale, text=text), voices, action))


def attributes(locale: str, **voices: str) -> dict[str, str]:
    say = twiml("a", locale, **voices).find("Say")
    assert say is not None
    return say.attrib


async def test_a_landline_hears_the_notice_twice_in_its_language(sandbox):
    received, said = await heard(sandbox)

    assert received.to == LANDLINE
    assert said == [{"text": TEXT, "language": "de-DE", "voice": "Polly.Vicki"}] * 2


async def test_nobody_is_asked_for_a_key_that_nobody_takes(sandbox):
    received, said = await heard(sandbox)

    assert received.extra["keys"] is None
    assert not any("drücken" in one["text"] for one in said)


async def test_where_keys_are_taken_the_notice_is_still_first_and_last(sandbox):
    received, said = await heard(sandbox, action_url=f"{KEYS}?team=night", may_leave=True)

    keys = "Verstanden: Taste 1. Keine Anrufe mehr: Taste 9."
    assert [one["text"] for one in said] == [TEXT, keys, TEXT]
    assert received.extra["keys"] == f"{KEYS}?team=night&ref={outgoing(LANDLINE).key}"
    assert received.key == outgoing(LANDLINE).key


async def test_who_is_on_duty_is_not_offered_to_be_called_no_more(sandbox):
    _, said = await heard(sandbox, action_url=KEYS)

    assert [one["text"] for one in said] == [TEXT, "Verstanden: Taste 1.", TEXT]


@pytest.mark.parametrize(
    ("options", "may_leave", "said"),
    [
        ((), False, "Verstanden: Taste 1. Weitergeben: Taste 5. Ich kann nicht: Taste 9."),
        ((), True, "Verstanden: Taste 1. Keine Anrufe mehr: Taste 9."),
        (("ja", "nein"), False, "ja: Taste 1. nein: Taste 2."),
        (("ja", "nein"), True, "ja: Taste 1. nein: Taste 2. Keine Anrufe mehr: Taste 9."),
    ],
)
def test_a_call_that_asks_says_what_every_key_does(options, may_leave, said):
    question = NoticeQuestion(options=options, asked_at=NOON, answer_by=NOON, wait=300.0)

    document = fromstring(call(Message(locale="de", text=TEXT), {}, KEYS, Keys(question, may_leave)))

    assert [one.text for one in document.iter("Say")] == [TEXT, said, TEXT]


def test_a_call_that_asks_for_an_approval_says_that_key_1_sends_it():
    question = NoticeQuestion(asked_at=NOON, answer_by=NOON, wait=300.0, approves=True)

    document = fromstring(call(Message(locale="de", text=TEXT), {}, KEYS, Keys(question)))

    _, said, _ = (one.text for one in document.iter("Say"))
    assert said == "Freigeben und jetzt senden: Taste 1. Ablehnen: Taste 9."


@pytest.mark.parametrize("locale", ["de", "de-AT", "de_CH", "en", "en-US"])
def test_keys_are_explained_in_the_language_of_the_notice_and_by_its_voice(locale):
    first, keys, last = twiml("Panne", locale, KEYS).iter("Say")

    assert first.attrib == keys.attrib == last.attrib
    assert keys.text == PHRASES.phrases(locale)("confirm")


async def test_results_go_to_the_callback_with_our_reference(sandbox):
    received, _ = await heard(sandbox, status_callback="https://us.example/receipt")

    assert received.extra["StatusCallback"] == f"https://us.example/receipt?ref={outgoing(LANDLINE).key}"
    assert received.key == outgoing(LANDLINE).key


async def test_a_machine_is_looked_out_for_where_that_is_wanted(sandbox):
    received, _ = await heard(sandbox, machine_detection="DetectMessageEnd")

    assert received.extra["MachineDetection"] == "DetectMessageEnd"


@pytest.mark.parametrize(
    ("locale", "voices", "expected"),
    [
        ("de", {}, {"language": "de-DE", "voice": "Polly.Vicki"}),
        ("en", {}, {"language": "en-GB", "voice": "Polly.Amy"}),
        ("en", {"en": "Polly.Brian-Neural"}, {"language": "en-GB", "voice": "Polly.Brian-Neural"}),
        ("de-AT", {}, {"language": "de-AT"}),
        ("de_AT", {"de-AT": "Polly.Hannah"}, {"language": "de-AT", "voice": "Polly.Hannah"}),
        ("fr-FR", {}, {"language": "fr-FR"}),
    ],
)
def test_each_language_has_its_voice(locale, voices, expected):
    assert attributes(locale, **voices) == expected


def test_a_language_without_words_of_its_own_explains_the_keys_in_english_by_an_english_voice():
    first, keys, last = twiml("Panne", "fr-FR", KEYS, en="Polly.Brian-Neural").iter("Say")

    assert (first.text, keys.text, last.text) == ("Panne", "To confirm, press 1.", "Panne")
    assert first.attrib == last.attrib == {"language": "fr-FR"}
    assert keys.attrib == {"language": "en-GB", "voice": "Polly.Brian-Neural"}


@pytest.mark.parametrize(
    "text",
    [
        "</Say><Dial>+4990012345</Dial><Say>",
        '<break time="60s"/> & &amp; ]]> <![CDATA[x]]> "\'',
        "a\x00b\x1b[31mc\ufffe\uffffd",
        "\u202eumgedreht 🚨 تعطل",
    ],
)
def test_markup_in_a_text_is_said_and_never_obeyed(text):
    document = twiml(text)

    assert [element.tag for element in document.iter()] == ["Response", "Pause", "Say", "Pause", "Say"]
    said = [say.text for say in document.iter("Say")]
    assert said[0] == said[1]
    assert (said[0] or "").startswith(text[0].strip("\u202e"))


@pytest.mark.parametrize(
    ("to", "code", "scope", "suppress"),
    [
        ("+15005550001", "21217", Scope.RECIPIENT, SuppressionReason.INVALID),
        ("+15005550002", "21214", Scope.RECIPIENT, None),
        ("+15005550003", "21215", Scope.CHANNEL, None),
        ("+15005550004", "21216", Scope.RECIPIENT, None),
    ],
)
async def test_the_magic_numbers_are_refused_as_twilio_says(sandbox, to, code, scope, suppress):
    assert await send(sandbox, to) == Rejected(CODES[code][1], scope, code, suppress)


async def test_a_caller_that_is_not_verified_closes_the_channel(sandbox):
    caller: dict[str, Any] = {"from": "+15005550007"}  # a word of Python's own, so no keyword argument
    outcome = await send(sandbox, **caller)

    assert isinstance(outcome, Rejected)
    assert (outcome.scope, outcome.code) == (Scope.CHANNEL, "21210")


async def test_a_speech_that_twilio_would_not_take_is_not_sent(sandbox):
    outcome = await send(sandbox, text="Sehr & lange. " * 200)

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.MESSAGE
    assert "of 4,000 characters" in outcome.reason
    assert sandbox.requests == []


async def test_wrong_credentials_are_named(sandbox):
    outcome = await send(sandbox, auth_token="wrong")

    assert outcome == Rejected("the account SID or the auth token is wrong", Scope.CHANNEL, "20003")


async def test_too_many_requests_come_back_later(sandbox):
    sandbox.fault(Fault(kind="ratelimit", provider="twilio", retry_after=7))

    assert getattr(await send(sandbox), "retry_after", None) == 7


async def test_a_suspended_account_is_no_sound_channel():
    body = json.dumps({"sid": "AC1", "status": "suspended"}).encode()
    async with serving(answering(Canned(200, body))) as stub, using(build(stub.url())) as adapter:
        probe = await adapter.probe()

    assert (probe.health, probe.detail) == (Health.DEGRADED, "the Twilio account is suspended")


def test_it_does_not_claim_that_calls_can_be_looked_up():
    assert not isinstance(build(None), Reconciles)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"voices": "Vicki"}, "voices must be a table"),
        ({"voices": {"de": 1}}, "voices must be a table"),
        ({"machine_detection": "perhaps"}, "machine_detection cannot be 'perhaps'"),
        ({"action_url": "keys.example"}, "action_url is not an http or https address"),
        ({"status_callback": "ftp://x"}, "status_callback is not an http or https address"),
    ],
)
def test_a_wrong_setting_is_named_with_its_place_and_fix(options: dict[str, Any], told):
    with pytest.raises(ConfigError, match=f"here: {told}") as raised:
        build(None, **options)

    assert raised.value.hint
