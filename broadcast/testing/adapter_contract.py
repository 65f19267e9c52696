"""What every adapter owes the engine, as tests.

A third party's test file, whole:

    class TestPigeon(AdapterContract):
        @pytest.fixture
        def case(self):
            return Case(
                "pigeon",
                options={"loft": "north", "token": "s3cret-feather"},
                secrets=("s3cret-feather",),
                address="+4915112345678",
                accepted=Canned(201, b'{"id": "P1"}'),
            )
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime

import pytest

from broadcast.channels import registry
from broadcast.channels.base import Adapter
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Rejected, Scope, Unknown
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

TIMEOUT = 0.4  # seconds; what the engine would call the deadline of an attempt
LEEWAY = 0.6  # seconds a busy machine may add
CROWD = 50
CONNECTIONS = 8

_PAGE = b"<html><body><h1>It works!</h1></body></html>"


@dataclass(frozen=True)
class Case:
    """One adapter, and what its provider says when it accepts.

    `options` is its `[channels.NAME]` table, secrets as plain values; `secrets` are those of them that must
    never be seen again. `address` is a person's address, None for a channel that publishes. `provider` is
    the sandbox's name for it.
    """

    adapter: str
    options: Mapping[str, object]
    secrets: tuple[str, ...]
    address: str | None
    accepted: Canned = field(default_factory=Canned)
    provider: str = ""

    def build(self, base_url: str | None, deadline: float = TIMEOUT, **options: object) -> Adapter:
        """The adapter, as the registry builds it."""
        return registry.build(self.settings(base_url, deadline, {**self.options, **options}))

    def settings(
        self, base_url: str | None, deadline: float, options: Mapping[str, object]
    ) -> ChannelSettings:
        """The settings of a channel called `under-test`."""
        return ChannelSettings(
            name="under-test",
            adapter=self.adapter,
            origin="broadcast.toml, [channels.under-test]",
            base_url=base_url,
            timeout=deadline,
            concurrency=CONNECTIONS,
            options=options,
        )

    async def send(self, base_url: str, deadline: float = TIMEOUT) -> Outcome:
        """The outcome of one message."""
        async with using(self.build(base_url, deadline)) as adapter:
            outcomes = await adapter.send([outgoing(self.address)])
        assert len(outcomes) == 1
        return outcomes[0]


@contextlib.asynccontextmanager
async def using(adapter: Adapter) -> AsyncIterator[Adapter]:
    """Close the adapter afterwards."""
    try:
        yield adapter
    finally:
        await adapter.close()


class AdapterContract:
    """How an adapter over HTTP must read what can happen on the wire. Needs the fixture `case`."""

    @pytest.fixture
    async def stub(self, case: Case) -> AsyncIterator[Stub]:
        async with serving(answering(case.accepted)) as stub:
            yield stub

    async def test_acceptance_is_exactly_one_request(self, case: Case, stub: Stub) -> None:
        outcome = await case.send(stub.url())

        assert isinstance(outcome, Accepted), outcome
        assert outcome.ref
        assert len(stub.requests) == 1

    @pytest.mark.parametrize("body", [b"{}", b'{"message": "no", "code": 1}', _PAGE, b""])
    @pytest.mark.parametrize(
        ("status", "scope"),
        [(401, Scope.CHANNEL), (403, Scope.CHANNEL), (404, Scope.CHANNEL), (422, Scope.MESSAGE)],
    )
    async def test_a_refusal_is_for_good(
        self, case: Case, stub: Stub, status: int, scope: Scope, body: bytes
    ) -> None:
        stub.play = answering(Canned(status, body))

        outcome = await case.send(stub.url())

        assert isinstance(outcome, Rejected), outcome
        assert outcome.scope is scope
        assert len(stub.requests) == 1

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
    async def test_nobody_knows_after_a_server_error(
        self, case: Case, stub: Stub, status: int, body: bytes
    ) -> None:
        stub.play = answering(Canned(status, body))

        assert isinstance(await case.send(stub.url()), Unknown)

    @pytest.mark.parametrize("body", [_PAGE, b"{}", b"[1]", b'{"id": ', b"\xff", b""])
    async def test_a_success_without_an_id_proves_nothing(self, case: Case, stub: Stub, body: bytes) -> None:
        stub.play = answering(Canned(case.accepted.status, body))

        assert isinstance(await case.send(stub.url()), Unknown)

    async def test_nothing_was_sent_when_the_connection_is_refused(self, case: Case) -> None:
        async with serving(never) as gone:
            pass

        assert isinstance(await case.send(gone.url()), NotSent)

    @pytest.mark.parametrize("kind", ["reset", "never", "dripping", "breaking_off", "flooding"])
    async def test_nobody_knows_when_no_whole_answer_comes(self, case: Case, stub: Stub, kind: str) -> None:
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
        assert len(stub.requests) == CROWD
        assert stub.connections < CONNECTIONS + 3

    async def test_a_probe_asks_and_sends_nothing(self, case: Case, stub: Stub) -> None:
        async with using(case.build(stub.url())) as adapter:
            await adapter.probe()

        assert stub.methods == ["GET"]

    @pytest.mark.parametrize(("status", "health"), [(401, Health.UNAUTHORISED), (503, Health.DEGRADED)])
    async def test_a_probe_tells_what_is_wrong(
        self, case: Case, stub: Stub, status: int, health: Health
    ) -> None:
        stub.play = answering(Canned(status, b"{}"))

        async with using(case.build(stub.url())) as adapter:
            assert (await adapter.probe()).health is health

    async def test_a_probe_finds_nobody_home(self, case: Case) -> None:
        async with serving(never) as gone:
            pass

        async with using(case.build(gone.url())) as adapter:
            assert (await adapter.probe()).health is Health.UNREACHABLE

    @pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 429, 500])
    async def test_no_secret_and_no_address_is_told(
        self, case: Case, stub: Stub, status: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        stub.play = _parrot(stub, status)

        async with using(case.build(stub.url())) as adapter:
            outcomes = await adapter.send([outgoing(case.address)])
            told = f"{outcomes} {await adapter.probe()} {adapter!r}"

        logged = [record.getMessage() for record in caplog.records if record.name != "asyncio"]
        everything = "\n".join([told, *logged])
        assert [secret for secret in case.secrets if secret in everything] == []
        assert case.address is None or case.address not in str(outcomes)

    def test_an_unknown_option_is_refused_with_its_place(self, case: Case) -> None:
        with pytest.raises(ConfigError, match=r"\[channels\.under-test\].*pasword") as raised:
            case.build(None, pasword="x")  # noqa: S106 - a misspelt option, not a password

        assert raised.value.hint

    def test_a_missing_option_is_named(self, case: Case) -> None:
        for key in case.options:
            given = {name: value for name, value in case.options.items() if name != key}
            with pytest.raises(ConfigError, match=rf"\[channels\.under-test\].*{key}") as raised:
                registry.build(case.settings(None, TIMEOUT, given))
            assert raised.value.hint


def _lost(kind: str, accepted: Canned) -> Play:
    plays = {"reset": reset, "never": never, "dripping": dripping(accepted)}
    more = {"breaking_off": breaking_off(accepted), "flooding": flooding(accepted)}
    return (plays | more)[kind]


def _parrot(stub: Stub, status: int) -> Play:
    """Answer with everything that was asked, as careless error pages do."""

    async def play(writer: asyncio.StreamWriter) -> None:
        asked = stub.requests[-1].decode("latin-1")
        error = {"message": asked, "detail": asked, "errors": [{"message": asked, "field": None}]}
        writer.write(Canned(status, json.dumps(error).encode()).written())

    return play
