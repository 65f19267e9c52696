"""`[hotline] lines`: mobile numbers that stand in for the landline."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from broadcast.config import keys, shapes
from broadcast.config.problems import Wrong
from broadcast.config.settings import BackupLine
from broadcast.config.shapes import LOCALE
from broadcast.config.table import TomlTable
from broadcast.model.nearest import suggest

_KEYS = ("name", "number", "voice_url", "fate", "label", "hours")
_EXAMPLE = 'write it like [{ name = "mobile-1", number = "+49 171 2345678", fate = ["telekom-mobile"] }]'
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)


def read_backup_lines(table: TomlTable, numbers: Collection[str]) -> tuple[BackupLine, ...]:
    """Return the lines; `numbers` are those of the hotline itself, in E.164. Mistakes are noted."""
    lines: list[BackupLine] = []
    tables = table.take(keys.LINES)
    for position, given in enumerate(tables, 1):
        try:
            line = _line(given)
            _check(line, lines, numbers)
        except Wrong as wrong:
            table.wrong(keys.LINES.name, f"line {position}: {wrong}", wrong.fix)
        else:
            lines.append(line)
    return tuple(lines)


def _line(given: Mapping[str, object]) -> BackupLine:
    for key in given:
        if key not in _KEYS:
            raise Wrong(f"{key} is not known here", suggest(key, _KEYS))
    for key in ("name", "number"):
        if key not in given:
            raise Wrong(f"{key} is missing", _EXAMPLE)
    name = shapes.text(given["name"])
    if not _NAME.fullmatch(name):
        raise Wrong(f'"{name}" is not a name', "write letters, digits and hyphens, like mobile-1")
    return BackupLine(
        name=name,
        number=_number(given["number"]),
        voice_url=_voice_url(given["voice_url"]) if "voice_url" in given else "",
        fate=shapes.texts(given.get("fate", [])),
        label=_worded("label", given.get("label", {})),
        hours=_worded("hours", given.get("hours", {})),
    )


def _number(value: object) -> str:
    """Return the number as readers see it; it must be dialled the same from everywhere."""
    spelled = shapes.phone(value)
    if not spelled.startswith("+"):
        raise Wrong(f'"{spelled}" has no country code', 'write it like "+49 171 2345678"')
    shapes.e164("+" + "".join(filter(str.isdigit, spelled)))
    return spelled


def _voice_url(value: object) -> str:
    spelled = shapes.url(value)
    if not spelled.startswith("https://"):
        raise Wrong(
            f'voice_url "{spelled}" is not https', 'write it like "https://handler.twilio.com/twiml/EH..."'
        )
    return spelled


def _worded(key: str, value: object) -> tuple[tuple[str, str], ...]:
    if isinstance(value, str):
        raise Wrong(f"{key} is one text for all languages", f'write {key} = {{ de = "...", en = "..." }}')
    table = shapes.table(value)
    for locale in table:
        if not LOCALE.fullmatch(locale):
            raise Wrong(f"{key}: {locale} is not a locale", 'write it like "de" or "en-GB"')
    return tuple((locale, shapes.text(words)) for locale, words in table.items())


def _check(line: BackupLine, others: list[BackupLine], numbers: Collection[str]) -> None:
    if any(other.name == line.name for other in others):
        raise Wrong(f"{line.name} is there twice", "give each line a name of its own")
    if any(other.dialled == line.dialled for other in others):
        raise Wrong(f"{line.number} is there twice", "name each number once")
    if line.dialled in numbers:
        raise Wrong(f"{line.number} is the hotline itself", "name another phone that works without it")
