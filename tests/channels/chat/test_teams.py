from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.incident import Phase, Severity
from broadcast.model.outcome import Accepted, Health, Rejected, Scope, Unknown
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving
from tests.security.hostile_texts import SAMPLE

HOST = "https://prod-1.westeurope.logic.azure.com:443"
HOSTILE = (
    "<at>Anna</at> **bold** _italic_ [click](https://evil.example) ![x](https://evil.example/p.png)",
    "# heading\n1. one\n- two\r> three `code`",
    "{{DATE(2026-05-04T09:12:00Z, SHORT)}} {{TIME(2026-05-04T09:12:00Z)}} ${7*7} @{triggerBody()}",
    "&lt;b&gt; <b>x</b> &amp;",
)


def invoke(workflow: str = "w1", signature: str = "abc") -> str:
    return f"{HOST}/workflows/{workflow}/triggers/manual/paths/invoke?api-version=1&sig={signature}"


def build(base_url: str | None, url: str = invoke()) -> Adapter:
    options = {"webhook_url": url}
    return registry.build(
        ChannelSettings(name="room", adapter="teams", origin="here", base_url=base_url, options=options)
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


async def tell(sandbox: Sandbox, text: str = "Gestört. [INC-7/1]", url: str = invoke(), **facts):
    message = outgoing(None, text=text)
    async with using(build(sandbox.base_url("teams"), url)) as adapter:
        (outcome,) = await adapter.send([replace(message, headline=replace(message.headline, **facts))])
        return outcome


async def test_our_key_stands_for_the_id_that_teams_does_not_give(sandbox):
    outcome = await tell(sandbox)

    assert outcome == Accepted(sandbox.received[0].key, None)


@pytest.mark.parametrize(
    ("status", "body"), [(200, b""), (200, b"1"), (201, b""), (204, b""), (202, b"<html>It works!</html>")]
)
async def test_only_an_empty_202_is_a_workflows_yes(status, body):
    async with serving(answering(Canned(status, body))) as wire, using(build(wire.url())) as adapter:
        (outcome,) = await adapter.send([outgoing(None)])

    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("text", [*HOSTILE, *SAMPLE], ids=ascii)
async def test_incident_text_is_neither_markup_nor_a_mention_nor_a_call(sandbox, text):
    text = text.replace("\ud800", "").strip()

    await tell(sandbox, f"{text}\n[INC-7/1]")

    [one] = sandbox.received
    assert "".join(one.text.split()) == "".join(f"{text}[INC-7/1]".split())
    assert {block["type"] for block in one.extra["card"]["body"]} == {"RichTextBlock"}
    runs = [run for block in one.extra["card"]["body"] for run in block["inlines"]]
    assert {run["type"] for run in runs} == {"TextRun"}
    for run in runs:
        assert run.get("selectAction", {"url": run["text"]})["url"] == run["text"]
        assert run.get("selectAction", {"url": "https://"})["url"].startswith(("https://", "http://"))


async def test_a_card_keeps_the_lines_and_gaps_of_the_text(sandbox):
    text = "Störung: Kasse\n\nBitte sagen Sie:\n- Wir wissen es.\nMehr: https://status.muster.example."

    await tell(sandbox, text)

    body = sandbox.received[0].extra["card"]["body"]
    runs = [run for block in body for run in block["inlines"]]
    assert sandbox.received[0].text == text
    assert [block["spacing"] for block in body] == ["None", "Small", "None", "None"]
    assert [r["text"] for r in runs if "weight" in r] == ["Störung: Kasse", "Bitte sagen Sie:"]
    assert [r["text"] for r in runs if "selectAction" in r] == ["https://status.muster.example"]


@pytest.mark.parametrize(
    ("facts", "colour"),
    [
        ({}, "Attention"),
        ({"severity": Severity.SEV3}, "Warning"),
        ({"phase": Phase.RESOLVED}, "Good"),
        ({"drill": True}, "Accent"),
    ],
)
async def test_the_colour_of_the_first_line_tells_how_it_stands(sandbox, facts, colour):
    await tell(sandbox, "Kasse\n\nmehr", **facts)

    first, second = sandbox.received[0].extra["card"]["body"]
    assert first["inlines"][0]["color"] == colour
    assert "color" not in second["inlines"][0]


async def test_the_longest_text_fits_into_a_card(sandbox):
    assert isinstance(await tell(sandbox, "🚨" * 3000), Accepted)


async def test_a_card_that_teams_would_not_take_is_not_sent(sandbox):
    outcome = await tell(sandbox, "x\n" * 1500)

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.MESSAGE
    assert "of 28,672 bytes" in outcome.reason
    assert sandbox.requests == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (invoke("gone"), "deleted"),
        (invoke("off"), "switched off"),
        (invoke(signature="wrong"), "signature"),
    ],
)
async def test_a_workflow_in_trouble_is_out_as_a_channel(sandbox, url, words):
    outcome = await tell(sandbox, url=url)

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert words in outcome.reason


async def test_a_probe_does_not_set_the_workflow_off():
    async with serving(answering(Canned(404, json.dumps({}).encode()))) as wire:
        async with using(build(wire.url("/proxy"))) as adapter:
            probe = await adapter.probe()

        assert wire.requests[0].startswith(b"GET / HTTP/1.1")
    assert probe.health is Health.OK
    assert "only a message" in probe.detail


@pytest.mark.parametrize(
    "url",
    [
        "http://prod-1.logic.azure.com/w?sig=s3cret",
        "prod-1/w?sig=s3cret",
        "https:///w?sig=s3cret",
        "https://[s3cret",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_told(url):
    with pytest.raises(ConfigError, match="here: webhook_url is not the address of a webhook") as raised:
        build(None, url)

    assert "s3cret" not in str(raised.value)
    assert "https://" in (raised.value.hint or "")
