"""An escalation: people are asked step by step until enough of them confirm.

The policy says who is asked in which order. A running escalation has a place in it, the pages so far and the
answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Self

from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.question import ROOM, confirms, room_of

#: What the name of a rota and of an audience begin with in a step.
ON_CALL, AUDIENCE = "oncall:", "audience:"
#: The template audience of pages: its name begins with `_`, so that no configured audience has it.
PAGES = "_page"
#: An escalation that nobody drives any more ends after this time at the earliest.
_SHORTEST_LIFE = timedelta(hours=1)
_DEAD = frozenset(
    {DeliveryState.FAILED, DeliveryState.HELD, DeliveryState.SUPPRESSED, DeliveryState.CANCELLED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStep:
    """One step: the people who are asked at the same time.

    Attributes:
        to: Rotas and audiences: `oncall:support`, `audience:supervisors`.
        channels: In their order; each one has an equal part of `wait`.
        wait: How long these people are waited for before the next step is asked.
        needs: How many people must confirm.
    """

    to: tuple[str, ...]
    channels: tuple[str, ...]
    wait: timedelta
    needs: int = 1

    @property
    def turn(self) -> timedelta:
        """How long one channel is waited for before the next one is used."""
        return self.wait / len(self.channels)


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a policy: the round, the step and the channel of the step, each from zero."""

    round: int
    step: int
    turn: int


@dataclass(frozen=True, kw_only=True)
class EscalationPolicy:
    """An `[escalation.NAME]` table. `repeat` says how often the steps are gone through."""

    name: str
    steps: tuple[EscalationStep, ...]
    repeat: int = 1

    @property
    def lasts(self) -> timedelta:
        """How long it takes if nobody answers."""
        return self.repeat * sum((step.wait for step in self.steps), timedelta())

    @property
    def expires(self) -> timedelta:
        """After this time it ends, wherever it is: people are not woken by what was forgotten."""
        return max(2 * self.lasts, _SHORTEST_LIFE)

    @cached_property
    def positions(self) -> tuple[Position, ...]:
        """Every place in order; a place is known by its number in this list."""
        return tuple(self._positions())

    def _positions(self) -> Iterator[Position]:
        for round_ in range(self.repeat):
            for number, step in enumerate(self.steps):
                yield from (Position(round_, number, turn) for turn in range(len(step.channels)))

    def step_at(self, place: int) -> EscalationStep:
        """Return the step of a place."""
        return self.steps[self.positions[place].step]

    def channel_at(self, place: int) -> str:
        """Return the channel of a place."""
        return self.step_at(place).channels[self.positions[place].turn]


class EscalationOutcome(StrEnum):
    """Why an escalation ended."""

    CONFIRMED = "confirmed"  # enough people confirmed
    EXHAUSTED = "exhausted"  # nobody is left to be asked
    EXPIRED = "expired"  # nobody drove it for too long
    INCIDENT_OVER = "incident-over"  # the incident ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One message of an escalation to one person; `place` is the number of its place in the policy."""

    audience: str
    person: Contact
    place: int
    channel: str
    state: DeliveryState
    at: datetime

    @property
    def receiver(self) -> tuple[str, str]:
        """Who it is for: ids are unique within one audience only."""
        return self.audience, self.person.id

    @property
    def of_room(self) -> bool:
        """Whether it is a post in a room, for everybody there."""
        return self.person.id.startswith(ROOM)

    @property
    def alive(self) -> bool:
        """Whether the person has it, may have it, or will get it."""
        return self.state not in _DEAD


@dataclass(frozen=True, kw_only=True)
class Escalation:
    """One running or ended escalation, as the ledger has it.

    Attributes:
        notice: The number of its notice, to which its pages belong.
        incident: The reference of its incident.
        sequence: The number of its notice: the first escalation of an incident has -1.
        policy: The policy as it was when the escalation began.
        place: Where it stands, as a number in `policy.positions`.
        since: When it came there.
        started_at: When it began.
        expires_at: When it ends at the latest.
        version: It changes with every step and every answer: who decides on old values writes nothing.
        pages: Its messages so far.
        answers: By receiver, the one that counts.
        ended_at: None as long as it runs.
        outcome: Why it ended.
    """

    notice: int
    incident: str
    sequence: int
    policy: EscalationPolicy
    place: int
    since: datetime
    started_at: datetime
    expires_at: datetime
    version: int
    pages: tuple[Page, ...] = ()
    answers: Mapping[tuple[str, str], str]
    ended_at: datetime | None = None
    outcome: EscalationOutcome | None = None

    @classmethod
    def begin(cls, policy: EscalationPolicy, at: datetime) -> Self:
        """Return an escalation that begins, before its first pages, not recorded."""
        return cls(
            notice=0,
            incident="",
            sequence=-1,
            policy=policy,
            place=0,
            since=at,
            started_at=at,
            expires_at=at + policy.expires,
            version=0,
            answers={},
        )

    @property
    def position(self) -> Position:
        """Where it stands."""
        return self.policy.positions[self.place]

    @property
    def standing(self) -> str:
        """How it ended, or where it stands, in words."""
        here = self.position
        running = f"running, round {here.round + 1}, step {here.step + 1} of {len(self.policy.steps)}"
        return str(self.outcome or running)

    def confirmations(self, step: int) -> int:
        """Return how many people confirmed who were asked in this step or in one before it."""
        asked = {page.receiver for page in self.pages if self.policy.positions[page.place].step <= step}
        return sum(
            confirms(answer)
            for (audience, contact), answer in self.answers.items()
            if (audience, room_of(contact)) in asked
        )

    @property
    def confirmed(self) -> bool:
        """Whether a step that was asked has as many confirmations as it needs.

        People who were asked before count in later steps as well, but not the other way round.
        """
        here = self.position
        last = len(self.policy.steps) - 1 if here.round else here.step
        return any(self.confirmations(step) >= self.policy.steps[step].needs for step in range(last + 1))
