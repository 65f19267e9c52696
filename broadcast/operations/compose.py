"""From what was typed, and what was said before, to the record of facts that all texts are made from."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from broadcast.config.settings import Settings
from broadcast.errors import PhaseError, UsageError
from broadcast.ledger.records import Notice
from broadcast.model.incident import Incident, Phase, Service, Severity
from broadcast.model.notice import Facts, NoticeKind, TextPhase
from broadcast.model.system import NOTHING, listed_systems
from broadcast.operations.alternatives import reachable
from broadcast.operations.notice_times import TIMES, notice_times
from broadcast.operations.request import CLOSING, Request, Verb
from broadcast.operations.window import AT_ONCE
from broadcast.planning.outage import Dependencies
from broadcast.rendering.clean import clean

E = TypeVar("E", bound=StrEnum)

_PROSE = ("scope", "impact", "action", "cause", "data_loss", "link", "hotline")
_TRANSLATABLE = frozenset({"title", "message", "scope", "impact", "action", "cause", "data_loss"})
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


@dataclass(frozen=True, slots=True)
class Before:
    """What is known before a notice: its incident and the latest notice, or the next free reference.

    `beside` are the other open incidents.
    """

    incident: Incident | None
    latest: Notice | None
    ref: str
    sequence: int
    beside: tuple[Incident, ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """A notice's facts, its incident as it will stand, and what the composer wants to point out."""

    incident: Incident
    facts: Facts
    warnings: tuple[str, ...]


def compose(
    request: Request, before: Before, settings: Settings, dependencies: Dependencies, now: datetime
) -> Composed:
    """The facts of the notice that `request` asks for. `now` is aware.

    Raises `UsageError` for what was typed wrong and `PhaseError` where the incident cannot go there.
    """
    phase = _phase(request, before)
    severity = _severity(request, before)
    variables, wording = _worded(request.variables)
    wording = (*_kept_wording(request, before), *wording)
    kind = _kind(request.verb, phase)
    latest = before.latest.facts if before.latest else None
    known = (before.incident, latest)
    times = notice_times(request, variables, known, (phase, severity), (now, settings.timezone))
    affects = _affects(request, latest)
    services = _services(request, before, settings)
    ways = reachable(settings, dependencies.outage(affects), [service.key for service in services])
    facts = Facts(
        organisation=settings.organisation,
        ref=before.ref,
        sequence=before.sequence,
        kind=kind,
        phase=phase,
        text_phase=_text_phase(request, before, phase),
        severity=severity,
        title=_title(request, before),
        services=services,
        as_of=times.as_of,
        reported=times.reported,
        started=times.started,
        detected=times.detected,
        drill=_drill(request, before),
        message=request.message,
        ended=times.ended,
        next_update=times.next_update,
        window_starts=times.window.starts,
        window_ends=times.window.ends,
        former_starts=times.window.former_starts,
        former_ends=times.window.former_ends,
        outage_open=phase.maintenance and _outage_open(services, before, drill=_drill(request, before)),
        link=settings.status_url,
        hotline=ways.hotline,
        alternatives=ways.alternatives,
        cut_off=ways.cut_off,
        affects=affects,
        corrects=latest.as_of.astimezone(settings.timezone)
        if latest and kind is NoticeKind.RETRACTION
        else None,
        severity_before=latest.severity if latest else None,
        wording=wording,
        variables=tuple((name, value) for name, value in variables.items() if name not in {*_PROSE, *TIMES}),
    )
    facts = replace(facts, **_prose(variables, latest))
    return Composed(_incident(facts, before, now), facts, times.warnings)


