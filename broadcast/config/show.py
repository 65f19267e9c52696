"""The settings as rows to show: every value with its origin, secrets as references only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from zoneinfo import ZoneInfo

from broadcast.config.durations import format_duration
from broadcast.config.secret import Reference
from broadcast.config.settings import AudienceSettings, ChannelSettings, Settings
from broadcast.model.text import printable

_GENERAL = (
    "organisation",
    "locale",
    "timezone",
    "status_url",
    "hotline",
    "live",
    "region",
    "max_recipients",
    "templates",
)
_APART = frozenset({"name", "origin", "folder", "options"})
#: Keys that sound secret are hidden even where the adapter does not know them: a typo must not give one away.
_SECRET = re.compile(r"token|secret|passw|pwd|key|credential|auth", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
_DURATIONS = (".timeout", ".settle", ".expires")
_HIDDEN = "•••"


def rows(settings: Settings) -> list[tuple[str, str, str]]:
    """(key, value, origin) for everything that is set, and for every default of `[broadcast]`."""
    found = [(f"broadcast.{key}", getattr(settings, key)) for key in _GENERAL]
    found.append(("ledger.url", f"sqlite:///{settings.ledger}"))
    for channel in settings.channels.values():
        found.extend(_channel(channel))
    for audience in settings.audiences.values():
        found.extend(_audience(audience))
    for service in settings.services.values():
        prefix = f"services.{service.key}"
        found.extend((f"{prefix}.{locale}", name) for locale, name in service.names)
        found.append((f"{prefix}.component", service.component))
    found.extend(
        (f"watch.{part.name}", getattr(settings.watch, part.name)) for part in fields(settings.watch)
    )
    found.extend((f"status_pages.{fate}", url) for fate, url in settings.status_pages.items())
    general = {f"broadcast.{key}" for key in _GENERAL} | {"ledger.url"}
    origins = settings.origins
    return [
        (printable(key), _shown(key, value), origins.get(key, "default"))
        for key, value in found
        if key in general or origins.get(key, "default") != "default"
    ]


def _channel(channel: ChannelSettings) -> Iterator[tuple[str, object]]:
    prefix = f"channels.{channel.name}"
    for part in fields(channel):
        if part.name not in _APART:
            yield f"{prefix}.{part.name}", getattr(channel, part.name)
    for key, value in channel.options.items():
        yield f"{prefix}.{key}", value


def _audience(audience: AudienceSettings) -> Iterator[tuple[str, object]]:
    prefix = f"audiences.{audience.name}"
    yield f"{prefix}.contacts", audience.contacts
    yield f"{prefix}.lanes", audience.lanes
    yield f"{prefix}.texts", audience.texts


def _shown(key: str, value: object) -> str:
    """A value as it would be written, without what must not be read over a shoulder."""
    if isinstance(value, Reference):
        return value.spelled
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_shown(name, inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(key, item) for item in value) + "]"
    if value is None:
        return ""
    if _SECRET.search(key.rpartition(".")[2]) and isinstance(value, str):
        return _HIDDEN
    return _CREDENTIALS.sub(f"{_HIDDEN}@", printable(_spelled(key, value)))


def _spelled(key: str, value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, ZoneInfo):
        return value.key
    if isinstance(value, float):
        return format_duration(value) if key.endswith(_DURATIONS) else f"{value:g}"
    return value.as_posix() if isinstance(value, Path) else str(value)
