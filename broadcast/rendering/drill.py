"""The marks of exercises: the first and the last word of every part of a message."""

from __future__ import annotations

import re
from html import unescape

from broadcast.errors import TemplateError

_DENIALS = re.compile(
    r"\b(?:not|no|isn['’]?t|never)\s+(?:an?\s+|just\s+)?(?:drill|exercise|test)\b"
    r"|\bkein(?:e|en|er)?\s+(?:übung|probealarm|test)",
    re.IGNORECASE,
)
_BODY_START = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)
_HEAD = re.compile(r"<head\b", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
# An element that is never closed lasts to the end, as in browsers; so the search ends there, too.
_TAG = re.compile(
    r"<(style|script|title)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>", re.IGNORECASE | re.DOTALL
)
# Browsers show no gap at these elements: their text and the text beside them are one word.
_INLINE = frozenset(("a", "b", "em", "i", "strong"))
_STYLE = "font:bold 16px sans-serif;text-align:center;padding:12px;margin:0;background:#fde68a;color:#1f2937"


def with_drill_word(text: str, word: str) -> str:
    """Return `text` with the drill word first and last; if it has several lines, on lines of their own."""
    between = "\n\n" if "\n" in text else " "
    first = "" if _starts(text, word) else f"{word}{between}"
    last = "" if _ends(text, word) else f"{between}{word}"
    return f"{first}{text}{last}"


def with_drill_word_in_html(html: str, word: str) -> str:
    """Return an HTML page whose first and last visible word is the drill word."""
    seen = visible(html)
    banner = f'<p style="{_STYLE}">{word}</p>'
    if not _starts(seen, word):
        start = _BODY_START.search(html)
        at = start.end() if start else 0
        html = f"{html[:at]}{banner}{html[at:]}"
    if not _ends(seen, word):
        ends = list(_BODY_END.finditer(html))
        at = ends[-1].start() if ends else len(html)
        html = f"{html[:at]}{banner}{html[at:]}"
    return html


def refuse_denial(text: str, template: str) -> None:
    """Raise `TemplateError` if an exercise says that it is none: in 2018 that sent people to shelter."""
    found = _DENIALS.search(text)
    if found:
        raise TemplateError(
            f"{template}: a drill text must not say {found[0]!r}",
            hint="leave that sentence out; the marks say what it is",
        )


def visible(html: str) -> str:
    """Return the text that a reader of an HTML page sees."""
    return " ".join(visible_lines(html).split())


def visible_lines(html: str) -> str:
    """Return the same with a new line at every tag, so that the contents of two cells stay apart."""
    return unescape(_TAG.sub(_gap, _without_head(html)))


def _gap(tag: re.Match[str]) -> str:
    name = re.match(r"</?(\w+)", tag[0])
    return "" if name and name[1].lower() in _INLINE else "\n"


def _without_head(html: str) -> str:
    start = _HEAD.search(html)
    end = _HEAD_END.search(html, start.end()) if start else None
    return html[: start.start()] + html[end.end() :] if start and end else html


def _starts(text: str, word: str) -> bool:
    """Return whether the text begins with the word; `ÜBUNGSLEITER` is another word."""
    return re.match(rf"[\[( *]*{re.escape(word)}(?![\w-])", text, re.IGNORECASE) is not None


def _ends(text: str, word: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word)}[\]). *]*\Z", text, re.IGNORECASE) is not None
