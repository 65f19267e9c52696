"""The sentences that a template adds to the given words, beside state, help and next update.

The preview shows them, because the commander is responsible for them too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from broadcast.model.channel import ChannelKind
from broadcast.model.notice import Facts
from broadcast.rendering.proof.case import GIVEN, Case, own
from broadcast.rendering.render import Rendered
from broadcast.rendering.words import PHRASES

_FOOT = "\n\n--\n"  # below it stands who writes and why
_SENTENCE_END = re.compile(r"(?<=[.?!])[\"“”»]?\s+(?=[^\sa-zäöüß])")
_NUMBER_END = re.compile(r"\d[\"“”]?$")  # "So, 16.11. 22:00" is no end of a sentence
_SPEAKER = re.compile(rf"^(?:ÜBUNG |EXERCISE )?{GIVEN}(?: KORREKTUR| CORRECTION)?[:,.]\s*")
_ABOUT = re.compile(rf"\s*:\s*{GIVEN}\.?$")
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


def added(rendered: Rendered, facts: Facts, audience: str, kind: ChannelKind) -> tuple[str, ...]:
    """Return the sentences of a text that its template adds, each once; `...` stands for what is given.

    Headings, the foot of e-mails, and the subject are left out. In languages without a list of words, the
    sentences that name no fact are returned.
    """
    case = Case(audience, rendered.message.locale, kind, facts)
    text = own(rendered.message.text.partition(_FOOT)[0], case)
    shown = (one for line in text.splitlines() for one in _sentences(line) if _adds(one, case.language))
    return tuple(dict.fromkeys(map(_bare, shown)))


def _bare(sentence: str) -> str:
    """Return a sentence without its speaker and its subject."""
    bare = _ABOUT.sub("", _SPEAKER.sub("", sentence)).strip('„“”" ')
    return bare.replace(GIVEN, "...")


def _sentences(line: str) -> Iterator[str]:
    """Yield the sentences of a line, without the dash of a list item; a heading has none."""
    if line.rstrip().endswith(":"):
        return
    start = 0
    bare = line.removeprefix("- ")
    for match in _SENTENCE_END.finditer(bare):
        if not _NUMBER_END.search(bare[: match.start()].rstrip(".")):
            yield bare[start : match.end()].strip()
            start = match.end()
    yield bare[start:].strip()


def _adds(sentence: str, language: str) -> bool:
    words = [word.casefold() for word in _WORD.findall(sentence)]
    if not PHRASES.has(language):
        return bool(words) and GIVEN not in sentence and not any(sign.isdigit() for sign in sentence)
    return not _frame(language).issuperset(words)


@cache
def _frame(language: str) -> frozenset[str]:
    return frozenset(PHRASES.phrases(language)("style.frame").split())
