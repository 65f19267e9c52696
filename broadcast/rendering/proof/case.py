"""One text under check, and the words in it that are the template's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from broadcast.localisation.phrase_book import Phrases
from broadcast.model.channel import ChannelKind
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation, situation_of
from broadcast.rendering import speech
from broadcast.rendering.catalogue import PUBLIC
from broadcast.rendering.clean import one_line
from broadcast.rendering.drill import visible, visible_lines
from broadcast.rendering.placement import PUBLISHED
from broadcast.rendering.prose import GIVEN
from broadcast.rendering.render import Rendered
from broadcast.rendering.text_draft import OUTSIDE
from broadcast.rendering.words import words_for

__all__ = ["GIVEN", "Case", "Problem", "given", "lines", "moments", "own", "parts"]

#: A problem, and its correction.
Problem: TypeAlias = tuple[str, str]
_WORDED = (
    *("title", "message", "scope", "impact", "action", "cause", "data_loss"),
    *("correction", "instruction", "works"),
)
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+|www\.\S+")


@dataclass(frozen=True, slots=True)
class Case:
    """One text under check."""

    audience: str
    locale: str
    kind: ChannelKind
    facts: Facts

    @property
    def public(self) -> bool:
        """Whether it is public."""
        return self.audience == PUBLIC or self.kind in PUBLISHED

    @property
    def outside(self) -> bool:
        """Whether its readers are customers or drivers."""
        return self.public or self.audience in OUTSIDE

    @property
    def situation(self) -> Situation:
        """The situation that it is about."""
        return situation_of(self.facts, outside=self.audience in OUTSIDE)

    @property
    def spoken(self) -> bool:
        """Whether a voice says it."""
        return self.kind.spoken

    @property
    def words(self) -> Phrases:
        """The program's words in its language."""
        return words_for(self.locale)

    @property
    def language(self) -> str:
        """The language, such as `de`; "" for a language that we lack."""
        language = self.words.code
        return language if self.locale.lower().startswith(language) else ""


def parts(rendered: Rendered) -> tuple[str, ...]:
    """Return what people read of a message: subject, text, and what the HTML shows."""
    message = rendered.message
    html = visible(message.html) if message.html else None
    return tuple(part for part in (message.subject, message.text, html) if part)


def lines(rendered: Rendered) -> tuple[str, ...]:
    """Return the same with a line for each list item and paragraph of the HTML."""
    html = rendered.message.html
    return (*parts(rendered)[: -1 if html else None], *((visible_lines(html),) if html else ()))


def given(facts: Facts, locale: str, *, spoken: bool = False) -> tuple[str, ...]:
    """Return every typed or configured text in the forms that a text of that language may have."""
    typed = {one_line(text) for text in _typed(facts, locale) if text and text.strip()}
    if spoken:
        words = words_for(locale)
        typed |= {speech.spoken(text, words) for text in typed}
    return tuple(sorted(filter(None, typed), key=lambda text: (-len(text), text)))


def _typed(facts: Facts, locale: str) -> Iterator[str | None]:
    yield from (facts.worded(name, locale) for name in _WORDED)
    yield from (facts.organisation, facts.link, facts.hotline, facts.mark, facts.ref)
    yield from (service.name_in(locale) for service in facts.services)
    yield from (value for _, value in (*facts.variables, *facts.hotlines))
    for contact_point in facts.alternatives:
        yield from (contact_point.value, contact_point.hours_in(locale))


def own(part: str, case: Case) -> str:
    """Return `part` with a sign in place of typed words, links and addresses."""
    return _ADDRESS.sub(GIVEN, _givens(given(case.facts, case.locale, spoken=case.spoken)).sub(GIVEN, part))


@lru_cache(maxsize=256)
def _givens(texts: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern of these texts, whole or shortened; lines may be broken elsewhere."""
    stripped = list(filter(None, (text.rstrip(".!?") for text in texts)))
    patterns = (*map(_pattern, stripped), *map(_shortened_pattern, stripped))
    return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)


def _pattern(text: str) -> str:
    before = r"(?<!\w)" if text[0].isalnum() else ""
    after = r"(?!\w)" if text[-1].isalnum() else ""
    return before + r"\s+".join(re.escape(word) for word in text.split()) + after


def _shortened_pattern(text: str) -> str:
    """Return a pattern of the first words of `text` before an ellipsis, as `phrase.shortened` leaves them."""
    first, *others = (re.escape(word.rstrip(",;:.-")) for word in text.split())
    more = "".join(rf"(?:[,;:.-]*\s+{word}" for word in others) + ")?" * len(others)
    return rf"(?<!\w){first}{more}\.\.\."


def moments(facts: Facts) -> Iterator[str]:
    """Yield the names of the facts that are times and have a value."""
    for field in fields(facts):
        if isinstance(getattr(facts, field.name), datetime):
            yield field.name
