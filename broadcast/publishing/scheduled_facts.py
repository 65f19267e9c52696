"""The facts of which a text speaks that tells colleagues of a schedule that was refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from broadcast.config.settings import Settings
from broadcast.ledger.schedules import Schedule
from broadcast.model.incident import Phase, Severity
from broadcast.model.notice import Facts, NoticeKind, TextPhase


def facts_of_schedule(settings: Settings, refused: Schedule, latest: Facts | None) -> Facts:
    """Return them: the latest ones of the incident, or else what was typed.

    `next_update` is the time at which it was to be published. The variables say what it is (`schedule_verb`:
    notify, update, resolve, or remind, start, end of announced work), its number (`schedule_number`), and why
    it was refused (`schedule_reason`).
    """
    own = (
        ("schedule_number", str(refused.id)),
        ("schedule_verb", refused.does),
        ("schedule_reason", refused.detail),
    )
    due_at = refused.due_at.astimezone(settings.timezone)
    known = latest or _typed(settings, refused, settings.timezone)
    return replace(known, next_update=due_at, variables=own, wording=())


def _typed(settings: Settings, refused: Schedule, zone: ZoneInfo) -> Facts:
    given = str(refused.typed("severity") or "")
    at: datetime = refused.due_at.astimezone(zone)
    return Facts(
        organisation=settings.organisation,
        ref=refused.ref,
        sequence=1,
        kind=NoticeKind.UPDATE,
        phase=Phase.INVESTIGATING,
        text_phase=TextPhase.INVESTIGATING,
        severity=Severity(given) if given in set(Severity) else Severity.SEV2,
        title=str(refused.typed("title") or ""),
        services=(),
        as_of=at,
        reported=at,
        drill=bool(refused.typed("drill")),
        affects=tuple(refused.typed("affects") or ()),
    )
