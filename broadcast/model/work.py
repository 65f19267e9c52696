"""The stages of announced work that the clock takes by itself. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from broadcast.model.incident import Phase
from broadcast.model.moments import elapsed, later
from broadcast.model.notice import Facts

#: Options of the announcement that its reminder and its beginning take over; the end goes to who was told.
_OF_UPDATES = ("audiences", "channels", "not_channels")
_OF_ALL = ("lang",)


class WorkStage(StrEnum):
    """A stage of announced work: its reminder, its beginning, its end."""

    REMIND = "remind"
    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticWork:
    """Which stages the clock takes.

    Attributes:
        starts: It begins by itself at the announced time.
        ends: It ends by itself at the announced time.
        remind_before: How long before the announced beginning readers are reminded; zero for never.

    Example:
        >>> AutomaticWork(starts=True, ends=True).due(announced, now)
        {WorkStage.START: ten_in_the_evening, WorkStage.END: half_past_eleven}
    """

    starts: bool = False
    ends: bool = False
    remind_before: timedelta = timedelta()

    def due(self, facts: Facts, now: datetime) -> dict[WorkStage, datetime]:
        """Return the stages that are to come after a notice with these facts, with their times in UTC."""
        begins, ends = facts.window_starts, facts.window_ends
        found: dict[WorkStage, datetime] = {}
        if facts.phase is Phase.SCHEDULED and begins:
            reminds = later(begins, -self.remind_before)
            if self.remind_before and elapsed(now, reminds) > timedelta():
                found[WorkStage.REMIND] = reminds
            if self.starts:
                found[WorkStage.START] = begins.astimezone(UTC)
        if facts.phase in {Phase.SCHEDULED, Phase.IN_PROGRESS} and ends and self.ends:
            found[WorkStage.END] = ends.astimezone(UTC)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkChange:
    """What a command asks of the clock; None leaves it as it was.

    `options` are the options of the command by their names in a request, and `max_recipients` the most people
    that a stage may reach.
    """

    auto: bool | None = None
    remind_before: timedelta | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    max_recipients: int | None = None

    def applied(self, before: AutomaticWork) -> AutomaticWork:
        """Return the stages after the change."""
        return AutomaticWork(
            starts=before.starts if self.auto is None else self.auto,
            ends=before.ends if self.auto is None else self.auto,
            remind_before=before.remind_before if self.remind_before is None else self.remind_before,
        )


def stage_request(stage: WorkStage, due_at: datetime, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a person would have typed for a stage, by the names in a request.

    Work begins and ends as announced, also if the clock is late.
    """
    names = _OF_ALL if stage is WorkStage.END else (*_OF_ALL, *_OF_UPDATES)
    kept = {name: options[name] for name in names if options.get(name)}
    own: dict[WorkStage, dict[str, Any]] = {
        WorkStage.REMIND: {"verb": "update", "reminds": True},
        WorkStage.START: {"verb": "update", "phase": Phase.IN_PROGRESS.value, "started": due_at.isoformat()},
        WorkStage.END: {"verb": "resolve", "ended": due_at.isoformat()},
    }
    return {**kept, **own[stage], "maintenance": True}
