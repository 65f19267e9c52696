"""Build exercises, which use the commands of a commander without a question."""

from __future__ import annotations

import os
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from broadcast.config.settings import Settings
from broadcast.ledger.ledger import Ledger
from broadcast.wiring.channels import make_channels
from broadcast.wiring.hotline import make_snapshot_reader
from broadcast.wiring.ledger import open_ledger
from broadcast.wiring.publishing import make_deliverer, make_publisher
from broadcast.wiring.texts import make_catalogue, make_renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from broadcast.dispatch.progress import Listener
    from broadcast.dispatch.stop import Stop
    from broadcast.drills.calls import ExerciseCalls
    from broadcast.drills.exercise import Exercise, StepEscalation
    from broadcast.drills.play import ClockRound
    from broadcast.drills.rehearsal import Rehearsal, Serving
    from broadcast.model.clock import Clock
    from broadcast.model.unknown import OnUnknown
    from broadcast.publishing.preview import Preview
    from broadcast.publishing.request import Request
    from broadcast.publishing.result import Result


def _agreed(_: Preview) -> None:
    """Consent without a question: an exercise reaches no real people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """The commander's commands in an exercise, as on the command line, but without a question."""

    settings: Settings
    ledger: Ledger
    clock: Clock
    new_stop: Callable[[], Stop]
    serving: Serving

    async def publish(self, request: Request, listener: Listener) -> Result:
        """Publish a notice."""
        from broadcast.publishing.request import Limits

        publisher = make_publisher(self.settings, self.ledger, listener, self.clock)
        return await publisher.publish(request, Limits(), _agreed, self.new_stop())

    async def retry(self, on_unknown: OnUnknown, listener: Listener) -> Sequence[Result]:
        """Send unsent messages; return the result of every notice concerned."""
        from broadcast.errors import UnknownIncident
        from broadcast.publishing.request import Limits
        from broadcast.publishing.retry import retry

        deliverer = make_deliverer(self.settings, self.ledger, listener, self.clock)
        retried = await retry(deliverer, None, Limits(on_unknown=on_unknown), self.new_stop())
        if retried.latest is None:
            raise UnknownIncident("there is nothing to retry", hint="publish a notice before a retry")
        return retried.notices

    async def escalate(self, asked: StepEscalation) -> None:
        """Start an escalation, and send its first messages."""
        from broadcast.cadence.start_escalation import EscalationRequest, EscalationStarter
        from broadcast.dispatch.progress import ignore_events

        deliverer = make_deliverer(self.settings, self.ledger, ignore_events, self.clock)
        catalogue = make_catalogue(self.settings)
        renderer = make_renderer(self.settings, catalogue)
        starter = EscalationStarter.build(self.settings, deliverer, catalogue, renderer)
        request, now = EscalationRequest(**asdict(asked)), self.clock.now()
        notice = starter.start(starter.prepare(request, now), request, now)
        await starter.job.drive(notice.id, self.new_stop())

    async def tick(self) -> ClockRound:
        """Do what is due now."""
        return await self.serving.round(self.settings, self.ledger, self.clock, self.new_stop())


def load_exercise(path: Path) -> Exercise:
    """Return the exercise in a file; raises one `ConfigError` that lists names its company does not have."""
    from broadcast.drills.exercise import read_exercise
    from broadcast.drills.names import check_names

    exercise = read_exercise(path)
    settings = _company(exercise)
    check_names(exercise, settings, make_channels(settings).planned)
    return exercise


def _company(exercise: Exercise) -> Settings:
    from broadcast.config.load import load

    return load(exercise.company / "broadcast.toml", os.environ, Path.cwd())


def make_rehearsal(
    exercise: Exercise, folder: Path, new_stop: Callable[[], Stop], serving: Serving
) -> Rehearsal:
    """Return an exercise that is ready to run in `folder`; its sandbox runs until `close`.

    `new_stop` makes the `Stop` of each step; `serving` is used if the exercise listens. Raises `ConfigError`.
    """
    from broadcast.channels.base import Receives
    from broadcast.drills.play import rehearsing
    from broadcast.drills.rehearsal import Rehearsal
    from broadcast.model.clock import ManualClock
    from broadcast.sandbox.client import SandboxClient
    from broadcast.sandbox.daemon import ensure_running, stop
    from broadcast.sandbox.serving import announced
    from broadcast.sandbox.settings import in_sandbox, sandbox_folder

    rehearsed = rehearsing(_company(exercise), folder.absolute())
    place = sandbox_folder(rehearsed)
    ending = ExitStack()
    address = ensure_running(place)
    ending.callback(stop, place)
    settings = in_sandbox(rehearsed, address)
    if exercise.listens:
        settings = ending.enter_context(announced(settings, place))
    ledger, clock = open_ledger(settings), ManualClock()
    ending.callback(ledger.close)
    channels = make_channels(settings)
    adapters = channels.adapters(channels.settings)
    return Rehearsal(
        exercise=exercise,
        settings=settings,
        channels=channels.planned,
        ledger=ledger,
        commands=_Desk(settings=settings, ledger=ledger, clock=clock, new_stop=new_stop, serving=serving),
        clock=clock,
        sandbox=SandboxClient(address.url),
        listening=serving.listen(settings, clock) if exercise.listens else nullcontext(),
        reporting=frozenset(name for name, adapter in adapters.items() if isinstance(adapter, Receives)),
        close=ending.close,
        calls=_exercise_calls(exercise, settings, ledger),
    )


def _exercise_calls(exercise: Exercise, settings: Settings, ledger: Ledger) -> ExerciseCalls | None:
    """Return what lets people call the hotline; None if nobody calls in the exercise."""
    if settings.calls is None or not any(step.callers for step in exercise.steps):
        return None
    from broadcast.drills.calls import ExerciseCalls

    reader = make_snapshot_reader(settings, settings.calls)
    return ExerciseCalls(
        read=lambda now: reader.read(ledger, now),
        called=settings.calls.numbers[0].number,
        longest_wait=settings.calls.longest_wait,
        seed=exercise.path.stem,
    )
