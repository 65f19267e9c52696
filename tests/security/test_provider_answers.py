"""A provider's answer is from outside, too."""

from __future__ import annotations

import json

import pytest

from broadcast.channels.registry import build
from broadcast.channels.responses import excerpt, text_of
from broadcast.config.settings import ChannelSettings
from broadcast.model.outcome import Unknown
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving
from tests.harness.cases import for_every
from tests.security.hostile_texts import EVERYTHING, LONG, SAMPLE
from tests.security.output_checks import assert_json, assert_plain, assert_printed

ADAPTERS: dict[str, dict[str, object]] = {
    "twilio-sms": {"account_sid": "AC1", "auth_token": "t", "from": "+4930231251"},
    "sendgrid": {"api_key": "k", "from": "a@b.example"},
    "x": dict.fromkeys(("consumer_key", "consumer_secret", "access_token", "access_token_secret"), "k"),
    "statuspage": {"api_key": "k", "page_id": "p"},
    "slack": {"token": "k", "channel": "C0123ABCD"},
    "slack-webhook": {"webhook_url": "https://hooks.slack.com/services/a/b/c"},
    "webhook": {
        "webhook_url": "https://receiver.muster.example/",
        "secret": "k",
        "allow_private": ["127.0.0.1", "::1"],
    },
    "teams": {"webhook_url": "https://prod-1.logic.azure.com/workflows/a"},
    "matrix": {"access_token": "k", "room": "!incidents:muster.example"},
    "ntfy": {"topic": "incidents", "token": "k", "allow_private": ["127.0.0.1", "::1"]},
    "zendesk": {"subdomain": "muster", "email": "agent@muster.example", "token": "k"},
}
ADDRESSES = {"twilio-sms": "+4915112345678", "sendgrid": "anna@kunde.example"}
HALF = "\ud800"


def body(text: str) -> bytes:
    """An error or a success that says `text` wherever a provider may say something."""
    fields = (
        "message",
        "detail",
        "error",
        "code",
        "sid",
        "id",
        "ts",
        "event_id",
        "errcode",
        "status",
        "title",
    )
    document = {
        **dict.fromkeys(fields, text),
        "data": {"id": text},
        "ticket": {"id": text},
        "errors": [{"message": text, "field": text}],
    }
    return json.dumps(document).encode()


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("status", [200, 400, 500])
async def test_nothing_a_provider_says_steers_a_terminal_or_breaks_the_ledger(adapter, status):
    texts = [*SAMPLE, f"half {HALF}", f"{HALF}\udfff\x00"]
    async with serving(answering(Canned())) as wire:
        settings = ChannelSettings(
            name="c", adapter=adapter, origin="here", base_url=wire.url(), options=ADAPTERS[adapter]
        )
        channel = build(settings)
        for text in texts:
            wire.play = answering(
                Canned(status, body(text), {"X-Message-Id": "1", "Content-Type": "text/html"})
            )
            outcome = (await channel.send([outgoing(ADDRESSES.get(adapter))]))[0]
            for said in (getattr(outcome, name, None) for name in ("ref", "reason", "code", "detail")):
                assert_printed(str(said or ""))
            probe = await channel.probe()
            assert_printed(probe.detail)
        await channel.close()


@pytest.mark.parametrize("adapter", ADAPTERS)
async def test_an_answer_that_is_a_bomb_is_no_answer(adapter):
    bombs = [b"[" * 200_000, b'{"a":' * 40_000, b"9" * 200_000, b"\xff" * 1000, b'{"sid": 1e999}', b""]
    async with serving(answering(Canned())) as wire:
        settings = ChannelSettings(
            name="c", adapter=adapter, origin="here", base_url=wire.url(), options=ADAPTERS[adapter]
        )
        channel = build(settings)
        for bomb in bombs:
            wire.play = answering(Canned(201, bomb))
            assert isinstance((await channel.send([outgoing(ADDRESSES.get(adapter))]))[0], Unknown)
        await channel.close()


@for_every("text", [text for text in EVERYTHING if text not in LONG][::7])
def test_an_excerpt_is_one_short_plain_line(text):
    shown = excerpt(text * 300)

    assert_plain(shown, lines=False)
    assert len(shown) <= 200


@pytest.mark.parametrize(
    "private",
    [
        "Authorization: Bearer abc.def",
        "Authorization=Basic QUM6dG9r",
        "api key: short",
        "token=short",
        "to anna@kunde.example",
        "to +49 151 123 456 78",
        "to +4915112345678",
        "SG.abcdefghijklmnopqrstuvwxyz",
    ],
)
def test_an_excerpt_leaves_out_what_a_provider_quoted(private):
    secret = private.split(maxsplit=1)[-1].rpartition("=")[2].rpartition(": ")[2]

    assert secret.removeprefix("Bearer ").removeprefix("Basic ") not in excerpt(f"refused {private} sorry")


def test_a_field_of_another_kind_is_no_text():
    assert [text_of({"a": value}, "a") for value in (None, True, [1], {"b": 1}, 1.5)] == [""] * 5


def test_hostile_errors_are_shown_logged_and_reported_as_text(muster):
    with_errors(muster)

    said = [muster.run("notify", "Chat", "--yes", "-o", "ndjson", "--deadline", "2s")]
    said += [muster.run("log", "INC-1"), muster.run("report", "INC-1"), muster.run("status", "INC-1")]

    for one in said:
        assert_printed(one.said)
    assert_json(said[0].out)
    assert said[0].code in {1, 4}


def with_errors(company) -> None:
    """Faults whose bodies are the providers' own, to people with hostile names."""
    from broadcast.sandbox.faults import parse_fault

    company.write_contacts(
        "agents", [{"name": "\x1b[31m[red]", "email": "x@y.example", "id": "\x1b]0;x\x07"}]
    )
    for provider in ("twilio", "sendgrid", "x", "statuspage", "slack", "teams", "smtp"):
        company.sandbox.fault(
            parse_fault(f"{provider}:status=550" if provider == "smtp" else f"{provider}:status=400")
        )
