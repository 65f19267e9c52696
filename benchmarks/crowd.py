"""What a very large audience takes: processor and memory. `python -m benchmarks.crowd [--quick]`."""

from __future__ import annotations

from benchmarks.measure import QUICK, Cost, publish
from benchmarks.scene import notify, responding

PEOPLE = 20_000 if QUICK else 100_000
CROWD = 100_000 if QUICK else 1_000_000
BATCH = 1_000


def main() -> None:
    """Measure and publish."""
    with responding() as responder:
        shown = notify(responder, "mailboxes", PEOPLE, 0, "--dry-run")
        sent = notify(responder, "mailboxes", PEOPLE, PEOPLE // BATCH)
        crowd = notify(responder, "mailboxes", CROWD, CROWD // BATCH)
    rows = [
        _row("planned and shown", PEOPLE, shown),
        _row("planned and sent", PEOPLE, sent),
        _row("planned and sent", CROWD, crowd),
    ]
    after = sent.cpu - shown.cpu
    growth = crowd.peak / sent.peak
    head = "| e-mail through `sendgrid` | people | seconds | CPU seconds | peak MB |"
    about = (
        f"After rendering, a second of processor is enough for {PEOPLE / after:,.0f} people: that is "
        "recording the plan, an intent and an outcome for each of them on disk, and their part of a request. "
        f"Measured once. {CROWD:,} people take {growth:.1f} times the memory of {PEOPLE:,}."
    )
    publish("Crowds", [head, "|---|---|---|---|---|", *rows, "", about])


def _row(name: str, people: int, cost: Cost) -> str:
    return f"| {name} | {people:,} | {cost.wall:,.1f} | {cost.cpu:,.1f} | {cost.peak:,.0f} |"


if __name__ == "__main__":
    main()
