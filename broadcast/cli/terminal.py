"""The three standard streams, which may be terminals, pipes, broken or closed.

Nothing here raises because of a stream: what was sent, and the exit code, must not depend on whether a
reader is still there.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

from broadcast import __version__

_NARROWEST, _WIDEST = 20, 120
#: Replacements for characters that the terminal's character set lacks.
_ASCII = {
    "•": "*",
    "·": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "→": "->",
    "✓": "+",
    "✗": "x",
    "“": '"',
    "”": '"',
    "„": '"',
    "’": "'",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "ß": "ss",
    "│": "|",
    "\u00a0": " ",
}


#: Why standard output was lost. If its reader closed the pipe, nothing is missing.
_lost: list[OSError] = []


@dataclass(frozen=True, slots=True)
class Stream:
    """A standard stream for writing; `file` is None if it was closed before we began.

    `drawable` says whether the stream can show boxes and moving bars.
    """

    file: TextIO | None
    drawable: bool
    colour: bool

    @property
    def width(self) -> int:
        """The number of columns."""
        from shutil import get_terminal_size

        return max(_NARROWEST, min(_WIDEST, get_terminal_size((80, 24)).columns))

    def write(self, text: str) -> bool:
        """Write `text`; return False if it was lost."""
        if self.file is None:
            return False
        try:
            self.file.write(text)
            self.file.flush()
        except (OSError, ValueError) as error:
            if self.file is sys.stdout:
                _note_lost(error)
            return False
        return True


def lost_output() -> OSError | None:
    """Return why a part of standard output was lost (a full disk), once; None if nothing was."""
    found = _lost[0] if _lost else None
    _lost.clear()
    return found


def standard_output(*, no_color: bool = False) -> Stream:
    """Return the stream for results."""
    return _stream(sys.stdout, no_color=no_color)


def standard_error(*, no_color: bool = False) -> Stream:
    """Return the stream for everything else."""
    return _stream(sys.stderr, no_color=no_color)


def can_ask() -> bool:
    """Return whether a person can see a question and answer it."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)


def reads_from_terminal() -> bool:
    """Return whether reading standard input would wait for a person to type."""
    return sys.stdin is None or _is_terminal(sys.stdin)


def prepare() -> None:
    """Allow output in a character set that lacks some of our characters."""
    _lost.clear()
    codecs.register_error("broadcast", _spelled)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="broadcast")


def release() -> None:
    """Close the streams, so that the interpreter has no error to report when it ends."""
    for descriptor, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def answer_version() -> int:
    """Print the version; returns the exit code."""
    standard_output().write(f"broadcast {__version__}\n")
    release()
    lost = lost_output()
    if lost:
        standard_error().write(f"error: the output could not be written: {lost.strerror}\n")
    return 12 if lost else 0


def use_colours(terminal: bool, environ: Mapping[str, str]) -> bool:
    """Return whether to use colours: from the environment (no-color.org, force-color.org) or a terminal."""
    if environ.get("NO_COLOR") or environ.get("BROADCAST_NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE")
    if forced and forced != "0":
        return True
    return terminal and environ.get("TERM") != "dumb"


def _stream(file: TextIO | None, *, no_color: bool) -> Stream:
    terminal = _is_terminal(file)
    colour = use_colours(terminal, os.environ)
    dumb = os.environ.get("TERM") == "dumb"
    return Stream(file, drawable=(terminal and not dumb) or colour, colour=colour and not no_color)


def _note_lost(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno not in {errno.EPIPE, errno.EBADF}:
        _lost.append(error)


def _is_terminal(file: TextIO | None) -> bool:
    try:
        return file is not None and file.isatty()
    except ValueError:  # closed
        return False


def _spelled(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    return "".join(_ASCII.get(character, "?") for character in lost), error.end
