"""Find what makes a message hard to read: long sentences, long words, technical terms."""

from __future__ import annotations

import re

from broadcast.rendering.words import PHRASES

_MOST_WORDS = 20
_NAMED = 3  # words that are named
_SENTENCE_END = re.compile(r"(?<!\d)[.!?:;](?=\s|$)|\n")
_WORD = re.compile(r"[^\W\d_][^\W_]*(?:['’-][^\W_]+)*")
_LINK = re.compile(r"https?://\S+|\S+@\S+")


def hard_to_read(message: str, language: str) -> str | None:
    """Return what makes a message hard to read, in one line; None if it is easy."""
    text = _LINK.sub("", message)
    longest = max((len(_WORD.findall(sentence)) for sentence in _SENTENCE_END.split(text)), default=0)
    found = [f"a sentence of {longest} words (make two of it)"] if longest > _MOST_WORDS else []
    words = list(dict.fromkeys(_WORD.findall(text)))
    found += _hard_words(words, language)
    return ", ".join(found) or None


def _hard_words(words: list[str], language: str) -> list[str]:
    """Return technical terms, each with a better word, and long words; none of a language that we lack."""
    if not PHRASES.has(language):
        return []
    phrases = PHRASES.phrases(language)
    jargon, most = phrases.table("style.jargon"), phrases.number("style.longest_word")
    terms = [f"{word} (say: {jargon[word.casefold()]})" for word in words if word.casefold() in jargon]
    long = [word for word in words if len(word) > most and word.casefold() not in jargon]
    return [*terms[:_NAMED], *long[:_NAMED]]
