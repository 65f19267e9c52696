from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.config.load import load
from broadcast.config.secret import Reference
from broadcast.config.settings import ChannelSettings, Settings
from broadcast.errors import ConfigError
from broadcast.model.channel import Idempotency
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.reports.status import can_be_asked
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import NASTY, now, outgoing
from broadcast.testing.stub import Canned, Stub, answering, serving
from tests.harness.cases import for_every

PERSON = "+4915112345678"
KEY = outgoing(PERSON).key
SEND = {"path": "/sms", "json": {"to": "{to}", "text": "{text}", "ref": "{key}"}, "id": "messages.0.id"}
FIND = {"path": "/sms?to={to}", "items": "messages", "key": "ref", "id": "id", "limit": 3}
OPTIONS = {"send": SEND, "probe": "/balance"}
TAKEN = Canned(200, b'{"messages": [{"id": 77}]}')


def build(base_url: str | None, **options: object) -> Adapter:
    given = {**OPTIONS, **options}
    return registry.build(
        ChannelSettings(name="sms", adapter="sms-gateway", origin="here", base_url=base_url, options=given)
    )


def asked(stub: Stub) -> tuple[str, str, dict[str, str], str]:
    head, _, body = stub.requests[-1].decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    return method, target, dict(line.split(": ", 1) for line in lines), body


async def send(
    answer: Canned = TAKEN, text: str = "[INC-7/1] Störung", **options: object
) -> tuple[Outcome, Any]:
    async with serving(answering(answer)) as stub, using(build(stub.url(), **options)) as adapter:
        (outcome,) = await adapter.send([outgoing(PERSON, text=text)])
    return outcome, asked(stub)


async def look_up(listed: object, **options: object) -> tuple[Outcome, Any]:
    answer = Canned(200, json.dumps(listed).encode())
    described = {"find": FIND, **options}
    async with serving(answering(answer)) as stub, using(build(stub.url(), **described)) as adapter:
        assert isinstance(adapter, Reconciles)
        (outcome,) = await adapter.find([Attempted(outgoing(PERSON), now())])
    return outcome, asked(stub)


HOSTILE = (
    *NASTY,
    '","to":"+4990012345',
    "{key}{to}{text}{api_key}{unknown}",
    "&to=%2B4990012345&text=x",
    "a=b;c\r\nX-Header: y",
    "\\u0022}{",
    "☎️ 100 % + 1",
)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
async def test_a_text_stays_inside_its_place_in_json(text):
    outcome, (method, target, headers, body) = await send(text=text)

    assert json.loads(body) == {"to": PERSON, "text": text, "ref": KEY}
    assert (method, target, headers["Content-Type"]) == ("POST", "/sms", "application/json")
    assert outcome == Accepted("77")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
async def test_a_text_stays_inside_its_place_in_a_form(text):
    form = {"path": "/sms", "form": {"to": "{to}", "text": "Info: {text}", "n": 1}, "id": "messages.0.id"}

    _, (_, _, headers, body) = await send(text=text, send=form)

    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(body, strict_parsing=True) == {"to": [PERSON], "text": [f"Info: {text}"], "n": ["1"]}


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
async def test_a_text_stays_inside_its_place_in_the_address(text):
    get = {"method": "get", "path": "/send?to={to}&text={text}", "id": "messages.0.id"}

    _, (method, target, _, body) = await send(text=text, send=get)

    assert (method, body) == ("GET", "")
    assert parse_qs(urlsplit(target).query) == {"to": [PERSON], "text": [text]}


async def test_numbers_are_written_as_the_gateway_wants_them():
    _, (*_, plain) = await send(plus=False)
    _, (_, target, _, _) = await look_up({"messages": []}, plus=False)

    assert json.loads(plain)["to"] == "4915112345678"
    assert target == "/sms?to=4915112345678"


VALID = {
    "s": "{valid_seconds}",
    "m": "{valid_minutes}",
    "ms": "{valid_milliseconds}",
    "until": "{valid_until}",
    "said": "for {valid_minutes} min",
}


async def valid(left: timedelta | None, **options: object) -> dict[str, Any]:
    """What a gateway is asked for whose texts expire in that time."""
    described = {"path": "/sms", "json": VALID, "id": "messages.0.id"}
    message = replace(outgoing(PERSON), expires_at=None if left is None else now() + left)
    async with serving(answering(TAKEN)) as stub:
        async with using(build(stub.url(), send=described, **options)) as adapter:
            await adapter.send([message])
        return json.loads(asked(stub)[3])


