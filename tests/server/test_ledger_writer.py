"""What arrives at the same time shares a transaction; what cannot be recorded takes nothing else with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from broadcast.errors import LedgerDamaged
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.receipts import ChannelReceipt
from broadcast.model.call_step import CallEffect, CallStep
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.server.counters import Counters
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.testing.ledger_samples import NOON


def step(number: int, *effects: CallEffect) -> CallStep:
    return CallStep(
        call=f"CA{number}",
        leg="",
        number=1,
        caller=f"+49151123456{number:02}",
        called="+4930231250",
        locale="de",
        at=NOON,
        effects=effects,
    )


def receipt(ref: str) -> ChannelReceipt:
    return ChannelReceipt("sms", AddressKind.PHONE, Receipt(ref=ref, state=ReceiptState.DELIVERED, event="d"))


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def writer(settings, counters) -> Iterator[LedgerWriter]:
    writer = LedgerWriter(lambda: Ledger.open(settings.ledger), SystemClock(), counters)
    writer.start()
    yield writer
    writer.close()


async def together(writer: LedgerWriter, *works):
    """Let these wait for the ledger at the same time; return their results and errors."""
    busy, held = threading.Event(), threading.Event()

    def hold(_: Ledger) -> None:
        busy.set()
        held.wait()

    first = writer.call(hold)
    await asyncio.to_thread(busy.wait)
    waiting = asyncio.gather(*works, return_exceptions=True)
    await asyncio.sleep(0)  # they have asked
    held.set()
    await first
    return await waiting


async def test_steps_and_receipts_that_wait_are_recorded_at_once(writer, counters, ledger):
    steps = [writer.record_step("call", step(n)) for n in range(20)]
    await together(writer, *steps, writer.record([receipt("SM1")]))

    assert sum(counters.ledger_writes.counts) <= 2  # with the one that they waited for
    assert all(ledger.calls.in_progress("call", f"CA{n}") for n in range(20))


async def test_a_step_that_comes_twice_at_once_is_recorded_once(writer, ledger):
    asked = step(
        1,
        CallEffect(kind="call-back", details={"number": "+4915112345601", "topic": "other", "locale": "de"}),
    )
    results = await together(writer, *(writer.record_step("call", asked) for _ in range(3)))

    assert results == [True] * 3
    assert len(ledger.call_follow_ups.call_backs()) == 1


async def test_what_cannot_be_recorded_takes_nothing_else_with_it(writer, ledger):
    nameless = step(2, CallEffect(kind="rating", details={}))
    results = await together(
        writer,
        writer.record_step("call", step(1)),
        writer.record_step("call", nameless),
        writer.record([receipt("SM1")]),
        writer.record([receipt("\ud800")]),
    )

    assert [type(result) for result in results[1::2]] == [LedgerDamaged] * 2
    assert ledger.calls.in_progress("call", "CA1")
    assert ledger.calls.in_progress("call", "CA2") is None
    assert results[2].recorded == 1


async def test_what_waits_when_the_process_ends_is_recorded(writer, ledger):
    def close(_: Ledger) -> None:
        closing.start()

    closing = threading.Thread(target=writer.close)
    await together(writer, writer.call(close), *(writer.record_step("call", step(n)) for n in range(5)))
    await asyncio.to_thread(closing.join)

    assert all(ledger.calls.in_progress("call", f"CA{n}") for n in range(5))
