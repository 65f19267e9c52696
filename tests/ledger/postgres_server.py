"""A throw-away PostgreSQL, if its binaries are installed: a socket in a folder that is removed afterwards."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_DEBIAN = Path("/usr/lib/postgresql")
_PROGRAMS = ("initdb", "pg_ctl", "postgres", "psql")
#: PostgreSQL refuses to run as root.
_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Postgres:
    """A server that answers on a socket in `folder` and nowhere else."""

    binaries: Path
    folder: Path
    user: str | None

    def errors(self, script: str, statements: Mapping[str, str]) -> dict[str, str]:
        """What went wrong with each statement after `script`, which must not fail; nothing for the others."""
        marked = "".join(f"\\warn == {name}\n{sql};\n" for name, sql in statements.items())
        said = self._run(
            "psql", "-h", str(self.folder), "-U", "ledger", "-X", "-q", "-v", "VERBOSITY=terse", "postgres",
            given=f"\\set ON_ERROR_STOP on\n{script}\n\\set ON_ERROR_STOP off\n{marked}",
        )  # fmt: skip
        assert said.returncode == 0, said.stderr
        before, *answers = re.split(r"^== (\w+)\n", said.stderr, flags=re.MULTILINE)
        assert "ERROR" not in before, before
        assert answers[::2] == list(statements)
        return {name: error for name, error in zip(answers[::2], answers[1::2], strict=True) if error}

    def start(self) -> None:
        data = self.folder / "data"
        self._must("initdb", "-D", str(data), "-U", "ledger", "--auth=trust", "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off"
        log = str(self.folder / "log")
        self._must("pg_ctl", "-D", str(data), "-l", log, "-w", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def _must(self, *command: str) -> None:
        outcome = self._run(*command)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    def _run(self, program: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        # What the server says goes to files: it would keep a pipe open for as long as it runs.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            outcome = subprocess.run(
                [self.binaries / program, *arguments],
                input=given, stdout=out, stderr=err, text=True, cwd=self.folder, user=self.user,
            )  # fmt: skip
            out.seek(0), err.seek(0)
            return subprocess.CompletedProcess(outcome.args, outcome.returncode, out.read(), err.read())


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """One that runs for as long as the block; skips the test if there are no binaries or no user for it."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = Postgres(binaries, folder, user)
    try:
        if user is not None:
            shutil.chown(folder, user)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    """A folder with all that is needed: Debian's newest one, or where the server is on the path."""
    folders = sorted(_DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    return next((one for one in folders if all((one / name).exists() for name in _PROGRAMS)), None)


def _unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in _USERS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("root cannot run PostgreSQL, and there is no other user")
