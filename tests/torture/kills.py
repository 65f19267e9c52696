"""kill -9 at random moments, up to three in a row and during recovery; then retry until nothing changes."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.harness.company import Company
from tests.harness.processes import Child
from tests.torture.companies import EACH_ALONE, Companies, finish, publishing, retrying
from tests.torture.judge import in_flight, judge
from tests.torture.report import Line, Options

PEOPLE = 30
CONCURRENCY = 4
SLOWLY = "all:late=0.02"
#: Accepted only after we stopped waiting, or were killed; whoever asks at once is told that nothing came.
LATE = "twilio:late=1.2,every=2,times=8"
SETTLE_LATE = "1500ms"


def suite(options: Options, companies: Companies) -> Iterator[Line]:
    """SMS can be looked up, e-mail in batches and by SMTP cannot."""
    line = Line(name="kills")
    length = _undisturbed(companies)
    for number in range(options.count(50, 1000)):
        _one_run(companies, options.chance("kills", number), length, line, f"run {number}")
    yield line


def _company(companies: Companies, *, late: bool) -> Company:
    wide = f"concurrency = {CONCURRENCY}"
    settle = SETTLE_LATE if late else "200ms"
    company = companies.found(EACH_ALONE, PEOPLE, sms=wide, mail_backup=wide, email=wide)
    config = company.folder / "broadcast.toml"
    text = config.read_text(encoding="utf-8").replace('settle = "200ms"', f'settle = "{settle}"')
    # Only SMS is given up soon: a busy machine must not make e-mail doubtful that nobody killed.
    sms = text.index("[channels.sms]")
    config.write_text(text[:sms].replace('timeout = "600ms"', 'timeout = "20s"') + text[sms:])
    # Of faults that fit, the first strikes: the one that comes very late goes first.
    companies.daemon.arm(*((LATE, SLOWLY) if late else (SLOWLY,)))
    return company


def _undisturbed(companies: Companies) -> float:
    """How long a run takes that is left alone, in seconds."""
    company = _company(companies, late=False)
    at = time.monotonic()
    publishing(company).wait()
    return time.monotonic() - at


def _one_run(companies: Companies, chance: random.Random, length: float, line: Line, name: str) -> None:
    late = chance.random() < 0.3
    company = _company(companies, late=late)
    flying: set[tuple[str, int]] = set()
    for kill in range(chance.choice((1, 1, 2, 3))):
        child = publishing(company) if kill == 0 else retrying(company)
        hit = kill_within(child, chance.uniform(0, length))
        line.add(kills=1, hit=int(hit))
        now = _in_flight_now(company.ledger_path)
        fresh = _counted(now - flying)
        line.expect(
            # One of four is claimed ahead where the provider can be asked.
            fresh["sms"] <= CONCURRENCY * 5 // 4 and fresh["mail-backup"] <= CONCURRENCY,
            f"{name}: too many in flight: {dict(fresh)}",
        )
        flying |= now
    finish(company)
    verdict = judge(company)
    line.add(runs=1, people=PEOPLE * len(EACH_ALONE), lost=len(verdict.lost), doubled=len(verdict.doubled))
    line.add(wrongly_accepted=len(verdict.false), unknown_listed=verdict.unknown.total())
    above = (verdict.unknown - _counted(flying)).total() + verdict.unknown["sms"]
    line.add(unknown_beyond_those_in_flight=above, damage=len(verdict.damage))
    line.expect(not above, f"{name}: {dict(verdict.unknown)} unknown, {dict(_counted(flying))} in flight")
    line.broken += [f"{name}: {one}" for one in verdict.broken]


def kill_within(child: Child, seconds: float) -> bool:
    """Kill it after so many seconds, however far it is; whether it was still at work."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and child.hears(left):
        pass
    child.kill()
    return child.status == -9


def _counted(attempts: set[tuple[str, int]]) -> Counter[str]:
    return Counter(channel for channel, _ in attempts)


def _in_flight_now(ledger: Path) -> set[tuple[str, int]]:
    """Looked up in a copy, for the journal of the dead run is the next one's to roll back."""
    if not ledger.exists():
        return set()
    copy = ledger.parent / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for file in ledger.parent.glob(f"{ledger.name}*"):
        if file.is_file():
            shutil.copy(file, copy / file.name)
    return in_flight(copy / ledger.name)
