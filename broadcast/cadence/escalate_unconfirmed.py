"""Begin the escalation of a notice that was published with one and was not confirmed by everybody in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.cadence.start_escalation import EscalationRequest, EscalationStarter
from broadcast.cadence.tick import outcome_of
from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, LedgerError, Refused
from broadcast.ledger.escalations import OwedEscalation
from broadcast.ledger.ledger import Ledger
from broadcast.model.ids import notice_mark


@dataclass(frozen=True, slots=True)
class EscalateUnconfirmed:
    """The job. It records escalations; the job that drives them sends their pages.

    The escalation and the note that it has begun are one transaction, so that a notice has one, whatever
    process dies at whatever point.
    """

    starter: EscalationStarter
    name: str = "unconfirmed"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Begin every escalation that is due; a line for each."""
        said: list[str] = []
        failed: list[BroadcastError] = []
        for owed in self._ledger.escalations.owed(now):
            if stop.asked:
                break
            try:
                said.append(self._begin(owed, now))
            except LedgerError:
                raise
            except BroadcastError as error:
                failed.append(error)  # the others have their turn
        return outcome_of(said, failed)

    def due(self) -> datetime | None:
        """Return when the time to confirm of the next notice is over."""
        return self._ledger.escalations.next_owed(self.starter.job.deliverer.clock.now())

    def begin(self, notice: int, now: datetime) -> str | None:
        """Begin the escalation of one notice if it is due; return a line about it, or None.

        Raises `BroadcastError` if no person of the policy can be asked.
        """
        owed = [one for one in self._ledger.escalations.owed(now) if one.notice == notice]
        return self._begin(owed[0], now) if owed else None

    def _begin(self, owed: OwedEscalation, now: datetime) -> str:
        mark = notice_mark(owed.incident, owed.sequence)
        request = EscalationRequest(incident=owed.incident, policy=owed.policy, about=owed.notice)
        try:
            begun = self.starter.start(self.starter.prepare(request, now), request, now)
        except Refused as refused:
            return self._continue(owed, mark, refused)
        own = notice_mark(begun.incident, begun.sequence)
        return f"{own}: {owed.policy} begins, because {mark} is not confirmed by all"

    def _continue(self, owed: OwedEscalation, mark: str, refused: Refused) -> str:
        """Leave the notice to an escalation by the same policy that runs already."""
        running = (one for one in self._ledger.escalations.running() if one.incident == owed.incident)
        same = next((one for one in running if one.policy.name == owed.policy), None)
        if same is None:
            raise refused
        self._ledger.escalations.continued(owed.notice, same.notice)
        return f"{mark} is not confirmed by all; {owed.policy} is running already"

    @property
    def _ledger(self) -> Ledger:
        return self.starter.job.ledger
