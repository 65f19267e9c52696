"""The core has only coroutines: only programs that people start run a loop and handle signals."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.test_dependencies import modules_imported_by
from tests.architecture.tree import PACKAGE, python_files

#: What runs a loop, wherever it comes from.
RUNNING = {"run", "Runner", "new_event_loop", "run_until_complete", "run_forever", "run_coroutine_threadsafe"}
HANDLING = {"signal", "add_signal_handler", "set_wakeup_fd", "sigwait", "default_int_handler"}
STARTED = ("__main__.py", "cli/", "server/", "sandbox/__main__.py")
#: A mask around a transaction, which no signal may interrupt: it ends with the transaction.
MASKS = {"ledger/processes.py"}
#: Ends the sandbox's process, from outside.
KILLS = {"sandbox/daemon.py"}


def package() -> Iterator[tuple[str, Path]]:
    for path in python_files():
        if path.is_relative_to(PACKAGE):
            yield str(path.relative_to(PACKAGE)), path


def uses(text: str, module: str, names: set[str]) -> list[str]:
    """Return which of these names the text takes from the module, or calls as a method of a loop."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in names:
            of = node.value.id if isinstance(node.value, ast.Name) else ""
            if of in {module, "loop"}:
                found.append(node.attr)
        elif isinstance(node, ast.ImportFrom) and node.module == module:
            found += [alias.name for alias in node.names if alias.name in names]
    return found


def below(module: str, names: set[str]) -> dict[str, list[str]]:
    read = ((name, path.read_text(encoding="utf-8")) for name, path in package())
    found = {name: uses(text, module, names) for name, text in read if not name.startswith(STARTED)}
    return {name: used for name, used in found.items() if used}


def test_only_programs_that_people_start_run_a_loop():
    assert below("asyncio", RUNNING) == {}


def test_only_programs_that_people_start_handle_signals():
    assert below("signal", HANDLING) == {}
    importing = {name for name, path in package() if "signal" in modules_imported_by(path)}
    assert {name for name in importing if not name.startswith(STARTED)} <= {*MASKS, *KILLS}


@pytest.mark.parametrize(
    ("text", "module", "names"),
    [
        ("import asyncio\nasyncio.run(work())", "asyncio", RUNNING),
        ("from asyncio import run", "asyncio", RUNNING),
        ("with asyncio.Runner() as runner: pass", "asyncio", RUNNING),
        ("loop.run_until_complete(work())", "asyncio", RUNNING),
        ("signal.signal(signal.SIGINT, stop)", "signal", HANDLING),
        ("loop.add_signal_handler(2, stop)", "signal", HANDLING),
    ],
)
def test_a_loop_or_handler_that_is_planted_is_found(text, module, names):
    assert uses(text, module, names) != []
