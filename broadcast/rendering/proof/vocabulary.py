"""Words that readers misunderstand, with better ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from broadcast.model.channel import ChannelKind
from broadcast.rendering.proof.case import Case, Problem

_LONG = frozenset({ChannelKind.EMAIL, ChannelKind.PAGE, ChannelKind.DESK})
_SITUATION = frozenset({"supervisors"})
_REPORT = frozenset({"executives"})


@dataclass(frozen=True, slots=True)
class VocabularyWord:
    """A wording and its replacement; `kinds` and readers limit where it counts."""

    pattern: re.Pattern[str]
    better: str
    kinds: frozenset[ChannelKind] = frozenset(ChannelKind)
    right_for: frozenset[str] = frozenset()


def _word(
    pattern: str,
    better: str,
    kinds: frozenset[ChannelKind] = frozenset(ChannelKind),
    right_for: frozenset[str] = frozenset(),
) -> VocabularyWord:
    return VocabularyWord(re.compile(pattern, re.IGNORECASE | re.MULTILINE), better, kinds, right_for)


_WORDS: Mapping[str, tuple[VocabularyWord, ...]] = {
    "de": (
        _word(r"\bUpdate\b", "Neuer Stand"),
        _word(r"\bTel\. ?(?=[\d◦+])", "Hilfe: 030 ..."),
        _word(r"^Neues um\b", "Nächste Information: um 14:35 Uhr", _LONG),
        _word(r"\bDanke für Ihre Geduld", "Es tut uns leid, dass es länger dauert"),
        _word(r"\bDas klären wir (?:erst )?danach", "(leave it out)"),
        _word(r"\bnur für intern", "INTERN – bitte nicht weiterleiten"),
        _word(r"\bSEV ?[1-4]\b", "Schweregrad 1 von 4, in einer SMS Stufe 1"),
        _word(r"\bnach außen sagen wir|\bdas sagen wir nach außen", "Das sagen wir den Kunden"),
        _word(r"\bpersönliche[nrms]? Daten", "personenbezogene Daten; zu Kunden: Ihre Daten"),
        _word(r"\bVerdacht: Noch offen", "Noch offen: Vermutung, Daten"),
        _word(r"\bnächste Lage\b", "Nächste Information; Leitung: Nächster Bericht", right_for=_SITUATION),
        _word(r"\bnächster Bericht\b", "Nächste Information; Vorgesetzte: Nächste Lage", right_for=_REPORT),
        _word(r"\bdas wird länger dauern", "(leave it out: it is not known)"),
        _word(r"\bbeim Fahren lesen", "Nur im Stand lesen."),
        _word(r"\bwir warten unsere", "Geplante Wartung"),
        _word(r"\baktueller Stand\b", "Statusseite"),
        _word(r"\bUhr Uhr\b", "Uhr"),
    ),
    "en": (
        _word(r"\bupdate \d+\b(?!:)", "update"),
        _word(r"\byou need not\b", "You do not need to do anything"),
        _word(r"\b(?:all is as usual|all stays as it is)", "(leave it out)"),
        _word(r"\bwe are servicing\b", "We have planned maintenance"),
        _word(r"\bthank you for your patience", "We are sorry that this is taking so long"),
        _word(r"\bcall for the board", "message for management"),
        _word(r"\bcall for people on the road", "automated message"),
        _word(r"\bSEV ?[1-4]\b", "severity 1 of 4, in an SMS level 1"),
        _word(r"\bbriefing\b", "next update; supervisors and management: next report"),
        _word(r"\bnext report\b", "Next update", right_for=_SITUATION | _REPORT),
        _word(r"\bwe tell the public", "What we tell customers"),
        _word(r"\bpersonal data is hit", "personal data is affected"),
        _word(r"\bblast radius", "Scope"),
        _word(r"\blegal clock", "Deadline"),
        _word(r"\bthe outage is over", "Fixed"),
        _word(r"\bread while driving", "Read only when parked."),
    ),
}


def unclear(text: str, case: Case) -> Iterator[Problem]:
    """Yield words of the template that have a better replacement."""
    for word in _WORDS.get(case.language, ()):
        if case.kind in word.kinds and case.audience not in word.right_for:
            found = word.pattern.search(text)
            if found:
                yield f"writes {found[0].strip()!r}", f"write: {word.better}"
