"""Killed at every system call, and refused every system call.

Only calls that change something outside the process are struck: dying before any other is the same as
dying before the next of these.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from broadcast.dispatch.progress import Event
from broadcast.publishing.request import Request, Verb
from tests.harness.company import Company
from tests.harness.processes import fork
from tests.torture import strace
from tests.torture.companies import EACH_ALONE, NOTIFY, RETRY, TITLE, Companies, begun, finish, run
from tests.torture.judge import judge
from tests.torture.report import Line, Options

PEOPLE = 4
CONCURRENCY = 2
_WRITES = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlink", "link", "flock", "fcntl")
_SENDS = ("sendto", "connect")
#: A disk that fails, fills up, or is interrupted.
_FAILURES = {
    "pwrite64": ("EIO", "ENOSPC"),
    "write": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "ftruncate": ("EIO",),
    "fcntl": ("EIO", "EAGAIN"),
    "openat": ("EIO", "EMFILE", "EINTR"),
}
#: Likewise, wherever it happens: locks, the install secret, standard output, the loop's own pipe.
_FAILURES_ANYWHERE = {
    "write": ("EIO", "ENOSPC"),
    "fsync": ("EIO",),
    "unlink": ("EIO",),
    "link": ("EIO",),
    "flock": ("EIO",),
}
_CODES = frozenset({0, 1, 4, 5, 6, 11, 12, 130})
_NOTHING_LEFT = frozenset({2, 3, 6, 7, 8, 9, 12})


@dataclass(frozen=True)
class Phase:
    """A command, and what it finds: nothing, or a plan of which nothing was sent."""

    name: str
    arguments: Sequence[str]

    def company(self, companies: Companies) -> Company:
        wide = f"concurrency = {CONCURRENCY}"
        company = companies.found(EACH_ALONE, PEOPLE, sms=wide, mail_backup=wide)
        if self.arguments is RETRY:
            fork(
                lambda _: company.publish(Request(verb=Verb.NOTIFY, title=TITLE), listener=_end).exit_code
            ).wait()
        return company


def _end(_: Event) -> None:
    """End this process at the first thing that happens: the plan is on disk, and nothing was sent."""
    os._exit(0)


PHASES = (Phase("plan", NOTIFY), Phase("attempt", RETRY))


def suite(options: Options, companies: Companies) -> Iterator[Line]:
    reason = strace.missing()
    for line, work in ((Line(name="syscalls killed"), _kills), (Line(name="syscalls refused"), _failures)):
        line.skipped = reason
        if not reason:
            work(options, companies, line)
        yield line


def _kills(options: Options, companies: Companies, line: Line) -> None:
    for phase in PHASES:
        counted = _count(companies, phase, (*_WRITES, *_SENDS))
        points = [(call, when) for call, most in counted.items() for when in range(1, most + 1)]
        for call, when in _some(points, options, 20, f"kill/{phase.name}"):
            _kill(companies, phase, call, when, line)
    # A few calls more or less are made each time, so that the last ones may not come.
    line.expect(line.figures["struck"] > 0.9 * line.figures["points"], "too few were killed to say anything")


def _failures(options: Options, companies: Companies, line: Line) -> None:
    for phase in PHASES:
        counted = _count(companies, phase, tuple(_FAILURES), ours=True)
        counted |= _count(companies, phase, tuple(_FAILURES_ANYWHERE))
        points = [
            (call, error, when)
            for call, most in counted.items()
            for error in (_FAILURES | _FAILURES_ANYWHERE)[call]
            for when in range(1, most + 1)
        ]
        for point in _some(points, options, 14, f"fail/{phase.name}"):
            _refuse(companies, phase, point, line)
    line.expect(line.figures["struck"] > 0.7 * line.figures["points"], "too few were refused to say anything")


def _some(points: list, options: Options, short: int, what: str) -> list:
    """All of them in the long form, else a sample in which every kind of call has its turn."""
    if options.long:
        return points
    chance = options.chance("syscalls", what)
    kinds: dict[str, list] = {}
    for point in chance.sample(points, len(points)):
        kinds.setdefault(point[0], []).append(point)
    return _in_turns(list(kinds.values()), short, chance)


def _in_turns(kinds: list[list], most: int, chance: random.Random) -> list:
    chosen: list = []
    while any(kinds) and len(chosen) < most:
        chosen += [kind.pop() for kind in kinds if kind]
    return chosen[:most]


def _count(companies: Companies, phase: Phase, calls: Sequence[str], *, ours: bool = False) -> Counter[str]:
    company = phase.company(companies)
    log = company.folder / "strace.log"
    run(
        company,
        *phase.arguments,
        before=[*strace.counting(log, calls), *(_only_ledger(company) if ours else ())],
    )
    return strace.tally(log)


def _only_ledger(company: Company) -> list[str]:
    """Only calls on the ledger and what lies beside it: nobody's program survives a disk without Python."""
    names = ("", "-journal", "-wal", ".secret", ".runs")
    return [word for name in names for word in ("-P", f"{company.ledger_path}{name}")]


def _kill(companies: Companies, phase: Phase, call: str, when: int, line: Line) -> None:
    company = phase.company(companies)
    before = strace.killing(company.folder / "strace.log", call, when)
    done = run(company, *phase.arguments, before=before)
    struck = done.code in {-signal.SIGKILL, 128 + signal.SIGKILL}
    line.add(points=1, struck=int(struck), hung=int(done.code == -99))
    line.expect(done.code != -99, f"{phase.name}, {call} {when}: hung")
    _interpreter(company, f"{phase.name}, killed at {call} {when}", line)


def _refuse(companies: Companies, phase: Phase, point: tuple[str, str, int], line: Line) -> None:
    company = phase.company(companies)
    log = company.folder / "strace.log"
    name = f"{phase.name}, {point[0]} {point[2]} refused with {point[1]}"
    where = _only_ledger(company) if point[0] in _FAILURES else []
    before = [*strace.refusing(log, *point), *where]
    done = run(company, *phase.arguments, before=before)
    line.add(points=1, struck=int("(INJECTED)" in log.read_text()), hung=int(done.code == -99))
    line.add(tracebacks=int(done.traceback))
    line.expect(done.code in _CODES, f"{name}: exit {done.code}: {done.err[-200:]}")
    line.expect(not done.traceback, f"{name}: traceback {done.err[-300:]}")
    sent = len(company.received())
    line.expect(
        not (done.code in _NOTHING_LEFT and sent),
        f"{name}: exit {done.code} says that nothing was sent, and {sent} arrived",
    )
    _interpreter(company, name, line)


def _interpreter(company: Company, name: str, line: Line) -> None:
    if begun(company) or company.received():
        line.expect(begun(company), f"{name}: sent without a plan")
    finish(company)
    verdict = judge(company)
    line.add(lost=len(verdict.lost), doubled=len(verdict.doubled), wrongly_accepted=len(verdict.false))
    line.add(unknown_listed=verdict.unknown.total(), damage=len(verdict.damage))
    most = {"sms": 0, "email": PEOPLE, "mail-backup": CONCURRENCY}
    for channel, number in verdict.unknown.items():
        line.expect(number <= most[channel], f"{name}: {number} unknown on {channel}")
    line.broken += [f"{name}: {one}" for one in verdict.broken]
