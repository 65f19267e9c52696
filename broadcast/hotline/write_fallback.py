"""Write the static document of the hotline to its file, at every notice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
        answer = self.adapter().write_call(fallback_document(snapshot), _no_url)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.path, answer.body, _MODE)
        return snapshot

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