def _phase(request: Request, before: Before) -> Phase:
    """The phase that is asked for, checked against where the incident is."""
    incident = before.incident
    if incident and request.maintenance and not incident.phase.maintenance:
        raise PhaseError(
            f"{incident.ref} is no maintenance: it is {incident.phase}",
            hint=f"use: broadcast {'update' if request.verb is Verb.UPDATE else request.verb} {incident.ref}",
        )
    wanted = _wanted_phase(request, incident)
    if incident is None:
        return _opening(wanted)
    # Work begins once; `update` says more of it.
    again = request.maintenance and wanted is incident.phase and bool(request.phase)
    if again or not incident.phase.may_become(wanted):
        rest = "already" if wanted is incident.phase else f"and cannot become {wanted}"
        raise PhaseError(f"{incident.ref} is {incident.phase} {rest}", hint=_way_on(incident))
    if incident.phase is Phase.RESOLVED and not request.message:
        raise UsageError(
            f"{incident.ref} was resolved; say what is true now",
            hint='take the all-clear back in your own words: broadcast retract -m "..."',
        )
    if request.verb is Verb.UPDATE and wanted.closed:
        verb = "retract" if wanted in {Phase.RETRACTED, Phase.CANCELLED} else "resolve"
        raise PhaseError(f"an update cannot end {incident.ref}", hint=f"use: broadcast {verb}")
    return wanted


def _wanted_phase(request: Request, incident: Incident | None) -> Phase:
    maintenance = incident is not None and incident.phase.maintenance
    if request.verb is Verb.RESOLVE:
        return Phase.COMPLETED if maintenance else Phase.RESOLVED
    if request.verb is Verb.RETRACT:
        return Phase.CANCELLED if maintenance else Phase.RETRACTED
    if request.phase:
        return _one_of(Phase, request.phase, "phase")
    if incident is None and request.maintenance:
        return Phase.IN_PROGRESS if request.window_from == AT_ONCE else Phase.SCHEDULED
    if incident is None and request.template == TextPhase.MAINTENANCE:
        return Phase.SCHEDULED
    return incident.phase if incident else Phase.INVESTIGATING


def _opening(phase: Phase) -> Phase:
    if phase.closed:
        raise PhaseError(
            f"an incident cannot begin as {phase}",
            hint="begin with investigating, identified, monitoring, scheduled or in_progress",
        )
    return phase


def _way_on(incident: Incident) -> str:
    phase, ref = incident.phase, incident.ref
    if phase is Phase.SCHEDULED:
        return f"first start it, or call it off: broadcast maintenance start {ref}, or cancel {ref}"
    if phase is Phase.IN_PROGRESS:
        return f"move its end, or end it: broadcast maintenance move {ref} --until 00:30, or end {ref}"
    if phase.closed:
        verb = "maintenance" if phase.maintenance else "notify"
        return f'it is closed; open a new one with: broadcast {verb} "TITLE"'
    return "it may become " + ", ".join(sorted(p for p in Phase if phase.may_become(p)))


def _severity(request: Request, before: Before) -> Severity:
    if request.severity:
        return _one_of(Severity, request.severity, "severity")
    return before.incident.severity if before.incident else Severity.SEV2


def _one_of(kind: type[E], text: str, what: str) -> E:
    wanted = text.strip().lower().replace("-", "_")
    for member in kind:
        if member.value == wanted:
            return member
    known = [member.value for member in kind]
    close = difflib.get_close_matches(wanted, known, n=1)
    hint = f"did you mean {close[0]}?" if close else "one of " + ", ".join(known)
    raise UsageError(f"there is no {what} {text}", hint=hint)


def _kind(verb: Verb, phase: Phase) -> NoticeKind:
    if verb is Verb.RETRACT:
        return NoticeKind.RETRACTION
    if phase.maintenance:
        return NoticeKind.MAINTENANCE
    kinds = {Verb.NOTIFY: NoticeKind.INITIAL, Verb.UPDATE: NoticeKind.UPDATE}
    return kinds.get(verb, NoticeKind.RESOLUTION)


