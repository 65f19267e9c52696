"""The meaning of a message that a person sent: stop, yes, no, an option of a question, or something else.

People write `Stopp!`, `STOP bitte`, `ja, bin dran` and `ok 👍`. The first word decides, and only if little
follows it: a sentence that begins with "stop" is for people to read. A short one that was not meant so costs
little: the answer says that messages end, and how to get them again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_WORD = re.compile(r"\w+")
#: Colours of hands and the sign that makes a character an emoji: they change no meaning.
_MODIFIERS = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u200d]")
#: Where a mail program, or a person, begins to quote what we sent: our words are no answer.
_QUOTED = re.compile(
    r"^\s*(>|\|\s|-{4,}|_{4,}|(am|on)\b.{0,200}\b(schrieb|wrote)\b.*:?\s*$)", re.IGNORECASE | re.MULTILINE
)
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
        *("ja", "j", "jo", "jawohl", "bestätigt", "bestätige", "verstanden", "übernehme"),
        *("👍", "👌", "✅", "✔", "🆗"),
    )
)
_NO = frozenset(("no", "n", "nope", "nein", "ne", "9", "-1", "👎", "❌", "🚫"))
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


_MEANINGS = {
    **dict.fromkeys(_START, Meaning.START),
    **dict.fromkeys(_PASS_ON, Meaning.FORWARD),
    **dict.fromkeys(_NO, Meaning.NO),
    **dict.fromkeys(_YES, Meaning.YES),
}


@dataclass(frozen=True, slots=True)
class Understood:
    """A message and what it means; `option` is the answer that was chosen."""

    meaning: Meaning
    option: str = ""


def understand(text: str, options: Sequence[str] = ()) -> Understood:
    """Return what a message means.

    Args:
        text: The message as the person wrote it; what it quotes is left out.
        options: The answers of the question that the person was asked last. A person may write an option or
            its beginning, its number, a first letter that no other option has, or a word for yes or no if one
            option says the same in any language.

    Example:
        >>> understand("Stopp!").meaning
        <Meaning.STOP: 'stop'>
        >>> understand("ja", ["yes", "no"]).option
        'yes'
    """
    said = _unquoted(text)
    words = _words(said)
    short = _is_short(words)
    if short and words[0] in _STOP and (len(words) == 1 or words[0] not in _AMBIGUOUS):
        return Understood(Meaning.STOP)
    chosen = _same(said, options) or _chosen(words, options)
    if chosen:
        return Understood(Meaning.OPTION, chosen)
    if not short or words[1:2] in _NO_REFUSALS:
        return Understood(Meaning.OTHER)
    return _usual(words[0], options)


def is_short(text: str) -> bool:
    """Return whether a message is so short that it was meant as an answer."""
    return _is_short(_words(_unquoted(text)))


def _is_short(words: Sequence[str]) -> bool:
    return 1 <= len(words) <= 1 + _MORE


def _usual(first: str, options: Sequence[str]) -> Understood:
    """Return the usual meaning of a first word; the option that means the same, if there is one."""
    meaning = _MEANINGS.get(first, Meaning.OTHER)
    # A number is that of an option, and no word for yes or no.
    alike = [one for one in options if not first.isdecimal() and _first_meaning(one) is meaning]
    if meaning in {Meaning.YES, Meaning.NO} and len(alike) == 1:
        return Understood(Meaning.OPTION, alike[0])
    if options and meaning is Meaning.YES:
        return Understood(Meaning.OTHER)  # a poll is not answered by a yes that is none of its options
    return Understood(meaning)


def _first_meaning(option: str) -> Meaning | None:
    """Return what the first word of an option means: `yes` for "Ja, sofort"."""
    return next((_MEANINGS.get(word) for word in _words(option)), None)


def _unquoted(text: str) -> str:
    """Return a message without what it quotes; all of it, if it begins with that."""
    found = _QUOTED.search(text)
    return (text[: found.start()] if found else "").strip() or text


def _words(text: str) -> list[str]:
    folded = _MODIFIERS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    stripped = folded.strip(" .!")
    if stripped in _NO:
        return [stripped]
    signs = [sign for sign in folded if sign in _YES | _NO]
    return _WORD.findall(folded) or signs


def _same(text: str, options: Sequence[str]) -> str:
    """Return the option that a message is, whatever its capitals and signs."""
    folded = unicodedata.normalize("NFKC", text).casefold().split()
    return next(
        (one for one in options if unicodedata.normalize("NFKC", one).casefold().split() == folded), ""
    )


def _chosen(words: Sequence[str], options: Sequence[str]) -> str:
    """Return the option that these words name: by itself, its number, its beginning, or its first letter."""
    spelled = {option: _words(option) for option in options}
    begun = [one for one, own in spelled.items() if own and [*words[: len(own)]] == own]
    if begun and words[1:2] not in _NO_REFUSALS:
        longest = max(begun, key=lambda one: len(spelled[one]))
        return longest if len(words) <= len(spelled[longest]) + _MORE else ""
    if not _is_short(words):
        return ""
    first = words[0]
    if first.isascii() and first.isdecimal() and 1 <= int(first) <= len(options):
        return options[int(first) - 1]
    letter = first if len(words) == len(first) == 1 else ""
    beginnings: Sequence[Callable[[list[str]], bool]] = (
        lambda own: own[: len(words)] == [*words],
        lambda own: own[:1] == [first],
        lambda own: bool(letter and own and own[0].startswith(letter)),
    )
    fitting = ([one for one, own in spelled.items() if fits(own)] for fits in beginnings)
    alike = next(filter(None, fitting), [])
    return alike[0] if len(alike) == 1 else ""
