"""Writing a configuration to start from: complete, commented, and rehearsable at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from broadcast.errors import Refused, UsageError
from broadcast.operations.starter import CONTACTS, ENVIRONMENT, IGNORED, configuration

_PRIVATE = 0o600  # people's addresses stand in them
_COMMON = 0o644
_IGNORE = ".gitignore"


@dataclass(frozen=True, slots=True)
class Starter:
    """What was written, what to type next, and what was there already and left alone."""

    written: tuple[Path, ...]
    next: tuple[str, ...]
    kept: tuple[Path, ...] = ()


def initialise(folder: Path, *, sandbox: bool, force: bool) -> Starter:
    """Write a configuration and made-up contacts into `folder`.

    With `sandbox`, every kind of channel is configured, to be rehearsed without an account. Raises
    `Refused` where a file is there already, unless `force`; a `.gitignore` is never overwritten.
    """
    files = _files(sandbox=sandbox)
    existing = [name for name in files if (folder / name).exists()]
    if existing and not force:
        raise Refused(
            f"there is already {', '.join(existing)} in {folder}; nothing was written",
            hint="work with what is there, or overwrite it with --force",
        )
    ignoring = folder / _IGNORE
    kept = (ignoring,) if ignoring.exists() else ()
    if not kept:
        files = {**files, _IGNORE: IGNORED}
    for name, text in files.items():
        _write(folder / name, text, _PRIVATE if name.startswith("contacts/") else _COMMON)
    steps = _REHEARSE if sandbox else _PREPARE
    return Starter(tuple(folder / name for name in files), steps, kept)


_REHEARSE = (
    "broadcast --sandbox doctor",
    'broadcast --sandbox notify "Chat and e-mail down" -s sev2 -m "Orders work. Please call us."',
    'broadcast --sandbox resolve -m "Everything works again."',
    "broadcast sandbox status",
)
_PREPARE = (
    "edit broadcast.toml: your organisation, your senders; and contacts/customers.csv",
    "cp .env.example .env && chmod 600 .env, and fill it in",
    "broadcast doctor",
    'broadcast --sandbox notify "Rehearsal" --drill',
    "set live = true in broadcast.toml",
)


def _files(*, sandbox: bool) -> Mapping[str, str]:
    contacts = {f"contacts/{name}.csv": text for name, text in CONTACTS.items()}
    return {"broadcast.toml": configuration(sandbox=sandbox), ".env.example": ENVIRONMENT, **contacts}


def _write(path: Path, text: str, mode: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", hint="choose a folder you may write to"
        ) from None
