"""Record settlements: one statement for all deliveries that have the same outcome and the same next step.

A batch of a thousand has one outcome as a rule. While one statement settles them all, the interpreter is free
for requests; a statement for each delivery would keep it busy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, zip_longest
from typing import NamedTuple

from broadcast.ledger.follow_ups import hold_end
from broadcast.ledger.records import Claim, Settlement
from broadcast.ledger.store import Connection
from broadcast.ledger.suppressions import suppress
from broadcast.model.delivery import DeliveryState, may_become
from broadcast.model.pace import Pause

#: Seconds. A longer pause is tried again after that: a date that is spelled wrongly, or another account
#: behind the channel by now, must not keep every process off it for days.
LONGEST_PAUSE = 900.0
_CLAIMED = (DeliveryState.SENDING, DeliveryState.UNKNOWN)


class _SharedOutcome(NamedTuple):
    """A settlement without its deliveries; `origin` is the channel that was tried."""

    notice: int
    origin: str
    destination: str
    step: int
    moved: bool
    state: DeliveryState
    outcome: str | None
    reason: str | None
    not_before: float


def settle(connection: Connection, settled: Sequence[Settlement], at: float) -> None:
    """Record settlements of claims; `at` is in seconds since the epoch.

    The statement changes a delivery only if this was its latest attempt (rule 3 of `broadcast.ledger.store`).
    """
    groups: dict[_SharedOutcome, list[Settlement]] = {}
    for settlement in settled:
        groups.setdefault(_group_of(settlement), []).append(settlement)
    for group, those in groups.items():
        _check_transition(group.state)
        _settle_alike(connection, group, those, at)
    suppress(connection, chain.from_iterable(one.suppressions for one in settled))


def record_pauses(connection: Connection, pauses: Iterable[Pause], now: datetime) -> None:
    """Record the pauses that providers asked for, so that every process keeps them."""
    at = now.timestamp()
    for pause in pauses:
        until = at + min(pause.seconds, LONGEST_PAUSE)
        connection.execute("pause", (pause.channel, at, until, pause.reason))


def _settle_alike(
    connection: Connection, group: _SharedOutcome, settled: Sequence[Settlement], at: float
) -> None:
    refs = list(chain.from_iterable(map(_refs, settled)))
    threads = [
        (*_threaded_as(claim, group.origin), accepted.thread.root, accepted.thread.last)
        for one in settled
        for claim, accepted in zip(one.claims, one.accepted, strict=False)
        if accepted.thread
    ]
    values = {
        "notice": group.notice,
        "origin": group.origin,
        "destination": group.destination,
        "step": group.step,
        "state": group.state,
        "outcome": group.outcome,
        "reason": group.reason,
        "not_before": group.not_before,
        "now": at,
        "attempts": [attempt for attempt, _ in refs],
        "refs": refs,
        "threads": threads,
    }
    if group.outcome is not None:
        connection.execute("settle_attempts", values)
    changed = connection.execute("settle_deliveries", values).rowcount
    if group.moved and changed:
        connection.execute("count_failover", values | {"reason": group.reason or "", "count": changed})
        hold_end(connection, group.notice, group.origin, group.reason, at)
    if threads:
        connection.execute("keep_threads", values)
    _keep_warnings(connection, group, settled, at)


def _keep_warnings(
    connection: Connection, group: _SharedOutcome, settled: Sequence[Settlement], at: float
) -> None:
    warnings = (accepted.warning for one in settled for accepted in one.accepted)
    for warning in dict.fromkeys(filter(None, warnings)):
        event = {"notice": group.notice, "at": at, "kind": "warning", "channel": group.origin}
        connection.execute("insert_event", event | {"detail": warning})


def _threaded_as(claim: Claim, channel: str) -> tuple[str, str]:
    """Return receiver and audience of a thread; a channel that publishes has one for all lanes."""
    return (claim.receiver, claim.audience) if claim.contact else (f"channel:{channel}", "")


def _refs(settlement: Settlement) -> Iterator[tuple[int, str | None]]:
    """Yield the number of each attempt, with the provider's reference if there is one."""
    refs = (accepted.ref for accepted in settlement.accepted)
    return zip_longest((claim.attempt for claim in settlement.claims), refs)


def _group_of(settlement: Settlement) -> _SharedOutcome:
    claim = settlement.claims[0]
    return _SharedOutcome(
        claim.notice,
        claim.route[claim.step],
        claim.route[settlement.step],
        settlement.step,
        settlement.step > claim.step,
        settlement.state,
        settlement.outcome,
        settlement.reason,
        settlement.not_before,
    )


def _check_transition(state: DeliveryState) -> None:
    """Check a new state against the table of transitions: a claim is `sending`, or `unknown` in a look-up."""
    if state is not DeliveryState.UNKNOWN and not any(may_become(one, state) for one in _CLAIMED):
        raise AssertionError(f"no delivery becomes {state} when it is settled")
