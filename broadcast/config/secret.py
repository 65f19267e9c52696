"""Secrets stay references until the moment they are used."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from broadcast.errors import ConfigError
from broadcast.model.text import has_controls

#: Options whose value must not be in the configuration file itself.
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
        "shared_key",
        "webhook_url",
        "apprise_url",
    }
)
_SOUNDS_SECRET = re.compile(r"token|secret|passw|pwd|key|credential|auth", re.IGNORECASE)
_LARGEST = 16 * 1024
_READABLE = "check the path and that this user may read it"
#: Left at the ends by editors, shells and copying: byte order marks and zero-width characters.
_INVISIBLE = "\ufeff\u200b\u2060"


class SecretNotSet(ConfigError):
    """The variable or the file of a reference does not exist, or is empty."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that is stored elsewhere: `env:NAME` or `file:PATH` (relative to the configuration).

    `environment` holds the variables in `.env` beside the configuration; the real environment wins.
    """

    spelled: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict, repr=False)

    def resolve(self, origin: str = "") -> str:
        """Return the value without outer white space; raises `ConfigError` with the mistake and its place.

        It is `SecretNotSet` if there is no value. `origin` is the place, if the caller does not add it.
        """
        origin = f"{origin}: " if origin else ""
        scheme, _, name = self.spelled.partition(":")
        value = self._from_environment(name, origin) if scheme == "env" else self._from_file(name, origin)
        if has_controls(value) or "\n" in value or "\t" in value:
            raise ConfigError(
                f"{origin}the value of {self.spelled} has a line break or another control character in it",
                hint="write it again, on one line",
            )
        return value

    def _from_environment(self, name: str, origin: str) -> str:
        value = bare(os.environ.get(name, "")) or bare(self.environment.get(name, ""))
        if value:
            return value
        raise SecretNotSet(
            f"{origin}the environment variable {name} is not set",
            hint=f"set {name} in the environment or in {self.folder / '.env'}",
        )

    def _from_file(self, name: str, origin: str) -> str:
        path = self.folder / name
        try:
            with path.open(encoding="utf-8") as file:  # it may be a pipe: file:/dev/fd/3
                text = file.read(_LARGEST + 1)
        except (FileNotFoundError, PermissionError) as error:
            raise SecretNotSet(_unreadable(origin, path, error), hint=_READABLE) from None
        except (OSError, ValueError) as error:
            raise ConfigError(_unreadable(origin, path, error), hint=_READABLE) from None
        if len(text) > _LARGEST:
            raise ConfigError(
                f"{origin}the secret file {path} is larger than {_LARGEST // 1024} KiB",
                hint="name a file that has only the secret",
            )
        if value := bare(text):
            return value
        raise SecretNotSet(f"{origin}the secret file {path} is empty", hint="write the secret into it")


def bare(value: str) -> str:
    """Return `value` without outer white space, line ends and byte order marks: no secret has them."""
    before = None
    while value != before:
        before, value = value, value.strip().strip(_INVISIBLE)
    return value


def _unreadable(origin: str, path: Path, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
    return f"{origin}cannot read the secret file {path}: {reason}"


def sounds_secret(key: str) -> bool:
    """Return whether the value of a key is a secret, judged by its name alone."""
    return key in SECRET_OPTIONS or _SOUNDS_SECRET.search(key) is not None


def is_reference(value: object) -> bool:
    """Return whether a configuration value is a reference."""
    return isinstance(value, str) and value.startswith(("env:", "file:"))
