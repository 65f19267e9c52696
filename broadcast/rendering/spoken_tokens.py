"""Find the parts of a text that a voice says in other words than they are written, in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from broadcast.rendering.words import every_language

_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?!\d|:\d)"
_TO = r"\s?[-–]\s?"
_DATE = r"(?<![\d.])(?:3[01]|[12]\d|0?[1-9])\.(?:1[0-2]|0?[1-9])\."
_YEAR = r"(?:\d{4}|\d{2})(?![\w:]|\.\d)"
_NUMBER = r"\d{1,9}(?:[.,]\d{1,9})?"
_UNIT = r"(?:(?:[Mm]ins?|[Ss]tdn?|[Ss]ek|[Ss]ecs?|[Hh]rs?|h|s|ms|MB|GB|TB)\b\.?|[%€])"
_LABEL = r"[\w-]{1,63}"
_LINK_END = r"[^\s<>\"'“”]*[^\s<>\"'“”.,;:!?)\]]"


@cache
def token() -> re.Pattern[str]:
    """Return the pattern of all such parts, with a group for each kind; people mix languages in a text."""
    spoken = every_language()
    days = {words.code: "|".join(words.language.short_weekdays) for words in spoken}
    short_months = _either(month for words in spoken for month in words.language.short_months)
    months = _either(month for words in spoken for month in words.language.months)
    weekdays = "|".join(
        rf"(?:{days[words.code]})(?:{_TO}|\s{words('spoken.to')}\s)(?:{days[words.code]})" for words in spoken
    )
    before_date = _either(
        rf"(?<=\b(?i:{word})\s)" for words in spoken for word in words.listed("written.before_date")
    )
    before_link = _either(
        f"[{word[0].upper()}{word[0]}]{word[1:]}"
        for words in spoken
        for word in words.listed("written.before_link")
    )
    shortened = (word for words in spoken for word in words.table("spoken.short"))
    short = _either(map(_abbreviation, _longest_first(shortened)))
    return re.compile(
        rf"(?P<slot>{SLOT_OPEN}\w*{SLOT_CLOSE})"
        rf"|(?P<link>(?:\b(?:{before_link})\s)?"
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
        rf"|(?P<day>\b(?:{'|'.join(days.values())})\.?,?\s(?:{_DATE}(?:{_YEAR})?|\d{{1,2}}\.?\s(?:{short_months}|{months})\b)"
        rf"|{_DATE}\d{{4}}(?!\w)|(?:{before_date}){_DATE}(?:{_YEAR})?"
        rf"|{_DATE}(?=,|\s(?:bis|ab|um|von|und|fällt)\s)|(?<![\d.:])\d{{1,2}}\s(?:{short_months})\b)"
        r"|(?P<phone>(?<![\w/])(?<!\d[.,])(?:\+\d|\(?0\d)(?:[\d()/-]|[ .](?=[\d(])){4,}\d(?![\d:]))"
        r"|(?P<release>\b[Vv](?:ersion\s)?\d{1,4}(?:\.\d{1,4}){1,5}(?!\w|\.\d)"
        r"|(?<![\w.])(?!\d{1,3}(?:\.\d{3})+(?![\w.]))\d{1,4}(?:\.\d{1,4}){2,5}(?!\w|\.\d))"
        rf"|(?<![\w.,:/-])(?P<amount>{_NUMBER}(?:{_TO}{_NUMBER})?\s?{_UNIT})"
        rf"|(?P<euros>€\s?{_NUMBER})"
        r"|(?<![\w/])(?P<always>24/7)(?![\w/])"
        rf"|(?<![\w.,:/-])(?P<between>\d{{1,4}}{_TO}\d{{1,4}})(?![\w:/-]|[.,]\d)"
        r"|(?<![\d:])(?P<ratio>\d{1,9}:\d{1,9})(?![\d:])"
        rf"|\b(?P<weekdays>{weekdays})\b"
        rf"|(?<![\w.])(?P<short>(?i:{short}))"
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


def _either(patterns: Iterable[str]) -> str:
    return "|".join(dict.fromkeys(patterns))


def _longest_first(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts), key=len, reverse=True)


def _abbreviation(short: str) -> str:
    """Return the pattern of `z.b.`, which may have spaces after its dots."""
    return r"\.\s?".join(map(re.escape, short.split("."))).removesuffix(r"\s?")
