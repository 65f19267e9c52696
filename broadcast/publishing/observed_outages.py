"""What `watch` found to be down, as notices take it into account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from broadcast.config.settings import Settings
from broadcast.ledger.health import Watched
from broadcast.model.system import NOTHING, system_name
from broadcast.publishing.request import Request

_DAY = timedelta(days=1)


def found_down(settings: Settings, watched: Iterable[Watched], now: datetime) -> dict[str, str]:
    """Each system that counts as down, with since when and by whom; nothing if that is not activated.

    What is not in the configuration any more does not count: another channel may have its name.
    """
    if not settings.watch.activate:
        return {}
    known = set(map(system_name, (*settings.channels, *settings.status_pages)))
    return {
        one.system: f"down since {since(one, settings, now)} by {one.source}"
        for one in watched
        if system_name(one.system) in known
    }


def proposals(
    request: Request, settings: Settings, watched: Iterable[Watched], channels: Iterable[str], now: datetime
) -> list[str]:
    """Return what somebody may want to avoid that is used, where it is not avoided by itself."""
    if settings.watch.activate or NOTHING in request.affects:
        return []
    used = set(channels)
    return [
        f"{one.system} is held to be down since {since(one, settings, now)} by {one.source}; "
        f"avoid it with --affects {one.system}"
        for one in watched
        if one.system in used
    ]


def takes_back(request: Request) -> bool:
    """Return whether it says that nothing is down."""
    return NOTHING in request.affects


def since(one: Watched, settings: Settings, now: datetime) -> str:
    """Return `12:03`, with the day where it was another."""
    moment = one.since.astimezone(settings.timezone)
    return f"{moment:%H:%M}" if now - one.since < _DAY else f"{moment:%Y-%m-%d %H:%M}"
