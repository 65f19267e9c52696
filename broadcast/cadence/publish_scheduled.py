"""Publish scheduled notices when they are due, each once, and refuse those that are outdated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from broadcast.cadence.stage_verdict import GO, StageVerdict, stage_verdict
from broadcast.cadence.tick import outcome_of
from broadcast.dispatch.stop import Stop
from broadcast.errors import (
    BroadcastError,
    ConfigError,
    LedgerError,
    Refused,
    TooLong,
    UnknownIncident,
)
from broadcast.ledger.schedules import Schedule, ScheduleState
from broadcast.model.counted import counted
from broadcast.model.incident import Incident
from broadcast.model.moments import elapsed
from broadcast.model.work import WorkStage
from broadcast.model.zone import with_zone
from broadcast.publishing.preview import Preview
from broadcast.publishing.publish import Publisher
from broadcast.publishing.schedule import limits_of, request_of

#: A notice that is later than this says something that people did not agree to say now.
LATEST = timedelta(hours=1)
#: A late reminder, or a late beginning of work, is still news for this long.
LATEST_STAGE = timedelta(hours=12)


@dataclass(slots=True)
class _RoundReport:
    """What a round says: what was done, what was refused for good, and what is tried again."""

    done: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unusable: list[BroadcastError] = field(default_factory=list)

    def outcome(self) -> Sequence[str]:
        """Return the lines; what was refused is trouble once."""
        if self.refused:
            done = f" ({'; '.join(self.done)})" if self.done else ""
            said = "; ".join((*self.refused, *map(str, self.unusable)))
            raise Refused(said + done, hint="nothing was sent of it; say what is true now")
        return outcome_of(self.done, self.unusable)


@dataclass(frozen=True, slots=True)
class PublishScheduled:
    """The job. `seconds` is the most that one notice may take in one round."""

    publisher: Publisher
    seconds: float = 60.0
    name: str = "schedule"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Publish what is due; a refused notice is trouble once, after all others had their turn."""
        report = _RoundReport()
        schedules = self.publisher.deliverer.ledger.schedules.all()
        for one in (each for each in schedules if each.open and each.due_at <= now):
            if stop.asked:
                break
            await self._take(one, now, stop, report)
        return report.outcome()

    def due(self) -> datetime | None:
        """Return when the next schedule is due; None if none is ahead."""
        now = self.publisher.deliverer.clock.now()
        ahead = (one.due_at for one in self.publisher.deliverer.ledger.schedules.all() if one.open)
        return min((at for at in ahead if at > now), default=None)

    async def _take(self, one: Schedule, now: datetime, stop: Stop, report: _RoundReport) -> None:
        schedules = self.publisher.deliverer.ledger.schedules
        verdict = self._verdict(one, now)
        if verdict.given_up and schedules.settle(one.id, ScheduleState.CANCELLED, verdict.given_up, now):
            report.done.append(f"gave up schedule {one.id}: {verdict.given_up}")
        if verdict != GO:
            return
        try:
            report.done.append(await self._publish(one, now, stop))
        except LedgerError:
            raise
        except ConfigError as error:
            schedules.note(one.id, str(error))
            report.unusable.append(error)  # the next round tries again, and the others have their turn
        except BroadcastError as error:
            # The error of a text that is too long for one person names that person.
            why = "a text is too long" if isinstance(error, TooLong) else str(error)
            if schedules.settle(one.id, ScheduleState.REFUSED, why, now):
                report.refused.append(f"schedule {one.id} was not published: {why}")

    def _verdict(self, one: Schedule, now: datetime) -> StageVerdict:
        if one.stage is None or one.incident is None:
            return GO
        others = self.publisher.deliverer.ledger.work.schedules(one.incident)
        return stage_verdict(one, self._incident(one.incident), others, now)

    async def _publish(self, one: Schedule, now: datetime, stop: Stop) -> str:
        """Publish it; what records the notice records that the schedule is over."""
        ledger = self.publisher.deliverer.ledger

        def consent(_: Preview) -> None:
            # Asked for each attempt to record it: somebody may publish at this very moment.
            self._check_current(one, now)
            if not ledger.schedules.publishing(one.id):
                raise Refused("it was cancelled", hint="nothing was sent")

        self._check_current(one, now)
        limits = limits_of(one, self.seconds)
        publisher = replace(self.publisher, author=f"{one.author}, by schedule {one.id}")
        result = await publisher.publish(request_of(one), limits, consent, stop)
        accepted = counted(result.counts.accepted, "message")
        return f"published schedule {one.id} as {result.incident}/{result.notice}: {accepted} accepted"

    def _check_current(self, one: Schedule, now: datetime) -> None:
        """Raise `Refused` if it is too late, or the incident has changed since."""
        if elapsed(one.due_at, now) > _latest(one):
            then = with_zone(one.due_at.astimezone(self.publisher.settings.timezone))
            tried = f"it could not be sent since: {one.detail}"
            why = tried if one.detail else "no `tick` or `serve` ran"
            raise Refused(f"it was due at {then}, and {why}", hint="schedule it again")
        if one.incident is None:
            return
        incident = self._incident(one.incident)
        if incident is None:
            raise UnknownIncident(f"there is no incident {one.incident}", hint="the ledger was replaced")
        if one.stage is not None:
            return  # its schedule follows each notice of the work, and is cancelled with it
        latest = self.publisher.deliverer.ledger.incidents.latest(incident)
        if latest and latest[1] != one.sequence:
            raise Refused(f"{one.incident}/{latest[1]} was published meanwhile", hint="schedule it again")

    def _incident(self, ref: str) -> Incident | None:
        incidents = self.publisher.deliverer.ledger.incidents.all()
        return next((each for each in incidents if each.ref == ref), None)


def _latest(one: Schedule) -> timedelta:
    """Return how late it may be published.

    That work has begun, or will begin, stays true until its end or its beginning, which is checked as for
    every notice; a ledger that was restored from yesterday's backup must not repeat it all the same.
    """
    return LATEST if one.stage in {None, WorkStage.END} else LATEST_STAGE
