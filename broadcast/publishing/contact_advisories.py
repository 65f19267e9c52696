"""What is wrong with contacts files, in one line: `contacts check` names every row. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from broadcast.contacts.book import Book
from broadcast.model.counted import counted

_CHECK = "broadcast contacts check"
_NAMED = 2  # files


def contact_remarks(books: Sequence[Book]) -> tuple[str, ...]:
    """Nothing, or one line for all the files together; a row of two audiences counts once."""
    rejected = sorted({(row.path.name, str(row.path), row.line) for book in books for row in book.rejected})
    advisories = tuple(dict.fromkeys(warning for book in books for warning in book.warnings))
    if not rejected:
        said = f"{counted(len(advisories), 'remark')} on the contacts files: {_CHECK}"
        return advisories if len(advisories) <= 1 else (said,)
    names = list(dict.fromkeys(name for name, _, _ in rejected))
    more = f" and {counted(len(names) - _NAMED, 'more file')}" if len(names) > _NAMED else ""
    rows = f"{counted(len(rejected), 'row')} of {', '.join(names[:_NAMED])}{more}"
    first = f"first: line {rejected[0][2]}"
    further = f"; {counted(len(advisories), 'other remark')}" if advisories else ""
    return (f"{rows} cannot be used ({first}), so these people get nothing{further}: {_CHECK}",)
