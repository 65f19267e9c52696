"""Reasons in German: the ledger keeps English ones from the engine, our adapters and the providers.

Our own are translated by `reasons.toml`; a provider's words are quoted, so that readers see their origin.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TypeAlias

_LANGUAGE_FREE = re.compile(r"HTTP \d{3}|[\W\d_]*|[\w-]+\.[\w.-]+")
_PLACE = re.compile(r"\\{(\w+)\\}")
#: The tables of single words; all other tables have whole reasons.
_WORD_TABLES = ("address", "barred")
#: The possible values of a place in a reason; other places take any value.
_HOLDS = {"n": r"[\d.,]+", "n2": r"[\d.,]+", "stage": r"[A-Za-z]+", "word": r"\S+", "address": r"[a-z ]+"}
_DEPTH = 5  # reasons within reasons
_Entry: TypeAlias = tuple[re.Pattern[str], str]


def in_german(reason: str) -> str:
    """Return the reason in German, or as a quotation; reasons inside it likewise."""
    return _german(reason, _DEPTH)


def _german(reason: str, depth: int) -> str:
    known = _known(reason, depth)
    return reason if known is None and _LANGUAGE_FREE.fullmatch(reason) else known or f"„{reason}“"


def _known(reason: str, depth: int) -> str | None:
    """Return the reason in German; None if it is not ours, or nested more than `depth` times."""
    for pattern, german in _entries() if depth else ():
        found = pattern.fullmatch(reason)
        values = found and _values(found.groupdict(), depth - 1)
        if values is not None:
            return german.format(**values)
    return None


def _values(found: Mapping[str, str], depth: int) -> dict[str, str] | None:
    """Return the values of the places, in German; None if a place has a value that it may not have."""
    values: dict[str, str] = {}
    for name, text in found.items():
        told = _known(text, depth) if name == "known" else _told(name, text, depth)
        if told is None:
            return None
        values[name] = told
    return values


def _told(name: str, text: str, depth: int) -> str:
    match name:
        case "more":
            return _german(text, depth)
        case "said":
            return f"„{text}“"
        case "address":
            return _tables()["address"].get(text, text)
        case "barred":
            return ", ".join(_barred(one) for one in text.split(", "))
        case "n" | "n2":
            return text.replace(",", ".")
        case _:
            return text


def _barred(one: str) -> str:
    """Return `E-Mail-Adresse abgemeldet` for `email opted out`."""
    kind, _, why = one.partition(" ")
    tables = _tables()
    if why in tables["barred"]:
        return f"{tables['address'].get(kind, kind)} {tables['barred'][why]}"
    return tables["barred"].get(one) or f"„{one}“"


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((resources.files("broadcast.reports") / "reasons.toml").read_text(encoding="utf-8"))


@cache
def _entries() -> tuple[_Entry, ...]:
    reasons = (table.items() for name, table in _tables().items() if name not in _WORD_TABLES)
    return tuple((_pattern(english), german) for table in reasons for english, german in table)


def _pattern(english: str) -> re.Pattern[str]:
    """Return the reason as a pattern whose places are groups."""
    places = _PLACE.sub(lambda place: f"(?P<{place[1]}>{_HOLDS.get(place[1], '.+?')})", re.escape(english))
    return re.compile(places, re.DOTALL | re.IGNORECASE)
