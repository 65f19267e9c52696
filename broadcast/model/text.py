"""Text from outside, made safe to print."""

from __future__ import annotations

import re

#: Characters that control a terminal or mislead readers: C0 but newline and tab, DEL and C1 (with ESC),
#: bidirectional controls, line separators, byte order marks and lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)

# X also takes the full-width sign for a mention.
_MENTION = re.compile(r"(?<![=/\w])[@\uff20](?=\w)")
#: Invisible, and prevents a line break.
WORD_JOINER = "\u2060"


def printable(text: str) -> str:
    r"""Return `text` with every character that controls a terminal shown as an escape: ESC becomes `\x1b`.

    Newlines and tabs stay, `\r\n` becomes a newline. Use it on every line of output that holds data.
    """
    return _UNSAFE.sub(_escaped, text.replace("\r\n", "\n"))


def printable_json(document: str) -> str:
    r"""Return a JSON document with the same characters as JSON escapes (`\u009b`): its data stays."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", document)


def without_controls(text: str) -> str:
    """Return `text` without these characters."""
    return _UNSAFE.sub("", text)


def without_mentions(text: str) -> str:
    """Return `text` without mentions: networks notify the person behind `@name`, who may be a stranger.

    An invisible word joiner follows the sign; e-mail addresses stay as they are.
    """
    return _MENTION.sub(rf"\g<0>{WORD_JOINER}", text)


def has_controls(text: str) -> bool:
    """Return whether `text` holds a character that `printable` would escape."""
    return _UNSAFE.search(text) is not None


def is_legible(text: str) -> bool:
    """Return whether `text` can be encoded in UTF-8: undecodable bytes become lone surrogates in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _escaped(match: re.Match[str]) -> str:
    return ascii(match.group())[1:-1]
