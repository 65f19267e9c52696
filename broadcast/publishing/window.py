"""Read and check the announced window of maintenance. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from broadcast.config.durations import doubts, format_duration, parse_end, parse_moment
from broadcast.errors import UsageError
from broadcast.model.incident import Incident, Phase
from broadcast.model.moments import elapsed, later
from broadcast.model.notice import Facts
from broadcast.model.zone import with_zone
from broadcast.publishing.request import Request, Verb

#: `--from now`: the work begins with its announcement.
AT_ONCE = "now"
_LONG = timedelta(hours=12)
_WITHIN = timedelta(minutes=1)  # texts show minutes, so a smaller change is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The announced beginning and end, in UTC; None if none was announced.

    `former_starts` and `former_ends` are the window announced before, if it has changed. `warnings` say how
    the typed times were read.
    """

    starts: datetime | None = None
    ends: datetime | None = None
    former_starts: datetime | None = None
    former_ends: datetime | None = None
    warnings: tuple[str, ...] = ()


def window(
    request: Request,
    variables: Mapping[str, str],
    known: tuple[Incident | None, Facts | None],
    phase: Phase,
    clock: tuple[datetime, ZoneInfo],
) -> Window:
    """Return the window that the notice of `request` announces.

    `known` is the incident and its latest facts, `phase` the incident's phase after the notice, and `clock`
    the time now, in UTC, with the timezone of typed times. Raises `UsageError` for an impossible window.
    """
    return _WindowReader(request, variables, known, phase, clock).window()


