"""Read every time of a notice, from the command or from earlier notices; no time is made up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from broadcast.config.durations import doubts, parse_day, parse_moment, parse_past_moment
from broadcast.errors import UsageError
from broadcast.model.incident import Incident, Phase, Severity
from broadcast.model.moments import local
from broadcast.model.notice import Facts
from broadcast.model.promise import CADENCE, due_at
from broadcast.model.zone import with_zone
from broadcast.publishing.request import Request
from broadcast.publishing.window import Window, window

#: Phases whose texts state an end, if one was given.
_STATED = frozenset({Phase.RESOLVED, Phase.COMPLETED})
#: The times that are given as variables (`-v ended=14:22`).
TIMES = frozenset({"ended", "window_ends", "report"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTimes:
    """The times of a notice, in the organisation's timezone; `warnings` are about doubtful ones.

    `window` is the announced window of maintenance. `ended` is the stated end. `closed` is the end in the
    ledger: the stated one, or else the time of this notice. `report` is the promised day, at noon.
    """

    as_of: datetime
    reported: datetime | None
    started: datetime | None
    detected: datetime | None
    ended: datetime | None
    closed: datetime | None
    next_update: datetime | None
    report: datetime | None
    window: Window
    warnings: tuple[str, ...]


def notice_times(
    request: Request,
    variables: Mapping[str, str],
    known: tuple[Incident | None, Facts | None],
    stands: tuple[Phase, Severity],
    clock: tuple[datetime, ZoneInfo],
    spans: Mapping[Severity, timedelta] = CADENCE,
) -> NoticeTimes:
    """Return the times of the notice that `request` asks for.

    `known` is what was recorded before, `stands` the phase and severity of the incident after this notice,
    `clock` the time now (aware) and the timezone of typed times, `spans` how soon the next update is
    promised by default. Raises `UsageError` for impossible times.
    """
    return _TimesReader(request, variables, known, stands, clock, spans).notice_times()


class _TimesReader:
    """Reads and compares all times in UTC; only the result is local."""

    def __init__(
        self,
        request: Request,
        variables: Mapping[str, str],
        known: tuple[Incident | None, Facts | None],
        stands: tuple[Phase, Severity],
        clock: tuple[datetime, ZoneInfo],
        spans: Mapping[Severity, timedelta],
    ) -> None:
        self.request, self.variables, self.spans = request, variables, spans
        self.now, self.zone = clock[0].astimezone(UTC), clock[1]
        self.incident, self.latest = known
        self.phase, self.severity = stands
        self.warnings: list[str] = []

    def notice_times(self) -> NoticeTimes:
        announced = window(
            self.request,
            self.variables,
            (self.incident, self.latest),
            self.phase,
            (self.now, self.zone),
        )
        self.warnings += announced.warnings
        started = self._started(announced.starts)
        detected = self._past("--detected", self.request.detected)
        detected = detected or (self.incident.detected_at if self.incident else None)
        if started and detected and detected < started and not self.phase.maintenance:
            raise UsageError(
                "it was detected before it started",
                hint="check --started and --detected; both are past times",
            )
        promised = self._promise()
        ended = self._ended(started)
        return NoticeTimes(
            as_of=self.now.astimezone(self.zone),
            reported=local(self.incident.opened_at if self.incident else self.now, self.zone),
            started=local(started, self.zone),
            detected=local(detected, self.zone),
            ended=local(ended, self.zone),
            closed=local(ended or self.now, self.zone) if self.phase.closed else None,
            next_update=local(promised, self.zone),
            report=self._report(),
            window=_in_zone(announced, self.zone),
            warnings=tuple(self.warnings),
        )

    def _started(self, window_starts: datetime | None) -> datetime | None:
        """Return the real beginning; None if it is not known.

        Maintenance that runs began as announced, or now if that is still to come. `maintenance start` is
        itself the beginning.
        """
        known = self.incident.started_at if self.incident else None
        if self.phase is Phase.SCHEDULED:
            return known
        typed = self._past("--started", self.request.started)
        if typed is None and known is None and window_starts and self.phase is Phase.IN_PROGRESS:
            return self.now if self.request.maintenance else min(window_starts, self.now)
        return typed or known

    def _ended(self, started: datetime | None) -> datetime | None:
        """Return the stated end; None if there is none.

        `maintenance end` is itself the end, and so is `maintenance cancel` after the beginning.
        """
        given = self.variables.get("ended")
        if given and self.request.ended:
            raise UsageError("the end was given twice", hint="leave -v ended= out; --ended says it")
        option = "--ended" if self.request.ended else "ended="
        ended = self._past(option, self.request.ended or given)
        if ended and not self.phase.closed:
            raise UsageError(
                f"the incident is not over, but {option} says when it ended",
                hint="say that it is over with: broadcast resolve --ended 14:22",
            )
        if ended is None and self._says_the_end():
            return self.now
        if ended and started and ended < started:
            raise UsageError(
                f"it ended before it started ({with_zone(started.astimezone(self.zone))})",
                hint="check --started and --ended; --started corrects what was said before",
            )
        if ended is None and self.phase in _STATED:
            self.warnings.append("readers are not told when it ended; state it with --ended 14:22")
        return ended

    def _says_the_end(self) -> bool:
        begun = self.incident is not None and self.incident.started_at is not None
        return self.request.maintenance and self.phase.closed and begun

    def _report(self) -> datetime | None:
        """Return the day of the promised report, from now or before; an end that was taken back has none."""
        given = self.variables.get("report")
        if given is not None:
            return parse_day(given, self.now, self.zone)
        reopened = self.latest is not None and self.latest.phase.closed
        return None if self.latest is None or reopened else self.latest.report

    def _promise(self) -> datetime | None:
        """Return the next update that readers are promised, by the command or by the severity's cadence."""
        if self.phase.closed:
            return None
        typed = self.request.next_update
        if self._reopens():
            self._check_promised(typed)
        if typed is not None:
            promised = parse_moment(typed, self.now, self.zone)
            self._doubt("--next-update", typed, promised)
            return promised and promised.replace(microsecond=0)
        promised = None if self.phase.maintenance else due_at(self.severity, self.now, self.spans)
        if promised is None:
            return None
        warning = f"the next update is promised for {with_zone(promised.astimezone(self.zone), '%H:%M')}"
        self.warnings.append(
            f"{warning} ({self.severity} default); change it with --next-update 30m, 14:30 or none"
        )
        return promised

    def _reopens(self) -> bool:
        return self.latest is not None and self.latest.phase is Phase.RESOLVED

    def _check_promised(self, typed: str | None) -> None:
        """Raise `UsageError` if a notice that takes back an all-clear promises no next update."""
        if typed.strip().lower() == "none" if typed else self.severity not in self.spans:
            raise UsageError(
                "the incident is open again, so readers need to know when they hear more",
                hint="promise the next word: --next-update 30m",
            )

    def _past(self, option: str, typed: str | None) -> datetime | None:
        if not typed:
            return None
        moment = parse_past_moment(typed, self.now, self.zone)
        self._doubt(option, typed, moment)
        return moment

    def _doubt(self, option: str, typed: str, moment: datetime | None) -> None:
        if moment:
            found = doubts(typed, moment, self.now, self.zone)
            self.warnings += (f"{option}: {doubt}" for doubt in found)


def _in_zone(announced: Window, zone: ZoneInfo) -> Window:
    """Return the window as clocks in `zone` show it."""
    return Window(
        starts=local(announced.starts, zone),
        ends=local(announced.ends, zone),
        former_starts=local(announced.former_starts, zone),
        former_ends=local(announced.former_ends, zone),
    )
