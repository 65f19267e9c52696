"""Read the settings of a command."""

from __future__ import annotations

import os
from pathlib import Path

from broadcast.config.settings import Settings


def load_settings(config: Path | None, *, sandbox: bool = False) -> Settings:
    """Return the settings, found from the current folder unless `config` is given; raises `ConfigError`.

    With `sandbox`, the local sandbox is started if it does not run; every network channel leads to it, and
    ledger and pages are separate from the real ones.
    """
    from broadcast.config.load import load

    settings = load(config, os.environ, Path.cwd())
    if not sandbox:
        return settings
    from broadcast.sandbox.daemon import ensure_running
    from broadcast.sandbox.settings import in_sandbox, sandbox_folder

    return in_sandbox(settings, ensure_running(sandbox_folder(settings)))


def program(settings: Settings) -> str:
    """Return how this program was called, for advice that can be copied."""
    return "broadcast --sandbox" if settings.sandbox else "broadcast"
