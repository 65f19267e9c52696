"""An organisation to measure with: its configuration, its people, and a provider that says yes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import BIN, ROOT, Cost, cost_of

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
{provider}

[channels.sms-abroad]
adapter = "twilio-sms"
account_sid = "AC11111111111111111111111111111111"
auth_token = "env:BENCHMARK_TOKEN"
from = "+4930231251"
{provider}

[channels.email]
adapter = "sendgrid"
api_key = "env:BENCHMARK_TOKEN"
from = "status@benchmark.example"
{provider}

[audiences.phones]
texts = "customers"
contacts = ["people.csv"]
lanes = [["sms"]]

[audiences.mailboxes]
texts = "customers"
contacts = ["people.csv"]
lanes = [["email"]]

[audiences.everything]
texts = "customers"
contacts = ["people.csv"]
lanes = [["sms"], ["sms-abroad"], ["email"]]
"""
PROVIDER = """base_url = "{root}"
rate = 100000
burst = 100000"""
CONCURRENCY = 64
NOTICE = (
    *("notify", "Checkout is down", "--message", TEXT, "--severity", "sev2", "--service", "Checkout"),
    *("--next-update", "30m", "--yes", "--output", "json"),
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a responder heard: requests, when the first came, and the seconds from it to the last answer.

    `cpu` is the seconds of its own processor.
    """

    requests: int
    first: float
    span: float
    cpu: float

    def on(self, cost: Cost) -> Cost:
        """The cost of the process that was heard."""
        return replace(cost, span=self.span, lead=self.first - cost.began, served=self.cpu)


@dataclass(frozen=True, slots=True)
class Responder:
    """A responder that runs; `authority` is the file that its certificate is verified with, if it has one."""

    root: str
    authority: Path | None

    def heard(self) -> Heard:
        """What it heard since it was last asked."""
        import ssl
        from urllib.request import urlopen

        context = ssl.create_default_context(cafile=self.authority) if self.authority else None
        with urlopen(f"{self.root}/count", context=context) as answer:
            return Heard(**json.load(answer))

    def expect(self, requests: int) -> Heard:
        """The same, having made sure that what was measured did its work."""
        heard = self.heard()
        if heard.requests != requests:
            raise RuntimeError(f"{requests} requests were due, {heard.requests} came")
        return heard


@contextmanager
def responding(*, tls: bool = False, latency: float = 0.0) -> Iterator[Responder]:
    """A responder in its own process."""
    command = [sys.executable, "-m", "benchmarks.responder", "--latency", str(latency)]
    with TemporaryDirectory() as folder:
        authority = _certify(Path(folder)) if tls else None
        if authority:
            command += ["--certificate", str(authority.with_name("server.pem"))]
        with subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            try:
                port = int(process.stdout.readline())
                responder = Responder(f"http{'s' if tls else ''}://127.0.0.1:{port}", authority)
                responder.heard()
                yield responder
            finally:
                process.terminate()


def notify(responder: Responder, audience: str, people: int, requests: int, *more: str) -> Cost:
    """One notice to everybody in the audience, with a fresh ledger."""
    with TemporaryDirectory() as folder:
        cwd = Path(folder)
        provider = PROVIDER.format(root=responder.root)
        if responder.authority:
            provider += f'\nca_file = "{responder.authority}"'
        (cwd / "broadcast.toml").write_text(CONFIGURATION.format(provider=provider), encoding="utf-8")
        write_people(cwd / "people.csv", people)
        options = (*NOTICE, "--audience", audience, "--max-recipients", str(people), *more)
        cost = cost_of([BIN / "broadcast", *options], cwd, BENCHMARK_TOKEN="benchmark")
        return responder.expect(requests).on(cost)


def write_people(path: Path, people: int) -> None:
    """A contacts file."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write("id,phone,email\n")
        for n in range(people):
            stream.write(f"{n},+49151{12_000_000 + n},person{n}@benchmark.example\n")


def _certify(folder: Path) -> Path:
    """The file of a fresh authority, with a server's certificate beside it."""
    import trustme

    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    return folder / "authority.pem"
