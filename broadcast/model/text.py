"""Text from outside, made safe to print."""

from __future__ import annotations

import re

#: What a terminal acts on or a reader is misled by: C0 but newline and tab, DEL and C1 (ESC among them),
#: bidirectional controls, line separators, byte order marks and lone surrogates.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)

# X takes the sign of full width for one, too.
_MENTION = re.compile(r"(?<![=/\w])[@\uff20](?=\w)")
#: Invisible, and no line breaks there.
WORD_JOINER = "\u2060"


def printable(text: str) -> str:
    r"""Return `text` with everything a terminal would act on shown as an escape: ESC becomes `\x1b`.

    Newlines and tabs stay, `\r\n` becomes a newline. Use it on every line of output that holds data.
    """
    return _UNSAFE.sub(_escaped, text.replace("\r\n", "\n"))


def printable_json(document: str) -> str:
    r"""The same for a JSON document, in its own spelling (`\u009b`), so that the data stays as it was."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", document)


def without_controls(text: str) -> str:
    """Return `text` with the same characters taken out rather than shown."""
    return _UNSAFE.sub("", text)


def calling_nobody(text: str) -> str:
    """`text` in which no `@name` is a mention: networks tell whoever is mentioned, and it may be a stranger.

    An invisible character that joins words stands behind the sign; e-mail addresses stay as they are.
    """
    return _MENTION.sub(rf"\g<0>{WORD_JOINER}", text)


def has_controls(text: str) -> bool:
    """Return whether `text` holds a character that `printable` would escape."""
    return _UNSAFE.search(text) is not None


def is_legible(text: str) -> bool:
    """Whether `text` can be written down: bytes that were no UTF-8 become halves of characters in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _escaped(match: re.Match[str]) -> str:
    return ascii(match.group())[1:-1]
