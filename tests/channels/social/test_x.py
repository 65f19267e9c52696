from __future__ import annotations

import json
import re
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from oauthlib.oauth1.rfc5849.signature import verify_hmac_sha1

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.config.settings import ChannelSettings
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.sandbox.faults import Fault
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import Canned, Stub, answering, serving

KEYS = ("consumer_key", "consumer_secret", "access_token", "access_token_secret")


def build(base_url: str) -> Adapter:
    options = {key: f"s3cret-{key}" for key in KEYS}
    return registry.build(
        ChannelSettings(name="x", adapter="x", origin="here", base_url=base_url, options=options)
    )


async def found_in(text: str, wanted: str) -> Outcome:
    post = {"id": "7", "text": text, "created_at": now().isoformat()}
    both = json.dumps({"data": [post], "meta": {"result_count": 1}}).encode()
    account = Canned(200, b'{"data": {"id": "2244994945"}}')
    async with serving(answering(account)) as stub, using(build(stub.url())) as adapter:
        stub.play = _in_turn(stub, account, Canned(200, both))
        return await find(adapter, wanted)


async def find(adapter: Adapter, text: str = outgoing(None).message.text) -> Outcome:
    assert isinstance(adapter, Reconciles)
    (outcome,) = await adapter.find([Attempted(outgoing(None, text=text), now())])
    return outcome


def _in_turn(stub: Stub, *answers: Canned):
    async def play(writer):
        writer.write(answers[min(len(stub.requests), len(answers)) - 1].written())

    return play


@pytest.mark.parametrize("asking", [False, True])
async def test_a_request_is_signed_for_the_host_it_goes_to(asking):
    accepted = answering(Canned(200, b'{"data": {"id": "1"}}'))
    async with serving(accepted) as stub, using(build(stub.url())) as adapter:
        if asking:
            await find(adapter)
        else:
            await adapter.send([outgoing(None)])

    for sent in stub.requests:
        method, path = sent.decode().split(" ")[:2]
        fields = {key: unquote(value) for key, value in re.findall(r'(\w+)="([^"]*)"', sent.decode())}
        signature = fields.pop("oauth_signature")
        query = [tuple(map(unquote, pair.split("="))) for pair in path.partition("?")[2].split("&") if pair]
        signed = SimpleNamespace(
            uri=stub.url(path), http_method=method, signature=signature, params=[*fields.items(), *query]
        )
        assert verify_hmac_sha1(signed, "s3cret-consumer_secret", "s3cret-access_token_secret")
    assert len(stub.requests) == (2 if asking else 1)


async def test_a_duplicate_is_looked_up_and_not_posted_again():
    async with Sandbox() as sandbox, using(build(sandbox.base_url("x"))) as adapter:
        sandbox.fault(Fault(kind="status_after", provider="x", times=1, status=503))
        first = await adapter.send([outgoing(None)])
        again = await adapter.send([outgoing(None)])
        found = await find(adapter)

        assert [type(one) for one in (*first, *again)] == [Unknown, Unknown]
        assert "duplicate content" in str(again)
        assert isinstance(found, Accepted)
        assert found.ref == sandbox.received[0].ref
        assert len(sandbox.received) == 1


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        (
            "[INC-7/1] Siehe https://t.co/abc R&amp;D",
            "[INC-7/1] Siehe https://status.muster.example R&D",
            Accepted,
        ),
        ("[INC-7/1] Siehe unten", "[INC-7/1] Siehe  unten\n", Accepted),
        ("[INC-7/2] Siehe unten", "[INC-7/1] Siehe unten", NotSent),
    ],
)
async def test_a_post_is_known_again_as_x_shows_it(text, wanted, expected):
    assert isinstance(await found_in(text, wanted), expected)


@pytest.mark.parametrize(
    ("detail", "scope"),
    [
        ("Your account is suspended and is not permitted to access this feature.", Scope.CHANNEL),
        ("You are not permitted to perform this action.", Scope.CHANNEL),
    ],
)
async def test_what_x_forbids_concerns_the_right_thing(detail, scope):
    body = json.dumps({"detail": detail, "title": "Forbidden", "status": 403}).encode()
    async with serving(answering(Canned(403, body))) as stub, using(build(stub.url())) as adapter:
        (outcome,) = await adapter.send([outgoing(None)])

    assert isinstance(outcome, Rejected)
    assert outcome.scope is scope
