from __future__ import annotations

import json

import pytest

from broadcast.channels.base import Adapter
from broadcast.errors import ConfigError
from broadcast.model.outcome import Health, NotSent, Rejected, Scope
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import Case, using
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.samples import outgoing
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned, answering, serving


class TestMatrix(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="matrix",
            options={"access_token": "syt_s3cret", "room": "!incidents:muster.example"},
            secrets=("syt_s3cret",),
            address=None,
            accepted=Canned(200, b'{"event_id": "$YUwRidLecu"}'),
            provider="matrix",
        )

    async def test_a_repeat_is_no_second_message(self, sandbox: Sandbox, adapter: Adapter) -> None:
        assert await adapter.send([outgoing(None)]) == await adapter.send([outgoing(None)])
        assert len(sandbox.received) == 1

    async def test_nothing_in_a_text_is_markup_or_calls_anybody(
        self, sandbox: Sandbox, adapter: Adapter
    ) -> None:
        text = "@room <b>*fett*</b> https://matrix.to/#/@erika:muster.example"

        await adapter.send([outgoing(None, text=text)])

        [message] = sandbox.received
        assert message.text == text
        assert message.extra["content"].keys() == {"msgtype", "body", "m.mentions"}
        assert message.extra["content"]["m.mentions"] == {}

    @pytest.mark.parametrize(
        ("options", "code", "health"),
        [
            ({"access_token": "revoked"}, "M_UNKNOWN_TOKEN", Health.UNAUTHORISED),
            ({"room": "!gone:sandbox"}, "M_FORBIDDEN", Health.DEGRADED),
        ],
    )
    async def test_a_probe_sees_what_would_be_refused(self, case, sandbox, options, code, health):
        async with using(case.build(sandbox.base_url("matrix"), **options)) as adapter:
            (outcome,) = await adapter.send([outgoing(None)])
            probe = await adapter.probe()

        assert isinstance(outcome, Rejected)
        assert (outcome.scope, outcome.code) == (Scope.CHANNEL, code)
        assert probe.health is health

    async def test_a_probe_sees_that_the_room_is_encrypted(self, case: Case, sandbox: Sandbox) -> None:
        async with using(case.build(sandbox.base_url("matrix"), room="!secret:sandbox")) as adapter:
            probe = await adapter.probe()

        assert (probe.health, "encrypted" in probe.detail) == (Health.DEGRADED, True)

    async def test_how_long_to_wait_may_stand_in_the_document_alone(self, case: Case) -> None:
        slow = json.dumps({"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2500}).encode()
        async with serving(answering(Canned(429, slow))) as stub:
            outcome = await case.send(stub.url())

        assert isinstance(outcome, NotSent)
        assert outcome.retry_after == 2.5

    @pytest.mark.parametrize("room", ["#incidents:muster.example", "incidents", "!a/b"])
    def test_a_room_is_named_by_its_id(self, case: Case, room: str) -> None:
        with pytest.raises(ConfigError, match="room must be the room's id"):
            case.build("https://matrix.muster.example", room=room)

    def test_a_home_server_has_to_be_named(self, case: Case) -> None:
        with pytest.raises(ConfigError, match="base_url is missing"):
            case.build(None)
