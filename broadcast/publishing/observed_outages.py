"""Use the outages that `watch` observed: as systems that are down, or as proposals for `--affects`. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from broadcast.config.settings import Settings
from broadcast.ledger.health import Watched
from broadcast.model.system import NOTHING, system_name
from broadcast.publishing.request import Request

_DAY = timedelta(days=1)


def found_down(settings: Settings, watched: Iterable[Watched], now: datetime) -> dict[str, str]:
    """Return the systems that count as down, with since when and by whom; none without `activate = true`.

    Systems that are not in the configuration any more do not count.
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
    """Return a proposal for each used channel that is down and not avoided automatically."""
    if settings.watch.activate or NOTHING in request.affects:
        return []
    used = set(channels)
    return [
        f"{one.system} has been down since {since(one, settings, now)} according to {one.source}; "
        f"avoid it with --affects {one.system}"
        for one in watched
        if one.system in used
    ]


def takes_back(request: Request) -> bool:
    """Return whether the request says that nothing is down (`--affects none`)."""
    return NOTHING in request.affects


def since(one: Watched, settings: Settings, now: datetime) -> str:
    """Return the beginning as `12:03`, with the date if it is more than a day ago."""
    moment = one.since.astimezone(settings.timezone)
    return f"{moment:%H:%M}" if now - one.since < _DAY else f"{moment:%Y-%m-%d %H:%M}"
