"""The file that keeps steps of calls while the ledger cannot be written.

Each step is one line of JSON that is on the disk when `add` returns. A step may also reach the ledger later
by itself; recording it twice changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock

from broadcast.hotline.recording import from_line, to_line
from broadcast.model.call_step import CallStep

_MODE = 0o600


class CallSpool:
    """The spool beside a ledger. Its methods may be called from any thread.

    Example:
        >>> spool = CallSpool(Path("broadcast.db-calls.jsonl"))
        >>> spool.add(step)
        >>> spool.replay(lambda steps: ledger.calls.record("call", steps))
        1
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()

    def add(self, step: CallStep) -> None:
        """Append a step; raises `OSError` if it cannot be written."""
        line = f"{to_line(step)}\n".encode()
        with self._lock:
            file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, _MODE)
            try:
                os.write(file, line)
                os.fsync(file)
            finally:
                os.close(file)

    def replay(self, record: Callable[[Sequence[CallStep]], None]) -> int:
        """Record all steps and empty the file; return how many there were.

        Raises what `record` raises; then the file stays as it is.
        """
        with self._lock:
            steps = self._steps()
            if not steps:
                return 0
            record(steps)
            self.path.unlink(missing_ok=True)
            return len(steps)

    def _steps(self) -> list[CallStep]:
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        return [step for line in lines if (step := from_line(line))]