class _WindowReader:
    def __init__(
        self,
        request: Request,
        variables: Mapping[str, str],
        known: tuple[Incident | None, Facts | None],
        phase: Phase,
        clock: tuple[datetime, ZoneInfo],
    ) -> None:
        incident, latest = known
        self.request, self.phase = request, phase
        self.now, self.zone = clock
        self.ahead = phase is Phase.SCHEDULED
        self.begun = incident.started_at if incident else None
        self.known_starts = incident.window_starts_at if incident else None
        self.known_ends = latest.window_ends.astimezone(UTC) if latest and latest.window_ends else None
        announced = self.ahead and not request.maintenance
        self.typed_from = request.started if announced else request.window_from
        self.typed_until = request.window_until or variables.get("window_ends")
        self.from_option = "--started" if announced else "--from"
        self.until_option = "--until" if request.maintenance else "window_ends="
        if request.window_until and "window_ends" in variables:
            raise UsageError("the end was given twice", hint="leave -v window_ends= out; --until says it")
        self.moves = (
            request.maintenance and request.verb is Verb.UPDATE and not (request.phase or request.reminds)
        )
        self.warnings: list[str] = []

    def window(self) -> Window:
        if self.request.maintenance:
            self._check_typed()
        starts = self._starts()
        ends = self._ends(starts)
        if starts and ends and ends <= starts and not self.ahead:
            starts = self.begun or self.now  # it began early and ends before the announced beginning
        if self.ahead or (self.request.maintenance and not self.phase.closed):
            self._check_ahead(starts, ends)
        if self.request.maintenance and not self.phase.closed:
            self._point_out(starts, ends)
        if self.phase is Phase.IN_PROGRESS and ends and ends <= self.now:
            said = (
                f"readers were told that it would end at {self._shown(ends)}, and read that it takes longer"
            )
            self.warnings.append(f"{said}; say until when: broadcast maintenance move --until 30m")
        changed = self.phase.maintenance and self._changed(starts, ends)
        if self.moves and not changed:
            raise UsageError(
                f"this is the announced window already: {self._span(starts, ends)}",
                hint="give another --from or --until",
            )
        former_starts, former_ends = (self.known_starts, self.known_ends) if changed else (None, None)
        return Window(
            starts=starts,
            ends=ends,
            former_starts=former_starts,
            former_ends=former_ends,
            warnings=tuple(self.warnings),
        )

    def _check_typed(self) -> None:
        """Raise `UsageError` unless `notify` has a beginning and an end, and a move has one of them."""
        if self.request.verb is Verb.NOTIFY and not (self.typed_from and self.typed_until):
            missing = "--until" if self.typed_from else "--from"
            raise UsageError(
                f"announced work needs its window: {missing} is missing",
                hint="write --from 22:00 --until 23:30, or --until 90m; --until none if the end is not known",
            )
        if self.moves and not (self.typed_from or self.typed_until):
            raise UsageError("no new window is given", hint="write --from 23:00, --until 00:30, or both")
        if self.moves and self.typed_from and not self.ahead:
            raise UsageError(
                "the work has begun, so its beginning cannot be moved",
                hint="move the end with --until, or correct the beginning: broadcast update --started 22:10",
            )

    def _starts(self) -> datetime | None:
        if self.request.verb is Verb.NOTIFY and self.typed_from and not self.ahead:
            return self.now if self.request.maintenance else None
        if not self.ahead:
            return self.known_starts
        starts = self.known_starts
        if self.typed_from:
            starts = parse_moment(self.typed_from, self.now, self.zone)
            self._doubt(self.from_option, self.typed_from, starts, self.now)
        if starts is None:
            raise UsageError(
                "announced maintenance needs its beginning",
                hint="give it, and its end: --started 22:00 -v window_ends=23:30",
            )
        return starts

    def _ends(self, starts: datetime | None) -> datetime | None:
        """Return the announced end; a length counts from the beginning, or from now if the work has begun."""
        base = starts if self.ahead and starts else self.now
        if self.typed_until is not None:
            ends = parse_end(self.typed_until, base, self.zone)
            self._doubt(self.until_option, self.typed_until, ends, base)
            return ends
        if self.moves and starts and self.known_starts and self.known_ends:
            return later(starts, elapsed(self.known_starts, self.known_ends))
        ends = self.known_ends
        if ends and self.ahead and starts and ends <= starts:
            raise UsageError(
                f"the maintenance would begin after it ends ({self._shown(ends)})",
                hint="move its end, too: -v window_ends=23:30, or 90m for its length",
            )
        return ends

    def _check_ahead(self, starts: datetime | None, ends: datetime | None) -> None:
        """Raise `UsageError` if the announced beginning or end has passed."""
        if ends and ends <= self.now:
            raise UsageError(
                f"the announced window is over: it ended at {self._shown(ends)}",
                hint="say when it will end: --until 90m; or call it off: broadcast maintenance cancel",
            )
        if self.ahead and starts and starts <= self.now:
            raise UsageError(
                f"the work was announced for {self._shown(starts)}, and has not been started",
                hint="start it with `broadcast maintenance start`, or move it: move --from 23:00",
            )

    def _changed(self, starts: datetime | None, ends: datetime | None) -> bool:
        """Return whether an earlier notice announced another window."""
        if self.known_starts is None and self.known_ends is None:
            return False
        moved = self.ahead and _differ(starts, self.known_starts)
        return moved or _differ(ends, self.known_ends)

    def _point_out(self, starts: datetime | None, ends: datetime | None) -> None:
        """Warn about a length that was not typed, or that is so long that it may be a mistake."""
        if self.moves and ends and self.typed_until is None:
            self.warnings.append(f"the window keeps its length: {self._span(starts, ends)}")
        elif self.typed_until and starts and ends and elapsed(starts, ends) > _LONG:
            self.warnings.append(f"the window is a long one: {self._span(starts, ends)}")

    def _span(self, starts: datetime | None, ends: datetime | None) -> str:
        shown = self._shown(starts) if starts else "not announced"
        if ends is None:
            return f"{shown}, without an announced end"
        length = f" ({format_duration(round(elapsed(starts, ends).total_seconds()))})" if starts else ""
        return f"{shown} to {self._shown(ends)}{length}"

    def _shown(self, moment: datetime) -> str:
        return with_zone(moment.astimezone(self.zone))

    def _doubt(self, option: str, typed: str, moment: datetime | None, base: datetime) -> None:
        if moment:
            self.warnings += (f"{option}: {doubt}" for doubt in doubts(typed, moment, base, self.zone))


def _differ(one: datetime | None, other: datetime | None) -> bool:
    if one is None or other is None:
        return one is not other
    return abs(elapsed(one, other)) >= _WITHIN
