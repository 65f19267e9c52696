"""What the shell offers after a tab: names from the configuration and the ledger, quickly and without a word.

Whatever goes wrong here means that there is nothing to offer.
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

    del completed.__wrapped__  # Typer reads the parameters of what is wrapped, otherwise
    return completed


@_silently
def incidents(ctx: typer.Context) -> Iterable[str]:
    """References of the ledger that the command would use."""
    from broadcast.wiring import incident_refs

    return incident_refs(_settings(ctx), sandbox=bool(ctx.params.get("sandbox")))


@_silently
def maintenance(ctx: typer.Context) -> Iterable[str]:
    """References of work that is announced or under way."""
    from broadcast.wiring import incident_refs

    return incident_refs(_settings(ctx), sandbox=bool(ctx.params.get("sandbox")), maintenance=True)


@_silently
def exercises(ctx: typer.Context) -> Iterable[str]:
    """Exercises that come with the program."""
    from broadcast.drills.shipped import shipped

    del ctx
    return shipped()


@_silently
def channels(ctx: typer.Context) -> Iterable[str]:
    """Configured channels."""
    return _settings(ctx).channels


@_silently
def audiences(ctx: typer.Context) -> Iterable[str]:
    """Configured audiences."""
    return _settings(ctx).audiences


@_silently
def services(ctx: typer.Context) -> Iterable[str]:
    """Described services."""
    return _settings(ctx).services


@_silently
def fates(ctx: typer.Context) -> Iterable[str]:
    """What the configuration says that something depends on, the channels, and what people say is down."""
    from broadcast.planning.fates import SYSTEMS

    settings = _settings(ctx)
    named = [fate for channel in settings.channels.values() for fate in channel.fate]
    named += [fate for way in settings.alternatives.values() for fate in way.fate]
    named += [name for system, fates in settings.fates.items() for name in (system, *fates)]
    known = dict.fromkeys([*named, *settings.channels, *SYSTEMS])
    return [name for name in known if not name.startswith("@")]


@_silently
def templates(_: typer.Context) -> Iterable[str]:
    """Return the situations that texts are written for."""
    from broadcast.model.situation import Situation

    return [situation.value for situation in Situation]


@_silently
def phases(_: typer.Context) -> Iterable[str]:
    """Phases an incident may be put into."""
    from broadcast.model.incident import Phase

    return [phase.value for phase in Phase if not phase.closed]


@_silently
def severities(_: typer.Context) -> Iterable[str]:
    """Severities."""
    from broadcast.model.incident import Severity

    return [severity.value for severity in Severity]


def _settings(ctx: typer.Context) -> Settings:
    from broadcast.wiring import load_settings

    config = ctx.params.get("config")
    return load_settings(Path(config) if config else None)
