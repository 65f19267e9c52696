"""What a signed receipt takes in `serve`. `python -m benchmarks.receipts [--quick]`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from benchmarks.measure import BIN, QUICK, ROOT, keep, publish
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import SystemClock
from broadcast.model.delivery import DeliveryState
from broadcast.model.outcome import Accepted
from broadcast.testing.ledger_samples import incident, notice, owed, settled

RECEIPTS = 500 if QUICK else 5_000
ROUNDS = 1 if QUICK else 5
IN_FLIGHT = 64
IDLE_SECONDS = 3.0 if QUICK else 30.0
WAITS = 9
SETTLING = 4.0  # seconds
ORIGIN = "https://notify.benchmark.example"
TOKEN = "0123456789abcdef0123456789abcdef"
CONFIGURATION = f"""
[broadcast]
organisation = "Benchmark"
timezone = "UTC"

[ledger]
url = "sqlite:///broadcast.db"

[serve]
url = "{ORIGIN}"
public = "127.0.0.1:{{port}}"
desk = "unix:{{desk}}"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC00000000000000000000000000000000"
auth_token = "env:BENCHMARK_TOKEN"
from = "+4930231250"
"""
_TICKS = os.sysconf("SC_CLK_TCK")
Request = tuple[bytes, dict[str, str]]


def main() -> None:
    """Measure and publish; with a word behind it, play one of the processes."""
    match sys.argv[1:]:
        case ["bare", port]:
            bare(int(port))
        case ["wait", ledger]:
            print(_longest_waits(Path(ledger)))
        case _:
            with TemporaryDirectory() as folder:
                measure(Path(folder))


def measure(folder: Path) -> None:
    """Measure both in turn, then the waits of another process meanwhile, and `serve` at rest."""
    ours, theirs, waits = [], [], []
    idle = (0.0, 0.0)
    for turn in range(ROUNDS):
        requests = prepare(folder / str(turn))
        with serving(folder / str(turn)) as (process, port):
            if turn == 0:
                idle = at_rest(process)
            with waiting(folder / str(turn) / "broadcast.db") as waiter:
                ours.append(cost(process, port, requests))
                waits.append(float(waiter.communicate()[0]))
        with bare_handler() as (process, port):
            theirs.append(cost(process, port, requests))
    ratio = median(ours) / median(theirs)
    about = (
        f"{RECEIPTS:,} receipts of Twilio, medians of {ROUNDS} rounds in turn (least to most), after the "
        f"start; the ledger counted every receipt. Meanwhile another process waited {median(waits):.0f} ms "
        f"for a transaction (median of {WAITS}). At rest, `serve` has {idle[1]:.0f} MB (Pss) and takes "
        f"{idle[0]:.2f} % of a core. Other programs ran on the machine at the same time."
    )
    lines = [
        "| one receipt, 64 in flight | CPU ms | bare = 1 |",
        "|---|---|---|",
        f"| `broadcast serve`: signature verified, durable before 204 | {_spread(ours)} | {ratio:.2f} |",
        f"| bare aiohttp handler: verifies nothing, stores nothing | {_spread(theirs)} | 1.00 |",
        "",
        about,
    ]
    keep("Receipts", [{"ours": round(median(ours), 3), "bare": round(median(theirs), 3)}])
    publish("Receipts", lines)


def prepare(folder: Path) -> list[Request]:
    """Write a configuration and a ledger with accepted messages; return a signed receipt for each."""
    folder.mkdir()
    ledger, run_at = Ledger.open(folder / "broadcast.db"), SystemClock().now()
    names = [f"p{number}" for number in range(RECEIPTS)]
    recorded = ledger.incidents.record(notice(incident(), 1, owed(*names, route=("sms",))), run_at)
    run = ledger.runs.begin()
    work = ledger.deliveries(recorded.id, run, clock=SystemClock())
    while claims := work.turn([], {"sms": 1000}, run_at).claims["sms"]:
        done = [
            settled(one, DeliveryState.ACCEPTED, "accepted", accepted=(Accepted(f"SM{one.receiver}"),))
            for one in claims
        ]
        work.turn(done, {}, run_at)
    run.end()
    ledger.close()
    return [_signed(f"SM{name}") for name in names]


def _signed(sid: str) -> Request:
    from twilio.request_validator import RequestValidator

    form = {"MessageSid": sid, "MessageStatus": "delivered", "To": "+4915112345678", "From": "+4930231250"}
    signature = RequestValidator(TOKEN).compute_signature(f"{ORIGIN}/hooks/sms", form)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
    return urlencode(form).encode(), headers


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run `broadcast serve`; check in the end that it recorded every receipt."""
    port = free_port()
    text = CONFIGURATION.format(port=port, desk=folder / "desk.sock")
    (folder / "broadcast.toml").write_text(text, encoding="utf-8")
    process = started([BIN / "broadcast", "serve"], folder)
    try:
        until_listening(port)
        settle()
        yield process, port
    finally:
        process.terminate()
        process.wait()
    ledger = Ledger.open(folder / "broadcast.db")
    recorded = ledger.receipts.counts(1)["sms"]
    ledger.close()
    assert sum(recorded.values()) == RECEIPTS, recorded


