"""Disks that are too small, ledgers that are locked, cut off, or had bits flipped."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.harness.company import Company
from tests.harness.program import Ended
from tests.torture.companies import EACH_ALONE, NOTIFY, RETRY, Companies, finish, run
from tests.torture.judge import deliveries, judge
from tests.torture.report import Line, Options

PEOPLE = 40
#: Of what the ledger takes in the end; its journal comes on top.
_SMALL = (0.8, 1.8)
_ENOUGH = 4096  # KiB
_LEDGER = 12  # the exit code of a ledger that is locked, full or damaged


def suite(options: Options, companies: Companies) -> Iterator[Line]:
    yield _full(options, companies)
    yield _locked(options, companies)
    yield _damaged(options, companies)


def _full(options: Options, companies: Companies) -> Line:
    """Disks of many sizes; when there is room again, retry goes on."""
    line = Line(name="disk full")
    place = companies.folder / "small"
    place.mkdir()
    company = companies.found(EACH_ALONE, PEOPLE)
    company.notify()
    needed = company.ledger_path.stat().st_size // 1024
    for number in range(options.count(10, 100)):
        size = int(needed * options.chance("disk", number).uniform(*_SMALL)) // 4 * 4
        if failed := _mount(place, size):
            line.skipped = f"no tmpfs: {failed}"
            break
        try:
            _on_a_small_disk(companies, place, size, line)
        finally:
            subprocess.run(["umount", str(place)], check=True)
    return line


def _mount(place: Path, kilobytes: int, *, again: bool = False) -> str:
    """Put a disk of that size there, or change its size; why it could not be done."""
    if os.geteuid() != 0:
        return "only root may mount"
    options = f"size={kilobytes}k" + (",remount" if again else "")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True
    )
    return done.stderr.strip()[:80]


def _on_a_small_disk(companies: Companies, place: Path, size: int, line: Line) -> None:
    folder = companies.folder / "configuration"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    company = companies.furnish(
        folder, EACH_ALONE, PEOPLE, sms="concurrency = 4", mail_backup="concurrency = 4"
    )
    # Only the ledger lies on the small disk, as a log partition that is full.
    config = folder / "broadcast.toml"
    config.write_text(config.read_text().replace("sqlite:///broadcast.db", f"sqlite:///{place}/broadcast.db"))
    (folder / "broadcast.db").symlink_to(place / "broadcast.db")
    done = run(company, *NOTIFY)
    name = f"{size} KiB"
    sent = len(company.received())
    line.add(disks=1, full_at_once=int(done.code != 0 and not sent), full_midway=int(done.code != 0 < sent))
    _honest(company, done, name, line, {0, 1, 4, _LEDGER, 11, 130})
    _intended(company, name, line)
    line.expect(not _mount(place, _ENOUGH, again=True), f"{name}: the disk could not be enlarged")
    finish(company)
    _count(company, name, line)


def _honest(company: Company, done: Ended, name: str, line: Line, codes: set[int]) -> None:
    """Neither a traceback nor a wrong word about whether something left the machine."""
    sent = len(company.received())
    line.add(tracebacks=int(done.traceback), sent=sent)
    line.expect(not done.traceback, f"{name}: traceback {done.err[-300:]}")
    line.expect(done.code in codes, f"{name}: exit {done.code}: {done.err[-200:]}")
    line.expect(
        not (done.code == _LEDGER and sent),
        f"{name}: exit {done.code} says that nothing was sent, and {sent} arrived",
    )


def _intended(company: Company, name: str, line: Line) -> None:
    """Whatever arrived has an intent on the disk, however full that is."""
    received = company.received()
    if not received:
        return
    tried = {one.contact for one in deliveries(company.ledger_path) if one.tries}
    strangers = [person for person, copies in company.copies().items() if copies and person not in tried]
    line.add(sent_without_intent=len(strangers))
    line.expect(not strangers, f"{name}: sent without an intent to {strangers[:3]}")


def _count(company: Company, name: str, line: Line) -> None:
    verdict = judge(company)
    line.add(lost=len(verdict.lost), doubled=len(verdict.doubled), wrongly_accepted=len(verdict.false))
    line.add(unknown=verdict.unknown.total(), damage=len(verdict.damage))
    line.broken += [f"{name}: {one}" for one in verdict.broken]


def _locked(options: Options, companies: Companies) -> Line:
    """Another process holds the ledger and does not let go."""
    line = Line(name="ledger locked")
    for number in range(options.count(1, 5)):
        company = companies.found(EACH_ALONE, 2)
        company.notify()
        before = len(company.received())
        with closing(sqlite3.connect(company.ledger_path, isolation_level=None)) as database:
            database.execute("BEGIN EXCLUSIVE")
            done = run(company, "update", "-m", "More.", "--yes")
        line.add(runs=1, sent=len(company.received()) - before, tracebacks=int(done.traceback))
        line.expect(done.code == _LEDGER, f"run {number}: exit {done.code}: {done.err[-200:]}")
        line.expect(len(company.received()) == before, f"run {number}: sent while the ledger was locked")
    return line


def _damaged(options: Options, companies: Companies) -> Line:
    """A file cut off anywhere, or with bits flipped: nothing is sent that is not written down."""
    line = Line(name="ledger damaged")
    company = companies.found(EACH_ALONE, 6)
    company.notify()
    whole = company.ledger_path.read_bytes()
    for number in range(options.count(30, 400)):
        chance = options.chance("damage", number)
        company.ledger_path.write_bytes(_spoilt(whole, chance, cut=number % 2 == 0))
        companies.daemon.forget()
        arguments = chance.choice((("update", "-m", "More.", "--yes"), RETRY, ("status",)))
        done = run(company, *arguments)
        name = f"damage {number}, {arguments[0]}"
        line.add(runs=1, refused=int(done.code == _LEDGER), hung=int(done.code == -99))
        _honest(company, done, name, line, {0, 1, 2, 3, 4, 8, 11, _LEDGER, 130})
        if company.received():
            _written_down(company, name, line)
    return line


def _spoilt(whole: bytes, chance: random.Random, *, cut: bool) -> bytes:
    if cut:
        return whole[: chance.randrange(1, len(whole))]
    spoilt = bytearray(whole)
    for _ in range(chance.choice((1, 1, 8, 64))):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _written_down(company: Company, name: str, line: Line) -> None:
    """Whatever arrived is in the ledger, as far as that can be read, and arrived once."""
    copies = company.copies(sequence=2)
    doubled = [who for who, found in copies.items() if len(found) != len(set(found))]
    line.add(doubled=len(doubled))
    line.expect(not doubled, f"{name}: doubled for {doubled}")
    try:
        tried = _tried(company.ledger_path)
    except sqlite3.Error as error:
        line.expect(False, f"{name}: sent, and what was sent cannot be read: {error}")
        return
    line.expect(
        all(who in tried for who, found in copies.items() if found), f"{name}: sent without an intent"
    )


def _tried(ledger: Path) -> set[str]:
    """Whom the update was sent to; what is older may lie where the bits were flipped."""
    with closing(sqlite3.connect(ledger)) as database:
        rows = database.execute(
            "SELECT contact FROM delivery JOIN attempt ON delivery_id = delivery.id WHERE notice_id = 2"
        )
        return {contact for (contact,) in rows}
