"""Remove the line end of template lines that hold only tags, so that they leave no empty line.

It is a scanner, because a regular expression for `{# a #} {% b %}` needs exponential time: each tag may end
at every later mark, too.
"""

from __future__ import annotations

import re

_BLANK = " \t"
_INCLUDE = re.compile(r"\{%[-+]?\s*include")  # it stands for text, so its line stays as it is
_CLOSING = {"{%": "%}", "{#": "#}"}


def without_tag_lines(text: str) -> str:
    """Return `text` with the line end after a line of tags moved into its last tag.

    So the line leaves nothing in the output, and errors still name the right line.
    """
    pieces: list[str] = []
    position = 0
    while position < len(text):
        closing, end = _tags(text, position)
        if closing and text.startswith("\n", end):
            pieces += [text[position:closing], "\n", text[closing:end].rstrip(_BLANK)]
            position = end + 1
        else:
            rest = text.find("\n", end) + 1 or len(text)
            pieces.append(text[position:rest])
            position = rest
    return "".join(pieces)


def _tags(text: str, start: int) -> tuple[int, int]:
    """Return the end of the last tag in a row that begins at `start`, and the end of the blanks after it."""
    closing, position = 0, _after_blanks(text, start)
    while (closing_tag := _CLOSING.get(text[position : position + 2])) and not _INCLUDE.match(text, position):
        found = text.find(closing_tag, position + 2)
        if found < 0:
            return 0, len(text)
        closing = found - 1 if text[found - 1] in "+-" and found - 1 >= position + 2 else found
        position = _after_blanks(text, found + 2)
    return closing, position


def _after_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in _BLANK:
        position += 1
    return position
