"""Backup lines that stand in for the hotline: the contact points that texts name while they do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import MappingProxyType

from broadcast.config.settings import AudienceSettings, BackupLine, ContactPointSettings, Settings
from broadcast.ledger.backup_lines import ActiveLine
from broadcast.model.notice import Facts
from broadcast.planning.outage import Outage
from broadcast.publishing.contact_points import audience_hotlines, configured, reachable
from broadcast.publishing.dependencies import dependencies
from broadcast.publishing.request import CLOSING, Request

_PHONE = "phone"


def active_lines(settings: Settings, active: Iterable[ActiveLine]) -> tuple[BackupLine, ...]:
    """Return the configured lines that stand in; one that was taken out of the file does not."""
    calls = settings.calls
    found = (calls.line(one.line) for one in active) if calls else ()
    return tuple(line for line in found if line)


def lines_for(request: Request, ref: str, active: Iterable[ActiveLine]) -> list[ActiveLine]:
    """Return the lines that the texts of this notice name: the end of an incident ends its lines, too."""
    closing = request.verb in CLOSING
    return [one for one in active if not (closing and one.incident == ref)]


def with_active_lines(settings: Settings, active: Iterable[ActiveLine]) -> Settings:
    """Return the settings with the lines in place of the hotline; the first one that works is named first.

    The numbers of the hotline are dead meanwhile, wherever the configuration names them.
    """
    lines = active_lines(settings, active)
    if not lines:
        return settings
    dead = _dead(settings)
    points = {
        line.name: ContactPointSettings(
            name=line.name,
            kind=_PHONE,
            value=line.number,
            fate=line.fate,
            hours=line.hours,
            label=line.label,
        )
        for line in lines
    }
    named = {line.dialled for line in lines}
    others = {
        name: point
        for name, point in settings.alternatives.items()
        if name not in points
        and not (point.kind == _PHONE and _key(point.value, settings.region) in {*dead, *named})
    }
    audiences = {name: _without(one, dead, settings.region) for name, one in settings.audiences.items()}
    return replace(
        settings,
        hotline=None,
        alternatives=MappingProxyType({**points, **others}),
        audiences=MappingProxyType(audiences),
    )


def restated(latest: Sequence[Facts], settings: Settings, active: Iterable[ActiveLine]) -> list[Facts]:
    """Return the facts of earlier notices with the contact points that work now.

    A number that the commander gave stays. Without backup lines in the configuration, nothing changes.
    """
    if settings.calls is None or not settings.calls.lines:
        return list(latest)
    now, known = with_active_lines(settings, active), _numbers(settings)
    depends = dependencies(now)
    return [
        facts
        if facts.hotline and _key(facts.hotline, settings.region) not in known
        else _restated(facts, now, depends.outage(facts.affects))
        for facts in latest
    ]


def _restated(facts: Facts, settings: Settings, outage: Outage) -> Facts:
    disturbed = () if facts.phase.closed else tuple(service.key for service in facts.services)
    points = reachable(settings, outage, disturbed)
    return replace(
        facts,
        hotline=points.hotline,
        hotlines=audience_hotlines(settings, outage, disturbed),
        alternatives=points.alternatives,
        cut_off=points.cut_off,
        phone_down=points.phone_down,
    )


def _numbers(settings: Settings) -> set[str]:
    """Return every number that a text may have got from the configuration."""
    lines = settings.calls.lines if settings.calls else ()
    points = (point.value for point in configured(settings) if point.kind == _PHONE)
    return {
        *_dead(settings),
        *(line.dialled for line in lines),
        *(_key(one, settings.region) for one in points),
    }


def _dead(settings: Settings) -> set[str]:
    """Return the numbers of the hotline itself."""
    own = {line.number for line in settings.calls.numbers} if settings.calls else set()
    return own | ({_key(settings.hotline, settings.region)} if settings.hotline else set())


def _without(audience: AudienceSettings, dead: set[str], region: str) -> AudienceSettings:
    hotline = audience.hotline
    return replace(audience, hotline=None) if hotline and _key(hotline, region) in dead else audience


def _key(number: str, region: str) -> str:
    """Return a number as it is compared: in E.164 if it is one, however it is spelled."""
    from broadcast.contacts.address import Unusable
    from broadcast.contacts.phone import read_phone

    try:
        return read_phone(number, region).number
    except Unusable:
        return "".join(filter(str.isdigit, number))
