"""`broadcast` and `python -m broadcast`."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, and end with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from broadcast.cli.terminal import answer_version

        sys.exit(answer_version())
    _suit_one_run()
    try:
        from broadcast.cli.app import run

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:  # while the program was still being loaded
        sys.exit(130)


def _suit_one_run() -> None:
    """Tune the interpreter for a process that builds a plan, works it off and ends."""
    # What start-up and a plan build is kept to the end; looking for garbage in it took up to 8 % of the time.
    gc.set_threshold(10_000, 50, 50)
    # A turn of the ledger's thread asks for the interpreter many times, and waits this long each time while
    # answers are read: at Python's own 5 ms, a quarter of the messages a second.
    sys.setswitchinterval(0.0005)


if __name__ == "__main__":
    main()
