"""The engine: claim what is due, hand it to adapters, record the outcomes.

One loop owns all decisions; requests run beside it. The ledger is written by one thread in turns, so that
neither a slow disk nor a slow provider holds up the other, and no transaction is open across a request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from broadcast.channels.base import Reconciles
from broadcast.channels.start_limit import START
from broadcast.channels.time_limit import STOOD_STILL
from broadcast.dispatch import services
from broadcast.dispatch.channel import NEVER, ActiveChannel
from broadcast.dispatch.claim_age import ClaimAges
from broadcast.dispatch.decide import Policy
from broadcast.dispatch.interpret import Answer, Interpreter, requested_pause
from broadcast.dispatch.message_builder import MessageBuilder
from broadcast.dispatch.progress import Ending, Event, EventKind, Listener
from broadcast.dispatch.run_clock import RunClock
from broadcast.dispatch.stop import Stop
from broadcast.errors import LedgerError
from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.processes import obey_ctrl_z
from broadcast.ledger.records import Claim, Settlement
from broadcast.model.clock import Clock
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted, Outcome, Rejected, Scope, Unknown
from broadcast.model.outgoing import Attempted
from broadcast.model.pace import Pause

T = TypeVar("T")
GRACE = 0.3  # seconds; with start and end, a run is over within a second of its deadline
_LOOKUPS_AT_ONCE = 32
_NOT_CONFIGURED = "the channel is not in the configuration any more"


class Engine:
    """Sends the deliveries of one notice. Use each instance once; the channels may be used again.

    Example:
        >>> engine = Engine(deliveries, builder, channels, clock, Policy(), ignore_events)
        >>> await engine.run(deadline=clock.monotonic() + 60.0, stop=Stop())
        <Ending.FINISHED: 'finished'>
    """

    def __init__(
        self,
        deliveries: Deliveries,
        builder: MessageBuilder,
        channels: Mapping[str, ActiveChannel],
        clock: Clock,
        policy: Policy,
        listener: Listener,
    ) -> None:
        # `deliveries` is used in the writer's thread only. What waits for a channel that is not in `channels`
        # moves on, or is held.
        self._deliveries = deliveries
        self._builder = builder
        self._channels = channels
        self._clock = clock
        self._run_clock = RunClock(clock)
        self._listener = listener
        self._interpreter = Interpreter(clock, policy, listener, builder.secret)
        self._answers: list[Answer] = []
        self._ages = ClaimAges(clock)
        self._expired: list[Claim] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake_up = asyncio.Event()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="ledger", initializer=obey_ctrl_z)

    async def run(self, deadline: float | None, stop: Stop, patience: float = GRACE) -> Ending:
        """Send until nothing more can be done, the deadline passes, or the run is asked to stop.

        Args:
            deadline: In monotonic seconds; None for no limit.
            stop: Asks the run to stop: at the first request it waits for answers, at the second it does not.
            patience: Seconds after the deadline in which answers may still come; `NEVER` to cut off none.

        Returns:
            Why it ended. What could not be sent is held or still planned in the ledger.

        Raises:
            LedgerError: The ledger cannot be written. Nothing is sent without an intent on disk, and answers
                to requests that were out are recorded if that is possible again.
        """
        self._wake_up = stop.wake_up
        try:
            await self._begin()
            while not stop.asked:
                await self._turn(claiming=True)
                now = self._clock.monotonic()
                if deadline is not None and now >= deadline:
                    return await self._wind_down(Ending.DEADLINE, patience, stop)
                wake_at = min((channel.wake_at(now) for channel in self._channels.values()), default=NEVER)
                if wake_at == NEVER and not self._tasks and not self._answers:
                    return Ending.FINISHED
                await self._wait(min(wake_at, NEVER if deadline is None else deadline) - now)
            return await self._wind_down(Ending.INTERRUPTED, NEVER, stop)
        except LedgerError:
            await self._record_after_error(stop)
            raise
        finally:
            await self._cancel_tasks()
            self._writer.shutdown(wait=True)

    async def _begin(self) -> None:
        """Find out what is due; what waits for a channel that is not configured moves on at once."""
        for name in await self._schedule_waiting():
            await self._move_on(name, _NOT_CONFIGURED)

    async def _follow_the_clock(self) -> None:
        """Restart the waits if the wall clock was set: none gets longer, no look-up comes too early."""
        before = self._run_clock.set_from()
        if before is not None:
            await self._ledger(self._deliveries.restart_waits, before)
            await self._schedule_waiting()

    async def _schedule_waiting(self) -> set[str]:
        """Schedule what waits in the ledger; return the channels of it that are not configured any more."""
        unconfigured = set()
        for waiting in await self._ledger(self._deliveries.waiting):
            at = self._run_clock.monotonic(waiting.due)
            if waiting.channel not in self._channels:
                unconfigured.add(waiting.channel)
            elif waiting.state is DeliveryState.UNKNOWN:
                self._channels[waiting.channel].schedule_lookup(at)
            else:
                self._schedule(waiting.channel, at)
        return unconfigured

    async def _turn(self, *, claiming: bool) -> None:
        """Record the answers that came and claim what may leave now, in one transaction."""
        answers, self._answers = self._answers, []
        settled: list[Settlement] = []
        opened: list[ActiveChannel] = []
        pauses = [pause for answer in answers if (pause := requested_pause(answer))]
        wall = self._clock.now()
        for answer in answers:
            if self._interpreter.opens_breaker(answer):
                opened.append(answer.channel)
            settled += self._interpreter.settle(answer, wall)
        now = self._clock.monotonic()
        wanted = {n: c.wants(now) for n, c in self._channels.items()} if claiming else {}
        if settled or any(wanted.values()):
            try:
                opened += await self._exchange(settled, wanted, pauses, wall)
            except LedgerError:
                # They are recorded by the next turn, or by the last one before the run ends.
                self._answers[:0] = answers
                raise
        for settlement in settled:
            self._schedule_next(settlement)
        await self._send_or_withdraw(claiming=claiming)
        for channel in opened:
            await self._breaker_opened(channel)
        await self._clear_suspicions()
        await self._move_on_stranded()
        if claiming:
            await self._follow_the_clock()
            await self._look_up()

    async def _exchange(
        self,
        settled: Sequence[Settlement],
        wanted: Mapping[str, int],
        pauses: Sequence[Pause],
        wall: datetime,
    ) -> list[ActiveChannel]:
        """Record outcomes and send what is claimed with them; return the channels to leave alone now."""
        turn = await self._ledger(self._deliveries.turn, settled, wanted, wall, pauses)
        for name, claims in turn.claims.items():
            channel = self._channels[name]
            channel.claimed(claims, self._run_clock.monotonic(turn.due.get(name)), turn.next_at[name])
            self._ages.claimed(claims, turn.claimed_at)
            self._send_claimed(channel)
        for name in turn.moved:
            self._schedule(name, self._clock.monotonic())
        asked = [(self._channels[pause.channel], pause) for pause in turn.pauses]
        return [channel for channel, pause in asked if self._interpreter.pause(channel, pause)]

    def _send_claimed(self, channel: ActiveChannel) -> None:
        """Start requests for what is claimed, as far as there are slots."""
        for batch in channel.begin_requests(self._clock.monotonic()):
            self._start(self._attempt(channel, batch))

    async def _send_or_withdraw(self, *, claiming: bool) -> None:
        """Send what was claimed ahead if there is a slot by now; withdraw it if it should not leave."""
        withdrawn, self._expired = self._expired, []
        now = self._clock.monotonic()
        for claim in withdrawn:
            self._schedule(claim.route[claim.step], now)
        for channel in self._channels.values():
            if claiming and channel.sends_ahead(now):
                self._send_claimed(channel)
            else:
                withdrawn += channel.withdraw_ahead(now)
        if withdrawn:
            await self._ledger(self._deliveries.withdraw, withdrawn)

    def _claim_again(self, channel: ActiveChannel, claims: Sequence[Claim]) -> None:
        """Withdraw claims that were too old to start, and let them be claimed once more."""
        self._expired += claims
        channel.schedule(self._clock.monotonic())

    async def _attempt(self, channel: ActiveChannel, claims: Sequence[Claim]) -> None:
        """Make one request and keep its outcomes, also those of errors; claim again if it is too late."""
        start = self._ages.start(claims)
        if start is None:
            channel.end_request()
            self._claim_again(channel, claims)
            return
        START.set(start)
        channel.earn_retries(claims)
        self._listener(Event(kind=EventKind.ATTEMPT, channel=channel.name, count=len(claims)))
        sent = cut_off = False
        outcomes: Sequence[Outcome]
        try:
            batch = [self._builder.outgoing(claim, channel.capabilities) for claim in claims]
            sent = True
            outcomes = await services.send(channel, batch, self._services(channel))
        except asyncio.CancelledError:
            cut_off = True
            outcomes = [Unknown("stopped before the answer came")] * len(claims)
        except Exception as error:  # noqa: BLE001 - an adapter's bug must not end the run
            outcomes = [_outcome_of(error, sent=sent)] * len(claims)
        finally:
            channel.end_request()
        if len(outcomes) != len(claims):
            outcomes = [Unknown("the adapter did not answer for each message")] * len(claims)
        if self._ages.was_late(start, claims, outcomes):
            self._claim_again(channel, claims)
            return
        self._answers.append(
            Answer(channel=channel, claims=claims, outcomes=outcomes, lookup=False, cut_off=cut_off)
        )
        # Any other answer may mean that the channel should be left alone, which the next turn decides.
        if isinstance(outcomes[0], Accepted):
            self._send_claimed(channel)

    async def _look_up(self) -> None:
        """Claim messages whose answer was lost, and ask their providers about them."""
        for channel in self._channels.values():
            if not channel.wants_lookup(self._clock.monotonic()):
                continue
            now = self._clock.now()
            until = now + timedelta(seconds=max(channel.lookup_delay, 1.0))
            claims, due = await self._ledger(
                self._deliveries.lookups, channel.name, _LOOKUPS_AT_ONCE, now, until
            )
            channel.begin_lookup(claims, self._run_clock.monotonic(due))
            if claims:
                self._start(self._ask(channel, claims))

    async def _ask(self, channel: ActiveChannel, claims: Sequence[Claim]) -> None:
        outcomes: Sequence[Outcome] = [Unknown(claim.reason or "no answer") for claim in claims]
        adapter = channel.adapter
        try:
            if isinstance(adapter, Reconciles):
                now = self._clock.now()
                attempts = [
                    Attempted(self._builder.outgoing(claim, channel.capabilities), claim.started_at, now)
                    for claim in claims
                ]
                found = await adapter.find(attempts)
                found = await services.set_after(channel, attempts, found, self._services(channel))
                outcomes = found if len(found) == len(claims) else outcomes
        except asyncio.CancelledError:
            return  # they stay unknown in the ledger, and the next run asks again
        except Exception as error:  # noqa: BLE001 - a failed look-up leaves it unknown
            outcomes = [Unknown(f"the look-up failed: {type(error).__name__}")] * len(claims)
        finally:
            channel.end_lookup()
        self._answers.append(Answer(channel=channel, claims=claims, outcomes=outcomes, lookup=True))

    def _services(self, channel: ActiveChannel) -> services.Read:
        return partial(self._ledger, self._deliveries.service_record, channel.name)

    async def _breaker_opened(self, channel: ActiveChannel) -> None:
        reason = channel.breaker.reason
        await self._ledger(self._deliveries.breaker_opened, channel.name, reason, self._clock.now())
        channel.mark_suspect()
        await self._reroute(channel.name, reason)

    async def _clear_suspicions(self) -> None:
        """Forget in the ledger that a channel failed, once it has worked again."""
        for channel in self._channels.values():
            if channel.clear_suspicion():
                await self._ledger(self._deliveries.breaker_closed, channel.name)

    async def _move_on_stranded(self) -> None:
        """Move on what waits for channels that are out for this run."""
        for channel in self._channels.values():
            if channel.has_stranded_work:
                channel.unschedule()
                await self._move_on(channel.name, channel.breaker.reason)

    async def _move_on(self, name: str, reason: str) -> None:
        """Move what waits for a channel to the next one of its lane; hold what has none left."""
        await self._reroute(name, reason)
        held = await self._ledger(self._deliveries.hold, name, reason, self._clock.now())
        if held:
            self._listener(Event(kind=EventKind.FAILED, channel=name, count=held, reason=reason))

    async def _reroute(self, name: str, reason: str) -> None:
        now = self._clock.now()
        moved = await self._ledger(self._deliveries.reroute, name, reason, now)
        if not moved:
            return
        self._listener(Event(kind=EventKind.FAILOVER, channel=name, count=moved, reason=reason))
        await self._ledger(self._deliveries.note, "failover", f"{moved} moved on: {reason}", now, name)
        if name in self._channels:
            self._channels[name].unschedule()
        for waiting in await self._ledger(self._deliveries.waiting):
            if waiting.state is DeliveryState.PLANNED:
                self._schedule(waiting.channel, self._clock.monotonic())

    def _schedule_next(self, settlement: Settlement) -> None:
        """Schedule the next request or look-up of deliveries that are not over yet."""
        name = settlement.claims[0].route[settlement.step]
        at = self._run_clock.monotonic(settlement.not_before)
        if settlement.state is DeliveryState.PLANNED:
            self._schedule(name, at)
        elif settlement.state is DeliveryState.UNKNOWN:
            self._channels[name].schedule_lookup(at)

    def _schedule(self, name: str, at: float) -> None:
        """Schedule claims on a channel, if it is configured."""
        if name in self._channels:
            self._channels[name].schedule(at)

    async def _wait(self, seconds: float) -> None:
        """Wait until an answer comes, something falls due, or the run is asked to stop."""
        if not self._answers and seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake_up.wait(), None if seconds == NEVER else seconds)
        self._wake_up.clear()

    async def _wind_down(self, ending: Ending, patience: float, stop: Stop) -> Ending:
        """Claim nothing more; record the answers that still come, then cancel the other requests."""
        await self._send_or_withdraw(claiming=False)
        until = self._clock.monotonic() + patience
        enough = 2 if patience == NEVER else 1
        while self._tasks and self._clock.monotonic() < until and stop.asked < enough:
            await self._wait(until - self._clock.monotonic())
            await self._turn(claiming=False)
        if self._tasks and self._clock.monotonic() - until > STOOD_STILL:
            await asyncio.wait(self._tasks, timeout=GRACE)  # what arrived meanwhile was not read yet
        await self._cancel_tasks()
        await self._turn(claiming=False)
        return ending

    async def _record_after_error(self, stop: Stop) -> None:
        """Wait for the requests that are out after an error of the ledger; try once more to record them.

        Recording answers takes less space than new intents, and a lock may be gone by then.
        """
        with suppress(LedgerError):
            await self._send_or_withdraw(claiming=False)
        while self._tasks and not stop.asked:
            self._wake_up.clear()
            await self._wake_up.wait()
        with suppress(LedgerError):
            await self._turn(claiming=False)

    async def _cancel_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._wake_up.set()

    async def _ledger(self, function: Callable[..., T], *arguments: object) -> T:
        """Call the ledger in its own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, function, *arguments)


def _outcome_of(error: Exception, *, sent: bool) -> Outcome:
    """Return the outcome of an exception: unknown if the adapter was called, else certainly not sent."""
    what = f"{type(error).__name__} in the adapter"
    return Unknown(what) if sent else Rejected(f"{type(error).__name__} before sending", Scope.MESSAGE)
