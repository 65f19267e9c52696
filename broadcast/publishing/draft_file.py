"""The files of drafts: where they are, and how they are written and closed."""

from __future__ import annotations

from pathlib import Path

from broadcast.config.atomic_file import write_atomically
from broadcast.config.settings import Settings
from broadcast.model.text import printable
from broadcast.sandbox.settings import sandbox_folder

_FOLDER = "drafts"
_CLOSED = ".closed"


def drafts_folder(settings: Settings) -> Path:
    """Return the folder of the drafts: beside the configuration, or in the sandbox's folder."""
    beside = sandbox_folder(settings) if settings.sandbox else settings.folder
    return beside / _FOLDER


def write_draft(path: Path, text: str) -> Path:
    """Write a draft atomically, readable for this user only; raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, text.encode())
    return path


def close_draft(path: Path) -> Path | None:
    """Rename a draft that is over, and return its new path; None if the file is gone.

    Its text stays, because people may have edited it. Raises `OSError`.
    """
    closed = path.with_name(f"{path.stem}{_CLOSED}{path.suffix}")
    try:
        path.rename(closed)
    except FileNotFoundError:
        return None
    return closed


def on_one_line(text: str) -> str:
    """Return a text from outside without line breaks, and without what controls a terminal."""
    return " ".join(printable(text).split())
