"""The spoken form of a text: times, days, numbers and references in words, without signs that voices misread.

The result has only plain words, so that every voice reads it alike, whatever markup its provider uses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from broadcast.localisation.phrase_book import Phrases
from broadcast.rendering import spoken_forms
from broadcast.rendering.spoken_tokens import token

# Measured with espeak-ng at 150 words a minute on our own announcements; digits said one by one take longer.
_CHARACTERS_A_SECOND = 13.0
_SECONDS_A_LONE_SIGN = 0.3
_SECONDS_A_PAUSE = 0.25

_LONE_SIGN = re.compile(r"(?<!\w)\w(?!\w)")
_PAUSE = re.compile(r"[.,:;?!](?=\s|$)")
_NEXT_SENTENCE = re.compile(r"\s+[A-ZÄÖÜ]")  # no full stop of a sentence touches a link
_NEW_SENTENCE = re.compile(r"\s*$|\s+[„“\"(]?[A-ZÄÖÜ]")
_PUNCTUATION = frozenset(".:;?!")
_PICTURES = frozenset({"So", "Sk", "Me"})
_JOINTS = frozenset("\ufe0f\u200d\u00ad")  # they make one picture, or one word, of several

Saying = Callable[[str, Phrases], str]
_SAYINGS: Mapping[str, Saying] = {
    "slot": lambda slot, _: slot,
    "email": spoken_forms.email,
    "mark": spoken_forms.mark,
    "severity": spoken_forms.severity,
    "span": spoken_forms.span,
    "zoned": spoken_forms.zoned,
    "half_day": spoken_forms.half_day,
    "second": spoken_forms.second,
    "time": spoken_forms.time,
    "dotted": spoken_forms.time,
    "iso_day": spoken_forms.iso_day,
    "address": spoken_forms.address,
    "day": spoken_forms.day,
    "phone": spoken_forms.phone,
    "release": spoken_forms.release,
    "amount": spoken_forms.amount,
    "euros": spoken_forms.euros,
    "always": spoken_forms.always,
    "between": spoken_forms.between,
    "ratio": spoken_forms.ratio,
    "weekdays": spoken_forms.weekdays,
    "short": spoken_forms.short,
    "capitals": spoken_forms.capitals,
    "ending": lambda letters, _: letters,
    "bracket": lambda _, __: ", ",
    "also": lambda _, words: f" {words('conjunction')} ",
    "hanging": lambda _, __: "",
    "dash": lambda _, __: ",",
    "slash": lambda _, __: ", ",
    "colon": lambda _, __: " ",
    "silent": lambda _, __: " ",
}
#: Kinds that may end with a full stop; it ends the sentence, too, if a new sentence begins after it.
_WITH_A_STOP = frozenset({"day", "amount", "half_day", "short"})


def spoken(text: str, words: Phrases, site: str | None = None) -> str:
    """Return `text` on one line as a voice says it; phone numbers and incident numbers digit by digit.

    Links and addresses are only mentioned. Brackets, quotation marks, pictures, markup and bullets are left
    out. `site` is a link to our own page, so that links to other hosts are not called ours; with None, every
    link counts as ours.
    """
    host = None if site is None else spoken_forms.host_of(site)

    def say(match: re.Match[str]) -> str:
        kind = match.lastgroup or "silent"
        if kind == "link":
            said = spoken_forms.link(match[kind], words, host, match.string[: match.start()])
            return f"{said}." if _NEXT_SENTENCE.match(match.string, match.end()) else said
        said = _SAYINGS[kind](match[kind], words)
        return f"{said.rstrip('.')}." if _ends_here(match) else said

    said = _tidied(token().sub(say, "".join(filter(_is_spoken, text))))
    said = re.sub(r"(?<=\d):(?=\d)(?!\d\d [ap]m)", ": ", said)  # digits that became neighbours only here
    by_email, also, either = words("spoken.by_email"), words("conjunction"), words("spoken.either")
    once = re.sub(rf"({by_email})(?:,? (?:{also}|{either}|/) {by_email})+", r"\1", said)
    return _drilled(text, once, words("drill"))


def seconds(text: str) -> int:
    """Return about how many seconds a calm voice needs for `text`, which is already in spoken form."""
    lone, pauses = len(_LONE_SIGN.findall(text)), len(_PAUSE.findall(text))
    exact = len(text) / _CHARACTERS_A_SECOND + lone * _SECONDS_A_LONE_SIGN + pauses * _SECONDS_A_PAUSE
    return round(exact)


def words(text: str) -> int:
    """Return the number of words of `text`, which is already in spoken form; a single digit is one."""
    return len(text.split())


def _ends_here(match: re.Match[str]) -> bool:
    if not match[0].endswith(".") or match.lastgroup not in _WITH_A_STOP:
        return False
    if match.lastgroup == "short":  # "z. B. Chat" goes on
        return match.end() == len(match.string)
    return _NEW_SENTENCE.match(match.string, match.end()) is not None


def _is_spoken(character: str) -> bool:
    return unicodedata.category(character) not in _PICTURES and character not in _JOINTS


def _tidied(text: str) -> str:
    """Return `text` with single spaces, no space before a mark, and no comma beside another mark."""
    spaced = re.sub(r"\s+(?=[.,:;?!](?:\s|$))", "", " ".join(text.split()))
    single = re.sub(r"(?<!,),+(?=[.:;?!])", "", spaced)
    single = re.sub(r"(?<!\.)([.?!])\.(?=\s|$)", r"\1", single)  # a title that asks, a picture left out
    single = re.sub(r"[:;]\.(?=\s|$)", ".", single)
    return re.sub(r"(?<!,),+(?=\s|$)", _comma, single).strip(", ")


def _comma(commas: re.Match[str]) -> str:
    return "" if commas.string[max(0, commas.start() - 1) : commas.start()] in _PUNCTUATION else ","


def _drilled(written: str, said: str, word: str) -> str:
    """Return the drill word as a sentence of its own, first and last."""
    spoken = word.capitalize()
    if written.lstrip("[( *").startswith(word):
        said = re.sub(rf"^(?:{spoken}\b(?!-)[.:,]?\s*)+", f"{spoken}. ", said)
    if written.rstrip("]). *").endswith(word):
        said = re.sub(rf"(?:[.,:;]?\s*(?<![\w-]){spoken}\b\.?)+$", f". {spoken}.", said)
    return said.removeprefix(". ").strip()
