"""Running commands in turn, and what they cost."""

from __future__ import annotations

import os
import platform
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
RESULTS = Path(__file__).with_name("RESULTS.md")
APPRISE = "apprise==2.2.0"
INTRODUCTION = """# Measured

`make bench` writes this page. The machine is small and shared, so trust the ratios rather than the figures.
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of one process: on the clock, and on the processor."""

    wall: float
    cpu: float


def cost_of(command: Sequence[str | Path], cwd: Path, **environment: str) -> Cost:
    """Run the command once; raises with its output where it fails."""
    # Bytecode is kept, as it is where the program was installed.
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=inherited | {"NO_COLOR": "1"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(errors := (cwd / "errors.txt").open("w+b")),
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    with errors:
        if process.returncode:
            errors.seek(0)
            message = errors.read().decode(errors="replace")[-2000:]
            raise RuntimeError(f"{Path(command[0]).name} ended with {process.returncode}: {message}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def medians(candidates: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """The median cost of each, all of them in turn in every round so that noise hits them alike."""
    for measure in candidates.values():
        measure()  # once for the disk's sake
    costs = [{name: measure() for name, measure in candidates.items()} for _ in range(rounds)]
    return {
        name: Cost(median(turn[name].wall for turn in costs), median(turn[name].cpu for turn in costs))
        for name in candidates
    }


def apprise() -> Path:
    """The `apprise` command, in an environment of its own."""
    environment = ROOT / ".venv-apprise"
    command = environment / "bin" / "apprise"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", environment], check=True)
        pip: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "-q",
            "--python",
            environment / "bin" / "python",
        ]
        subprocess.run([*pip, "install", APPRISE], check=True)
    return command


def machine() -> str:
    """What the figures were measured on, in one line."""
    model = re.search(
        r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE
    )
    cores = len(os.sched_getaffinity(0))
    return (
        f"{model[1] if model else platform.machine()}, {cores} cores, {platform.system()} "
        f"{platform.release().partition('-')[0]}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}"
    )


def publish(heading: str, lines: Sequence[str]) -> None:
    """Write a section of the results anew, and leave the others."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else INTRODUCTION
    section = "\n".join((f"## {heading}", "", *lines, "", f"Measured on {machine()}.", ""))
    before, _, after = text.partition(f"## {heading}\n")
    _, following, rest = after.partition("\n## ")
    tail = f"\n## {rest}" if following else ""
    RESULTS.write_text(before.rstrip("\n") + "\n\n" + section + tail, encoding="utf-8")
    print(section)
