"""Decide what an answer means: for the channel that gave it, and for each delivery that it is about."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from broadcast.channels.lookup import believed
from broadcast.dispatch.channel import ActiveChannel
from broadcast.dispatch.decide import Again, DeliverySituation, LookUp, NextChannel, Policy, Step, decide
from broadcast.dispatch.progress import Event, EventKind, Listener
from broadcast.dispatch.settlement import reason_of, settlement
from broadcast.ledger.records import Claim, Settlement
from broadcast.model.clock import Clock
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.model.pace import Pause
from broadcast.model.suppression import Suppression, learnt, suppression


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The outcomes of one request or one look-up. Secrets of the channel are masked in them.

    Attributes:
        channel: Where the request was made.
        claims: What it was about.
        outcomes: One for each claim, in the same order.
        lookup: Whether it was a look-up.
        cut_off: Whether the run stopped waiting for the answer, which says nothing about the channel.
    """

    channel: ActiveChannel
    claims: Sequence[Claim]
    outcomes: Sequence[Outcome]
    lookup: bool
    cut_off: bool = False

    def __post_init__(self) -> None:
        quiet = [self.channel.secrets.stripped(outcome) for outcome in self.outcomes]
        object.__setattr__(self, "outcomes", quiet)


class Interpreter:
    """Decides on answers. It records nothing and sends nothing, but counts answers in their channel.

    Example:
        >>> if interpreter.opens_breaker(answer):
        ...     left_alone.append(answer.channel)
        >>> settled = list(interpreter.settle(answer, clock.now()))
    """

    def __init__(self, clock: Clock, policy: Policy, listener: Listener, secret: bytes) -> None:
        self._clock = clock
        self._policy = policy
        self._listener = listener
        self._secret = secret

    def opens_breaker(self, answer: Answer) -> bool:
        """Count an answer in pause and breaker; return whether its channel is left alone because of it."""
        if answer.lookup or answer.cut_off:
            return False
        channel, verdict, pause = answer.channel, _verdict(answer), requested_pause(answer)
        if pause is not None:
            if self.pause(channel, pause):
                return True
        elif isinstance(verdict, NotSent):
            channel.slow_down()
        elif _shows_work(verdict):
            channel.resume()
        return channel.breaker.count(verdict, self._clock.monotonic())

    def pause(self, channel: ActiveChannel, pause: Pause) -> bool:
        """Pause a channel as its provider asks; return whether that takes it out for this run.

        It does after more than `Policy.longest_pause` seconds of pauses without another answer in between.
        """
        paused = channel.pause(pause.seconds, self._clock.monotonic())
        if channel.breaker.out or paused <= self._policy.longest_pause:
            return False
        channel.breaker.give_out(f"{pause.reason}; it asks for more patience than there is")
        return True

    def settle(self, answer: Answer, now: datetime) -> Iterator[Settlement]:
        """Decide on each outcome, once for all deliveries that share it, and report it."""
        for claims, answered in _alike(answer):
            outcomes = _believed(answer, claims[0], answered)
            step = self._step(answer, claims[0], outcomes[0])
            if isinstance(step, Again) and requested_pause(answer) is None:
                answer.channel.spend_retries(len(claims) / len(answer.claims))
            self._report(answer.channel.name, claims, outcomes, step)
            settled = settlement(claims, outcomes, step, now.timestamp(), lookup=answer.lookup)
            found = self._suppressions(answer.channel, claims, outcomes[0])
            yield replace(settled, suppressions=found) if found else settled

    def _step(self, answer: Answer, claim: Claim, outcome: Outcome) -> Step:
        channel = answer.channel
        if answer.cut_off:
            return LookUp(channel.lookup_delay)
        backup = claim.step + 1 < len(claim.route)
        situation = DeliverySituation(
            attempts=claim.attempts,
            backup=backup,
            reconciles=channel.reconciles,
            lookup_delay=channel.lookup_delay,
            jitter=random.random(),  # noqa: S311 - spreads load, guards nothing
            lookups=claim.lookups + answer.lookup,
            retries=channel.retries,
        )
        step = decide(outcome, situation, self._policy)
        now = self._clock.monotonic()
        # At a pace of one request in many seconds, the next channel is sooner than the next turn.
        leave = channel.breaker.left_alone(now) or channel.turn_in(now) > self._policy.turn_with_backup
        return NextChannel() if isinstance(step, Again) and backup and leave else step

    def _suppressions(
        self, channel: ActiveChannel, claims: Sequence[Claim], outcome: Outcome
    ) -> list[Suppression]:
        """Return the addresses that must not be used again, going by that answer."""
        kind = channel.capabilities.address
        if kind is None or not isinstance(outcome, Rejected) or outcome.suppress is None:
            return []
        source = f"the answer of {channel.name}" + (f" ({outcome.code})" if outcome.code else "")
        now = self._clock.now()
        addresses = (claim.contact.address(kind) for claim in claims if claim.contact)
        return [
            learnt(suppression(self._secret, kind, address, outcome.suppress, source, now))
            for address in addresses
            if address
        ]

    def _report(self, channel: str, claims: Sequence[Claim], outcomes: Sequence[Outcome], step: Step) -> None:
        kind, reason = _kind(outcomes[0]), reason_of(outcomes[0])
        following = claims[0].route[claims[0].step + 1] if isinstance(step, NextChannel) else None
        for claim, outcome in zip(claims, outcomes, strict=True):
            ref = outcome.ref if isinstance(outcome, Accepted) else None
            self._listener(
                Event(kind=kind, channel=channel, count=1, contact=claim.receiver, ref=ref, reason=reason)
            )
            if following:
                self._listener(
                    Event(
                        kind=EventKind.FAILOVER,
                        channel=following,
                        count=1,
                        contact=claim.receiver,
                        ref=None,
                        reason=reason,
                    )
                )


