"""A list of rows on disk, so that a million people take little more memory than a thousand."""

from __future__ import annotations

import marshal
import tempfile
from collections.abc import Iterator
from typing import Any

from broadcast.errors import ConfigError

Row = tuple[Any, ...]

_IN_MEMORY = 1024 * 1024
_ROWS_A_PAGE = 256


class Spool:
    """Rows of plain values, written once and read many times.

    A short list stays in memory. A long one goes to a temporary file without a name: no other process can
    open it, and it disappears with this process.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - open as long as the spool is
        self._pages: list[tuple[int, int]] = []
        self._page: list[Row] = []
        self._end = 0

    def append(self, row: Row) -> None:
        """Add a row; raises `ConfigError` if the disk is full."""
        self._page.append(row)
        if len(self._page) == _ROWS_A_PAGE:
            self._turn_page()

    def __len__(self) -> int:
        return len(self._pages) * _ROWS_A_PAGE + len(self._page)

    def __iter__(self) -> Iterator[Row]:
        for start, length in self._pages:
            self._file.seek(start)
            yield from marshal.loads(self._file.read(length))  # noqa: S302 - written by this process
        yield from self._page

    def __del__(self) -> None:
        self._file.close()

    def _turn_page(self) -> None:
        written = marshal.dumps(self._page)
        try:
            self._file.seek(self._end)
            self._file.write(written)
            self._file.flush()
        except OSError as error:
            raise ConfigError(
                f"cannot spool contacts to {tempfile.gettempdir()}: {error.strerror}",
                hint="free some, or let TMPDIR name a folder that has it",
            ) from None
        self._pages.append((self._end, len(written)))
        self._end += len(written)
        self._page = []
