"""How a failure is shown: `error: ...` and `hint: ...`, or as JSON, never a traceback."""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from typer.exceptions import TyperException

from broadcast.cli.help import path
from broadcast.cli.suggestions import suggest_option
from broadcast.cli.terminal import Stream, standard_error, standard_output
from broadcast.config.secret import sounds_secret
from broadcast.errors import BroadcastError, Interrupted, Unfinished
from broadcast.model.redaction import Secrets, redact_values
from broadcast.model.text import printable, printable_json

SCHEMA = "broadcast.error/1"
#: Errors of a file, a folder or a stream; nothing was sent.
_UNUSABLE = 12
_INTERRUPTED = 130
#: The errors of a write without space.
_LOST = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REPORT = "broadcast-bug-"
_NO_NUMBER = re.compile(r"is not a valid int(eger)?\b")
_RED, _PLAIN = "\x1b[1;31m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, how to correct it, and whether anything left the machine (None: unknown)."""

    text: str
    hint: str | None
    exit_code: int
    sent_anything: bool | None = False


def report(error: BroadcastError, arguments: Sequence[str]) -> int:
    """Show one of our own errors; return its exit code."""
    return _tell(Failure(str(error), error.hint, error.exit_status), arguments)


def report_interrupted(error: Interrupted, arguments: Sequence[str]) -> int:
    """Show that Ctrl-C came before anything was recorded or sent; return 130."""
    return _tell(Failure(str(error), error.hint, _INTERRUPTED), arguments)


def report_unfinished(error: Unfinished, arguments: Sequence[str]) -> int:
    """Show an error that came when messages may have left the machine; return 130."""
    cause = error.__cause__
    failure = Failure(str(error), error.hint, _INTERRUPTED, sent_anything=None)
    if isinstance(cause, BroadcastError) or not isinstance(cause, Exception):
        return _tell(failure, arguments)
    details = _write_details(cause)
    hint = f"{error.hint}; details are in {details}" if details else error.hint
    failure = replace(failure, text=f"{_bug(cause)}\n{error}", hint=hint)
    return _tell(failure, arguments, what="internal error")


def report_usage(error: TyperException, arguments: Sequence[str]) -> int:
    """Show a mistake in the command line that Typer found; return 2."""
    ctx: Any = getattr(error, "ctx", None)
    known = hasattr(error, "option_name")  # Typer would add its own suggestions
    text = (error.message if known else error.format_message()).rstrip(".")
    text = _NO_NUMBER.sub("is not a whole number", text)
    hint = suggest_option(error, ctx) or (f"see `{path(ctx)} -h`" if ctx else None)
    return _tell(Failure(text[:1].lower() + text[1:], hint, 2), arguments)


def was_interrupted(error: BaseException) -> bool:
    """Return whether Ctrl-C caused `error`: until Python 3.12 an import can turn it into `RuntimeError`."""
    cause = error.__cause__
    return isinstance(cause, KeyboardInterrupt) or (cause is not None and was_interrupted(cause))


def report_unforeseen(error: Exception, arguments: Sequence[str]) -> int:
    """Show an unusable file, or a bug, whose details are saved; return 12.

    Nothing was sent: later errors arrive as `Unfinished`.
    """
    if isinstance(error, OSError) and error.filename:
        text = f"cannot use {error.filename}: {error.strerror}"
        hint = "nothing was sent; check its permissions and the space left on the disk"
        return _tell(Failure(text, hint, _UNUSABLE), arguments)
    if isinstance(error, OSError) and error.errno in _LOST:  # Typer writes completion scripts itself
        return report_lost(error, 0, arguments)
    details = _write_details(error)
    hint = f"nothing was sent; details are in {details}" if details else "nothing was sent"
    return _tell(Failure(_bug(error), hint, _UNUSABLE), arguments, what="internal error")


def report_lost(error: OSError, code: int, arguments: Sequence[str]) -> int:
    """Show that standard output was lost; return 12 unless `code` already says something else."""
    stream = standard_error(no_color="--no-color" in arguments)
    stream.write(_line(stream, "error", f"the output could not be written: {error.strerror}"))
    stream.write(_line(stream, "hint", "free some space, or write to another disk"))
    return code or _UNUSABLE


def wants_json(arguments: Sequence[str]) -> str | None:
    """Return `json` or `ndjson` if the command line asks for it, as far as it could be parsed."""
    for position, argument in enumerate(arguments):
        following = arguments[position + 1] if position + 1 < len(arguments) else ""
        value = following if argument in {"-o", "--output"} else argument.removeprefix("--output=")
        value = value.removeprefix("-o")
        if value in {"json", "ndjson"} and argument.startswith(("-o", "--output")):
            return value
    return None


def _tell(failure: Failure, arguments: Sequence[str], what: str = "error") -> int:
    stream = standard_error(no_color="--no-color" in arguments)
    stream.write(_line(stream, what, failure.text))
    if failure.hint:
        stream.write(_line(stream, "hint", failure.hint))
    form = wants_json(arguments)
    if form:
        fields: dict[str, object] = {"schema": SCHEMA}
        if form == "ndjson":
            fields["event"] = "error"
        fields |= {
            "error": failure.text,
            "hint": failure.hint,
            "exit_code": failure.exit_code,
            "sent_anything": failure.sent_anything,
        }
        indent = 2 if form == "json" else None
        document = json.dumps(fields, ensure_ascii=False, indent=indent)
        standard_output().write(printable_json(document) + "\n")
    return failure.exit_code


def _bug(error: Exception) -> str:
    import traceback

    place = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" at {Path(place[0].filename).name}:{place[0].lineno}" if place else ""
    return f"{type(error).__name__}{where}; this is a bug"


def _line(stream: Stream, what: str, text: str) -> str:
    label = f"{_RED}{what}:{_PLAIN}" if stream.colour and what != "hint" else f"{what}:"
    first, *rest = printable(text).split("\n")
    return "\n".join([f"{label} {first}", *(f"  {line}" for line in rest)]) + "\n"


def crash_reports() -> list[Path]:
    """Return the saved bug reports that this user may change."""
    import tempfile

    folders = (_state_folder(), Path(tempfile.gettempdir()))
    found = {path for folder in folders for path in folder.glob(f"{_REPORT}*.txt")}
    return sorted(path for path in found if os.access(path, os.R_OK | os.W_OK))


def _write_details(error: Exception) -> Path | None:
    """Save the traceback, without values, in a file that only this user may read; return its path."""
    import tempfile
    import traceback

    frames = traceback.format_tb(error.__traceback__)
    message = redact_values(_environment().masked(str(error)))
    text = "".join(["Traceback (most recent call last):\n", *frames, f"{type(error).__name__}: {message}\n"])
    for folder in (_state_folder(), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor, name = tempfile.mkstemp(prefix=_REPORT, suffix=".txt", dir=folder)
        except OSError:
            continue
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return Path(name)
    return None


def _environment() -> Secrets:
    """Return the secrets in the environment, judged by the names of its variables."""
    return Secrets(frozenset(value for name, value in os.environ.items() if value and sounds_secret(name)))


def _state_folder() -> Path:
    import platformdirs

    return platformdirs.user_state_path("broadcast", appauthor=False)
