from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from broadcast.channels.base import Adapter, Reconciles
from broadcast.errors import ConfigError
from broadcast.model.incident import Phase, Severity
from broadcast.model.outcome import Accepted, Health, NotSent, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import Case, using
from broadcast.testing.http_contract import HttpAdapterContract
from broadcast.testing.samples import now, outgoing
from broadcast.testing.sandbox_contract import SandboxAdapterContract
from broadcast.testing.stub import Canned, answering, serving


class TestNtfy(HttpAdapterContract, SandboxAdapterContract):
    @pytest.fixture
    def case(self) -> Case:
        return Case(
            adapter="ntfy",
            options={"topic": "muster", "token": "tk_s3cret", "allow_private": ["127.0.0.1", "::1"]},
            secrets=("tk_s3cret",),
            address=None,
            accepted=Canned(200, b'{"id": "xE73Iyuabi", "event": "message"}'),
            provider="ntfy",
            required=("topic",),
        )

    @pytest.mark.parametrize(
        ("severity", "phase", "priority", "tag"),
        [
            (Severity.SEV1, Phase.INVESTIGATING, 5, "rotating_light"),
            (Severity.SEV2, Phase.IDENTIFIED, 4, "rotating_light"),
            (Severity.SEV4, Phase.INVESTIGATING, 3, "warning"),
            (Severity.SEV1, Phase.RESOLVED, 3, "white_check_mark"),
        ],
    )
    async def test_how_loud_it_is_follows_the_severity(
        self, sandbox: Sandbox, adapter: Adapter, severity: Severity, phase: Phase, priority: int, tag: str
    ) -> None:
        one = outgoing(None, text="[INC-7/1] Weg\n\nWir arbeiten daran.")
        facts = replace(one.headline, severity=severity, phase=phase, link="https://status.muster.example/")

        await adapter.send([replace(one, headline=facts)])

        message = sandbox.received[0].extra["message"]
        assert (message["priority"], message["tags"]) == (priority, [tag])
        assert message["click"] == "https://status.muster.example/"
        assert (message["title"], message["message"]) == ("[INC-7/1] Weg", "Wir arbeiten daran.")

    async def test_a_repeat_replaces_the_notification(self, sandbox: Sandbox, adapter: Adapter) -> None:
        for sequence in (1, 1, 2):
            await adapter.send([outgoing(None, sequence=sequence)])

        first, again, next_notice = [one.extra["message"]["sequence_id"] for one in sandbox.received]
        assert first == again == outgoing(None).key
        assert next_notice != first

    async def test_a_text_that_would_become_a_file_is_not_sent(self, case: Case, sandbox: Sandbox) -> None:
        async with using(case.build(sandbox.base_url("ntfy"))) as adapter:
            (outcome,) = await adapter.send([outgoing(None, text="ä" * 2049)])

        assert isinstance(outcome, Rejected)
        assert outcome.scope is Scope.MESSAGE
        assert sandbox.received == []

    async def test_a_file_that_a_smaller_server_makes_of_the_text_is_told(self, case: Case) -> None:
        made = Canned(200, b'{"id": "xE73", "attachment": {"name": "attachment.txt"}}')
        async with serving(answering(made)) as stub:
            outcome = await case.send(stub.url())

        assert isinstance(outcome, Accepted)
        assert "file" in (outcome.warning or "")

    @pytest.mark.parametrize(("status", "code"), [(400, 40010), (403, 40301), (429, 42904), (429, 42908)])
    async def test_what_waiting_does_not_help_is_for_good(self, case: Case, status: int, code: int) -> None:
        answer = Canned(status, json.dumps({"code": code, "http": status, "error": "no"}).encode())
        async with serving(answering(answer)) as stub:
            outcome = await case.send(stub.url())

        assert isinstance(outcome, Rejected)
        assert (outcome.scope, outcome.code) == (Scope.CHANNEL, str(code))

    async def test_too_many_at_once_is_for_later(self, case: Case) -> None:
        async with serving(answering(Canned(429, b'{"code": 42901, "http": 429}'))) as stub:
            assert isinstance(await case.send(stub.url()), NotSent)

    @pytest.mark.parametrize(
        "time", ["9e99", "999999999999", "253402300800", "-1", "true", '"soon"', "null", "[]"]
    )
    async def test_a_message_without_a_time_proves_nothing(self, case: Case, time: str) -> None:
        listed = f'{{"id": "a", "event": "message", "message": "other", "time": {time}}}'.encode()
        async with serving(answering(Canned(200, listed))) as stub, using(case.build(stub.url())) as adapter:
            assert isinstance(adapter, Reconciles)
            (outcome,) = await adapter.find([Attempted(outgoing(None), now())])

        assert isinstance(outcome, Unknown)

    @pytest.mark.parametrize("text", ["", "other", '{"id": "a", "event": "open"}'])
    async def test_a_list_that_does_not_reach_back_proves_nothing(self, case: Case, text: str) -> None:
        # A server that keeps no messages answers with an empty list, whatever it was sent.
        async with (
            serving(answering(Canned(200, text.encode()))) as stub,
            using(case.build(stub.url())) as adapter,
        ):
            assert isinstance(adapter, Reconciles)
            (outcome,) = await adapter.find([Attempted(outgoing(None), now() - timedelta(hours=2))])

        assert isinstance(outcome, Unknown)

    async def test_an_older_server_is_asked_by_the_text(self, case: Case) -> None:
        sent = outgoing(None)
        listed = {
            "id": "xE73",
            "event": "message",
            "time": int(now().timestamp()),
            "message": sent.message.text,
        }
        async with (
            serving(answering(Canned(200, json.dumps(listed).encode()))) as stub,
            using(case.build(stub.url())) as adapter,
        ):
            assert isinstance(adapter, Reconciles)
            (outcome,) = await adapter.find([Attempted(sent, now())])

        assert isinstance(outcome, Accepted)
        assert outcome.ref == "xE73"

    async def test_a_probe_sees_a_wrong_token_and_a_server_that_is_ill(
        self, case: Case, sandbox: Sandbox
    ) -> None:
        async with using(case.build(sandbox.base_url("ntfy"), token="wrong")) as adapter:
            assert (await adapter.probe()).health is Health.UNAUTHORISED
        ill = answering(Canned(200, b'{"healthy": false}'))
        async with serving(ill) as stub, using(case.build(stub.url())) as adapter:
            assert (await adapter.probe()).health is Health.DEGRADED

    async def test_a_public_topic_needs_no_token(self, case: Case, sandbox: Sandbox) -> None:
        public = replace(case, options={key: case.options[key] for key in ("topic", "allow_private")})
        async with using(public.build(sandbox.base_url("ntfy"))) as adapter:
            (outcome,) = await adapter.send([outgoing(None)])

        assert isinstance(outcome, Accepted)

    def test_a_server_of_your_own_on_a_private_address_is_named(self, case: Case) -> None:
        with pytest.raises(ConfigError, match=r"base_url leads to 10\.0\.0\.5") as raised:
            case.build("https://10.0.0.5")

        assert "allow_private" in raised.value.hint
