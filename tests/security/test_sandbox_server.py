"""The sandbox plays providers for this machine and for nobody else."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from broadcast.sandbox import daemon
from broadcast.sandbox.page import page
from tests.security.output_checks import Outline

NOT_US = [
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1.evil.example:{port}",
    "localhost.evil.example",
    "127.0.0.1@evil.example",
    "0.0.0.0:{port}",
    "[::]:{port}",
    "127.0.0.1:{port}.evil.example",
    "LOCALHOST.",
    "",
]
ORIGINS = [
    "https://evil.example",
    "null",
    "http://127.0.0.1.evil.example",
    "http://localhost@evil.example",
    "file://",
]


def ask(company, method="GET", path="/_sandbox/received.json", **headers) -> http.client.HTTPResponse:
    with closing(http.client.HTTPConnection("127.0.0.1", company.sandbox.port, timeout=5)) as connection:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", "0")
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        return answer


@pytest.mark.parametrize("host", NOT_US)
@pytest.mark.parametrize(
    "path", ["/", "/_sandbox/received.json", "/twilio/2010-04-01/Accounts/AC1/Messages.json"]
)
def test_a_name_that_was_bent_to_this_machine_gets_nothing(muster, host, path):
    assert ask(muster, path=path, Host=host.format(port=muster.sandbox.port)).status in {400, 403}


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "faults"), ("DELETE", "received"), ("GET", "received.json")]
)
def test_a_web_page_from_elsewhere_can_ask_nothing(muster, origin, method, path):
    assert ask(muster, method, f"/_sandbox/{path}", Origin=origin).status == 403


def test_this_machine_is_answered_and_no_other_site_may_read_it(muster):
    answer = ask(muster)

    assert answer.status == 200
    assert answer.headers.get("Access-Control-Allow-Origin") is None


def test_it_listens_on_the_loopback_address_only(muster):
    ours = {f"{muster.sandbox.port:04X}", f"{muster.sandbox.smtp_port:04X}"}
    table = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()
    listening = [line.split()[1].split(":") for line in table if line.split()[3] == "0A"]

    assert {address for address, port in listening if port in ours} == {"0100007F"}


def test_the_page_loads_nothing_and_runs_one_script():
    answer = page()
    outline = Outline(answer.body.decode())

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "'unsafe-inline'" not in re.search(r"script-src ([^;]*)", policy)[1]
    assert "'unsafe-eval'" not in policy
    assert outline.tags["script"] == 1
    assert not {name for _, name in outline.attributes if name.startswith("on")}


@pytest.mark.parametrize("claimed", ["self", "none"])
def test_whoever_took_its_old_port_cannot_say_which_process_to_end(tmp_path, claimed):
    """The note names a process that is gone; its port answers as if it were the sandbox."""
    ended = []
    previous = signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    said = os.getpid() if claimed == "self" else claimed
    body = json.dumps({"schema": "broadcast.sandbox/1", "status": "ok", "pid": said}).encode()
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = Thread(target=_answer, args=(server, body), daemon=True)
        answering.start()
        daemon.remember(tmp_path, f"http://127.0.0.1:{server.getsockname()[1]}", 1, 2**22 - 1)
        found, stopped = daemon.find(tmp_path), daemon.stop(tmp_path)
    signal.signal(signal.SIGTERM, previous)

    assert (found, stopped, ended) == (None, False, [])


def _answer(server: socket.socket, body: bytes) -> None:
    for _ in range(2):
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
