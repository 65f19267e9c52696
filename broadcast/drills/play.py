"""Run an exercise: set faults and publish notices, on a clock that is advanced between steps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from broadcast.config.settings import Settings
from broadcast.dispatch.progress import Event, EventKind, Listener
from broadcast.drills.calls import ExerciseCalls
from broadcast.drills.exercise import Exercise, ExerciseStep, StepEscalation
from broadcast.errors import BroadcastError
from broadcast.model.clock import ManualClock
from broadcast.model.unknown import OnUnknown
from broadcast.publishing.request import Request
from broadcast.publishing.result import Result
from broadcast.sandbox.client import SandboxClient
from broadcast.sandbox.scenario import PersonAnswer

_PATIENCE = 5.0  # seconds for a request; shorter than in a real outage
_RATE = 10_000.0  # requests per second; more than a real account allows
_LOOKUP_DELAY = 0.1  # seconds; providers in the sandbox show at once what they have
_LOOK = 0.05  # seconds between two looks at what the sandbox has not posted yet
#: Between two rounds of the clock; one comes earlier if something is known to be due, and after each step.
_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRound:
    """What one round of the clock could not do, and when something is due again, as far as that is known."""

    trouble: tuple[str, ...] = ()
    next_at: datetime | None = None


class Commands(Protocol):
    """The commands of a commander, and the rounds of the clock."""

    async def publish(self, request: Request, listener: Listener) -> Result:
        """Publish a notice."""
        ...

    async def retry(self, on_unknown: OnUnknown, listener: Listener) -> Sequence[Result]:
        """Finish unsent messages; return the result of every notice concerned."""
        ...

    async def escalate(self, asked: StepEscalation) -> None:
        """Start an escalation, and send its first messages."""
        ...

    async def tick(self) -> ClockRound:
        """Do what is due now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The result of a step.

    `down` is what did not work meanwhile. `results` has one entry for each notice that was processed.
    `first_word` is the processor time in seconds from the command to the first message that a provider
    accepted, None if none did. `refused` says why the step was not carried out. `trouble` is what the rounds
    of the clock since the step before could not do.
    """

    step: ExerciseStep
    down: tuple[str, ...]
    results: tuple[Result, ...] = ()
    first_word: float | None = None
    refused: str | None = None
    trouble: tuple[str, ...] = ()


@dataclass(slots=True)
class _Stopwatch:
    """Seconds of processor time until the first message is out, without other programs on the machine."""

    begun: float = field(default_factory=time.process_time)
    first: float | None = None

    def __call__(self, event: Event, /) -> None:
        if event.kind is EventKind.ACCEPTED and self.first is None:
            self.first = time.process_time() - self.begun


def rehearsing(settings: Settings, folder: Path) -> Settings:
    """Return the company's settings for an exercise in `folder`, with faster limits than a real account."""
    channels = {
        name: replace(
            channel,
            timeout=min(channel.timeout, _PATIENCE),
            rate=_RATE,
            burst=None,
            lookup_delay=_LOOKUP_DELAY,
        )
        for name, channel in settings.channels.items()
    }
    return replace(settings, folder=folder, channels=channels, live=True)


async def play(
    exercise: Exercise,
    commands: Commands,
    clock: ManualClock,
    sandbox: SandboxClient,
    announce: Callable[[ExerciseStep], None],
    calls: ExerciseCalls | None = None,
) -> AsyncIterator[Played]:
    """Run step by step, and yield the result of each; `announce` is called before each step.

    If the exercise listens, every step waits for its receipts, and the clock has its rounds in between.
    People who call, `calls`, hear what was published until then.
    """
    down: tuple[str, ...] = ()
    begun = clock.now()
    rounds = _Rounds(commands, clock, sandbox)
    for step in exercise.steps:
        await _pass_time(begun + step.at, rounds if exercise.listens else None, calls)
        announce(step)
        rounds.advance_to(begun + step.at)
        if step.heal:
            sandbox.clear_faults()
        if step.faults:
            sandbox.add_faults(list(step.faults))
        down = down if step.down is None else step.down
        played = await _run(step, commands, sandbox, down)
        if exercise.listens:
            await rounds.settle()
        if calls:
            calls.join(step.callers, step.agents, begun + step.at)
        yield replace(played, trouble=rounds.troubles())
    if calls:
        calls.finish()


async def _pass_time(moment: datetime, rounds: _Rounds | None, calls: ExerciseCalls | None) -> None:
    """Let everything happen that does before a moment."""
    if rounds:
        await rounds.until(moment)
    if calls:
        calls.until(moment)


@dataclass(slots=True)
class _Rounds:
    """The clock of an exercise that listens; the sandbox's clock goes with it."""

    commands: Commands
    clock: ManualClock
    sandbox: SandboxClient
    _trouble: list[str] = field(default_factory=list)

    def advance_to(self, moment: datetime) -> None:
        """Move both clocks forward."""
        self.clock.advance_to(moment)
        self.sandbox.advance_to(moment)

    async def until(self, moment: datetime) -> None:
        """Do what becomes due before a moment, each at its time."""
        due = (await self._round()).next_at
        while (following := self._following(due)) < moment:
            self.advance_to(following)
            due = await self.settle()

    async def settle(self) -> datetime | None:
        """Wait for the receipts of what was sent, and do what is due because of them, until nothing is left.

        Return when something is due again.
        """
        while True:
            await self._receipts()
            due = (await self._round()).next_at
            if not await asyncio.to_thread(self.sandbox.pending):
                return due

    async def _receipts(self) -> None:
        while await asyncio.to_thread(self.sandbox.pending):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(_LOOK)

    def troubles(self) -> tuple[str, ...]:
        """Return what the rounds since the last call could not do."""
        trouble, self._trouble = tuple(dict.fromkeys(self._trouble)), []
        return trouble

    def _following(self, due: datetime | None) -> datetime:
        now = self.clock.now()
        usual = now + _EVERY
        return min(due, usual) if due and due > now else usual

    async def _round(self) -> ClockRound:
        done = await self.commands.tick()
        self._trouble += done.trouble
        return done


async def _run(
    step: ExerciseStep, commands: Commands, sandbox: SandboxClient, down: tuple[str, ...]
) -> Played:
    watch = _Stopwatch()
    results: Sequence[Result] = ()
    try:
        for answer in step.answers:
            # In a thread: what people do is posted to us, and is answered by this one.
            await asyncio.to_thread(_answer, sandbox, answer)
        if step.request:
            results = [await commands.publish(step.request, watch)]
        elif step.escalation:
            await commands.escalate(step.escalation)
        elif step.retry:
            results = await commands.retry(step.retry, watch)
    except BroadcastError as error:
        return Played(step=step, down=down, refused=str(error))
    return Played(step=step, down=down, results=tuple(results), first_word=watch.first)


def _answer(sandbox: SandboxClient, answer: PersonAnswer) -> None:
    if answer.key:
        sandbox.press(answer.number, answer.key)
    else:
        sandbox.reply(answer.number, answer.text)
