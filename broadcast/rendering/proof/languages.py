"""Find words of another language in a text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from broadcast.rendering.proof.case import Case, Problem

# Only words that the other language does not have: no `die`, `war`, `am`, `so`, `not`, `in`.
_GERMAN = (
    "bitte das dem den der ein eine einen geht gestört hilfe ihre ihnen ist kein keine mehr mit nicht "
    "nächste nächster neuer neues nichts oder seit sie sind störung tut uhr um und uns unser unsere vom von "
    "wartung wieder wir wird zum zur zurzeit auf aus bis für über"
)
_ENGLISH = (
    "again and are available been by cannot down find fixed for from has have help is limited looking "
    "maintenance next of or our outage please since sorry still that the there this to until we were what "
    "when which will with working works you your"
)
_WORD = re.compile(r"[^\W\d_]+")
#: `will` is a German word, too.
_FOREIGN: Mapping[str, frozenset[str]] = {
    "de": frozenset(_ENGLISH.split()) - {"will"},
    "en": frozenset(_GERMAN.split()) - {"den", "um"},
}


def mixed(text: str, case: Case) -> Iterator[Problem]:
    """Yield words of another language among the template's own."""
    foreign = _FOREIGN.get(case.language, frozenset())
    found = dict.fromkeys(word[0] for word in _WORD.finditer(text) if word[0].casefold() in foreign)
    if found:
        named = ", ".join(repr(word) for word in found)
        yield f"mixes languages: {named}", f"write the text in {case.locale} only"
