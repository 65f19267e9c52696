"""A machine that sleeps between a claim and its request: what was closed meanwhile is not sent any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from broadcast.channels.start_limit import TOO_OLD, may_start
from broadcast.dispatch.channel import ActiveChannel
from broadcast.dispatch.decide import Policy
from broadcast.dispatch.engine import Engine
from broadcast.dispatch.message_builder import MessageBuilder
from broadcast.dispatch.progress import Ending, Event, EventKind
from broadcast.dispatch.stop import Stop
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.channel import Capabilities, ChannelKind
from broadcast.model.clock import SystemClock
from broadcast.model.contact import AddressKind
from broadcast.model.incident import Phase
from broadcast.model.outcome import Accepted, NotSent, Outcome
from broadcast.publishing.prepare import headline
from broadcast.testing.ledger_samples import record

PEOPLE = [f"p{number:02}" for number in range(24)]


class Laptop(SystemClock):
    """A clock that can be put on, as a lid that is closed for a while does."""

    asleep = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.asleep


class Mail:
    """A provider that can be asked what it has, so that some are claimed ahead of a free slot.

    Its first answer comes at once, the others when it is told to.
    """

    capabilities = Capabilities(kind=ChannelKind.EMAIL, address=AddressKind.EMAIL)

    def __init__(self) -> None:
        self.told: list[str] = []
        self.may_answer = asyncio.Event()

    async def send(self, batch: Sequence) -> Sequence[Outcome]:
        self.told += [outgoing.address for outgoing in batch]
        if len(self.told) > 1:
            await self.may_answer.wait()
        return [Accepted(outgoing.key) for outgoing in batch]

    async def find(self, attempts: Sequence) -> Sequence[Outcome]:
        return [NotSent("it never arrived") for _ in attempts]


@pytest.fixture
def ledger(tmp_path):
    ledger = Ledger.open(tmp_path / "ledger.db")
    yield ledger
    ledger.close()


def dispatched(
    ledger: Ledger, notice: Notice, mail: Mail, at_first_answer: Callable[[], None], clock: Laptop
) -> Ending:
    """Send the notice, and let something happen when the first answer has come."""
    answers = 0

    def listener(event: Event) -> None:
        nonlocal answers
        answers += event.kind is EventKind.ACCEPTED
        if answers == 1 and event.kind is EventKind.ACCEPTED:
            at_first_answer()
            mail.may_answer.set()

    run = ledger.runs.begin()
    builder = MessageBuilder(
        notice="INC-1/1",
        identity=notice.identity,
        headline=headline(notice.facts, notice.incident_identity),
        texts=tuple(ledger.incidents.texts(notice.id)),
        secret=b"a secret of these tests",
    )
    channel = ActiveChannel(name="email", adapter=mail, concurrency=8, lookup_delay=0.1, batch=1)  # type: ignore[arg-type]  # all that it looks at
    deliveries = ledger.deliveries(notice.id, run, clock=clock)
    engine = Engine(deliveries, builder, {"email": channel}, clock, Policy(), listener)
    ending = asyncio.run(engine.run(None, Stop()))
    run.end()
    return ending


def states(ledger: Ledger, notice: Notice) -> dict[str, int]:
    return {entry.state: entry.count for entry in ledger.history.delivery_counts(notice.id)}


def test_what_was_claimed_before_the_machine_slept_is_not_sent_after_somebody_closed_the_incident(ledger):
    clock, mail = Laptop(), Mail()
    notice = record(ledger, *PEOPLE, route=("email",))
    told_before: list[int] = []

    def close_and_sleep() -> None:
        told_before.append(len(mail.told))
        somebody = Ledger.open(ledger.name)
        record(somebody, *PEOPLE, phase=Phase.RESOLVED, route=("email",))
        somebody.close()
        clock.asleep += 6

    assert dispatched(ledger, notice, mail, close_and_sleep, clock) is Ending.FINISHED

    assert len(mail.told) == told_before[0]
    assert states(ledger, notice) == {"accepted": len(mail.told), "cancelled": len(PEOPLE) - len(mail.told)}


def test_after_a_sleep_everybody_is_told_once_where_nothing_has_changed(ledger):
    clock, mail = Laptop(), Mail()
    notice = record(ledger, *PEOPLE, route=("email",))

    def sleep() -> None:
        clock.asleep += 3600

    assert dispatched(ledger, notice, mail, sleep, clock) is Ending.FINISHED

    assert sorted(mail.told) == [f"{name}@kunde.example" for name in PEOPLE]
    assert states(ledger, notice) == {"accepted": len(PEOPLE)}
    (attempts,) = ledger.history.attempts(notice.id)
    assert attempts.attempts == len(PEOPLE)


def test_a_request_that_was_due_when_the_machine_slept_is_claimed_again(ledger):
    """The machine sleeps after the claim is on disk and before the first request of all starts."""
    mail = Mail()
    slept: list[bool] = []
    notice = record(ledger, *PEOPLE, route=("email",))

    class Sleeping(Laptop):
        def monotonic(self) -> float:
            if not slept and states(ledger, notice).get("sending"):
                slept.append(True)
                moment = super().monotonic()
                self.asleep += 6
                record(ledger, *PEOPLE, phase=Phase.RESOLVED, route=("email",))
                return moment
            return super().monotonic()

    assert dispatched(ledger, notice, mail, lambda: None, Sleeping()) is Ending.FINISHED

    assert mail.told == []
    assert states(ledger, notice) == {"cancelled": len(PEOPLE)}


class SlowToSignIn(Mail):
    """A provider whose login takes longer than a claim is good for: the first times, or every time."""

    def __init__(self, clock: Laptop, times: int) -> None:
        super().__init__()
        self.asked = 0
        self._clock, self._times = clock, times

    async def send(self, batch: Sequence) -> Sequence[Outcome]:
        self.asked += 1
        if self.asked <= self._times:
            self._clock.asleep += 11
        return await super().send(batch) if may_start() else [NotSent(TOO_OLD) for _ in batch]


def test_what_was_too_old_at_its_first_byte_is_claimed_again_and_no_attempt_is_counted(ledger):
    clock = Laptop()
    mail = SlowToSignIn(clock, times=1)
    notice = record(ledger, "p00", route=("email",))

    assert dispatched(ledger, notice, mail, lambda: None, clock) is Ending.FINISHED

    assert (mail.asked, mail.told) == (2, ["p00@kunde.example"])
    (attempts,) = ledger.history.attempts(notice.id)
    assert attempts.attempts == 1


def test_a_provider_that_is_always_too_slow_for_its_claims_does_not_keep_the_run_going(ledger):
    clock = Laptop()
    mail = SlowToSignIn(clock, times=100)
    notice = record(ledger, "p00", route=("email",))

    assert dispatched(ledger, notice, mail, lambda: None, clock) is Ending.FINISHED

    assert mail.told == []
    assert mail.asked == 1 + Policy().attempts_without_backup
    assert states(ledger, notice) == {"held": 1}
