"""What an escalation does at each moment, and with a simulated clock: who is asked by which channel. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.escalation import Escalation, EscalationPolicy, EscalationStep, Page, Position
from broadcast.model.plan import Planned
from broadcast.planning.escalation import Climb, Decision, End, FailOver, Wait, decide, pages_at
from broadcast.planning.planned_channel import PlannedChannel


@dataclass(frozen=True, slots=True)
class StepRoster:
    """The people of a step at one time, as (audience, person), and what is missing there, in words."""

    people: tuple[tuple[str, Contact], ...] = ()
    gaps: tuple[str, ...] = ()


#: The people of a step at a time.
RosterOf: TypeAlias = Callable[[EscalationStep, datetime], StepRoster]


@dataclass(frozen=True, slots=True)
class Paging:
    """How pages are written: who the people are, all configured channels, and the languages of the texts."""

    roster: RosterOf
    channels: Mapping[str, PlannedChannel]
    locales: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRound:
    """The pages of one place at one moment; `reason` says why they are written now."""

    at: datetime
    place: int
    position: Position
    channel: str
    pages: tuple[Planned, ...]
    gaps: tuple[str, ...] = ()
    reason: str

    @property
    def sent(self) -> tuple[Planned, ...]:
        """The pages that can be sent."""
        return tuple(page for page in self.pages if page.reason is None)


def page_rounds(
    escalation: Escalation, decision: Climb | FailOver, now: datetime, paging: Paging
) -> list[PageRound]:
    """Return the pages that a decision leads to: of one place, or of several if channels failed."""
    if isinstance(decision, Climb):
        found = paging.roster(escalation.policy.step_at(decision.place), now)
        return [_round(escalation, decision.place, found, decision.reason, now, paging)]
    by_place: dict[int, list[tuple[str, Contact]]] = {}
    for place, audience, person in decision.people:
        by_place.setdefault(place, []).append((audience, person))
    return [
        _round(escalation, place, StepRoster(tuple(people)), "the channel before failed", now, paging)
        for place, people in by_place.items()
    ]


def simulate(policy: EscalationPolicy, begins: datetime, paging: Paging) -> Iterator[PageRound]:
    """Yield what happens, and when, if every page arrives and no one answers.

    The decisions are those of a running escalation; only the clock is another one.
    """
    escalation, now = Escalation.begin(policy, begins), begins
    decision: Decision = Climb(0, "start")
    while not isinstance(decision, End):
        if isinstance(decision, Wait):
            now = decision.until
        else:
            rounds = page_rounds(escalation, decision, now, paging)
            yield from rounds
            place = decision.place if isinstance(decision, Climb) else escalation.place
            escalation = _after(escalation, place, rounds, now)
        decision = decide(escalation, now)


def _round(
    escalation: Escalation, place: int, found: StepRoster, reason: str, now: datetime, paging: Paging
) -> PageRound:
    policy = escalation.policy
    pages = pages_at(escalation, place, found.people, paging.channels, paging.locales)
    return PageRound(
        at=now,
        place=place,
        position=policy.positions[place],
        channel=policy.channel_at(place),
        pages=tuple(pages),
        gaps=found.gaps,
        reason=reason,
    )


def _after(escalation: Escalation, place: int, rounds: Sequence[PageRound], now: datetime) -> Escalation:
    """Return the escalation after these pages: all are accepted that can be sent."""
    pages = tuple(
        Page(
            audience=planned.audience,
            person=planned.contact or Contact(id=planned.receiver),
            place=planned.lane,
            channel=planned.route[0],
            state=DeliveryState.FAILED if planned.reason else DeliveryState.ACCEPTED,
            at=now,
        )
        for one in rounds
        for planned in one.pages
    )
    since = escalation.since if place == escalation.place else now
    return replace(escalation, place=place, since=since, pages=(*escalation.pages, *pages))
