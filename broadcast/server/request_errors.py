"""What aiohttp reports about requests, in one line, without who asked and for what.

aiohttp names the client's address and quotes the first line of a request that is no HTTP, with a traceback.
That line may hold the token of a person, and anybody can send such requests.
"""

from __future__ import annotations

import logging
import traceback
from typing import IO

from broadcast.server.access_log import report


def request_errors(log: IO[str]) -> logging.Logger:
    """Return the logger for aiohttp, which writes to `log`."""
    logger = logging.Logger("broadcast.server", logging.ERROR)  # noqa: LOG001 - each `serve` has its own log
    logger.addHandler(_OneLine(log))
    return logger


class _OneLine(logging.Handler):
    def __init__(self, log: IO[str]) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write the kind of the error and, if it is ours, its place; its message may hold what was asked."""
        report(self._log, _line(record.exc_info[1] if record.exc_info else None))


def _line(error: BaseException | None) -> str:
    from aiohttp.http_exceptions import HttpProcessingError

    kind = type(error).__name__
    if error is None or isinstance(error, HttpProcessingError):
        return f"a request was refused that is no HTTP ({kind})"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"a request was not answered: {kind}{place}"
