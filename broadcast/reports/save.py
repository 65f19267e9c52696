"""Save a report: in one step, readable by this user alone, and only over our own unchanged report.

Every file ends with a comment with the SHA-256 of the text before it. A file without it, or a changed
one, is not overwritten: it may be the configuration, the ledger, or an edited report.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path

from broadcast.config.atomic_file import write_atomically
from broadcast.errors import UsageError

_SEAL = re.compile(rb"<!-- broadcast report, sha256:([0-9a-f]{64}) -->\n\Z")
_SEAL_SIZE = len("<!-- broadcast report, sha256: -->\n") + 64
_ANOTHER = "name another file with --out"
_KINDS = (
    (stat.S_ISLNK, "a link"),
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def save(report: str, path: Path, what: str = "a report") -> None:
    """Write the report, or another text of ours (`what`), to `path`, with mode 0600.

    Raises `UsageError` if another file is there, `OSError` if the file cannot be written; then nothing has
    changed.
    """
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}", hint=f"make it first, or {_ANOTHER}")
    new = _is_new(path, what)
    try:
        write_atomically(path, sealed(report), new=new)
    except FileExistsError:
        raise _taken(path, what) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def sealed(report: str) -> bytes:
    """Return the report with the comment by which a later run recognises it."""
    text = report.encode()
    return text + f"<!-- broadcast report, sha256:{hashlib.sha256(text).hexdigest()} -->\n".encode()


def _is_new(path: Path, what: str) -> bool:
    """Return whether no file is there; raises `UsageError` unless the file is our own unchanged report."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return True
    for is_kind, kind in _KINDS:
        if is_kind(mode):
            hint = f"{_ANOTHER}, or leave --out out and redirect the output"
            raise UsageError(f"{path} is {kind}, so nothing was written", hint=hint)
    if not _is_ours(path):
        raise _taken(path, what)
    return False


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - _SEAL_SIZE))
        seal = _SEAL.fullmatch(file.read())
        if seal is None:
            return False
        file.seek(0)
        return hashlib.sha256(file.read(start)).hexdigest() == seal[1].decode()


def _taken(path: Path, what: str) -> UsageError:
    return UsageError(
        f"{path} is not {what}, or was changed since; it was not overwritten",
        hint=f"{_ANOTHER}, or move it away first",
    )
