"""`python -m tests.mutants`: break the pure cores in one place at a time, and see whether a test notices.

Libraries for this leave tables outside functions alone, or write into the working tree. This one writes each
mutant into a copy of the project, and runs the file's own fast tests there. Exit code 1 below the goal.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import importlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutations import Edit, edits

ROOT = Path(__file__).parent.parent
GOAL = 0.9
TIMEOUT = 120  # seconds; a mutant that hangs is noticed, too

TESTS: Mapping[str, tuple[str, ...]] = {
    "broadcast/dispatch/decide.py": ("tests/dispatch/test_decide.py",),
    "broadcast/dispatch/settlement.py": ("tests/dispatch/test_settlement.py",),
    "broadcast/dispatch/breaker.py": ("tests/dispatch/test_breaker.py",),
    "broadcast/model/pace.py": ("tests/model/test_pace.py",),
    "broadcast/dispatch/recovery.py": ("tests/ledger/test_runs.py",),
    "broadcast/model/delivery.py": (
        "tests/model/test_delivery.py",
        "tests/contract/test_sqlite_ledger.py",
    ),
}

#: Mutants that behave like the original, by the line they write, and why.
EQUIVALENT: Mapping[str, str] = {
    "limit = policy.attempts_when_paused if retry_after <= policy.longest_pause else 1": (
        "an outcome follows a request, so `attempts` is never below 1"
    ),
    "self.failures, self.probing = 1, True": "while it is probing, one failure opens it, whatever the count",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One file with one edit."""

    path: str
    line: int
    text: str
    removed: str
    added: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}\n  - {self.removed}\n  + {self.added}"


def main() -> int:
    """Try every mutant of the files that were asked for, and say which of them no test noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("path", nargs="*", help="files to break; all that have tests named here by default")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) // 2))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copies: queue.Queue[Path] = queue.Queue()
        for number in range(given.workers):
            copies.put(_copy(Path(folder) / str(number)))
        reached = [_try(path, copies, given.workers) for path in given.path or TESTS]
    return int(not all(reached))


def mutants(path: str) -> Iterator[Mutant]:
    """Every mutant of a file that is not known to behave like the original."""
    source = (ROOT / path).read_text(encoding="utf-8")
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    for edit in edits(source, vars(module)):
        mutant = _mutant(path, source, edit)
        if mutant.added not in EQUIVALENT:
            yield mutant


def _mutant(path: str, source: str, edit: Edit) -> Mutant:
    text = edit.applied(source)
    ast.parse(text)
    lines = list(difflib.unified_diff(source.splitlines(), text.splitlines(), n=0, lineterm=""))[3:]
    removed = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    added = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return Mutant(path=path, line=edit.line, text=text, removed=removed, added=added)


def _try(path: str, copies: queue.Queue[Path], workers: int) -> bool:
    found = list(mutants(path))
    copy = copies.get()
    if _noticed(copy, path):
        raise SystemExit(f"{' '.join(TESTS[path])}: fails as it is, so it can notice nothing")
    copies.put(copy)

    def survives(mutant: Mutant) -> bool:
        copy = copies.get()
        kept = (copy / path).read_text(encoding="utf-8")
        (copy / path).write_text(mutant.text, encoding="utf-8")
        noticed = _noticed(copy, path)
        (copy / path).write_text(kept, encoding="utf-8")
        copies.put(copy)
        return not noticed

    with ThreadPoolExecutor(workers) as pool:
        survivors = [mutant for mutant, alive in zip(found, pool.map(survives, found), strict=True) if alive]
    killed = len(found) - len(survivors)
    sys.stdout.write(f"{path}: {len(found)} mutants, {killed} noticed ({killed / len(found):.0%})\n")
    sys.stdout.writelines(f"{mutant}\n" for mutant in survivors)
    sys.stdout.flush()
    return killed >= GOAL * len(found)


def _copy(folder: Path) -> Path:
    unwanted = shutil.ignore_patterns("__pycache__")
    for name in ("broadcast", "tests", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _noticed(copy: Path, path: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    environment = os.environ | {
        "PYTHONPATH": str(copy),
        "PYTHONDONTWRITEBYTECODE": "1",  # two mutants of one size may be written within a second
        "HYPOTHESIS_STORAGE_DIRECTORY": str(copy / ".hypothesis"),
    }
    run = subprocess.Popen(
        [*command, *TESTS[path]],
        cwd=copy,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return run.wait(TIMEOUT) != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        with contextlib.suppress(ProcessLookupError):  # what a failed test left running ends with it
            os.killpg(run.pid, signal.SIGKILL)
        run.wait()


if __name__ == "__main__":
    sys.exit(main())
