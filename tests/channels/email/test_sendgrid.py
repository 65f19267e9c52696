from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter
from broadcast.config.settings import ChannelSettings
from broadcast.model.message import Message
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Thread
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving

OPTIONS = {
    "api_key": "SG.s3cret",
    "from": "stoerung@muster.example",
    "from_name": "Muster Handel",
    "reply_to": "hilfe@muster.example",
}


def build(base_url: str) -> Adapter:
    return registry.build(
        ChannelSettings(name="mail", adapter="sendgrid", origin="here", base_url=base_url, options=OPTIONS)
    )


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def adapter(sandbox: Sandbox) -> AsyncIterator[Adapter]:
    async with using(build(sandbox.base_url("sendgrid"))) as adapter:
        yield adapter


def people(count: int):
    return [outgoing(f"person{n}@muster.example", key=f"k{n}-") for n in range(count)]


async def refused(answer: Canned, count: int = 3) -> Sequence[Outcome]:
    async with serving(answering(answer)) as stub, using(build(stub.url())) as adapter:
        return await adapter.send(people(count))


def _scopes(outcomes: Sequence[Outcome]) -> set[Scope]:
    return {outcome.scope for outcome in outcomes if isinstance(outcome, Rejected)}


async def test_a_thousand_people_are_one_request_and_see_only_themselves(sandbox, adapter):
    outcomes = await adapter.send(people(1000))

    assert [outcome.ref for outcome in outcomes] == [f"<k{n}-1@muster.example>" for n in range(1000)]
    assert len(sandbox.requests) == 1
    assert len(sandbox.received) == 1000
    assert {one.extra["people"] for one in sandbox.received} == {1}


async def test_each_letter_carries_its_own_ids_and_key(sandbox, adapter):
    thread = Thread("<INC-7.root@muster.example>", "<before@muster.example>")

    (outcome,) = await adapter.send([outgoing("erika@muster.example", key="k", sequence=2, thread=thread)])

    (letter,) = sandbox.received
    headers = letter.extra["headers"]
    assert headers["Message-ID"] == "<k2@muster.example>"
    assert headers["In-Reply-To"] == "<before@muster.example>"
    assert headers["References"] == "<INC-7.root@muster.example> <before@muster.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert letter.extra["custom_args"] == {"key": "k2", "incident": "INC-7"}
    assert letter.sender == "Muster Handel <stoerung@muster.example>"
    assert outcome == Accepted("<k2@muster.example>", Thread(thread.root, "<k2@muster.example>"))


@pytest.mark.parametrize(
    "address", ["", "erika", "erika@", "a@b.example\r\nBcc: c@d.example", "a@b@c.example"]
)
async def test_one_impossible_address_keeps_nobody_else_from_being_told(sandbox, adapter, address):
    batch = [outgoing(address), *people(2)]

    outcomes = await adapter.send(batch)

    assert [type(outcome) for outcome in outcomes] == [Rejected, Accepted, Accepted]
    assert outcomes[0].scope is Scope.RECIPIENT
    assert [one.to for one in sandbox.received] == ["person0@muster.example", "person1@muster.example"]


async def test_a_subject_with_a_line_break_is_sent_to_nobody(sandbox, adapter):
    message = Message(locale="de", text="text", subject="Störung\r\nBcc: everybody@muster.example")

    outcomes = await adapter.send([replace(one, message=message) for one in people(2)])

    assert [(type(one), one.scope) for one in outcomes] == [(Rejected, Scope.MESSAGE)] * 2
    assert not sandbox.requests


async def test_the_one_address_sendgrid_refuses_is_told_apart():
    error = {"message": "Does not contain a valid address.", "field": "personalizations.1.to.0.email"}

    outcomes = await refused(Canned(400, json.dumps({"errors": [error]}).encode()))

    assert [type(outcome) for outcome in outcomes] == [NotSent, Rejected, NotSent]
    assert _scopes(outcomes) == {Scope.RECIPIENT}


async def test_a_refused_sender_concerns_the_channel():
    error = {"message": "The from address does not match a verified Sender.", "field": "from"}

    outcomes = await refused(Canned(400, json.dumps({"errors": [error]}).encode()))

    assert _scopes(outcomes) == {Scope.CHANNEL}


async def test_a_message_that_is_too_large_concerns_the_message():
    outcomes = await refused(Canned(413, b"<html>413 Request Entity Too Large</html>"))

    assert _scopes(outcomes) == {Scope.MESSAGE}


async def test_a_key_that_may_not_send_is_found_before_it_matters():
    scopes = answering(Canned(200, b'{"scopes": ["stats.read"]}'))
    async with serving(scopes) as stub, using(build(stub.url())) as adapter:
        probe = await adapter.probe()

    assert (probe.health, probe.detail) == ("unauthorised", "the API key may not send mail")
