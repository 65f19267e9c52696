"""`drill`: exercises in the sandbox, with a grade."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from broadcast.cadence.tick import tick
from broadcast.cli import completion
from broadcast.cli.command import command, group
from broadcast.cli.event_loop import complete, stop_by_signals
from broadcast.cli.options import Common, ListForm, OutputForm
from broadcast.cli.output.display import show, show_json
from broadcast.cli.output.page_blocks import Banner, Block, Remark, StyledWord, Table, Tone
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.drills.criterion import Criterion
from broadcast.drills.exercise import Exercise, ExerciseStep, read_exercise
from broadcast.drills.grade import Grade, spell
from broadcast.drills.grade_calls import CallFigures
from broadcast.drills.play import ClockRound
from broadcast.drills.rehearsal import Serving
from broadcast.drills.shipped import find_exercise, shipped
from broadcast.jobs import make_jobs
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import Clock
from broadcast.server.serve import listening
from broadcast.wiring import load_exercise, make_rehearsal

SCHEMA = "broadcast.drill/1"
LIST_SCHEMA = "broadcast.drills/1"
_FAILED = 4
_SECONDS_A_MINUTE = 60

Named = Annotated[
    list[str],
    typer.Argument(
        metavar="NAME|FILE...",
        help="Exercises: names from `drill list`, or TOML files of your own.",
        autocompletion=completion.exercises,
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Keep ledger and pages there; without it they are deleted."),
]


@command("broadcast drill list", name="list")
def list_exercises(common: Common, output: ListForm = OutputForm.HUMAN) -> None:
    """List the shipped exercises: name, length on the exercise's own clock, what happens."""
    exercises = [read_exercise(path) for path in shipped().values()]
    if output is OutputForm.JSON:
        show_json({"schema": LIST_SCHEMA, "exercises": [_described(one) for one in exercises]}, common.out)
        return
    rows = tuple((StyledWord(one.path.stem, Tone.STRONG), _minutes(one), one.about) for one in exercises)
    begin = Remark("next", f"broadcast drill run {exercises[0].path.stem}", Tone.STRONG)
    show([Table(("name", "length", "what happens"), rows), *([] if common.quiet else [begin])], common.out)


@command(
    "broadcast drill run s1-slack-and-outlook",
    "broadcast drill run exercises/*.toml -o json",
)
def run(common: Common, named: Named, folder: Folder = None, output: ListForm = OutputForm.HUMAN) -> int:
    """Run exercises in the sandbox and grade them. No message leaves this machine.

    The exercise uses its own clock, so an afternoon takes seconds. The exit code is 4 if one failed.
    """
    exercises = [load_exercise(find_exercise(one)) for one in named]
    grades = []
    for exercise in exercises:
        if output is OutputForm.HUMAN:
            show([Banner("EXERCISE", Tone.WARNING, exercise.name)], common.out)
        grades.append(_played(exercise, common, folder))
        if output is OutputForm.HUMAN:
            show(list(_page(grades[-1])), common.out)
    if output is OutputForm.JSON:
        show_json({"schema": SCHEMA, "exercises": [_json(grade) for grade in grades]}, common.out)
    return 0 if all(grade.passed for grade in grades) else _FAILED


def _played(exercise: Exercise, common: Common, folder: Path | None) -> Grade:
    def show_step(step: ExerciseStep) -> None:
        if step.say:
            common.err.write(f"{spell(step).split()[0]}  {step.say}\n")

    serving = Serving(listen=lambda settings, clock: listening(settings, clock, io.StringIO()), round=_round)
    if folder is not None:
        place = folder / exercise.path.stem
        place.mkdir(parents=True, exist_ok=True)
        return complete(make_rehearsal(exercise, place, stop_by_signals, serving).run(show_step))
    with TemporaryDirectory(prefix="broadcast-drill-") as fleeting:
        return complete(make_rehearsal(exercise, Path(fleeting), stop_by_signals, serving).run(show_step))


async def _round(settings: Settings, ledger: Ledger, clock: Clock, stop: Stop) -> ClockRound:
    done = await tick(make_jobs(settings, ledger, clock), clock, stop)
    return ClockRound(trouble=done.trouble, next_at=done.next_at)


def _minutes(exercise: Exercise) -> str:
    return f"{exercise.length.total_seconds() / 60:.0f} min"


def _described(exercise: Exercise) -> dict[str, object]:
    return {
        "name": exercise.path.stem,
        "title": exercise.name,
        "about": exercise.about,
        "minutes": exercise.length.total_seconds() / 60,
        "steps": len(exercise.steps),
        "path": str(exercise.path),
    }


def _page(grade: Grade) -> Iterator[Block]:
    yield Table(("", "measured", "asked for", ""), tuple(_row(one) for one in grade.criteria))
    if grade.calls:
        yield from _calls(grade.calls)
    yield from (Remark("not carried out", one, Tone.BAD) for one in grade.refused)
    if grade.unreached:
        yield Remark("to be called by phone", ", ".join(grade.unreached), Tone.WARNING)


def _calls(calls: CallFigures) -> Iterator[Block]:
    """Yield where callers got to, and how long things took for half of them and for all."""
    rows = (
        ("heard a fact after", _span(calls.first_fact_p50_s), _span(calls.first_fact_max_s)),
        ("waited for a person", _span(calls.wait_p50_s), _span(calls.wait_max_s)),
        (
            f"were called back ({calls.call_backs_made:,} of {calls.call_backs:,}) after",
            _span(calls.call_back_p50_s),
            _span(calls.call_back_max_s),
        ),
    )
    yield Table((f"{calls.calls:,} callers", "half of them", "the last one"), rows)
    yield Remark("ended in", ", ".join(f"{name} {count:,}" for name, count in calls.endings.items()))


def _span(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds:.1f} s" if seconds < _SECONDS_A_MINUTE else f"{seconds / _SECONDS_A_MINUTE:.0f} min"


def _row(criterion: Criterion) -> tuple[str | StyledWord, ...]:
    verdict = StyledWord("met", Tone.GOOD) if criterion.met else StyledWord("missed", Tone.BAD)
    return criterion.name, criterion.measured, criterion.asked, verdict


def _json(grade: Grade) -> dict[str, object]:
    return {**asdict(grade), "passed": grade.passed}


drill = group(
    "drill",
    "Run exercises in the sandbox, and grade them.",
    [list_exercises, run],
    ["broadcast drill list", "broadcast drill run s1-slack-and-outlook"],
)
