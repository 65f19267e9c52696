"""A bar for each channel. Importing this imports rich."""

from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn

from broadcast.cli.output.plain_text import one_line
from broadcast.cli.output.progress import ASIDE, TROUBLE
from broadcast.cli.output.rich_text import console
from broadcast.cli.terminal import Stream
from broadcast.dispatch.progress import Happened, Happening
from broadcast.ledger.processes import ctrl_z_deferred


class Bars:
    """Draws from the first news on, so that questions before it are left alone; taken away by `stop`."""

    def __init__(self, stream: Stream) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[trouble]}", markup=False, style="yellow"),
            console=console(stream),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._tasks: dict[str, Task] = {}

    def __call__(self, happening: Happening) -> None:
        """Move the channel's bar."""
        if happening.kind is Happened.DONE:
            return
        if happening.kind in ASIDE:
            self._progress.console.print(one_line(happening.reason or happening.kind), markup=False)
            return
        task = self._task(happening.channel)
        total = task.total or 0
        if happening.kind is Happened.PLANNED:
            self._progress.update(task.id, total=total + happening.count)
        elif happening.kind is Happened.ACCEPTED:
            reached = task.completed + happening.count
            self._progress.update(task.id, completed=reached, total=max(total, reached))
        elif happening.kind is Happened.FAILOVER and happening.contact:
            self._progress.update(task.id, total=total + 1, trouble="steps in")
        elif happening.kind in TROUBLE:
            self._progress.update(task.id, trouble=one_line(f"{happening.kind}: {happening.reason or ''}"))

    def stop(self) -> None:
        """Take the bars away."""
        self._progress.stop()

    def _task(self, channel: str) -> Task:
        if channel not in self._tasks:
            with ctrl_z_deferred():
                self._progress.start()
            number = self._progress.add_task(one_line(channel), total=0, trouble="")
            self._tasks[channel] = next(task for task in self._progress.tasks if task.id == number)
        return self._tasks[channel]
