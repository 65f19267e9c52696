"""What one message costs when many are sent, beside Apprise. `python -m benchmarks.fanout`.

Every candidate is one command in one process and talks to the same responder. `broadcast` renders, plans
and keeps its ledger, every intent on disk before the request; Apprise posts the text.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from benchmarks.measure import BIN, ROOT, Cost, apprise, cost_of, medians, publish

ROUNDS = 5
PHONES = 3_000
MAILBOXES = 10_000
TEXT = "Checkout is down since 10:40. We are working on it and will tell you more by 11:30."
CONFIGURATION = """
[broadcast]
organisation = "Benchmark"
locale = "en"
timezone = "UTC"

[ledger]
url = "sqlite:///broadcast.db"

[channels.sms]
adapter = "twilio-sms"
account_sid = "AC00000000000000000000000000000000"
auth_token = "env:BENCHMARK_TOKEN"
from = "+4930231250"
base_url = "http://127.0.0.1:{port}"
rate = 100000
burst = 100000
concurrency = 64

[channels.email]
adapter = "sendgrid"
api_key = "env:BENCHMARK_TOKEN"
from = "status@benchmark.example"
base_url = "http://127.0.0.1:{port}"
rate = 100000
burst = 100000

[audiences.phones]
texts = "customers"
contacts = ["phones.csv"]
lanes = [["sms"]]

[audiences.mailboxes]
texts = "customers"
contacts = ["mailboxes.csv"]
lanes = [["email"]]
"""


@contextmanager
def responder() -> Iterator[int]:
    """A responder in its own process; gives its port."""
    command = [sys.executable, "-m", "benchmarks.responder"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def requests_since(port: int) -> int:
    """How many requests the responder answered since it was last asked."""
    with urlopen(f"http://127.0.0.1:{port}/count") as answer:
        return int(answer.read())


def expect(requests: int, port: int) -> None:
    """Make sure that what was measured did its work."""
    if (seen := requests_since(port)) != requests:
        raise RuntimeError(f"{requests} requests were due, {seen} came")


def notify(audience: str, port: int, requests: int) -> Cost:
    """One notice to everybody in the audience, with a fresh ledger."""
    with TemporaryDirectory() as folder:
        cwd = Path(folder)
        (cwd / "broadcast.toml").write_text(CONFIGURATION.format(port=port), encoding="utf-8")
        phones = "".join(f"{n},+49151{12_000_000 + n}\n" for n in range(PHONES))
        (cwd / "phones.csv").write_text("id,phone\n" + phones, encoding="utf-8")
        mailboxes = "".join(f"{n},person{n}@benchmark.example\n" for n in range(MAILBOXES))
        (cwd / "mailboxes.csv").write_text("id,email\n" + mailboxes, encoding="utf-8")
        options = [
            "--audience",
            audience,
            "--severity",
            "sev2",
            "--service",
            "Checkout",
            "--next-update",
            "30m",
        ]
        command: list[str | Path] = [
            BIN / "broadcast",
            "notify",
            "Checkout is down",
            "--message",
            TEXT,
            *options,
        ]
        cost = cost_of(
            [*command, "--yes", "--max-recipients", str(MAILBOXES), "--output", "json"],
            cwd,
            BENCHMARK_TOKEN="benchmark",
        )
        expect(requests, port)
    return cost


def post(command: Path, port: int) -> Cost:
    """The same number of posts through Apprise, one URL for each."""
    with TemporaryDirectory() as folder:
        cwd = Path(folder)
        urls = "".join(f"json://127.0.0.1:{port}/{n}\n" for n in range(PHONES))
        (cwd / "apprise.cfg").write_text(urls, encoding="utf-8")
        cost = cost_of([command, "--config", "apprise.cfg", "--body", TEXT], cwd)
        expect(PHONES, port)
    return cost


def main() -> None:
    """Measure and publish."""
    command = apprise()
    with responder() as port:
        requests_since(port)
        batches = -(-MAILBOXES // 1000)
        costs = medians(
            {
                "SMS through `twilio-sms`, with ledger": lambda: notify("phones", port, PHONES),
                "Apprise `json://`, no ledger": lambda: post(command, port),
                "e-mail through `sendgrid`, with ledger": lambda: notify("mailboxes", port, batches),
            },
            ROUNDS,
        )
    people = (PHONES, PHONES, MAILBOXES)
    requests = (PHONES, PHONES, batches)
    yardstick = costs["Apprise `json://`, no ledger"].cpu / PHONES
    rows = [
        f"| {name} | {count:,} | {sent:,} | {cost.cpu / count * 1000:.2f} | {count / cost.wall:,.0f} "
        f"| {cost.cpu / count / yardstick:.2f} |"
        for (name, cost), count, sent in zip(costs.items(), people, requests, strict=True)
    ]
    head = "| one command | people | requests | CPU ms a person | people a second | CPU, Apprise = 1 |"
    about = (
        f"Medians of {ROUNDS} rounds in turn, whole processes with start-up, reading of contacts and plan, "
        "over plain HTTP on loopback to a responder that answers at once and counts; every count was checked."
    )
    publish("Fan-out", [head, "|---|---|---|---|---|---|", *rows, "", about])


if __name__ == "__main__":
    main()
