from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.channels.social.bluesky import record_key
from broadcast.config.settings import ChannelSettings
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.sandbox.faults import Fault
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import Canned, answering, never, serving

LOGIN = "/xrpc/com.atproto.server.createSession"
LOGGED_IN = Canned(200, b'{"did": "did:plc:abc", "accessJwt": "jwt"}')
POSTED = Canned(200, b'{"uri": "at://did:plc:abc/app.bsky.feed.post/1", "cid": "bafy"}')


def build(base_url: str) -> Adapter:
    options = {"identifier": "muster.example", "password": "s3cret"}
    return registry.build(
        ChannelSettings(
            name="sky", adapter="bluesky", origin="here", base_url=base_url, timeout=1, options=options
        )
    )


async def sent(login: Canned, *answers: Canned) -> Outcome:
    """What becomes of a post, by the login's answer and those that follow."""
    async with serving(never) as stub, using(build(stub.url())) as adapter:

        async def play(writer):
            writer.write((login, *answers)[len(stub.requests) - 1].written())

        stub.play = play
        (outcome,) = await adapter.send([outgoing(None)])
    return outcome


def refusal(status: int, error: str) -> Canned:
    return Canned(status, json.dumps({"error": error, "message": "no"}).encode())


async def test_links_are_marked_by_bytes_and_nothing_else_is():
    text = "[INC-7/1] Käse 🧀 hängt: https://status.muster.example/ä?x=1. @root #weg https://b.example"
    async with Sandbox() as sandbox, using(build(sandbox.base_url("bluesky"))) as adapter:
        await adapter.send([outgoing(None, text=text)])
        record = sandbox.received[0].extra["record"]

    spans = [(facet["index"]["byteStart"], facet["index"]["byteEnd"]) for facet in record["facets"]]
    assert [text.encode()[start:end].decode() for start, end in spans] == [
        "https://status.muster.example/ä?x=1",
        "https://b.example",
    ]
    assert [facet["features"][0]["uri"] for facet in record["facets"]] == [
        "https://status.muster.example/ä?x=1",
        "https://b.example",
    ]
    assert record["text"] == text
    assert record["langs"] == ["de"]


async def test_a_reply_names_the_first_post_and_the_one_before_by_their_content():
    async with Sandbox() as sandbox, using(build(sandbox.base_url("bluesky"))) as adapter:
        thread = None
        for sequence in (1, 2, 3):
            message = outgoing(None, text=f"[INC-7/{sequence}] Text", sequence=sequence, thread=thread)
            (outcome,) = await adapter.send([message])
            assert isinstance(outcome, Accepted)
            thread = outcome.thread
        first, second, third = sandbox.received

    assert third.extra["record"]["reply"] == {
        "root": {"uri": first.ref, "cid": first.extra["cid"]},
        "parent": {"uri": second.ref, "cid": second.extra["cid"]},
    }


async def test_a_repeat_meets_the_record_that_exists_and_is_known_as_ours():
    async with Sandbox() as sandbox, using(build(sandbox.base_url("bluesky"))) as adapter:
        sandbox.fault(Fault(kind="drop_after", provider="bluesky", times=1))
        (first,) = await adapter.send([outgoing(None)])
        (again,) = await adapter.send([outgoing(None)])
        assert isinstance(adapter, Reconciles)
        (found,) = await adapter.find([Attempted(outgoing(None), now())])

        assert [type(first), type(again)] == [Unknown, Unknown]
        assert isinstance(found, Accepted)
        assert [one.ref for one in sandbox.received] == [found.ref]


async def test_a_record_with_another_text_is_neither_overwritten_nor_taken_for_ours():
    async with Sandbox() as sandbox, using(build(sandbox.base_url("bluesky"))) as adapter:
        await adapter.send([outgoing(None, text="[INC-7/1] Früher")])
        (again,) = await adapter.send([outgoing(None)])
        assert isinstance(adapter, Reconciles)
        (found,) = await adapter.find([Attempted(outgoing(None), now())])

        assert isinstance(again, Unknown)
        assert isinstance(found, Unknown)  # its readers may need the end
        assert [one.text for one in sandbox.received] == ["[INC-7/1] Früher"]


