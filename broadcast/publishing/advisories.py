"""Warnings for the preview: texts that were cut or not translated, names that look mistyped. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from broadcast.config.placeholders import placeholders
from broadcast.config.settings import Settings
from broadcast.ledger.records import NoticeText
from broadcast.localisation.language import language_of
from broadcast.model.nearest import did_you_mean, nearest
from broadcast.model.notice import Facts
from broadcast.model.system import NOTHING, system_name
from broadcast.publishing.request import Request
from broadcast.rendering.readability import hard_to_read
from broadcast.rendering.render import Rendered
from broadcast.rendering.variables import INTERNAL

_NAMED = 4  # the most keys that are listed one by one
#: Facts in prose; `-v NAME.LOCALE` translates them.
_WORDS = (
    "title",
    "message",
    "corrects",
    "instruction",
    "works",
    "scope",
    "impact",
    "action",
    "cause",
    "data_loss",
)
_SPOKEN = {"corrects": "correction", "works": "words on what works"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_LINK = re.compile(r"https?://")
_FACTS = (
    "action",
    "cause",
    "data_loss",
    "ended",
    "hotline",
    "impact",
    "instruction",
    "link",
    "message",
    "report",
    "scope",
    "title",
    "window_ends",
    "works",
)


def shortened(texts: Sequence[NoticeText], rendered: Sequence[Rendered]) -> list[str]:
    """Return a warning for each text in which the message or the organisation's name was cut to fit."""
    kinds = {text.kind for text, one in zip(texts, rendered, strict=True) if "organisation" in one.dropped}
    named = [f"the organisation's name was shortened to fit: {', '.join(sorted(kinds))}"] if kinds else []
    return named + [
        f"{text.kind}, {text.message.locale}, {text.template_audience}: "
        "the message was shortened or left out to fit"
        for text, result in zip(texts, rendered, strict=True)
        if "message" in result.dropped
    ]


def untranslated(
    request: Request, spoken: Iterable[str], given: str, colleagues: Iterable[str] | None = None
) -> list[str]:
    """Return a warning for each language whose readers get words untranslated, or do not get them.

    `spoken` are the readers' locales, and `given` is the commander's. `colleagues` are the locales of readers
    who get internal variables; None means that all do.
    """
    values = dict(request.variables) | {name: getattr(request, name) or "" for name in ("title", "message")}
    values["corrects"] = request.corrects or ""
    locales = set(spoken)
    staff = locales if colleagues is None else set(colleagues)
    advisories = []
    for locale in sorted(locales):
        known = {name: value for name, value in values.items() if locale in staff or not _internal(name)}
        advisories += _as_typed(known, locale, given)
        advisories += _left_out(known, locale, given)
    return advisories


def _as_typed(values: Mapping[str, str], locale: str, given: str) -> list[str]:
    """Return a warning about words that the readers of `locale` get in the commander's language."""
    if language_of(locale) == language_of(given):
        return []
    typed = sorted((name for name, value in values.items() if _is_worded(name, value)), key=_order)
    missing = [name for name in typed if not _translated(values, name, locale)]
    if not missing:
        return []
    fix = " ".join(f'-v {name}.{locale}="..."' for name in missing)
    return [f"readers in {locale} get the {_listed(missing)} untranslated; add {fix}"]


def _left_out(values: Mapping[str, str], locale: str, given: str) -> list[str]:
    """Return a warning about words that the readers of `locale` do not get: no translation fits them."""
    names = dict.fromkeys(name.partition(".")[0] for name, value in values.items() if "." in name and value)
    missing = [name for name in names if not values.get(name) and not _translated(values, name, locale)]
    if not missing:
        return []
    own = language_of(locale) == language_of(given)
    fix = " ".join(f'-v {name}{"" if own else f".{locale}"}="..."' for name in missing)
    return [f"readers in {locale} do not get the {_listed(missing)}; add {fix}"]


def _translated(values: Mapping[str, str], name: str, locale: str) -> bool:
    return bool(values.get(f"{name}.{locale}") or values.get(f"{name}.{language_of(locale)}"))


def _is_worded(name: str, value: str) -> bool:
    """Return whether the value is prose; a variable that is no fact is prose if it has two words or more."""
    if "." in name or not value or value.strip().casefold() == NOTHING:
        return False
    own = name not in _WORDS and name not in _FACTS and not _LINK.search(value)
    return name in _WORDS or (own and len(_WORD.findall(value)) > 1)


def _internal(name: str) -> bool:
    return name.startswith(INTERNAL)


def _order(name: str) -> int:
    return _WORDS.index(name) if name in _WORDS else len(_WORDS)


def hard_words(request: Request, facts: Facts, given: str) -> list[str]:
    """Return a warning for each language in which the message has words that are hard to read.

    Only for customers and field staff (drivers). `given` is the commander's locale.
    """
    if not {"customers", "field"}.intersection(facts.audiences):
        return []
    named = [(name, text) for name, text in request.variables if name.startswith("message.")]
    messages = {given: request.message or "", **{name.partition(".")[2]: text for name, text in named}}
    found = {locale: hard_to_read(text, language_of(locale)) for locale, text in messages.items()}
    return [f"hard to read for many ({locale}): {words}" for locale, words in found.items() if words]


def _listed(names: Sequence[str]) -> str:
    spelled = [_SPOKEN.get(name, name.replace("_", " ")) for name in names]
    return " and the ".join([", the ".join(spelled[:-1]), spelled[-1]] if spelled[1:] else spelled)


def examples(settings: Settings) -> list[str]:
    """Return a warning about example values of `init` that are still configured although `live = true`."""
    if settings.sandbox or not settings.live:
        return []
    keys = [one.key for one in placeholders(settings)]
    named = ", ".join(keys[:_NAMED]) + (", ..." if len(keys) > _NAMED else "")
    return (
        [f"{settings.path} still has values of an example ({named}); see: broadcast doctor"] if keys else []
    )


def mistyped(request: Request, systems: Sequence[str]) -> list[str]:
    """Return a warning for each unknown system and each variable that looks like a mistyped fact.

    They are accepted, because they may be right. `systems` are those that something depends on.
    """
    down = mistaken(request.affects, systems)
    said = [
        f"-v {name} is a variable of your own{_meant(name, _FACTS)}"
        for name, _ in request.variables
        if name.partition(".")[0] not in _FACTS and nearest(name.partition(".")[0], _FACTS)
    ]
    return [*down, *said]


def mistaken(affects: Iterable[str], systems: Sequence[str]) -> list[str]:
    """Return a warning for each system in `affects` that nothing depends on, with the nearest known name."""
    return [
        f"no channel has {system} in `fate`, so no channel is skipped{_meant(system_name(system), systems)}"
        for system in affects
        if system_name(system) not in systems and system != NOTHING
    ]


def _meant(name: str, known: Iterable[str]) -> str:
    meant = did_you_mean(name, known)
    return f"; {meant}" if meant else ""
