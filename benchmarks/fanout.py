"""What one message costs when many are sent, beside Apprise. `python -m benchmarks.fanout [--quick]`.

Every candidate is one command in one process and talks to the same responder. `broadcast` renders, plans
and keeps its ledger, every intent on disk before the request; Apprise posts the text.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import QUICK, Cost, apprise, cost_of, cpu, in_turn, publish, rate
from benchmarks.scene import TEXT, Responder, notify, responding

ROUNDS = 1 if QUICK else 5
PHONES = 3_000
MAILBOXES = 10_000
BATCHES = -(-MAILBOXES // 1000)


def post(command: Path, responder: Responder) -> Cost:
    """The same number of posts through Apprise, one URL for each."""
    with TemporaryDirectory() as folder:
        cwd = Path(folder)
        place = responder.root.removeprefix("http://")
        urls = "".join(f"json://{place}/{n}\n" for n in range(PHONES))
        (cwd / "apprise.cfg").write_text(urls, encoding="utf-8")
        cost = cost_of([command, "--config", "apprise.cfg", "--body", TEXT], cwd)
        return responder.expect(PHONES).on(cost)


def main() -> None:
    """Measure and publish."""
    command = apprise()
    with responding() as responder:
        measured = in_turn(
            {
                "SMS through `twilio-sms`, with ledger": lambda: notify(responder, "phones", PHONES, PHONES),
                "Apprise `json://`, no ledger": lambda: post(command, responder),
                "e-mail through `sendgrid`, with ledger": lambda: notify(
                    responder, "mailboxes", MAILBOXES, BATCHES
                ),
            },
            ROUNDS,
        )
    people, requests = (PHONES, PHONES, MAILBOXES), (PHONES, PHONES, BATCHES)
    yardstick = measured["Apprise `json://`, no ledger"].median(cpu(PHONES))
    rows = [
        f"| {name} | {count:,} | {sent:,} | {series.spread(cpu(count), 2)} "
        f"| {series.median(rate(count, whole=True)):,.0f} | {series.median(cpu(count)) / yardstick:.2f} |"
        for (name, series), count, sent in zip(measured.items(), people, requests, strict=True)
    ]
    head = "| one command | people | requests | CPU ms a person | people a second | CPU, Apprise = 1 |"
    about = (
        f"Medians of {ROUNDS} rounds in turn (least to most), whole processes with start-up, reading of "
        "contacts and plan, over plain HTTP on loopback to a responder that answers at once and counts; "
        "every count was checked."
    )
    publish("Fan-out", [head, "|---|---|---|---|---|---|", *rows, "", about])


if __name__ == "__main__":
    main()
