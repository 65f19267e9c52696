"""Remind people of promises before they are due, each once; and draft the update that says "no change"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.cadence.no_change import NoChangeDrafts
from broadcast.cadence.start_escalation import EscalationRequest, EscalationStarter
from broadcast.config.cadence import TO_AUDIENCE, TO_POLICY
from broadcast.dispatch.stop import Stop
from broadcast.errors import Refused
from broadcast.ledger.records import Notice
from broadcast.model.counted import counted
from broadcast.model.moments import elapsed
from broadcast.publishing.publish import Publisher
from broadcast.publishing.reminder import prepare_reminder
from broadcast.publishing.request import Limits
from broadcast.reports.due import Due, due


@dataclass(frozen=True, slots=True, kw_only=True)
class Remind:
    """The job. `seconds` is the most that sending one reminder may take in one round."""

    publisher: Publisher
    drafts: NoChangeDrafts
    starter: EscalationStarter
    seconds: float = 60.0
    name: str = "remind"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Record the reminders that are due, then send what reminders owe."""
        cadence = self.publisher.settings.cadence
        if cadence.remind is None:
            return ()
        ledger = self.publisher.deliverer.ledger
        promised = due(ledger, now)
        lines = [*self._close_drafts(promised)]
        for promise in promised:
            if elapsed(now, promise.due_at) <= cadence.before:
                lines += self._remind(promise, cadence.remind, now)
        self.publisher.deliverer.follow_targets()
        for notice in ledger.reminders.unsent(now):
            if stop.asked:
                break
            lines += await self._send(notice, stop)
        return lines

    def _remind(self, promise: Due, remind: str, now: datetime) -> Iterator[str]:
        """Record the reminder of a promise, unless people were reminded of it before."""
        ledger = self.publisher.deliverer.ledger
        notice = ledger.incidents.notices(ledger.incidents.find(promise.incident))[promise.notice - 1]
        if not ledger.reminders.wanted(notice, promise.kind):
            return
        escalates = remind.startswith(TO_POLICY)
        audience = remind.removeprefix(TO_AUDIENCE)
        new = None if escalates else prepare_reminder(self.publisher, notice, promise.kind, audience)
        # The draft first: a run that dies in between writes it again, and a draft that was deleted stays so.
        try:
            if path := self.drafts.write(promise):
                yield f"{promise.incident}: wrote the draft {path.name}"
        except OSError as error:
            yield f"{promise.incident}: the draft cannot be written: {error.strerror}"
        if new is not None:
            ledger.reminders.record(new, now)
            return
        yield self._escalate(promise, remind.removeprefix(TO_POLICY), now)
        # Afterwards: a run that dies in between is refused a second escalation while the first one runs.
        ledger.reminders.escalated(notice, promise.kind)

    def _escalate(self, promise: Due, policy: str, now: datetime) -> str:
        """Start an escalation, whose pages the next round sends, unless one by that policy runs already."""
        request = EscalationRequest(incident=promise.incident, policy=policy)
        try:
            self.starter.start(self.starter.prepare(request, now), request, now)
        except Refused as refused:
            return f"{promise.incident}: {refused}"
        return f"{promise.incident}: started the escalation {policy}"

    def _close_drafts(self, promised: Sequence[Due]) -> Iterator[str]:
        try:
            for path in self.drafts.close(promised):
                yield f"closed the draft {path.name}"
        except OSError as error:
            yield f"a draft cannot be closed: {error.strerror}"

    async def _send(self, notice: Notice, stop: Stop) -> list[str]:
        deliverer = self.publisher.deliverer
        limits = Limits(deadline=self.seconds, in_background=True)
        adapters, trouble = deliverer.available(notice)
        result = await deliverer.deliver(notice, limits, adapters, stop)
        rest = result.counts.unknown + result.counts.held
        still = f", {counted(rest, 'message')} still to be sent" if rest else ""
        sent = f"{notice.facts.ref}: {counted(result.counts.accepted, 'reminder')} accepted{still}"
        return [sent, *trouble]
