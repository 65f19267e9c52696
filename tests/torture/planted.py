"""Faults planted into a copy of the program: the random sessions have to find each of them.

    python -m tests.torture.planted [NAME ...] [--sessions 40]

A judge that finds nothing may be blind. Each fault is one edit; sessions run against the edited copy until a
promise is broken. The exit code is 1 if a fault stays unseen.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.torture.companies import companies
from tests.torture.report import Line, Options
from tests.torture.sessions import one_session

ROOT = Path(__file__).parents[2]
_COPIED = ("broadcast", "templates", "tests")


@dataclass(frozen=True)
class Fault:
    """One edit in one file; `old` must be there exactly once."""

    name: str
    path: str
    old: str
    new: str


FAULTS = (
    Fault(
        "superseding is off",
        "broadcast/ledger/incidents.py",
        "            supersede(connection, incident_id, now)",
        "            pass",
    ),
    Fault(
        "what was held is never sent",
        "broadcast/publishing/deliver.py",
        "run.deliveries.unhold(self.clock.now(), usable)",
        "del usable",
    ),
    Fault(
        "who may have been told is left out",
        "broadcast/ledger/sql/history.sql",
        "AND (taken.outcome IS NULL OR taken.outcome IN ('unknown', 'accepted'))\n"
        "WHERE notice.incident_id = ?\n"
        "  AND (taken.id IS NOT NULL OR delivery.state IN "
        "('sending', 'accepted', 'delivered', 'confirmed', 'unknown'))",
        "AND taken.outcome = 'accepted'\nWHERE notice.incident_id = ?\n"
        "  AND (taken.id IS NOT NULL OR delivery.state IN ('accepted', 'delivered', 'confirmed'))",
    ),
    Fault(
        "a lost answer is sent again without a look",
        "broadcast/dispatch/decide.py",
        "if situation.reconciles and situation.lookups < policy.lookups:",
        "if situation.attempts < 2:\n        return Again(0.0)\n"
        "    if situation.reconciles and situation.lookups < 0:",
    ),
    Fault(
        "two clocks are compared",
        "broadcast/channels/lookup.py",
        'ages = _Ages(http_date(answer.headers.get("Date", "")), attempt.elapsed)\n        if ours',
        "ages = _Ages(datetime.now(UTC), attempt.elapsed)\n        if ours",
    ),
    Fault(
        "a dead run's requests are simply sent again",
        "broadcast/ledger/sql/deliveries.sql",
        "UPDATE delivery SET state = 'unknown', not_before = :until",
        "UPDATE delivery SET state = 'planned', not_before = 0 * :until",
    ),
    Fault(
        "only the first channel of a post's lane gets the end",
        "broadcast/planning/previous_deliveries.py",
        "return {one.channel: one for one in told if one.contact is None and one.carried}",
        "return {one.route[0]: one for one in told if one.contact is None and one.carried}",
    ),
    Fault(
        "what a renamed audience was told is forgotten",
        "broadcast/planning/plan.py",
        "return Plan(self, rosters, [told for told in self._told if told.audience in names])",
        "return Plan(self, rosters, [t for t in self._told if t.audience in {r.name for r in rosters}])",
    ),
    Fault(
        "a failure after recording says that nothing was sent",
        "broadcast/publishing/result.py",
        "    INTERRUPTED = 130",
        "    INTERRUPTED = 12",
    ),
    Fault(
        "an address gets one message for each person",
        "broadcast/ledger/sqlite/work.sql",
        "WHERE mine.id = ANY(:attempts)\nORDER BY mine.id, coalesce",
        "WHERE mine.id = ANY(:attempts) AND 0\nORDER BY mine.id, coalesce",
    ),
)


def main() -> int:
    """Plant each fault, run the sessions, and say which were found."""
    given = _arguments()
    if given.hunt:
        return _hunt(given.sessions)
    chosen = [fault for fault in FAULTS if not given.name or fault.name in given.name]
    unseen = [fault.name for fault in chosen if not _found(fault, given.sessions)]
    sys.stdout.write(f"{len(chosen) - len(unseen)} of {len(chosen)} found\n")
    return int(bool(unseen))


def _found(fault: Fault, sessions: int) -> bool:
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        copy = Path(folder) / "copy"
        for name in _COPIED:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        _plant(copy / fault.path, fault)
        run = subprocess.run(
            [sys.executable, "-m", "tests.torture.planted", "--hunt", "--sessions", str(sessions)],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    sys.stdout.write(f"{fault.name}: {run.stdout.strip() or run.stderr.strip()[-300:]}\n")
    sys.stdout.flush()
    return run.returncode == 0


def _hunt(sessions: int) -> int:
    """Play sessions until one breaks a promise, and say which."""
    line = Line(name="hunt")
    with (
        tempfile.TemporaryDirectory(prefix="hunt-") as folder,
        companies(Path(folder) / "companies") as place,
    ):
        options = Options(seed=1, long=True, folder=Path(folder))
        for number in range(sessions):
            one_session(place, options.chance("sessions", number), line, f"session {number}")
            if line.broken:
                sys.stdout.write(f"found in session {number}: {line.broken[0][-200:]}\n")
                return 0
    sys.stdout.write(f"not found in {sessions} sessions\n")
    return 1


def _plant(path: Path, fault: Fault) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(fault.old) != 1:
        raise SystemExit(f"{fault.name}: the place to edit is not in {fault.path} exactly once")
    path.write_text(text.replace(fault.old, fault.new), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture.planted", description=__doc__)
    parser.add_argument("name", nargs="*", help="only these faults")
    parser.add_argument("--sessions", type=int, default=40, help="how many to play at most (default: 40)")
    parser.add_argument("--hunt", action="store_true", help="play in this copy until a promise is broken")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
