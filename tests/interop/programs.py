"""Servers that nobody here wrote: fetched once into `.interop`, and started on a port of this machine."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_connection, socket
from threading import Event
from typing import Any

import pytest

from tests.architecture.tree import ROOT

STORE = ROOT / ".interop"
_FETCHING = 600  # seconds; a server's database may have to be compiled
_STARTING = 60  # seconds
_STOPPING = 5  # seconds
_ASKING = 10  # seconds


def npm(package: str) -> Path:
    """The folder that holds the package's `node_modules`; skips the test where it cannot be had."""
    return _fetched(package, ["npm", "install", "--no-save", "--prefix"])


def pypi(package: str) -> Path:
    """The folder to put on PYTHONPATH; skips the test where it cannot be had."""
    return _fetched(package, [sys.executable, "-m", "pip", "install", "-q", "--target"])


@contextmanager
def running(command: Sequence[str], port: int, **environment: str) -> Iterator[str]:
    """The root of a server that listens on `port`, for as long as the context lasts."""
    with (STORE / "log.txt").open("a") as log:
        program = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=STORE,
            env={**os.environ, "TMPDIR": str(STORE), **environment},
        )
        try:
            _await(program, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            program.terminate()
            try:
                program.wait(_STOPPING)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


def free_ports(count: int = 1) -> int:
    """The first of `count` ports in a row, none of them taken."""
    while True:
        with socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first: int = probe.getsockname()[1]
        if all(_is_free(port) for port in range(first + 1, first + count)):
            return first


def ask(root: str, path: str, document: object = None, **headers: str) -> Any:
    """What a server answers to a question, or to a JSON document, whatever the status."""
    host = root.removeprefix("http://")
    with closing(http.client.HTTPConnection(host, timeout=_ASKING)) as connection:
        if document is None:
            connection.request("GET", path, headers=headers)
        else:
            body = json.dumps(document)
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
        return json.loads(connection.getresponse().read())


def _fetched(package: str, install: Sequence[str]) -> Path:
    folder = STORE / package.replace("/", "+")
    done = folder / ".fetched"
    if done.exists():
        return folder
    if shutil.which(install[0]) is None:
        pytest.skip(f"{install[0]} is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(
            [*install, str(folder), package], check=True, capture_output=True, text=True, timeout=_FETCHING
        )
    except subprocess.TimeoutExpired:
        pytest.skip(f"{package} was not fetched within {_FETCHING} s")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"{package} cannot be fetched: {error.stderr.strip()[-300:]}")
    done.touch()
    return folder


def _await(program: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(_STARTING * 10):
        if program.poll() is not None:
            break
        try:
            create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            Event().wait(0.1)
        else:
            return
    pytest.fail(f"the server on port {port} did not start; its last words are in {STORE / 'log.txt'}")


def _is_free(port: int) -> bool:
    with socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
