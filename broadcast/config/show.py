"""The settings as rows to show: every value with its origin, secrets as references only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.config import keys
from broadcast.config.crm_settings import CrmSettings
from broadcast.config.durations import format_duration
from broadcast.config.secret import Reference, sounds_secret
from broadcast.config.settings import ChannelSettings, Settings
from broadcast.config.shapes import NO_PAGE
from broadcast.model.escalation import EscalationPolicy
from broadcast.model.promise import Cadence
from broadcast.model.system import system_name
from broadcast.model.text import printable

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]*@")
_DURATIONS = (".timeout", ".settle", ".expires", ".every", ".before", ".remind_before")
_HIDDEN = "•••"
_DEFAULT = "default"


def rows(
    settings: Settings, defaults: Mapping[str, Mapping[str, object]] | None = None
) -> list[tuple[str, str, str]]:
    """Return (key, value, origin) of every key; the value is empty if neither file nor default has one.

    `defaults` are those that the adapter of each channel has for keys that the configuration leaves out.
    """
    origins = settings.origins
    return [
        (printable(key), _shown(key, value), origins.get(key, _DEFAULT))
        for key, value in _values(settings, defaults or {})
    ]


def _values(settings: Settings, defaults: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[str, object]]:
    for key in keys.BROADCAST.keys:
        yield from _general(settings, key)
    yield "ledger.url", f"sqlite:///{settings.ledger}"
    for name, channel in settings.channels.items():
        yield from _channel(channel, defaults.get(name, {}))
    for name, audience in settings.audiences.items():
        yield from _of(audience, keys.AUDIENCES, f"audiences.{name}")
    for name, service in settings.services.items():
        yield from ((f"services.{name}.{locale}", shown) for locale, shown in service.names)
        yield from _of(service, keys.SERVICES, f"services.{name}")
    yield from ((f"fates.{system}", depends) for system, depends in settings.fates.items())
    for name, contact_point in settings.alternatives.items():
        yield from _of(contact_point, keys.ALTERNATIVES, f"alternatives.{name}")
    for policy in settings.escalation.values():
        yield from _escalation(policy)
    yield from _cadence(settings.cadence)
    yield from _of(settings.watch, keys.WATCH, keys.WATCH.name)
    yield from _of(settings.serve, keys.SERVE, keys.SERVE.name)
    for name, rota in settings.oncall.items():
        yield from _of(rota, keys.ONCALL, f"oncall.{name}")
    yield from _of(settings.approval, keys.APPROVAL, keys.APPROVAL.name)
    yield from _of(settings.maintenance, keys.MAINTENANCE, keys.MAINTENANCE.name)
    yield from _calls(settings)
    yield from ((f"status_pages.{fate}", url) for fate, url in _pages(settings).items())


def _general(settings: Settings, key: keys.Key[Any]) -> Iterator[tuple[str, object]]:
    """Yield a key of `[broadcast]`; one row for each language if it differs by language."""
    dotted, value = f"{keys.BROADCAST.name}.{key.name}", getattr(settings, key.name)
    if not key.by_locale:
        yield dotted, value
        return
    texts = dict(value)
    if "" in texts or not texts:
        yield dotted, texts.pop("", None)
    yield from ((f"{dotted}.{locale}", text) for locale, text in texts.items())


def _escalation(policy: EscalationPolicy) -> Iterator[tuple[str, object]]:
    prefix = f"{keys.ESCALATION.name}.{policy.name}"
    steps = [
        {
            "to": step.to,
            "channels": step.channels,
            "wait": format_duration(step.wait.total_seconds()),
            "needs": step.needs,
        }
        for step in policy.steps
    ]
    yield f"{prefix}.{keys.STEPS.name}", steps
    yield f"{prefix}.{keys.REPEAT.name}", policy.repeat


def _calls(settings: Settings) -> Iterator[tuple[str, object]]:
    if settings.ai:
        yield from _of(settings.ai, keys.AI, keys.AI.name)
    if settings.calls is None:
        return
    lines = [{"number": line.number, "locale": line.locale} for line in settings.calls.numbers]
    backups = [asdict(line) for line in settings.calls.lines]
    for key, value in _of(settings.calls, keys.HOTLINE_TABLE, keys.HOTLINE_TABLE.name):
        written = {
            keys.NUMBERS.name: lines,
            keys.LINES.name: backups,
            keys.CRM.name: _given(settings.calls.crm),
        }
        yield key, written.get(key.rpartition(".")[2], value)


def _given(crm: CrmSettings | None) -> dict[str, object] | None:
    """Return what was written of `crm`, under its keys."""
    if crm is None:
        return None
    written = {field.name: getattr(crm, field.name) for field in fields(crm) if field.name != "origin"}
    return {key: value for key, value in written.items() if value}


def _cadence(cadence: Cadence) -> Iterator[tuple[str, object]]:
    name = keys.CADENCE.name
    yield f"{name}.{keys.REMIND.name}", cadence.remind
    yield f"{name}.{keys.BEFORE.name}", cadence.before.total_seconds()
    for audience, spans in cadence.spans.items():
        spelled = {
            severity: "none" if span is None else format_duration(span.total_seconds())
            for severity, span in spans.items()
        }
        yield f"{name}.{audience}", spelled


def _pages(settings: Settings) -> dict[str, str]:
    """Return the public pages by system, also those that are not read."""
    prefix = f"{keys.STATUS_PAGES.name}."
    named = (key.removeprefix(prefix) for key in settings.origins if key.startswith(prefix))
    silent = {fate: NO_PAGE for fate in named if fate == system_name(fate)}
    return {**silent, **settings.status_pages}


#: Keys that a record holds under another name.
_ATTRIBUTES = {keys.SETTLE.name: "lookup_delay", keys.TEXTS.name: "template_audience"}


def _of(part: object, section: keys.Section, prefix: str) -> Iterator[tuple[str, object]]:
    """Yield every key of a section with its value in the settings."""
    for key in section.keys:
        value = getattr(part, _ATTRIBUTES.get(key.name, key.name))
        yield f"{prefix}.{key.name}", dict(value) if key is keys.HOURS else value


def _channel(channel: ChannelSettings, defaults: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    prefix = f"channels.{channel.name}"
    for key, value in _of(channel, keys.CHANNELS, prefix):
        usual = defaults.get(key.removeprefix(f"{prefix}."))
        yield key, usual if value in (None, ()) else value
    options = {key: value for key, value in defaults.items() if key not in keys.CHANNELS.known}
    for key, value in {**options, **channel.options}.items():
        yield f"{prefix}.{key}", value


def _shown(key: str, value: object) -> str:
    """Return a value as text, without secrets."""
    if isinstance(value, Reference):
        return value.spelled
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {_shown(name, inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_shown(key, item) for item in value) + "]"
    if value is None:
        return ""
    # Even if the adapter does not know the key: a typing error must not reveal a secret.
    if sounds_secret(key.rpartition(".")[2]) and isinstance(value, str):
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
