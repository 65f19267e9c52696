"""Which stages of announced work the clock takes: what the command asks, and what the preview says of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from broadcast.config.durations import format_duration, parse_duration
from broadcast.config.settings import Settings
from broadcast.errors import Refused, UsageError
from broadcast.model.incident import Phase
from broadcast.model.moments import later
from broadcast.model.notice import Facts
from broadcast.model.work import AutomaticWork, WorkChange, WorkStage
from broadcast.model.zone import with_zone
from broadcast.publishing.approval import lacks_approval
from broadcast.publishing.prepare import PreparedNotice
from broadcast.publishing.request import Request, Verb

_NEVER = timedelta()
_WORDS = {
    WorkStage.REMIND: "readers are reminded",
    WorkStage.START: "it begins by itself",
    WorkStage.END: "it ends by itself",
}


def with_work(
    prepared: PreparedNotice, request: Request, before: AutomaticWork, settings: Settings, now: datetime
) -> PreparedNotice:
    """Return the notice with what it asks of the clock, and a line about it for the preview.

    `before` are the stages that earlier notices asked for. Raises `UsageError` for a reminder that would be
    late, and `Refused` if a second person had to approve what the clock publishes.
    """
    facts = prepared.facts
    if not facts.phase.maintenance or facts.phase.closed or request.reminds:
        return prepared
    change = _change(request, settings)
    if change and (missing := lacks_approval(prepared, settings.approval)):
        if request.auto or request.remind_before:
            raise Refused(
                f"{missing}, which the clock could not ask",
                hint="leave --auto and --remind-before out, and propose each stage at its time",
            )
        change = None
    automatic = change.applied(before) if change else before
    _check_reminder(request, facts, automatic, now)
    said = "; ".join(_said(automatic, facts, now))
    warnings = (
        (*prepared.warnings, f"by the clock (`tick` or `serve`): {said}") if said else prepared.warnings
    )
    if request.auto and facts.window_ends is None:
        warnings = (*warnings, "its end is not known, so somebody has to end it")
    return replace(prepared, work=change, warnings=warnings)


def _change(request: Request, settings: Settings) -> WorkChange | None:
    """Return what the command asks; work that is announced is reminded of as configured."""
    remind = None
    if request.remind_before is not None:
        remind = _span(request.remind_before)
    elif request.verb is Verb.NOTIFY and settings.maintenance.remind_before is not None:
        remind = timedelta(seconds=settings.maintenance.remind_before)
    if remind is None and request.auto is None:
        return None
    options = {
        "audiences": request.audiences,
        "channels": request.channels,
        "not_channels": request.not_channels,
        "lang": request.lang,
    }
    return WorkChange(
        auto=request.auto,
        remind_before=remind,
        options={name: value for name, value in options.items() if value},
    )


def _span(typed: str) -> timedelta:
    return _NEVER if typed.strip().lower() == "none" else timedelta(seconds=parse_duration(typed))


def _check_reminder(request: Request, facts: Facts, automatic: AutomaticWork, now: datetime) -> None:
    """Raise `UsageError` if a reminder was asked for whose time has passed, or for work that has begun."""
    if request.remind_before is None or not automatic.remind_before:
        return
    if facts.phase is not Phase.SCHEDULED or facts.window_starts is None:
        raise UsageError(
            "the work has begun, so there is nothing to remind of", hint="leave --remind-before out"
        )
    if WorkStage.REMIND not in automatic.due(facts, now):
        span = format_duration(automatic.remind_before.total_seconds())
        then = with_zone(later(facts.window_starts, -automatic.remind_before).astimezone(facts.as_of.tzinfo))
        raise UsageError(
            f"a reminder {span} before the beginning would have been sent at {then}",
            hint="give less, such as --remind-before 1h, or none",
        )


def _said(automatic: AutomaticWork, facts: Facts, now: datetime) -> Iterator[str]:
    for stage, due_at in automatic.due(facts, now).items():
        yield f"{_WORDS[stage]} at {with_zone(due_at.astimezone(facts.as_of.tzinfo))}"
