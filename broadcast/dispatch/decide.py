"""The one table that turns an outcome into the next step. Pure: no clock, no randomness, no ledger."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope, Unknown
from broadcast.model.unknown import OnUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How persistent to be. Times are in seconds, attempts are per delivery and channel.

    A provider that asks for patience (`Retry-After`) gets more attempts than one that is silent, since
    every such answer proves that nothing was sent; beyond `patience` seconds the next channel is better. So
    it is where the channel's own pace lets nothing out for `turn_with_backup` seconds after a failure.
    """

    on_unknown: OnUnknown = OnUnknown.OTHER_CHANNEL
    attempts_with_backup: int = 2
    attempts_without_backup: int = 4
    attempts_when_paced: int = 40
    lookups: int = 3
    backoff: float = 0.3
    longest_backoff: float = 20.0
    patience: float = 60.0
    turn_with_backup: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySituation:
    """Where a delivery stands when its outcome arrives.

    `attempts` counts the requests made on this channel, `lookups` the times the provider was asked about
    the last one. `reconciles` says whether it can be asked, `backup` whether the lane has another channel.
    `jitter` is in [0, 1); `settle` is how long the provider may take to show what it has. `repeats` is how
    many requests may still be made on this channel after one that failed.
    """

    attempts: int
    backup: bool
    reconciles: bool
    settle: float
    jitter: float
    lookups: int = 0
    repeats: float = math.inf


@dataclass(frozen=True, slots=True)
class Done:
    """It was accepted."""


@dataclass(frozen=True, slots=True)
class Again:
    """Try the same channel in `after` seconds."""

    after: float


@dataclass(frozen=True, slots=True)
class NextChannel:
    """The next channel of the lane steps in."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask the provider in `after` seconds; send nothing before."""

    after: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing was sent, and no way is left now: keep it for `retry`."""


@dataclass(frozen=True, slots=True)
class LeaveUnknown:
    """Nobody can say, and nothing may be sent on a guess."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Every way was refused for good."""


Step: TypeAlias = Done | Again | NextChannel | LookUp | Hold | LeaveUnknown | GiveUp


def decide(outcome: Outcome, situation: DeliverySituation, policy: Policy) -> Step:
    """Return the next step after a request, or after a look-up of it."""
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
    backup = situation.backup
    limit = policy.attempts_with_backup if backup else policy.attempts_without_backup
    if retry_after is not None:
        limit = policy.attempts_when_paced if retry_after <= policy.patience else 0
    if situation.attempts >= limit:
        return NextChannel() if backup else Hold()
    if retry_after is None and situation.repeats < 1:
        return NextChannel() if backup else Again(_spread(policy.longest_backoff, situation))
    return Again(max(retry_after or 0.0, _backoff(situation, policy)))


def _after_unknown(situation: DeliverySituation, policy: Policy) -> Step:
    if situation.reconciles and situation.lookups < policy.lookups:
        return LookUp(situation.settle * (situation.lookups + 1))
    match policy.on_unknown:
        case OnUnknown.OTHER_CHANNEL:
            return NextChannel() if situation.backup else LeaveUnknown()
        case OnUnknown.RESEND if situation.attempts < policy.attempts_without_backup:
            return Again(_backoff(situation, policy))
        case _:
            return LeaveUnknown()


def _backoff(situation: DeliverySituation, policy: Policy) -> float:
    """Twice as long as the time before, until it is long enough."""
    full = min(policy.longest_backoff, policy.backoff * 2.0 ** (situation.attempts - 1))
    return _spread(full, situation)


def _spread(full: float, situation: DeliverySituation) -> float:
    """Half of it is random, so that many senders do not come back as one wave."""
    return full * (0.5 + situation.jitter / 2)
