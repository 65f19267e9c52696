"""A file beside the ledger for what must not be lost while the ledger cannot be written.

Each item is one line of JSON that is on the disk when `add` returns. Several processes may add and replay at
the same time. An item may reach the ledger twice, so recording it twice must change nothing. Items that
arrive while one is being written are written together: the disk is waited for once for all of them.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from broadcast.config.atomic_file import write_atomically
from broadcast.ledger.locks import hold

T = TypeVar("T")
_MODE = 0o600
#: Bytes that are kept free for the spool, for hundreds of lines on a full disk.
_RESERVE = 256 * 1024
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def answers_spool(ledger: Path) -> Path:
    """Return the file in which receipts, replies and keys wait for a ledger."""
    return ledger.with_name(f"{ledger.name}-answers.jsonl")


def calls_spool(ledger: Path) -> Path:
    """Return the file in which steps of calls wait for a ledger."""
    return ledger.with_name(f"{ledger.name}-calls.jsonl")


def waiting(ledger: Path) -> Mapping[Path, int]:
    """Return how many items wait for a ledger, by file; without files in which nothing waits."""
    counts = {path: _read(path).count(b"\n") for path in (answers_spool(ledger), calls_spool(ledger))}
    return {path: count for path, count in counts.items() if count}


def start_anew(ledger: Path) -> str:
    """Return what to do about a damaged ledger; what waits for it must not be left behind."""
    kept = "keep the file, and name a new one under [ledger] url to go on sending"
    files = ", ".join(str(path) for path in waiting(ledger))
    return f"{kept}; rename {files} like it, for what is not recorded yet" if files else kept


@dataclass(slots=True, eq=False)
class _Addition:
    """An item that is to be written; whether somebody has tried to, and why that failed."""

    content: bytes
    is_tried: bool = False
    error: OSError | None = None


class LedgerSpool(Generic[T]):
    """The items in one file. Its methods may be called from any thread.

    Args:
        path: The file; it exists only while something waits.
        to_line: Writes an item as one line of JSON.
        from_line: Reads it; None if the line is torn.

    Example:
        >>> spool = LedgerSpool(calls_spool(ledger_path), to_line, from_line)
        >>> spool.add(step)
        >>> spool.replay(lambda steps: ledger.calls.record("call", steps))
        1
    """

    def __init__(self, path: Path, to_line: Callable[[T], str], from_line: Callable[[str], T | None]) -> None:
        self.path = path
        self._reserve = path.with_suffix(".reserve")
        self._to_line = to_line
        self._from_line = from_line
        self._waiting: deque[_Addition] = deque()
        self._turn = Lock()

    def reserve(self) -> None:
        """Keep some space for a time when the disk is full, if there is any now."""
        with suppress(OSError):
            file = os.open(self._reserve, os.O_WRONLY | os.O_CREAT, _MODE)
            try:
                os.posix_fallocate(file, 0, _RESERVE)
            finally:
                os.close(file)

    def add(self, item: T) -> None:
        """Append an item; raises `OSError` if it cannot be written, and then nothing was."""
        mine = _Addition(self._to_line(item).encode() + b"\n")
        self._waiting.append(mine)
        with self._turn:
            if not mine.is_tried:  # by somebody whose turn it was before
                self._add([self._waiting.popleft() for _ in range(len(self._waiting))])
        if mine.error is not None:
            raise mine.error

    def replay(self, record: Callable[[Sequence[T]], None]) -> int:
        """Record everything in the order of its arrival, and remove it; return how many items there were.

        Raises what `record` raises; then the file stays as it is.
        """
        whole = _whole_lines(_read(self.path))
        items = [item for line in whole.decode().splitlines() if (item := self._from_line(line)) is not None]
        if items:
            # Without the lock: the ledger may take seconds, and what arrives meanwhile must not wait.
            record(items)
        if self.path.exists():
            self._remove(whole)
        return len(items)

    def _add(self, lines: Sequence[_Addition]) -> None:
        for line in lines:
            line.is_tried = True
        content = b"".join(line.content for line in lines)
        try:
            self._append_somehow(content)
        except OSError as error:
            for line in lines:
                line.error = error

    def _append_somehow(self, content: bytes) -> None:
        try:
            self._append(content)
        except OSError as error:
            if error.errno not in _FULL or not self._reserve.exists():
                raise
            self._reserve.unlink(missing_ok=True)
            self._append(content)

    def _append(self, line: bytes) -> None:
        file = hold(self.path)
        try:
            end = os.fstat(file).st_size
            torn = end > 0 and os.pread(file, 1, end - 1) != b"\n"
            try:
                _write(file, b"\n" * torn + line, end)
                os.fsync(file)
            except OSError:
                os.ftruncate(file, end)
                raise
        finally:
            os.close(file)
        if end == 0:
            _sync_folder(self.path.parent)

    def _remove(self, recorded: bytes) -> None:
        """Remove lines from the beginning of the file, unless another process has removed them."""
        file = hold(self.path)
        try:
            found = _read(self.path)
            if not found.startswith(recorded):
                return
            left = _whole_lines(found[len(recorded) :])
            if left:
                write_atomically(self.path, left, _MODE)
            else:
                self.path.unlink()
        finally:
            os.close(file)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _whole_lines(content: bytes) -> bytes:
    """Return the content without a last line that a process was killed in; it was never acknowledged."""
    return content[: content.rfind(b"\n") + 1]


def _write(file: int, content: bytes, at: int) -> None:
    while content:
        written = os.pwrite(file, content, at)
        content, at = content[written:], at + written


def _sync_folder(folder: Path) -> None:
    """Let the name of a new file survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
