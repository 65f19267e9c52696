"""One `[alternatives.NAME]` table: a contact point, where readers reach us."""

from __future__ import annotations

import re

from broadcast.config import keys
from broadcast.config.settings import ContactPointSettings
from broadcast.config.shapes import LOCALE
from broadcast.config.table import TomlTable
from broadcast.model.nearest import suggest

_FORMS = {
    "phone": (re.compile(r"\+?[\d ()/.-]{3,}"), 'value = "+49 30 23125000"'),
    "email": (re.compile(r"[^@\s]+@[^@\s]+"), 'value = "help@muster.example"'),
    "link": (re.compile(r"https?://\S+"), 'value = "https://help.muster.example"'),
    "chat": (re.compile(r"\S.*"), 'value = "https://muster.example/chat"'),
    "app": (re.compile(r"\S.*"), 'value = "Muster app, Help"'),
}


def read_alternative(table: TomlTable) -> ContactPointSettings:
    """Return the contact point in this table; mistakes are noted."""
    table.check_keys(keys.ALTERNATIVES.known)
    kind = table.require(keys.KIND, 'kind = "phone"')
    value = table.require(keys.VALUE, 'value = "+49 30 23125000"')
    if kind not in _FORMS:
        table.wrong("kind", f'"{kind}" is not a known kind', suggest(kind, _FORMS))
    elif value and not _FORMS[kind][0].fullmatch(value):
        table.wrong("value", f'"{value}" is not valid for kind = "{kind}"', f"write {_FORMS[kind][1]}")
    table.take(keys.HOURS)
    hours = TomlTable(table.source, *table.path, keys.HOURS.name)
    hours.check_keys(frozenset(name for name in hours.given() if LOCALE.fullmatch(name)))
    return ContactPointSettings(
        name=table.path[-1],
        kind=kind,
        value=value,
        fate=table.take(keys.FATE),
        service=table.take(keys.SERVICE),
        hours=tuple(hours.take_each(keys.NAME).items()),
    )
