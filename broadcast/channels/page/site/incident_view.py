"""Incidents as readers see them: updates with a tone, and the effect on each service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcast.channels.page.site.state import State, Update
from broadcast.localisation.language import language_of
from broadcast.model.incident import Phase, Severity
from broadcast.model.promise import doubtful_at
from broadcast.model.situation import Situation

#: The `extent` if only a part is down.
PART = "part"
_FED = 50  # updates


class IncidentTone(StrEnum):
    """The state of an incident or service, from what is known; the order is by importance."""

    UNKNOWN = "unknown"
    FINE = "fine"
    DRILL = "drill"
    CORRECTION = "correction"
    MAINTENANCE = "maintenance"
    WATCHING = "watching"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


#: The tones of an outage.
DOWN = frozenset({IncidentTone.MINOR, IncidentTone.MAJOR, IncidentTone.CRITICAL})
_WEIGHT = {tone: weight for weight, tone in enumerate(IncidentTone)}
_BY_SEVERITY = {
    Severity.SEV1: IncidentTone.CRITICAL,
    Severity.SEV2: IncidentTone.MAJOR,
    Severity.SEV3: IncidentTone.MINOR,
    Severity.SEV4: IncidentTone.MINOR,
}


@dataclass(frozen=True, slots=True)
class IncidentView:
    """One incident with its updates, oldest first; there is always one."""

    id: str
    updates: tuple[Update, ...]

    @property
    def latest(self) -> Update:
        """The latest update."""
        return self.updates[-1]

    @property
    def identity(self) -> str:
        """What distinguishes it from an incident of the same name on a page that was lost."""
        return "-".join(part for part in (self.id, self.updates[0].identity) if part)

    @property
    def phase(self) -> Phase:
        """Its phase."""
        return self.latest.phase

    @property
    def open(self) -> bool:
        """Whether further updates are expected."""
        return not self.phase.closed

    @property
    def maintenance(self) -> bool:
        """Whether it is announced maintenance."""
        return self.phase.maintenance

    @property
    def announced(self) -> bool:
        """Whether it is announced and has not begun."""
        return self.phase is Phase.SCHEDULED

    @property
    def retracted(self) -> bool:
        """Whether it was a false alarm."""
        return self.phase is Phase.RETRACTED

    @property
    def cancelled(self) -> bool:
        """Whether it was announced and then cancelled."""
        return self.phase is Phase.CANCELLED

    @property
    def reopened(self) -> bool:
        """Whether the latest update withdraws its all-clear."""
        return self.latest.tells is Situation.REOPENED

    @property
    def exercise(self) -> bool:
        """Whether readers are told only that it is, or was, a test."""
        return self.latest.exercise

    @property
    def partial(self) -> bool:
        """Whether only a part is down, by the latest update that says so."""
        said = [update.extent for update in self.updates if update.extent]
        return bool(said) and said[-1] == PART

    @property
    def withdrawn(self) -> frozenset[str]:
        """The keys of updates that later ones withdraw: a false alarm, or a false all-clear."""
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
        """Whether it has begun, and was neither a false alarm nor cancelled."""
        return not (self.announced or self.retracted or self.cancelled)

    @property
    def reported(self) -> datetime:
        """The time of its first update here."""
        return self.updates[0].as_of

    @property
    def begins(self) -> datetime:
        """Its start or planned start, else the time of its first update."""
        latest = self.latest
        announced = latest.window_starts or latest.started
        real = latest.started or latest.window_starts
        return (real if self.took_place else announced) or self.reported

    @property
    def dated(self) -> bool:
        """Whether its start, or planned start, is known."""
        return bool(self.latest.started or self.latest.window_starts)

    @property
    def ended(self) -> datetime | None:
        """Its end, or the time of the update that ended it."""
        return None if self.open else self.latest.ended or self.latest.as_of

    @property
    def tone(self) -> IncidentTone:
        """Its present tone."""
        if self.retracted:
            return IncidentTone.CORRECTION
        if not self.open:
            return IncidentTone.FINE
        if self.maintenance:
            return IncidentTone.MAINTENANCE
        if self.phase is Phase.MONITORING and not self.reopened:
            return IncidentTone.WATCHING
        return _BY_SEVERITY[self.latest.severity]

    @property
    def gravity(self) -> IncidentTone:
        """Its worst tone."""
        if self.retracted:
            return IncidentTone.CORRECTION
        if self.maintenance:
            return IncidentTone.MAINTENANCE
        return worst([_BY_SEVERITY[update.severity] for update in self.updates])

    @property
    def due(self) -> datetime | None:
        """When the page counts as out of date without a further update."""
        if not self.open:
            return None
        latest = self.latest
        return doubtful_at(
            promised=latest.next_update,
            awaited=self.begins if self.announced else latest.window_ends,
            said_at=latest.as_of,
        )

    def over(self, now: datetime) -> bool:
        """Return whether its announced end has passed."""
        ends = self.latest.window_ends
        return ends is not None and ends <= now

    def title(self, language: str) -> str:
        """Return its name in `language`.

        In the commander's own language that is their own title. In others it is the headline of the last text
        from the time when the incident was open, because a closing text has another headline.
        """
        if language_of(self.latest.texts[0].locale) == language:
            return self.latest.title
        spoken = [update for update in self.updates if not update.phase.closed] or list(self.updates)
        return spoken[-1].text(language).title or self.latest.title


def incident_views(state: State) -> tuple[IncidentView, ...]:
    """Return every incident, the latest start first."""
    views = [IncidentView(incident, state.of(incident)) for incident in state.incidents()]
    return tuple(sorted(views, key=lambda view: view.begins, reverse=True))


def newest(views: Sequence[IncidentView]) -> list[tuple[Update, IncidentView]]:
    """Return the updates in the feeds, newest first."""
    every = ((update, view) for view in views for update in view.updates)
    return sorted(every, key=lambda pair: pair[0].as_of, reverse=True)[:_FED]


def current(views: Sequence[IncidentView]) -> tuple[IncidentView, ...]:
    """Return the present incidents, the worst first."""
    going_on = [view for view in views if view.open and not view.announced]
    return tuple(sorted(going_on, key=lambda view: _WEIGHT[view.tone], reverse=True))


def announced(views: Sequence[IncidentView]) -> tuple[IncidentView, ...]:
    """Return future maintenance, the next first.

    A window that was over when the page was last written is left out, even without an update about its end.
    """
    now = max((view.latest.as_of for view in views), default=None)
    ahead = (view for view in views if view.announced and not (now and view.over(now)))
    return tuple(sorted(ahead, key=lambda view: view.begins))


def overall(views: Sequence[IncidentView]) -> IncidentTone:
    """Return the state of the whole page: unknown before the first publication, never fine by default."""
    if not views:
        return IncidentTone.UNKNOWN
    return worst([view.tone for view in current(views)])


def due(views: Sequence[IncidentView]) -> datetime | None:
    """Return when the page as a whole counts as out of date."""
    return min((view.due for view in views if view.due), default=None)


def worst(tones: Sequence[IncidentTone]) -> IncidentTone:
    """Return the worst of the tones; fine if there are none."""
    return max(tones, key=_WEIGHT.__getitem__, default=IncidentTone.FINE)
