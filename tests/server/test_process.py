"""`broadcast serve` as a process: what systemd hears of it, how it ends, and what it leaves behind."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.server.conftest import CONFIGURATION, TOKEN

PATIENCE = 30  # seconds, on a machine that is busy


class Program:
    """A process that serves with the configuration of a folder."""

    def __init__(self, folder: Path, **environment: str) -> None:
        command = [sys.executable, "-m", "broadcast", "--config", str(folder / "broadcast.toml"), "serve"]
        environ = {**os.environ, "TWILIO_AUTH_TOKEN": TOKEN, **environment}
        self.process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
        self.first = self.process.stderr.readline()

    @property
    def port(self) -> int:
        """The port of the public listener, as the first line says."""
        return int(self.first.split(" at ")[1].split(",")[0].rpartition(":")[2])

    def end(self, by: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """The exit code, and the rest of what it said."""
        self.process.send_signal(by)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        # Not `communicate`: it would lose what was read ahead with the first line.
        said = self.process.stderr.read()
        return self.process.wait(PATIENCE), self.first + said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    configuration = CONFIGURATION.format(desk=tmp_path / "desk.sock")
    (tmp_path / "broadcast.toml").write_text(configuration)
    return tmp_path


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Program]]:
    """Start the program; it is killed at the end."""
    started = []

    def start(**environment: str) -> Program:
        started.append(Program(folder, **environment))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait(PATIENCE)
        one.process.stderr.close()


def health(connection: http.client.HTTPConnection) -> int:
    with closing(connection):
        connection.request("GET", "/healthz")
        return connection.getresponse().status


def over_tcp(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)


def over_socket(path: Path) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("localhost", timeout=PATIENCE)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(PATIENCE)
    connection.sock.connect(str(path))
    return connection


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket on which systemd hears of its services."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify.sock"))
        manager.settimeout(PATIENCE)
        yield manager


def test_systemd_hears_ready_watchdog_and_stopping(start, folder, manager):
    served = start(NOTIFY_SOCKET=str(folder / "notify.sock"), WATCHDOG_USEC="100000")

    assert {manager.recv(100) for _ in range(4)} == {b"READY=1", b"WATCHDOG=1"}
    assert served.end()[0] == 0
    assert b"STOPPING=1" in iter(lambda: manager.recv(100), b"")


def test_sigterm_lets_a_request_finish(start):
    served = start()
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as client:
        head = b"POST /hooks/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"
        client.sendall(head + b"12345")
        assert health(over_tcp(served.port)) == 200  # so the other request was read before
        served.process.send_signal(signal.SIGTERM)
        await_closed(served.port)
        client.sendall(b"67890")
        answer = client.recv(1000)

    assert answer.startswith(b"HTTP/1.1 403")
    code, said = served.wait()
    assert (code, '"status": 403' in said) == (0, True)


def await_closed(port: int) -> None:
    """Wait until nobody listens there any more."""
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except OSError:
            return


def test_a_process_that_was_killed_is_followed_by_another(start, folder):
    first = start()
    assert first.end(signal.SIGKILL)[0] == -signal.SIGKILL
    assert (folder / "desk.sock").is_socket()

    second = start()

    assert health(over_tcp(second.port)) == 200
    assert health(over_socket(folder / "desk.sock")) == 200


def test_the_private_socket_is_for_its_group_only(start, folder):
    start()

    assert (folder / "desk.sock").stat().st_mode & 0o777 == 0o660


def test_without_a_token_there_is_no_route_for_alerts(start, folder):
    start()

    with closing(over_socket(folder / "desk.sock")) as connection:
        connection.request("POST", "/alerts", b"{}", {"Authorization": "Bearer x"})
        assert connection.getresponse().status == 404


def test_a_token_that_is_not_set_is_a_mistake_in_the_configuration(start, folder):
    path = folder / "broadcast.toml"
    path.write_text(path.read_text().replace("[serve]", '[serve]\nalerts_token = "env:NO_SUCH_TOKEN"'))

    code, said = start().wait()

    assert code == 6
    assert "[serve] alerts_token: the environment variable NO_SUCH_TOKEN is not set" in said
    assert "hint:" in said


def test_a_channel_that_only_sends_stops_nobody_from_listening(start, folder):
    path = folder / "broadcast.toml"
    tail = '\n[channels.mail]\nadapter = "smtp"\nhost = "localhost"\npassword = "env:NO_SUCH_SECRET"\n'
    path.write_text(path.read_text() + tail)

    assert health(over_tcp(start().port)) == 200


def test_both_listeners_can_be_sockets(start, folder):
    path = folder / "broadcast.toml"
    path.write_text(path.read_text().replace("127.0.0.1:0", f"unix:{folder / 'public.sock'}"))

    start()

    assert [health(over_socket(folder / name)) for name in ("public.sock", "desk.sock")] == [200, 200]


def test_a_port_in_use_is_a_mistake_in_the_configuration(start, folder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        path = folder / "broadcast.toml"
        path.write_text(path.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))

        code, said = start().wait()

    assert code == 6
    assert f"[serve] public: cannot listen on 127.0.0.1:{port}: address already in use" in said
    assert "hint: another process listens there" in said


def test_a_second_process_is_refused(start):
    first = start()
    code, said = start().wait()

    assert code == 8
    assert "hint:" in said
    assert health(over_tcp(first.port)) == 200


def test_a_ledger_that_is_replaced_ends_the_process(start, folder):
    served = start()
    assert health(over_tcp(served.port)) == 200

    backup = folder / "backup.db"
    backup.write_bytes((folder / "broadcast.db").read_bytes())
    backup.rename(folder / "broadcast.db")  # as `mv` and `rsync` put a backup back

    code, said = served.wait()
    assert code == 12
    assert "was moved or replaced while `serve` was using it" in said
    assert health(over_tcp(start().port)) == 200
