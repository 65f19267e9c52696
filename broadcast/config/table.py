"""One table, read key by key: what is wrong is noted, where each value came from is remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from broadcast.config.document import Document
from broadcast.config.environment import Override, exposed
from broadcast.config.problems import Problems, Wrong, did_you_mean
from broadcast.config.secret import Reference, is_reference
from broadcast.config.shapes import from_word, shown
from broadcast.errors import ConfigError

T = TypeVar("T")
D = TypeVar("D")


@dataclass(slots=True)
class Source:
    """The environment before the file, and what reading them brought to light.

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
        """`env:NAME` or `file:PATH` as a reference; warns where others may read the file."""
        scheme, _, name = spelled.partition(":")
        if not name.strip():
            raise Wrong(f'"{spelled}" names nothing', 'write "env:NAME" or "file:PATH"')
        warning = exposed(self.folder / name) if scheme == "file" else None
        if warning and warning not in self.warnings:
            self.warnings.append(warning)
        return Reference(spelled, self.folder, self.environment)


class Table:
    """The table at `path`, for instance `("channels", "sms")`."""

    def __init__(self, source: Source, *path: str) -> None:
        self.source = source
        self.path = path
        self.values = self._find()

    def given(self) -> list[str]:
        """Every key given, in the file or in the environment."""
        size = len(self.path)
        overridden = [path[size] for path in self.source.overrides if path[:size] == self.path]
        return list(dict.fromkeys([*self.values, *overridden]))

    def where(self, key: str = "") -> str:
        """`broadcast.toml:12: [channels.sms] timeout`."""
        path = (*self.path, key) if key else self.path
        override = self.source.overrides.get(path)
        place = override.origin if override else self.source.document.where(*path)
        return f"{place}: [{'.'.join(self.path)}] {key}".rstrip()

    def wrong(self, key: str, what: str, fix: str) -> None:
        """Note what is wrong with `key`, or with the whole table."""
        self.source.problems.add(self.where(key), what, fix)

    def take(self, key: str, shape: Callable[[object], T], default: D) -> T | D:
        """The value of `key` in `shape`; the default where it is absent or wrong."""
        path = (*self.path, key)
        dotted = ".".join(path)
        override = self.source.overrides.get(path)
        if override is None and key not in self.values:
            self.source.origins[dotted] = "default"
            return default
        self.source.origins[dotted] = override.origin if override else self.source.document.where(*path)
        try:
            if override:
                return from_word(shape, override.text)
            return self._typed(self.values[key], shape, dotted)
        except Wrong as wrong:
            self.wrong(key, str(wrong), wrong.fix)
        except ConfigError as error:
            self.wrong(key, str(error), error.hint or "")
        return default

    def require(self, key: str, shape: Callable[[object], T], default: T, example: str) -> T:
        """The value of `key`, which must be given; `example` shows how."""
        if key not in self.given():
            self.wrong("", f"{key} is missing", f"add {example}")
        return self.take(key, shape, default)

    def check_keys(self, known: frozenset[str]) -> None:
        """Note every key that nobody reads."""
        for key in self.given():
            if key not in known:
                self.wrong(key, "is not known here", did_you_mean(key, known))

    def tables(self) -> list[Table]:
        """The tables inside this one; anything else in it is noted as wrong."""
        inner = []
        for name, value in self.values.items():
            if isinstance(value, dict):
                inner.append(Table(self.source, *self.path, name))
            else:
                title = ".".join((*self.path, name))
                self.wrong(name, f"{shown(value)} is not a table", f"give it a table of its own: [{title}]")
        return inner

    def _typed(self, value: object, shape: Callable[[object], T], dotted: str) -> T:
        if isinstance(value, str) and is_reference(value):
            value = self.source.reference(value).resolve(dotted)
        return shape(value)

    def _find(self) -> Mapping[str, Any]:
        found: Any = self.source.document.tables
        for name in self.path:
            found = found.get(name, {})
            if not isinstance(found, dict):
                return {}
        values: Mapping[str, Any] = found
        return values
