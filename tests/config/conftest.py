from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from broadcast.config.load import load
from broadcast.config.settings import Settings
from broadcast.errors import ConfigError

GENERAL = '[broadcast]\norganisation = "Muster"\nlocale = "de"\ntimezone = "Europe/Berlin"\n'


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's own folders are inside the test's, and nothing is set in the environment."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg-config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg-data"))
    for name in list(os.environ):
        if name.startswith(("BROADCAST_", "TWILIO_")):
            monkeypatch.delenv(name)


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Settings]:
    """Write a configuration and load it."""

    def read(text: str, environ: Mapping[str, str] | None = None) -> Settings:
        (tmp_path / "broadcast.toml").write_text(text, encoding="utf-8")
        return load(None, environ or {}, tmp_path)

    return read


@pytest.fixture
def refusal(read: Callable[..., Settings]) -> Callable[..., ConfigError]:
    """Write a broken configuration and hand back the error it ends in."""

    def refusal(text: str, environ: Mapping[str, str] | None = None) -> ConfigError:
        with pytest.raises(ConfigError) as caught:
            read(text, environ)
        return caught.value

    return refusal
