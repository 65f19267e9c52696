"""The environment: the `.env` file beside the configuration, and the variables that override it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broadcast.config import keys
from broadcast.config.secret import bare
from broadcast.errors import ConfigError
from broadcast.model.nearest import did_you_mean

_PREFIX = "BROADCAST_"
#: Variables with a shorter name than the rule gives.
_SHORT = {"BROADCAST_LEDGER": (keys.LEDGER.name, keys.LEDGER_URL.name)}
#: Variables that are not keys. They are read only from the environment of the process.
_NO_KEYS = frozenset({"BROADCAST_CONFIG", "BROADCAST_AUTHOR", "BROADCAST_INSTALL_SECRET"})
_PROXIES = frozenset({"HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"})
_DOTENV = ".env"
_SPELLED = re.compile(r"[^A-Z0-9]", re.ASCII)
_LOCALE = re.compile(r"([a-z]{2,3})_([a-z]{2})", re.ASCII)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:_([a-z]{2}))?", re.ASCII)
_ALIKE = 0.88  # close enough to be a typing error; the environment may hold variables of other programs
_OTHERS = 0o077
_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Override:
    """A value that overrides the file's: its text, the variable, and the place of that."""

    text: str = field(repr=False)
    variable: str
    origin: str

    @property
    def in_dotenv(self) -> bool:
        """Whether it is from `.env`, not from the environment of the process."""
        return self.origin.startswith(_DOTENV)


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables that set keys.

    `BROADCAST_<KEY>` is a key of `[broadcast]`, with `_<LOCALE>` if it may differ by language;
    `BROADCAST_<SECTION>_<KEY>` is a key of another section, and `BROADCAST_<SECTION>_<NAME>_<KEY>` one of a
    table that users name. `tables` are those of the file, which have these names. A character that variables
    cannot have (a dash, a dot, an @) becomes `_`.
    """

    tables: Mapping[str, Any]
    environ: Mapping[str, str] = field(repr=False)
    dotenv: Mapping[str, str] = field(repr=False)

    def overrides(self) -> dict[tuple[str, ...], Override]:
        """Return the override of each key path; a variable without a value overrides nothing."""
        found: dict[tuple[str, ...], Override] = {}
        for origin, variable, text in self._given():
            path = self.path(variable)
            if path and bare(text):
                found[path] = Override(bare(text), variable, f"{origin} {variable}")
        return found

    def slips(self) -> list[str]:
        """Return a warning for each variable that looks like one of ours and is not."""
        warnings = {
            variable: f"{_DOTENV} {variable} is not read there; set it in the environment"
            for variable, text in self.dotenv.items()
            if text and variable.upper() in _NO_KEYS | _PROXIES
        }
        for origin, variable, text in self._given():
            if text and variable.startswith(_PREFIX) and variable not in _NO_KEYS and not self.path(variable):
                warnings[variable] = _slip(f"{origin} {variable}", variable)
        return [warning for warning in warnings.values() if warning]

    def clashes(self) -> Iterator[tuple[str, str]]:
        """Yield the variables that are ambiguous, as (place, what is wrong).

        A short name and the long one disagree, or two names of the file are the same in a variable.
        """
        for short, path in _SHORT.items():
            full = _PREFIX + "_".join(path).upper()
            for origin, variables in self._origins():
                one, other = bare(variables.get(short, "")), bare(variables.get(full, ""))
                if one and other and one != other:
                    yield f"{origin} {short}", f"has another value than {full}"
        for origin, variable, text in self._given():
            section, name, *key = self.path(variable) or ("", "")
            table = self.tables.get(section) if key and bare(text) else None
            names = table if isinstance(table, dict) else ()
            alike = [one for one in names if _spelled(one) == _spelled(name)]
            if len(alike) > 1:
                yield f"{origin} {variable}", f"may mean {' or '.join(alike)}"

    def path(self, variable: str) -> tuple[str, ...] | None:
        """Return the key path that a variable sets.

        `BROADCAST_CHANNELS_MAIL_BACKUP_HOST` is the host of `mail-backup`, even beside a channel `mail`.
        """
        if variable in _SHORT or not variable.startswith(_PREFIX):
            return _SHORT.get(variable)
        rest = variable.removeprefix(_PREFIX)
        if rest.lower() in keys.BROADCAST.known:
            return keys.BROADCAST.name, rest.lower()
        worded = _worded(rest.lower())
        if worded:
            return keys.BROADCAST.name, *worded
        for section in keys.SECTIONS.values():
            inner = rest.removeprefix(f"{section.name.upper()}_")
            if inner not in {rest, ""}:
                return self._in_section(section, inner)
        return None

    def _in_section(self, section: keys.Section, rest: str) -> tuple[str, ...] | None:
        table = self.tables.get(section.name)
        names = list(table) if isinstance(table, dict) else []
        if not section.named:
            key = _key(section, rest, names)
            return (section.name, key) if key else None
        for name in sorted(names, key=len, reverse=True):
            key = rest.removeprefix(f"{_spelled(name)}_")
            if key not in {rest, ""}:
                given = table[name] if isinstance(table, dict) else ()
                return section.name, name, _key(section, key, given) or key.lower()
        return None

    def _given(self) -> Iterator[tuple[str, str, str]]:
        """Yield the place, the name and the text of each variable; the environment last, as it overrides."""
        for origin, variables in self._origins():
            yield from ((origin, variable, text) for variable, text in variables.items())

    def _origins(self) -> tuple[tuple[str, Mapping[str, str]], ...]:
        return (_DOTENV, self.dotenv), ("environment", self.environ)


@dataclass(frozen=True, slots=True)
class Dotenv:
    """The variables in `.env`, and a warning for each line that sets none."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    warnings: tuple[str, ...] = ()


