"""Compare the facts in two languages of a text: each fact gets a word of its own, which is searched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Service
from broadcast.model.notice import ContactPoint, Facts
from broadcast.rendering import phrase, speech
from broadcast.rendering.proof.case import Problem, parts
from broadcast.rendering.render import Renderer
from broadcast.rendering.words import words_for

#: One word for each fact, the same in both languages; short, so that nothing is dropped.
_PROSE = {
    "title": "Amsel",
    "message": "Drossel.",
    "scope": "Elster",
    "impact": "Falke.",
    "action": "Girlitz.",
    "cause": "Habicht.",
    "data_loss": "Ibis.",
    "instruction": "Kiebitz.",
    "works": "Lerche.",
}
_OWN = {
    "internal_bridge": "Meise",
    "internal_changes": "Nachtigall",
    "internal_decision": "Pirol",
    "internal_decision_by": "Rabe",
    "internal_decision_to": "Schwan",
    "internal_escalation": "Taube",
    "internal_figures": "Uhu",
    "internal_needs": "Wachtel",
    "internal_owner": "Zeisig",
    "internal_risk": "Sperber",
    "internal_calls": "Kranich",
}
_TIMES = ("started", "detected", "ended", "next_update", "window_starts", "window_ends", "former_starts")


@dataclass(frozen=True, slots=True)
class _StatedFacts:
    """The facts in a text, and those that were dropped because there was no room."""

    facts: frozenset[str]
    dropped: frozenset[str]


def with_placeholders(facts: Facts) -> Facts:
    """Return the facts of a situation in which every value is different."""
    return replace(
        facts,
        **_PROSE,  # type: ignore[arg-type]  # all of them are texts
        correction="Star." if facts.correction else None,
        services=(Service("one", names=(("de", "Buchfink"), ("en", "Buchfink"))),),
        hotline="030 77",
        alternatives=(ContactPoint("email", "a@zeit.example"), ContactPoint("chat", "Rohrdommel")),
        link="https://z.example",
        variables=tuple(_OWN.items()),
        wording=(),
    )


def unequal(
    renderer: Renderer, facts: Facts, audience: str, kind: ChannelKind, locales: tuple[str, str]
) -> Iterator[Problem]:
    """Yield facts that a text has in only one of two languages."""
    first, second = (_stated(renderer, facts, audience, kind, locale) for locale in locales)
    if first.dropped != second.dropped:
        return  # one language had less room than the other
    for one, other, locale in ((first, second, locales[1]), (second, first, locales[0])):
        missing = one.facts - other.facts
        if missing:
            yield (
                f"tells a fact that its text in {locale} does not tell: {', '.join(sorted(missing))}",
                "tell it in both languages, or in neither",
            )


def _stated(renderer: Renderer, facts: Facts, audience: str, kind: ChannelKind, locale: str) -> _StatedFacts:
    rendered = renderer.render(facts, audience, locale, kind)
    text = " ".join(parts(rendered)).casefold()
    words = words_for(locale)

    def stands(value: str) -> bool:
        shown = speech.spoken(value, words) if kind.spoken else value
        # "22 Uhr 30" does not state "22 Uhr".
        return re.search(rf"(?<!\d){re.escape(shown.rstrip('.').casefold())}(?!\s?\d)", text) is not None

    stated = {name for name, value in _values(facts, locale) if stands(value)}
    return _StatedFacts(frozenset(stated), frozenset(rendered.dropped))


def _values(facts: Facts, locale: str) -> Iterator[tuple[str, str]]:
    yield from _PROSE.items()
    yield from _OWN.items()
    yield from (("services", "Buchfink"), ("correction", facts.correction or "◦"))
    yield from (("hotline", facts.hotline or "◦"), ("link", facts.link or "◦"))
    yield from (("alternatives", contact_point.value) for contact_point in facts.alternatives)
    for name in _TIMES:
        moment = getattr(facts, name)
        if moment is not None:
            yield name, phrase.clock_time(moment)
    if facts.report is not None:
        yield "report", phrase.day(facts.report, words_for(locale))
