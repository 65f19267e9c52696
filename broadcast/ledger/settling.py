"""Settlements into the ledger: what became of many people alike is written down in one go.

A batch of a thousand has one fate as a rule. SQL that takes them all at once leaves the interpreter to the
requests meanwhile, which a statement for each person does not.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from broadcast.ledger.queries import query
from broadcast.ledger.records import Settlement
from broadcast.model.delivery import DeliveryState, may_become

_CLAIMED = (DeliveryState.SENDING, DeliveryState.UNKNOWN)


class _Fate(NamedTuple):
    """All of a settlement that is not one person's own; a tuple, since everybody's is hashed.

    `origin` is the channel that was tried.
    """

    notice: int
    origin: str
    destination: str
    step: int
    moved: bool
    state: DeliveryState
    outcome: str | None
    reason: str | None
    not_before: float


def settle(connection: sqlite3.Connection, settled: Sequence[Settlement], moment: float) -> None:
    """Record what became of claims, each delivery's own transition checked; `moment` is since the epoch."""
    by_fate: dict[_Fate, list[Settlement]] = {}
    for settlement in settled:
        by_fate.setdefault(_fate(settlement), []).append(settlement)
    for fate, those in by_fate.items():
        _check_transition(fate.state)
        _settle_alike(connection, fate, those, moment)


def _settle_alike(
    connection: sqlite3.Connection, fate: _Fate, settled: Sequence[Settlement], moment: float
) -> None:
    values = {
        "notice": fate.notice,
        "origin": fate.origin,
        "destination": fate.destination,
        "step": fate.step,
        "state": fate.state,
        "outcome": fate.outcome,
        "reason": fate.reason,
        "not_before": fate.not_before,
        "now": moment,
        "attempts": json.dumps([one.claim.attempt for one in settled]),
        "settled": json.dumps([(one.claim.attempt, one.ref) for one in settled]),
        "threads": json.dumps([(s.claim.receiver, s.thread.root, s.thread.last) for s in settled if s.thread]),
    }
    if fate.outcome is not None:
        connection.execute(query("settle_attempts"), values)
    changed = connection.execute(query("settle_deliveries"), values).rowcount
    if fate.moved and changed:
        connection.execute(query("count_failover"), values | {"reason": fate.reason or "", "count": changed})
    if any(one.thread for one in settled):
        connection.execute(query("keep_threads"), values)


def _fate(settlement: Settlement) -> _Fate:
    claim = settlement.claim
    return _Fate(
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
    """A claim is `sending`, or `unknown` while it is looked up; both may go where the table says."""
    if state is not DeliveryState.UNKNOWN and not any(may_become(one, state) for one in _CLAIMED):
        raise AssertionError(f"no delivery becomes {state} when it is settled")
