"""Several processes on one ledger, processes that are stopped and go on, and signals at any moment."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from broadcast.dispatch.progress import EventKind, Listener, ignore_events
from broadcast.errors import BroadcastError, Refused
from broadcast.publishing.preview import Preview
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.wiring import make_publisher
from tests.harness.company import Company, published
from tests.harness.processes import Child, fork
from tests.harness.program import Ended, wait
from tests.torture.companies import EACH_ALONE, NOTIFY, TITLE, Companies, finish, start
from tests.torture.judge import Verdict, judge
from tests.torture.report import Line, Options

PEOPLE = 12
CONCURRENCY = 3
_TIMEOUT = 0.6  # seconds a request may take, as the stage configures it


def suite(options: Options, companies: Companies) -> Iterator[Line]:
    yield _same_key(options, companies, processes=2, runs=options.count(6, 100))
    yield _same_key(options, companies, processes=8, runs=options.count(3, 40))
    yield _stopped(options, companies)
    yield _two_texts(options, companies)
    yield _hung_up(options, companies)
    yield _interrupted(options, companies)


def _company(companies: Companies, fault: str = "all:late=0.02") -> Company:
    wide = f"concurrency = {CONCURRENCY}"
    company = companies.found(EACH_ALONE, PEOPLE, sms=wide, mail_backup=wide, email=wide)
    companies.daemon.arm(fault)
    return company


def _started(work: Callable[[Listener], int]) -> Child:
    """A process whose answer is the exit code that the program would end with."""

    def guarded(listener: Listener) -> int:
        try:
            return work(listener)
        except BroadcastError as error:
            return error.exit_status

    return fork(guarded)


def _publishing(company: Company, key: str | None = None) -> Child:
    request = Request(verb=Verb.NOTIFY, title=TITLE, key=key)
    return _started(lambda listener: company.publish(request, Limits(), listener).exit_code)


def _retry(company: Company, _: Listener) -> int:
    return company.retry().exit_code


def _count(company: Company, line: Line, name: str) -> Verdict:
    verdict = judge(company)
    line.add(runs=1, people=PEOPLE * len(EACH_ALONE), lost=len(verdict.lost), doubled=len(verdict.doubled))
    line.add(wrongly_accepted=len(verdict.false), unknown=verdict.unknown.total(), damage=len(verdict.damage))
    line.broken += [f"{name}: {one}" for one in verdict.broken]
    return verdict


def _same_key(options: Options, companies: Companies, *, processes: int, runs: int) -> Line:
    line = Line(name=f"{processes} processes, one key")
    for number in range(runs):
        company = _company(companies)
        children = [_publishing(company, key="run-7") for _ in range(processes)]
        codes = [child.wait() for child in children]
        line.expect(set(codes) <= {0, 11}, f"run {number}: exit codes {codes}")
        finish(company)
        verdict = _count(company, line, f"run {number}")
        line.expect(not verdict.unknown, f"run {number}: unknown {dict(verdict.unknown)}")
        line.expect(company.notify(key="run-7").replayed, f"run {number}: published anew under its key")
    return line


def _stopped(options: Options, companies: Companies) -> Line:
    """SIGSTOP, or a laptop that sleeps: the second process must not take the first one's messages."""
    line = Line(name="stopped and continued")
    for number in range(options.count(10, 200)):
        chance = options.chance("stopped", number)
        company = _company(companies)
        child = _publishing(company)
        child.until(EventKind.ATTEMPT)
        while chance.random() < 0.9 and child.hears(0.05):
            pass
        child.stop(signal.SIGSTOP)
        second = _started(partial(_retry, company))
        code = second.wait()
        # Who is stopped while it writes keeps the ledger locked. The first has sent by then, so that the
        # second, which cannot write, may not claim that nothing left (12): it was interrupted (130).
        # Otherwise the second names the stopped process, and says that some messages still wait for it (5).
        line.add(locked_out=int(code in {12, 130}), waited_for=int(code == 5))
        line.expect(code in {0, 4, 5, 11, 12, 130}, f"run {number}: the second process ended with {code}")
        child.stop(signal.SIGCONT)
        line.expect(child.wait() in {0, 11}, f"run {number}: the first process ended with {child.status}")
        finish(company)
        # While it was stopped its requests ran out of time, and e-mail cannot be asked for.
        _count(company, line, f"run {number}")
    return line


