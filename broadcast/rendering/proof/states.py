"""Find state words that contradict the situation, such as "still down" for a service that works."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from broadcast.model.incident import Phase
from broadcast.model.situation import Situation
from broadcast.rendering.proof.case import Case, Problem

_Says: TypeAlias = Mapping[str, re.Pattern[str]]


def _says(**patterns: str) -> _Says:
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in patterns.items()}


#: The words for each state. The past tense ("Gestört war es ab 13:40") says nothing about the present.
_SAYS: Mapping[str, _Says] = {
    "de": _says(
        down=r"\b(?:noch|wieder)\s(?:gestört|eingeschränkt)\b|\b(?:gestört|eingeschränkt)(?:\sseit\b|:)"
        r"|\bseit\s[^\n]{1,35}?\s(?:gestört|eingeschränkt)\b|\bnoch nicht behoben\b"
        r"|\bist (?:noch )?(?:gestört|eingeschränkt)\b|\bwir haben eine störung\b|\bdauert noch an\b"
        r"|\[störung\b|\]\s*störung:",
        works=r"\bgeht (?:wieder|weiterhin)\b|(?<!nicht )(?<!es )\bbehoben\b"
        r"|\b(?:läuft|funktioniert) wieder\b",
        off=r"(?<!dann )\bnicht erreichbar\b",
        back=r"\bwieder erreichbar\b",
        running=r"\bwartung läuft\b",
        ended=r"\bwartung (?:ist |um \S+ )?(?:uhr )?(?:beendet|vorbei)\b",
        cancelled=r"\bfällt aus\b",
    ),
    "en": _says(
        down=r"\bstill (?:down|limited)\b|\b(?:down|limited) (?:again|since)\b|\bnot fixed yet\b"
        r"|(?<!was )(?<!were )\b(?:down|limited):|\b(?:is|are) (?:still )?(?:down|limited)\b"
        r"|\bwe have an outage\b|\[outage\b|\]\s*outage:",
        works=r"\bworking again\b|\bstill working\b(?! on)|(?<!not )(?<!is )(?<!be )\bfixed\b(?! yet)",
        off=r"\bnot available\b(?! then)",
        back=r"\bavailable again\b",
        running=r"\bmaintenance (?:is (?:under way|running)|now)\b",
        ended=r"\bmaintenance (?:has |is )?(?:ended|over)\b",
        cancelled=r"\bis cancelled\b",
    ),
}
_BEFORE_WORK = frozenset({"down", "works", "back", "running", "ended", "cancelled"})
_AT_WORK = frozenset({"down", "works", "back", "ended", "cancelled"})
_NOTHING_WRONG = frozenset({"down", "works", "off", "back"})
_WRONG: Mapping[Situation, frozenset[str]] = {
    Situation.RESOLVED: frozenset({"down", "off"}),
    Situation.RETRACTION: _NOTHING_WRONG,
    Situation.DRILL: _NOTHING_WRONG,
    Situation.DRILL_OVER: _NOTHING_WRONG,
    Situation.SCHEDULED: _BEFORE_WORK,
    Situation.MOVED: _BEFORE_WORK,
    Situation.REMINDER: _BEFORE_WORK,
    Situation.IN_PROGRESS: _AT_WORK,
    Situation.LONGER: _AT_WORK,
    Situation.SHORTER: _AT_WORK,
    Situation.OVERDUE: _AT_WORK,
    Situation.COMPLETED: frozenset({"down", "running", "cancelled"}),
    Situation.CANCELLED: frozenset({"down", "off", "back", "running", "ended"}),
    Situation.ABANDONED: frozenset({"down", "off", "running"}),
}


def contradictions(text: str, case: Case) -> Iterator[Problem]:
    """Yield state words of the template that do not fit the situation."""
    for name, pattern in _SAYS.get(case.language, {}).items():
        found = pattern.search(text) if name in _wrong(case) else None
        if found:
            yield (
                f"says {found[0]!r}, which contradicts the situation {case.situation}",
                "write {{ state }}, which follows the situation, or ask {% if down %}",
            )


def _wrong(case: Case) -> frozenset[str]:
    situation = case.situation
    works = situation.works or (
        situation is Situation.CORRECTION and case.facts.phase in {Phase.MONITORING, Phase.RESOLVED}
    )
    if works:
        return frozenset({"down", "off"})
    if situation is Situation.COMPLETED and not case.facts.outage_open:
        return _WRONG[situation] | {"off"}
    return _WRONG.get(situation, frozenset({"works", "back"}))
