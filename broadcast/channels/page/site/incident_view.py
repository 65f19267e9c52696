"""Incidents as a reader sees them: a view with a tone, and what it means for each service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadcast.channels.page.site.state import State, Update, language_of
from broadcast.model.incident import Phase, Severity
from broadcast.model.situation import Situation

#: The `extent` of what is down only in part.
PART = "part"
#: An open incident that promises no next update is doubted after this long without one.
_PATIENCE = timedelta(hours=2)
#: Announced maintenance that has begun, or should be over, is doubted a little later.
_GRACE = timedelta(minutes=30)
_FED = 50  # updates


class Tone(StrEnum):
    """How something stands, from what is known; the order is how much it weighs."""

    UNKNOWN = "unknown"
    FINE = "fine"
    DRILL = "drill"
    CORRECTION = "correction"
    MAINTENANCE = "maintenance"
    WATCHING = "watching"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


#: The tones of what is down.
DOWN = frozenset({Tone.MINOR, Tone.MAJOR, Tone.CRITICAL})
_WEIGHT = {tone: weight for weight, tone in enumerate(Tone)}
_BY_SEVERITY = {
    Severity.SEV1: Tone.CRITICAL,
    Severity.SEV2: Tone.MAJOR,
    Severity.SEV3: Tone.MINOR,
    Severity.SEV4: Tone.MINOR,
}


@dataclass(frozen=True, slots=True)
class IncidentView:
    """One incident with its updates, oldest first; there is always one."""

    id: str
    updates: tuple[Update, ...]

    @property
    def latest(self) -> Update:
        """What was said last."""
        return self.updates[-1]

    @property
    def identity(self) -> str:
        """What tells it from an incident of the same name on a page that was lost."""
        return "-".join(part for part in (self.id, self.updates[0].identity) if part)

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        return self.latest.phase

    @property
    def open(self) -> bool:
        """Whether more is to come."""
        return not self.phase.closed

    @property
    def maintenance(self) -> bool:
        """Whether it was announced rather than suffered."""
        return self.phase.maintenance

    @property
    def announced(self) -> bool:
        """Whether it has not begun."""
        return self.phase is Phase.SCHEDULED

    @property
    def retracted(self) -> bool:
        """Whether it never was."""
        return self.phase is Phase.RETRACTED

    @property
    def cancelled(self) -> bool:
        """Whether it was announced and will not be."""
        return self.phase is Phase.CANCELLED

    @property
    def reopened(self) -> bool:
        """Whether the last word is that its end was told too early."""
        return self.latest.tells is Situation.REOPENED

    @property
    def exercise(self) -> bool:
        """Whether readers are told only that it is a test, or was."""
        return self.latest.exercise

    @property
    def partial(self) -> bool:
        """Whether somebody said that only a part is down, and nobody has said otherwise since."""
        said = [update.extent for update in self.updates if update.extent]
        return bool(said) and said[-1] == PART

    @property
    def withdrawn(self) -> frozenset[str]:
        """The keys of the updates that were wrong, as later ones say: a false alarm, or a false all-clear."""
        if self.retracted:
            return frozenset(update.key for update in self.updates[:-1])
        return frozenset(self._false_ends())

    def _false_ends(self) -> Iterator[str]:
        ends: list[str] = []
        for update in self.updates:
            if update.tells is Situation.REOPENED:
                yield from ends[-1:]
            elif update.phase.closed:
                ends.append(update.key)

    @property
    def took_place(self) -> bool:
        """Whether it has begun, and was neither a mistake nor called off."""
        return not (self.announced or self.retracted or self.cancelled)

    @property
    def reported(self) -> datetime:
        """When it was first told of here."""
        return self.updates[0].as_of

    @property
    def begins(self) -> datetime:
        """Where it stands in time: when it began or is to begin, else when it was first told of."""
        latest = self.latest
        announced = latest.window_starts or latest.started
        real = latest.started or latest.window_starts
        return (real if self.took_place else announced) or self.reported

    @property
    def dated(self) -> bool:
        """Whether somebody said when it began, or is to begin."""
        return bool(self.latest.started or self.latest.window_starts)

    @property
    def ended(self) -> datetime | None:
        """When it was over, or when that was said."""
        return None if self.open else self.latest.ended or self.latest.as_of

    @property
    def tone(self) -> Tone:
        """How grave it is now."""
        if self.retracted:
            return Tone.CORRECTION
        if not self.open:
            return Tone.FINE
        if self.maintenance:
            return Tone.MAINTENANCE
        if self.phase is Phase.MONITORING and not self.reopened:
            return Tone.WATCHING
        return _BY_SEVERITY[self.latest.severity]

    @property
    def gravity(self) -> Tone:
        """How grave it was at its worst, whatever became of it."""
        if self.retracted:
            return Tone.CORRECTION
        if self.maintenance:
            return Tone.MAINTENANCE
        return worst([_BY_SEVERITY[update.severity] for update in self.updates])

    @property
    def due(self) -> datetime | None:
        """When silence becomes a reason to doubt the page."""
        if not self.open:
            return None
        latest = self.latest
        if latest.next_update:
            return latest.next_update
        if self.announced:
            return self.begins + _GRACE
        if latest.window_ends:
            return latest.window_ends + _GRACE
        return latest.as_of + _PATIENCE

    def over(self, now: datetime) -> bool:
        """Return whether its announced end has passed."""
        ends = self.latest.window_ends
        return ends is not None and ends <= now

    def title(self, language: str) -> str:
        """Its name in `language`.

        The commander's own title in their own language; for others the headline of the last text that
        was written while the incident was open, since a closing text is headed by what became of it.
        """
        if language_of(self.latest.texts[0].locale) == language:
            return self.latest.title
        spoken = [update for update in self.updates if not update.phase.closed] or list(self.updates)
        return spoken[-1].text(language).title or self.latest.title


def incident_views(state: State) -> tuple[IncidentView, ...]:
    """Return every incident, the latest to begin first."""
    told = [IncidentView(incident, state.of(incident)) for incident in state.incidents()]
    return tuple(sorted(told, key=lambda view: view.begins, reverse=True))


def newest(told: Sequence[IncidentView]) -> list[tuple[Update, IncidentView]]:
    """Return the updates that feeds hold, newest first."""
    every = ((update, view) for view in told for update in view.updates)
    return sorted(every, key=lambda pair: pair[0].as_of, reverse=True)[:_FED]


def current(told: Sequence[IncidentView]) -> tuple[IncidentView, ...]:
    """Return what is going on now, the gravest first."""
    going_on = [view for view in told if view.open and not view.announced]
    return tuple(sorted(going_on, key=lambda view: _WEIGHT[view.tone], reverse=True))


def announced(told: Sequence[IncidentView]) -> tuple[IncidentView, ...]:
    """Maintenance that is still to come, the next first.

    A window that was over when the page was last written is not, even if nobody said what became of it.
    """
    now = max((view.latest.as_of for view in told), default=None)
    ahead = (view for view in told if view.announced and not (now and view.over(now)))
    return tuple(sorted(ahead, key=lambda view: view.begins))


def overall(told: Sequence[IncidentView]) -> Tone:
    """Return the state of the whole: unknown until something was published, never fine by default."""
    if not told:
        return Tone.UNKNOWN
    return worst([view.tone for view in current(told)])


def due(told: Sequence[IncidentView]) -> datetime | None:
    """When the page as a whole is to be doubted."""
    return min((view.due for view in told if view.due), default=None)


def worst(tones: Sequence[Tone]) -> Tone:
    """Return the gravest of the tones; fine where there are none."""
    return max(tones, key=_WEIGHT.__getitem__, default=Tone.FINE)
