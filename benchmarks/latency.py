"""How near a run comes to the ideal where the provider is slow. `python -m benchmarks.latency [--quick]`.

The ideal is that of a client which costs nothing: as many rounds of the latency as the slowest channel needs.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from benchmarks.measure import QUICK, Cost, cpu, in_turn, publish
from benchmarks.scene import CONCURRENCY, notify, responding
from benchmarks.throughput import peer

ROUNDS = 1 if QUICK else 5
PEOPLE = 1_000
LATENCY = 0.1
IDEAL = ceil(PEOPLE / CONCURRENCY) * LATENCY
EVERYTHING = PEOPLE * 2 + 1  # two channels for SMS, and one request for all e-mail


def main() -> None:
    """Measure and publish."""
    with responding(tls=True, latency=LATENCY) as responder:
        candidates: dict[str, tuple[int, Callable[[], Cost]]] = {
            "`broadcast`, three channels": (
                EVERYTHING,
                lambda: notify(responder, "everything", PEOPLE, EVERYTHING),
            ),
            "`broadcast`, one channel": (PEOPLE, lambda: notify(responder, "phones", PEOPLE, PEOPLE)),
            "bare aiohttp loop, as many as on three": (
                EVERYTHING,
                lambda: peer("loop", responder, PEOPLE * 2, CONCURRENCY * 2),
            ),
            "bare aiohttp loop, as many as on one": (PEOPLE, lambda: peer("loop", responder, PEOPLE)),
        }
        measured = in_turn({name: measure for name, (_, measure) in candidates.items()}, ROUNDS)
    rows = []
    for name, (requests, _) in candidates.items():
        above = measured[name].median(lambda cost: cost.span) / IDEAL * 100 - 100
        seconds = measured[name].spread(lambda cost: cost.span, 2)
        rows.append(f"| {name} | {seconds} | {above:+.0f} % | {measured[name].spread(cpu(requests), 2)} |")
    head = f"| over HTTPS | seconds to the last answer | above the ideal {IDEAL:.1f} | CPU ms a message |"
    about = (
        f"{PEOPLE:,} people and {LATENCY * 1000:.0f} ms of latency; medians of {ROUNDS} rounds (least to "
        f"most). Each channel keeps {CONCURRENCY} requests in flight. Three channels are SMS from two "
        f"accounts, and e-mail in one request. The ideal is {PEOPLE:,} / {CONCURRENCY} rounds of the "
        "latency, rounded up; the bare loop shows how near to it aiohttp comes with nothing else to do."
    )
    publish("Latency", [head, "|---|---|---|---|", *rows, "", about])


if __name__ == "__main__":
    main()
