"""Settling by hand and erasing steer nothing, show no address, and survive being killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from broadcast.ledger.erasure import Author
from broadcast.ledger.ledger import Ledger
from broadcast.sandbox.faults import parse_fault
from broadcast.testing.ledger_samples import NOON, record
from tests.harness.program_company import PERSON, ProgramCompany
from tests.security.hostile_texts import TERMINAL
from tests.security.output_checks import assert_json, assert_printed

HOSTILE = " ".join(text for text in TERMINAL if "\x00" not in text)
COMMANDS = {
    "status": ("status", "INC-1"),
    "resolve-unknown": ("resolve-unknown", "INC-1", "--as", "accepted", "--dry-run"),
    "forget": ("forget", "1", "--dry-run"),
    "settled": ("resolve-unknown", "INC-1", "--as", "accepted", "--yes"),
    "log": ("log", "INC-1"),
    "forgotten": ("forget", "1", "--yes"),
    "purge": ("purge", "--older-than", "0s", "--yes"),
}


@pytest.fixture
def doubtful(muster: ProgramCompany) -> Iterator[ProgramCompany]:
    """Somebody with a hostile name, whose answer was lost."""
    muster.write_contacts("customers", [{**PERSON, "name": HOSTILE}])
    muster.sandbox.fault(parse_fault("sendgrid:drop_after"))
    muster.notify("Chat", "-a", "customers", "--channel", "email")
    muster.sandbox.clear_faults()
    yield muster
    muster.write_contacts("customers", [PERSON])


@pytest.mark.parametrize("form", ["human", "json"])
def test_hostile_names_and_authors_steer_nothing_and_no_address_is_shown(doubtful, form):
    for name, command in COMMANDS.items():
        said = doubtful.run(*command, "-o", form, BROADCAST_AUTHOR=HOSTILE)

        assert said.code == 0, (name, said.err)
        assert_printed(said.said)
        assert PERSON["email"] not in said.said
        assert PERSON["phone"][1:] not in said.said
        if form == "json":
            assert_json(said.out)


ERASE = """
import sys
from pathlib import Path
from broadcast.ledger.erasure import Author
from broadcast.ledger.ledger import Ledger
from broadcast.testing.ledger_samples import NOON
ledger = Ledger.open(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
ledger.erasure.purge([1], Author("Ada", NOON))
print("erased", flush=True)
ledger.erasure.rewrite()
print("rewritten", flush=True)
"""


@pytest.mark.parametrize("after", ["ready", "erased"])
def test_a_purge_that_is_killed_has_erased_all_or_nobody_and_can_be_finished(tmp_path: Path, after: str):
    path = tmp_path / "broadcast.db"
    ledger = Ledger.open(path)
    record(ledger, *(f"sentinel{number}" for number in range(3000)))
    ledger.close()
    running = subprocess.Popen(
        [sys.executable, "-c", ERASE, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    said = running.stdout.readline().strip()
    running.stdin.write("\n")
    running.stdin.flush()
    while said != after:
        said = running.stdout.readline().strip()
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()

    ledger = Ledger.open(path)
    erasure = ledger.erasure
    assert ledger.check() == "ok"
    assert erasure.traces(1).people in {0, 3000}
    assert erasure.unfinished or erasure.traces(1).people == 3000 or b"sentinel" not in path.read_bytes()
    finish(ledger)
    ledger.close()
    assert b"sentinel" not in b"".join(one.read_bytes() for one in tmp_path.glob("broadcast.db*"))


def finish(ledger: Ledger) -> None:
    if ledger.erasure.traces(1).people:
        ledger.erasure.purge([1], Author("Ada", NOON))
    if ledger.erasure.unfinished:
        ledger.erasure.rewrite()