@pytest.mark.parametrize(
    ("left", "options", "least", "most"),
    [
        (timedelta(minutes=10), {}, 590, 600),
        (timedelta(days=1), {}, 3600, 3600),
        (timedelta(days=1), {"validity": 900}, 900, 900),
        (timedelta(seconds=-5), {}, 1, 1),
        (None, {}, 172_800, 172_800),
        (None, {"validity": 900}, 900, 900),
    ],
)
async def test_a_gateway_is_told_how_long_a_text_is_worth_delivering(left, options, least, most):
    fields = await valid(left, **options)

    assert least <= fields["s"] <= most
    assert fields["ms"] == fields["s"] * 1000
    assert fields["m"] == max(1, fields["s"] // 60)
    assert fields["said"] == f"for {fields['m']} min"
    until = datetime.fromisoformat(fields["until"]) - now()
    assert abs(until.total_seconds() - fields["s"]) < 5


async def test_a_gateway_is_told_in_a_form_and_in_the_address_as_well():
    form = {"path": "/sms", "form": {"to": "{to}", "ttl": "{valid_minutes}"}, "id": "messages.0.id"}
    get = {"method": "get", "path": "/send?to={to}&ttl={valid_seconds}", "id": "messages.0.id"}

    _, (*_, body) = await send(send=form)
    _, (_, target, *_) = await send(send=get)

    assert parse_qs(body)["ttl"] == ["2880"]
    assert parse_qs(urlsplit(target).query)["ttl"] == ["172800"]


async def test_secrets_go_where_they_are_described(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("s3cret", encoding="utf-8")
    key = Reference("file:key", tmp_path)
    described = {**SEND, "json": {"text": "{text}", "login": {"api_key": "{api_key}", "password": key}}}

    _, (_, _, headers, body) = await send(
        api_key=key, send=described, headers={"X-Api-Key": "{api_key}", "Other": key}
    )

    assert json.loads(body)["login"] == {"api_key": "s3cret", "password": "s3cret"}
    assert (headers["X-Api-Key"], headers["Other"]) == ("s3cret", "s3cret")


async def test_a_user_name_logs_in_as_http_does():
    _, (_, _, headers, _) = await send(username="Aladdin", password="open sesame")

    assert headers["Authorization"] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


CODES = {
    **SEND, "code": "status", "accepted": ["0"], "recipient": ["6", 422], "message": ["3"], "channel": ["4"],
    "later": ["1"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (200, 6, (Rejected, Scope.RECIPIENT)),
        (200, "3", (Rejected, Scope.MESSAGE)),
        (401, "4", (Rejected, Scope.CHANNEL)),
        (422, None, (Rejected, Scope.RECIPIENT)),
        (400, "9", (Rejected, Scope.MESSAGE)),
        (200, "1", (NotSent, None)),
        (429, None, (NotSent, None)),
        (200, "99", (Unknown, None)),
        (200, None, (Unknown, None)),
        (503, "6", (Unknown, None)),
    ],
)
async def test_the_gateways_own_codes_mean_what_was_described(status, code, expected):
    body = json.dumps({} if code is None else {"status": code, "messages": [{"id": "x"}]}).encode()

    outcome, _ = await send(Canned(status, body), send=CODES)

    assert (type(outcome), getattr(outcome, "scope", None)) == expected, outcome


async def test_taken_is_only_what_has_the_gateways_id():
    assert (await send(Canned(200, b'{"status": 0, "messages": [{"id": "a"}]}'), send=CODES))[0] == Accepted(
        "a"
    )
    for body in (b'{"status": 0, "messages": []}', b'{"status": 0}', b"[]", b"OK"):
        outcome, _ = await send(Canned(200, body), send={**CODES, "accepted": []})
        assert isinstance(outcome, Unknown), body


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (
            [{"id": "m2", "ref": "other"}, {"id": "m1", "ref": KEY}],
            Accepted("m1", detail="found at the gateway"),
        ),
        ([{"id": "m2", "ref": None}], NotSent("the gateway has no such message")),
        ([], NotSent("the gateway has no such message")),
        ([{"id": "m", "ref": "x"}] * 3, Unknown("look-up failed: too many messages to this number")),
        ([{"id": "m", "reference": KEY}], Unknown("look-up failed: what the gateway lists has no ref")),
        ([{"ref": KEY}], Unknown("look-up failed: a message without id")),
        ({"no": "list"}, Unknown("look-up failed: HTTP 200")),
    ],
)
async def test_a_message_is_found_by_our_key_alone(listed, expected):
    assert (await look_up({"messages": listed}))[0] == expected


