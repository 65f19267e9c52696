"""Write a file in one step: every reader, also after a power cut, finds the old or the new file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_NAMED = 40  # characters in the name of a temporary file


def write_atomically(path: Path, content: bytes, mode: int = 0o600, *, new: bool = False) -> None:
    """Write `content` to `path`; raises `OSError`, and then nothing has changed.

    With `new`, raises `FileExistsError` if the file exists. A link is replaced, not followed.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:_NAMED]}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if new:  # an empty file reserves the name until it is replaced
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
