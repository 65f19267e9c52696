"""Where runs are tortured: a sandbox in a process of its own, and companies in folders of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broadcast.dispatch.progress import Listener
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.sandbox.daemon import ensure_running, stop
from tests.harness.company import ENVIRONMENT, Company
from tests.harness.processes import Child, Daemon, fork

ROOT = Path(__file__).parents[2]
TITLE = "Checkout down"
LONGEST = 120  # seconds; a command that takes longer hangs
#: Which of the sandbox's providers plays which channel.
PROVIDERS = {"sms": "twilio", "email": "sendgrid", "mail-backup": "smtp"}
EACH_ALONE = tuple((channel,) for channel in PROVIDERS)


@dataclass
class Ground:
    """A sandbox and room for companies."""

    daemon: Daemon
    folder: Path
    _founded: int = 0
    _last: Path | None = field(default=None)

    def found(self, lanes: Sequence[Sequence[str]], people: int, **given: str) -> Company:
        """A new company with a new ledger; what was received and every fault is forgotten."""
        if self._last is not None:
            shutil.rmtree(self._last, ignore_errors=True)
        self._founded += 1
        self._last = self.folder / f"company-{self._founded}"
        self._last.mkdir(parents=True)
        return self.furnish(self._last, lanes, people, **given)

    def furnish(self, folder: Path, lanes: Sequence[Sequence[str]], people: int, **given: str) -> Company:
        """The same in a folder that is there."""
        self.daemon.forget()
        company = self.daemon.company(folder)
        company.people = people
        company.configure(lanes, **given)
        return company

    def requests(self) -> list[dict[str, Any]]:
        """Every request that sends, as the sandbox saw it."""
        asked = self.daemon._ask("GET", "requests.json")["requests"]
        return [one for one in asked if one["method"] in {"POST", "PUT", "PATCH", "MAIL", "DATA"}]


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """Open the sandbox, and close it in the end."""
    os.environ.update(ENVIRONMENT)
    address = ensure_running(folder / "sandbox")
    try:
        made = Ground(Daemon(address.url, address.smtp_port), folder)
        # Everything is imported once, so that forked runs are short and kills hit what matters.
        made.found(EACH_ALONE, 1).notify(TITLE)
        yield made
    finally:
        stop(folder / "sandbox")


def publishing(company: Company, key: str | None = None, title: str = TITLE) -> Child:
    """A process that publishes."""

    def work(listener: Listener) -> int:
        return company.publish(Request(verb=Verb.NOTIFY, title=title, key=key), Limits(), listener).exit_code

    return fork(work)


def retrying(company: Company) -> Child:
    """A process that retries; it starts over where nothing was recorded."""

    def work(listener: Listener) -> int:
        if not begun(company):
            return company.publish(Request(verb=Verb.NOTIFY, title=TITLE), Limits(), listener).exit_code
        return company.retry(listener=listener).exit_code

    return fork(work)


def begun(company: Company) -> bool:
    """Whether a plan is on disk."""
    with company.ledger() as ledger:
        return bool(ledger.incidents.all())


def finish(company: Company, most: int = 6) -> int:
    """Retry until nothing changes any more; the last exit code."""
    code = retrying(company).wait()
    for _ in range(most):
        before = states(company)
        code = retrying(company).wait()
        if states(company) == before:
            break
    return code


def states(company: Company) -> list[tuple[str, ...]]:
    from tests.torture.judge import deliveries

    return [(one.contact, one.channel, one.state) for one in deliveries(company.ledger_path)]


@dataclass(frozen=True)
class Ended:
    """A command that has ended; `seconds` is how long it took, `peak` its largest memory in MB."""

    code: int
    out: str
    err: str

    @property
    def traceback(self) -> bool:
        return "Traceback" in self.err + self.out or "this is a bug" in self.err

    @property
    def result(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.out)
        return read


def command(*arguments: str) -> list[str]:
    """The real program's command line."""
    return [sys.executable, "-m", "broadcast", *arguments]


def environment(folder: Path) -> dict[str, str]:
    around = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LANG": "C.UTF-8"}
    return around | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"} | ENVIRONMENT


def start(company: Company, arguments: Sequence[str], *, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start the real program; `before` is put in front of it (strace, unshare, a shell that sets limits)."""
    return subprocess.Popen(
        [*before, *command(*arguments)],
        cwd=company.folder,
        env=environment(company.folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def run(company: Company, *arguments: str, before: Sequence[str] = ()) -> Ended:
    """Run the real program to its end; -99 where it hung and had to be killed."""
    return ended(start(company, arguments, before=before))


def ended(process: subprocess.Popen[str], within: float = LONGEST) -> Ended:
    """Wait for a started program."""
    try:
        out, err = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        return Ended(-99, out, err)
    return Ended(process.returncode, out, err)


NOTIFY = ("notify", TITLE, "--yes", "-o", "json")
RETRY = ("retry", "-o", "json")
