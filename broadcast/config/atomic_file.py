"""Write a file in one step: after a power cut, and for every reader, it is the old file or the new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_NAMED = 40  # characters of the name of a temporary file


def write_atomically(path: Path, content: bytes, mode: int = 0o600, *, new: bool = False) -> None:
    """Put `content` at `path`; raises `OSError`, and then everything is as it was.

    With `new`, raises `FileExistsError` if something is there. A link is replaced, not followed.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:_NAMED]}.")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new:  # an empty file of our own holds the name until the other takes it
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode))
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
