"""Find the contact points (hotline, e-mail, chat) that work, so that texts name no other. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broadcast.config.settings import ContactPointSettings, Settings
from broadcast.model.notice import ContactPoint
from broadcast.planning.outage import Outage

_PHONE = "phone"
#: Services that carry a contact point of that kind, if the configuration does not name one. Among phone
#: numbers, only the hotline depends on the service "phone": another number may be its replacement.
_CARRIERS = {
    "hotline": frozenset({"phone", "phones", "telefon", "hotline"}),
    "email": frozenset({"email", "e-mail", "mail"}),
    "chat": frozenset({"chat"}),
}


@dataclass(frozen=True, slots=True)
class Reachable:
    """The contact points that work.

    `cut_off` says that there are contact points and all are down; `phone_down` says the same of phone
    numbers.
    """

    hotline: str | None
    alternatives: tuple[ContactPoint, ...]
    cut_off: bool
    phone_down: bool


def reachable(settings: Settings, outage: Outage, services: Sequence[str]) -> Reachable:
    """Return what works in this outage, while these services are disturbed.

    If the hotline is down, the next phone number that works replaces it.
    """
    points = list(configured(settings))
    working = [point for point in points if not is_down(point, outage, services)]
    phone = next((point for point in working if point.kind == _PHONE), None)
    return Reachable(
        hotline=phone.value if phone else None,
        alternatives=tuple(
            ContactPoint(point.kind, point.value, point.hours, point.label) for point in working
        ),
        cut_off=bool(points) and not working,
        phone_down=phone is None and any(point.kind == _PHONE for point in points),
    )


def audience_hotlines(
    settings: Settings, outage: Outage, services: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return the hotlines of single audiences that work, as (template audience, number)."""
    own = dict(own_hotlines(settings))
    return tuple(
        {name: point.value for name, point in own.items() if not is_down(point, outage, services)}.items()
    )


def own_hotlines(settings: Settings) -> Iterator[tuple[str, ContactPointSettings]]:
    """Yield (template audience, hotline) of each audience with its own: `drivers-hotline` for `drivers`."""
    for audience in settings.audiences.values():
        if audience.hotline:
            yield (
                audience.template_audience,
                ContactPointSettings(name=f"{audience.name}-hotline", kind=_PHONE, value=audience.hotline),
            )


def configured(settings: Settings) -> Iterator[ContactPointSettings]:
    """Yield every contact point, the hotline first. The status page is none: it takes no questions."""
    if settings.hotline:
        yield ContactPointSettings(name="hotline", kind=_PHONE, value=settings.hotline)
    yield from settings.alternatives.values()


def is_down(contact_point: ContactPointSettings, outage: Outage, services: Sequence[str]) -> bool:
    """Return whether the contact point cannot be used: it or its carrier is down or disturbed."""
    if not contact_point.service and _carrier_is_down(contact_point, {*services, *outage.said}):
        return True
    carriers = (*contact_point.fate, *((contact_point.service,) if contact_point.service else ()))
    return outage.silences(contact_point.value, contact_point.name, carriers, services)


def _carrier_is_down(contact_point: ContactPointSettings, down: set[str]) -> bool:
    carriers = _CARRIERS.get(
        contact_point.name if contact_point.kind == _PHONE else contact_point.kind, frozenset()
    )
    return not carriers.isdisjoint(name.casefold() for name in down)
