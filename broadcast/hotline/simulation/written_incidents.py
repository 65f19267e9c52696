"""Incidents that are only written in a file, in the words in which callers would be told about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from broadcast.config.settings import Settings
from broadcast.errors import UsageError
from broadcast.hotline.incidents import spoken_incidents
from broadcast.hotline.simulation.read_calls import WrittenIncident
from broadcast.hotline.snapshot import SpokenIncident
from broadcast.planning.outage import Dependencies
from broadcast.publishing.compose import EarlierNotices, compose
from broadcast.rendering.render import Renderer


def written_incidents(
    written: Sequence[WrittenIncident],
    settings: Settings,
    dependencies: Dependencies,
    renderer: Renderer,
    locales: Sequence[str],
    now: datetime,
) -> tuple[SpokenIncident, ...]:
    """Return what callers are told as if their notices had just been published.

    Raises `UsageError` with the place of an incident that could not be published.
    """
    latest = []
    for number, incident in enumerate(written, 1):
        before = EarlierNotices(incident=None, latest=None, ref=f"INC-{number}", sequence=1)
        try:
            latest.append(compose(incident.request, before, settings, dependencies, now).facts)
        except UsageError as error:
            raise UsageError(f"{incident.place}: {error}", hint=error.hint) from None
    return spoken_incidents(latest, renderer, locales, now)
