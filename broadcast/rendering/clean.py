"""Incident text is data: what could steer a terminal, a mail client or a reader's eye is taken out of it."""

from __future__ import annotations

import re
import unicodedata

from broadcast.model.text import without_controls

_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
# Whole sequences, so that a colour does not leave `[31m` behind.
_TERMINAL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b\n]*(?:\x07|\x1b\\)?|\x1b.?")
# Invisible characters could hide a word from a search; two of the private ones enclose our slots.
_HIDDEN = re.compile("[\u200b\u2060\ue000-\uf8ff\ufff9-\ufffb\ufffe\uffff]")


def clean(text: str) -> str:
    """`text` in NFC without control characters, escape sequences, overrides and slots; lines are kept."""
    visible = without_controls(_TERMINAL.sub("", _LINE_ENDS.sub("\n", text)))
    return unicodedata.normalize("NFC", _HIDDEN.sub("", visible)).strip()


def one_line(text: str) -> str:
    """`clean` text on a single line: fit for a subject, a title or a name."""
    return " ".join(clean(text).split())
