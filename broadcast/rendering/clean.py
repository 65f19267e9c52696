"""Remove from incident texts what could control a terminal, a mail client or a reader's eye."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from broadcast.model.text import without_controls

_BRAILLE_BLANK = "\u2800"  # a letter that looks like a space
_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
# Whole sequences, so that a colour does not leave `[31m` behind.
_TERMINAL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b.?")
# Invisible characters could hide a word from a search, or carry a text of their own: letters without a shape
# (U+3164), tags, joiners, variation selectors. Two of the private ones enclose our slots.
_INVISIBLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2060-\u206f\u3164\ufe00-\ufe0f\uffa0\ue000-\uf8ff"
    "\ufff9-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\U000f0000-\U0010ffff"
)
# Where they are needed: in the flag of England (a tag for each letter), between two letters of a script that
# joins them or two pictures (a family), and after a picture or a sign that has two shapes.
_JOINED = f"[^\x00-\u058f\\s{_INVISIBLE}]"
_SHAPED = "[©®\u203c\u2049\u2100-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
_VARIED = "[\u1000-\u109f\u2200-\u22ff\u3400-\u9fff\ua840-\ua87f\uf900-\ufaff\U00020000-\U0003ffff]"
_HIDDEN = re.compile(
    "(?P<flag>\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f)"
    f"|(?P<shape>(?<={_SHAPED})[\ufe0e\ufe0f]|(?<=[#*0-9])\ufe0f(?=\u20e3))"
    f"|(?P<joiner>(?:(?<={_JOINED})|(?<={_SHAPED}\ufe0f))[\u200c\u200d](?={_JOINED}))"
    f"|(?P<variant>(?<={_VARIED})[\ufe00-\ufe0d\U000e0100-\U000e01ef])"
    f"|[{_INVISIBLE}]"
)


@lru_cache(maxsize=1024)  # a notice is written many times from the same few texts
def clean(text: str) -> str:
    """Return `text` in NFC without control characters, escape sequences, overrides and slots; lines stay."""
    visible = without_controls(_TERMINAL.sub("", _LINE_ENDS.sub("\n", text.replace(_BRAILLE_BLANK, " "))))
    return unicodedata.normalize("NFC", _HIDDEN.sub(_needed, visible)).strip()


def _needed(match: re.Match[str]) -> str:
    return match[0] if match.lastgroup else ""


def one_line(text: str) -> str:
    """Return `clean` text on a single line, for a subject, a title or a name."""
    return " ".join(clean(text).split())
