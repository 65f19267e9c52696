"""Where runs are tortured: a sandbox in a process of its own, and companies in folders of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from broadcast.dispatch.progress import Listener
from broadcast.publishing.request import Limits, Request, Verb
from broadcast.sandbox.daemon import ensure_running, stop
from tests.harness import program
from tests.harness.company import Company
from tests.harness.configurations import ENVIRONMENT
from tests.harness.processes import Child, Daemon, fork
from tests.harness.program import ROOT, Ended, wait

TITLE = "Checkout down"
#: Which of the sandbox's providers plays which channel.
PROVIDERS = {"sms": "twilio", "email": "sendgrid", "mail-backup": "smtp"}
EACH_ALONE = tuple((channel,) for channel in PROVIDERS)


@dataclass
class Companies:
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
def companies(folder: Path) -> Iterator[Companies]:
    """Open the sandbox, and close it in the end."""
    os.environ.update(ENVIRONMENT)
    address = ensure_running(folder / "sandbox")
    try:
        made = Companies(Daemon(address.url, address.smtp_port), folder)
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


def environment(folder: Path) -> dict[str, str]:
    around = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LANG": "C.UTF-8"}
    return around | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"} | ENVIRONMENT


def start(company: Company, arguments: Sequence[str], *, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Start the real program; `before` is put in front of it (strace, unshare, a shell that sets limits)."""
    return program.start(arguments, company.folder, environment(company.folder), before=before)


def run(company: Company, *arguments: str, before: Sequence[str] = ()) -> Ended:
    """Run the real program to its end; -99 where it hung and had to be killed."""
    return wait(start(company, arguments, before=before))


NOTIFY = ("notify", TITLE, "--yes", "-o", "json")
RETRY = ("retry", "-o", "json")
