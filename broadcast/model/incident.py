"""An incident and its phases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """The phase of an incident, named as in the Statuspage API."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    RETRACTED = "retracted"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def closed(self) -> bool:
        """Whether the incident is over, so that no further notice is expected."""
        return self in _CLOSED

    @property
    def maintenance(self) -> bool:
        """Whether this phase belongs to announced maintenance."""
        return self in _MAINTENANCE

    def may_become(self, other: Phase) -> bool:
        """Return whether an incident may change from this phase to `other`."""
        return other in NEXT_PHASES[self]


_CLOSED = frozenset({Phase.RESOLVED, Phase.RETRACTED, Phase.COMPLETED, Phase.CANCELLED})
_MAINTENANCE = frozenset({Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.COMPLETED, Phase.CANCELLED})
_OPEN = frozenset({Phase.INVESTIGATING, Phase.IDENTIFIED, Phase.MONITORING})

NEXT_PHASES: dict[Phase, frozenset[Phase]] = {
    Phase.INVESTIGATING: _OPEN | {Phase.RESOLVED, Phase.RETRACTED},
    Phase.IDENTIFIED: _OPEN | {Phase.RESOLVED, Phase.RETRACTED},
    Phase.MONITORING: _OPEN | {Phase.RESOLVED, Phase.RETRACTED},
    Phase.SCHEDULED: frozenset({Phase.SCHEDULED, Phase.IN_PROGRESS, Phase.CANCELLED}),
    Phase.IN_PROGRESS: frozenset({Phase.IN_PROGRESS, Phase.COMPLETED, Phase.CANCELLED}),
    # An all-clear can be wrong: withdrawing it opens the incident again.
    Phase.RESOLVED: frozenset({Phase.INVESTIGATING, Phase.IDENTIFIED}),
    Phase.RETRACTED: frozenset(),
    Phase.COMPLETED: frozenset(),
    Phase.CANCELLED: frozenset(),
}


class Severity(StrEnum):
    """How bad the incident is: `sev1` is the worst, `sev4` the least."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"


@dataclass(frozen=True, slots=True)
class Service:
    """A service that people use, named as on the command line and for readers.

    `names` holds (locale, display name) pairs; `component` is the status page's id of it.
    """

    key: str
    names: tuple[tuple[str, str], ...] = ()
    component: str | None = None

    def name_in(self, locale: str) -> str:
        """Return the display name for readers of `locale`, or the key."""
        names = dict(self.names)
        return names.get(locale) or names.get(locale.partition("-")[0]) or self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """An event that people must be told about until it is over.

    Times are aware UTC datetimes. `started_at` and `detected_at` are None if they are not known;
    `window_starts_at` is the announced start of maintenance. `next_update_at` is a promise made to readers.
    """

    id: int
    ref: str
    title: str
    phase: Phase
    severity: Severity
    services: tuple[Service, ...]
    drill: bool
    started_at: datetime | None
    detected_at: datetime | None
    opened_at: datetime
    ended_at: datetime | None = None
    next_update_at: datetime | None = None
    window_starts_at: datetime | None = None
