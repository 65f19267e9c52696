"""The contract of adapters over HTTP: which outcome each answer must have, and what must not leak."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from broadcast.channels.base import Polled
from broadcast.model.inbound import AwaitedReceipt
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected, Scope, Unknown
from broadcast.testing.adapter_contract import CONNECTIONS, LEEWAY, TIMEOUT, AdapterContract, Case, using
from broadcast.testing.samples import now, outgoing
from broadcast.testing.stub import (
    Canned,
    Play,
    Stub,
    answering,
    breaking_off,
    dripping,
    flooding,
    never,
    reset,
    serving,
)

CROWD = 50

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BOMBS = (b"[" * 200_000, b'{"a":' * 40_000, b"9" * 200_000, b'{"id": 1e999, "sid": 1e999}')
_PAGE = b"<html><body><h1>It works!</h1></body></html>"


class HttpAdapterContract(AdapterContract):
    """Which outcome an adapter must return for each HTTP status, and for each kind of missing answer.

    Subclass it and give the fixture `case`. The tests run against a server on this machine; the deadline of a
    request is `TIMEOUT` seconds.

    Example:
        class TestPigeon(HttpAdapterContract):
            @pytest.fixture
            def case(self) -> Case:
                return Case(
                    adapter="pigeon",
                    options={"loft": "north", "token": "s3cret-feather"},
                    secrets=("s3cret-feather",),
                    address="+4915112345678",
                    accepted=Canned(201, b'{"id": "P1"}'),
                )

    Raises:
        AssertionError: An outcome is wrong, a request was sent twice, or a secret or address leaked.
    """

    @pytest.fixture
    async def stub(self, case: Case) -> AsyncIterator[Stub]:
        async with serving(answering(case.accepted), logins=case.logins) as stub:
            yield stub

    async def test_an_accepted_message_takes_no_superfluous_request(self, case: Case, stub: Stub) -> None:
        outcome = await case.send(stub.url())

        assert isinstance(outcome, Accepted), outcome
        assert outcome.ref
        assert len(stub.requests) == case.requests

    @pytest.mark.parametrize("body", [b"{}", b'{"message": "no", "code": 1}', _PAGE, b""])
    @pytest.mark.parametrize(
        ("status", "scope"),
        [(401, Scope.CHANNEL), (403, Scope.CHANNEL), (404, Scope.CHANNEL), (422, Scope.MESSAGE)],
    )
    async def test_a_refusal_is_final(
        self, case: Case, stub: Stub, status: int, scope: Scope, body: bytes
    ) -> None:
        stub.play = answering(Canned(status, body))

        outcome = await case.send(stub.url())

        assert isinstance(outcome, Rejected), outcome
        assert outcome.scope is scope
        # Another request that asks for the refusal is allowed; sending again is not.
        assert len(stub.methods) - stub.methods[1:].count("GET") == 1

    @pytest.mark.parametrize("status", [200, 401, 404, 429, 500])
    @pytest.mark.parametrize("body", [b"{}", b"[1]", b'{"status": {}, "value": [7]}', _PAGE, b"\xff"])
    async def test_an_answer_that_cannot_be_read_is_no_news(
        self, case: Case, stub: Stub, status: int, body: bytes
    ) -> None:
        adapter = case.build(stub.url())
        if not isinstance(adapter, Polled):
            pytest.skip("its provider is not asked for news")
        stub.play = answering(Canned(status, body))

        async with using(adapter):
            assert list(await adapter.poll([AwaitedReceipt("M1", now())])) == []

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_a_redirect_is_not_followed(self, case: Case, stub: Stub, status: int) -> None:
        stub.play = answering(Canned(status, b"", {"Location": stub.url("/elsewhere")}))

        outcome = await case.send(stub.url())

        assert isinstance(outcome, Rejected), outcome
        assert outcome.scope is Scope.CHANNEL
        assert len(stub.requests) == 1

    @pytest.mark.parametrize("spelling", ["seconds", "date"])
    async def test_too_many_requests_means_later(self, case: Case, stub: Stub, spelling: str) -> None:
        moment = now().replace(microsecond=0)
        later = format_datetime((moment + timedelta(seconds=7)), usegmt=True)
        headers = {"Date": format_datetime(moment, usegmt=True)}
        headers["Retry-After"] = "7" if spelling == "seconds" else later
        stub.play = answering(Canned(429, b"{}", headers))

        outcome = await case.send(stub.url())

        assert isinstance(outcome, NotSent), outcome
        assert outcome.retry_after == 7

    @pytest.mark.parametrize("body", [b"{}", _PAGE])
    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    async def test_a_server_error_is_unknown(self, case: Case, stub: Stub, status: int, body: bytes) -> None:
        stub.play = answering(Canned(status, body))

        assert isinstance(await case.send(stub.url()), Unknown)

    @pytest.mark.parametrize("body", [_PAGE, b"{}", b"[1]", b'{"id": ', b"\xff", b"", *_BOMBS], ids=range(10))
    async def test_a_success_without_an_id_proves_nothing(self, case: Case, stub: Stub, body: bytes) -> None:
        answer = Canned(case.accepted.status, body)
        if answer == case.accepted:
            pytest.skip("this is the whole of what the provider says when it accepts")
        stub.play = answering(answer)

        assert isinstance(await case.send(stub.url()), Unknown)

    async def test_nothing_was_sent_when_the_connection_is_refused(self, case: Case) -> None:
        async with serving(never) as gone:
            pass

        assert isinstance(await case.send(gone.url()), NotSent)

    @pytest.mark.parametrize("kind", ["reset", "never", "dripping", "breaking_off", "flooding"])
    async def test_an_incomplete_answer_is_unknown(self, case: Case, stub: Stub, kind: str) -> None:
        stub.play = _lost(kind, case.accepted)
        deadline = 20 if kind == "flooding" else TIMEOUT
        begun = time.monotonic()

        outcome = await case.send(stub.url(), deadline)

        assert isinstance(outcome, Unknown), outcome
        assert len(stub.requests) == 1
        assert time.monotonic() - begun < deadline + LEEWAY

    async def test_a_cancelled_request_does_not_spoil_the_next(self, case: Case, stub: Stub) -> None:
        accept, stub.play = stub.play, never
        async with using(case.build(stub.url(), deadline=20)) as adapter:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await adapter.send([outgoing(case.address)])
            stub.play = accept

            outcomes = await adapter.send([outgoing(case.address)])

        assert isinstance(outcomes[0], Accepted)

    async def test_many_requests_share_the_connections_of_the_channel(self, case: Case, stub: Stub) -> None:
        async with using(case.build(stub.url(), deadline=20)) as adapter:
            sent = [adapter.send([outgoing(case.address, key=f"k{n}")]) for n in range(CROWD)]
            outcomes = await asyncio.gather(*sent)

        assert all(isinstance(outcome, Accepted) for (outcome,) in outcomes)
        assert len(stub.requests) == CROWD * case.requests
        assert stub.connections < CONNECTIONS + 3

    async def test_a_probe_asks_and_sends_nothing(self, case: Case, stub: Stub) -> None:
        async with using(case.build(stub.url())) as adapter:
            await adapter.probe()

        assert set(stub.methods) == {case.asks}

    @pytest.mark.parametrize(("status", "health"), [(401, Health.UNAUTHORISED), (503, Health.UNREACHABLE)])
    async def test_a_probe_names_the_problem(
        self, case: Case, stub: Stub, status: int, health: Health
    ) -> None:
        stub.play = answering(Canned(status, b"{}"))

        async with using(case.build(stub.url())) as adapter:
            assert (await adapter.probe()).health is health

    async def test_a_probe_without_a_server_is_unreachable(self, case: Case) -> None:
        async with serving(never) as gone:
            pass

        async with using(case.build(gone.url())) as adapter:
            assert (await adapter.probe()).health is Health.UNREACHABLE

    @pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
    async def test_no_secret_and_no_address_leaks(
        self, case: Case, stub: Stub, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        stub.play = _parrot(stub, status)

        async with using(case.build(stub.url())) as adapter:
            outcomes = await adapter.send([outgoing(case.address)])
            shown = f"{outcomes} {await adapter.probe()} {adapter!r}"

        logged = [record.getMessage() for record in caplog.records if record.name != "asyncio"]
        everything = "\n".join([shown, *logged])
        assert [secret for secret in case.secrets if secret in everything] == []
        assert case.address is None or case.address not in str(outcomes)

    @pytest.mark.parametrize("status", [200, 400, 500])
    async def test_nothing_that_it_says_controls_a_terminal_or_a_file(
        self, case: Case, stub: Stub, status: int
    ) -> None:
        stub.play = answering(Canned(status, json.dumps(_saying("\x1b]0;x\x07\x00\x9b31m\ud800")).encode()))

        outcome = await case.send(stub.url())

        said = [getattr(outcome, name, None) for name in ("ref", "reason", "code", "detail", "warning")]
        assert [ascii(one) for one in said if one and _CONTROLS.search(one)] == []


def _saying(text: str) -> dict[str, object]:
    """Return an answer that says `text` wherever a provider may say something."""
    names = (
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
    inner = {"id": text, "message": text, "field": text}
    return {**dict.fromkeys(names, text), "data": inner, "ticket": inner, "errors": [inner]}


def _lost(kind: str, accepted: Canned) -> Play:
    plays = {"reset": reset, "never": never, "dripping": dripping(accepted)}
    more = {"breaking_off": breaking_off(accepted), "flooding": flooding(accepted)}
    return (plays | more)[kind]


def _parrot(stub: Stub, status: int) -> Play:
    """Answer with the whole request, as careless error pages do."""

    async def play(writer: asyncio.StreamWriter) -> None:
        asked = stub.requests[-1].decode("latin-1")
        error = {"message": asked, "detail": asked, "errors": [{"message": asked, "field": None}]}
        writer.write(Canned(status, json.dumps(error).encode()).written())

    return play
