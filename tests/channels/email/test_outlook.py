from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter, Reconciles
from broadcast.channels.email.sign_in import SignIn
from broadcast.channels.transport import Reply, Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Rejected, Scope, Thread, Unknown
from broadcast.model.outgoing import Attempted, Outgoing
from broadcast.sandbox.faults import Fault
from broadcast.sandbox.records import Received
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import Canned, Stub, answering, never, serving

ERIKA = "erika@muster.example"
OPTIONS = {
    "tenant": "muster.example",
    "client_id": "6d1c1f0e-0000-4000-8000-000000000001",
    "client_secret": "s3cret",
    "from": "stoerung@muster.example",
}


def build(base_url: str | None, token_url: str, **options: object) -> Adapter:
    given = {**OPTIONS, "token_url": token_url, **options}
    settings = ChannelSettings(
        name="mail", adapter="outlook", origin="here", base_url=base_url, timeout=2, options=given
    )
    return registry.build(settings)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def adapter(sandbox: Sandbox) -> AsyncIterator[Adapter]:
    async with using(mailbox(sandbox)) as adapter:
        yield adapter


def mailbox(sandbox: Sandbox, **options: object) -> Adapter:
    token_url = f"{sandbox.base_url('entra')}/muster.example/oauth2/v2.0/token"
    return build(sandbox.base_url("outlook"), token_url, **options)


def told(sandbox: Sandbox) -> list[Received]:
    return [one for one in sandbox.received if one.tells]


def asked(sandbox: Sandbox, provider: str = "outlook") -> list[str]:
    return [
        f"{one.method} {one.path.rpartition('/')[2]}" for one in sandbox.requests if one.provider == provider
    ]


async def send(adapter: Adapter, message: Outgoing | None = None) -> Outcome:
    (outcome,) = await adapter.send([message or outgoing(ERIKA)])
    return outcome


async def accepted(adapter: Adapter, message: Outgoing | None = None) -> Accepted:
    outcome = await send(adapter, message)
    assert isinstance(outcome, Accepted), outcome
    return outcome


async def find(adapter: Adapter) -> Outcome:
    assert isinstance(adapter, Reconciles)
    (outcome,) = await adapter.find([Attempted(outgoing(ERIKA), now())])
    return outcome


async def test_a_mail_has_our_id_our_key_and_a_place_in_its_thread(sandbox, adapter):
    first = await accepted(adapter)
    second = await accepted(adapter, outgoing(ERIKA, sequence=2, thread=first.thread))

    one, two = told(sandbox)
    root = "<INC-7.root@muster.example>"
    assert one.extra["message_id"] == first.ref == f"<{outgoing(ERIKA).key}@muster.example>"
    assert (one.thread, two.thread) == (root, first.ref)
    assert two.extra["references"] == [root, first.ref]
    assert second.thread == Thread(root, second.ref)
    assert one.key == outgoing(ERIKA).key
    assert one.extra["headers"]["x-auto-response-suppress"] == "All"
    assert (one.to, one.sender, one.extra["name"]) == (ERIKA, OPTIONS["from"], "Erika Muster")


async def test_a_text_without_html_is_sent_as_text(sandbox, adapter):
    message = outgoing(ERIKA, text="[INC-7/1] <b>R&D</b>")

    await send(adapter, replace(message, message=replace(message.message, html=None)))

    assert (told(sandbox)[0].text, told(sandbox)[0].html) == ("[INC-7/1] <b>R&D</b>", None)


async def test_answers_go_where_they_are_wanted():
    async with graph() as (stub, adapter):
        await send(adapter)

    document = json.loads(stub.requests[0].partition(b"\r\n\r\n")[2])
    assert document["replyTo"] == [{"emailAddress": {"address": "hilfe@muster.example"}}]


async def test_a_draft_without_its_sending_is_found_and_sent_exactly_once(sandbox, adapter):
    sandbox.fault(Fault(kind="drop_before", provider="outlook", times=1, every=2))
    assert isinstance(await send(adapter), Unknown)
    found = await find(adapter)
    sent = await send(adapter)
    again = await find(adapter)

    assert isinstance(found, NotSent)
    assert "draft" in found.reason
    assert isinstance(sent, Accepted)
    assert isinstance(again, Accepted)
    assert len(told(sandbox)) == 1
    assert asked(sandbox).count("POST messages") == 1  # no second draft


async def test_a_draft_of_a_process_that_died_is_sent_by_the_next(sandbox, adapter):
    sandbox.fault(Fault(kind="drop_before", provider="outlook", times=1, every=2))
    await send(adapter)

    async with using(mailbox(sandbox)) as another:
        assert isinstance(await find(another), NotSent)
        assert isinstance(await send(another), Accepted)

    assert len(told(sandbox)) == 1
    assert asked(sandbox).count("POST messages") == 1


