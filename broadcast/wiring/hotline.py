"""Build what the hotline says, and its static document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from broadcast.config.settings import HotlineSettings, Settings
from broadcast.errors import ConfigError
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.wiring.channels import make_channels
from broadcast.wiring.texts import make_catalogue, make_renderer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from broadcast.channels.base import HoldsCalls
    from broadcast.hotline.read_snapshot import SnapshotReader
    from broadcast.hotline.simulation.read_calls import WrittenIncident
    from broadcast.hotline.snapshot import SpokenIncident
    from broadcast.hotline.write_fallback import FallbackFile
    from broadcast.localisation.phrase_book import Phrases
    from broadcast.model.clock import Clock


def make_snapshot_reader(
    settings: Settings, calls: HotlineSettings, trouble: Callable[[str], None] | None = None
) -> SnapshotReader:
    """Return what reads the state of the hotline.

    Raises `ConfigError` if a prompt is wrong; with `trouble`, that is told and the shipped prompts are used.
    """
    from broadcast.hotline.read_snapshot import SnapshotReader, spoken_locales
    from broadcast.rendering.hotline_prompts import FILE, hotline_prompts, working_prompts

    def prompts(locale: str) -> Phrases:
        return working_prompts(catalogue, locale, trouble) if trouble else hotline_prompts(catalogue, locale)

    catalogue = make_catalogue(settings)
    known = tuple(locale for locale in catalogue.locales() if catalogue.find(f"{locale}/{FILE}"))
    locales = spoken_locales(settings, calls, known)
    return SnapshotReader(
        settings=settings,
        calls=calls,
        renderer=make_renderer(settings, catalogue),
        prompts={locale: prompts(locale) for locale in locales},
    )


def make_written_incidents(
    settings: Settings, written: Sequence[WrittenIncident], locales: Sequence[str], now: datetime
) -> tuple[SpokenIncident, ...]:
    """Return what callers would be told about incidents that are not in the ledger; raises `UsageError`."""
    from broadcast.hotline.simulation.written_incidents import written_incidents
    from broadcast.publishing.dependencies import dependencies

    renderer = make_renderer(settings, make_catalogue(settings))
    depends = dependencies(settings)
    return written_incidents(written, settings, depends, renderer, locales, now)


def rewrite_fallback(settings: Settings, ledger: Ledger, clock: Clock | None = None) -> Sequence[str]:
    """Write the hotline's static document anew, if there is one; return warnings.

    A rehearsal leaves that of the real hotline alone.
    """
    if settings.sandbox or not (settings.calls and settings.calls.fallback):
        return ()
    return make_fallback(settings, settings.calls, ledger, clock or SystemClock()).trouble()


def make_fallback(settings: Settings, calls: HotlineSettings, ledger: Ledger, clock: Clock) -> FallbackFile:
    """Return what writes the hotline's static document; raises `ConfigError` if there is no file for it."""
    from broadcast.hotline.write_fallback import FallbackFile

    if calls.fallback is None:
        raise ConfigError("[hotline] fallback is missing", hint='add fallback = "public/hotline.xml"')
    return FallbackFile(
        calls.fallback,
        lambda: make_snapshot_reader(settings, calls).read(ledger, clock.now()),
        lambda: make_call_adapter(settings, calls),
    )


def make_call_adapter(settings: Settings, calls: HotlineSettings) -> HoldsCalls:
    """Return the adapter of the hotline's channel; raises `ConfigError` if it cannot answer calls."""
    from broadcast.channels.base import HoldsCalls

    adapter: object = make_channels(settings).adapters({calls.channel})[calls.channel]
    if isinstance(adapter, HoldsCalls):
        return adapter
    raise ConfigError(
        f"[hotline] channel: {calls.channel} cannot answer calls",
        hint='name a channel with adapter = "twilio-voice"',
    )
