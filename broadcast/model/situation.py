"""The situation that a notice describes: it chooses the state word, the sentences and the templates.

It follows from the facts alone, never from the verb that was typed. "Still down" is impossible while the
incident is monitored, because `monitoring` leads to other situations.
"""

from __future__ import annotations

from enum import StrEnum

from broadcast.model.incident import Phase
from broadcast.model.notice import Facts, NoticeKind, TextPhase


class Situation(StrEnum):
    """What a notice tells its readers about, in an outage, an exercise or maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    UPDATE = "update"
    MONITORING = "monitoring"
    STILL_WORKING = "still_working"
    DOWN_AGAIN = "down_again"
    RESOLVED = "resolved"
    RETRACTION = "retraction"
    REOPENED = "reopened"
    CORRECTION = "correction"
    DRILL = "drill"
    DRILL_OVER = "drill_over"
    SCHEDULED = "scheduled"
    MOVED = "moved"
    REMINDER = "reminder"
    IN_PROGRESS = "in_progress"
    LONGER = "longer"
    SHORTER = "shorter"
    OVERDUE = "overdue"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"

    @property
    def maintenance(self) -> bool:
        """Whether it belongs to announced maintenance."""
        return self in _MAINTENANCE

    @property
    def down(self) -> bool:
        """Whether a service is down, so that readers need help."""
        return self in _DOWN

    @property
    def works(self) -> bool:
        """Whether the service works again and is still monitored."""
        return self in _WORKS


_MAINTENANCE = frozenset(
    {
        Situation.SCHEDULED,
        Situation.MOVED,
        Situation.REMINDER,
        Situation.IN_PROGRESS,
        Situation.LONGER,
        Situation.SHORTER,
        Situation.OVERDUE,
        Situation.COMPLETED,
        Situation.CANCELLED,
        Situation.ABANDONED,
    }
)
_DOWN = frozenset(
    {
        Situation.INVESTIGATING,
        Situation.IDENTIFIED,
        Situation.UPDATE,
        Situation.DOWN_AGAIN,
        Situation.REOPENED,
    }
)
_WORKS = frozenset({Situation.MONITORING, Situation.STILL_WORKING})
_ENDS = {Phase.RESOLVED: Situation.RESOLVED, Phase.RETRACTED: Situation.RETRACTION}
_WINDOWS = {Phase.COMPLETED: Situation.COMPLETED, Phase.SCHEDULED: Situation.SCHEDULED}


def situation_of(facts: Facts, *, outside: bool = False) -> Situation:
    """Return the situation that these facts describe.

    `outside` is for readers outside the organisation: of an exercise they are told only that it is a test,
    and that the test is over. Colleagues get the scenario of the exercise.
    """
    if facts.drill and outside:
        return Situation.DRILL_OVER if facts.phase.closed else Situation.DRILL
    if facts.phase.maintenance:
        return _of_maintenance(facts)
    if facts.drill and facts.phase.closed:
        return Situation.DRILL_OVER
    if facts.correction:
        return Situation.CORRECTION
    if facts.kind is NoticeKind.RETRACTION and not facts.phase.closed:
        return Situation.REOPENED
    return _ENDS.get(facts.phase) or _of_outage(facts)


def _of_outage(facts: Facts) -> Situation:
    before, chosen = facts.phase_before, facts.text_phase
    if facts.phase is Phase.MONITORING:
        return Situation.STILL_WORKING if before is Phase.MONITORING else Situation.MONITORING
    if before is Phase.MONITORING:
        return Situation.DOWN_AGAIN
    if chosen is TextPhase.IDENTIFIED:
        return Situation.IDENTIFIED
    return Situation.INVESTIGATING if before is None and chosen is not TextPhase.UPDATE else Situation.UPDATE


def _of_maintenance(facts: Facts) -> Situation:
    if facts.phase is Phase.CANCELLED:
        return Situation.ABANDONED if facts.started else Situation.CANCELLED
    if facts.reminder and facts.phase is Phase.SCHEDULED:
        return Situation.REMINDER
    if facts.window_change:
        return Situation(facts.window_change)
    return _WINDOWS.get(facts.phase, Situation.IN_PROGRESS)
