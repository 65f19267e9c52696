"""`python -m tests.torture`: break runs in every way at hand, and count what people lost by it.

The short form takes minutes, the long one hours. Exit code 1 where a promise was broken.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.torture import disk, kills, ladders, network, powercut, races, receipts, sessions, syscalls
from tests.torture.companies import Companies, companies
from tests.torture.report import Line, Options

SUITES: Mapping[str, Callable[[Options, Companies], Iterator[Line]]] = {
    "kills": kills.suite,
    "powercut": powercut.suite,
    "syscalls": syscalls.suite,
    "races": races.suite,
    "disk": disk.suite,
    "network": network.suite,
    "sessions": sessions.suite,
    "receipts": receipts.suite,
    "ladders": ladders.suite,
}


def main() -> int:
    """Run the suites that were asked for, and print a line for each thing they count."""
    given = _arguments()
    _say(f"torture: seed {given.seed}, {'long' if given.long else 'short'} form")
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        options = Options(given.seed, given.long, Path(folder))
        broken = [name for name in given.suite or SUITES if not _holds(name, options)]
    if broken:
        _say(f"broken promises in {', '.join(broken)}; the same again: make torture SEED={given.seed}")
    return int(bool(broken))


def _holds(name: str, options: Options) -> bool:
    """Run one suite; whether every promise was kept."""
    kept = True
    with companies(options.folder / name) as place:
        for line in SUITES[name](options, place):
            _say(str(line))
            kept = kept and not line.broken
    return kept


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("suite", nargs="*", choices=[[], *SUITES], help="only these suites")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="default: a random one")
    parser.add_argument("--long", action="store_true", help="as often as the promises are made for")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
