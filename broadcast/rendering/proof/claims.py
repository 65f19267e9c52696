"""Sentences that need a fact, so that no text states what is not known.

Templates take such sentences from `_sentences.toml`, which ties them to their facts; this module finds those
that a template wrote by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from broadcast.model.channel import ChannelKind
from broadcast.model.incident import Phase
from broadcast.model.situation import Situation
from broadcast.rendering.catalogue import PUBLIC
from broadcast.rendering.proof.case import Case, Problem

_YES = frozenset({"yes", "ja", "true", "1"})
_IDLE = frozenset({Situation.DRILL, Situation.DRILL_OVER, Situation.RETRACTION, Situation.CANCELLED})


@dataclass(frozen=True, slots=True)
class TextClaim:
    """The pattern of a claim in each language, and the fact that it needs."""

    fact: str
    holds: Callable[[Case], bool]
    patterns: Mapping[str, re.Pattern[str]]


def _claim(fact: str, holds: Callable[[Case], bool], *, de: str, en: str) -> TextClaim:
    flags = re.IGNORECASE | re.MULTILINE
    return TextClaim(fact, holds, {"de": re.compile(de, flags), "en": re.compile(en, flags)})


def _never(_: Case) -> bool:
    return False


def _searching(case: Case) -> bool:
    return case.facts.phase is Phase.INVESTIGATING and not case.facts.phase.closed


def _found(case: Case) -> bool:
    return case.facts.phase is Phase.IDENTIFIED


def _watching(case: Case) -> bool:
    return case.facts.phase is Phase.MONITORING


def _instructed(case: Case) -> bool:
    return bool(case.facts.instruction)


def _data(case: Case) -> bool:
    return bool(case.facts.data_loss)


def _nothing_was_down(case: Case) -> bool:
    return case.situation is Situation.RETRACTION and not case.facts.others_open


def _idle(case: Case) -> bool:
    # Colleagues read what to say to people who ask about an exercise.
    return case.situation in _IDLE or case.facts.drill or _instructed(case)


def _personal_data(case: Case) -> bool:
    return dict(case.facts.variables).get("internal_personal_data", "").strip().lower() in _YES


def _decision(case: Case) -> bool:
    return bool(dict(case.facts.variables).get("internal_decision"))


def _to_customers(case: Case) -> bool:
    to_customers = not case.facts.audiences or PUBLIC in case.facts.audiences
    return (
        to_customers or not case.facts.message or case.facts.drill
    )  # people who ask about an exercise may be told


def _no_phone(case: Case) -> bool:
    return not case.facts.hotline


def _cut_off(case: Case) -> bool:
    return case.facts.cut_off


def _works(case: Case) -> bool:
    return bool(case.facts.works)


def _report(case: Case) -> bool:
    return case.facts.report is not None


def _real(case: Case) -> bool:
    return not case.facts.drill


def _attached(case: Case) -> bool:
    ahead = {Situation.SCHEDULED, Situation.MOVED, Situation.REMINDER}
    return case.kind is ChannelKind.EMAIL and case.situation in ahead


def _inside(case: Case) -> bool:
    return not case.outside


CLAIMS = (
    _claim(
        "phase investigating",
        _searching,
        de=r"\bsuchen (?:noch |weiter )?(?:nach )?(?:die|der) ursache",
        en=r"\blooking for the cause|\binvestigating the cause",
    ),
    _claim(
        "phase identified",
        _found,
        de=r"\bursache (?:ist )?(?:gefunden|bekannt)\b|\bkennen die ursache\b",
        en=r"\bcause (?:is |has been )?(?:found|known|identified)\b|\b(?:found|know) the cause\b",
    ),
    _claim(
        "phase monitoring",
        _watching,
        de=r"\bbeobachten (?:es |das )?weiter\b|\bwird beobachtet\b",
        en=r"\bkeeping watch\b|\bkeep monitoring\b|\bkeep(?:ing)? an eye\b|\b(?:still |are )watching\b",
    ),
    _claim(
        "an instruction (-v instruction=...)",
        _instructed,
        de=r"\bneu (?:senden|anmelden|laden|bestellen)\b|\b(?:noch einmal|erneut|nochmals) "
        r"(?:versuchen|senden|bestellen|anmelden)\b|\bversuchen sie es\b|\bweiterarbeiten\b|\bdoppelt\b",
        en=r"\btry (?:it )?(?:again|once more)\b|\bresend\b|\b(?:sign|log) in again\b|\b(?:send|order|load) "
        r"(?:it |them |your \w+ )?again\b",
    ),
    _claim(
        "data_loss",
        _data,
        de=r"\bkeine daten (?:sind |wurden )?(?:verloren|betroffen)|\bdaten sind (?:sicher|vollständig)\b"
        r"|\bprüfen(?: noch)?, ob\b|\bdas prüfen wir noch\b",
        en=r"\bno data (?:was |were |is |has been )?(?:lost|affected)|\bdata (?:is|are) safe\b(?!\?)"
        r"|\bchecking (?:if|whether)\b|\bwe are still checking\b",
    ),
    _claim(
        "a false alarm, while no other incident is open",
        _nothing_was_down,
        de=r"\bkeine störung\b(?! gemeldet)",
        en=r"\bno outage\b(?! reported)",
    ),
    _claim(
        "an exercise, a false alarm, cancelled work or an instruction",
        _idle,
        de=r"\bmüssen (?:jetzt )?nichts (?:tun|weiter tun)\b",
        en=r"\bno action (?:is )?(?:needed|required)\b|\bneed(?: not| to)? do (?:nothing|anything)\b",
    ),
    _claim(
        "nothing: an exercise may run beside a real outage",
        _never,
        de=r"\balle dienste (?:laufen|gehen|funktionieren)|\balles (?:läuft|geht) (?:wie gewohnt|normal)"
        r"|\bwie gewohnt\b",
        en=r"\ball (?:of our )?services (?:work|run|are up)|\bas usual\b|\bstays as it is\b",
    ),
    _claim(
        "nothing: a promised update is no promised repair",
        _never,
        de=r"\bversuchen sie es (?:bitte )?(?:nach|ab|um)\b",
        en=r"\btry (?:again )?(?:after|from|at) ",
    ),
    _claim("internal_decision", _decision, de=r"\bentscheidung(?:en)?\b", en=r"\bdecisions?\b"),
    _claim(
        "internal_personal_data=yes",
        _personal_data,
        de=r"\bDSGVO\b|\b72 stunden\b",
        en=r"\bGDPR\b|\b72 hours\b",
    ),
    _claim(
        "customers get this notice, too",
        _to_customers,
        de=r"\bdas sagen wir (?:den kunden|nach außen)|\bkönnen sie sagen\b|\bsagen: [\"„“]",
        en=r"\bwhat we tell (?:customers|the public)|\byou can (?:say|tell)\b|\bsay: [\"“]",
    ),
    _claim(
        "works (-v works=...)",
        _works,
        de=r"^was (?:jetzt |noch |weiter )?(?:geht|läuft):",
        en=r"^what (?:still )?works(?: now)?:",
    ),
    _claim(
        "nothing: a message may hold anything",
        _never,
        de=r"^(?:neu|wie es dazu kam):\s*$",
        en=r"^(?:new|how it (?:happened|came about)):\s*$",
    ),
    _claim(
        "report (-v report=...)",
        _report,
        de=r"\bbericht (?:folgt|kommt)\b|\b(?:einen|den) bericht (?:bis|am)\b",
        en=r"\breport (?:to follow|will follow)\b",
    ),
    _claim("no phone that works", _no_phone, de=r"\bnicht anrufen\b", en=r"\bdo not call\b"),
    _claim(
        "no way to reach us works",
        _cut_off,
        de=r"\berreichen uns (?:zurzeit |derzeit )?nicht\b",
        en=r"\b(?:cannot|can't) reach us\b",
    ),
    _claim(
        "a real outage: an exercise is no reason to apologise",
        _real,
        de=r"\btut uns (?:sehr )?leid|\bentschuldig",
        en=r"\bsorry\b|\bapologi[sz]e",
    ),
    _claim(
        "a calendar file, which goes with mails about coming maintenance",
        _attached,
        de=r"\bkalenderdatei\b",
        en=r"\bcalendar file\b",
    ),
    _claim("readers who are colleagues", _inside, de=r"\bINTERN\b", en=r"\bINTERNAL\b"),
)


def claimed(text: str, case: Case) -> Iterator[Problem]:
    """Yield sentences of the template whose fact is missing."""
    for claim in CLAIMS:
        pattern = claim.patterns.get(case.language)
        found = pattern.search(text) if pattern and not claim.holds(case) else None
        if found:
            yield (
                f"says {found[0].strip()!r} without its fact",
                f"it stands only with {claim.fact}: take it from say, or ask for the fact",
            )
