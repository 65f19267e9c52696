"""A TOML file that knows the line of every key."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from broadcast.errors import ConfigError

_LARGEST = 1024 * 1024
_MOST_DOTS = 64  # in one line, outside texts: tomllib needs a minute for a key of 100,000 parts
_KEY_STARTS_WITHIN = 300  # characters of its line
_POSITION = re.compile(r" \(at line (\d+), column (\d+)\)$")
_UNCLOSED = re.compile(
    r"""(?:Illegal|Found invalid) character '\\n'|Unterminated string|Expected (?:"'(?:'')?"|'"{3}')"""
)
_PART = r"""(?:"[^"\n]*"|'[^'\n]*'|[\w-]+)"""
_PARTS = re.compile(_PART)
_DOTTED = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*(?P<array>\[)?\[\s*(?P<name>{_DOTTED})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_DOTTED})\s*=")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""'
    r"|'''.*?'''"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file; `label` is its name in messages, `lines` the line of each key path.

    The tables of an array `[[step]]` are `("step", "0")`, `("step", "1")` and so on.
    """

    label: str
    tables: Mapping[str, Any]
    lines: Mapping[tuple[str, ...], int]

    def where(self, *keys: str) -> str:
        """Return the place of a key path, or of the nearest table around it: `broadcast.toml:12`."""
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.lines:
                return f"{self.label}:{self.lines[keys[:length]]}"
        return self.label


class NestedTooDeeply(ValueError):
    """Lists, tables or dotted keys are nested too deeply."""

    def __init__(self) -> None:
        super().__init__("values are nested too deeply")


def read_document(path: Path, label: str) -> Document:
    """Read the file at `path`; raises `ConfigError` with line and column if it is not TOML."""
    text = _text(path, label)
    try:
        tables = parse_toml(text)
    except NestedTooDeeply as error:
        raise ConfigError(f"{label}: {error}", hint="keep tables flat") from None
    except ValueError as error:
        raise _not_toml(label, str(error)) from None
    return Document(label, tables, _lines(text))


def parse_toml(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text; raises ValueError, quickly even if the text is made to be slow."""
    if any(line.count(".") > _MOST_DOTS for line in _without_values(text).split("\n")):
        raise NestedTooDeeply
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(_UNCLOSED.sub("a quotation mark is not closed", str(error))) from None
    except RecursionError:
        raise NestedTooDeeply from None


def _text(path: Path, label: str) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            f"{label}: cannot be read: {error.strerror}", hint="check the path and its permissions"
        ) from None
    if len(content) > _LARGEST:
        raise ConfigError(f"{label}: is larger than 1 MiB", hint="a configuration has only a few kilobytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{label}:{line}: is not UTF-8 text", hint="save the file as UTF-8") from None


def _not_toml(label: str, message: str) -> ConfigError:
    position = _POSITION.search(message)
    what = _POSITION.sub("", message)
    where = f"{label}:{position[1]}:{position[2]}" if position else label
    hint = 'write texts in quotation marks (locale = "de"), every key once, and tables in [brackets]'
    return ConfigError(f"{where}: this is not TOML: {what[:1].lower()}{what[1:]}", hint=hint)


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the first line of every table and key outside inline tables, without parsing values."""
    lines: dict[tuple[str, ...], int] = {}
    arrays: Counter[tuple[str, ...]] = Counter()
    table: tuple[str, ...] = ()
    depth = 0
    for number, line in enumerate(_without_values(text).split("\n"), start=1):
        header = _HEADER.match(line) if depth == 0 else None
        assignment = _ASSIGNMENT.match(line) if depth == 0 else None
        if header:
            table = _path(header["name"])
        if header and header["array"]:
            arrays[table] += 1
            table = (*table, str(arrays[table] - 1))
        keys = table + _path(assignment[1]) if assignment else table
        if header or assignment:
            for length in range(1, len(keys) + 1):
                lines.setdefault(keys[:length], number)
        depth += line.count("[") + line.count("{") - line.count("]") - line.count("}")
    return lines


def _without_values(text: str) -> str:
    """Return the text without comments and strings after `=`; newlines stay."""
    return _STRING.sub(_blank, text)


def _blank(match: re.Match[str]) -> str:
    found = match.group()
    if found[0] != "#" and "\n" not in found and _may_be_a_key(match):
        return found
    return "\n" * found.count("\n")


def _may_be_a_key(text: re.Match[str]) -> bool:
    """Return whether only parts of a key precede it on its line."""
    near = text.string[max(0, text.start() - _KEY_STARTS_WITHIN) : text.start()]
    before = near.rpartition("\n")[2]
    return len(before) < _KEY_STARTS_WITHIN and re.fullmatch(r"[\s\w.\[\]\"'-]*", before) is not None


def _path(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PARTS.findall(dotted))
