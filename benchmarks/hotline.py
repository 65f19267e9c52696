"""What calls take in `serve`, and how long callers wait. `python -m benchmarks.hotline [--quick]`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from benchmarks.measure import BIN, QUICK, ROOT, keep, publish
from benchmarks.receipts import TOKEN, free_port, settle, started, until_listening
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.testing.ledger_samples import incident, notice, owed
from tests.harness.telephone.load import Load, load

CALLS, AT_ONCE = (200, 50) if QUICK else (2_000, 300)
ROUNDS = 1 if QUICK else 3
#: Seconds that callers take for each step, where the times of the answers are measured.
THINK = 1.0 if QUICK else 5.0
#: Calls that begin while nothing works but `serve` itself.
BROKEN_CALLS = 50
ORIGIN = "https://notify.benchmark.example"
CONFIGURATION = f"""
[broadcast]
organisation = "Benchmark"
locale = "de"
timezone = "UTC"

[ledger]
url = "sqlite:///broadcast.db"

[serve]
url = "{ORIGIN}"
public = "127.0.0.1:{{port}}"
desk = "unix:{{desk}}"

[channels.call]
adapter = "twilio-voice"
account_sid = "AC{"5a" * 16}"
auth_token = "env:BENCHMARK_TOKEN"
from = "+4930231250"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC{"5a" * 16}"
auth_token = "env:BENCHMARK_TOKEN"
from = "+4930231250"
base_url = "{{provider}}"

[hotline]
numbers = [{{{{ number = "+4930231250", locale = "de" }}}}]
channel = "call"
sms = "sms"
rota = "support"

[oncall.support]
contacts = ["agents.csv"]
shifts = [
  {{{{ who = "alex", from = "00:00", until = "24:00" }}}},
  {{{{ who = "bea", from = "00:00", until = "24:00" }}}},
]
"""
AGENTS = "id,name,phone\nalex,Alex,+4915112340001\nbea,Bea,+4915112340002\n"
TWIML = (
    '<?xml version="1.0" encoding="utf-8"?><Response><Gather action="/voice/answer/1" method="POST" '
    'input="dtmf speech" timeout="5" numDigits="1" finishOnKey=""><Say language="de-DE">'
    "Guten Tag. Zurzeit ist keine Störung bekannt. Für eine Person drücken Sie 0.</Say></Gather></Response>"
)


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers calls."""

    pid: int
    port: int

    def load(self, calls: int = CALLS, at_once: int = AT_ONCE, think: float = 0.0) -> Load:
        """Make calls, so many at once, by callers who think so many seconds."""
        server = f"http://127.0.0.1:{self.port}"
        made = load(
            origin=ORIGIN,
            server=server,
            token=TOKEN,
            pid=self.pid,
            calls=calls,
            at_once=at_once,
            think=think,
        )
        return asyncio.run(made)


def main() -> None:
    """Measure and publish; with a word behind it, play the bare handler."""
    match sys.argv[1:]:
        case ["bare", port]:
            bare(int(port))
        case _:
            with TemporaryDirectory() as folder:
                measure(Path(folder))


