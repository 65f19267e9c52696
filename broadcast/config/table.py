"""Read one table key by key; mistakes are noted, and so is the origin of each value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from broadcast.config.document import Document
from broadcast.config.environment import Override, exposed
from broadcast.config.keys import Key
from broadcast.config.problems import Problems, Wrong
from broadcast.config.secret import Reference, is_reference
from broadcast.config.shapes import from_word, shown
from broadcast.errors import ConfigError
from broadcast.model.nearest import suggest

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class TomlSource:
    """The environment and the file, and what reading them showed.

    `environment` is what `env:NAME` may refer to beside the process's own variables.
    """

    document: Document
    folder: Path
    overrides: Mapping[tuple[str, ...], Override]
    environment: dict[str, str]
    problems: Problems
    origins: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def reference(self, spelled: str) -> Reference:
        """Return `env:NAME` or `file:PATH` as a reference; warn if other users may read the file."""
        scheme, _, name = spelled.partition(":")
        if not name.strip():
            raise Wrong(f'"{spelled}" names nothing', 'write "env:NAME" or "file:PATH"')
        warning = exposed(self.folder / name) if scheme == "file" else None
        if warning and warning not in self.warnings:
            self.warnings.append(warning)
        return Reference(spelled, self.folder, self.environment)


class TomlTable:
    """The table at `path`, for instance `("channels", "sms")`."""

    def __init__(self, source: TomlSource, *path: str) -> None:
        self.source = source
        self.path = path
        self.values = self._find()

    def given(self) -> list[str]:
        """Return every key given, in the file or in the environment."""
        size = len(self.path)
        overridden = [path[size] for path in self.source.overrides if path[:size] == self.path != path]
        return list(dict.fromkeys([*self.values, *overridden]))

    def where(self, key: str = "") -> str:
        """Return the place of a key: `broadcast.toml:12: [channels.sms] timeout`."""
        path = (*self.path, key) if key else self.path
        override = self.source.overrides.get(path)
        place = override.origin if override else self.source.document.where(*path)
        return f"{place}: [{'.'.join(self.path)}] {key}".rstrip()

    def wrong(self, key: str, what: str, fix: str) -> None:
        """Note a mistake in `key`, or in the whole table."""
        self.source.problems.add(self.where(key), what, fix)

    def take(self, key: Key[T]) -> T:
        """Return the value of `key` in its shape; the default if it is absent or wrong."""
        path = (*self.path, key.name)
        dotted = ".".join(path)
        override = self.source.overrides.get(path)
        if override is None and key.name not in self.values:
            self.source.origins[dotted] = "default"
            return key.default
        self.source.origins[dotted] = override.origin if override else self.source.document.where(*path)
        try:
            return self._read(key, override.text) if override else self._typed(key, self.values[key.name])
        except Wrong as wrong:
            self.wrong(key.name, str(wrong), wrong.fix)
        except ConfigError as error:
            self.wrong(key.name, str(error), error.hint or "")
        return key.default

    def secret(self, key: Key[str | None]) -> Reference | None:
        """Return a secret as a reference, so that commands which do not need it run without it.

        A variable may hold the secret itself.
        """
        path = (*self.path, key.name)
        override = self.source.overrides.get(path)
        if override is None and key.name not in self.values:
            self.source.origins[".".join(path)] = "default"
            return None
        origin = override.origin if override else self.source.document.where(*path)
        self.source.origins[".".join(path)] = origin
        try:
            if override and not is_reference(override.text):
                return self.source.reference(f"env:{origin.rpartition(' ')[2]}")
            return self.source.reference(
                key.shape(override.text if override else self.values[key.name]) or ""
            )
        except Wrong as wrong:
            self.wrong(key.name, str(wrong), wrong.fix)
        return None

    def require(self, key: Key[T], example: str) -> T:
        """Return the value of `key`, which is required; `example` shows a valid one."""
        if key.name not in self.given():
            self.wrong("", f"{key.name} is missing", f"add {example}")
        return self.take(key)

    def take_each(self, key: Key[T], names: Iterable[str] | None = None) -> dict[str, T]:
        """Return the values of `names`, or of all keys, each in the shape of `key`."""
        wanted = self.given() if names is None else names
        return {name: self.take(replace(key, name=name)) for name in wanted}

    def also(self, key: str, name: str) -> None:
        """Note that the value of `key` has another name in the settings."""
        prefix = ".".join(self.path)
        self.source.origins[f"{prefix}.{name}"] = self.source.origins[f"{prefix}.{key}"]

    def check_keys(self, known: frozenset[str]) -> None:
        """Note every key that is not read."""
        for key in self.given():
            if key not in known:
                self.wrong(key, "is not known here", suggest(key, known))

    def tables(self) -> list[TomlTable]:
        """Return the tables inside this one; anything else in it is noted as wrong."""
        inner = []
        for name, value in self.values.items():
            if isinstance(value, dict):
                inner.append(TomlTable(self.source, *self.path, name))
            else:
                title = ".".join((*self.path, name))
                self.wrong(name, f"{shown(value)} is not a table", f"give it a table of its own: [{title}]")
        return inner

    def _typed(self, key: Key[T], value: object) -> T:
        """Return a value of the file; a reference has no type, whatever it refers to."""
        if isinstance(value, str) and is_reference(value):
            return self._read(key, value)
        return key.shape(value)

    def _read(self, key: Key[T], word: str) -> T:
        if is_reference(word):
            word = self.source.reference(word).resolve()
        return from_word(key.shape, word)

    def _find(self) -> Mapping[str, Any]:
        found: Any = self.source.document.tables
        for name in self.path:
            found = found.get(name, {})
            if not isinstance(found, dict):
                return {}
        values: Mapping[str, Any] = found
        return values
