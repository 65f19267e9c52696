"""A bar for each channel. Importing this imports rich."""

from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn

from broadcast.cli.output.event_groups import PROBLEMS, WHOLE_RUN
from broadcast.cli.output.plain_text import one_line
from broadcast.cli.output.rich_text import console
from broadcast.cli.terminal import Stream
from broadcast.dispatch.progress import Event, EventKind
from broadcast.ledger.processes import ctrl_z_deferred


class Bars:
    """Draws from the first event on, so that earlier questions stay visible; `stop` removes the bars."""

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

    def __call__(self, event: Event) -> None:
        """Move the channel's bar."""
        if event.kind is EventKind.DONE:
            return
        if event.kind in WHOLE_RUN:
            self._progress.console.print(one_line(event.reason or event.kind), markup=False)
            return
        task = self._task(event.channel)
        total = task.total or 0
        if event.kind is EventKind.PLANNED:
            self._progress.update(task.id, total=total + event.count)
        elif event.kind is EventKind.ACCEPTED:
            reached = task.completed + event.count
            self._progress.update(task.id, completed=reached, total=max(total, reached))
        elif event.kind is EventKind.FAILOVER and event.contact:
            self._progress.update(task.id, total=total + 1, trouble="steps in")
        elif event.kind in PROBLEMS:
            self._progress.update(task.id, trouble=one_line(f"{event.kind}: {event.reason or ''}"))

    def stop(self) -> None:
        """Remove the bars."""
        self._progress.stop()

    def _task(self, channel: str) -> Task:
        if channel not in self._tasks:
            with ctrl_z_deferred():
                self._progress.start()
            number = self._progress.add_task(one_line(channel), total=0, trouble="")
            self._tasks[channel] = next(task for task in self._progress.tasks if task.id == number)
        return self._tasks[channel]
