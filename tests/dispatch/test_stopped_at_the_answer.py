"""A process stands still between its request and the answer: the answer counts all the same."""

from __future__ import annotations

import os
import signal
import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from broadcast.ledger.processes import is_stopped
from tests.harness.company import Company
from tests.harness.processes import Child, Daemon, fork

TIMEOUT = 1.0  # seconds
_WITHIN = 20.0


class StoppingServer(socketserver.ThreadingTCPServer):
    """A mail server that stops its client after the text, and lets it go on long after it has answered."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Dialogue)
        self.client: Child | None = None
        self.started = threading.Event()
        self.texts = 0
        self.wait_for_nothing = threading.Event()

    def stop_client(self) -> int:
        assert self.started.wait(_WITHIN)
        assert self.client
        os.kill(self.client.pid, signal.SIGSTOP)
        until = time.monotonic() + _WITHIN
        while not is_stopped(self.client.pid):
            assert time.monotonic() < until
        return self.client.pid


class _Dialogue(socketserver.StreamRequestHandler):
    server: Any

    def handle(self) -> None:
        self._say("220 mail.example ESMTP")
        for line in self.rfile:
            verb = line.split()[0].upper()
            if verb != b"DATA":
                self._say("250 ok")
                continue
            self._say("354 go on")
            while self.rfile.readline() != b".\r\n":
                pass
            self._answer()

    def _answer(self) -> None:
        self.server.texts += 1
        pid = self.server.stop_client()
        self._say("250 queued")
        self.server.wait_for_nothing.wait(2 * TIMEOUT)  # the time that the client sleeps through
        os.kill(pid, signal.SIGCONT)

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def mail_server() -> Iterator[StoppingServer]:
    with StoppingServer() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def company(daemon: Daemon, mail_server: StoppingServer, tmp_path: Path) -> Company:
    company = replace(daemon.company(tmp_path), smtp_port=mail_server.server_address[1])
    company.configure([["mail-backup", "email"]], timeout=f"{TIMEOUT:g}s")
    company.employ(1)
    return company


def test_an_answer_that_came_while_the_process_stood_still_is_no_lost_answer(company, mail_server):
    mail_server.client = fork(lambda listener: company.notify(listener=listener).exit_code)
    mail_server.started.set()

    assert mail_server.client.wait() == 0

    assert mail_server.texts + len(company.received()) == 1
    assert set(company.states().values()) == {"accepted"}
