"""Secrets stay references until the moment they are used."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from broadcast.errors import ConfigError

#: Options whose literal value is refused in a configuration file.
SECRET_OPTIONS = frozenset(
    {
        "auth_token",
        "api_key",
        "password",
        "token",
        "consumer_key",
        "consumer_secret",
        "access_token",
        "access_token_secret",
        "bearer_token",
        "client_secret",
        "secret",
        "signing_secret",
        "webhook_url",
        "apprise_url",
    }
)
_LARGEST = 16 * 1024


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that lives elsewhere: `env:NAME` or `file:PATH` (relative to the configuration).

    `environment` holds what `.env` beside the configuration says; the real environment wins.
    """

    spelled: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict, repr=False)

    def resolve(self, origin: str) -> str:
        """The value; raises `ConfigError` that names what is missing and where it was asked for."""
        scheme, _, name = self.spelled.partition(":")
        return self._from_environment(name, origin) if scheme == "env" else self._from_file(name, origin)

    def _from_environment(self, name: str, origin: str) -> str:
        value = os.environ.get(name) or self.environment.get(name)
        if value:
            return value
        raise ConfigError(
            f"{origin}: the environment variable {name} is not set",
            hint=f"set {name} in the environment or in {self.folder / '.env'}",
        )

    def _from_file(self, name: str, origin: str) -> str:
        path = self.folder / name
        try:
            with path.open(encoding="utf-8") as file:  # perhaps a pipe: file:/dev/fd/3
                value = file.read(_LARGEST + 1).strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            raise ConfigError(
                f"{origin}: cannot read the secret file {path}: {reason}",
                hint="check the path and that this user may read it",
            ) from None
        if len(value) > _LARGEST:
            raise ConfigError(
                f"{origin}: the secret file {path} is larger than {_LARGEST // 1024} KiB",
                hint="name the file that holds nothing but the secret",
            )
        if not value:
            raise ConfigError(f"{origin}: the secret file {path} is empty", hint="write the secret into it")
        return value


def is_reference(value: object) -> bool:
    """Whether a configuration value points elsewhere."""
    return isinstance(value, str) and value.startswith(("env:", "file:"))
