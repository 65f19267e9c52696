"""One `[alternatives.NAME]` table: a way in which people can reach us."""

from __future__ import annotations

import re

from broadcast.config import shapes
from broadcast.config.problems import did_you_mean
from broadcast.config.settings import AlternativeSettings
from broadcast.config.table import Table

_KEYS = frozenset({"kind", "value", "fate", "service", "hours"})
_FORMS = {
    "phone": (re.compile(r"\+?[\d ()/.-]{3,}"), 'value = "+49 30 23125000"'),
    "email": (re.compile(r"[^@\s]+@[^@\s]+"), 'value = "help@muster.example"'),
    "link": (re.compile(r"https?://\S+"), 'value = "https://help.muster.example"'),
    "chat": (re.compile(r"\S.*"), 'value = "https://muster.example/chat"'),
    "app": (re.compile(r"\S.*"), 'value = "Muster app, Help"'),
}


def read_alternative(table: Table) -> AlternativeSettings:
    """The way in this table; what is wrong with it is noted."""
    table.check_keys(_KEYS)
    kind = table.require("kind", shapes.text, "link", 'kind = "phone"')
    value = table.require("value", shapes.text, "", 'value = "+49 30 23125000"')
    if kind not in _FORMS:
        table.wrong("kind", f'"{kind}" is no way to reach anybody', did_you_mean(kind, _FORMS))
    elif value and not _FORMS[kind][0].fullmatch(value):
        table.wrong("value", f'"{value}" is no {kind}', f"write {_FORMS[kind][1]}")
    hours = Table(table.source, *table.path, "hours")
    hours.check_keys(frozenset(name for name in hours.given() if shapes.LOCALE.fullmatch(name)))
    return AlternativeSettings(
        name=table.path[-1],
        kind=kind,
        value=value,
        fate=table.take("fate", shapes.texts, ()),
        service=table.take("service", shapes.text, None),
        hours=tuple((locale, hours.take(locale, shapes.text, "")) for locale in hours.given()),
    )
