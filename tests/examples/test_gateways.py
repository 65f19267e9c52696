"""The described vendors: what they would be asked, and what their answers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.config.load import load
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import Canned, answering, serving
from tests.examples.conftest import EXAMPLES, received

pytestmark = pytest.mark.slow  # each test starts several real commands

GATEWAYS = EXAMPLES / "gateways"
VARIABLES = {"SEVEN_API_KEY": "k-of-seven", "MESSAGEBIRD_ACCESS_KEY": "k-of-messagebird"}
MESSAGE = outgoing("+4917604069079", text="[INC-7/1] „Kasse“ & Öl")
SEVEN = {
    "to": "4917604069079",
    "from": "Muster",
    "text": MESSAGE.message.text,
    "foreign_id": MESSAGE.key,
    "ttl": 2880,
}
BIRD = {
    "recipients": ["4917604069079"],
    "originator": "Muster",
    "body": MESSAGE.message.text,
    "reference": MESSAGE.key,
    "datacoding": "auto",
    "validity": 172_800,
}


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


def build(vendor: str, url: str) -> Adapter:
    settings = load(GATEWAYS / f"{vendor}.toml", {"BROADCAST_CHANNELS_SMS_BACKUP_BASE_URL": url}, GATEWAYS)
    return registry.build(settings.channels["sms-backup"])


async def talk(vendor: str, status: int, document: object, *, find: bool = False) -> tuple[Outcome, str]:
    answer = Canned(status, json.dumps(document).encode())
    async with serving(answering(answer)) as stub, using(build(vendor, stub.url())) as adapter:
        if find:
            assert isinstance(adapter, Reconciles)
            (outcome,) = await adapter.find([Attempted(MESSAGE, now())])
        else:
            (outcome,) = await adapter.send([MESSAGE])
    return outcome, stub.requests[-1].decode()


@pytest.mark.parametrize(
    ("vendor", "line", "header", "body", "status", "answer"),
    [
        (
            "seven", "POST /sms ", "X-Api-Key: k-of-seven", SEVEN, 200,
            {"success": "100", "messages": [{"id": "77229318510", "success": True, "error": None}]},
        ),
        (
            "messagebird", "POST /messages ", "Authorization: AccessKey k-of-messagebird", BIRD, 201,
            {"id": "77229318510", "recipients": {"items": [{"status": "sent"}]}},
        ),
    ],
)  # fmt: skip
async def test_a_message_is_asked_for_as_the_vendor_documents_it(vendor, line, header, body, status, answer):
    outcome, request = await talk(vendor, status, answer)

    assert outcome == Accepted("77229318510")
    assert request.startswith(line)
    assert header in request
    assert json.loads(request.partition("\r\n\r\n")[2]) == body


@pytest.mark.parametrize(
    ("vendor", "status", "answer", "expected"),
    [
        ("seven", 200, {"success": "202", "messages": []}, (Rejected, Scope.RECIPIENT)),
        ("seven", 200, {"success": "500"}, (Rejected, Scope.CHANNEL)),
        ("seven", 200, {"success": "402", "messages": []}, (Unknown, None)),
        ("seven", 200, 900, (Unknown, None)),
        ("messagebird", 422, {"errors": [{"code": 9}]}, (Rejected, Scope.RECIPIENT)),
        ("messagebird", 401, {"errors": [{"code": 2}]}, (Rejected, Scope.CHANNEL)),
        ("messagebird", 402, {"errors": [{"code": 25}]}, (Rejected, Scope.CHANNEL)),
    ],
)
async def test_the_vendors_refusals_are_understood(vendor, status, answer, expected):
    outcome, _ = await talk(vendor, status, answer)

    assert (type(outcome), getattr(outcome, "scope", None)) == expected, outcome


@pytest.mark.parametrize(
    ("vendor", "target", "listed"),
    [
        ("seven", "/journal/outbound?to=4917604069079&limit=100", lambda items: items),
        ("messagebird", "/messages?recipient=4917604069079&limit=100", lambda items: {"items": items}),
    ],
)
async def test_a_lost_answer_is_looked_up_by_our_reference(vendor, target, listed):
    name = "foreign_id" if vendor == "seven" else "reference"
    others: list[dict[str, Any]] = [{"id": "1", name: None}]

    found, request = await talk(vendor, 200, listed([*others, {"id": "2", name: MESSAGE.key}]), find=True)
    missing, _ = await talk(vendor, 200, listed(others), find=True)

    assert found == Accepted("2", detail="found at the gateway")
    assert isinstance(missing, NotSent)
    assert request.startswith(f"GET {target} ")


@pytest.mark.parametrize("vendor", ["seven", "messagebird"])
def test_it_is_rehearsed_without_the_vendor(shell, folder, vendor):
    config = folder / vendor / "broadcast.toml"
    config.parent.mkdir()
    text = (GATEWAYS / f"{vendor}.toml").read_text(encoding="utf-8")
    config.write_text(text.replace("../company", str(EXAMPLES / "company")), encoding="utf-8")
    run = ("broadcast", "--sandbox", "--config", config)
    try:
        told = shell(*run, "notify", "Tourenplan gestört", "--yes", "-o", "json")
    finally:
        shell(*run, "sandbox", "stop")  # which also writes down what it received last
    messages = [one for one in received(config.parent) if one["provider"] == "gateway"]

    assert told.returncode == 0, told.stderr
    assert len(messages) == json.loads(told.stdout)["counts"]["accepted"] > 10
    assert all(message["sender"] == "Muster" and message["key"] for message in messages)
