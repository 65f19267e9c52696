"""Reasons in German: the ledger keeps the English ones of the engine and of the providers.

Frequent reasons of the engine are translated; anything else is quoted, so that readers see its origin.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_ADDRESSES = {"email": "E-Mail-Adresse", "phone": "Telefonnummer", "mobile number": "Mobilnummer"}
_LANGUAGE_FREE = re.compile(r"HTTP \d{3}|[\W\d_]*|[\w-]+\.[\w.-]+")


def in_german(reason: str) -> str:
    """The reason in German, or as a quotation; what it goes on with after a colon likewise."""
    for pattern, translation in _KNOWN:
        if found := pattern.fullmatch(reason):
            return translation(found)
    return reason if _LANGUAGE_FREE.fullmatch(reason) else f"„{reason}“"


def _fixed(german: str) -> Callable[[re.Match[str]], str]:
    return lambda found: german.format(*found.groups())


def _going_on(german: str) -> Callable[[re.Match[str]], str]:
    """The same, with the last group as a reason of its own."""
    return lambda found: german.format(*found.groups()[:-1], in_german(found.groups()[-1]))


def _unreachable(found: re.Match[str]) -> str:
    return f"nicht erreichbar: keine {_ADDRESSES.get(found[1], found[1])} für {found[2]}"


_KNOWN: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.DOTALL), translation)
    for pattern, translation in (
        (r"unreachable: no (.+?) for (.+)", _unreachable),
        (r"suppressed: (.+)", _going_on("gesperrt: {}")),
        (r"superseded by notice (\d+)", _fixed("überholt durch Mitteilung {}")),
        (r"(\d+) in a row: (.+)", _going_on("{} in Folge: {}")),
        (r"look-up failed: (.+)", _going_on("Nachfrage beim Anbieter misslungen: {}")),
        (r"signing in failed: (.+)", _going_on("Anmeldung misslungen: {}")),
        (r"no answer within (.+) s", _fixed("keine Antwort innerhalb von {} s")),
        (r"too many requests(?: \((.+)\))?", lambda found: f"zu viele Anfragen ({found[1] or 'HTTP 429'})"),
        (r"connection refused", _fixed("Verbindung abgelehnt")),
        (r"timeout after sending", _fixed("Zeitüberschreitung nach dem Senden")),
        (r"reset after sending", _fixed("Verbindung nach dem Senden abgebrochen")),
        (r"stopped before the answer came", _fixed("abgebrochen, bevor die Antwort kam")),
        (
            r"(\d+) taken over: the run that sent it ended before the answer came",
            _fixed("{} übernommen: Der Lauf, der sie sendete, endete vor der Antwort"),
        ),
    )
)
