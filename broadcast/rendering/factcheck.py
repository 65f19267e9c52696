"""Every time, date, number, phone number and link in a text must be one of the facts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from broadcast.model.notice import Facts
from broadcast.rendering import phrase
from broadcast.rendering.clean import one_line
from broadcast.rendering.drill import visible_lines
from broadcast.rendering.words import ENGLISH, GERMAN, Words

_MONTHS = "|".join(dict.fromkeys(month for words in (GERMAN, ENGLISH) for month in words.months))
# Labels and local parts are no longer than the standards let them be: without that, a word of 10,000
# letters takes minutes.
_LABEL = r"[\w-]{1,63}"
_TOKEN = re.compile(
    rf"(?P<link>(?:https?://|mailto:|www\.)[^\s<>\"']+"
    rf"|\b{_LABEL}(?:\.{_LABEL}){{0,9}}\.[a-z]{{2,24}}/[^\s<>\"']*)"
    rf"|(?P<email>[\w.+-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+)"
    r"|(?P<iso>\d{4}-\d{2}-\d{2})"
    r"|(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?!\d)(?:\s?[ap]\.?m\b)?)"
    rf"|(?P<day>(?<!\w)\d{{1,2}}\.\s?(?:\d{{1,2}}\.(?:\d{{4}})?|(?:{_MONTHS})\w*)|\d{{1,2}}\s(?:{_MONTHS})\w*)"
    r"|(?P<phone>(?<![\w/])(?:\+\d|\(?0\d)(?:[\d()/-]|[ .](?=[\d(])){4,}\d(?![\d:]))"
    r"|(?P<number>(?<!\w)\d+(?:[.,:/]\d+)*)",
    re.IGNORECASE,
)
_HREF = re.compile(r"\b(?:href|src)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_STRAY = ".,;:!?)]}»“”\"'"


@dataclass(frozen=True, slots=True)
class Known:
    """What a text may state: `tokens` are single times, numbers and links, `phrases` whole wordings."""

    tokens: frozenset[str]
    phrases: tuple[str, ...]


def contradictions(text: str, known: Known) -> tuple[str, ...]:
    """What `text` states and the facts do not hold, in order of appearance.

    The commander's wordings are taken out as a whole first: what they touch must not change their numbers.
    """
    rest = text
    for wording in known.phrases:
        spelled = r"\s+".join(re.escape(word) for word in wording.split())
        rest = re.sub(rf"(?<![\w:.,/+-]){spelled}(?!\w|[:.,/-]\w)", "\n", rest)
    stated = {_normal(match): match[0].rstrip(_STRAY) for match in _TOKEN.finditer(rest)}
    return tuple(shown for token, shown in stated.items() if token not in known.tokens)


def contradictions_html(html: str, known: Known) -> tuple[str, ...]:
    """The same for what a page shows, and for where its links lead."""
    targets = (unescape(target) for target in _HREF.findall(html) if not target.startswith("#"))
    found = [contradictions(part, known) for part in (visible_lines(html), *targets)]
    return tuple(dict.fromkeys(spelled for part in found for spelled in part))


def known_values(facts: Facts, locale: str, words: Words, further: Iterable[str] = ()) -> Known:
    """Everything a text about these facts may state.

    `further` are texts that vouch for themselves: shortened values, and what a template calls `fixed`.
    """
    wordings = [one_line(text) for text in (*_texts(facts, locale), *further)]
    texts = [*wordings, *_spoken(facts, words), facts.link or "", phrase.dialled(facts.hotline or "")]
    return Known(
        tokens=frozenset(_normal(match) for text in texts for match in _TOKEN.finditer(text)),
        phrases=tuple(sorted({text for text in wordings if text}, key=len, reverse=True)),
    )


def _texts(facts: Facts, locale: str) -> Iterable[str]:
    yield from (facts.organisation, facts.ref, facts.mark, str(facts.sequence))
    yield from (facts.worded(name, locale) or "" for name in _WORDED)
    yield from (service.name_in(locale) for service in facts.services)
    yield facts.hotline or ""
    for way in facts.alternatives:
        yield from (way.kind, way.value, way.hours_in(locale))
    yield from (value for _, value in facts.variables)


_WORDED = ("title", "message", "scope", "impact", "action", "cause", "data_loss")


def _spoken(facts: Facts, words: Words) -> Iterable[str]:
    moments = (
        facts.as_of,
        facts.started,
        facts.detected,
        facts.ended,
        facts.next_update,
        facts.window_ends,
        facts.corrects,
    )
    for moment in moments:
        if moment is not None:
            yield f"{phrase.clock_time(moment)} {phrase.day(moment, words)} {moment.date().isoformat()}"
    yield phrase.duration((facts.ended or facts.as_of) - facts.started, words)


def _normal(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[0].rstrip(_STRAY)
    if kind == "phone":
        return "phone " + re.sub(r"[^\d+]", "", text)
    if kind == "link":
        return "link " + re.sub(r"^https?://", "", text, flags=re.IGNORECASE).rstrip("/")
    if kind == "email":
        return "link mailto:" + text
    return f"{kind} {' '.join(text.split())}"
