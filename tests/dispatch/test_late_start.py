"""A process is stopped after its claim and before the first byte of its request: nobody gets old news.

A gate in front of the sandbox accepts the first connection and lets nothing through. The process is stopped
there, by a signal that it cannot see, and its clock is put on as a sleep would do it.
"""

from __future__ import annotations

import mmap
import os
import signal
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from broadcast.dispatch.progress import Listener
from broadcast.model.clock import SystemClock
from broadcast.publishing.request import Request, Verb
from broadcast.wiring import make_publisher
from tests.harness.company import Company, consent, published
from tests.harness.processes import Child, Daemon, fork

WITHIN = 20.0  # seconds until a test that waits in vain gives up
SLEEP = 100.0  # seconds
CHANNELS = ["sms", "mail-backup", "page"]


class SharedClock(SystemClock):
    """A clock that goes wrong by the same seconds in every process forked from this one."""

    def __init__(self) -> None:
        self._asleep = mmap.mmap(-1, 8)

    def sleep(self, seconds: float) -> None:
        self._asleep[:] = struct.pack("d", seconds)

    def monotonic(self) -> float:
        return super().monotonic() + struct.unpack("d", self._asleep[:])[0]


class Gate:
    """Passes connections on to a port, and holds the first one back until it is opened."""

    def __init__(self, port: int, tls: ssl.SSLContext | None) -> None:
        self._behind, self._tls = port, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._arrived, self._opened = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []

    def stand(self) -> None:
        """Take connections from now on."""
        self._start(self._accept)

    def until_somebody_waits(self) -> None:
        assert self._arrived.wait(WITHIN)

    def open(self) -> None:
        self._opened.set()

    def close(self) -> None:
        self._opened.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(WITHIN)
        self._listener.close()

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        first = True
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._start(self._serve, connection, first)
                first = False

    def _serve(self, connection: socket.socket, first: bool) -> None:
        with connection, suppress(OSError):
            if first:
                self._hold(connection)
            near = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            with near, socket.create_connection(("127.0.0.1", self._behind)) as far:
                back = threading.Thread(target=_pump, args=(far, near), daemon=True)
                back.start()
                _pump(near, far)
                back.join(WITHIN)

    def _hold(self, connection: socket.socket) -> None:
        if self._tls is not None:
            connection.recv(1, socket.MSG_PEEK)  # the first word of the handshake
        self._arrived.set()
        self._opened.wait(WITHIN)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def stage(request: pytest.FixtureRequest, daemon: Daemon, tmp_path: Path) -> Iterator[tuple[Company, Gate]]:
    """One person and one channel, with the gate in front of its provider."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    company = daemon.company(tmp_path)
    if request.param == "mail-backup":
        gate = Gate(company.smtp_port, None)
        company.smtp_port = gate.port
    else:
        gate = Gate(int(company.url.rpartition(":")[2]), tls)
        company.url = f"https://localhost:{gate.port}"
    trust = f'ca_file = "{tmp_path / "ca.pem"}"'
    company.configure([[request.param]], timeout="15s", sms=trust, page=trust)
    company.employ(1)
    yield company, gate
    gate.close()


def publishing(company: Company, clock: SharedClock) -> Child:
    def work(listener: Listener) -> int:
        with company.ledger() as ledger:
            publisher = make_publisher(company.settings, ledger, listener, clock)
            request = Request(verb=Verb.NOTIFY, title="Checkout down")
            return published(publisher, request, consent).exit_code

    return fork(work)


def stop(child: Child) -> None:
    """Return when it stands still."""
    child.stop(signal.SIGSTOP)
    _, status = os.waitpid(child.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)


@pytest.mark.parametrize("stage", CHANNELS, indirect=True)
def test_nobody_is_told_of_an_outage_after_its_end_by_a_process_that_was_stopped(stage, daemon):
    company, gate = stage
    clock = SharedClock()
    child = publishing(company, clock)
    gate.stand()
    gate.until_somebody_waits()
    stop(child)
    company.follow_up(Verb.RESOLVE)
    told = daemon.received()
    clock.sleep(SLEEP)

    child.stop(signal.SIGCONT)
    gate.open()
    child.wait()

    assert daemon.received() == told
    assert company.states() == dict.fromkeys(company.states(), "cancelled")


@pytest.mark.parametrize("stage", CHANNELS, indirect=True)
def test_everybody_is_told_once_by_a_process_that_was_stopped_while_nothing_changed(stage, daemon):
    company, gate = stage
    clock = SharedClock()
    child = publishing(company, clock)
    gate.stand()
    gate.until_somebody_waits()
    stop(child)
    clock.sleep(SLEEP)

    child.stop(signal.SIGCONT)
    gate.open()

    assert child.wait() == 0
    assert len(daemon.received()) == 1
    with company.ledger() as ledger:
        (notice,) = ledger.incidents.notices(company.incident())
        (counted,) = ledger.history.attempts(notice.id)
    assert counted.attempts == 1
