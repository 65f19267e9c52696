"""Deliver a recorded notice: take over the work of dead runs, dispatch, and store the result."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from broadcast.channels.base import Adapter, Receives
from broadcast.channels.clock_skew import skew_warnings
from broadcast.dispatch.channel import ActiveChannel
from broadcast.dispatch.message_builder import MessageBuilder
from broadcast.dispatch.progress import Ending, Event, EventKind, Listener
from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError, LedgerBusy, LedgerError, Unfinished
from broadcast.ledger.answers import answers_to
from broadcast.ledger.expiry import expire
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.ledger.reroute import avoid
from broadcast.ledger.targets import follow_targets
from broadcast.model.channel import ChannelKind
from broadcast.model.clock import Clock
from broadcast.model.counted import counted
from broadcast.model.ids import notice_mark
from broadcast.model.reach_level import ReachLevel
from broadcast.model.suppression import Suppressed
from broadcast.publishing.channels import Channels, activate, paces
from broadcast.publishing.late_suppressions import Avoiding
from broadcast.publishing.level_wait import LevelWait
from broadcast.publishing.not_confirmed import not_confirmed
from broadcast.publishing.notice_run import NoticeRun, Started
from broadcast.publishing.outdated_notices import lateness
from broadcast.publishing.prepare import headline
from broadcast.publishing.request import Limits
from broadcast.publishing.result import Result
from broadcast.publishing.summarise import after_wait, summarise, undelivered


@dataclass(frozen=True, slots=True)
class Order:
    """How to send a notice. `suppressed` are the addresses it was planned without; None if not known."""

    limits: Limits
    adapters: Mapping[str, Adapter]
    warnings: tuple[str, ...] = ()
    suppressed: Suppressed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliverer:
    """Delivers recorded notices: sends what they owe, and stores the result.

    Attributes:
        ledger: Where the notices are recorded.
        channels: The configured channels.
        clock: Wall time for the ledger, monotonic seconds for the deadline.
        listener: Called with each event of a run.
        program: How the program was called, for advice that can be copied.
        internal: The audiences whose people are told without consent, as part of their job.
        confirm_at: The address that links to confirm begin with; None if no process of ours listens.

    Example:
        >>> deliverer = make_deliverer(settings, ledger, ignore_events)
        >>> result = await deliverer.deliver(notice, Limits(), deliverer.needed(notice), Stop())
        >>> result.exit_code
        0
    """

    ledger: Ledger
    channels: Channels
    clock: Clock
    listener: Listener
    program: str = "broadcast"
    internal: frozenset[str] = frozenset()
    confirm_at: str | None = None

    @contextmanager
    def started(self, stop: Stop) -> Iterator[Started]:
        """Register this process as a run, before anything is recorded; raises `LedgerError`.

        Until the end of the block, `stop` can end the run: the first time, open requests may finish; the
        second time, they are cut off.
        """
        secret = self.ledger.secret()
        run = self.ledger.runs.begin()
        try:
            with stop.heeded():
                yield Started(run, secret, stop)
        finally:
            run.end()

    async def deliver(
        self, notice: Notice, limits: Limits, adapters: Mapping[str, Adapter], stop: Stop
    ) -> Result:
        """Send the unsent messages of a notice that an earlier command recorded, and store the result.

        Args:
            notice: The notice as it is in the ledger.
            limits: How long to go on, and what to do with unknown outcomes.
            adapters: By channel, from `needed`.
            stop: Asks the run to stop.

        Returns:
            The result as it then stands in the ledger. What could not be sent is held, and `retry` goes on.

        Raises:
            LedgerError: The ledger could not be used; this command has sent nothing.
            Unfinished: An error after messages may have been sent.
        """
        late = tuple(lateness(notice, self.clock.now())) if self.owes(notice) else ()
        with self.started(stop) as started:
            run = self._begin_run(notice, Order(limits, adapters), started)
            return await self._run_to_end(notice, lambda: run, limits.until, late)

    async def deliver_new(self, notice: Notice, order: Order, started: Started) -> Result:
        """Send a notice that was just recorded, and store the result.

        From here on no error may say that nothing was sent: people would run the command again, and everybody
        would get the notice twice. Raises `Unfinished` if even the ledger cannot be read any more.
        """
        return await self._run_to_end(
            notice, lambda: self._begin_run(notice, order, started), order.limits.until, order.warnings
        )

    def _begin_run(self, notice: Notice, order: Order, started: Started) -> NoticeRun:
        texts = tuple(self.ledger.incidents.texts(notice.id))
        builder = MessageBuilder(
            notice=notice.key or f"{notice.incident}/{notice.sequence}",
            identity=notice.identity,
            headline=headline(notice.facts, notice.incident_identity),
            texts=texts,
            secret=started.secret,
            leaving=self.channels.leaving,
            internal=self.internal,
            confirm_at=self.confirm_at,
            question=self.ledger.confirmations.question(notice.id),
            expires_at=notice.expires_at,
            further=not_confirmed(self.ledger, notice.id, texts),
        )
        active = self._activate(order.adapters, builder)
        run = NoticeRun(
            ledger=self.ledger,
            deliveries=self.ledger.deliveries(
                notice.id,
                started.run,
                paces(active, self.channels),
                clock=self.clock,
                on_unknown=order.limits.on_unknown,
            ),
            builder=builder,
            active=active,
            clock=self.clock,
            listener=self.listener,
            limits=order.limits,
            stop=started.stop,
            lookup_delay=max((channel.lookup_delay for channel in active.values()), default=0.0),
            avoid=partial(self._avoid_suppressed, notice, None),
            wait=self._wait(notice, order),
        )
        # Dead runs first: what they were sending becomes unknown, and is looked up before it is sent again.
        left = run.take_over()
        for pid in left.alive:
            run.warnings.append(f"another broadcast was still sending this notice (process {pid})")
        for name in left.in_use if order.limits.in_background else ():
            if name in active:
                active[name].left_to_others = True
        if gone := expire(self.ledger.store, notice, self.clock.now()):
            run.warnings.append(f"{counted(gone, 'message')} expired: the text is too old to be sent")
        usable = {name: channel.capabilities.address for name, channel in active.items()}
        run.deliveries.unhold(self.clock.now(), usable)
        self._avoid_suppressed(notice, order.suppressed)
        return run

    def _wait(self, notice: Notice, order: Order) -> LevelWait | None:
        level = order.limits.until
        if level is ReachLevel.ACCEPTED:
            return None
        reporting = {name for name, adapter in order.adapters.items() if isinstance(adapter, Receives)}
        return LevelWait(
            ledger=self.ledger,
            notice=notice.id,
            level=level,
            seconds=order.limits.within,
            reporting=frozenset(reporting),
        )

    async def _run_to_end(
        self,
        notice: Notice,
        begin: Callable[[], NoticeRun],
        until: ReachLevel,
        warnings: tuple[str, ...] = (),
    ) -> Result:
        """Run, and return the result; an error of the ledger interrupts the run. Raises `Unfinished`."""
        with self.recorded(notice):
            try:
                run = begin()
                ending = await run.dispatch()
                warnings = (*warnings, *run.warnings)
            except LedgerError as error:
                ending, warnings = Ending.INTERRUPTED, (*warnings, _without_advice(error))
            return self._result(notice, ending, until, warnings)

    @contextmanager
    def recorded(self, notice: Notice) -> Iterator[None]:
        """Turn every error after the notice was recorded into `Unfinished`."""
        try:
            yield
        except Unfinished:
            raise
        except (Exception, KeyboardInterrupt) as error:
            # An escalation is driven by the clock, and not by `retry`.
            command = f"retry {notice.incident}" if notice.sequence > 0 else "tick"
            raise Unfinished(
                f"{notice_mark(notice.incident, notice.sequence)} is recorded, but sending it ended early: "
                f"{str(error) or type(error).__name__}",
                hint=f"do not run this again; `{self.program} {command}` continues and sends nothing twice",
            ) from error

    def _result(self, notice: Notice, ending: Ending, until: ReachLevel, warnings: tuple[str, ...]) -> Result:
        noted = self.ledger.history.warnings(notice.id)
        unreached = self.ledger.history.unreached(notice.id)
        result = self._summary(notice, ending, until)
        apart = skew_warnings({name: skew.ahead for name, skew in self.channels.skews.items()})
        duplicates = self._possible_duplicates(notice)
        result = replace(result, warnings=(*warnings, *noted, *apart, *duplicates, *unreached))
        result = self.with_answers(notice, self._store_result(notice, result))
        self.listener(Event(kind=EventKind.DONE, channel="", count=result.counts.accepted))
        return result

    def _possible_duplicates(self, notice: Notice) -> Iterator[str]:
        """Yield a warning about messages that were sent again although their first outcome is unknown."""
        count = self.ledger.history.possible_duplicates(notice.id)
        if count:
            reason = "may have arrived twice: the answer was lost, and it was sent again"
            yield f"{counted(count, 'message')} {reason}"

    def follow_targets(self) -> None:
        """Tell the ledger where the publishing channels post now; raises `LedgerError`."""
        follow_targets(self.ledger.store, self.channels.targets(self.ledger.secret()))

    def needed(self, notice: Notice) -> dict[str, Adapter]:
        """Return the adapters of every channel that the notice may still use.

        Raises `ConfigError` and `Refused`.
        """
        return self._adapters_of(notice, self.ledger.history.open_routes(notice))

    def available(self, notice: Notice) -> tuple[dict[str, Adapter], list[str]]:
        """Return the adapters that `needed` returns without those that cannot be built, and why not.

        For the clock: where a secret is missing, the next channel of the lane steps in, as for a channel that
        is down. Raises `Refused`.
        """
        adapters: dict[str, Adapter] = {}
        trouble = []
        for name in self._permitted(notice, self.ledger.history.open_routes(notice)):
            try:
                adapters |= self.channels.adapters([name])
            except ConfigError as error:
                trouble.append(f"{name}: {error}")
        return adapters, trouble

    def _adapters_of(self, notice: Notice, routes: Collection[tuple[str, ...]]) -> dict[str, Adapter]:
        return self.channels.adapters(self._permitted(notice, routes))

    def _permitted(self, notice: Notice, routes: Collection[tuple[str, ...]]) -> list[str]:
        """Return the channels of these routes that the notice may use; raises `Refused`."""
        owed = sorted({name for route in routes for name in route})
        names = self.channels.usable(owed, drill=notice.facts.drill)
        self.channels.permit(names)
        return names

    def needed_until(self, notice: Notice, until: ReachLevel) -> dict[str, Adapter]:
        """Return the adapters that `needed` returns; with `until`, those of every channel of its routes.

        Raises `ConfigError` and `Refused`.
        """
        if until is ReachLevel.ACCEPTED:
            return self.needed(notice)
        return self._adapters_of(notice, self.ledger.history.routes(notice))

    def owes(self, notice: Notice) -> bool:
        """Return whether the notice has unsent messages."""
        return bool(self.ledger.history.open_routes(notice))

    def standing(self, notice: Notice) -> Result:
        """Return the present result of the notice, without sending anything."""
        result = self._summary(notice, Ending.FINISHED, ReachLevel.ACCEPTED)
        return replace(self.with_answers(notice, result), changed=False)

    def with_answers(self, notice: Notice, result: Result) -> Result:
        """Return the result with who has confirmed; it names people, so it is not stored with the result."""
        return replace(result, answers=answers_to(self.ledger, notice.id))

    def _avoid_suppressed(self, notice: Notice, planned: Suppressed | None) -> None:
        """Reroute messages whose address was suppressed after the notice was `planned`.

        `planned` are the suppressions at that time; None if an earlier command planned the notice.
        """
        # The suppressions are compared, not their times: the clocks of two machines may differ.
        suppressed = self.ledger.suppressions.suppressed()
        if suppressed and (planned is None or suppressed.reasons != planned.reasons):
            avoid(
                self.ledger.store,
                notice.id,
                Avoiding(suppressed, self.channels.planned, self.internal),
                self.clock.now(),
            )

    def _store_result(self, notice: Notice, result: Result) -> Result:
        """Store the result and return it; if storing fails, a warning says so, because the messages are sent.

        If the same command runs again under its key, it finds nothing to send, and stores the result then.
        """
        try:
            self.ledger.incidents.finish(notice, json.dumps(result.as_json()), self.clock.now())
        except LedgerError as error:
            return replace(result, warnings=(*result.warnings, f"the result could not be stored: {error}"))
        return result

    def _summary(self, notice: Notice, ending: Ending, until: ReachLevel) -> Result:
        result = summarise(notice, ending, self.ledger.history, self.channels.planned)
        if until is not ReachLevel.ACCEPTED:
            result = after_wait(result, until, self._missing(notice, until))
        # What the clock does by itself is no advice.
        itself = self.ledger.work.schedules(notice.incident) if notice.phase.maintenance else ()
        stages = {f"maintenance {one.stage} {notice.incident}" for one in itself if one.open}
        return replace(
            result, next=tuple(f"{self.program} {one}" for one in result.next if one not in stages)
        )

    def _missing(self, notice: Notice, until: ReachLevel) -> int:
        """Return how many required messages to people are not at the level."""
        if until is ReachLevel.CONFIRMED:
            return self.ledger.confirmations.missing(notice.id)
        entries = self.ledger.history.delivery_counts(notice.id)
        return undelivered(entries, self.channels.planned)

    def _activate(self, adapters: Mapping[str, Adapter], builder: MessageBuilder) -> dict[str, ActiveChannel]:
        suspects = {breaker.channel for breaker in self.ledger.history.breakers()}
        personal = {ChannelKind(text.kind) for text in builder.texts if text.message.slots}
        return activate(adapters, self.channels, personal, suspects)


def _without_advice(error: LedgerError) -> str:
    """Return the error as a text, without the advice to run the command again: that would send twice."""
    return str(error) if isinstance(error, LedgerBusy) or not error.hint else f"{error}: {error.hint}"
