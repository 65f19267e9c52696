"""One run of one notice: take over the work of dead runs, send its messages, wait for other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from broadcast.channels.base import Adapter
from broadcast.dispatch.channel import NEVER, ActiveChannel
from broadcast.dispatch.decide import Policy
from broadcast.dispatch.engine import GRACE, Engine
from broadcast.dispatch.message_builder import MessageBuilder
from broadcast.dispatch.progress import Ending, Event, EventKind, Listener
from broadcast.dispatch.recovery import Recovered, take_over
from broadcast.dispatch.stop import Stop
from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.processes import ctrl_z_deferred, is_stopped
from broadcast.ledger.store import Run
from broadcast.model.clock import Clock
from broadcast.publishing.level_wait import LevelWait
from broadcast.publishing.request import Limits

_LOOK = 0.2  # seconds between two checks of another process's open requests
_LISTEN = 0.5  # seconds between two looks at receipts and answers
#: Seconds to wait for another process that is sending: it may be stopped, and never go on.
_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Started:
    """This process, registered as a run; `secret` is the key for its references, `stop` ends it."""

    run: Run
    secret: bytes
    stop: Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRun:
    """What one run over a notice works with; `lookup_delay` is how many seconds providers may accept late.

    `wait` is what to wait for once everything is sent, None for nothing. `avoid` reroutes messages to people
    who have unsubscribed since. `warnings` gather what people should know about other processes that send the
    same notice.
    """

    ledger: Ledger
    deliveries: Deliveries
    builder: MessageBuilder
    active: Mapping[str, ActiveChannel]
    clock: Clock
    listener: Listener
    limits: Limits
    stop: Stop
    lookup_delay: float
    avoid: Callable[[], None]
    wait: LevelWait | None = None
    warnings: list[str] = field(default_factory=list)

    def take_over(self) -> Recovered:
        """Take over the messages that dead runs left."""
        return take_over(self.deliveries, self.ledger.runs, self.clock.now(), self.lookup_delay)

    async def dispatch(self) -> Ending:
        """Send until nothing is left to send, here and in other processes that work on the same notice.

        Raises `LedgerError` if the ledger cannot be written.
        """
        deadline = None if self.limits.deadline is None else self.clock.monotonic() + self.limits.deadline
        try:
            with self.stop.answered(self._say_what_is_waited_for):
                return await self._work(deadline)
        finally:
            await _close([channel.adapter for channel in self.active.values()])

    async def _work(self, deadline: float | None) -> Ending:
        begun = self.clock.monotonic()
        ending = await self._send(deadline)
        if self.wait is None or ending is not Ending.FINISHED:
            return ending
        self._say(EventKind.WAITING, f"everything is sent; waiting until it is {self.wait.level}")
        until = begun + self.wait.seconds
        until = until if deadline is None else min(until, deadline)
        while not self._heard_enough(self.wait, until):
            if self._something_is_due():
                self.avoid()  # STOP, sent meanwhile, holds for the next channel as well
                if (ending := await self._send(deadline)) is not Ending.FINISHED:
                    return ending
            await self._look_again(_LISTEN)
            if self.stop.asked:
                return Ending.INTERRUPTED
        return Ending.FINISHED

    def _heard_enough(self, wait: LevelWait, until: float) -> bool:
        """Take what others recorded; return whether the level is reached or the time is over."""
        # Asked first: what is heard after it is told by the look.
        over = wait.over() or self.clock.monotonic() >= until
        for event in wait.look(self.clock.now()):
            self.listener(event)
        self.take_over()
        return over and not self._something_is_due()

    def _something_is_due(self) -> bool:
        now = self.clock.now().timestamp()
        return any(waiting.due <= now for waiting in self.deliveries.waiting())

    async def _send(self, deadline: float | None) -> Ending:
        while True:
            ending = await self._engine_run(deadline)
            if ending is not Ending.FINISHED:
                return ending
            left = self.take_over()
            if left.alive:
                ending = await self._wait_for_others(left.alive, deadline)
            if ending is not Ending.FINISHED or not (left.alive or left.taken_over):
                return ending

    async def _engine_run(self, deadline: float | None) -> Ending:
        engine = Engine(
            self.deliveries,
            self.builder,
            self.active,
            self.clock,
            Policy(on_unknown=self.limits.on_unknown),
            self.listener,
        )
        patience = NEVER if self.limits.in_background else GRACE
        # The engine's writer obeys Ctrl-Z between two transactions, for the whole process.
        with ctrl_z_deferred():
            return await engine.run(deadline, self.stop, patience)

    async def _wait_for_others(self, processes: tuple[int, ...], deadline: float | None) -> Ending:
        """Wait until no other living process has open requests of this notice."""
        if self.limits.in_background:
            return Ending.DEADLINE  # nobody waits here, and the next round looks again
        until = self.clock.monotonic() + _PATIENCE
        until = until if deadline is None else min(until, deadline)
        at_work = f"another broadcast is still sending this notice (process {processes[0]})"
        self._say(EventKind.WAITING, f"{at_work}; waiting for it")
        while alive := self.take_over().alive:
            if self.clock.monotonic() >= until or is_stopped(alive[0]):
                self.warnings.append(f"{at_work}{_how_to_go_on(alive[0])}")
                return Ending.DEADLINE
            await self._look_again()
            if self.stop.asked:
                self.warnings.append(at_work)
                return Ending.INTERRUPTED
        return Ending.FINISHED

    async def _look_again(self, seconds: float = _LOOK) -> None:
        """Wait until the next check is due, or the run is asked to stop."""
        self.stop.wake_up.clear()
        if not self.stop.asked:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wake_up.wait(), seconds)

    def _say_what_is_waited_for(self, asked: int) -> None:
        """Report at once, when the run is asked to stop, which requests it still waits for."""
        out = {name: channel.busy for name, channel in self.active.items() if channel.busy}
        if not out:
            words = "stopping"
        elif asked == 1:
            requests = ", ".join(f"{name} ({count})" for name, count in out.items())
            words = (
                f"stopping; waiting for answers to the requests that are out: {requests}. "
                "If you press Ctrl-C again, nobody knows whether these messages arrived"
            )
        else:
            words = "stopped without waiting for the answers"
        self._say(EventKind.STOPPING, words)

    def _say(self, kind: EventKind, words: str) -> None:
        self.listener(Event(kind=kind, channel="", reason=words))


def _how_to_go_on(pid: int) -> str:
    if not is_stopped(pid):
        return ""
    return f"; it is stopped: continue it with `kill -CONT {pid}`, or end it and retry"


async def _close(adapters: list[Adapter]) -> None:
    closings = (adapter.close() for adapter in adapters)
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*closings, return_exceptions=True), timeout=5)
