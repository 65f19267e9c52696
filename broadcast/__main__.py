"""`broadcast` and `python -m broadcast`."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, and end with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from broadcast.cli.terminal import answer_version

        sys.exit(answer_version())
    _suit_one_run()
    with _ended_by_interrupt():
        from broadcast.cli.app import run
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:  # between loading and the first command
        sys.exit(130)


@contextmanager
def _ended_by_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process at once: nothing can be lost while the program is being loaded.

    An exception would not always arrive: until Python 3.12, a class whose creation is interrupted in
    `__set_name__` raises `RuntimeError` instead (https://github.com/python/cpython/issues/77757).
    """
    own = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if own:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    if own:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _suit_one_run() -> None:
    """Tune the interpreter for a process that builds a plan, works it off and ends."""
    # What start-up and a plan build is kept to the end; looking for garbage in it took up to 8 % of the time.
    gc.set_threshold(10_000, 50, 50)
    # A turn of the ledger's thread asks for the interpreter many times, and waits this long each time while
    # answers are read: at Python's own 5 ms, a quarter of the messages a second.
    sys.setswitchinterval(0.0005)


if __name__ == "__main__":
    main()
