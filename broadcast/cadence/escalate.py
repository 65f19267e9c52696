"""Drive the escalations that are running: ask the next people when their time has come.

A step is one transaction that compares what was read. So cron, `serve` and a command may drive the same
escalation at once, and a process may die at any point: no step is taken twice, and the next round goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self, assert_never

from broadcast.cadence.step_people import StepPeople
from broadcast.cadence.tick import others_go_on, outcome_of
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError
from broadcast.ledger.escalations import Climbed
from broadcast.ledger.ledger import Ledger
from broadcast.model.counted import counted
from broadcast.model.escalation import PAGES, Escalation
from broadcast.model.ids import notice_mark
from broadcast.planning.escalation import Climb, Decision, End, FailOver, Wait, decide
from broadcast.planning.escalation_plan import PageRound, Paging, page_rounds
from broadcast.publishing.deliver import Deliverer
from broadcast.publishing.request import Limits
from broadcast.rendering.catalogue import SUFFIX, Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """The job.

    Attributes:
        deliverer: Sends the pages.
        paging: Who the people are, and in which languages and channels they are asked.
        seconds: How long the pages of one escalation may take in one round.
    """

    deliverer: Deliverer
    paging: Paging
    seconds: float = 20.0
    name: str = "escalate"

    @classmethod
    def build(cls, settings: Settings, deliverer: Deliverer, catalogue: Catalogue) -> Self:
        """Return the job for these settings; its texts are in the languages that have texts for pages."""
        known = catalogue.locales()
        spoken = [one for one in known if catalogue.find(f"{one}/{PAGES}/sms.txt{SUFFIX}")]
        usual = (settings.locale, settings.locale.partition("-")[0], "en")
        locales = [*dict.fromkeys(one for one in (*usual, *spoken) if one in spoken)]
        roster = StepPeople(settings, deliverer.ledger).at
        return cls(deliverer=deliverer, paging=Paging(roster, deliverer.channels.planned, locales))

    @property
    def ledger(self) -> Ledger:
        """Where the escalations are."""
        return self.deliverer.ledger

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Drive every escalation; a line for each step."""
        del now  # each step takes its own time: pages before it may have taken long
        said: list[str] = []
        failed: list[BroadcastError] = []
        for escalation in self.ledger.escalations.running():
            with others_go_on(failed):
                said += await self.drive(escalation.notice, stop)
        return outcome_of(said, failed)

    async def drive(self, notice: int, stop: Stop) -> list[str]:
        """Do what is due in one escalation, and send its pages; a line for each step.

        Raises `ConfigError` and `Refused` if its channels cannot send, and `LedgerError`.
        """
        said: list[str] = []
        while not stop.asked:
            steps = self.climb(notice)
            said += steps
            if not await self._send(notice, stop, said) and not steps:
                break
            if not isinstance(self._next(notice), Climb | FailOver):
                break
        return said

    def climb(self, notice: int) -> list[str]:
        """Take the steps that are due, without sending; a line for each."""
        said: list[str] = []
        while True:
            escalation = self.ledger.escalations.find(notice)
            decision = self._decide(escalation)
            if decision is None or isinstance(decision, Wait):
                return said
            line = self._take(escalation, decision)
            if line:
                said.append(f"{notice_mark(escalation.incident, escalation.sequence)}: {line}")

    def due(self) -> datetime | None:
        """Return when the next step of any escalation is due; None if none is running."""
        now = self.deliverer.clock.now()
        decisions = map(self._decide, self.ledger.escalations.running())
        times = (one.until if isinstance(one, Wait) else now for one in decisions if one is not None)
        return min(times, default=None)

    def _next(self, notice: int) -> Decision | None:
        return self._decide(self.ledger.escalations.find(notice))

    def _decide(self, escalation: Escalation) -> Decision | None:
        if escalation.ended_at is not None:
            return None
        return decide(escalation, self.deliverer.clock.now())

    def _take(self, escalation: Escalation, decision: Climb | FailOver | End) -> str:
        """Take one step; return what was done, or "" if another process was faster."""
        now, escalations = self.deliverer.clock.now(), self.ledger.escalations
        match decision:
            case End(outcome=outcome):
                ended = escalations.end(escalation, outcome, now)
                return f"{escalation.policy.name} ended: {outcome}" if ended else ""
            case Climb() | FailOver():
                rounds = page_rounds(escalation, decision, now, self.paging)
                place = decision.place if isinstance(decision, Climb) else escalation.place
                said = "; ".join(describe(escalation, one) for one in rounds)
                pages = [page for one in rounds for page in one.pages]
                return said if escalations.climb(escalation, Climbed(place, pages, said), now) else ""
            case _:
                assert_never(decision)

    async def _send(self, notice: int, stop: Stop, said: list[str]) -> bool:
        """Send the pages that have not left; return whether there were any. `said` gets what is wrong."""
        found = self.ledger.escalations.find(notice)
        recorded = self.ledger.escalations.notice(notice)
        if found.ended_at is not None or not self.deliverer.owes(recorded):
            return False
        names = frozenset(page.audience for page in found.pages)
        deliverer = replace(self.deliverer, internal=self.deliverer.internal | names)
        limits = Limits(deadline=self.seconds, in_background=True)
        adapters, trouble = deliverer.available(recorded)
        said += trouble
        await deliverer.deliver(recorded, limits, adapters, stop)
        return True


def describe(escalation: Escalation, one: PageRound) -> str:
    """Return what happens at one place, without names: the log keeps it when people are erased."""
    steps = len(escalation.policy.steps)
    place = f"step {one.position.step + 1} of {steps}, round {one.position.round + 1}"
    asked = f"{one.channel} to {counted(len(one.sent), 'person', 'people')}"
    unreachable = len(one.pages) - len(one.sent)
    rest = [f"{unreachable} cannot be reached by {one.channel}"] if unreachable else []
    return "; ".join((f"{place}: {asked} ({one.reason})", *rest, *one.gaps))
