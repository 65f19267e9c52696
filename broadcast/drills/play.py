"""Run an exercise: set faults and publish notices, on a clock that is advanced between steps."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from broadcast.config.settings import Settings
from broadcast.dispatch.progress import Event, EventKind, Listener
from broadcast.drills.exercise import Exercise, ExerciseStep
from broadcast.errors import BroadcastError
from broadcast.model.clock import ManualClock
from broadcast.model.unknown import OnUnknown
from broadcast.publishing.request import Request
from broadcast.publishing.result import Result
from broadcast.sandbox.client import SandboxClient

_PATIENCE = 5.0  # seconds for a request; shorter than in a real outage
_RATE = 10_000.0  # requests per second; more than a real account allows


class Commands(Protocol):
    """The commands of a commander."""

    async def publish(self, request: Request, listener: Listener) -> Result:
        """Publish a notice."""
        ...

    async def retry(self, on_unknown: OnUnknown, listener: Listener) -> Sequence[Result]:
        """Finish unsent messages; return the result of every notice concerned."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The result of a step.

    `down` is what did not work meanwhile. `results` has one entry for each notice that was processed.
    `first_word` is the processor time in seconds from the command to the first message that a provider
    accepted, None if none did. `refused` says why nothing was published.
    """

    step: ExerciseStep
    down: tuple[str, ...]
    results: tuple[Result, ...] = ()
    first_word: float | None = None
    refused: str | None = None


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
        name: replace(channel, timeout=min(channel.timeout, _PATIENCE), rate=_RATE, burst=None)
        for name, channel in settings.channels.items()
    }
    return replace(settings, folder=folder, channels=channels, live=True)


async def play(
    exercise: Exercise,
    commands: Commands,
    clock: ManualClock,
    sandbox: SandboxClient,
    announce: Callable[[ExerciseStep], None],
) -> AsyncIterator[Played]:
    """Run step by step, and yield the result of each; `announce` is called before each step."""
    down: tuple[str, ...] = ()
    begun = clock.now()
    for step in exercise.steps:
        announce(step)
        clock.advance_to(begun + step.at)
        sandbox.advance_to(begun + step.at)
        if step.heal:
            sandbox.clear_faults()
        if step.faults:
            sandbox.add_faults(list(step.faults))
        down = down if step.down is None else step.down
        yield await _run(step, commands, down)


async def _run(step: ExerciseStep, commands: Commands, down: tuple[str, ...]) -> Played:
    watch = _Stopwatch()
    try:
        if step.request:
            results: Sequence[Result] = [await commands.publish(step.request, watch)]
        elif step.retry:
            results = await commands.retry(step.retry, watch)
        else:
            return Played(step=step, down=down)
    except BroadcastError as error:
        return Played(step=step, down=down, refused=str(error))
    return Played(step=step, down=down, results=tuple(results), first_word=watch.first)
