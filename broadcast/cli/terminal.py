"""The three standard streams, which may be terminals, pipes, broken or closed.

Nothing here ever raises because of a stream: what was sent, and the exit code that says so, must not
depend on whether somebody still reads along.
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
#: How a character is spelled where the terminal's character set has none.
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


#: Why standard output did not take what was written, unless its reader went away: then nobody misses it.
_lost: list[OSError] = []


@dataclass(frozen=True, slots=True)
class Stream:
    """A standard stream to write to; `file` is None if it was closed before we began.

    `drawable` says whether boxes and moving bars are of use at the other end.
    """

    file: TextIO | None
    drawable: bool
    colour: bool

    @property
    def width(self) -> int:
        """Columns to fill."""
        from shutil import get_terminal_size

        return max(_NARROWEST, min(_WIDEST, get_terminal_size((80, 24)).columns))

    def write(self, text: str) -> bool:
        """Write `text`, if anybody listens; False if it was lost."""
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
    """Return why some of standard output was lost, if it was (a full disk); the next call forgets it."""
    found = _lost[0] if _lost else None
    _lost.clear()
    return found


def standard_output(*, no_color: bool = False) -> Stream:
    """Where results go."""
    return _stream(sys.stdout, no_color=no_color)


def standard_error(*, no_color: bool = False) -> Stream:
    """Where everything else goes."""
    return _stream(sys.stderr, no_color=no_color)


def can_ask() -> bool:
    """Return whether there is a person at the other end, who sees a question and can answer it."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)


def reads_from_terminal() -> bool:
    """Return whether reading standard input would wait for somebody to type."""
    return sys.stdin is None or _is_terminal(sys.stdin)


def prepare() -> None:
    """Let output survive a character set that lacks some of our characters."""
    _lost.clear()
    codecs.register_error("broadcast", _spelled)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="broadcast")


def release() -> None:
    """Let go of the streams, so that the interpreter finds nothing to complain about when it ends."""
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


def coloured(terminal: bool, environ: Mapping[str, str]) -> bool:
    """Whether to colour: what the environment asks for (no-color.org, force-color.org), else on terminals."""
    if environ.get("NO_COLOR") or environ.get("BROADCAST_NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE")
    if forced and forced != "0":
        return True
    return terminal and environ.get("TERM") != "dumb"


def _stream(file: TextIO | None, *, no_color: bool) -> Stream:
    terminal = _is_terminal(file)
    colour = coloured(terminal, os.environ)
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
