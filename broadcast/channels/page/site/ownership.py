"""Check who owns a folder: a page never overwrites a file of another program.

A folder is ours if it has the mark, or the page's memory. In a folder without either, every file that we
would overwrite belongs to another web site. HTML, feeds and calendars name their generator, so a web site
that is copied over ours later is noticed, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from broadcast.channels.page.site.folder import replace_one

#: The page's memory, written last: an update that is not in it was not published.
STATE = "state.json"
OWNER_FILE = ".broadcast-site"
_WORDS = "A status page kept by broadcast. Without this file and state.json, it is not written to.\n"
#: Files at the address of a page; enough to see whether a folder is in use.
_ENTRANCES = ("index.html", "feed.atom", "maintenance.ics")
#: The mark inside our files, by suffix.
_SIGNATURES = {
    ".html": re.compile(rb"""<meta name=["']?generator["']? content=["']?broadcast\b"""),
    ".atom": re.compile(rb"<generator>broadcast</generator>"),
    ".ics": re.compile(rb"PRODID:-//broadcast//"),
}


class NotOurs(Exception):
    """The page would overwrite a file of another program; `path` names it."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not ours")
        self.path = path


def check_entrances(folder: Path) -> None:
    """Raise `NotOurs` if the folder has another web site; raise `OSError` if it cannot be read."""
    check(folder, _ENTRANCES)


def check(folder: Path, names: Iterable[str]) -> None:
    """Raise `NotOurs` for the first of these files that another program wrote."""
    owned = (folder / OWNER_FILE).is_file()
    if not owned and (folder / STATE).exists():
        return  # a page from a version without the mark
    for path in (folder / name for name in names):
        signature = _SIGNATURES.get(path.suffix)
        there = path.exists() or path.is_symlink()
        if there and not (_signed(path, signature) if signature else owned):
            raise NotOurs(path)


def take(folder: Path) -> None:
    """Write the mark in one step."""
    if not (folder / OWNER_FILE).is_file():
        replace_one(folder / OWNER_FILE, _WORDS)


def _signed(path: Path, signature: re.Pattern[bytes]) -> bool:
    with suppress(IsADirectoryError, FileNotFoundError):
        return signature.search(path.read_bytes()) is not None
    return False
