"""Processes that are killed, and the sandbox as a process of its own that outlives them."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
import traceback
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from broadcast.dispatch.progress import Event, EventKind, Listener
from broadcast.sandbox.records import Received
from tests.harness.company import Company

_WITHIN = 20.0  # seconds until a test that waits in vain gives up


@dataclass
class Child:
    """A process that does `work`, whose answer is its exit code, and that tells what happens to it."""

    pid: int
    events: int
    status: int | None = None
    heard: list[EventKind] = field(default_factory=list)

    def until(self, kind: EventKind) -> None:
        """Return when that has happened."""
        while kind not in self.heard:
            assert self._hear(_WITHIN), f"{kind} never happened"

    def hears(self, within: float) -> bool:
        """Whether something happens to it in that many seconds."""
        return self._hear(within)

    def stop(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.stop(signal.SIGKILL)
        self.wait()

    def wait(self) -> int:
        """Its exit code, negative where a signal ended it."""
        while self._hear(_WITHIN):
            pass
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            os.close(self.events)
        return self.status

    def _hear(self, seconds: float) -> bool:
        if self.status is not None:
            return False
        readable, _, _ = select.select([self.events], [], [], seconds)
        news = os.read(self.events, 1) if readable else b""
        if news:
            self.heard.append(list(EventKind)[news[0]])
        return bool(news)


def fork(work: Callable[[Listener], int]) -> Child:
    """Do that in another process."""
    events, told = os.pipe()
    pid = os.fork()
    if pid:
        os.close(told)
        return Child(pid, events)
    os.close(events)
    try:
        os._exit(work(lambda event: _tell(told, event)))
    except BaseException:  # noqa: BLE001 - the parent must see every way it can fail
        traceback.print_exc(file=sys.stderr)
        os._exit(99)


def _tell(descriptor: int, event: Event) -> None:
    os.write(descriptor, bytes([list(EventKind).index(event.kind)]))


@dataclass(frozen=True)
class Daemon:
    """A sandbox in another process, over its own web interface."""

    url: str
    smtp_port: int

    def received(self) -> list[Received]:
        return [Received.from_json(fields) for fields in self._ask("GET", "received.json")["received"]]

    def requests(self, provider: str) -> list[tuple[datetime, int | None]]:
        """When that provider was asked to send, and the status it answered."""
        return [
            (datetime.fromisoformat(asked["at"]), asked["status"])
            for asked in self._ask("GET", "requests.json")["requests"]
            if asked["provider"] == provider and asked["method"] == "POST"
        ]

    def until_received(self, count: int) -> None:
        """Return once that many messages arrived."""
        until = time.monotonic() + _WITHIN
        while len(self.received()) < count:
            assert time.monotonic() < until

    def arm(self, *faults: str) -> None:
        self._ask("POST", "faults", "\n".join(faults))

    def heal(self) -> None:
        self._ask("DELETE", "faults")

    def forget(self) -> None:
        self._ask("DELETE", "received")
        self.heal()

    def company(self, folder: Path) -> Company:
        return Company(folder=folder, url=self.url, smtp_port=self.smtp_port, received=self.received)

    def _ask(self, method: str, path: str, body: str | None = None):
        data = body.encode() if body is not None else None
        request = urllib.request.Request(f"{self.url}/_sandbox/{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)
