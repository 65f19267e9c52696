"""Problems of style in a text: gaps, shouting, advertising, sentences that are too long."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from broadcast.rendering.words import PHRASES

_HOLES = re.compile(
    r"\bUndefined\b|\{\{|\{%|%\}|\}\}|\(\s*\)|\[\s*\]|\.\s+\.|(?<!\.)\.\.(?!\.)|:\s*\.(?!\.)"
    r"|\s[,;.](?=\s|$)|,\s*,| {2}|:(?=\s*\n\s*\n)|:\s*$|(?m:^-\s*$|^-[^\n]*:\s*$)"
)
_SLOT = re.compile(f"{SLOT_OPEN}[A-Za-z]\\w*{SLOT_CLOSE}")
# A request to rate a notice makes it advertising in Germany (BGH, VI ZR 225/17).
_ADVERTISING = re.compile(
    r"\b(?:bewert\w*|umfrage\w*|feedback\w*|rabatt\w*|gutschein\w*|angebot\w*|newsletter|jetzt sparen"
    r"|survey\w*|rate us|rating|discount\w*|voucher\w*|special offer\w*|promo\w*)\b",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"\b[A-ZÄÖÜ]{2,}(?:[ ,]+[A-ZÄÖÜ]{2,}){2,}\b|\b[A-ZÄÖÜ]{5,}\b")
#: Words in capitals that show at a glance what a text is.
_CAPITAL_LABELS = re.compile(
    r"\b(?:ÜBUNG|EXERCISE|KORREKTUR|CORRECTION|INTERN|INTERNAL|ENTSCHEIDUNG|DECISION|NEU|NEW|DSGVO|GDPR)\b"
)
_SENTENCE_END = re.compile(r"[.!?:;](?=\s|$)|\n")
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’-][^\W_]+)*")
_LONG_WORD = 6
#: Replaces the words that a person typed; it counts as one short word.
GIVEN = "◦"
#: The most words of a sentence, and the most for readers who need plain language.
_LONGEST = 20
_LONGEST_PLAIN = 15
_ENOUGH_WORDS = 20
_LABELS = 5.0  # headings and labels of a report to colleagues are no sentences and raise the index by this


def holes(text: str) -> tuple[str, ...]:
    """Return the gaps in a text: empty brackets, a heading or list item without text, `. .`."""
    return tuple(
        dict.fromkeys(match[0].strip() or match[0] for match in _HOLES.finditer(_SLOT.sub("x", text)))
    )


def problems(text: str, language: str, *, plain: bool = False) -> Iterator[tuple[str, str]]:
    """Yield problems for readers, each with a correction; `plain` texts are for learners, too."""
    longest = _LONGEST_PLAIN if plain else _LONGEST
    for match in _ADVERTISING.finditer(text):
        yield f"advertises: {match[0]!r}", "a notice must not ask for ratings or offer anything"
    if "!" in text:
        yield "has an exclamation mark", "end the sentence with a full stop; calm texts calm people"
    for match in _SHOUTED.finditer(_CAPITAL_LABELS.sub("", text)):
        yield f"shouts: {match[0]!r}", "write it in lower case"
    for sentence in _SENTENCE_END.split(text):
        count = len(_WORD.findall(sentence))
        if count > longest:
            yield f"has a sentence of {count} words", f"{longest} words are enough; make two of it"
    most = _most_lix(language, plain=plain)
    whole = text.replace(GIVEN, "given")
    if most is not None and len(_WORD.findall(whole)) >= _ENOUGH_WORDS and lix(whole) > most:
        yield f"is hard to read (LIX {lix(whole):.0f}, at most {most:.0f})", "use shorter words and sentences"


def _most_lix(language: str, *, plain: bool) -> float | None:
    if not PHRASES.has(language):
        return None
    return PHRASES.phrases(language).number("style.most_lix") + (0 if plain else _LABELS)


def lix(text: str) -> float:
    """Return the readability index LIX: words per sentence plus the percentage of words over six letters."""
    words = _WORD.findall(text)
    sentences = [part for part in _SENTENCE_END.split(text) if _WORD.search(part)]
    if not words:
        return 0.0
    return len(words) / len(sentences) + 100 * sum(len(word) > _LONG_WORD for word in words) / len(words)


def without(text: str, given: Iterable[str]) -> str:
    """Return `text` without words that are not the template's own."""
    for words in sorted(filter(None, given), key=len, reverse=True):
        text = text.replace(words, "")
    return text
