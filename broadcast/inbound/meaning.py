"""The meaning of a message that a person sent: stop, yes, no, an option of a question, or something else.

People write `Stopp!`, `STOP bitte`, `ja, bin dran` and `ok 👍`. The first word decides, and only if little
follows it: a sentence that begins with "stop" is for people to read. A short one that was not meant so costs
little: the answer says that messages end, and how to get them again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

_WORD = re.compile(r"\w+")
#: So many words after a word that decides are still a way of saying it.
_MORE = 3
#: Twilio's words, and German ones, which Twilio does not know
#: (https://www.twilio.com/docs/messaging/features/advanced-opt-out, 2026-11-29).
_STOP = frozenset(
    (
        *("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"),
        *("stopp", "stoppen", "abmelden", "abbestellen", "austragen", "beenden", "kündigen", "abmeldung"),
    )
)
_START = frozenset(("start", "unstop", "subscribe", "anmelden", "starten"))
_YES = frozenset(
    (
        *("yes", "y", "ok", "okay", "yep", "confirm", "confirmed", "ack", "1"),
        *("ja", "j", "jo", "jawohl", "bestätigt", "bestätige", "verstanden", "übernehme", "👍"),
    )
)
_NO = frozenset(("no", "n", "nope", "nein", "ne", "9", "👎"))
_PASS_ON = frozenset(("pass", "weiter", "5"))
#: "No problem, on it" refuses nothing.
_NO_REFUSALS = (["problem"], ["problems"], ["worries"], ["prob"])
_AMBIGUOUS = frozenset(("end", "cancel", "quit", "beenden", "kündigen", "revoke"))


class Meaning(StrEnum):
    """What a person wants."""

    STOP = "stop"
    START = "start"
    YES = "yes"
    NO = "no"
    FORWARD = "pass-on"
    OPTION = "option"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Understood:
    """A message and what it means; `option` is the answer that was chosen."""

    meaning: Meaning
    option: str = ""


def understand(text: str, options: Sequence[str] = ()) -> Understood:
    """Return what a message means.

    Args:
        text: The message as the person wrote it.
        options: The answers of the question that the person was asked last; a person may write an option, its
            first letter if no other option has it, or its number.

    Example:
        >>> understand("Stopp!").meaning
        <Meaning.STOP: 'stop'>
    """
    words = _words(text)
    if not words or len(words) > 1 + _MORE or words[1:2] in _NO_REFUSALS:
        return Understood(Meaning.OTHER)
    first, alone = words[0], len(words) == 1
    if first in _STOP and (alone or first not in _AMBIGUOUS):
        return Understood(Meaning.STOP)
    chosen = _chosen(first, options)
    if chosen:
        return Understood(Meaning.OPTION, chosen)
    for meaning, known in _MEANINGS:
        if first in known:
            return Understood(meaning)
    return Understood(Meaning.OTHER)


_MEANINGS = (
    (Meaning.YES, _YES),
    (Meaning.NO, _NO),
    (Meaning.FORWARD, _PASS_ON),
    (Meaning.START, _START),
)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _WORD.findall(folded) or [sign for sign in folded.split() if sign in _YES | _NO]


def _chosen(word: str, options: Sequence[str]) -> str:
    """Return the option that a word names: itself, its number, or a first letter that no other option has."""
    spelled = {option.casefold(): option for option in options}
    if word in spelled:
        return spelled[word]
    if word.isdecimal() and 1 <= int(word) <= len(options):
        return options[int(word) - 1]
    alike = [option for lower, option in spelled.items() if len(word) == 1 and lower.startswith(word)]
    return alike[0] if len(alike) == 1 else ""
