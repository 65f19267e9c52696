"""Schedule a notice: what was typed, with past times made absolute, to be prepared anew when it is due."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.config.durations import parse_duration, parse_moment, parse_past_moment
from broadcast.errors import KeyReused, Refused, UsageError
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.schedules import Schedule
from broadcast.model.ids import new_schedule_key
from broadcast.model.unknown import OnUnknown
from broadcast.publishing.approval import check_approval
from broadcast.publishing.author import author
from broadcast.publishing.preview import PreviewConsent
from broadcast.publishing.publish import Publisher, Subject
from broadcast.publishing.request import Limits, Request, Verb

_PAST = ("started", "detected", "ended")


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A recorded schedule; `warnings` are those of its preview. `new` is false if its key was used before."""

    schedule: Schedule
    warnings: tuple[str, ...] = ()
    new: bool = True


def schedule(
    publisher: Publisher, request: Request, limits: Limits, at: str, consent: PreviewConsent
) -> Scheduled:
    """Record a notice that the clock publishes at the time `at`, as typed.

    It is prepared now as well: a text that cannot be rendered, or too many recipients, are refused at once,
    and `consent` is asked with the preview of now.

    Raises:
        UsageError: The time is not in the future, or the request is invalid.
        Refused: The answer was no, there are too many recipients, or a second person has to approve it.
        KeyReused: The key belongs to another notice.
        BroadcastError: As `Publisher.publish`.
    """
    clock, ledger, zone = publisher.deliverer.clock, publisher.deliverer.ledger, publisher.settings.timezone
    now = clock.now()
    due_at = parse_moment(at, now, zone)
    if due_at is None:
        raise UsageError("--at none says no time", hint="write it like 30m or 14:30, or with its date")
    fixed = _fixed(request, now, zone)
    found = _with_key(ledger, request)
    if found is not None:
        return Scheduled(found, new=False)
    preview = publisher.preview(fixed, limits)
    if not preview.live:
        raise Refused(
            "live = false, so it could not be sent", hint="rehearse with --sandbox, or set live = true"
        )
    if publisher.settings.approval.needed_for:
        # The clock could not ask a second person, so the notice would never be sent.
        prepared = publisher.prepare(fixed, Subject(fixed.incident))
        check_approval(prepared, publisher.settings.approval, None)
    consent(preview)
    opens = request.verb is Verb.NOTIFY
    new = Schedule(
        key=request.key or new_schedule_key(),
        request=json.dumps(asdict(fixed), ensure_ascii=False),
        incident=None if opens else preview.incident,
        sequence=0 if opens else preview.sequence - 1,
        max_recipients=limits.max_recipients,
        author=author(),
        created_at=now,
        due_at=due_at,
    )
    return Scheduled(replace(new, id=ledger.schedules.add(new)), preview.warnings)


def request_of(scheduled: Schedule) -> Request:
    """Return the request of a schedule, under its key."""
    given: dict[str, Any] = json.loads(scheduled.request)
    known = {field.name for field in fields(Request)}
    values: dict[str, Any] = {name: _tupled(value) for name, value in given.items() if name in known}
    values |= {
        "verb": Verb(given["verb"]),
        "incident": scheduled.incident,
        "key": scheduled.key,
    }
    return Request(**values)


def limits_of(scheduled: Schedule, seconds: float) -> Limits:
    """Return the limits of a schedule; its run may take so many seconds."""
    limit = scheduled.max_recipients
    return Limits(
        deadline=seconds, in_background=True, max_recipients=limit, on_unknown=OnUnknown.OTHER_CHANNEL
    )


def _fixed(request: Request, now: datetime, zone: ZoneInfo) -> Request:
    """Return the request with times that do not depend on when it is read.

    "20m" for a beginning means 20 minutes before the command. A promise in minutes counts from the
    publication.
    """
    changed: dict[str, Any] = {
        name: parse_past_moment(typed, now, zone).astimezone(zone).isoformat()
        for name in _PAST
        if (typed := getattr(request, name))
    }
    promised = request.next_update
    if promised and promised.strip().lower() != "none" and not _is_duration(promised):
        moment = parse_moment(promised, now, zone)
        changed["next_update"] = moment and moment.astimezone(zone).isoformat()
    return replace(request, **changed)


def _is_duration(text: str) -> bool:
    try:
        parse_duration(text)
    except UsageError:
        return False
    return True


def _with_key(ledger: Ledger, request: Request) -> Schedule | None:
    """Return the schedule with the request's key; raises `KeyReused` if something else has it."""
    if request.key is None:
        return None
    if ledger.incidents.notice_with_key(request.key):
        raise KeyReused(f"the key {request.key} belongs to a notice", hint="use a new key for a new notice")
    found = next((one for one in ledger.schedules.all() if one.key == request.key), None)
    if found and (request_of(found).verb, request_of(found).title, request_of(found).message) != (
        request.verb,
        request.title,
        request.message,
    ):
        raise KeyReused(
            f"the key {request.key} belongs to schedule {found.id}, which says something else",
            hint="use a new key for a new notice",
        )
    return found


def _tupled(value: object) -> object:
    """Return lists from JSON as the tuples that a request has."""
    return tuple(_tupled(one) for one in value) if isinstance(value, list) else value