def measure(folder: Path) -> None:
    """Measure both in turn without a pause, then calls as in life, then calls while everything is broken."""
    ours, theirs = [], []
    for turn in range(ROUNDS):
        with serving(folder / str(turn)) as server:
            ours.append(server.load())
        with bare_handler() as server:
            theirs.append(server.load())
    with serving(folder / "life") as server:
        ours_in_life = server.load(think=THINK)
    with bare_handler() as server:
        theirs_in_life = server.load(think=THINK)
    with serving(folder / "broken") as server, broken(folder / "broken"):
        in_trouble = server.load(calls=BROKEN_CALLS, at_once=BROKEN_CALLS)
    busy = os.getloadavg()[0]
    errors = sum(sum(one.errors.values()) for one in [*ours, ours_in_life, in_trouble])
    cost, bare_cost = median(map(_cost, ours)), median(map(_cost, theirs))
    about = (
        f"{errors} errors. {ours[0].requests:,} signed requests in each round, CPU is the median of {ROUNDS} "
        f"rounds in turn ({_spread(ours)}; bare {_spread(theirs)}). Callers who think take {THINK:.0f} s for "
        f"each step ({_rate(ours_in_life)} requests a second). Without a pause, times are those of a queue "
        f"of {AT_ONCE} ({_rate(ours[0])} a second, the driver on the same machine). With the ledger locked "
        f"and a rota that cannot be read, {BROKEN_CALLS} callers at once had their first words within "
        f"{max(in_trouble.first) * 1000:.0f} ms. Other programs ran at the same time (load {busy:.1f})."
    )
    lines = [
        f"| {CALLS:,} calls, {AT_ONCE} at once | CPU ms | bare = 1 | p50, p95, p99 ms | without pause | MB |",
        "|---|---|---|---|---|---|",
        _row("`broadcast serve`: verified, decided, durable", ours, ours_in_life, cost / bare_cost),
        _row("bare aiohttp handler: the same words to everybody", theirs, theirs_in_life, 1),
        "",
        about,
    ]
    keep("Hotline", [{"ours": round(cost, 3), "bare": round(bare_cost, 3)}])
    publish("Hotline", lines)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Run `broadcast serve` with an incident that callers hear of, and two people on duty."""
    folder.mkdir()
    ledger = Ledger.open(folder / "broadcast.db")
    ledger.incidents.record(
        notice(incident(), 1, owed("anna", route=("sms",), state=DeliveryState.EXPIRED)), SystemClock().now()
    )
    ledger.close()
    port = free_port()
    with provider() as address:
        _configure(folder, port, address)
        with _running(started([BIN / "broadcast", "serve"], folder), port) as server:
            settle()
            yield server


def _configure(folder: Path, port: int, address: str) -> None:
    text = CONFIGURATION.format(port=port, desk=folder / "desk.sock", provider=address)
    (folder / "broadcast.toml").write_text(text, encoding="utf-8")
    (folder / "agents.csv").write_text(AGENTS, encoding="utf-8")


@contextmanager
def provider() -> Iterator[str]:
    """Run a provider that takes every SMS; return its address."""
    command = [sys.executable, "-m", "benchmarks.responder"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.stdin.close()
        process.wait()


@contextmanager
def broken(folder: Path) -> Iterator[None]:
    """Lock the ledger, and take away what a snapshot is read from."""
    (folder / "agents.csv").unlink()
    ledger = Ledger.open(folder / "broadcast.db")
    with ledger.store.transaction():
        yield
    ledger.close()


@contextmanager
def bare_handler() -> Iterator[Server]:
    """Run a handler that reads the body and answers the same TwiML."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.hotline", "bare", str(port)]
    with _running(started(command, ROOT), port) as server:
        yield server


@contextmanager
def _running(process: subprocess.Popen[str], port: int) -> Iterator[Server]:
    try:
        until_listening(port)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait()


def bare(port: int) -> None:
    """Answer every request with the same TwiML."""
    from aiohttp import web

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(text=TWIML, content_type="text/xml")

    application = web.Application()
    application.router.add_post("/voice/{step}/{number}", answer)
    web.run_app(application, host="127.0.0.1", port=port, access_log=None, print=None)


def _row(name: str, rounds: list[Load], in_life: Load, ratio: float) -> str:
    memory = max(one.megabytes or 0.0 for one in rounds)
    cost = median(map(_cost, rounds))
    return f"| {name} | {cost:.3f} | {ratio:.2f} | {_times(in_life)} | {_times(rounds[0])} | {memory:.0f} |"


def _cost(measured: Load) -> float:
    return (measured.cpu or 0.0) / measured.requests * 1000


def _spread(rounds: list[Load]) -> str:
    costs = [_cost(one) for one in rounds]
    return f"{min(costs):.3f} to {max(costs):.3f}"


def _times(measured: Load) -> str:
    cuts = quantiles(measured.answers, n=100, method="inclusive")
    return ", ".join(f"{cuts[at - 1] * 1000:.0f}" for at in (50, 95, 99))


def _rate(measured: Load) -> str:
    return f"{measured.requests / measured.seconds:,.0f}"


if __name__ == "__main__":
    main()
