"""What somebody should see before saying yes: words that were cut, names that look mistyped. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from broadcast.config.placeholders import placeholders
from broadcast.config.settings import Settings
from broadcast.ledger.records import Text
from broadcast.model.system import NOTHING, system_name
from broadcast.operations.request import Request
from broadcast.rendering.render import Rendered
from broadcast.rendering.words import language_of

_NAMED = 4  # keys that are named one by one
_WORDS = ("title", "message", "scope", "impact", "action", "cause", "data_loss")  # that can be translated
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
    "scope",
    "title",
    "window_ends",
)


def shortened(texts: Sequence[Text], rendered: Sequence[Rendered]) -> list[str]:
    """Texts in which the commander's own words, or the organisation's name, did not fit."""
    kinds = {text.kind for text, one in zip(texts, rendered, strict=True) if "organisation" in one.dropped}
    named = [f"the organisation's name was shortened to fit: {', '.join(sorted(kinds))}"] if kinds else []
    return named + [
        f"{text.kind}, {text.message.locale}, {text.texts}: the message was shortened or left out to fit"
        for text, result in zip(texts, rendered, strict=True)
        if "message" in result.dropped
    ]


def untranslated(request: Request, spoken: Iterable[str], given: str) -> list[str]:
    """What readers of other languages get as it was typed: a line for each language.

    `spoken` are the readers' locales, `given` is the one that the commander writes in.
    """
    named = {name for name, value in request.variables if value}
    typed = [name for name in _WORDS if name in named or getattr(request, name, None)]
    remarks = []
    for locale in sorted(spoken):
        language = language_of(locale)
        missing = [name for name in typed if named.isdisjoint({f"{name}.{locale}", f"{name}.{language}"})]
        if missing and language != language_of(given):
            fix = " ".join(f'-v {name}.{locale}="..."' for name in missing)
            remarks.append(f"readers in {locale} get the {_listed(missing)} untranslated; add {fix}")
    return remarks


def _listed(names: Sequence[str]) -> str:
    spelled = [name.replace("_", " ") for name in names]
    return " and the ".join([", the ".join(spelled[:-1]), spelled[-1]] if spelled[1:] else spelled)


def examples(settings: Settings) -> list[str]:
    """Values of the configuration that `init` writes, where messages really leave this machine."""
    if settings.sandbox or not settings.live:
        return []
    keys = [one.key for one in placeholders(settings)]
    named = ", ".join(keys[:_NAMED]) + (", ..." if len(keys) > _NAMED else "")
    return (
        [f"{settings.path} still has values of an example ({named}); see: broadcast doctor"] if keys else []
    )


def doubtful(request: Request, systems: Sequence[str]) -> list[str]:
    """Names that nothing knows: accepted, because they may be right, but said aloud.

    `systems` are those that something depends on.
    """
    down = mistaken(request.affects, systems)
    said = [
        f"-v {name} is a variable of your own{_meant(name, _FACTS)}"
        for name, _ in request.variables
        if _close(name.partition(".")[0], _FACTS)
    ]
    return [*down, *said]


def mistaken(affects: Iterable[str], systems: Sequence[str]) -> list[str]:
    """Systems that are said to be down and that nothing depends on, with what may be meant."""
    return [
        f"no channel depends on {system}, so none is avoided{_meant(system_name(system), systems)}"
        for system in affects
        if system_name(system) not in systems and system != NOTHING
    ]


def _meant(name: str, known: Iterable[str]) -> str:
    close = _close(name, known)
    return f"; did you mean {close}?" if close else ""


def _close(name: str, known: Iterable[str]) -> str | None:
    names = list(known)
    return None if name in names else next(iter(difflib.get_close_matches(name, names, n=1)), None)
