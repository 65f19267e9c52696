"""Several commands that are the first to open a ledger: each finds a ledger, whole or still to be made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from broadcast.errors import LedgerError
from broadcast.ledger.ledger import Ledger

TOGETHER = 8


def opened(path: Path, start: int) -> int:
    """Open it in a process of its own, once `start` has a byte for it; returns its id."""
    process = os.fork()
    if process:
        return process
    os.read(start, 1)
    try:
        Ledger.open(path).close()
        os._exit(0)
    except LedgerError as error:
        os._exit(error.exit_status)


@pytest.mark.slow
def test_a_ledger_that_is_just_being_made_is_not_taken_for_another_programs(tmp_path):
    codes = []
    for number in range(40):
        start, held = os.pipe()
        processes = [opened(tmp_path / f"{number}.db", start) for _ in range(TOGETHER)]
        os.write(held, b"!" * TOGETHER)
        codes += [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes]
        os.close(held)
        os.close(start)

    assert set(codes) == {0}
