"""`broadcast` and `python -m broadcast`."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, and end with its exit code."""
    if sys.argv[1:] == ["--version"]:
        from broadcast.cli.terminal import answer_version

        sys.exit(answer_version())
    from broadcast.cli.app import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
