"""How people would be reached without the systems that are down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from broadcast.errors import BroadcastError
from broadcast.model.counted import counted
from broadcast.publishing.draft_file import on_one_line
from broadcast.publishing.recipients import Recipients
from broadcast.publishing.request import Request, Verb
from broadcast.publishing.what_if import WhatIf


@dataclass(frozen=True, slots=True)
class LaneStep:
    """How many people of an audience have this route (channels in order); 0 for a post for everybody."""

    audience: str
    route: tuple[str, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Backup:
    """How people would be reached without the systems that are down; `trouble` says why it is not known."""

    steps: tuple[LaneStep, ...] = ()
    unreachable: int = 0
    trouble: str = ""


def plan_backup(
    affects: tuple[str, ...], what_if: Callable[[], WhatIf], services: tuple[str, ...] = ()
) -> Backup:
    """Return how people would be reached if `affects` are down; `what_if` makes the planner."""
    request = Request(verb=Verb.NOTIFY, affects=affects, services=services)
    try:
        recipients = what_if().recipients(request)
    except BroadcastError as error:
        return Backup(trouble=str(error))
    return Backup(tuple(_steps(recipients)), len(recipients.summary.unreachable))


def backup_lines(backup: Backup) -> Iterator[str]:
    """Yield the lines of a draft that say it."""
    if backup.trouble:
        yield f"This could not be planned: {on_one_line(backup.trouble)}"
        return
    yield "| audience | people | channels, in this order |\n|---|---|---|"
    for step in backup.steps:
        people = f"{step.people:,}" if step.people else "all"
        yield f"| {step.audience} | {people} | {' > '.join(step.route)} |"
    if backup.unreachable:
        lost = counted(backup.unreachable, "person has", "people have")
        yield f"\n{lost} no working channel; `broadcast plan --affects ...` names them."


def _steps(recipients: Recipients) -> Iterator[LaneStep]:
    routes: Counter[tuple[str, tuple[str, ...]]] = Counter()
    for share, count in recipients.summary.shares.items():
        routes[share.audience, share.route] += 0 if share.posts else count
    for (audience, route), people in routes.items():
        yield LaneStep(audience, route, people)