async def test_a_draft_that_went_out_cannot_go_out_again(sandbox, adapter):
    sandbox.fault(Fault(kind="drop_after", provider="outlook", times=1, every=2))
    first = await send(adapter)
    again = await send(adapter)

    assert [type(first), type(again)] == [Unknown, Unknown]
    assert isinstance(await find(adapter), Accepted)
    assert len(told(sandbox)) == 1


async def test_a_draft_is_kept_while_exchange_asks_for_patience(sandbox, adapter):
    sandbox.fault(Fault(kind="ratelimit", provider="outlook", times=1, every=2, retry_after=7))
    first = await send(adapter)

    assert isinstance(first, NotSent)
    assert first.retry_after == 7
    assert isinstance(await send(adapter), Accepted)
    assert asked(sandbox) == ["POST messages", "POST send", "POST send"]


async def test_a_draft_that_somebody_deleted_is_written_again(sandbox, adapter):
    sandbox.fault(Fault(kind="drop_before", provider="outlook", times=1, every=2))
    await send(adapter)
    await find(adapter)
    await _clear(sandbox)
    assert isinstance(await send(adapter), Unknown)

    assert isinstance(await find(adapter), NotSent)
    assert isinstance(await send(adapter), Accepted)
    assert len(told(sandbox)) == 1


async def _clear(sandbox: Sandbox) -> None:
    transport = Transport()
    answer = await transport.exchange("DELETE", f"{sandbox.url}/_sandbox/received", headers={})
    await transport.close()
    assert isinstance(answer, Reply)
    assert answer.success


async def test_one_token_serves_many_mails(sandbox, adapter):
    await asyncio.gather(*(send(adapter, outgoing(ERIKA, key=f"k{n}")) for n in range(8)))
    await find(adapter)

    assert len(told(sandbox)) == 8
    assert asked(sandbox, "entra") == ["POST token"]


@dataclass
class Entra:
    """What Entra was asked, and what it answers."""

    stub: Stub

    @property
    def asked(self) -> int:
        return len(self.stub.requests)

    def says(self, status: int, document: object) -> None:
        self.stub.play = answering(Canned(status, json.dumps(document).encode()))


@asynccontextmanager
async def entra() -> AsyncIterator[Entra]:
    async with serving(never) as stub:
        found = Entra(stub)
        found.says(200, {"access_token": "t1", "expires_in": 3599})
        yield found


@asynccontextmanager
async def graph(answer: Canned | None = None) -> AsyncIterator[tuple[Stub, Adapter]]:
    play = answering(answer or Canned(202, b'{"id": "AAMk"}'))
    async with entra() as tokens, serving(play) as stub:
        adapter = build(stub.url(), tokens.stub.url(), reply_to="hilfe@muster.example")
        async with using(adapter):
            yield stub, adapter


async def test_a_token_is_asked_for_with_the_credentials_and_the_api_it_is_for():
    async with entra() as tokens, serving(answering(Canned(202, b'{"id": "A"}'))) as stub:
        adapter = build(stub.url("/v1.0"), tokens.stub.url())
        await send(adapter)
        await adapter.close()

    form = parse_qs(tokens.stub.requests[0].partition(b"\r\n\r\n")[2].decode())
    assert form == {
        "client_id": ["6d1c1f0e-0000-4000-8000-000000000001"],
        "client_secret": ["s3cret"],
        "grant_type": ["client_credentials"],
        "scope": [f"{stub.url()}/.default"],
    }
    assert b"Authorization: Bearer t1" in stub.requests[0]


async def test_a_token_that_ends_is_replaced_before_it_does():
    async with entra() as tokens, serving(answering(Canned(202, b'{"id": "A"}'))) as stub:
        async with using(build(stub.url(), tokens.stub.url())) as adapter:
            await send(adapter)
            before = tokens.asked
            tokens.says(200, {"access_token": "t2", "expires_in": 60})
            await send(adapter, outgoing(ERIKA, key="b"))
            assert tokens.asked == before  # an hour is not over
        async with using(build(stub.url(), tokens.stub.url())) as adapter:
            await send(adapter)

    assert tokens.asked == before + 2  # a minute is as good as over: one for the draft, one for its sending


