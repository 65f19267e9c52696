"""Commands as processes, forked from one that has loaded the program: a tenth of a new interpreter's time.

Each command still has a process, a folder, an environment and streams of its own. What Python or a library
reads from the environment while it starts (PYTHONUTF8, LANG) has no effect here: use a new interpreter.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

ROOT = Path(__file__).parents[2]
_DIGITS = 20  # of a number in an answer


def run(
    arguments: tuple[str, ...], folder: Path, environment: Mapping[str, str], stdin: str, timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run `broadcast ARGUMENTS` in `folder` to its end; raises `TimeoutExpired` after `timeout` seconds."""
    order = json.dumps([os.fspath(folder), dict(environment), arguments])
    with _file(order) as ordered, _file(stdin) as read, _file() as out, _file() as err:
        ended, tell = os.pipe()
        try:
            streams = [file.fileno() for file in (ordered, read, out, err)]
            socket.send_fds(_loaded(), [b"."], [*streams, tell])
        finally:
            os.close(tell)
        with os.fdopen(ended, "rb", buffering=0) as answers:
            code = _code(answers, arguments, timeout)
        return subprocess.CompletedProcess(arguments, code, _text(out), _text(err))


@contextmanager
def _file(text: str = "") -> Iterator[IO[bytes]]:
    with TemporaryFile() as file:
        file.write(text.encode("utf-8", "surrogateescape"))
        file.seek(0)
        yield file


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8").replace("\r\n", "\n")


def _code(answers: IO[bytes], arguments: tuple[str, ...], timeout: float) -> int:
    """The exit code, negative for a signal; the process is killed after `timeout` seconds."""
    command = int(answers.read(_DIGITS))
    if not select.select([answers], [], [], timeout)[0]:
        os.kill(command, signal.SIGKILL)
        raise subprocess.TimeoutExpired(arguments, timeout)
    return int(answers.read(_DIGITS))


@cache
def _loaded() -> socket.socket:
    """Where the process that has loaded the program takes orders; it ends with this one."""
    ours, its = socket.socketpair()
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.harness.fork_server", str(its.fileno())],
        cwd=ROOT,
        env={**kept, "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[its.fileno()],
    )
    its.close()

    def end() -> None:
        ours.close()
        process.kill()
        process.wait()

    atexit.register(end)
    return ours


def _load() -> None:
    """Import everything, and compile the templates that the program brings along."""
    import broadcast
    from broadcast.cli.app import run as run_here

    for module in pkgutil.walk_packages(broadcast.__path__, "broadcast."):
        import_module(module.name)
    with TemporaryDirectory() as folder, chdir(folder):
        for command in (["init"], ["template", "check"], ["notify", "Down", "--dry-run"]):
            run_here(command)
    gc.freeze()


def _serve(orders: socket.socket) -> None:
    """Fork a process for each order; return in the process of a command, with its streams and environment."""
    while True:
        order, streams, *_ = socket.recv_fds(orders, 1, 5)
        if not order:
            sys.exit()
        if os.fork():
            for stream in streams:
                os.close(stream)
            _forget_ended()
        elif _command(streams):
            orders.close()
            return


def _forget_ended() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _command(streams: list[int]) -> bool:
    """True in the process of the command; the one that waits for it tells its exit code, and ends here."""
    ordered, *standard, answers = streams
    command = os.fork()
    if command:
        os.write(answers, f"{command:{_DIGITS}}".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(command, 0)[1])
        os.write(answers, f"{code:{_DIGITS}}".encode())
        os._exit(0)
    with os.fdopen(ordered, encoding="utf-8") as order:
        folder, environment, arguments = json.load(order)
    for number, stream in enumerate(standard):
        os.dup2(stream, number)
        os.close(stream)
    os.close(answers)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["broadcast", *arguments]
    return True


if __name__ == "__main__":
    from broadcast.__main__ import main

    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])))
    main()
