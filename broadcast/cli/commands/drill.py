"""`drill`: exercises that are played through the sandbox and graded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from broadcast.cli.command import command, group
from broadcast.cli.options import Common, Form, ListForm
from broadcast.cli.output.blocks import Banner, Block, Remark, Table, Tone, Word
from broadcast.cli.output.show import show, show_json
from broadcast.drills.exercise import Exercise, Step, read_exercise
from broadcast.drills.grade import Criterion, Grade
from broadcast.wiring import make_rehearsal

SCHEMA = "broadcast.drill/1"
_FAILED = 4

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Exercises, as TOML files.")]
Folder = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Keep ledger and pages there; they are thrown away otherwise."),
]


@command(
    "broadcast drill run scenarios/s1-slack-and-outlook.toml",
    "broadcast drill run scenarios/*.toml -o json",
)
def run(common: Common, files: Files, folder: Folder = None, output: ListForm = Form.HUMAN) -> int:
    """Play exercises through the sandbox, nobody being told, and grade them. Exit code 4 where one failed.

    Its clock is wound on from step to step, so that an afternoon takes seconds.
    """
    exercises = [read_exercise(path) for path in files]
    grades = []
    for exercise in exercises:
        if output is Form.HUMAN:
            show([Banner("EXERCISE", Tone.WARNING, exercise.name)], common.out)
        grades.append(_played(exercise, common, folder))
        if output is Form.HUMAN:
            show(list(_page(grades[-1])), common.out)
    if output is Form.JSON:
        show_json({"schema": SCHEMA, "exercises": [_json(grade) for grade in grades]}, common.out)
    return 0 if all(grade.passed for grade in grades) else _FAILED


def _played(exercise: Exercise, common: Common, folder: Path | None) -> Grade:
    def told(step: Step) -> None:
        if step.say:
            common.err.write(f"{_clock(step)}  {step.say}\n")

    if folder is not None:
        place = folder / exercise.path.stem
        place.mkdir(parents=True, exist_ok=True)
        return make_rehearsal(exercise, place).run(told)
    with TemporaryDirectory(prefix="broadcast-drill-") as fleeting:
        return make_rehearsal(exercise, Path(fleeting)).run(told)


def _clock(step: Step) -> str:
    minutes = int(step.at.total_seconds() // 60)
    return f"+{minutes // 60}:{minutes % 60:02}"


def _page(grade: Grade) -> Iterator[Block]:
    yield Table(("", "measured", "asked for", ""), tuple(_row(one) for one in grade.criteria))
    if grade.unreached:
        yield Remark("to be called by hand", ", ".join(grade.unreached), Tone.WARNING)


def _row(criterion: Criterion) -> tuple[str | Word, ...]:
    verdict = Word("met", Tone.GOOD) if criterion.met else Word("missed", Tone.BAD)
    return criterion.name, criterion.measured, criterion.asked, verdict


def _json(grade: Grade) -> dict[str, object]:
    return {**asdict(grade), "passed": grade.passed}


drill = group(
    "drill",
    "Play exercises through the sandbox, and grade them.",
    [run],
    ["broadcast drill run scenarios/s1-slack-and-outlook.toml"],
)
