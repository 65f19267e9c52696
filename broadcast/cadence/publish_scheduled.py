"""Publish scheduled notices when they are due, each once, and refuse those that are outdated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
from broadcast.model.moments import elapsed
from broadcast.model.zone import with_zone
from broadcast.publishing.preview import Preview
from broadcast.publishing.publish import Publisher
from broadcast.publishing.schedule import limits_of, request_of

#: A notice that is later than this says something that people did not agree to say now.
LATEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PublishScheduled:
    """The job. `seconds` is the most that one notice may take in one round."""

    publisher: Publisher
    seconds: float = 60.0
    name: str = "schedule"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Publish what is due; a refused notice is trouble once, after all others had their turn."""
        lines: list[str] = []
        refused: list[str] = []
        unusable: list[BroadcastError] = []
        schedules = self.publisher.deliverer.ledger.schedules
        for one in (each for each in schedules.all() if each.open and each.due_at <= now):
            if stop.asked:
                break
            try:
                lines.append(await self._publish(one, now, stop))
            except LedgerError:
                raise
            except ConfigError as error:
                schedules.note(one.id, str(error))
                unusable.append(error)  # the next round tries again, and the others have their turn
            except BroadcastError as error:
                # The error of a text that is too long for one person names that person.
                why = "a text is too long" if isinstance(error, TooLong) else str(error)
                if schedules.settle(one.id, ScheduleState.REFUSED, why, now):
                    refused.append(f"schedule {one.id} was not published: {why}")
        if refused:
            done = f" ({'; '.join(lines)})" if lines else ""
            said = "; ".join((*refused, *map(str, unusable)))
            raise Refused(said + done, hint="nothing was sent of it; say what is true now")
        return outcome_of(lines, unusable)

    def due(self) -> datetime | None:
        """Return when the next schedule is due; None if none is ahead."""
        now = self.publisher.deliverer.clock.now()
        ahead = (one.due_at for one in self.publisher.deliverer.ledger.schedules.all() if one.open)
        return min((at for at in ahead if at > now), default=None)

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
        result = await self.publisher.publish(request_of(one), limits, consent, stop)
        accepted = counted(result.counts.accepted, "message")
        return f"published schedule {one.id} as {result.incident}/{result.notice}: {accepted} accepted"

    def _check_current(self, one: Schedule, now: datetime) -> None:
        """Raise `Refused` if it is too late, or the incident has changed since."""
        ledger, zone = self.publisher.deliverer.ledger, self.publisher.settings.timezone
        if elapsed(one.due_at, now) > LATEST:
            then = with_zone(one.due_at.astimezone(zone))
            tried = f"it could not be sent for an hour: {one.detail}"
            why = tried if one.detail else "no `tick` or `serve` ran"
            raise Refused(f"it was due at {then}, and {why}", hint="schedule it again")
        if one.incident is None:
            return
        incident = next((each for each in ledger.incidents.all() if each.ref == one.incident), None)
        if incident is None:
            raise UnknownIncident(f"there is no incident {one.incident}", hint="the ledger was replaced")
        latest = ledger.incidents.latest(incident)
        if latest and latest[1] != one.sequence:
            raise Refused(f"{one.incident}/{latest[1]} was published meanwhile", hint="schedule it again")