def requested_pause(answer: Answer) -> Pause | None:
    """Return the pause that the provider asked for with `Retry-After`; None if it asked for none."""
    match _verdict(answer):
        case NotSent(reason=reason, retry_after=seconds) if seconds is not None and not answer.lookup:
            return Pause(answer.channel.name, seconds, reason)
        case _:
            return None


def _verdict(answer: Answer) -> Outcome:
    """Return the outcome that says most about the channel: a request counts once, however many it carried."""
    return next((one for one in answer.outcomes if _is_an_answer(one)), answer.outcomes[0])


def _alike(answer: Answer) -> Iterator[tuple[Sequence[Claim], Sequence[Outcome]]]:
    """Group the outcomes that lead to the same step: they differ in references only."""
    pairs = zip(answer.claims, answer.outcomes, strict=True)
    for _, same in groupby(pairs, key=_group_key):
        claims, outcomes = zip(*same, strict=True)
        yield claims, outcomes


def _believed(answer: Answer, claim: Claim, outcomes: Sequence[Outcome]) -> Sequence[Outcome]:
    """Return the outcomes as far as they prove something."""
    if not answer.lookup:
        return outcomes
    channel = answer.channel
    idempotency, delay = channel.capabilities.idempotency, channel.lookup_delay
    return [believed(one, idempotency, delay, claim.lookups) for one in outcomes]


def _group_key(pair: tuple[Claim, Outcome]) -> tuple[object, ...]:
    claim, outcome = pair
    meant = (Accepted, outcome.detail) if isinstance(outcome, Accepted) else outcome
    # Everything that `decide` looks at, and the route that the next step moves along.
    return meant, claim.attempts, claim.lookups, claim.step, claim.route


def _kind(outcome: Outcome) -> EventKind:
    match outcome:
        case Accepted():
            return EventKind.ACCEPTED
        case Unknown():
            return EventKind.UNKNOWN
        case Rejected() | NotSent():
            return EventKind.FAILED


def _shows_work(outcome: Outcome) -> bool:
    """Return whether the provider works: it took a message, or refused one for its receiver or its text."""
    return _is_an_answer(outcome) or (isinstance(outcome, Rejected) and outcome.scope is Scope.MESSAGE)


def _is_an_answer(outcome: Outcome) -> bool:
    """Return whether it shows that the provider works: it took a message, or refused one for its receiver."""
    return isinstance(outcome, Accepted) or (
        isinstance(outcome, Rejected) and outcome.scope is Scope.RECIPIENT
    )