def read_dotenv(folder: Path) -> Dotenv:
    """Read the `.env` in `folder`, without expansion; empty if there is none."""
    path = folder / _DOTENV
    if not path.is_file():
        return Dotenv()
    from dotenv.parser import parse_stream

    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"{path} is larger than 1 MiB", hint="keep only NAME=value lines in it")
        with path.open(encoding="utf-8-sig") as stream:
            lines = list(parse_stream(stream))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8 text", hint="save the file as UTF-8") from None
    unread = [line for line in lines if line.error or (line.key and line.value is None)]
    return Dotenv(
        {line.key: line.value for line in lines if line.key and line.value is not None},
        tuple(f"{path}:{line.original.line} is not NAME=value, so it is not read" for line in unread),
    )


def exposed(path: Path) -> str | None:
    """Return a warning with the fix if other users may read the secrets in `path`."""
    if os.name != "posix" or not path.is_file():
        return None
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & _OTHERS:
        return None
    return f"{path} has secrets and others may read it (mode {mode:04o}): chmod 600 {path}"


def _slip(place: str, variable: str) -> str:
    known = {f"{_PREFIX}{key.upper()}" for key in keys.BROADCAST.known} | _SHORT.keys()
    meant = did_you_mean(variable, known, similarity=_ALIKE)
    if meant:
        return f"{place} is not known: {meant}"
    for section in keys.SECTIONS.values():
        if section is not keys.BROADCAST and variable.startswith(f"{_PREFIX}{section.name.upper()}_"):
            what = section.name.removesuffix("s") if section.named else f"key of [{section.name}]"
            return f"{place} names no {what} of the configuration"
    return ""


def _worded(spelled: str) -> tuple[str, str] | None:
    """Return the key and the locale that `footer_de` or `footer_de_at` stands for."""
    for key in (key.name for key in keys.BROADCAST.keys if key.by_locale):
        locale = _LANGUAGE.fullmatch(spelled.removeprefix(f"{key}_"))
        if locale and spelled.startswith(f"{key}_"):
            return key, f"{locale[1]}-{locale[2].upper()}" if locale[2] else locale[1]
    return None


def _key(section: keys.Section, spelled: str, given: Iterable[str]) -> str | None:
    """Return the key that `spelled` stands for: a name from the file, a known key, or a new name."""
    key = spelled.lower()
    if section.free is None:
        return key if key in section.known else None
    chosen = next((name for name in given if _spelled(name) == spelled), None)
    locale = _LOCALE.fullmatch(key)
    if chosen or key in section.known:
        return chosen or key
    return f"{locale[1]}-{locale[2].upper()}" if locale and section.named else key.replace("_", "-")


def _spelled(name: str) -> str:
    """Return the form of a name in a variable."""
    return _SPELLED.sub("_", name.upper())
