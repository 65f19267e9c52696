from __future__ import annotations

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Reconciles
from broadcast.config.settings import ChannelSettings
from broadcast.model.channel import Idempotency, Threading
from broadcast.model.outcome import Accepted, Rejected, Scope, Unknown
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving


def build(base_url: str, token: str = "abc"):
    options = {"webhook_url": f"https://hooks.slack.com/services/T1/B1/{token}"}
    return registry.build(
        ChannelSettings(
            name="hook", adapter="slack-webhook", origin="here", base_url=base_url, options=options
        )
    )


@pytest.mark.parametrize(
    ("token", "words"),
    [("wrong", "revoked"), ("gone", "removed"), ("deleted", "deleted"), ("archived", "archived")],
)
async def test_a_dead_webhook_is_out_as_a_channel(token, words):
    async with Sandbox() as sandbox, using(build(sandbox.base_url("slack"), token)) as adapter:
        (outcome,) = await adapter.send([outgoing(None)])

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert words in outcome.reason


async def test_it_posts_without_a_thread_and_says_that_nobody_can_be_asked():
    async with Sandbox() as sandbox, using(build(sandbox.base_url("slack"))) as adapter:
        (outcome,) = await adapter.send([outgoing(None, text="<!channel> *x* & y")])
        [one] = sandbox.received

    assert outcome == Accepted(outgoing(None).key, None)
    assert one.text == "<!channel> *x* & y"
    assert adapter.capabilities.threading is Threading.NONE
    assert adapter.capabilities.idempotency is Idempotency.NONE
    assert not isinstance(adapter, Reconciles)


@pytest.mark.parametrize("body", [b"OK!", b'{"ok": true}', b"okay"])
async def test_only_slacks_own_ok_is_a_yes(body):
    async with serving(answering(Canned(200, body))) as wire, using(build(wire.url())) as adapter:
        (outcome,) = await adapter.send([outgoing(None)])

    assert isinstance(outcome, Unknown)
