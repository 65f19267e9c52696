from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter
from broadcast.channels.chat.document import document, signed
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.clock import SystemClock
from broadcast.model.incident import Severity
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected, Scope, Thread, Unknown
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import outgoing
from broadcast.testing.stub import Canned, answering, serving

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "rooms-and-webhooks.md"
TAKEN = Canned(201, b'{"id": "n1"}')
SECRET = "a-secret-of-both"
HERE = ["127.0.0.1", "::1"]


def build(url: str, base_url: str | None = None, **options: object) -> Adapter:
    given = {"webhook_url": url, "secret": SECRET, **options}
    return registry.build(
        ChannelSettings(
            name="hook", adapter="webhook", origin="here", base_url=base_url, timeout=2, options=given
        )
    )


async def sent(url: str, message=None, **options: object):
    async with using(build(url, None, **options)) as adapter:
        (outcome,) = await adapter.send([message or outgoing(None)])
        return outcome


def parted(request: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}, body


async def test_a_request_is_signed_over_its_time_and_body_and_named_by_our_key():
    message = outgoing(None, text="Größere Störung 🚨 [INC-7/1]")
    async with serving(answering(TAKEN)) as receiver:
        await sent(receiver.url("/in?token=x"), message, allow_private=HERE)
        headers, body = parted(receiver.requests[0])

    timestamp = headers["broadcast-timestamp"]
    made = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert receiver.requests[0].startswith(b"POST /in?token=x HTTP/1.1")
    assert headers["broadcast-signature"] == f"v1={made}"
    assert abs(int(timestamp) - SystemClock().now().timestamp()) < 10
    assert headers["idempotency-key"] == json.loads(body)["key"] == message.key
    assert SECRET not in receiver.requests[0].decode()


async def test_the_receiver_in_the_docs_trusts_us_and_nobody_else():
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    named: dict[str, Any] = {}
    exec(code, named)
    body, now = document(outgoing(None)), SystemClock().now()
    headers = signed(body, SECRET, now)

    assert named["trusted"](headers, body, SECRET.encode())
    assert not named["trusted"](headers, body + b" ", SECRET.encode())
    assert not named["trusted"](headers, body, b"another")
    assert not named["trusted"](signed(body, SECRET, now - timedelta(minutes=6)), body, SECRET.encode())


async def test_the_example_in_the_docs_has_the_fields_of_the_document():
    [shown] = re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert list(json.loads(shown)) == list(json.loads(document(outgoing(None))))


async def test_the_document_says_what_is_known():
    message = outgoing(None, sequence=2, thread=Thread("n1", "n4"))
    message = replace(message, headline=replace(message.headline, severity_before=Severity.SEV3))
    async with serving(answering(TAKEN)) as receiver:
        await sent(receiver.url(), message, allow_private=HERE)
        _, body = parted(receiver.requests[0])

    assert json.loads(body) == {
        "schema": "broadcast.webhook/1",
        "key": message.key,
        "thread": "n1",
        "in_reply_to": "n4",
        "incident": "INC-7",
        "incident_identity": None,
        "sequence": 2,
        "kind": "update",
        "phase": "investigating",
        "severity": "sev2",
        "severity_before": "sev3",
        "drill": False,
        "organisation": "Muster Handel",
        "title": "Störung im Bezahlvorgang",
        "services": [{"name": "Bezahlvorgang", "component": "abc123"}],
        "as_of": "2026-05-04T14:30:00+00:00",
        "started": "2026-05-04T14:05:00+00:00",
        "ended": None,
        "next_update": None,
        "window_starts": None,
        "window_ends": None,
        "former_starts": None,
        "former_ends": None,
        "expires_at": None,
        "link": None,
        "hotline": None,
        "locale": "de",
        "text": message.message.text,
    }


async def test_a_repeat_under_one_key_is_one_notice():
    async with Sandbox() as sandbox:
        url = f"{sandbox.base_url('webhook')}/sandbox"
        async with using(build(url, secret="sandbox", allow_private=HERE)) as adapter:
            outcomes = [(await adapter.send([outgoing(None)]))[0] for _ in range(3)]

    assert isinstance(outcomes[0], Accepted)
    assert outcomes == [outcomes[0]] * 3
    assert len(sandbox.received) == 1


async def test_a_receiver_that_knows_another_secret_takes_nothing():
    async with Sandbox() as sandbox:
        outcome = await sent(f"{sandbox.base_url('webhook')}/sandbox", allow_private=HERE)

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert sandbox.received == []


@pytest.mark.parametrize("name", ["localhost", "127.1", "2130706433", "0x7f.1"])
async def test_a_name_that_leads_to_a_private_address_is_not_followed(name):
    async with serving(answering(TAKEN)) as receiver:
        outcome = await sent(f"https://{name}:{receiver.port}/")

        assert receiver.connections == 0
    assert isinstance(outcome, Rejected | NotSent)


async def test_what_the_host_name_turns_out_to_be_is_told():
    async with serving(answering(TAKEN)) as receiver:
        outcome = await sent(receiver.url())
        async with using(build(receiver.url())) as adapter:
            probe = await adapter.probe()

        assert receiver.connections == 0
    assert isinstance(outcome, Rejected)
    assert "is not a public address" in outcome.reason
    assert probe.health is Health.UNREACHABLE
    assert "is not a public address" in probe.detail


@pytest.mark.parametrize(
    "host", ["10.0.0.5", "169.254.169.254", "[::1]", "[fd00:ec2::254]", "[::ffff:10.0.0.5]", "168.63.129.16"]
)
def test_a_private_address_is_refused_before_anything_is_sent(host):
    with pytest.raises(ConfigError, match="which is not a public address") as raised:
        build(f"https://{host}/in")

    address = host.strip("[]")
    assert f'allow_private = ["{address}"]' in (raised.value.hint or "")
    assert build(f"https://{host}/in", allow_private=[address, "10.0.0.5"])


def test_a_base_url_is_no_way_round():
    with pytest.raises(ConfigError, match="which is not a public address"):
        build("https://receiver.muster.example/in", "https://10.0.0.5")


async def test_a_redirect_to_a_private_address_is_not_followed():
    away = Canned(307, b"", {"Location": "http://169.254.169.254/latest/meta-data"})
    async with serving(answering(away)) as receiver:
        outcome = await sent(receiver.url(), allow_private=HERE)

    assert isinstance(outcome, Rejected)
    assert len(receiver.requests) == 1


async def test_a_proxy_is_no_way_round(monkeypatch):
    async with serving(answering(TAKEN)) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url())
        outcome = await sent("https://no-such-receiver.invalid/")

        assert proxy.connections == 0
    assert isinstance(outcome, NotSent)


@pytest.mark.parametrize("listed", ["10.0.0.5", ["receiver.example"], [5], {"a": 1}])
def test_what_is_listed_must_be_addresses(listed):
    with pytest.raises(ConfigError, match="here: allow_private must be a list") as raised:
        build("https://receiver.muster.example", allow_private=listed)

    assert "10.0.0.5" in (raised.value.hint or "")


@pytest.mark.parametrize("body", [b"", b"ok", b'{"status": "success"}', b'{"id": ""}', b'{"id": null}'])
async def test_a_yes_without_an_id_proves_nothing(body):
    async with serving(answering(Canned(200, body))) as receiver:
        outcome = await sent(receiver.url(), allow_private=HERE)

    assert isinstance(outcome, Unknown)
