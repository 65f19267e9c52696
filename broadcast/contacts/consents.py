"""Columns with the consent of a person: `consent_sms`, `consent_sms_date`, `consent_sms_source`, ..."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from broadcast.model.clock import SystemClock
from broadcast.model.consent import Consent

_COLUMN = re.compile(
    r"(?:consent|opt_?in|einwilligung)_(?P<channel>sms|e_?mail|voice|anruf)"
    r"(?:_(?P<purpose>incident|stoerung|maintenance|wartung|drill|uebung))?"
    r"(?:_(?P<part>date|datum|at|since|seit|am|source|quelle))?"
)
_ENGLISH = {
    "e_mail": "email",
    "anruf": "voice",
    "stoerung": "incident",
    "wartung": "maintenance",
    "uebung": "drill",
}
_SOURCE = frozenset({"source", "quelle"})
_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "j", "wahr", "given", "erteilt", "granted"})
_NO = frozenset(
    {"no", "n", "false", "0", "nein", "falsch", "declined", "withdrawn", "abgelehnt", "widerrufen"}
)
_GERMAN_DAY = "%d.%m.%Y"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentColumns:
    """The positions of one answer, its date and its source."""

    channel: str
    purpose: str
    answer: int
    date: int | None
    source: int | None


def find_consents(names: Sequence[str]) -> tuple[ConsentColumns, ...]:
    """Return the answers among the columns, named as template variables are (`consent_sms_date`)."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for position, name in enumerate(names):
        match = _COLUMN.fullmatch(name)
        if match:
            parts = found.setdefault((_english(match["channel"]), _english(match["purpose"] or "")), {})
            parts.setdefault(_part(match["part"]), position)
    return tuple(
        ConsentColumns(
            channel=channel,
            purpose=purpose,
            answer=parts["answer"],
            date=parts.get("date"),
            source=parts.get("source"),
        )
        for (channel, purpose), parts in found.items()
        if "answer" in parts
    )


def is_consent(name: str) -> bool:
    """Return whether a column of that name is about consent."""
    return _COLUMN.fullmatch(name) is not None


def read_consents(texts: Sequence[str], columns: Sequence[ConsentColumns]) -> tuple[list[Consent], list[str]]:
    """Return the answers in a row of clean cells, and what cannot be read; that is no consent."""
    consents: list[Consent] = []
    problems: list[str] = []
    for column in columns:
        if texts[column.answer]:
            consent, problem = _read_one(texts, column)
            consents.extend([consent] if consent else [])
            problems.extend([problem] if problem else [])
    return consents, problems


def _read_one(texts: Sequence[str], column: ConsentColumns) -> tuple[Consent | None, str]:
    said, dated = texts[column.answer], _at(texts, column.date)
    given, since = _given(said), _day(dated) or _day(said) or ""
    what, problem = f"the consent for {column.channel}", ""
    if given is None:
        return None, f"{what} is neither yes nor no; it does not count as consent"
    if since > _latest():
        # A future yes would outweigh every later no. A no always counts.
        if given:
            return None, f"{what} is dated in the future ({since}); it does not count"
        problem, since = f"{what} is dated in the future ({since}); the no counts without a date", ""
    elif dated and not since:
        problem = f"the date of {what} is not known; write it like 2026-01-31"
    return Consent(
        channel=column.channel,
        purpose=column.purpose,
        given=given,
        since=since,
        source=_at(texts, column.source),
    ), problem


def _latest() -> str:
    """Return the latest date that is today anywhere: east of Greenwich it is tomorrow already."""
    return (SystemClock().now() + timedelta(days=1)).date().isoformat()


def _english(word: str) -> str:
    return _ENGLISH.get(word, word)


def _part(part: str | None) -> str:
    if part is None:
        return "answer"
    return "source" if part in _SOURCE else "date"


def _at(texts: Sequence[str], position: int | None) -> str:
    return "" if position is None else texts[position]


def _given(said: str) -> bool | None:
    """Return the answer in a cell; a date in place of a yes is a yes."""
    word = said.casefold()
    if word in _NO:
        return False
    return True if word in _YES or _day(said) else None


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        pass
    try:
        return datetime.strptime(text, _GERMAN_DAY).date().isoformat()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
