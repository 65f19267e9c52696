"""Remind people of promises before they are due, and of schedules that were refused, each once.

For a promised update it also drafts the one that says "no change".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from broadcast.cadence.no_change import NoChangeDrafts
from broadcast.cadence.start_escalation import EscalationRequest, EscalationStarter
from broadcast.cadence.step_people import StepPeople
from broadcast.cadence.tick import others_go_on, outcome_of
from broadcast.config.cadence import TO_AUDIENCE, TO_POLICY
from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, Refused
from broadcast.ledger.records import Notice
from broadcast.ledger.schedules import Schedule, ScheduleState
from broadcast.model.counted import counted
from broadcast.model.moments import elapsed
from broadcast.publishing.publish import Publisher
from broadcast.publishing.reminder import (
    PeopleOnDuty,
    people_on_duty,
    prepare_reminder,
    promise_subject,
    schedule_subject,
)
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
        failed: list[BroadcastError] = []
        near = (
            one
            for one in promised
            # What the clock does by itself needs nobody, unless it is refused.
            if one.schedule is None and elapsed(now, one.due_at) <= cadence.before
        )
        refused = (one for one in ledger.schedules.unpublished(now) if not one.open)
        steps = (
            *(partial(self._remind_of_promise, one, cadence.remind, now) for one in near),
            *(partial(self._remind_of_refusal, one, cadence.remind, now) for one in refused),
        )
        for step in steps:
            with others_go_on(failed):
                lines += step()
        self.publisher.deliverer.follow_targets()
        for notice in ledger.reminders.unsent(now):
            if stop.asked:
                break
            with others_go_on(failed):
                lines += await self._send(notice, stop)
        return outcome_of(lines, failed)

    def due(self) -> datetime | None:
        """Return when the next promise is near enough to remind of it; None if none is ahead."""
        cadence, deliverer = self.publisher.settings.cadence, self.publisher.deliverer
        if cadence.remind is None:
            return None
        now = deliverer.clock.now()
        times = (one.due_at - cadence.before for one in due(deliverer.ledger, now) if one.schedule is None)
        return min((at for at in times if at > now), default=None)

    def _remind_of_promise(self, promise: Due, remind: str, now: datetime) -> Iterator[str]:
        """Record the reminder of a promise, unless people were reminded of it before."""
        ledger = self.publisher.deliverer.ledger
        notice = ledger.incidents.notices(ledger.incidents.find(promise.incident))[promise.notice - 1]
        if not ledger.reminders.wanted(notice, promise.kind):
            return
        to = self._whom(remind)
        subject = promise_subject(notice, promise.kind)
        new = None if to is None else prepare_reminder(self.publisher, subject, to)
        # The draft first: a run that dies in between writes it again, and a draft that was deleted stays so.
        try:
            if path := self.drafts.write(promise):
                yield f"{promise.incident}: wrote the draft {path.name}"
        except OSError as error:
            yield f"{promise.incident}: the draft cannot be written: {error.strerror}"
        if new is not None:
            ledger.reminders.record(new, now)
            return
        yield self._escalate(promise.incident, remind.removeprefix(TO_POLICY), now)
        # Afterwards: a run that dies in between is refused a second escalation while the first one runs.
        ledger.reminders.escalated(notice, promise.kind)

    def _remind_of_refusal(self, refused: Schedule, remind: str, now: datetime) -> Iterator[str]:
        """Record the reminder of a schedule that was refused, unless people were reminded of it before."""
        if refused.state is not ScheduleState.REFUSED or refused.reminded_at is not None:
            return
        ledger = self.publisher.deliverer.ledger
        to = self._whom(remind)
        if to is None and refused.incident is not None:
            yield self._escalate(refused.incident, remind.removeprefix(TO_POLICY), now)
            ledger.reminders.escalated_schedule(refused.id, now)
            return
        # An escalation needs an incident. Without one, the people of its first step are reminded.
        subject = schedule_subject(self.publisher, refused)
        to = to or self._first_step(remind.removeprefix(TO_POLICY), now)
        ledger.reminders.record(prepare_reminder(self.publisher, subject, to), now)

    def _whom(self, remind: str) -> str | PeopleOnDuty | None:
        """Return the audience, or the people on duty; None for an escalation."""
        if remind.startswith(TO_POLICY):
            return None
        if remind.startswith(TO_AUDIENCE):
            return remind.removeprefix(TO_AUDIENCE)
        return people_on_duty(self.publisher, remind)

    def _first_step(self, policy: str, now: datetime) -> PeopleOnDuty:
        settings = self.publisher.settings
        step = settings.escalation[policy].steps[0]
        roster = StepPeople(settings, self.publisher.deliverer.ledger).at(step, now)
        people = {contact.id: contact for _, contact in roster.people}
        return PeopleOnDuty(name=f"{TO_POLICY}{policy}", contacts=[*people.values()], lane=step.channels)

    def _escalate(self, incident: str, policy: str, now: datetime) -> str:
        """Start an escalation, whose pages the next round sends, unless one by that policy runs already."""
        request = EscalationRequest(incident=incident, policy=policy)
        try:
            self.starter.start(self.starter.prepare(request, now), request, now)
        except Refused as refused:
            return f"{incident}: {refused}"
        return f"{incident}: started the escalation {policy}"

    def _close_drafts(self, promised: Sequence[Due]) -> Iterator[str]:
        try:
            for path in self.drafts.close(promised):
                yield f"closed the draft {path.name}"
        except OSError as error:
            yield f"a draft cannot be closed: {error.strerror}"

    async def _send(self, notice: Notice, stop: Stop) -> list[str]:
        # People on duty cannot unsubscribe; those who are reminded directly belong to no audience.
        remind = {self.publisher.settings.cadence.remind or ""}
        deliverer = replace(self.publisher.deliverer, internal=self.publisher.deliverer.internal | remind)
        limits = Limits(deadline=self.seconds, in_background=True)
        adapters, trouble = deliverer.available(notice)
        result = await deliverer.deliver(notice, limits, adapters, stop)
        rest = result.counts.unknown + result.counts.held
        still = f", {counted(rest, 'message')} still to be sent" if rest else ""
        sent = f"{notice.facts.ref}: {counted(result.counts.accepted, 'reminder')} accepted{still}"
        return [sent, *trouble]
