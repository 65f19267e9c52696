"""Delivering a recorded notice: take over what a dead run left, dispatch, and say what came of it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from broadcast.channels.base import Adapter
from broadcast.dispatch.channel import ActiveChannel
from broadcast.dispatch.decide import Policy
from broadcast.dispatch.ending import Ending
from broadcast.dispatch.engine import Engine, Stop
from broadcast.dispatch.happening import Happened, Happening, Listener
from broadcast.dispatch.outbox import Outbox
from broadcast.dispatch.recovery import take_over
from broadcast.errors import LedgerError
from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.channel import ChannelKind
from broadcast.model.clock import Clock
from broadcast.operations.avoid import Avoiding
from broadcast.operations.channels import Channels, activate, paces
from broadcast.operations.draft import headline
from broadcast.operations.outcome import summarise
from broadcast.operations.request import Limits
from broadcast.operations.result import Result


@dataclass(frozen=True, slots=True)
class Delivery:
    """What delivering any notice needs. `listener` hears of progress.

    `program` is how this program was called, for advice that can be typed as it stands. `internal` are
    the audiences that are told as a matter of duty.
    """

    ledger: Ledger
    channels: Channels
    clock: Clock
    listener: Listener
    program: str = "broadcast"
    internal: frozenset[str] = frozenset()

    def deliver(
        self,
        notice: Notice,
        limits: Limits,
        adapters: Mapping[str, Adapter],
        warnings: tuple[str, ...] = (),
    ) -> Result:
        """Dispatch what the notice still owes and store the result; raises `LedgerError`.

        Ctrl-C lets requests that are out finish; a second one cuts them off. Either way the ledger is
        left such that `retry` goes on from there. A ledger that fails once something may have left the
        machine interrupts the run likewise, for an error would claim that nothing had.
        """
        with _outliving_the_terminal():
            return self._deliver(notice, limits, adapters, warnings)

    def _deliver(
        self, notice: Notice, limits: Limits, adapters: Mapping[str, Adapter], warnings: tuple[str, ...]
    ) -> Result:
        alive: tuple[int, ...] = ()
        run = self.ledger.begin_run()
        try:
            outbox = Outbox(
                notice=notice.key or f"{notice.incident}/{notice.sequence}",
                identity=notice.identity,
                headline=headline(notice.facts, notice.incident_identity),
                texts=tuple(self.ledger.incidents.texts(notice.id)),
                secret=self.ledger.secret(),
                leaving=self.channels.leaving,
                internal=self.internal,
            )
            active = self._activate(adapters, outbox)
            deliveries = self.ledger.deliveries(notice.id, run, paces(active, self.channels))
            alive = self._take_over(deliveries, adapters)
            deliveries.unhold(self.clock.now())
            self._avoid_suppressed(notice)
            engine = Engine(
                deliveries, outbox, active, self.clock, Policy(on_unknown=limits.on_unknown), self.listener
            )
            ending = asyncio.run(self._dispatch(engine, active, limits))
        except LedgerError as error:
            if not self._left(notice):
                raise
            ending, warnings = Ending.INTERRUPTED, (*warnings, f"{error}: {error.hint}")
        finally:
            run.end()
        if alive:
            warnings = (*warnings, f"another broadcast is still sending this notice (process {alive[0]})")
        result = self._summary(notice, ending)
        noted = self.ledger.history.warnings(notice.id)
        unreached = (f"not reached: {line}" for line in self.ledger.history.unreached(notice.id))
        result = replace(result, warnings=(*warnings, *noted, *self._possibly_doubled(notice), *unreached))
        result = self._kept(notice, result)
        self.listener(Happening(Happened.DONE, "", count=result.counts.accepted))
        return result

    def _possibly_doubled(self, notice: Notice) -> Iterator[str]:
        """What another channel, or the same again, did not wait to find out."""
        count = self.ledger.history.possibly_doubled(notice.id)
        if count:
            messages = "1 message" if count == 1 else f"{count:,} messages"
            yield f"{messages} may have come twice: the answer was lost, and it was sent another time"

    def needed(self, notice: Notice) -> dict[str, Adapter]:
        """The adapters of every channel that the notice may still use; raises `ConfigError`, `Refused`."""
        routes = self.ledger.history.open_routes(notice)
        names = sorted({name for route in routes for name in route})
        self.channels.permit(names)
        return self.channels.adapters(names)

    def owes(self, notice: Notice) -> bool:
        """Whether anybody is still owed something."""
        return bool(self.ledger.history.open_routes(notice))

    def standing(self, notice: Notice) -> Result:
        """The notice as it stands, with nothing done."""
        result = self._summary(notice, Ending.FINISHED)
        return replace(result, changed=False)

    def _avoid_suppressed(self, notice: Notice) -> None:
        suppressions = self.ledger.suppressions
        if suppressions.any_since(notice.created_at):
            avoiding = Avoiding(suppressions.suppressed(), self.channels.ways, self.internal)
            self.ledger.avoid(notice.id, avoiding, self.clock.now())

    def _left(self, notice: Notice) -> bool:
        return any(attempt.left for attempt in self.ledger.history.attempts(notice.id))

    def _kept(self, notice: Notice, result: Result) -> Result:
        """The result, stored; where that fails, its warning says so, for what was sent stays sent.

        The same command under its key then goes over what is owed, finds nothing, and stores it.
        """
        try:
            self.ledger.incidents.finish(notice, json.dumps(result.as_json()), self.clock.now())
        except LedgerError as error:
            return replace(result, warnings=(*result.warnings, f"the result could not be stored: {error}"))
        return result

    def _summary(self, notice: Notice, ending: Ending) -> Result:
        result = summarise(notice, ending, self.ledger.history, self.channels.ways)
        return replace(result, next=tuple(f"{self.program} {advice}" for advice in result.next))

    def _take_over(self, deliveries: Deliveries, adapters: Mapping[str, Adapter]) -> tuple[int, ...]:
        settle = max((self._settle(name, adapter) for name, adapter in adapters.items()), default=0.0)
        return take_over(deliveries, self.ledger.path, self.clock.now(), settle).alive

    def _settle(self, name: str, adapter: Adapter) -> float:
        configured = self.channels.settings[name].settle
        return adapter.capabilities.settle if configured is None else configured

    def _activate(self, adapters: Mapping[str, Adapter], outbox: Outbox) -> dict[str, ActiveChannel]:
        suspects = {breaker.channel for breaker in self.ledger.history.breakers()}
        personal = {ChannelKind(text.kind) for text in outbox.texts if text.message.slots}
        return activate(adapters, self.channels, personal, suspects)

    async def _dispatch(self, engine: Engine, active: Mapping[str, ActiveChannel], limits: Limits) -> Ending:
        stop = Stop()
        deadline = None if limits.deadline is None else self.clock.monotonic() + limits.deadline
        with _stopping_on_signals(stop):
            try:
                return await engine.run(deadline, stop)
            finally:
                await _close(active)


async def _close(active: Mapping[str, ActiveChannel]) -> None:
    closings = (channel.adapter.close() for channel in active.values())
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*closings, return_exceptions=True), timeout=5)


@contextmanager
def _outliving_the_terminal() -> Iterator[None]:
    """A terminal that is lost takes nothing with it: the run ends, and its result is kept."""
    try:
        previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    except ValueError:
        # Signals belong to the main thread; a program that embeds us elsewhere keeps its own.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, previous)


@contextmanager
def _stopping_on_signals(stop: Stop) -> Iterator[None]:
    """Ctrl-C and a polite kill stop the run."""
    loop = asyncio.get_running_loop()
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.ask)
    except (ValueError, RuntimeError):
        yield  # likewise
        return
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
