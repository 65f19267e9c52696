"""Decide the next step after an outcome. Pure: no clock, no randomness, no ledger."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.model.unknown import OnUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How persistent to be. Times are in seconds, attempts are per delivery and channel.

    Attributes:
        on_unknown: What to do if an answer was lost and the provider cannot say what it has.
        attempts_with_backup: Attempts before the next channel of the lane steps in.
        attempts_without_backup: Attempts on the last channel before the delivery is held.
        attempts_when_paused: Attempts on a channel that answers with `Retry-After` each time. There may be
            many, since each such answer proves that nothing was sent.
        lookups: How often to ask the provider about one attempt.
        backoff: The wait after the first attempt that failed; each further one doubles it.
        longest_backoff: The longest such wait.
        longest_pause: The longest `Retry-After` to wait for, and the longest row of them on one channel;
            beyond it the next channel steps in. The ledger keeps a pause for 15 minutes at the most.
        turn_with_backup: After a failure, the next channel steps in if the pace of this one lets nothing
            out for so long.
    """

    on_unknown: OnUnknown = OnUnknown.OTHER_CHANNEL
    attempts_with_backup: int = 2
    attempts_without_backup: int = 4
    attempts_when_paused: int = 40
    lookups: int = 3
    backoff: float = 0.3
    longest_backoff: float = 20.0
    longest_pause: float = 60.0
    turn_with_backup: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySituation:
    """Where a delivery stands when its outcome arrives.

    Attributes:
        attempts: Requests made on this channel, this one included.
        backup: Whether the lane has another channel.
        reconciles: Whether the provider can be asked what it has.
        lookup_delay: Seconds that the provider may take to show what it has.
        jitter: A random number in [0, 1) that spreads the waits of many deliveries.
        lookups: How often the provider was asked about the last request.
        retries: How many requests may still follow one that failed, on this channel as a whole.
    """

    attempts: int
    backup: bool
    reconciles: bool
    lookup_delay: float
    jitter: float
    lookups: int = 0
    retries: float = math.inf


@dataclass(frozen=True, slots=True)
class Done:
    """Send no more: a provider accepted it."""


@dataclass(frozen=True, slots=True)
class Again:
    """Try the same channel in `after` seconds."""

    after: float


@dataclass(frozen=True, slots=True)
class NextChannel:
    """Let the next channel of the lane step in."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the provider in `after` seconds; send nothing before."""

    after: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep it for `retry`: nothing was sent, and no channel is left now."""


@dataclass(frozen=True, slots=True)
class LeaveUnknown:
    """Leave it as it is: it is not known whether it was sent, and nothing is sent on a guess."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Send no more: the message was refused for good on every channel."""


Step: TypeAlias = Done | Again | NextChannel | LookUp | Hold | LeaveUnknown | GiveUp


def decide(outcome: Outcome, situation: DeliverySituation, policy: Policy) -> Step:
    """Return the next step after a request, or after a look-up of it.

    Example:
        >>> once = DeliverySituation(attempts=1, backup=True, reconciles=False, lookup_delay=5.0, jitter=0.0)
        >>> decide(NotSent("too many requests (HTTP 429)", retry_after=7.0), once, Policy())
        Again(after=7.0)
    """
    match outcome:
        case Accepted():
            return Done()
        case Rejected(scope=scope):
            if situation.backup:
                return NextChannel()
            return Hold() if scope is Scope.CHANNEL else GiveUp()
        case NotSent(retry_after=retry_after):
            return _after_not_sent(retry_after, situation, policy)
        case Unknown():
            return _after_unknown(situation, policy)


def _after_not_sent(retry_after: float | None, situation: DeliverySituation, policy: Policy) -> Step:
    """Return the next step after a refused connection, or after HTTP 429 (with `retry_after` as a rule)."""
    backup = situation.backup
    limit = policy.attempts_with_backup if backup else policy.attempts_without_backup
    if retry_after is not None:
        limit = policy.attempts_when_paused if retry_after <= policy.longest_pause else 0
    if situation.attempts >= limit:
        return NextChannel() if backup else Hold()
    if retry_after is None and situation.retries < 1:
        # The provider is in trouble, and more requests would keep it there.
        return NextChannel() if backup else Again(_spread(policy.longest_backoff, situation))
    # A provider that says "in 0 seconds" again and again is not asked without a break.
    return Again(max(retry_after or 0.0, _backoff(situation, policy)))


def _after_unknown(situation: DeliverySituation, policy: Policy) -> Step:
    if situation.reconciles and situation.lookups < policy.lookups:
        return LookUp(situation.lookup_delay * (situation.lookups + 1))
    match policy.on_unknown:
        case OnUnknown.OTHER_CHANNEL:
            return NextChannel() if situation.backup else LeaveUnknown()
        case OnUnknown.RESEND if situation.attempts < policy.attempts_without_backup:
            return Again(_backoff(situation, policy))
        case _:
            return LeaveUnknown()


def _backoff(situation: DeliverySituation, policy: Policy) -> float:
    """Return the wait before the next attempt: it doubles with each, up to the longest."""
    full = min(policy.longest_backoff, policy.backoff * 2.0 ** (situation.attempts - 1))
    return _spread(full, situation)


def _spread(full: float, situation: DeliverySituation) -> float:
    """Return between half and all of a wait, so that many senders do not come back as one wave."""
    return full * (0.5 + situation.jitter / 2)
