"""Shell completion: names from the configuration and the ledger, fast and without messages.

After any error there are simply no suggestions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from broadcast.config.settings import Settings


Completer = Callable[[typer.Context, str], list[str]]


def _silently(complete: Callable[[typer.Context], Iterable[str]]) -> Completer:
    @wraps(complete)
    def completed(ctx: typer.Context, incomplete: str) -> list[str]:
        try:
            return [name for name in complete(ctx) if name.lower().startswith(incomplete.lower())]
        except Exception:  # noqa: BLE001 - a shell that waits for a tab must not be shown errors
            return []

    del completed.__wrapped__  # otherwise Typer reads the parameters of the wrapped function
    return completed


@_silently
def incidents(ctx: typer.Context) -> Iterable[str]:
    """Return the references in the ledger of this configuration."""
    from broadcast.wiring import incident_refs

    return incident_refs(_settings(ctx), sandbox=bool(ctx.params.get("sandbox")))


@_silently
def maintenance(ctx: typer.Context) -> Iterable[str]:
    """Return the references of maintenance that is not over."""
    from broadcast.wiring import incident_refs

    return incident_refs(_settings(ctx), sandbox=bool(ctx.params.get("sandbox")), maintenance=True)


@_silently
def exercises(ctx: typer.Context) -> Iterable[str]:
    """Return the shipped exercises."""
    from broadcast.drills.shipped import shipped

    del ctx
    return shipped()


@_silently
def channels(ctx: typer.Context) -> Iterable[str]:
    """Return the configured channels."""
    return _settings(ctx).channels


@_silently
def audiences(ctx: typer.Context) -> Iterable[str]:
    """Return the configured audiences."""
    return _settings(ctx).audiences


@_silently
def rotas(ctx: typer.Context) -> Iterable[str]:
    """Return the configured rotas."""
    return _settings(ctx).oncall


@_silently
def lines(ctx: typer.Context) -> Iterable[str]:
    """Return the backup lines of the hotline."""
    calls = _settings(ctx).calls
    return [line.name for line in calls.lines] if calls else []


@_silently
def services(ctx: typer.Context) -> Iterable[str]:
    """Return the configured services."""
    return _settings(ctx).services


@_silently
def fates(ctx: typer.Context) -> Iterable[str]:
    """Return the systems in the configuration, the channels, and names that people use."""
    from broadcast.planning.fates import SYSTEMS

    settings = _settings(ctx)
    named = [fate for channel in settings.channels.values() for fate in channel.fate]
    named += [fate for contact_point in settings.alternatives.values() for fate in contact_point.fate]
    named += [fate for line in (settings.calls.lines if settings.calls else ()) for fate in line.fate]
    named += [name for system, fates in settings.fates.items() for name in (system, *fates)]
    known = dict.fromkeys([*named, *settings.channels, *SYSTEMS])
    return [name for name in known if not name.startswith("@")]


@_silently
def templates(_: typer.Context) -> Iterable[str]:
    """Return the situations that have texts."""
    from broadcast.model.situation import Situation

    return [situation.value for situation in Situation]


@_silently
def phases(_: typer.Context) -> Iterable[str]:
    """Return the phases that an incident may get."""
    from broadcast.model.incident import Phase

    return [phase.value for phase in Phase if not phase.closed]


@_silently
def severities(_: typer.Context) -> Iterable[str]:
    """Return the severities."""
    from broadcast.model.incident import Severity

    return [severity.value for severity in Severity]


def _settings(ctx: typer.Context) -> Settings:
    from broadcast.wiring import load_settings

    config = ctx.params.get("config")
    return load_settings(Path(config) if config else None)
