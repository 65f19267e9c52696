"""Networks and providers at their worst: gone, slow, storming, endless; and terminals that are gone."""

from __future__ import annotations

import json
import math
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from broadcast.model.clock import SystemClock
from tests.harness.company import Company
from tests.harness.program import LONGEST, Ended
from tests.torture.companies import NOTIFY, Companies, finish, run
from tests.torture.judge import judge
from tests.torture.report import Line, Options

SMS_ALONE = (("sms",),)
DEADLINE = 8  # seconds
_MOST_MEMORY = 120  # MB
_FALLBACK_WITHIN = 5.0  # seconds
_MEASURE = """
import json, resource, subprocess, sys, time
at = time.monotonic()
done = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
with open(sys.argv[1], "w") as file:
    json.dump({"peak": peak, "seconds": time.monotonic() - at, "until": time.time()}, file)
sys.exit(done.returncode if done.returncode >= 0 else 128 - done.returncode)
"""


@dataclass(frozen=True)
class Measured:
    """A command that has ended, how long it took, until when, and how much memory (MB) it held at most."""

    ended: Ended
    seconds: float
    peak: float
    until: float


def suite(options: Options, companies: Companies) -> Iterator[Line]:
    yield _cut_off(options, companies)
    yield _doubtful(options, companies)
    yield _storm(options, companies)
    yield _unauthorised(options, companies)
    yield _slow(options, companies)
    yield _endless(options, companies)
    yield _cramped(options, companies)


def measured(company: Company, *arguments: str, before: Sequence[str] = ()) -> Measured:
    """Run the real program and measure it from outside."""
    told = company.folder / "measured.json"
    done = run(company, *arguments, before=[*before, sys.executable, "-c", _MEASURE, str(told)])
    hung = {"peak": 0.0, "seconds": float(LONGEST), "until": math.inf}
    seen = json.loads(told.read_text()) if told.exists() else hung
    return Measured(done, seen["seconds"], seen["peak"], seen["until"])


def _check(company: Company, line: Line, name: str, *, may_be_open: bool = False) -> None:
    open_states = frozenset({"held", "planned", "failed"}) if may_be_open else frozenset()
    verdict = judge(company, open_states=open_states)
    line.add(people=company.people, lost=len(verdict.lost), doubled=len(verdict.doubled))
    line.add(wrongly_accepted=len(verdict.false), unknown=verdict.unknown.total())
    line.broken += [f"{name}: {one}" for one in verdict.broken]


