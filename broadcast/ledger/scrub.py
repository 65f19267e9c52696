"""Prose without the people in it: providers quote addresses in errors, and results name whom they missed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

GONE = "•••"
#: A phone number, however it is grouped, but no date; or anything with an @ in it.
_ADDRESS = re.compile(
    r"""(?<!\d)(?!\d{4}-\d\d-\d\d)\+?\d[\d ()/.-]{5,}\d"""
    r"""|(?<![^\s<>@"'(),;:])[^\s<>@"'(),;:]+@[^\s<>@"'(),;:]+"""
)
_WORD = re.compile(r"[^\s<>()\[\]{},;:!?\"]+")
_LONGEST_NAME = 6  # words
_FEWEST_DIGITS = 7  # of a phone number; an IP address of this machine has fewer
#: Begins, or nearly begins, every warning that names a person.
NOT_REACHED = "not reached: "


class Scrubber:
    """Takes every address, and the names of these people, out of prose."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {" ".join(_WORD.findall(name)) for name in names} - {""}
        self.prose = lru_cache(maxsize=4096)(self._prose)

    def _prose(self, text: str | None) -> str | None:
        """The prose with a mark where somebody was named."""
        return None if text is None else self._without_names(_ADDRESS.sub(_without_address, text))

    def result(self, stored: str) -> str:
        """The stored result of a run: its lines that name people go, the counts stay."""
        fields: dict[str, Any] = json.loads(stored)
        said = (
            line
            for line in fields["warnings"]
            if not line.startswith((NOT_REACHED, f"perhaps {NOT_REACHED}"))
        )
        fields["warnings"] = [self.prose(line) for line in said]
        for entry in (*fields["channels"], *fields["failovers"]):
            entry["reason"] = self.prose(entry["reason"])
        return json.dumps(fields)

    def _without_names(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        kept, written, index = [], 0, 0
        while index < len(words):
            length = self._name_at(words, index)
            if length:
                kept += [text[written : words[index].start()], GONE]
                written = words[index + length - 1].end()
            index += length or 1
        return "".join([*kept, text[written:]])

    def _name_at(self, words: list[re.Match[str]], start: int) -> int:
        """How many words make up the longest name that begins there."""
        for length in range(min(_LONGEST_NAME, len(words) - start), 0, -1):
            if " ".join(word.group() for word in words[start : start + length]) in self._names:
                return length
        return 0


def _without_address(match: re.Match[str]) -> str:
    text = match.group()
    enough = "@" in text or sum(character.isdigit() for character in text) >= _FEWEST_DIGITS
    return GONE if enough else text
