"""The contract of adapters with a provider that remembers messages: threads and look-ups, in the sandbox."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

import pytest

from broadcast.channels.base import Adapter, Polled, Reconciles
from broadcast.model.channel import Idempotency, Threading
from broadcast.model.inbound import AwaitedReceipt, ReceiptState
from broadcast.model.outcome import Accepted, Health, NotSent, Outcome, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.sandbox.faults import Fault, Kind
from broadcast.sandbox.records import Received
from broadcast.sandbox.server import Sandbox
from broadcast.testing.adapter_contract import LEEWAY, TIMEOUT, AdapterContract, Case, using
from broadcast.testing.samples import NASTY, now, outgoing

_MUST_BE_ASKED = frozenset({Idempotency.LOOKUP, Idempotency.DEDUPE})


class SandboxAdapterContract(AdapterContract):
    """How an adapter threads messages and looks up lost ones, with the sandbox as its provider.

    Subclass it and give the fixture `case`, whose `provider` is the sandbox's name for the provider. Tests of
    abilities that the adapter does not declare are skipped.

    Example:
        class TestPigeonInSandbox(SandboxAdapterContract):
            @pytest.fixture
            def case(self) -> Case:
                return Case(
                    adapter="pigeon",
                    options={"token": "t0p"},
                    secrets=("t0p",),
                    address="+4915112345678",
                    provider="pigeon",
                )

    Raises:
        AssertionError: A message arrived twice or changed, or an outcome is wrong.
    """

    @pytest.fixture
    async def sandbox(self) -> AsyncIterator[Sandbox]:
        async with Sandbox() as sandbox:
            yield sandbox

    @pytest.fixture
    async def adapter(self, case: Case, sandbox: Sandbox) -> AsyncIterator[Adapter]:
        async with using(in_sandbox(case, sandbox)) as adapter:
            yield adapter

    async def test_news_of_a_message_is_about_that_message(self, case: Case, adapter: Adapter) -> None:
        if not isinstance(adapter, Polled):
            pytest.skip("its provider is not asked for news")
        outcome = await first(case, adapter)
        assert isinstance(outcome, Accepted)

        news = await adapter.poll([AwaitedReceipt(outcome.ref, now()), AwaitedReceipt("unknown", now())])

        assert {(one.ref, one.state) for one in news} <= {(outcome.ref, ReceiptState.DELIVERED)}

    async def test_one_message_arrives_once(self, case: Case, sandbox: Sandbox, adapter: Adapter) -> None:
        outcome = await first(case, adapter)

        assert isinstance(outcome, Accepted)
        assert outcome.ref
        assert len(received(case, sandbox)) == 1

    @pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
    async def test_a_text_arrives_as_it_was_written(
        self, case: Case, sandbox: Sandbox, adapter: Adapter, text: str
    ) -> None:
        if any(len(text) > limit.most for limit in adapter.capabilities.limits):
            pytest.skip("no text of this length gets here")

        outcomes = await adapter.send([outgoing(case.address, text=text)])

        assert isinstance(outcomes[0], Accepted), outcomes
        assert received(case, sandbox)[0].text.rstrip("\n") == text

    async def test_every_message_of_an_incident_is_in_one_thread(
        self, case: Case, sandbox: Sandbox, adapter: Adapter
    ) -> None:
        if adapter.capabilities.threading is Threading.NONE:
            pytest.skip("this provider knows no threads")
        edits = adapter.capabilities.threading is Threading.EDIT
        thread, parents = None, []
        for sequence in (1, 2, 3):
            text = f"[INC-7/{sequence}] Wir arbeiten daran."
            message = outgoing(case.address, text=text, sequence=sequence, thread=thread)
            (outcome,) = await adapter.send([message])
            assert isinstance(outcome, Accepted), outcome
            assert outcome.thread is not None
            assert thread is None or outcome.thread.root == thread.root
            thread = outcome.thread
            parents.append(thread.root if edits else thread.last)

        assert [one.thread for one in received(case, sandbox)][1:] == parents[:2]

    @pytest.mark.parametrize("kind", ["drop_before", "drop_after", "hang", "hang_after", "truncated", "huge"])
    async def test_a_lost_answer_is_unknown(self, case: Case, sandbox: Sandbox, kind: Kind) -> None:
        deadline = 20 if kind == "huge" else TIMEOUT
        sandbox.fault(Fault(kind=kind, provider=case.provider, every=case.requests))
        begun = time.monotonic()

        async with using(in_sandbox(case, sandbox, deadline)) as adapter:
            outcome = await first(case, adapter)

        assert isinstance(outcome, Unknown), outcome
        assert time.monotonic() - begun < deadline + LEEWAY
        assert len(received(case, sandbox)) == (kind not in {"drop_before", "hang"})

    async def test_a_probe_sends_no_message(self, case: Case, sandbox: Sandbox, adapter: Adapter) -> None:
        probe = await adapter.probe()

        assert probe.health is Health.OK, probe
        assert received(case, sandbox) == []

    async def test_a_look_up_finds_a_message_that_the_provider_has(
        self, case: Case, sandbox: Sandbox, adapter: Adapter
    ) -> None:
        attempt = Attempted(outgoing(case.address), now())
        sandbox.fault(Fault(kind="drop_after", provider=case.provider, times=1, every=case.requests))
        assert isinstance(await first(case, adapter), Unknown)

        (found,) = await _reconciler(adapter).find([attempt])

        assert isinstance(found, Accepted), found
        assert found.detail
        assert len(received(case, sandbox)) == 1

    async def test_a_look_up_returns_the_references_of_the_acceptance(
        self, case: Case, adapter: Adapter
    ) -> None:
        reconciler = _reconciler(adapter)
        begun = now()
        (opening,) = await adapter.send([outgoing(case.address)])
        assert isinstance(opening, Accepted)
        text = "[INC-7/2] Wir arbeiten daran."
        update = outgoing(case.address, text=text, sequence=2, thread=opening.thread)
        (accepted,) = await adapter.send([update])
        assert isinstance(accepted, Accepted)

        found = await reconciler.find([Attempted(outgoing(case.address), begun), Attempted(update, begun)])

        assert isinstance(found[0], Accepted), found
        assert isinstance(found[1], Accepted), found
        assert (found[1].ref, found[1].thread) == (accepted.ref, accepted.thread)

    async def test_a_message_that_the_provider_does_not_have_was_not_sent(
        self, case: Case, sandbox: Sandbox, adapter: Adapter
    ) -> None:
        other = outgoing(case.address, text="[INC-6/1] Eine andere Störung.", key="another")
        await adapter.send([other])
        sandbox.fault(Fault(kind="drop_before", provider=case.provider, times=1, every=case.requests))
        assert isinstance(await first(case, adapter), Unknown)

        (found,) = await _reconciler(adapter).find([Attempted(outgoing(case.address), now())])

        assert isinstance(found, NotSent), found

    @pytest.mark.parametrize("kind", ["status", "garbage", "drop_before", "truncated"])
    async def test_a_look_up_that_fails_proves_nothing(
        self, case: Case, sandbox: Sandbox, adapter: Adapter, kind: Kind
    ) -> None:
        reconciler = _reconciler(adapter)
        sandbox.fault(Fault(kind=kind, provider=case.provider, reads=True))

        found = await reconciler.find([Attempted(outgoing(case.address), now())] * 2)

        assert [type(one) for one in found] == [Unknown, Unknown]


def in_sandbox(case: Case, sandbox: Sandbox, deadline: float = TIMEOUT) -> Adapter:
    """Return the adapter, connected to the sandbox."""
    if case.provider == "smtp":
        return case.build(None, deadline, host="127.0.0.1", port=sandbox.smtp_port)
    return case.build(sandbox.base_url(case.provider), deadline)


async def first(case: Case, adapter: Adapter) -> Outcome:
    """Return the outcome of the first notice."""
    (outcome,) = await adapter.send([outgoing(case.address)])
    return outcome


def received(case: Case, sandbox: Sandbox) -> list[Received]:
    """Return the messages that people got through this provider."""
    return [one for one in sandbox.received if one.provider == case.provider and one.tells]


def _reconciler(adapter: Adapter) -> Reconciles:
    repeats = adapter.capabilities.idempotency
    if not isinstance(adapter, Reconciles):
        assert repeats not in _MUST_BE_ASKED
        pytest.skip("this provider cannot be asked")
    assert repeats is not Idempotency.NONE
    return adapter
