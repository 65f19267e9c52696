"""Find the phase of an incident after a notice, the kind of the notice, and its templates. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from broadcast.errors import PhaseError, UsageError
from broadcast.model.incident import Incident, Phase
from broadcast.model.nearest import suggest
from broadcast.model.notice import NoticeKind, TextPhase
from broadcast.publishing.earlier_notices import EarlierNotices
from broadcast.publishing.request import Request, Verb
from broadcast.publishing.window import AT_ONCE

E = TypeVar("E", bound=StrEnum)

_PHASE_TEXTS = {
    Phase.INVESTIGATING: TextPhase.INVESTIGATING,
    Phase.IDENTIFIED: TextPhase.IDENTIFIED,
    Phase.MONITORING: TextPhase.MONITORING,
    Phase.RESOLVED: TextPhase.RESOLVED,
    Phase.RETRACTED: TextPhase.RETRACTION,
    Phase.SCHEDULED: TextPhase.MAINTENANCE,
    Phase.IN_PROGRESS: TextPhase.MAINTENANCE,
    Phase.COMPLETED: TextPhase.MAINTENANCE,
    Phase.CANCELLED: TextPhase.MAINTENANCE,
}


def phase_after(request: Request, before: EarlierNotices) -> Phase:
    """Return the phase that the request asks for.

    Raises `PhaseError` if the incident cannot go there, and `UsageError` for invalid input.
    """
    incident = before.incident
    if incident and request.maintenance and not incident.phase.maintenance:
        raise PhaseError(
            f"{incident.ref} is no maintenance: it is {incident.phase}",
            hint=f"use: broadcast {'update' if request.verb is Verb.UPDATE else request.verb} {incident.ref}",
        )
    wanted = _wanted(request, before)
    if incident is None:
        return _opening(wanted)
    # Work begins once; for more news there is `update`. Readers are reminded of what is still to come.
    again = request.maintenance and wanted is incident.phase and bool(request.phase)
    again = again or (bool(request.reminds) and incident.phase is not Phase.SCHEDULED)
    if again or not _may_become(incident.phase, wanted, request.verb):
        rest = "already" if wanted is incident.phase else f"and cannot change to {wanted}"
        raise PhaseError(f"{incident.ref} is {incident.phase} {rest}", hint=_next_command(incident))
    if request.verb is Verb.RETRACT and before.reopened:
        raise PhaseError(
            f"the all-clear of {incident.ref} was taken back with the latest notice already",
            hint=f'say more: broadcast update {incident.ref} -m "..."; or end it: broadcast resolve',
        )
    if incident.phase is Phase.RESOLVED and not request.message:
        raise UsageError(
            f"{incident.ref} is closed; if the all-clear was wrong, say what is true",
            hint=f'take the all-clear back: broadcast retract {incident.ref} -m "..."',
        )
    if request.verb is Verb.UPDATE and wanted.closed:
        verb = "retract" if wanted in {Phase.RETRACTED, Phase.CANCELLED} else "resolve"
        raise PhaseError(f"an update cannot end {incident.ref}", hint=f"use: broadcast {verb}")
    if request.corrects:
        _check_correction(incident, wanted)
    return wanted


def reopens(before: EarlierNotices, phase: Phase) -> bool:
    """Return whether a notice that leads to `phase` takes an all-clear back."""
    return before.incident is not None and before.incident.phase is Phase.RESOLVED and not phase.closed


def kind_after(verb: Verb, phase: Phase) -> NoticeKind:
    """Return the kind of a notice of this verb, which leads to this phase."""
    if verb is Verb.RETRACT:
        return NoticeKind.RETRACTION
    if phase.maintenance:
        return NoticeKind.MAINTENANCE
    kinds = {Verb.NOTIFY: NoticeKind.INITIAL, Verb.UPDATE: NoticeKind.UPDATE}
    return kinds.get(verb, NoticeKind.RESOLUTION)


def texts_after(request: Request, before: EarlierNotices, phase: Phase) -> TextPhase:
    """Return the set of templates for the notice; `--template` chooses another one.

    An update must not sound like a first notice, and once the service works no text may say that it is down.
    """
    if request.template:
        chosen = one_of(TextPhase, request.template, "template")
        if chosen is TextPhase.MAINTENANCE and not phase.maintenance:
            raise UsageError(
                f"the maintenance texts are for announced work, but {before.ref} is {phase}",
                hint="leave --template out, or announce the work: --phase scheduled --started 22:00",
            )
        return chosen
    if before.incident is None:
        return TextPhase.DRILL if request.drill else _PHASE_TEXTS[phase]
    if phase is Phase.IDENTIFIED and before.incident.phase is Phase.INVESTIGATING and not request.corrects:
        return TextPhase.IDENTIFIED
    if phase in {Phase.INVESTIGATING, Phase.IDENTIFIED}:
        return TextPhase.UPDATE
    return _PHASE_TEXTS[phase]


def one_of(kind: type[E], text: str, what: str) -> E:
    """Return the member that `text` spells; raises `UsageError` that names the nearest one."""
    wanted = text.strip().lower().replace("-", "_")
    for member in kind:
        if member.value == wanted:
            return member
    raise UsageError(f"there is no {what} {text}", hint=suggest(wanted, [member.value for member in kind]))


def _may_become(phase: Phase, wanted: Phase, verb: Verb) -> bool:
    """Return whether this verb may lead from one phase to the other; only `retract` reopens an incident."""
    if phase is Phase.RESOLVED and verb is not Verb.RETRACT:
        return False
    return phase.may_become(wanted)


def _wanted(request: Request, before: EarlierNotices) -> Phase:
    incident = before.incident
    maintenance = incident is not None and incident.phase.maintenance
    if request.verb is Verb.RESOLVE:
        return Phase.COMPLETED if maintenance else Phase.RESOLVED
    if request.verb is Verb.RETRACT:
        return Phase.CANCELLED if maintenance else _without_it(before)
    if request.phase:
        return one_of(Phase, request.phase, "phase")
    if incident is None and request.maintenance:
        return Phase.IN_PROGRESS if request.window_from == AT_ONCE else Phase.SCHEDULED
    if incident is None and request.template == TextPhase.MAINTENANCE:
        return Phase.SCHEDULED
    return incident.phase if incident else Phase.INVESTIGATING


def _without_it(before: EarlierNotices) -> Phase:
    """Return the phase after a retraction: the one before an all-clear, or `retracted` for a false alarm."""
    resolved = before.incident is not None and before.incident.phase is Phase.RESOLVED
    return before.found if resolved else Phase.RETRACTED


def _opening(phase: Phase) -> Phase:
    if phase.closed:
        raise PhaseError(
            f"an incident cannot begin as {phase}",
            hint="begin with investigating, identified, monitoring, scheduled or in_progress",
        )
    return phase


def _check_correction(incident: Incident, wanted: Phase) -> None:
    """Raise `UsageError` if a correction would also change the phase, or is about maintenance."""
    if incident.phase.maintenance:
        raise UsageError(
            f"{incident.ref} is maintenance, whose texts have no place for a correction",
            hint='move its window with `broadcast maintenance move`, or say it in your own words: -m "..."',
        )
    if wanted is not incident.phase:
        raise UsageError(
            "a correction does not change the phase: readers would not see both",
            hint=f"correct first, then: broadcast update {incident.ref} --phase {wanted}",
        )


def _next_command(incident: Incident) -> str:
    phase, ref = incident.phase, incident.ref
    if phase is Phase.SCHEDULED:
        return f"first start it, or call it off: broadcast maintenance start {ref}, or cancel {ref}"
    if phase is Phase.IN_PROGRESS:
        return f"move its end, or end it: broadcast maintenance move {ref} --until 00:30, or end {ref}"
    if phase is Phase.RESOLVED:
        return f'if it is not over: broadcast retract {ref} -m "..."; for something new: broadcast notify'
    if phase.closed:
        verb = "maintenance" if phase.maintenance else "notify"
        return f'it is closed; open a new one with: broadcast {verb} "TITLE"'
    return "it may become " + ", ".join(sorted(p for p in Phase if phase.may_become(p)))