@pytest.mark.parametrize(("find", "repeats"), [({}, Idempotency.NONE), ({"find": FIND}, Idempotency.LOOKUP)])
def test_what_is_listed_and_shown_of_it_is_what_is_described(find, repeats):
    settings = ChannelSettings(name="sms", adapter="sms-gateway", origin="here", options={**OPTIONS, **find})

    assert registry.capabilities_of(settings).idempotency is repeats
    everything = Settings(
        folder=Path(),
        path=None,
        ledger=Path(),
        organisation="Muster",
        locale="de",
        timezone=ZoneInfo("UTC"),
        channels={"sms": settings},
    )
    assert can_be_asked(everything, "sms") is (repeats is Idempotency.LOOKUP)


def test_without_a_described_look_up_none_is_claimed():
    assert not isinstance(build("https://gateway.example"), Reconciles)
    assert isinstance(build("https://gateway.example", find=FIND), Reconciles)


@for_every(
    ("options", "told"),
    [
        ({"send": {**SEND, "json": {"to": "{number}"}}}, r"\{number\} is no place"),
        ({"send": {**SEND, "json": {"to": "{to}", "from": "{from}"}}}, "from is missing"),
        ({"send": {**SEND, "form": {}}}, "send needs one body"),
        ({"send": {**SEND, "method": "DELETE"}}, "send needs one body"),
        ({"send": {**SEND, "paht": "/x"}}, "send.paht is unknown"),
        ({"send": {"path": "/sms", "json": {}}}, "send.id is missing"),
        ({"send": {**SEND, "path": "sms"}}, "send.path must begin with /"),
        ({"send": {**SEND, "recipient": "202"}}, "send.recipient must be a list of codes"),
        ({"send": {**SEND, "json": "text={text}"}}, "send.json must be a table"),
        ({"send": "/sms"}, "send must be a table"),
        ({"find": {**FIND, "limit": 0}}, "find.limit must be a number"),
        ({"find": {"path": "/sms"}}, "find.key is missing"),
        ({"probe": "/sms?to={to}"}, "probe cannot hold a part of a message"),
        ({"plus": "no"}, "plus must be true or false"),
        ({"headers": {"Authorization": "AccessKey live_123"}}, "headers.Authorization may be a secret"),
        ({"headers": {"X-Text": "{text}"}}, "headers.X-Text cannot hold that"),
        ({"headers": "x"}, "headers must be a table"),
    ],
)
def test_a_wrong_description_is_named_with_its_place_and_fix(options: dict[str, Any], told):
    with pytest.raises(ConfigError, match=f"here: {told}") as raised:
        build("https://gateway.example", **options)

    assert raised.value.hint
    assert "live_123" not in str(raised.value)


def test_the_gateway_needs_its_address():
    with pytest.raises(ConfigError, match="here: base_url is missing"):
        build(None)


def test_a_literal_secret_in_the_description_is_refused_and_a_place_is_not(tmp_path):
    config = (
        '[broadcast]\norganisation = "Muster"\ntimezone = "UTC"\n[channels.sms]\nadapter = "sms-gateway"\n'
    )
    path = tmp_path / "broadcast.toml"
    path.write_text(config + 'send = { form = { api_key = "{api_key}" } }\n', encoding="utf-8")
    load(path, {}, tmp_path)
    path.write_text(config + 'send = { form = { api_key = "live_123" } }\n', encoding="utf-8")

    with pytest.raises(ConfigError, match="a secret must not be in the file") as raised:
        load(path, {}, tmp_path)
    assert "live_123" not in str(raised.value)


@pytest.mark.parametrize(
    ("to", "text", "code"),
    [("0151", "x", "invalid_number"), (PERSON, "", "no_text"), ("+4915110004", "x", "opted_out")],
)
async def test_the_sandboxs_vendor_refuses_as_vendors_do(to, text, code):
    described = {
        **SEND,
        "path": "/messages",
        "code": "error.code",
        "recipient": ["invalid_number", "opted_out"],
    }
    async with Sandbox() as sandbox:
        headers = {"Authorization": "Bearer {api_key}"}
        options = {"api_key": "k", "headers": headers, "send": described}
        async with using(build(sandbox.base_url("gateway"), **options)) as adapter:
            (outcome,) = await adapter.send([outgoing(to, text=text)])

    assert isinstance(outcome, Rejected)
    assert outcome.code == code
    assert outcome.scope is (Scope.MESSAGE if code == "no_text" else Scope.RECIPIENT)