def _two_texts(options: Options, companies: Companies) -> Line:
    """Two operators who saw the same state and say different things.

    One is heard. The other is asked again, about the new state, and withdraws the notice or insists on it.
    """
    line = Line(name="two operators")
    for number in range(options.count(25, 100)):
        company = _company(companies, "all:late=0")
        company.configure([["sms"]])
        company.employ(2)
        chance = options.chance("operators", number)
        if chance.random() < 0.5:
            company.notify(TITLE)
            requests = [Request(verb=Verb.UPDATE, message=f"Text {one}.") for one in "AB"]
        else:
            requests = [Request(verb=Verb.NOTIFY, title=f"Text {one}.") for one in "AB"]
        insists = chance.random() < 0.5
        before = len(company.received())
        codes = _race(company, requests, insists=insists)
        texts = [one.text for one in company.received()[before:]]
        heard = [sum(f"Text {name}." in text for text in texts) for name in "AB"]
        line.add(races=1, won=codes.count(0), refused=codes.count(8))
        line.expect(sorted(codes) == ([0, 0] if insists else [0, 8]), f"race {number}: exit codes {codes}")
        line.expect(
            sorted(heard) == ([2, 2] if insists else [0, 2]) and len(texts) == sum(heard),
            f"race {number}: {heard} of {len(texts)} messages say A and B",
        )
    return line


def _race(company: Company, requests: list[Request], *, insists: bool) -> list[int]:
    """Let both come as far as their consent, then let both go at once."""
    ready, is_ready = os.pipe()
    go, went = os.pipe()
    children = [
        _started(partial(_consent_together, company, request, _Gate(is_ready, go, went), insists))
        for request in requests
    ]
    for _ in requests:
        os.read(ready, 1)
    for descriptor in (ready, is_ready, went, go):
        os.close(descriptor)
    return [child.wait() for child in children]


class _Gate(NamedTuple):
    """Pipe ends: a racer writes to `is_ready`, then waits until every `went` is closed."""

    is_ready: int
    go: int
    went: int


def _consent_together(company: Company, request: Request, gate: _Gate, insists: bool, _: Listener) -> int:
    arrived: list[int] = []

    def arrive() -> None:
        if not arrived:
            arrived.append(os.write(gate.is_ready, b"!"))

    def consent(_: Preview) -> None:
        if arrived:
            if not insists:
                raise Refused("the other notice says enough")
            return
        os.close(gate.went)
        arrive()
        os.read(gate.go, 1)  # until the other end is closed

    try:
        with company.ledger() as ledger:
            publisher = make_publisher(company.settings, ledger, ignore_events)
            return published(publisher, request, consent).exit_code
    finally:
        arrive()


def _hung_up(options: Options, companies: Companies) -> Line:
    """The terminal is lost in the middle of the outage: the run goes on."""
    line = Line(name="terminal lost")
    for number in range(options.count(3, 50)):
        company = _company(companies)
        child = _publishing(company)
        child.until(EventKind.ATTEMPT)
        while EventKind.DONE not in child.heard:
            child.stop(signal.SIGHUP)
            line.add(signals=1)
            child.hears(0.3)
        line.expect(child.wait() == 0, f"run {number}: ended with {child.status}")
        _count(company, line, f"run {number}")
    return line


def _interrupted(options: Options, companies: Companies) -> Line:
    """Ctrl-C and a polite kill at random moments of the real program."""
    line = Line(name="interrupted")
    at = time.monotonic()
    wait(start(_company(companies), NOTIFY))
    length = time.monotonic() - at
    for number in range(options.count(24, 200)):
        chance = options.chance("interrupted", number)
        company = _company(companies, chance.choice(("all:late=0.02", "all:late=0.3")))
        process = start(company, NOTIFY)
        # Nothing can be lost while the program loads, so most signals come later.
        _wait(process, chance.uniform(0, length) if number % 4 == 0 else chance.uniform(length * 0.5, length))
        sent = chance.choice((signal.SIGINT, signal.SIGTERM))
        at = time.monotonic()
        process.send_signal(sent)
        done = wait(process)
        _check_end(done, time.monotonic() - at, line, f"run {number}, {sent.name}")
        finish(company)
        _count(company, line, f"run {number}, {sent.name}")
    return line


def _check_end(done: Ended, took: float, line: Line, name: str) -> None:
    line.most("slowest stop, s", took)
    line.expect(took <= _TIMEOUT + 1, f"{name}: took {took:.1f} s to stop")
    if done.traceback and "/broadcast/" not in done.err:
        line.add(before_it_began=1)  # Python itself was still being loaded, and knows nothing better
        return
    line.add(stopped=int(done.code != 0), tracebacks=int(done.traceback))
    line.expect(not done.traceback, f"{name}: traceback {done.err[-300:]}")
    line.expect(done.code in {0, 130, -signal.SIGTERM, -signal.SIGINT}, f"{name}: exit {done.code}")


def _wait(process: subprocess.Popen[str], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
