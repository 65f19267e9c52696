"""The results of `watch`: a line for each change, and each round as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

from broadcast.cli.output.page_blocks import Block, Remark, StyledWord, Tone, line
from broadcast.cli.output.plain_text import one_line
from broadcast.cli.output.timestamps import clock_time, iso
from broadcast.config.settings import Settings
from broadcast.ledger.health import Watched
from broadcast.model.counted import counted
from broadcast.model.health import Condition
from broadcast.monitoring.outage_draft import NoticeDraft
from broadcast.monitoring.watch import Round

SCHEMA = "broadcast.watch/1"


def summary(found: Round) -> str:
    """Return one line on the state of everything."""
    by_condition = sorted((str(one.assessment.condition), one.channel.name) for one in found.channels)
    groups = groupby(by_condition, key=lambda each: each[0])
    parts = [f"{condition}: {', '.join(name for _, name in group)}" for condition, group in groups]
    return one_line("; ".join(parts)) or "nothing could be checked"


def round_page(found: Round, settings: Settings) -> Iterator[Block]:
    """Yield what changed, and what to do about it; nothing if nothing changed."""
    at = clock_time(found.at, settings.timezone)
    for one in found.fallen:
        yield line(at, StyledWord(f"{one.system} is down:", Tone.BAD), one.reason)
    for one in found.recovered:
        yield line(at, *_recovered(one, found))
    for one in found.unwatched:
        yield line(at, StyledWord(f"{one.system} is no longer watched:", Tone.WARNING), one.reason)
    for path in found.closed:
        yield Remark("draft closed", str(path))
    if found.draft and found.opened:
        yield from _proposed(found.draft, settings)
        yield Remark("draft", f"{found.opened} (nothing was sent)", Tone.WARNING)


def round_json(found: Round, settings: Settings) -> dict[str, Any]:
    """Return one round, for programs."""
    zone = settings.timezone
    return {
        "schema": SCHEMA,
        "at": iso(found.at, zone),
        "channels": [
            {
                "name": one.channel.name,
                "condition": one.assessment.condition,
                "reason": one.assessment.reason,
                "source": one.assessment.source,
            }
            for one in found.channels
        ],
        "down": [_watched(one, settings) for one in found.down],
        "changes": [
            *({"system": one.system, "state": Condition.DOWN, "reason": one.reason} for one in found.fallen),
            *({"system": one.system, "state": _state(one, found)} for one in found.recovered),
            *({"system": one.system, "state": Condition.UNKNOWN} for one in found.unwatched),
        ],
        "draft": str(found.opened) if found.opened else None,
        "closed": [str(path) for path in found.closed],
        "backup": _backup(found.draft) if found.draft else None,
        "activated": settings.watch.activate,
        "warnings": list(found.trouble),
    }


def _recovered(one: Watched, found: Round) -> Iterator[str | StyledWord]:
    if _state(one, found) is Condition.WORKS:
        yield StyledWord(f"{one.system} works again", Tone.GOOD)
    else:
        yield StyledWord(f"{one.system} is no longer down, but doubtful:", Tone.WARNING)
        yield one.reason


def _state(one: Watched, found: Round) -> Condition:
    return Condition.DOUBTFUL if one.system in found.doubtful else Condition.WORKS


def _proposed(draft: NoticeDraft, settings: Settings) -> Iterator[Block]:
    activated = settings.watch.activate
    for step in draft.backup.steps:
        people = counted(step.people, "person", "people") if step.people else "everybody"
        yield Remark(f"{step.audience}", f"{people} by {' > '.join(step.route)}")
    if draft.backup.trouble:
        yield Remark("warning", f"the replacement could not be planned: {draft.backup.trouble}", Tone.WARNING)
    if draft.backup.unreachable:
        lost = counted(draft.backup.unreachable, "person has", "people have")
        yield Remark("warning", f"{lost} no other channel", Tone.WARNING)
    systems = " ".join(f"--affects {one.system}" for one in draft.down)
    yield Remark(
        "backup", "activated: notices avoid what is down" if activated else f"avoid it with {systems}"
    )


def _watched(one: Watched, settings: Settings) -> Mapping[str, Any]:
    zone = settings.timezone
    return {
        "system": one.system,
        "since": iso(one.since, zone),
        "source": one.source,
        "reason": one.reason,
        "expires": iso(one.expires_at, zone),
        "draft": one.draft or None,
    }


def _backup(draft: NoticeDraft) -> Mapping[str, Any]:
    backup = draft.backup
    return {
        "steps": [
            {"audience": step.audience, "route": list(step.route), "people": step.people}
            for step in backup.steps
        ],
        "unreachable": backup.unreachable,
        "trouble": backup.trouble or None,
    }
