"""Collect the commander's words: those given now, and those of earlier notices that still hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from broadcast.errors import UsageError
from broadcast.model.incident import Phase
from broadcast.model.notice import Facts
from broadcast.model.system import NOTHING
from broadcast.publishing.earlier_notices import EarlierNotices
from broadcast.publishing.phases import reopens
from broadcast.publishing.request import Request

#: Prose that `-v` sets; the last two take no language.
PROSE = ("scope", "impact", "action", "cause", "data_loss", "instruction", "works", "link", "hotline")
#: Facts that can be given once per language.
TRANSLATABLE = ("title", "message", *PROSE[:-2], "correction")
#: Facts that hold until a notice replaces them or takes them back with `none`.
_HELD = ("scope", "impact", "action", "cause", "instruction", "works")
#: Facts about the present: they are no longer true once the service works again.
_PRESENT = frozenset({"impact", "action", "works"})
#: Facts that end with an outage, unless they are given again.
_OF_AN_OUTAGE = _PRESENT | {"instruction"}
_SEARCHING = frozenset({Phase.INVESTIGATING, Phase.IDENTIFIED, Phase.SCHEDULED, Phase.IN_PROGRESS})
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_CORRECTS = "corrects"
_FACTS = frozenset(field.name for field in fields(Facts))

Wording = tuple[tuple[tuple[str, str], str], ...]


@dataclass(frozen=True, slots=True)
class CommanderWords:
    """The words of a notice: `prose` are facts by name, `wording` their translations.

    `own` are the variables that are no facts; `given` are all pairs without a language, by name.
    """

    prose: Mapping[str, Any]
    wording: Wording
    own: tuple[tuple[str, str], ...]
    given: Mapping[str, str]


def commander_words(
    request: Request, before: EarlierNotices, phase: Phase, times: frozenset[str]
) -> CommanderWords:
    """Return the words of the notice that `request` asks for.

    `phase` is the incident's phase after this notice. `times` are the names of variables that are times.
    Raises `UsageError` for the translation of a correction that is not given.
    """
    given, translated = _apart(request.variables)
    kept = _kept(before, phase)
    if not request.corrects and any(name == "correction" for (name, _), _ in translated):
        raise UsageError(
            "-v corrects.LOCALE translates a correction, and none is given",
            hint='give it first: broadcast update --corrects "Only Hamburg is affected."',
        )
    known = {name: given[name] for name in PROSE if name in given}
    prose = {name: value for name, value in {**kept, **known}.items() if value and not _back(name, value)}
    if request.corrects:
        prose["correction"] = request.corrects
    held = _kept_wording(request, before, kept)
    own = tuple((name, value) for name, value in given.items() if name not in {*PROSE, *times})
    return CommanderWords(prose, (*held, *translated), own, given)


def instruction_of(facts: Facts) -> str | None:
    """Return what readers should do. Notices of earlier versions have it among the variables."""
    return facts.instruction or dict(facts.variables).get("instruction")


def _back(name: str, value: str) -> bool:
    """Return whether the value takes a fact back (`none`)."""
    return name in _HELD and value.strip().casefold() == NOTHING


def _apart(pairs: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], Wording]:
    """Separate variables, by name, from translations (`title.en`, `instruction.de`)."""
    variables, wording = {}, []
    for name, value in pairs:
        field, dot, locale = name.partition(".")
        if dot and _LOCALE.fullmatch(locale) and _is_prose(field):
            wording.append((("correction" if field == _CORRECTS else field, locale), value))
        else:
            variables[name] = value
    return variables, tuple(wording)


def _is_prose(field: str) -> bool:
    """Return whether the field can be translated: a fact in prose, or a variable that is not a fact."""
    return field in TRANSLATABLE or field == _CORRECTS or field not in _FACTS


def _kept(before: EarlierNotices, phase: Phase) -> dict[str, str | None]:
    """Return the earlier facts that still hold; None for a fact that only has translations."""
    latest = before.facts
    if latest is None:
        return {}
    held = {name: getattr(latest, name) for name in _HELD} | {"instruction": instruction_of(latest)}
    if reopens(before, phase):
        # The cause and the action turned out to be wrong, and the instruction must be given again.
        gone = _OF_AN_OUTAGE | {"cause"}
    elif phase.closed:
        gone = _OF_AN_OUTAGE
    else:
        gone = frozenset() if phase in _SEARCHING else _PRESENT
    return {name: value for name, value in held.items() if name not in gone}


def _kept_wording(request: Request, before: EarlierNotices, kept: Iterable[str]) -> Wording:
    """Return the earlier translations that still hold: of the title and of `kept`, not of the message."""
    if before.facts is None:
        return ()
    given = {name for name, _ in request.variables} | ({"title"} if request.title else set())
    again = {"title", *kept} - given
    return tuple(entry for entry in before.facts.wording if entry[0][0] in again)
