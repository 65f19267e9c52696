"""Compose the facts of a notice from the request and the earlier notices; all texts are made from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from broadcast.config.settings import Settings
from broadcast.errors import UsageError
from broadcast.model.incident import Incident, Phase, Service, Severity
from broadcast.model.moments import later
from broadcast.model.nearest import suggest
from broadcast.model.notice import Facts
from broadcast.model.system import NOTHING, listed_systems
from broadcast.model.zone import with_zone
from broadcast.planning.outage import Dependencies
from broadcast.publishing.commander_words import commander_words, instruction_of
from broadcast.publishing.contact_points import audience_hotlines, reachable
from broadcast.publishing.earlier_notices import EarlierNotices
from broadcast.publishing.notice_times import TIMES, NoticeTimes, notice_times
from broadcast.publishing.phases import kind_after, one_of, phase_after, reopens, texts_after
from broadcast.publishing.request import CLOSING, Request
from broadcast.rendering.clean import clean

__all__ = ["Composed", "EarlierNotices", "compose"]


@dataclass(frozen=True, slots=True)
class Composed:
    """The facts of a notice, its incident after the notice, and warnings for the preview."""

    incident: Incident
    facts: Facts
    warnings: tuple[str, ...]


def compose(
    request: Request, before: EarlierNotices, settings: Settings, dependencies: Dependencies, now: datetime
) -> Composed:
    """Return the facts of the notice that `request` asks for.

    `now` must have a timezone. Raises `UsageError` for invalid input, and `PhaseError` if the incident cannot
    go to that phase.
    """
    phase = phase_after(request, before)
    severity = _severity(request, before)
    latest = before.facts
    words = commander_words(request, before, phase, TIMES)
    known = (before.incident, latest)
    spans = settings.cadence.shortest(request.audiences or before.audiences or settings.audiences)
    times = notice_times(request, words.given, known, (phase, severity), (now, settings.timezone), spans)
    affects = _affects(request, before, phase)
    services = _services(request, before, settings)
    drill = _drill(request, before)
    disturbed = () if phase.closed else tuple(service.key for service in services)
    outage = dependencies.outage(affects)
    contact_points = reachable(settings, outage, disturbed)
    facts = Facts(
        organisation=settings.organisation,
        ref=before.ref,
        sequence=before.sequence,
        kind=kind_after(request.verb, phase),
        phase=phase,
        text_phase=texts_after(request, before, phase),
        severity=severity,
        title=_title(request, before),
        services=services,
        as_of=times.as_of,
        reported=times.reported,
        started=times.started,
        detected=times.detected,
        drill=drill,
        message=request.message,
        ended=times.ended,
        next_update=times.next_update,
        report=times.report,
        window_starts=times.window.starts,
        window_ends=times.window.ends,
        former_starts=times.window.former_starts,
        former_ends=times.window.former_ends,
        reminder=bool(request.reminds),
        outage_open=phase.maintenance and _outage_open(services, before, drill=drill),
        confirm_by=_confirm_by(request, settings, times.as_of),
        others_open=any(one.drill is drill and not one.phase.maintenance for one in before.beside),
        link=settings.status_url,
        hotline=contact_points.hotline,
        hotlines=audience_hotlines(settings, outage, disturbed),
        alternatives=contact_points.alternatives,
        cut_off=contact_points.cut_off,
        phone_down=contact_points.phone_down,
        affects=affects,
        corrects=_corrects(request, before, phase, settings.timezone),
        severity_before=latest.severity if latest else None,
        phase_before=latest.phase if latest else None,
        wording=words.wording,
        variables=words.own,
    )
    facts = replace(facts, **words.prose)
    advisories = (*times.warnings, *_held(facts, before), *_opened_again(facts, before))
    return Composed(_incident(facts, before, times, now), facts, advisories)


def _confirm_by(request: Request, settings: Settings, as_of: datetime) -> datetime | None:
    """Return until when readers are asked to confirm; None where no process would hear the answer."""
    if request.confirm_within is None:
        return None
    if request.verb in CLOSING:
        raise UsageError(
            "an end is not repeated until people confirm it",
            hint="wait until it has arrived: --until delivered",
        )
    if settings.serve.url is None:
        return None
    return later(as_of, timedelta(seconds=request.confirm_within)).astimezone(settings.timezone)


def _corrects(request: Request, before: EarlierNotices, phase: Phase, zone: ZoneInfo) -> datetime | None:
    """Return the time of the notice that this one takes back; None if it takes nothing back.

    A false alarm takes back the first notice; an all-clear or a wrong fact, the latest one.
    """
    latest, incident = before.facts, before.incident
    if latest is None or incident is None:
        return None
    taken_back: datetime | None = None
    if request.corrects or reopens(before, phase):
        taken_back = latest.as_of
    elif phase in {Phase.RETRACTED, Phase.CANCELLED}:
        taken_back = incident.opened_at
    elif phase in {Phase.INVESTIGATING, Phase.IDENTIFIED}:
        taken_back = before.works_again
    return taken_back and taken_back.astimezone(zone)


def _opened_again(facts: Facts, before: EarlierNotices) -> list[str]:
    """Return a warning if this notice takes back an all-clear, because that opens the incident again."""
    if facts.corrects is None or not reopens(before, facts.phase):
        return []
    said = f"this takes back the all-clear of {with_zone(facts.corrects)}"
    return [f"{said}: {facts.ref} is open again ({facts.phase}), until it is resolved"]


def _held(facts: Facts, before: EarlierNotices) -> list[str]:
    """Return a warning if an earlier instruction still holds or has ended, unless this command says so."""
    latest = before.facts
    asked = instruction_of(latest) if latest else None
    how = "change it with -v instruction=..., or take it back with -v instruction=none"
    if asked and facts.instruction == asked:
        return [f'readers are still told: "{asked}"; {how}']
    ended = before.open_facts if latest and latest.phase.closed else None
    if ended and not facts.phase.closed and not facts.instruction and (asked := instruction_of(ended)):
        return [f'the instruction ended with the all-clear: "{asked}"; if it holds again, give it again']
    return []


def _severity(request: Request, before: EarlierNotices) -> Severity:
    if request.severity:
        return one_of(Severity, request.severity, "severity")
    return before.incident.severity if before.incident else Severity.SEV2


def _drill(request: Request, before: EarlierNotices) -> bool:
    if before.incident is None:
        return request.drill
    if request.drill and not before.incident.drill:
        # The notice would go to real people, although it was meant as an exercise.
        raise UsageError(
            f"{before.incident.ref} is a real incident; --drill works only in `notify`",
            hint='rehearse with an incident of its own: broadcast notify "..." --drill',
        )
    return before.incident.drill


def _title(request: Request, before: EarlierNotices) -> str:
    title = request.title.strip() if request.title else ""
    if clean(title):
        return title
    if before.incident:
        return before.incident.title
    raise UsageError("a notice needs a title", hint='broadcast notify "Chat and e-mail down"')


def _services(request: Request, before: EarlierNotices, settings: Settings) -> tuple[Service, ...]:
    if request.services:
        known = settings.services
        for key in request.services if known else ():
            if key not in known:
                raise UsageError(f"there is no service {key}", hint=_suggest_service(key, known))
        return tuple(known.get(key, Service(key)) for key in dict.fromkeys(request.services))
    return before.incident.services if before.incident else ()


def _suggest_service(typed: str, services: Mapping[str, Service]) -> str:
    """Return the hint for an unknown service: people may have typed a name that readers see."""
    names = {name: service.key for service in services.values() for _, name in service.names}
    return suggest(typed, services.keys(), names)


def _outage_open(services: tuple[Service, ...], before: EarlierNotices, *, drill: bool) -> bool:
    """Return whether one of the services may be down by another open incident, which no text must deny."""
    ours = {service.key for service in services}
    others = (one for one in before.beside if one.drill is drill and not one.phase.maintenance)
    return any(not one.services or ours & {service.key for service in one.services} for one in others)


def _affects(request: Request, before: EarlierNotices, phase: Phase) -> tuple[str, ...]:
    """Return the systems that are down: those of earlier notices and of this one, until the incident ends.

    `none` takes the earlier ones back. If the incident opens again, its systems are down again.
    """
    earlier: tuple[str, ...] = ()
    if NOTHING not in request.affects:
        if reopens(before, phase):
            earlier = before.open_facts.affects if before.open_facts else ()
        elif before.facts and request.verb not in CLOSING:
            earlier = before.facts.affects
    return tuple(name for name in listed_systems((*earlier, *request.affects)) if name != NOTHING)


def _incident(facts: Facts, before: EarlierNotices, times: NoticeTimes, now: datetime) -> Incident:
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
        ended_at=times.closed,
        next_update_at=facts.next_update,
        window_starts_at=facts.window_starts,
    )
