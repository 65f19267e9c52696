"""Running commands in turn, and what they cost."""

from __future__ import annotations

import json
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
#: What the picture is drawn from: rows of the same figures as the tables, by the heading of their section.
FIGURES = Path(__file__).with_name("results.json")
#: A look at whether everything works: few rounds, small sizes, figures that are worth nothing.
QUICK = "--quick" in sys.argv
APPRISE = "apprise==2.2.0"
INTRODUCTION = """# Measured

`make bench` writes this page. The machine is small and shared, so trust the ratios rather than the figures.

![Processor, messages a second and memory, ours beside others; the tables below say the same](results.svg)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process took: seconds on the clock and on the processor, and megabytes at its peak.

    Where it made requests, `span` is the seconds from the first of them to the last answer, `lead` those
    before it, and `served` those of the responder's processor.
    """

    wall: float
    cpu: float
    peak: float = 0.0
    span: float = 0.0
    lead: float = 0.0
    served: float = 0.0
    began: float = 0.0


Figure = Callable[[Cost], float]
Command = Sequence[str | Path]


@dataclass(frozen=True, slots=True)
class Series:
    """The costs of one candidate, round by round."""

    costs: Sequence[Cost]

    def median(self, figure: Figure) -> float:
        """The middle of a figure."""
        return median(map(figure, self.costs))

    def spread(self, figure: Figure, digits: int = 0) -> str:
        """The middle of a figure, with the least and the most of it."""
        figures = sorted(map(figure, self.costs))
        return f"{median(figures):,.{digits}f} ({figures[0]:,.{digits}f} to {figures[-1]:,.{digits}f})"


def cost_of(command: Command, cwd: Path, **environment: str) -> Cost:
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
    return Cost(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / 1024, began=began)


def rate(people: int, *, whole: bool = False) -> Figure:
    """People a second: while sending, or over the whole command."""
    return lambda cost: people / (cost.wall if whole else cost.span)


def cpu(people: int = 1) -> Figure:
    """Milliseconds of processor for each of so many people."""
    return lambda cost: cost.cpu / people * 1000


def peak(cost: Cost) -> float:
    """Megabytes at the most."""
    return cost.peak


def in_turn(candidates: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Series]:
    """The costs of each, all of them in turn in every round so that noise hits them alike."""
    for measure in candidates.values():
        measure()  # once for the disk's sake
    costs = [{name: measure() for name, measure in candidates.items()} for _ in range(rounds)]
    return {name: Series([turn[name] for turn in costs]) for name in candidates}


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


def keep(heading: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep the figures of a section for the picture, unless they were quickly done."""
    if QUICK:
        return
    kept = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    kept[heading] = rows
    FIGURES.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def publish(heading: str, lines: Sequence[str]) -> None:
    """Write a section of the results anew, and leave the others; only print it where it was quickly done."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else INTRODUCTION
    if QUICK:
        print("\n".join(("", f"## {heading}, quickly", "", *lines)))
        return
    section = "\n".join((f"## {heading}", "", *lines, "", f"Measured on {machine()}.", ""))
    before, _, after = text.partition(f"## {heading}\n")
    _, following, rest = after.partition("\n## ")
    tail = f"\n## {rest}" if following else ""
    RESULTS.write_text(before.rstrip("\n") + "\n\n" + section + tail, encoding="utf-8")
    print(section)
