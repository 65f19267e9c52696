"""Problems in the source of a template that its texts may hide: old names, times after fixed prepositions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from broadcast.rendering import renamed_parts
from broadcast.rendering.catalogue import SUFFIX
from broadcast.rendering.proof.case import Problem

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_BEFORE_TIME = re.compile(
    r"\b(um|gegen|at)\s+\{\{-?\s*([\w.]+)\s*\|\s*(?:time|day)\b|\b(seit|since|um|am|at|on|bis|until)\s+"
    r"\{\{-?\s*([\w.]+)\s*\|\s*(?:since|at|until)\b",
    re.IGNORECASE,
)
_SINCE_SAID = re.compile(r"\b(as_of|reported)\s*\|\s*since\b")
_ALWAYS_THERE = re.compile(
    r"\b(instruction|correction|works|report|internal_\w+)\s+is\s+(?:not\s+)?defined\b"
)
_INCLUDE = re.compile(r"\{%[-+]?\s*(?:include|import|from)\s+[\"']([\w./]+)[\"']")
_LEVEL = re.compile(r"\bseverity\s*\|\s*(?:upper|capitalize)\b")
#: Names that still work, and their more exact replacements.
_OLD_NAMES = {
    "what": "`services`, or `title|quoted` where no service is named: a title is no name",
    "text_phase": "`situation`, which follows the facts and not the verb",
    "minutes": "`duration|duration`, which is missing if the beginning is not known",
}


def problems(source: str, names: frozenset[str]) -> Iterator[Problem]:
    """Yield problems in the source of a template file that uses these names."""
    text = _COMMENT.sub("", source)
    for match in _BEFORE_TIME.finditer(text):
        word, name = (match[1], match[2]) if match[1] else (match[3], match[4])
        yield (
            f"writes {word!r} before a time, which is wrong on another day",
            f"write {{{{ {name}|at }}}}, or |since, |until: the filter knows the word",
        )
    for match in _SINCE_SAID.finditer(text):
        yield f"says that it began at `{match[1]}`, but no beginning is stated", "ask {% if started %}"
    for match in _ALWAYS_THERE.finditer(text):
        yield f"asks whether `{match[1]}` is defined", f"write {{% if {match[1]} %}}"
    for match in _INCLUDE.finditer(text):
        part = renamed_parts.PARTS.get(f"{match[1].removesuffix(SUFFIX)}{SUFFIX}")
        if part:
            yield f"includes {match[1]!r} by its old name", f'write "{part.removesuffix(SUFFIX)}"'
    if _LEVEL.search(text):
        yield "writes the severity as a code", "write severity_level: 1 of 4"
    for name in sorted(names & set(_OLD_NAMES)):
        yield f"uses the old name `{name}`", f"write {_OLD_NAMES[name]}"