def _cut_off(options: Options, companies: Companies) -> Line:
    """No route and no name service: nothing hangs, and what needs no network steps in within seconds."""
    line = Line(name="no network")
    tried = subprocess.run(["unshare", "-n", "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        line.skipped = f"unshare: {tried.stderr.strip()[:80]}"
        return line
    for number in range(options.count(1, 10)):
        company = companies.found([["email", "sms"]], 30)
        _point_elsewhere(company, "email", "https://api.sendgrid.com")
        _point_elsewhere(company, "sms", "https://api.twilio.com")
        text = company.folder / "broadcast.toml"
        page = '\n[channels.site]\nadapter = "site"\npath = "public"\n'
        text.write_text(
            text.read_text().replace('[["email", "sms"]]', '[["email", "sms"], ["sms", "site"]]') + page
        )
        before = ("unshare", "-n", "sh", "-c", 'ip link set lo up 2>/dev/null; exec "$@"', "sh")
        seen = measured(company, *NOTIFY, before=before)
        line.most("slowest run, s", seen.seconds)
        line.add(runs=1, tracebacks=int(seen.ended.traceback))
        line.expect(
            seen.ended.code in {1, 4, 5}, f"run {number}: exit {seen.ended.code}: {seen.ended.err[-200:]}"
        )
        line.expect(seen.seconds < 30, f"run {number}: took {seen.seconds:.0f} s to find that nothing goes")
        first = _first_fallback(company)
        line.most("first fallback, s", first)
        line.expect(first <= _FALLBACK_WITHIN, f"run {number}: first fallback after {first:.1f} s")
        _check(company, line, f"run {number}", may_be_open=True)
    return line


def _point_elsewhere(company: Company, channel: str, url: str) -> None:
    config = company.folder / "broadcast.toml"
    head, table, rest = config.read_text().partition(f"[channels.{channel}]")
    lines = [f'base_url = "{url}"' if one.startswith("base_url") else one for one in rest.split("\n")]
    until = next(i for i, one in enumerate(lines) if one.startswith("["))
    config.write_text(head + table + "\n".join([*lines[:until], *rest.split("\n")[until:]]))


def _first_fallback(company: Company) -> float:
    """Seconds from the plan to the first person whom another channel was to tell instead."""
    with closing(sqlite3.connect(company.ledger_path)) as database:
        stepped_in = database.execute("SELECT min(first_at) FROM failover").fetchone()[0]
    return float(stepped_in) - _recorded_at(company) if stepped_in is not None else float(LONGEST)


def _recorded_at(company: Company) -> float:
    """When the plan was made, in seconds since the epoch."""
    with closing(sqlite3.connect(company.ledger_path)) as database:
        return float(database.execute("SELECT min(created_at) FROM notice").fetchone()[0])


def _doubtful(options: Options, companies: Companies) -> Line:
    """Errors that mean nothing: half of the messages answered with 5xx were accepted."""
    line = Line(name="half of 5xx accepted")
    for number in range(options.count(1, 10)):
        company = companies.found(SMS_ALONE, 300, sms="concurrency = 16")
        companies.daemon.arm("twilio:status_after=503,every=10", "twilio:status=500,every=9")
        done = run(company, *NOTIFY)
        line.expect(done.code in {0, 11}, f"run {number}: exit {done.code}")
        companies.daemon.heal()
        finish(company)
        line.add(runs=1)
        _check(company, line, f"run {number}")
        verdict = judge(company)
        line.expect(not verdict.unknown, f"run {number}: left unknown, though Twilio can be asked")
    return line


def _storm(options: Options, companies: Companies) -> Line:
    """429 with Retry-After, over and over: patience, and hardly more requests than needed."""
    line = Line(name="429 storm")
    people = 300
    for number in range(options.count(2, 10)):
        patience = 1 + number % 2
        company = companies.found(SMS_ALONE, people, sms="concurrency = 8")
        # After a 429 a channel tries with one request at a time, so that each of a wave costs its patience.
        wave = "times=12" if number % 2 else "every=25"
        companies.daemon.arm(f"twilio:ratelimit={patience},{wave}")
        done = run(company, *NOTIFY)
        sent = sum(one["provider"] == "twilio" for one in companies.requests())
        line.add(runs=1, requests=sent)
        line.expect(done.code == 0, f"run {number}: exit {done.code}: {done.err[-200:]}")
        line.expect(sent <= 1.3 * people, f"run {number}: {sent} requests for {people} messages")
        _check(company, line, f"run {number}")
    return line


def _unauthorised(options: Options, companies: Companies) -> Line:
    """A wrong token: no more requests than were under way when that came out."""
    line = Line(name="401")
    concurrency = 8
    for number in range(options.count(1, 5)):
        company = companies.found(SMS_ALONE, options.count(1000, 10_000), sms=f"concurrency = {concurrency}")
        companies.daemon.arm("twilio:auth")
        done = run(company, *NOTIFY)
        line.add(runs=1, requests=len(companies.requests()))
        line.expect(done.code == 1, f"run {number}: exit {done.code}")
        line.expect(
            len(companies.requests()) <= concurrency, f"run {number}: {len(companies.requests())} requests"
        )
        _check(company, line, f"run {number}", may_be_open=True)
        companies.daemon.heal()
        code = finish(company)
        line.expect(code == 0, f"run {number}: with a new token, retry ended with {code}")
        _check(company, line, f"run {number}, after a new token")
    return line


def _slow(options: Options, companies: Companies) -> Line:
    """A provider that never answers, or a byte at a time: nobody else waits for it, and the run ends."""
    line = Line(name="hang and drip")
    faults = ("sendgrid:hang", "sendgrid:drip=0.5", "sendgrid:hang_after", "smtp:hang", "twilio:hang")
    # With patience for one request, people are moved on; without, the deadline of the run has to end it.
    for timeout in ("2s", "30s"):
        for fault in faults if timeout == "2s" or options.long else faults[:1]:
            _one_slow(companies, fault, timeout, line)
    return line


def _one_slow(companies: Companies, fault: str, timeout: str, line: Line) -> None:
    hanging = {"sendgrid": "email", "smtp": "mail-backup", "twilio": "sms"}[fault.partition(":")[0]]
    other, backup = [name for name in ("sms", "mail-backup", "email") if name != hanging][:2]
    company = companies.found([[hanging, backup], [other]], 100, timeout=timeout)
    companies.daemon.arm(fault)
    name = f"{fault}, {timeout} patience"
    began = SystemClock().now()
    seen = measured(company, *NOTIFY, "--deadline", f"{DEADLINE}s")
    line.add(runs=1)
    # From the moment the plan was on disk: a busy machine loads programs slowly.
    took = seen.until - _recorded_at(company)
    line.most("slowest run, s", took)
    line.most("most memory, MB", seen.peak)
    line.expect(took <= DEADLINE + 1, f"{name}: over after {took:.1f} s")
    line.expect(seen.peak <= _MOST_MEMORY, f"{name}: {seen.peak:.0f} MB")
    others = _others_reached(company, other, began)
    line.most("others reached, s", others)
    line.expect(others <= _FALLBACK_WITHIN, f"{name}: the last on {other} was reached after {others:.1f} s")
    companies.daemon.heal()
    finish(company)
    _check(company, line, name)


def _others_reached(company: Company, channel: str, began: datetime) -> float:
    """When the last person on a healthy lane was reached, in seconds after the start."""
    provider = {"sms": "twilio", "mail-backup": "smtp", "email": "sendgrid"}[channel]
    reached = [one.at for one in company.received() if one.provider == provider]
    people = Counter(one.to for one in company.received() if one.provider == provider)
    if len(people) < company.people:
        return float(LONGEST)
    return (max(reached) - began).total_seconds()


def _endless(options: Options, companies: Companies) -> Line:
    """Half a gigabyte of an answer is not read."""
    line = Line(name="512 MiB answer")
    for fault in ("twilio:huge,every=5", "sendgrid:huge"):
        company = companies.found([["sms"], ["email"]], 20, timeout="5s")
        companies.daemon.arm(fault)
        seen = measured(company, *NOTIFY)
        line.add(runs=1)
        line.most("most memory, MB", seen.peak)
        line.expect(seen.peak <= _MOST_MEMORY, f"{fault}: {seen.peak:.0f} MB")
        line.expect(seen.ended.code in {0, 11}, f"{fault}: exit {seen.ended.code}")
        finish(company)
        _check(company, line, fault)
    return line


_SHELLS = {
    "32 open files": 'ulimit -n 32; exec "$@"',
    "40 open files": 'ulimit -n 40; exec "$@"',
    "closed stdout": 'exec "$@" >&-',
    "closed stdout and stderr": 'exec "$@" >&- 2>&-',
    "nobody reads": 'set -o pipefail; "$@" 2>&1 | true',
    "full device": 'exec "$@" >/dev/full 2>/dev/full',
    "ASCII, 20 columns": 'export LC_ALL=C COLUMNS=20; exec "$@"',
    "little memory": 'ulimit -v 600000; exec "$@"',
}


def _cramped(options: Options, companies: Companies) -> Line:
    """Few files, little memory, and nobody who reads along: everybody is told all the same."""
    line = Line(name="cramped")
    for name, shell in _SHELLS.items():
        company = companies.found([["sms"], ["mail-backup"], ["email"]], 40)
        arguments = NOTIFY if options.long else ("notify", "Checkout down", "--yes")
        done = run(company, *arguments, before=("bash", "-c", shell, "bash"))
        line.add(runs=1, tracebacks=int(done.traceback))
        line.expect(done.code == 0, f"{name}: exit {done.code}: {done.err[-300:]}")
        line.expect(not done.traceback, f"{name}: traceback {done.err[-300:]}")
        finish(company)
        _check(company, line, name)
    return line
