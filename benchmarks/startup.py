"""How long a command takes to say anything, beside Apprise. `python -m benchmarks.startup [--quick]`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import BIN, QUICK, Cost, apprise, cost_of, cpu, in_turn, publish
from benchmarks.scene import notify, responding

ROUNDS = 1 if QUICK else 15
PEOPLE = 10
SENDING = f"`broadcast notify`, {PEOPLE} people, from start to end"
CONFIGURATION = """
[broadcast]
organisation = "Benchmark"

[ledger]
url = "sqlite:///broadcast.db"
"""


def main() -> None:
    """Measure and publish."""
    with TemporaryDirectory() as folder:
        cwd = Path(folder)
        (cwd / "broadcast.toml").write_text(CONFIGURATION, encoding="utf-8")
        commands: dict[str, list[str | Path]] = {
            "`python -c pass`": [BIN / "python", "-c", "pass"],
            "`broadcast --version`": [BIN / "broadcast", "--version"],
            "`broadcast status`": [BIN / "broadcast", "status"],
            "`broadcast --help`": [BIN / "broadcast", "--help"],
            "`apprise --version`": [apprise(), "--version"],
        }
        candidates: dict[str, Callable[[], Cost]] = {
            name: partial(cost_of, line, cwd) for name, line in commands.items()
        }
        with responding() as responder:
            candidates[SENDING] = lambda: notify(responder, "phones", PEOPLE, PEOPLE)
            measured = in_turn(candidates, ROUNDS)
    yardstick = measured["`apprise --version`"].median(cpu())
    rows = [
        f"| {name} | {series.spread(cpu())} | {series.median(lambda cost: cost.wall) * 1000:.0f} "
        f"| {series.median(cpu()) / yardstick:.2f} |"
        for name, series in measured.items()
    ]
    table = ["| command | CPU ms | wall ms | CPU, Apprise = 1 |", "|---|---|---|---|", *rows]
    publish(
        "Start-up", [*table, "", f"Medians of {ROUNDS} rounds (least to most), all commands in turn in each."]
    )


if __name__ == "__main__":
    main()
