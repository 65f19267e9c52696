from __future__ import annotations

import pytest

from broadcast.cadence.tick import TickResult, tick
from broadcast.dispatch.progress import ignore_events
from broadcast.dispatch.stop import Stop
from broadcast.jobs import make_jobs
from broadcast.model.clock import ManualClock
from broadcast.publishing.request import Request, Verb
from broadcast.publishing.result import Result
from broadcast.wiring import make_publisher
from tests.harness.company import Company, completed, consent, published

CREW = """
[audiences.crew]
contacts = ["crew.csv"]
lanes = [["sms", "email"]]
internal = true
texts = "supervisors"

[cadence]
remind = "audience:crew"
before = "5m"
"""


class Clockwork:
    """A company whose clock a test moves; every round is the one that `tick` and `serve` run."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.clock = ManualClock()

    def round(self, at=None) -> TickResult:
        """Run one round, by default at the time that the clock shows."""
        if at is not None:
            self.clock.advance_to(at)
        with self.company.ledger() as ledger:
            jobs = make_jobs(self.company.settings, ledger, self.clock)
            return completed(tick(jobs, self.clock, Stop()))

    def publish(self, verb: Verb, **given: object) -> Result:
        """Publish a notice at the time that the clock shows."""
        with self.company.ledger() as ledger:
            publisher = make_publisher(self.company.settings, ledger, ignore_events, self.clock)
            request = Request(verb=verb, **given)  # type: ignore[arg-type]  # tests name the fields
            return published(publisher, request, consent)

    def to(self, *people: str) -> list[str]:
        """The texts that these people got, in order."""
        return [message.text for message in self.company.received() if message.to in people]


@pytest.fixture
def clockwork(company: Company) -> Clockwork:
    """A company that reminds two colleagues of its promises."""
    company.configure(extra=CREW)
    crew = ["c1,Ada,ada@firma.example,+4915112345001", "c2,Ben,ben@firma.example,+4915112345002"]
    company.write("crew.csv", "\n".join(["id,name,email,phone", *crew]) + "\n")
    return Clockwork(company)