def _text_phase(request: Request, before: Before, phase: Phase) -> TextPhase:
    if request.template:
        chosen = _one_of(TextPhase, request.template, "template")
        if chosen is TextPhase.MAINTENANCE and not phase.maintenance:
            raise UsageError(
                f"the maintenance texts are for announced work, but {before.ref} is {phase}",
                hint="leave --template out, or announce the work: --phase scheduled --started 22:00",
            )
        return chosen
    if before.incident is None and request.drill:
        return TextPhase.DRILL
    if before.incident and before.incident.phase is phase and not phase.maintenance and not phase.closed:
        return TextPhase.UPDATE
    return _PHASE_TEXTS[phase]


def _drill(request: Request, before: Before) -> bool:
    if before.incident is None:
        return request.drill
    if request.drill and not before.incident.drill:
        # People would be told for real what was meant as an exercise.
        raise UsageError(
            f"{before.incident.ref} is no drill, and cannot become one",
            hint='rehearse with an incident of its own: broadcast notify "..." --drill',
        )
    return before.incident.drill


def _title(request: Request, before: Before) -> str:
    title = request.title.strip() if request.title else ""
    if clean(title):
        return title
    if before.incident:
        return before.incident.title
    raise UsageError("a notice needs a title", hint='broadcast notify "Chat and e-mail down"')


def _services(request: Request, before: Before, settings: Settings) -> tuple[Service, ...]:
    if request.services:
        return tuple(settings.services.get(key, Service(key)) for key in dict.fromkeys(request.services))
    return before.incident.services if before.incident else ()


def _outage_open(services: tuple[Service, ...], before: Before, *, drill: bool) -> bool:
    """Whether one of the services may be down by another open incident, which no text must deny."""
    ours = {service.key for service in services}
    others = (one for one in before.beside if one.drill is drill and not one.phase.maintenance)
    return any(not one.services or ours & {service.key for service in one.services} for one in others)


def _worded(
    pairs: tuple[tuple[str, str], ...],
) -> tuple[dict[str, str], tuple[tuple[tuple[str, str], str], ...]]:
    """Variables by name, and translations (`title.en`, `impact.de`) apart from them."""
    variables, wording = {}, []
    for name, value in pairs:
        field, dot, locale = name.partition(".")
        if dot and field in _TRANSLATABLE:
            wording.append(((field, locale), value))
        else:
            variables[name] = value
    return variables, tuple(wording)


def _kept_wording(request: Request, before: Before) -> tuple[tuple[tuple[str, str], str], ...]:
    """Translations of what is said again: the title and the prose that stay, not the last message."""
    if before.latest is None:
        return ()
    given = {name for name, _ in request.variables} | {"message"} | ({"title"} if request.title else set())
    return tuple(entry for entry in before.latest.facts.wording if entry[0][0] not in given)


def _prose(variables: Mapping[str, str], latest: Facts | None) -> dict[str, Any]:
    """Optional prose: as given now, else as it was known before, except what only ends an incident."""
    known = {name: variables[name] for name in _PROSE if name in variables}
    if latest is None:
        return known
    kept = {name: getattr(latest, name) for name in ("scope", "impact", "action", "cause")}
    return {name: value for name, value in kept.items() if value} | known


def _affects(request: Request, latest: Facts | None) -> tuple[str, ...]:
    """What is down: what was said before and now, until the incident ends; `none` takes back the former."""
    forgets = latest is None or request.verb in CLOSING or NOTHING in request.affects
    earlier = () if latest is None or forgets else latest.affects
    return tuple(name for name in listed_systems((*earlier, *request.affects)) if name != NOTHING)


def _incident(facts: Facts, before: Before, now: datetime) -> Incident:
    known = before.incident
    return Incident(
        id=known.id if known else 0,
        ref=facts.ref,
        title=facts.title,
        phase=facts.phase,
        severity=facts.severity,
        services=facts.services,
        drill=facts.drill,
        started_at=facts.started,
        detected_at=facts.detected,
        opened_at=known.opened_at if known else now,
        ended_at=facts.ended,
        next_update_at=facts.next_update,
        window_starts_at=facts.window_starts,
    )
