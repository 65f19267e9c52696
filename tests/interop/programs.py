"""Servers that nobody here wrote: fetched once into `.interop`, and started on a port of this machine."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_connection, socket
from threading import Event
from types import MappingProxyType
from typing import Any

import pytest

from tests.architecture.tree import ROOT

STORE = ROOT / ".interop"
_NOTHING: Mapping[str, str] = MappingProxyType({})
_QUIET = ("--no-audit", "--no-fund", "--no-update-notifier", "--no-package-lock")
_COMPILING = (
    "It is compiled here, which takes a C++ compiler, make, Python and Node's headers "
    "(Debian, Ubuntu: apt install build-essential libnode-dev)"
)
_CHATTER = re.compile(r"npm (?:notice|warn|WARN)\b|\[notice\]")
_ERROR = re.compile(r"\b(?i:error|fatal)\b|(?i:not found)|\bERR!|\bE[A-Z]{3,}\b")
_SHOWN = 12  # lines
_FETCHING = 600  # seconds; a server's database may have to be compiled
_STARTING = 60  # seconds
_STOPPING = 5  # seconds
_ASKING = 10  # seconds


def npm(package: str, compiled: Mapping[str, str] = _NOTHING) -> Path:
    """The folder that holds the package's `node_modules`; skips the test where it cannot be had.

    `compiled` are packages below it that are compiled while they are installed, by the version that is taken
    in place of any other. Whether each can be loaded is tried.
    """
    name, _, version = package.rpartition("@")
    wanted = {"private": True, "dependencies": {name: version}, "overrides": dict(compiled)}
    folder = _folder(package)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(wanted))
    install = ["npm", "install", "--foreground-scripts", *_QUIET, "--prefix", str(folder)]
    tries = [["node", "-e", f"new (require('{module}'))(':memory:')"] for module in compiled]
    return _fetched(package, [install, *tries], hint=_COMPILING if compiled else "")


def pypi(package: str) -> Path:
    """The folder to put on PYTHONPATH; skips the test where it cannot be had."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--target"]
    return _fetched(package, [[*pip, str(_folder(package)), package]])


def debian(package: str) -> Path:
    """The folder with a package's files as they stand below `/`; skips the test where it cannot be had.

    Nothing is installed on this machine.
    """
    unpack = 'for file in *.deb; do dpkg -x "$file" .; done'
    return _fetched(package, [["apt-get", "download", "-q", package], ["sh", "-c", unpack]])


def with_its_share(folder: Path, command: Sequence[str]) -> list[str]:
    """The command for a program of a Debian package that reads its own files below /usr/share.

    The program, and no other, sees them there. That takes root; skips the test for other users.
    """
    layer = f"lowerdir={folder / 'usr/share'}:/usr/share"
    mount = ["unshare", "--mount", "sh", "-c", f'mount -t overlay overlay -o {layer} /usr/share && exec "$@"']
    if subprocess.run([*mount, "sh", "true"], capture_output=True).returncode != 0:
        pytest.skip("only root may show a program its files below /usr/share without installing it")
    return [*mount, "sh", *command]


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


def reason(output: str) -> str:
    """Why a package manager failed: the lines that say so, and no warning or notice of a newer version."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not _CHATTER.match(line)]
    errors = [line for line in lines if _ERROR.search(line)]
    return "\n".join((errors or lines)[:_SHOWN])


def _folder(package: str) -> Path:
    return STORE / package.replace("/", "+")


def _fetched(package: str, commands: Sequence[Sequence[str]], hint: str = "") -> Path:
    """The package's folder, once the commands have filled it."""
    folder = _folder(package)
    done = folder / ".fetched"
    if done.exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    for command in commands:
        if shutil.which(command[0]) is None:
            pytest.skip(f"{command[0]} is not installed")
        try:
            subprocess.run(
                command,
                check=True,
                capture_output=True,
                text=True,
                timeout=_FETCHING,
                cwd=folder,
                env=_environment(),
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"{package} was not fetched within {_FETCHING} s")
        except subprocess.CalledProcessError as error:
            pytest.skip(
                f"{package} cannot be used here: {reason(error.stdout + error.stderr)}\n{hint}".strip()
            )
    done.touch()
    return folder


def _environment() -> dict[str, str]:
    """Where Node's headers are installed, they are used, and not fetched from elsewhere."""
    node = shutil.which("node")
    prefix = Path(node).resolve().parent.parent if node else None
    has_headers = prefix is not None and (prefix / "include" / "node" / "node.h").is_file()
    return {**({"npm_config_nodedir": str(prefix)} if has_headers else {}), **os.environ}


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