async def test_a_token_that_worked_and_is_refused_is_replaced_by_the_next_send():
    async with entra() as tokens, serving(answering(Canned(202, b'{"id": "A"}'))) as stub:
        adapter = build(stub.url(), tokens.stub.url())
        await accepted(adapter)
        stub.play = answering(Canned(401, b"{}"))
        revoked = await asyncio.gather(*(send(adapter, outgoing(ERIKA, key=key)) for key in "abc"))
        before = tokens.asked
        refused = await send(adapter, outgoing(ERIKA, key="d"))
        await adapter.close()

    assert {type(one) for one in revoked} == {NotSent}
    assert isinstance(refused, Rejected)  # a new token, and refused as well: it is not the token
    assert refused.scope is Scope.CHANNEL
    assert (before, tokens.asked) == (1, 2)


async def test_a_late_refusal_of_an_old_token_says_nothing_about_the_new_one():
    no, transport = Reply(401, {}, b"{}"), Transport()
    async with entra() as tokens:
        given = {**OPTIONS, "token_url": tokens.stub.url()}
        sign_in = SignIn(
            ChannelSettings(name="mail", adapter="outlook", origin="here", options=given),
            transport,
            "https://api",
        )
        old = await sign_in.token()
        assert isinstance(old, str)
        sign_in.judge(old, Reply(202, {}, b""))
        assert isinstance(sign_in.judge(old, no), NotSent)
        tokens.says(200, {"access_token": "t2", "expires_in": 3599})
        new = await sign_in.token()
        await transport.close()

    assert isinstance(new, str)
    assert isinstance(sign_in.judge(old, no), NotSent)
    assert sign_in.judge(new, no) is no


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (
            401,
            {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret s3cret"},
        ),
        (400, {"error": "unauthorized_client", "error_description": "AADSTS700016: no such application"}),
        (404, {}),
    ],
)
async def test_wrong_credentials_concern_the_channel_and_are_not_told(status, document):
    async with serving(never) as stub, entra() as tokens:
        tokens.says(status, document)
        async with using(build(stub.url(), tokens.stub.url())) as adapter:
            outcome, probe = await send(adapter), await adapter.probe()

    assert isinstance(outcome, Rejected)
    assert outcome.scope is Scope.CHANNEL
    assert "signing in failed" in outcome.reason
    assert probe.health is Health.UNAUTHORISED
    assert stub.requests == []


@pytest.mark.parametrize("status", [200, 429, 500, 503])
async def test_without_a_token_certainly_nothing_was_sent(status):
    async with serving(answering(Canned(200, b"{}"))) as stub, entra() as tokens:
        tokens.says(status, {"unexpected": True})
        async with using(build(stub.url(), tokens.stub.url())) as adapter:
            outcome, found, probe = await send(adapter), await find(adapter), await adapter.probe()

    assert isinstance(outcome, NotSent)
    assert isinstance(found, Unknown)
    assert probe.health is Health.UNREACHABLE
    assert stub.requests == []


@pytest.mark.parametrize(
    ("status", "code", "scope"),
    [
        (400, "ErrorInvalidRecipients", Scope.RECIPIENT),
        (413, "ErrorMessageSizeExceeded", Scope.MESSAGE),
        (403, "ErrorSendAsDenied", Scope.CHANNEL),
        (400, "ErrorMessageSubmissionBlocked", Scope.CHANNEL),
        (404, "ErrorInvalidUser", Scope.CHANNEL),
        (403, "SomethingNew", Scope.CHANNEL),
    ],
)
async def test_what_graph_refuses_concerns_the_right_thing(status, code, scope):
    body = json.dumps({"error": {"code": code, "message": "No."}}).encode()
    async with graph(Canned(status, body)) as (_, adapter):
        outcome = await send(adapter)

    assert isinstance(outcome, Rejected)
    assert (outcome.scope, outcome.code) == (scope, code)


@pytest.mark.parametrize(
    "listed", [b"{}", b'{"value": 1}', b'{"value": [{"id": "A"}]}', b'{"value": [{"isDraft": true}]}']
)
async def test_a_look_up_that_does_not_say_proves_nothing(listed):
    async with graph(Canned(200, listed)) as (_, adapter):
        assert isinstance(await find(adapter), Unknown)


async def test_a_200_for_a_sending_is_no_acceptance():
    async with graph(Canned(200, b'{"id": "AAMk"}')) as (_, adapter):
        assert isinstance(await send(adapter), Unknown)


@pytest.mark.parametrize("url", ["http://login.example/token", "login.example", ""])
def test_a_token_is_never_asked_for_in_clear(url):
    if not url:
        assert build(None, url)  # the default
        return
    with pytest.raises(ConfigError, match="token_url") as raised:
        build(None, url)

    assert raised.value.hint
