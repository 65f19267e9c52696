"""The environment: the `.env` beside the configuration, and the variables that override it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from broadcast.errors import ConfigError

#: The variables that override one key of the file.
SCALARS = {
    "BROADCAST_ORGANISATION": ("broadcast", "organisation"),
    "BROADCAST_LOCALE": ("broadcast", "locale"),
    "BROADCAST_TIMEZONE": ("broadcast", "timezone"),
    "BROADCAST_STATUS_URL": ("broadcast", "status_url"),
    "BROADCAST_HOTLINE": ("broadcast", "hotline"),
    "BROADCAST_LIVE": ("broadcast", "live"),
    "BROADCAST_REGION": ("broadcast", "region"),
    "BROADCAST_MAX_RECIPIENTS": ("broadcast", "max_recipients"),
    "BROADCAST_TEMPLATES": ("broadcast", "templates"),
    "BROADCAST_LEDGER": ("ledger", "url"),
}
_CHANNELS = "BROADCAST_CHANNELS_"
_ALIKE = 0.88  # close enough to be a slip; the environment may well hold other programs' variables
_OTHERS = 0o077
_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Override:
    """A value that stands before the file's: its text, the variable, and where that was found."""

    text: str
    variable: str
    origin: str


def read_dotenv(folder: Path) -> dict[str, str]:
    """The `.env` in `folder`, as written: nothing is expanded. Empty where there is none."""
    path = folder / ".env"
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"{path} is larger than 1 MiB", hint="keep only NAME=value lines in it")
        values = dotenv_values(path, interpolate=False, encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text", hint="save the file as UTF-8") from None
    return {name: value for name, value in values.items() if value is not None}


def exposed(path: Path) -> str | None:
    """A warning with the fix where others on this machine may read the secrets in `path`."""
    if os.name != "posix" or not path.is_file():
        return None
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & _OTHERS:
        return None
    return f"{path} holds secrets and others may read it (mode {mode:04o}): chmod 600 {path}"


def overrides(
    environ: Mapping[str, str], dotenv: Mapping[str, str], channels: Iterable[str]
) -> dict[tuple[str, ...], Override]:
    """The override of each key path; a variable without a value overrides nothing."""
    found: dict[tuple[str, ...], Override] = {}
    names = list(channels)
    for origin, variables in ((".env", dotenv), ("environment", environ)):
        for variable, text in variables.items():
            path = SCALARS.get(variable) or _channel_key(variable, names)
            if path and text.strip():
                found[path] = Override(text, variable, f"{origin} {variable}")
    return found


def slips(variables: Iterable[str], channels: Iterable[str]) -> list[str]:
    """A warning for each variable that looks like one of ours and is none."""
    names = list(channels)
    warnings = []
    for variable in variables:
        if variable in SCALARS or not variable.startswith("BROADCAST_") or _channel_key(variable, names):
            continue
        near = get_close_matches(variable, SCALARS, n=1, cutoff=_ALIKE)
        if near:
            warnings.append(f"environment {variable} is not known: did you mean {near[0]}?")
        elif variable.startswith(_CHANNELS):
            warnings.append(f"environment {variable} names no channel of the configuration")
    return warnings


def _channel_key(variable: str, channels: Iterable[str]) -> tuple[str, ...] | None:
    """`BROADCAST_CHANNELS_MAIL_BACKUP_HOST` is the host of `mail-backup`, even beside a channel `mail`."""
    if not variable.startswith(_CHANNELS):
        return None
    rest = variable.removeprefix(_CHANNELS)
    for name in sorted(channels, key=len, reverse=True):
        prefix = f"{name.upper().replace('-', '_')}_"
        if rest.startswith(prefix) and rest != prefix:
            return ("channels", name, rest.removeprefix(prefix).lower())
    return None
