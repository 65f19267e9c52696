"""The ways to reach us that work now: what texts may name while something is down. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broadcast.config.settings import AlternativeSettings, Settings
from broadcast.model.notice import Alternative
from broadcast.planning.outage import Outage

_PHONE = "phone"
#: Services that carry a way of that kind, where the configuration does not say which one does. Of several
#: numbers, only the hotline is taken for what the service "phone" is: another one may be there to replace it.
_CARRIERS = {
    "hotline": frozenset({"phone", "phones", "telefon", "hotline"}),
    "email": frozenset({"email", "e-mail", "mail"}),
    "chat": frozenset({"chat"}),
}


@dataclass(frozen=True, slots=True)
class Reachable:
    """How readers can reach us.

    `cut_off` where there are ways, and all of them are down; `phone_down` where there are phone numbers, and
    all of those are down.
    """

    hotline: str | None
    alternatives: tuple[Alternative, ...]
    cut_off: bool
    phone_down: bool


def reachable(settings: Settings, outage: Outage, services: Sequence[str]) -> Reachable:
    """Return what still works in this outage, and while these services are disturbed.

    Where the hotline is down, the next number that works takes its place.
    """
    contact_points = list(configured(settings))
    working = [
        contact_point for contact_point in contact_points if not is_down(contact_point, outage, services)
    ]
    phone = next((contact_point for contact_point in working if contact_point.kind == _PHONE), None)
    return Reachable(
        hotline=phone.value if phone else None,
        alternatives=tuple(
            Alternative(contact_point.kind, contact_point.value, contact_point.hours)
            for contact_point in working
        ),
        cut_off=bool(contact_points) and not working,
        phone_down=phone is None and any(contact_point.kind == _PHONE for contact_point in contact_points),
    )


def audience_hotlines(
    settings: Settings, outage: Outage, services: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return the numbers of single audiences that work, as (set of texts, number)."""
    own = dict(own_hotlines(settings))
    return tuple(
        {
            texts: contact_point.value
            for texts, contact_point in own.items()
            if not is_down(contact_point, outage, services)
        }.items()
    )


def own_hotlines(settings: Settings) -> Iterator[tuple[str, AlternativeSettings]]:
    """The numbers of single audiences, as (set of texts, way): `drivers-hotline` is that of `drivers`."""
    for audience in settings.audiences.values():
        if audience.hotline:
            yield (
                audience.template_audience,
                AlternativeSettings(name=f"{audience.name}-hotline", kind=_PHONE, value=audience.hotline),
            )


def configured(settings: Settings) -> Iterator[AlternativeSettings]:
    """Yield every way to reach us, the hotline first. The status page is none: nobody answers there."""
    if settings.hotline:
        yield AlternativeSettings(name="hotline", kind=_PHONE, value=settings.hotline)
    yield from settings.alternatives.values()


def is_down(contact_point: AlternativeSettings, outage: Outage, services: Sequence[str]) -> bool:
    """Return whether people cannot reach us this way: its number, address or carrier is down or disturbed."""
    if not contact_point.service and _carrier_is_down(contact_point, {*services, *outage.said}):
        return True
    carriers = (*contact_point.fate, *((contact_point.service,) if contact_point.service else ()))
    return outage.silences(contact_point.value, contact_point.name, carriers, services)


def _carrier_is_down(contact_point: AlternativeSettings, down: set[str]) -> bool:
    carriers = _CARRIERS.get(
        contact_point.name if contact_point.kind == _PHONE else contact_point.kind, frozenset()
    )
    return not carriers.isdisjoint(name.casefold() for name in down)