def test_a_record_key_is_a_tid_of_the_past_and_of_our_key_alone():
    keys = [record_key(f"k{number}") for number in range(2000)]

    assert len(set(keys)) == len(keys)
    assert record_key("k1") == keys[1]
    assert all(re.fullmatch(r"[234567a-j][2-7a-z]{12}", key) for key in keys)
    digits = "234567abcdefghijklmnopqrstuvwxyz"
    for key in keys:
        number = 0
        for digit in key:
            number = number * 32 + digits.index(digit)
        assert datetime.fromtimestamp((number >> 10) / 1_000_000, UTC).year < 2006


async def test_one_login_serves_all_posts_at_once():
    async with Sandbox() as sandbox, using(build(sandbox.base_url("bluesky"))) as adapter:
        await asyncio.gather(*(adapter.send([outgoing(None, key=f"k{n}")]) for n in range(8)))

        assert len(sandbox.received) == 8
        assert [one.path for one in sandbox.requests].count(LOGIN) == 1


async def test_an_expired_login_is_renewed_with_the_next_attempt():
    expired = refusal(400, "ExpiredToken")
    logins = {LOGIN: LOGGED_IN}
    async with serving(answering(expired), logins=logins) as stub, using(build(stub.url())) as adapter:
        (first,) = await adapter.send([outgoing(None)])
        stub.play = answering(POSTED)
        stub.logins = {LOGIN: Canned(200, b'{"did": "did:plc:abc", "accessJwt": "renewed"}')}
        (second,) = await adapter.send([outgoing(None)])

    assert first == NotSent("the login had expired", retry_after=0.0)
    assert isinstance(second, Accepted)
    assert b"Bearer renewed" in stub.requests[1]


@pytest.mark.parametrize(
    ("login", "scope"),
    [
        (refusal(401, "AuthenticationRequired"), "the credentials were refused"),
        (refusal(401, "AuthFactorTokenRequired"), "app password"),
        (refusal(400, "AccountTakedown"), "the account was taken down"),
        (refusal(400, "InvalidRequest"), "refused"),
    ],
)
async def test_without_a_login_the_channel_is_of_no_use(login, scope):
    outcome = await sent(login)

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert scope in outcome.reason


@pytest.mark.parametrize("status", [500, 502, 200, 408])
async def test_nothing_was_posted_where_the_login_failed(status):
    outcome = await sent(Canned(status, b"<html>"))

    assert isinstance(outcome, NotSent)
    assert outcome.reason.startswith("no login")


async def test_the_server_says_in_unix_seconds_when_to_come_back():
    async with Sandbox() as sandbox, using(build(sandbox.base_url("bluesky"))) as adapter:
        sandbox.fault(Fault(kind="ratelimit", provider="bluesky", retry_after=90))
        (outcome,) = await adapter.send([outgoing(None)])

    assert isinstance(outcome, NotSent)
    assert outcome.retry_after is not None
    assert 80 < outcome.retry_after <= 91


async def test_a_probe_tells_a_wrong_password_from_a_server_in_trouble():
    refused = answering(refusal(401, "AuthenticationRequired"))
    async with serving(refused) as stub, using(build(stub.url())) as adapter:
        wrong = await adapter.probe()
        stub.play = answering(Canned(200, b"<html>"))
        odd = await adapter.probe()

    assert (wrong.health, odd.health) == (Health.UNAUTHORISED, Health.DEGRADED)


def test_no_secret_stands_in_what_is_shown_of_an_adapter():
    adapter = build("https://bsky.social")

    assert "s3cret" not in f"{adapter!r} {vars(adapter)!r}"


def test_an_app_password_must_not_stand_in_the_file(tmp_path: Path):
    from broadcast.config.load import load
    from broadcast.errors import ConfigError

    path = tmp_path / "broadcast.toml"
    path.write_text(
        '[broadcast]\norganisation = "M"\n[channels.sky]\nadapter = "bluesky"\n'
        'identifier = "m.example"\npassword = "abcd-efgh"\n'
    )

    with pytest.raises(ConfigError, match="a secret must not be in the file") as raised:
        load(path, {}, tmp_path)
    assert "abcd" not in f"{raised.value} {raised.value.hint}"
