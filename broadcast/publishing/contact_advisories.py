"""Summarise the problems of contacts files in one line; `contacts check` lists every row. Pure.

Apart from `advisories`, because that one loads the renderer, which `contacts check` does not need.
"""

from __future__ import annotations

from collections.abc import Sequence

from broadcast.contacts.book import Book
from broadcast.model.counted import counted

_CHECK = "broadcast contacts check"
_NAMED = 2  # the most files that are listed


def contact_advisories(books: Sequence[Book]) -> tuple[str, ...]:
    """Return one line about all files together, or nothing; a row in two audiences counts once."""
    rejected = sorted({(row.path.name, str(row.path), row.line) for book in books for row in book.rejected})
    advisories = tuple(dict.fromkeys(warning for book in books for warning in book.warnings))
    if not rejected:
        said = f"{counted(len(advisories), 'warning')} about the contacts files: {_CHECK}"
        return advisories if len(advisories) <= 1 else (said,)
    names = list(dict.fromkeys(name for name, _, _ in rejected))
    more = f" and {counted(len(names) - _NAMED, 'more file')}" if len(names) > _NAMED else ""
    rows = f"{counted(len(rejected), 'row')} of {', '.join(names[:_NAMED])}{more}"
    first = f"first: line {rejected[0][2]}"
    further = f"; {counted(len(advisories), 'other warning')}" if advisories else ""
    return (f"{rows} cannot be used ({first}), so these people get nothing{further}: {_CHECK}",)
