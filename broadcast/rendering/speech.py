"""What a text sounds like: times, days, numbers and references as people say them, and nothing unspeakable.

The result is plain words, so that every voice reads them alike, whatever markup its provider takes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from broadcast.rendering import spoken_forms
from broadcast.rendering.spoken_language import LONG_MONTHS, SHORT, SpokenLanguage, spoken_language_for
from broadcast.rendering.words import ENGLISH, GERMAN, Words

# Measured with espeak-ng at 150 words a minute on our own announcements; digits said one by one take longer.
_CHARACTERS_A_SECOND = 13.0
_SECONDS_A_LONE_SIGN = 0.3
_SECONDS_A_PAUSE = 0.25

_GERMAN_DAYS, _ENGLISH_DAYS = "|".join(GERMAN.weekdays), "|".join(ENGLISH.weekdays)
_MONTHS = "|".join(dict.fromkeys((*GERMAN.months, *ENGLISH.months)))
_FULL_MONTHS = "|".join(LONG_MONTHS)
_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?!\d|:\d)"
_TO = r"\s?[-–]\s?"
_DATE = r"(?<![\d.])(?:3[01]|[12]\d|0?[1-9])\.(?:1[0-2]|0?[1-9])\."
_YEAR = r"(?:\d{4}|\d{2})(?![\w:]|\.\d)"
# "3.12." alone may be a version at the end of a sentence: these words before it make it a date.
_BEFORE_A_DATE = "|".join(
    rf"(?<=\b(?i:{word})\s)"
    for word in (
        *("am", "ab", "on", "by", "to", "bis", "vom", "zum", "dem", "den", "der", "von", "vor", "und"),
        *("and", "seit", "nach", "from", "until"),
    )
)
_NUMBER = r"\d{1,9}(?:[.,]\d{1,9})?"
_UNIT = r"(?:(?:[Mm]ins?|[Ss]tdn?|[Ss]ek|[Ss]ecs?|[Hh]rs?|h|s|ms|MB|GB|TB)\b\.?|[%€])"
_LABEL = r"[\w-]{1,63}"
_LINK_END = r"[^\s<>\"'“”]*[^\s<>\"'“”.,;:!?)\]]"
_SHORT = "|".join(r"\.\s?".join(map(re.escape, short.split("."))).removesuffix(r"\s?") for short in SHORT)
_TOKEN = re.compile(
    rf"(?P<slot>{SLOT_OPEN}\w*{SLOT_CLOSE})"
    r"|(?P<link>(?:\b(?:[Uu]nter|[Aa]uf|[Üü]ber|[Vv]ia|[Oo]n|[Aa]t)\s)?"
    rf"(?:(?i:https?://|www\.){_LINK_END}|(?i:https?:/*|www\.)"
    rf"|(?<![\w.@-]){_LABEL}(?:\.{_LABEL}){{0,5}}\.[a-z]{{2,24}}/(?:{_LINK_END})?))"
    r"|(?P<email>(?i:\b(?:(?:per|via|by)\s)?e?-?mails?(?:\sus)?\b(?::\s(?:an\s|to\s)?|\s(?:an|to|at)\s))?"
    r"(?:\b(?:an|[Uu]nter|auf|[Pp]er|[Vv]ia|to|at|by)\b:?\s)?(?:mailto:)?"
    rf"(?<![\w.+-])[\w.+-]{{1,64}}@{_LABEL}(?:\.{_LABEL}){{1,9}})"
    r"|(?P<mark>(?:\b(?:[Vv]organg|[Rr]eferenz|[Rr]eference|[Ii]ncident)\s)?"
    r"\[?\bINC-\d{1,9}(?:/\d{1,9})?\b)\]?"
    r"|\b(?P<severity>(?:SEV|sev)-?[1-4])\b"
    rf"|(?<![\d:])(?P<span>{_TIME}{_TO}{_TIME})(?:\sUhr\b)?"
    rf"|(?<![\d:])(?P<zoned>{_TIME}(?:\sUhr)?\s\([^()\s]{{2,9}}\))(?:\sUhr\b)?"
    r"|(?<![\d:.])(?P<half_day>(?:1[0-2]|0?[1-9])(?::[0-5]\d)?\s?(?i:[ap]\.m\.|[ap]m\b))"
    r"|(?<![\d:])(?P<second>(?:[01]?\d|2[0-3]):[0-5]\d:[0-5]\d)(?![\d:])(?:\sUhr\b)?"
    rf"|(?<![\d:])(?P<time>{_TIME})(?:\sUhr\b)?"
    r"|(?<![\d.])(?P<dotted>(?:[01]?\d|2[0-4])\.[0-5]\d)\sUhr\b"
    r"|(?<![\w-])(?P<iso_day>\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:T(?=\d)|(?![\w-])))"
    r"|(?<![\w.])(?P<address>(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?)(?![\w:]|\.\d)"
    rf"|(?P<day>\b(?:{_GERMAN_DAYS}|{_ENGLISH_DAYS})\.?,?\s(?:{_DATE}(?:{_YEAR})?|\d{{1,2}}\.?\s(?:{_MONTHS}|{_FULL_MONTHS})\b)"
    rf"|{_DATE}\d{{4}}(?!\w)|(?:{_BEFORE_A_DATE}){_DATE}(?:{_YEAR})?"
    rf"|{_DATE}(?=,|\s(?:bis|ab|um|von|und|fällt)\s)|(?<![\d.:])\d{{1,2}}\s(?:{_MONTHS})\b)"
    r"|(?P<phone>(?<![\w/])(?<!\d[.,])(?:\+\d|\(?0\d)(?:[\d()/-]|[ .](?=[\d(])){4,}\d(?![\d:]))"
    r"|(?P<release>\b[Vv](?:ersion\s)?\d{1,4}(?:\.\d{1,4}){1,5}(?!\w|\.\d)"
    r"|(?<![\w.])(?!\d{1,3}(?:\.\d{3})+(?![\w.]))\d{1,4}(?:\.\d{1,4}){2,5}(?!\w|\.\d))"
    rf"|(?<![\w.,:/-])(?P<amount>{_NUMBER}(?:{_TO}{_NUMBER})?\s?{_UNIT})"
    rf"|(?P<euros>€\s?{_NUMBER})"
    r"|(?<![\w/])(?P<always>24/7)(?![\w/])"
    rf"|(?<![\w.,:/-])(?P<between>\d{{1,4}}{_TO}\d{{1,4}})(?![\w:/-]|[.,]\d)"
    r"|(?<![\d:])(?P<ratio>\d{1,9}:\d{1,9})(?![\d:])"
    rf"|\b(?P<weekdays>(?:{_GERMAN_DAYS})(?:{_TO}|\sbis\s)(?:{_GERMAN_DAYS})"
    rf"|(?:{_ENGLISH_DAYS})(?:{_TO}|\sto\s)(?:{_ENGLISH_DAYS}))\b"
    rf"|(?<![\w.])(?P<short>(?i:{_SHORT}))"
    r"|(?<![\w-])(?P<capitals>[A-ZÄÖÜ]{2,40})(?![\w-]|\.\w)"
    r"|(?<=\w)\((?P<ending>\w{1,10})\)"
    r"|(?P<bracket>[()]|\[(?=\w)|(?<=[\w.!?])\])"
    r"|(?P<also>&)"
    r"|(?P<hanging>(?<=\w)-(?=\s(?:und|oder|bzw\.|and|or)\b))"  # "Vertriebs- und Service-Gesellschaft"
    r"|(?P<dash>[-–—•](?=\s))"
    r"|(?P<slash>(?<=\w\w)/(?=\w[^\W\d])|(?<=[^\W\d]\w)/(?=\w\w))"
    r"|(?P<colon>(?<=\d):(?=\d))"
    r"|(?P<silent>[*_#`|<>{}^~\[\]\\@\"“”„«»‟]|(?<!\w)['‘\u201a’\u2039\u203a]|['‘’\u2039\u203a](?!\w))"
)
_LONE_SIGN = re.compile(r"(?<!\w)\w(?!\w)")
_PAUSE = re.compile(r"[.,:;?!](?=\s|$)")
_NEXT_SENTENCE = re.compile(r"\s+[A-ZÄÖÜ]")  # no full stop of a sentence touches a link
_NEW_SENTENCE = re.compile(r"\s*$|\s+[„“\"(]?[A-ZÄÖÜ]")
_MARKS = frozenset(".:;?!")
_PICTURES = frozenset({"So", "Sk", "Me"})
_JOINTS = frozenset("\ufe0f\u200d\u00ad")  # they make one picture, or one word, of several

Saying = Callable[[str, SpokenLanguage], str]
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
    "also": lambda _, spoken: f" {spoken.also} ",
    "hanging": lambda _, __: "",
    "dash": lambda _, __: ",",
    "slash": lambda _, __: ", ",
    "colon": lambda _, __: " ",
    "silent": lambda _, __: " ",
}
#: What may end with a full stop of its own, which is a sentence's too where a new one begins behind it.
_WITH_A_STOP = frozenset({"day", "amount", "half_day", "short"})


def spoken(text: str, words: Words, site: str | None = None) -> str:
    """Return `text` on one line as it is said aloud; an incident's number and a phone number digit by digit.

    Links and addresses are only mentioned; brackets, quotation marks, pictures, markup and bullets are left
    out: nobody can listen to them. `site` is a link to our own page: other hosts are not called ours. None
    counts every link as ours.
    """
    spoken = spoken_language_for(words.language)
    host = None if site is None else spoken_forms.host_of(site)

    def say(match: re.Match[str]) -> str:
        kind = match.lastgroup or "silent"
        if kind == "link":
            said = spoken_forms.link(match[kind], spoken, host, match.string[: match.start()])
            return f"{said}." if _NEXT_SENTENCE.match(match.string, match.end()) else said
        said = _SAYINGS[kind](match[kind], spoken)
        return f"{said.rstrip('.')}." if _ends_here(match) else said

    said = _tidied(_TOKEN.sub(say, "".join(filter(_is_spoken, text))))
    said = re.sub(r"(?<=\d):(?=\d)(?!\d\d [ap]m)", ": ", said)  # what was put together here
    once = re.sub(
        rf"({spoken.by_email})(?:,? (?:{spoken.also}|{spoken.either}|/) {spoken.by_email})+", r"\1", said
    )
    return _drilled(text, once, words.drill)


def seconds(text: str) -> int:
    """About how long a calm voice takes to say `text`, which is `spoken` already."""
    lone, pauses = len(_LONE_SIGN.findall(text)), len(_PAUSE.findall(text))
    exact = len(text) / _CHARACTERS_A_SECOND + lone * _SECONDS_A_LONE_SIGN + pauses * _SECONDS_A_PAUSE
    return round(exact)


def words(text: str) -> int:
    """Return how many words `text`, which is `spoken` already, has; a digit said alone is one."""
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
    """Single spaces, none before a mark, and no comma where there is a mark already."""
    marked = re.sub(r"\s+(?=[.,:;?!](?:\s|$))", "", " ".join(text.split()))
    single = re.sub(r"(?<!,),+(?=[.:;?!])", "", marked)
    single = re.sub(r"(?<!\.)([.?!])\.(?=\s|$)", r"\1", single)  # a title that asks, a picture left out
    single = re.sub(r"[:;]\.(?=\s|$)", ".", single)
    return re.sub(r"(?<!,),+(?=\s|$)", _comma, single).strip(", ")


def _comma(commas: re.Match[str]) -> str:
    return "" if commas.string[max(0, commas.start() - 1) : commas.start()] in _MARKS else ","


def _drilled(written: str, said: str, mark: str) -> str:
    """Return a drill's mark as a sentence of its own, first and last."""
    word = mark.capitalize()
    if written.lstrip("[( *").startswith(mark):
        said = re.sub(rf"^(?:{word}\b(?!-)[.:,]?\s*)+", f"{word}. ", said)
    if written.rstrip("]). *").endswith(mark):
        said = re.sub(rf"(?:[.,:;]?\s*(?<![\w-]){word}\b\.?)+$", f". {word}.", said)
    return said.removeprefix(". ").strip()
