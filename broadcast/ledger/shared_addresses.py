"""An address gets a notice once on each channel, even if several deliveries lead to it.

This is decided in the transaction that claims a delivery, so that it holds between processes and after a
kill. If the address got the notice, or may have got it, the delivery takes over the state of that message.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from broadcast.ledger.store import Connection, Row
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState
from broadcast.model.unknown import OnUnknown

_LOOK_AGAIN = 1.0  # seconds, while the other message is under way
_SAME_ADDRESS = "another message of this notice reached the same address"
_BEING_SENT = "another run is sending this notice to the same address"
_ANSWER_LOST = "this notice was sent to the same address before, and the answer was lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What was just claimed: these attempts on one channel, by `run` at `now` (epoch)."""

    channel: str
    run: str
    attempts: list[int]
    now: float
    on_unknown: OnUnknown = OnUnknown.OTHER_CHANNEL


@dataclass(frozen=True, slots=True, kw_only=True)
class _NextState:
    """The state that a delivery gets instead of being sent."""

    state: DeliveryState
    reason: str
    step: int
    not_before: float = 0.0
    ref: str | None = None


def settle_shared(connection: Connection, claimed: Claimed) -> list[str]:
    """Undo claims for addresses that this notice has reached, or may have reached, on the channel.

    Returns the channels that some of their deliveries go on to.
    """
    values = {"channel": claimed.channel, "attempts": claimed.attempts}
    rows = connection.execute("claimed_shared", values).fetchall()
    moved: list[str] = []
    for row in _first_of_each(rows):
        route: list[str] = json.loads(row["route"])
        following = _next_state(row, route, claimed)
        if following is None:
            continue
        destination = route[following.step]
        connection.execute("withdraw_shared", {"attempt": row["attempt"]})
        connection.execute(
            "settle_shared",
            {
                "id": row["delivery"],
                "state": following.state,
                "reason": following.reason,
                "step": following.step,
                "channel": destination,
                "not_before": following.not_before,
                "ref": following.ref,
                "now": claimed.now,
            },
        )
        if destination != claimed.channel:
            moved.append(destination)
    return moved


def number_held(connection: Connection, notice: int, usable: Mapping[str, AddressKind | None]) -> None:
    """Number the shared addresses of what is held on channels that were not configured when it was planned.

    Only now is it known which kind of address such a channel uses.
    """
    for channel, kind in usable.items():
        if kind is not None:
            connection.execute(
                "number_held",
                {"notice": notice, "channel": channel, "phone": int(kind is AddressKind.PHONE)},
            )


def _first_of_each(rows: list[Row]) -> Iterator[Row]:
    """Yield one row for each claim: the one that says most about its address."""
    last = None
    for row in rows:
        if row["attempt"] != last:
            last = row["attempt"]
            yield row


def _next_state(row: Row, route: list[str], claimed: Claimed) -> _NextState | None:
    """Return the state that the delivery gets instead of being sent; None if it is sent all the same."""
    step: int = row["step"]
    if row["outcome"] == "accepted":
        return _NextState(state=DeliveryState.ACCEPTED, reason=_SAME_ADDRESS, step=step, ref=row["ref"])
    state = DeliveryState(row["state"])
    if state is DeliveryState.SENDING and row["owner"] != claimed.run:
        return _NextState(state=DeliveryState.HELD, reason=_BEING_SENT, step=step)
    if state is DeliveryState.SENDING or (state is DeliveryState.UNKNOWN and row["not_before"] < math.inf):
        return _NextState(
            state=DeliveryState.PLANNED, reason=_BEING_SENT, step=step, not_before=claimed.now + _LOOK_AGAIN
        )
    return _after_unknown(state, step, len(route), claimed.on_unknown)


def _after_unknown(theirs: DeliveryState, step: int, legs: int, on_unknown: OnUnknown) -> _NextState | None:
    """Return its state if the address may have the notice and no look-up can tell any more."""
    moved_on = theirs is not DeliveryState.UNKNOWN
    if step + 1 < legs and (moved_on or on_unknown is OnUnknown.OTHER_CHANNEL):
        return _NextState(state=DeliveryState.PLANNED, reason=_ANSWER_LOST, step=step + 1)
    if moved_on and on_unknown is OnUnknown.RESEND:
        return None  # as configured: rather a second copy than none
    return _NextState(state=DeliveryState.UNKNOWN, reason=_ANSWER_LOST, step=step, not_before=math.inf)
