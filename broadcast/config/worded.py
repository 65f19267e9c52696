"""A value that may differ by language: one for all readers, or a table with one for each locale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from broadcast.config.keys import Key
from broadcast.config.shapes import LOCALE
from broadcast.config.table import TomlTable
from broadcast.model.letterhead import Worded


def read_worded(table: TomlTable, key: Key[str | None]) -> Worded:
    """Return the text for all readers as ("", text), then those by locale; mistakes are noted."""
    texts: dict[str, str | None] = {}
    whole = (*table.path, key.name) in table.source.overrides
    if whole or not isinstance(table.values.get(key.name), Mapping):
        texts[""] = table.take(key)
    inner = TomlTable(table.source, *table.path, key.name)
    given = [name for name in inner.given() if not whole or _by_variable(inner, name)]
    for name in given:
        if not LOCALE.fullmatch(name):
            inner.wrong(name, "is not a locale", 'write it like "de" or "en-GB"')
    texts |= inner.take_each(replace(key, default=None), [name for name in given if LOCALE.fullmatch(name)])
    return tuple((locale, text) for locale, text in texts.items() if text is not None)


def _by_variable(table: TomlTable, key: str) -> bool:
    return (*table.path, key) in table.source.overrides
