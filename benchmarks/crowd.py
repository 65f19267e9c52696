"""What a very large audience takes: processor and memory. `python -m benchmarks.crowd [--quick]`."""

from __future__ import annotations

from benchmarks.measure import QUICK, Cost, Series, in_turn, publish
from benchmarks.scene import notify, responding

PEOPLE = 20_000 if QUICK else 100_000
CROWD = 100_000 if QUICK else 1_000_000
ROUNDS = 1
BATCH = 1_000


def main() -> None:
    """Measure and publish."""
    with responding() as responder:
        measured = in_turn(
            {
                "planned and shown": lambda: notify(responder, "mailboxes", PEOPLE, 0, "--dry-run"),
                "planned and sent": lambda: notify(responder, "mailboxes", PEOPLE, PEOPLE // BATCH),
            },
            ROUNDS,
        )
        crowd = Series([notify(responder, "mailboxes", CROWD, CROWD // BATCH)])
    shown, sent = measured.values()
    rows = [_row(name, PEOPLE, series) for name, series in measured.items()]
    rows.append(_row("planned and sent", CROWD, crowd))
    after = sent.median(_cpu) - shown.median(_cpu)
    growth = crowd.median(_peak) / sent.median(_peak)
    head = "| e-mail through `sendgrid` | people | seconds | CPU seconds | peak MB |"
    about = (
        f"After rendering, a second of processor is enough for {PEOPLE / after:,.0f} people: that is "
        "recording the plan, an intent and an outcome for each of them on disk, and their part of a request. "
        f"{CROWD:,} people take {growth:.1f} times the memory of {PEOPLE:,}."
    )
    publish("Crowds", [head, "|---|---|---|---|---|", *rows, "", about])


def _cpu(cost: Cost) -> float:
    return cost.cpu


def _peak(cost: Cost) -> float:
    return cost.peak


def _row(name: str, people: int, series: Series) -> str:
    return (
        f"| {name} | {people:,} | {series.median(lambda cost: cost.wall):,.1f} | {series.median(_cpu):,.1f} "
        f"| {series.median(_peak):,.0f} |"
    )


if __name__ == "__main__":
    main()
