"""Write the static document of the hotline to its file, at every notice."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from broadcast.channels.base import HoldsCalls
from broadcast.config.atomic_file import write_atomically
from broadcast.errors import BroadcastError
from broadcast.hotline.fallback import fallback_document
from broadcast.hotline.snapshot import Snapshot

#: The file is for a web server, so that others may read it.
_MODE = 0o644
#: Providers take no larger document.
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class FallbackFile:
    """Writes the file `path`; `read` returns what is known now, `adapter` speaks the provider's markup."""

    path: Path
    read: Callable[[], Snapshot]
    adapter: Callable[[], HoldsCalls]

    def write(self) -> Snapshot:
        """Replace the file in one step, and return what it says.

        Raises:
            BroadcastError: What is known cannot be read.
            OSError: The file cannot be written.
        """
        snapshot = self.read()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, self._body(snapshot), _MODE)
        # The file is as old as what it says, for `current`.
        then = snapshot.taken_at.timestamp()
        os.utime(self.path, (then, then))
        return snapshot

    def current(self) -> bool:
        """Return whether the file says what would be written now, but for its time; False if there is none.

        Raises:
            BroadcastError: What is known cannot be read.
            OSError: The file cannot be read.
        """
        if not self.path.is_file():
            return False
        snapshot = self.read()
        then = datetime.fromtimestamp(self.path.stat().st_mtime, snapshot.taken_at.tzinfo)
        return self.path.read_bytes() == self._body(replace(snapshot, taken_at=then))

    def _body(self, snapshot: Snapshot) -> bytes:
        return self.adapter().write_call(fallback_document(snapshot), _no_url).body

    def trouble(self) -> tuple[str, ...]:
        """Write the file; return a warning if that fails, because a notice must go out all the same."""
        try:
            self.write()
        except (BroadcastError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            return (f"the hotline's fallback {self.path} was not written: {reason}",)
        return ()


def _no_url(path: str) -> str:
    raise ValueError(f"the fallback must not need our server for {path}")