@contextmanager
def bare_handler() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a handler that reads the body and answers 204."""
    port = free_port()
    process = started([sys.executable, "-m", "benchmarks.receipts", "bare", str(port)], ROOT)
    try:
        until_listening(port)
        yield process, port
    finally:
        process.terminate()
        process.wait()


@contextmanager
def waiting(ledger: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process that writes into the ledger now and then, and prints how long it waited."""
    process = started([sys.executable, "-m", "benchmarks.receipts", "wait", str(ledger)], ROOT)
    try:
        yield process
    finally:
        process.wait()


def _longest_waits(path: Path) -> float:
    ledger, waits = Ledger.open(path), []
    for _ in range(WAITS):
        began = time.perf_counter()
        ledger.incidents.reserve_ref()
        waits.append((time.perf_counter() - began) * 1000)
        time.sleep(0.1)  # noqa: TID251 - a benchmark lets time pass
    ledger.close()
    return median(waits)


def bare(port: int) -> None:
    """Answer every request with 204."""
    from aiohttp import web

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(status=204)

    application = web.Application()
    application.router.add_post("/hooks/{channel}", answer)
    web.run_app(application, host="127.0.0.1", port=port, access_log=None, print=None)


def cost(process: subprocess.Popen[str], port: int, requests: Sequence[Request]) -> float:
    """Return the milliseconds of processor that a server takes for each of these requests."""
    before = _processor(process.pid)
    asyncio.run(_post_all(f"http://127.0.0.1:{port}/hooks/sms", requests))
    return (_processor(process.pid) - before) / len(requests) * 1000


async def _post_all(url: str, requests: Sequence[Request]) -> None:
    import aiohttp

    left = iter(requests)
    async with aiohttp.ClientSession() as session:

        async def post() -> None:
            for body, headers in left:
                async with session.post(url, data=body, headers=headers) as answer:
                    assert answer.status == 204, answer.status

        await asyncio.gather(*(post() for _ in range(IN_FLIGHT)))


def at_rest(process: subprocess.Popen[str]) -> tuple[float, float]:
    """Return the percentage of a core and the megabytes (Pss) of a process that has nothing to do."""
    before = _processor(process.pid)
    time.sleep(IDLE_SECONDS)  # noqa: TID251 - a benchmark lets time pass
    share = (_processor(process.pid) - before) / IDLE_SECONDS * 100
    rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="utf-8")
    pss = next(line.split()[1] for line in rollup.splitlines() if line.startswith("Pss:"))
    return share, int(pss) / 1024


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def started(command: Sequence[str | Path], folder: Path) -> subprocess.Popen[str]:
    """Start a server in that folder, with the benchmark's token."""
    environment = os.environ | {"BENCHMARK_TOKEN": TOKEN, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def settle() -> None:
    """Let the first rounds of the clock pass: what they load is the start's, not that of a request."""
    time.sleep(SETTLING)  # noqa: TID251 - a benchmark lets time pass


def until_listening(port: int) -> None:
    """Wait until something listens on that port."""

    async def connect() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    _tried(connect, until=time.monotonic() + 20)


def _tried(connect: Callable[[], Coroutine[None, None, None]], until: float) -> None:
    while True:
        try:
            asyncio.run(connect())
        except OSError:
            assert time.monotonic() < until, "nothing listens"
            time.sleep(0.05)  # noqa: TID251 - a benchmark lets time pass
        else:
            return


def free_port() -> int:
    """Return a port on which nothing listens."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _spread(figures: Sequence[float]) -> str:
    return f"{median(figures):.3f} ({min(figures):.3f} to {max(figures):.3f})"


if __name__ == "__main__":
    main()
