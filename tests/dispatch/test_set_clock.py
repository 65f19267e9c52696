"""Somebody sets the clock while a notice is sent: nobody waits for hours, and nothing is looked up early."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadcast.dispatch.channel import ActiveChannel
from broadcast.dispatch.decide import Policy
from broadcast.dispatch.engine import Engine
from broadcast.dispatch.message_builder import MessageBuilder
from broadcast.dispatch.progress import Ending, Event, EventKind
from broadcast.dispatch.stop import Stop
from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.ledger import Ledger
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted, NotSent, Outcome, Unknown
from broadcast.publishing.prepare import headline
from broadcast.testing.ledger_samples import NOON, after, claim, record, settled

LOOKUP_DELAY = 0.3  # seconds
SETS = [timedelta(hours=-5), timedelta(seconds=-2), timedelta(hours=5)]


class WallClock(SystemClock):
    """A clock that somebody sets; what a test lets pass, both of its hands show."""

    wrong = timedelta()
    passed = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.passed) + self.wrong

    def monotonic(self) -> float:
        return super().monotonic() + self.passed


class Sms:
    """A provider that answers as the test says, and remembers when it was asked what."""

    capabilities = Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL)

    def __init__(self, clock: WallClock, answer: Callable[[int], Outcome | None]) -> None:
        self._clock = clock
        self._answer = answer
        self.sent: list[tuple[str, float]] = []
        self.looked_up: list[tuple[str, float]] = []

    async def send(self, batch: Sequence) -> Sequence[Outcome]:
        self.sent += [(outgoing.address, self._clock.monotonic()) for outgoing in batch]
        return [self._answer(len(self.sent)) or Accepted(outgoing.key) for outgoing in batch]

    async def find(self, attempts: Sequence) -> Sequence[Outcome]:
        self.looked_up += [(attempt.outgoing.address, self._clock.monotonic()) for attempt in attempts]
        return [Accepted(attempt.outgoing.key) for attempt in attempts]


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def dispatched(
    ledger: Ledger, sms: Sms, clock: WallClock, people: int, listener: Callable[[Event], None]
) -> Ending:
    notice = record(ledger, *(f"p{number}" for number in range(people)), route=("email",))
    run = ledger.runs.begin()
    builder = MessageBuilder(
        notice="INC-1/1",
        identity=notice.identity,
        headline=headline(notice.facts, notice.incident_identity),
        texts=tuple(ledger.incidents.texts(notice.id)),
        secret=b"a secret of these tests",
    )
    channel = ActiveChannel(name="email", adapter=sms, concurrency=1, lookup_delay=LOOKUP_DELAY, batch=1)  # type: ignore[arg-type]  # all that it looks at
    deliveries = ledger.deliveries(notice.id, run, clock=clock)
    engine = Engine(deliveries, builder, {"email": channel}, clock, Policy(), listener)
    ending = asyncio.run(engine.run(clock.monotonic() + 10, Stop()))
    run.end()
    return ending


@pytest.mark.parametrize("by", SETS)
def test_a_provider_that_asked_for_patience_is_asked_again_when_it_said(ledger, by):
    clock = WallClock()
    sms = Sms(clock, lambda number: NotSent("slow down", retry_after=0.3) if number == 1 else None)

    def listener(event: Event) -> None:
        if event.kind is EventKind.FAILED:
            clock.wrong = by

    assert dispatched(ledger, sms, clock, 2, listener) is Ending.FINISHED

    (_, first), *_, (_, last) = sms.sent
    assert 0.29 < last - first < 5


@pytest.mark.parametrize("by", SETS)
def test_a_lost_answer_is_looked_up_when_it_has_settled(ledger, by):
    clock = WallClock()
    lost = 0

    def answer(number: int) -> Outcome:
        clock.passed += (
            LOOKUP_DELAY * 0.6 * (number - 1)
        )  # when the second is lost, the first has nearly settled
        return Unknown("the answer was lost")

    def listener(event: Event) -> None:
        nonlocal lost
        lost += event.kind is EventKind.UNKNOWN
        clock.wrong = by if lost == 2 else timedelta()

    sms = Sms(clock, answer)

    assert dispatched(ledger, sms, clock, 2, listener) is Ending.FINISHED

    assert len(sms.sent) == len(sms.looked_up) == 2
    sent = dict(sms.sent)
    assert all(LOOKUP_DELAY * 0.95 < at - sent[address] < 5 for address, at in sms.looked_up)


class Shown(SystemClock):
    """A clock that shows what it is told to."""

    shown = NOON

    def now(self) -> datetime:
        return self.shown


@pytest.fixture(scope="module")
def waiting(tmp_path_factory):
    """One delivery whose answer was lost, for a run with a clock that is told what to show."""
    ledger = Ledger.open(tmp_path_factory.mktemp("waiting") / "ledger.db")
    notice = record(ledger, "anna", route=("email",))
    clock, run = Shown(), ledger.runs.begin()
    yield ledger.deliveries(notice.id, run, clock=clock), clock, ledger
    run.end()
    ledger.close()


def waits(deliveries: Deliveries, ledger: Ledger, seconds: float) -> None:
    """Let the only delivery wait that long from noon on."""
    with closing(sqlite3.connect(ledger.name)) as connection, connection:
        connection.execute(
            "UPDATE delivery SET state = 'unknown', not_before = ?, waits_since = ?",
            (after(seconds).timestamp(), NOON.timestamp()),
        )


@settings(max_examples=60, deadline=None)
@given(
    wait=st.floats(0, 900),
    passed=st.floats(0, 900),
    by=st.floats(-1e8, 1e8),
    processes=st.integers(1, 3),
)
def test_nobody_waits_longer_than_before_and_no_wait_ends_early(waiting, wait, passed, by, processes):
    deliveries, clock, ledger = waiting
    waits(deliveries, ledger, wait)
    clock.shown = after(passed + by)

    for _ in range(processes):
        deliveries.restart_waits(after(passed))

    (left,) = deliveries.waiting()
    remaining = left.due - clock.shown.timestamp()
    assert remaining <= wait + 0.001
    assert max(remaining, 0) >= wait - passed - 0.001


@pytest.mark.parametrize("hours", [-1000, -1, 0, 1000])
def test_a_retry_starts_at_once_whatever_the_clock_showed_before(ledger, hours):
    notice = record(ledger, "anna", "bert", route=("sms",))
    run = ledger.runs.begin()
    deliveries = ledger.deliveries(notice.id, run, clock=SystemClock())
    first, second = claim(deliveries, "sms", 2)
    deliveries.turn(
        [
            settled(first, DeliveryState.PLANNED, "not_sent", not_before=after(60).timestamp()),
            settled(second, DeliveryState.UNKNOWN, "unknown", not_before=after(5).timestamp()),
        ],
        {},
        NOON,
    )
    shown = after(3600 * hours)

    deliveries.unhold(shown)

    assert len(deliveries.turn([], {"sms": 2}, shown).claims["sms"]) == 1
    later = shown + timedelta(seconds=5)
    assert len(deliveries.lookups("sms", 9, later, later)[0]) == 1
    run.end()
