"""How late reminders are while `serve` publishes to 2,000 people. `python -m benchmarks.beside [--quick]`."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.measure import BIN, QUICK, keep, publish
from benchmarks.scene import PROVIDER, TEXT, Responder, responding, write_people
from broadcast.model.clock import SystemClock

PEOPLE = 500 if QUICK else 2_000
LATENCY = 0.4  # seconds; 64 requests at a time take 12.5 seconds for everybody
REMINDERS = 3 if QUICK else 8
SPACING = 1.5  # seconds between two reminders
LEAD = 25.0  # seconds from the first incident to its reminder
CONFIGURATION = """
[broadcast]
organisation = "Benchmark"
locale = "en"
timezone = "UTC"
live = true

[ledger]
url = "sqlite:///broadcast.db"

[serve]
url = "https://notify.benchmark.example"
public = "127.0.0.1:0"
desk = "127.0.0.1:0"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC00000000000000000000000000000000"
auth_token = "env:BENCHMARK_TOKEN"
from = "+4930231250"
{everybody}

[channels.sms-crew]
adapter = "twilio-sms"
account_sid = "AC11111111111111111111111111111111"
auth_token = "env:BENCHMARK_TOKEN"
from = "+4930231251"
{crew}

[audiences.phones]
texts = "customers"
contacts = ["people.csv"]
lanes = [["sms"]]

[audiences.few]
texts = "customers"
contacts = ["few.csv"]
lanes = [["sms"]]

[audiences.crew]
texts = "supervisors"
contacts = ["crew.csv"]
lanes = [["sms-crew"]]
internal = true

[cadence]
remind = "audience:crew"
before = "1m"
"""


def main() -> None:
    """Measure and publish."""
    with responding(latency=LATENCY) as everybody, responding() as crew, TemporaryDirectory() as folder:
        late, lasted = _measure(Path(folder), everybody, crew)
    head = f"| while a notice goes to {PEOPLE:,} people | reminders | late by, seconds |"
    spread = f"{median(late):.2f} ({min(late):.2f} to {max(late):.2f})"
    about = (
        f"`serve` publishes a scheduled notice; the provider takes {LATENCY:g} s for each of 64 requests at "
        f"a time, {lasted:.1f} s for all. Meanwhile promises of other incidents come near, one every "
        f"{SPACING:g} s, and one colleague is reminded of each, over another channel. Counted from the time "
        "of the reminder to the provider's receipt of its request; the median (least to most)."
    )
    keep("Reminders", [{"people": PEOPLE, "late": round(max(late), 3)}])
    publish("Reminders", [head, "|---|---|---|", f"| `serve` | {len(late)} | {spread} |", "", about])


def _measure(folder: Path, everybody: Responder, crew: Responder) -> tuple[list[float], float]:
    providers = {"everybody": PROVIDER.format(root=everybody.root), "crew": PROVIDER.format(root=crew.root)}
    (folder / "broadcast.toml").write_text(CONFIGURATION.format(**providers), encoding="utf-8")
    write_people(folder / "people.csv", PEOPLE)
    (folder / "few.csv").write_text("id,phone\nf,+4915110000001\n", encoding="utf-8")
    (folder / "crew.csv").write_text("id,phone\nc,+4915110000002\n", encoding="utf-8")
    begun = time.monotonic()
    for number in range(REMINDERS):
        ahead = 60 + LEAD + number * SPACING - (time.monotonic() - begun)
        _run(folder, "notify", f"Small {number}", *_words("few", f"{ahead:.0f}s"))
    ahead = LEAD - SPACING - (time.monotonic() - begun)
    _run(folder, "notify", "Checkout is down", *_words("phones", "2h"), "--at", f"{ahead:.0f}s")
    found = json.loads(_run(folder, "due", "-o", "json"))
    due = sorted({datetime.fromisoformat(one["due_at"]).timestamp() - 60 for one in _promises(found)})[
        :REMINDERS
    ]
    everybody.heard()
    with _serving(folder):
        late = [_late(crew, at) for at in due]
        lasted = _until_told(everybody)
    return late, lasted


def _promises(found: dict[str, list[dict[str, str]]]) -> Iterator[dict[str, str]]:
    yield from found["due"]


def _words(audience: str, promised: str) -> tuple[str, ...]:
    return (
        *("--message", TEXT, "--severity", "sev2", "--service", "Checkout", "--audience", audience),
        *("--next-update", promised, "--max-recipients", str(PEOPLE), "--yes", "--output", "json"),
    )


def _late(crew: Responder, at: float) -> float:
    """The seconds from that time (since the epoch) to the first request since the last look."""
    now = SystemClock().now().timestamp()
    offset = time.perf_counter() - now
    _pause(max(0.0, at + SPACING * 0.6 - now))
    while not (heard := crew.heard()).requests:
        _pause(0.05)
    return heard.first - (at + offset)


def _until_told(everybody: Responder) -> float:
    requests, first, end = 0, 0.0, 0.0
    while requests < PEOPLE:
        heard = everybody.heard()
        if heard.requests:
            first = first or heard.first
            end = heard.first + heard.span
            requests += heard.requests
        _pause(0.2)
    return end - first


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


@contextmanager
def _serving(folder: Path) -> Iterator[None]:
    process = subprocess.Popen(
        [BIN / "broadcast", "serve"],
        cwd=folder,
        env={"BENCHMARK_TOKEN": "benchmark", "PATH": "/usr/bin:/bin"},
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _run(folder: Path, *words: str) -> str:
    env = {"BENCHMARK_TOKEN": "benchmark", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [BIN / "broadcast", *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 5, 10}:
        raise RuntimeError(done.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
