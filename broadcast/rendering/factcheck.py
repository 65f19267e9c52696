"""Every time, date, number, phone number and link in a text must be one of the facts."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from broadcast.localisation.phrase_book import Phrases
from broadcast.model.notice import Facts
from broadcast.rendering import phrase
from broadcast.rendering.clean import one_line
from broadcast.rendering.drill import visible_lines

#: Whole names and their short forms, so that "Lager 7. Maintenance" is no day in May.
_MONTHS = (
    "Jan(?:uar|uary)?|Feb(?:ruar|ruary)?|Mär(?:z)?|Mar(?:ch)?|Apr(?:il)?|Mai|May|Jun[ie]?|Jul[iy]?|Aug(?:ust)?"
    "|Sept?(?:ember)?|Okt(?:ober)?|Oct(?:ober)?|Nov(?:ember)?|Dez(?:ember)?|Dec(?:ember)?"
)
# Labels and local parts have the limits of the standards; without them, a word of 10,000 letters takes
# minutes.
_LABEL = r"[\w-]{1,63}"
_TOKEN = re.compile(
    rf"(?P<link>(?:https?://|mailto:|www\.)[^\s<>\"']+"
    rf"|\b{_LABEL}(?:\.{_LABEL}){{0,9}}\.[a-z]{{2,24}}/[^\s<>\"']*)"
    rf"|(?P<email>(?<![\w.+-])[\w.+-]{{1,256}}@{_LABEL}(?:\.{_LABEL})+)"
    r"|(?P<zone>\bUTC[+-]\d{1,2}(?::\d{2})?)"
    r"|(?=[\d(+])(?:(?P<iso>\d{4}-\d{2}-\d{2})"  # all that follows is tried at digits only
    r"|(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?!\d)(?:\s?[ap]\.?m\b)?)"
    rf"|(?P<day>(?<!\w)\d{{1,2}}\.\s?(?:\d{{1,2}}\.(?:\d{{4}})?|(?:{_MONTHS})\b)|\d{{1,2}}\s(?:{_MONTHS})\b)"
    r"|(?P<phone>(?<![\w/])(?:\+\d|\(?0\d)(?:[\d()/-]|[ .](?=[\d(])){4,30}\d(?![\d:]))"
    r"|(?P<number>(?<!\w)\d+(?:[.,:/]\d+)*))",
    re.IGNORECASE,
)
_HREF = re.compile(r"\b(?:href|src)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_STRAY = ".,;:!?)]}»“”\"'"
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """Everything that a text may state.

    `tokens` are single times, numbers, dates and links. `words` are the words of the commander and of the
    facts, in lower case, without the punctuation around them.
    """

    tokens: frozenset[str]
    words: frozenset[str]

    def besides(self, texts: Iterable[str]) -> KnownFacts:
        """Return these facts with further texts that count as true: shortened values, and `fixed` texts."""
        lines = [one_line(text) for text in texts]
        return KnownFacts(
            self.tokens | {_normal(match) for line in lines for match in _TOKEN.finditer(line)},
            self.words | {bare for line in lines for word in line.split() if (bare := _bare(word))},
        )


def contradictions(text: str, known: KnownFacts) -> tuple[str, ...]:
    """Return what `text` states and the facts do not hold, in order of appearance.

    A word that a person typed passes whole, because only the words of a template can be wrong. `INC-7` after
    a message that ends in a number must not become a new number.
    """
    words = [(word.end(), word[0]) for word in _WORD.finditer(text)]
    ends = [end for end, _ in words]
    stated: dict[str, str] = {}
    for match in _TOKEN.finditer(text):
        token = _normal(match)
        if token in known.tokens:
            continue
        first, last = bisect_right(ends, match.start()), bisect_left(ends, match.end())
        if not all(_bare(word) in known.words for _, word in words[first : last + 1]):
            stated[token] = match[0].rstrip(_STRAY)
    return tuple(stated.values())


def contradictions_html(html: str, known: KnownFacts) -> tuple[str, ...]:
    """Return the same for the visible text of a page and the targets of its links."""
    targets = (unescape(target) for target in _HREF.findall(html) if not target.startswith("#"))
    found = [contradictions(part, known) for part in (visible_lines(html), *targets)]
    return tuple(dict.fromkeys(spelled for part in found for spelled in part))


def known_values(facts: Facts, locale: str, words: Phrases) -> KnownFacts:
    """Return everything that a text about these facts may state in that language."""
    texts = (*_texts(facts, locale), *_spoken(facts, words), facts.link or "")
    numbers = (facts.hotline or "", *(number for _, number in facts.hotlines))
    return KnownFacts(frozenset(), frozenset()).besides((*texts, *map(phrase.dialled, numbers)))


def _texts(facts: Facts, locale: str) -> Iterable[str]:
    yield from (facts.organisation, facts.ref, facts.mark, str(facts.sequence))
    yield from (facts.worded(name, locale) or "" for name in _WORDED)
    yield from (service.name_in(locale) for service in facts.services)
    yield facts.hotline or ""
    yield from (number for _, number in facts.hotlines)
    yield from (str(left) for left in range(1, len(facts.services)))  # "and 2 more"
    yield facts.severity.value.removeprefix("sev")
    for contact_point in facts.alternatives:
        yield from (contact_point.kind, contact_point.value)
        yield from (contact_point.hours_in(locale), contact_point.label_in(locale))
    yield from (value for _, value in facts.variables)


_WORDED = (
    *("title", "message", "scope", "impact", "action", "cause", "data_loss"),
    *("correction", "instruction", "works"),
)


def _spoken(facts: Facts, words: Phrases) -> Iterable[str]:
    moments = (
        facts.as_of,
        facts.reported,
        facts.started,
        facts.detected,
        facts.ended,
        facts.next_update,
        facts.confirm_by,
        facts.window_starts,
        facts.window_ends,
        facts.former_starts,
        facts.former_ends,
        facts.corrects,
        facts.report,
        facts.authority_deadline,
    )
    for moment in moments:
        for shown in phrase.shown_as(moment) if moment else ():
            yield f"{phrase.clock_time(shown)} {phrase.day(shown, words)} {shown.date().isoformat()}"
            yield phrase.zone(shown, words)
    yield str(facts.minutes)
    if facts.lasted is not None:
        yield phrase.duration(facts.lasted, words)


def _bare(word: str) -> str:
    """Return `word` in lower case, from its first to its last letter or digit."""
    start, end = 0, len(word)
    while start < end and not word[start].isalnum():
        start += 1
    while end > start and not word[end - 1].isalnum():
        end -= 1
    return word[start:end].casefold()


def _normal(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[0].rstrip(_STRAY)
    if kind == "phone":
        return "phone " + re.sub(r"[^\d+]", "", text)
    if kind == "link":
        return "link " + re.sub(r"^https?://", "", text, flags=re.IGNORECASE).rstrip("/")
    if kind == "email":
        return "link mailto:" + text
    return f"{kind} {' '.join(text.split())}"
