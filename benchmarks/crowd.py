"""What a very large audience takes: processor and memory. `python -m benchmarks.crowd [--quick]`."""

from __future__ import annotations

from benchmarks.measure import QUICK, Cost, keep, publish
from benchmarks.scene import notify, responding

#: The second is also planned without being sent, and the last is the crowd.
SIZES = (2_000, 20_000, 100_000) if QUICK else (10_000, 100_000, 1_000_000)
BATCH = 1_000


def main() -> None:
    """Measure and publish."""
    _, many, crowd = SIZES
    with responding() as responder:
        shown = notify(responder, "mailboxes", many, 0, "--dry-run")
        sent = {people: notify(responder, "mailboxes", people, people // BATCH) for people in SIZES}
    rows = [_row("planned and sent", people, cost) for people, cost in sent.items()]
    rows.insert(1, _row("planned and shown", many, shown))
    after = sent[many].cpu - shown.cpu
    growth = sent[crowd].peak / sent[many].peak
    head = "| e-mail through `sendgrid` | people | seconds | CPU seconds | peak MB |"
    about = (
        f"After rendering, a second of processor is enough for {many / after:,.0f} people: that is "
        "recording the plan, an intent and an outcome for each of them on disk, and their part of a request. "
        f"Measured once. {crowd:,} people take {growth:.1f} times the memory of {many:,}."
    )
    keep("Crowds", [{"people": people, "peak": round(cost.peak)} for people, cost in sent.items()])
    publish("Crowds", [head, "|---|---|---|---|---|", *rows, "", about])


def _row(name: str, people: int, cost: Cost) -> str:
    return f"| {name} | {people:,} | {cost.wall:,.1f} | {cost.cpu:,.1f} | {cost.peak:,.0f} |"


if __name__ == "__main__":
    main()
