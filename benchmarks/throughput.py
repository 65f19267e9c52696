"""Messages a second over HTTPS, beside others. `python -m benchmarks.throughput [--quick]`.

Everybody talks to the same responder, keeps up to 64 requests in flight where they can, and verifies its
certificate against the public authorities and the benchmark's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measure import (
    BIN,
    QUICK,
    ROOT,
    Command,
    Cost,
    apprise,
    cost_of,
    cpu,
    in_turn,
    keep,
    peak,
    publish,
    rate,
)
from benchmarks.scene import CONCURRENCY, TEXT, Responder, notify, responding

ROUNDS = 1 if QUICK else 3
PEOPLE = 2_000 if QUICK else 10_000
SDK_PEOPLE = 500 if QUICK else 1_500
APPRISE_PEOPLE = 50 if QUICK else 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to send, and to how many people it is asked to: the slow ones to fewer."""

    name: str
    people: int
    measure: Callable[[], Cost]


def bundle(responder: Responder, folder: Path) -> Path:
    """What `requests` trusts: the authorities it ships with, and the responder's."""
    import certifi

    assert responder.authority
    path = folder / "bundle.pem"
    path.write_bytes(Path(certifi.where()).read_bytes() + responder.authority.read_bytes())
    return path


def post(command: Path, responder: Responder, people: int) -> Cost:
    """As many posts through Apprise, one URL for each; its own throttle is off for this plugin."""
    with TemporaryDirectory() as folder:
        cwd = Path(folder)
        place = responder.root.removeprefix("https://")
        urls = "".join(f"jsons://{place}/{n}?verify=yes\n" for n in range(people))
        (cwd / "apprise.cfg").write_text(urls, encoding="utf-8")
        line: Command = [command, "--config", "apprise.cfg", "--body", TEXT]
        cost = cost_of(line, cwd, REQUESTS_CA_BUNDLE=str(bundle(responder, cwd)))
        return responder.expect(people).on(cost)


def peer(which: str, responder: Responder, people: int, in_flight: int = CONCURRENCY) -> Cost:
    """As many messages through one of the scripts in `peers`."""
    with TemporaryDirectory() as folder:
        cwd = Path(folder)
        script: Command = [BIN / "python", "-m", "benchmarks.peers", which]
        environment = {"REQUESTS_CA_BUNDLE": str(bundle(responder, cwd)), "PYTHONPATH": str(ROOT)}
        where = (responder.root, str(responder.authority))
        cost = cost_of([*script, *where, str(people), str(in_flight)], cwd, **environment)
        return responder.expect(people).on(cost)


def candidates(responder: Responder) -> list[Candidate]:
    """What is compared: ours first, then the least that could be done."""
    command = apprise()
    few, fewest = SDK_PEOPLE, APPRISE_PEOPLE
    return [
        Candidate(
            "`broadcast`, `twilio-sms`, with ledger",
            PEOPLE,
            lambda: notify(responder, "phones", PEOPLE, PEOPLE),
        ),
        Candidate("bare aiohttp loop, no ledger", PEOPLE, lambda: peer("loop", responder, PEOPLE)),
        Candidate("Twilio SDK, 64 threads, no ledger", few, lambda: peer("sdk", responder, few)),
        Candidate("Apprise `jsons://`, no ledger", fewest, lambda: post(command, responder, fewest)),
    ]


def main() -> None:
    """Measure and publish."""
    with responding(tls=True) as responder:
        lines = candidates(responder)
        measured = in_turn({line.name: line.measure for line in lines}, ROUNDS)
    served = measured[lines[1].name].median(lambda cost: cost.served / PEOPLE)
    ours = measured[lines[0].name].median(rate(PEOPLE))
    rows, figures = [], []
    for line in lines:
        series, people = measured[line.name], line.people
        rows.append(
            f"| {line.name} | {people:,} | {series.spread(rate(people))} "
            f"| {series.median(rate(people, whole=True)):,.0f} | {series.spread(cpu(people), 2)} "
            f"| {series.median(peak):,.0f} | {ours / series.median(rate(people)):.2f} |"
        )
        figures.append(
            {
                "name": line.name.replace("`", ""),
                "people": people,
                "rate": round(series.median(rate(people))),
                "cpu": round(series.median(cpu(people)), 2),
                "peak": round(series.median(peak)),
            }
        )
    head = "| over HTTPS | people | messages a second | of the whole command | CPU ms a message | peak MB "
    head += "| ours is × |"
    about = (
        f"Medians of {ROUNDS} rounds in turn (least to most). Messages a second are counted from the first "
        "request to the last answer, as the responder saw them; the whole command is all from start-up on, "
        "with reading of contacts, plan and result. Everybody verifies the certificate against the public "
        "authorities and the benchmark's own, and may have 64 requests in flight; Apprise sends to one URL "
        f"after the other. The responder needs {served * 1000:.2f} ms of its own processor for a request on "
        f"a connection that stays open, so it sustains {1 / served:,.0f} a second and is not the limit, but "
        "it shares the processors with whoever is measured. Every count was checked."
    )
    keep("Throughput", figures)
    publish("Throughput", [head, "|---|---|---|---|---|---|---|", *rows, "", about])


if __name__ == "__main__":
    main()
