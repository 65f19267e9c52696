"""Receipts: record what providers say later about messages, and let deliveries follow.

The order in which receipts arrive, and how often, makes no difference: each is recorded once, and may only
raise the rank of a delivery (see `broadcast.model.delivery.after_receipt`). A receipt whose message is not in
the ledger yet waits until the answer to its request is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from broadcast.ledger.follow_ups import supersede
from broadcast.ledger.store import Connection, Row, Store
from broadcast.ledger.suppressions import suppress
from broadcast.ledger.unconfirmed import cancel_answered, keep_reached
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState, after_receipt
from broadcast.model.ids import delivery_key, message_names
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.suppression import Suppression, SuppressionReason, learnt, suppression

#: After this time, a receipt does not move a delivery to the next channel any more.
LATE = timedelta(days=1)
#: How many early receipts, and how many lost answers, are looked through at a time.
_LIMIT = 1000
#: How many earlier receipts are tried again beside new ones; the clock tries more of them.
_EARLIER = 50


@dataclass(frozen=True, slots=True)
class ChannelReceipt:
    """A receipt and the channel that it arrived for; `kind` is what the channel's addresses are."""

    channel: str
    kind: AddressKind | None
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsApplied:
    """What became of receipts.

    Attributes:
        recorded: How many were new.
        repeated: How many were known.
        unmatched: How many have no message in the ledger, or none yet.
        delivered: How many deliveries are now known to have arrived.
        failed: How many deliveries are now known not to have arrived.
        planned: References of incidents with people who go on to their next channel: `retry` sends it.
    """

    recorded: int = 0
    repeated: int = 0
    unmatched: int = 0
    delivered: int = 0
    failed: int = 0
    planned: frozenset[str] = field(default_factory=frozenset)


class Receipts:
    """The ledger's receipts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(
        self, received: Sequence[ChannelReceipt], now: datetime, kinds: dict[str, AddressKind] | None = None
    ) -> ReceiptsApplied:
        """Record receipts and apply every receipt whose message is known; one transaction.

        Args:
            received: The new receipts; with none, only earlier ones are tried again.
            now: The time of the arrival.
            kinds: What the addresses of channels are, for receipts that arrived earlier.

        Raises:
            LedgerError: Nothing was recorded.
        """
        known = {**(kinds or {}), **{one.channel: one.kind for one in received if one.kind}}
        with self._store.transaction() as connection:
            rows = [_row(one, now) for one in received]
            recorded = sum(max(0, connection.execute("insert_receipt", row).rowcount) for row in rows)
            applying = _Applying(connection, now, known, self._store.secret)
            # The latest first: receipts about messages that are not ours never match, and must not keep new
            # ones from being applied.
            limit = recorded + (_EARLIER if received else _LIMIT)
            values = {"since": (now - LATE).timestamp(), "limit": limit}
            waiting = connection.execute("unmatched_receipts", values).fetchall()
            applied = [applying.apply(row) for row in waiting]
            unmatched = applied[:recorded].count(False) if received else applied.count(False)
            return applying.result(recorded, len(received) - recorded, unmatched)

    def is_awaited(self, notice: int, channels: Collection[str]) -> bool:
        """Return whether a message to a person is on its way on one of these channels, or will be sent."""
        values = {"notice": notice, "channels": list(channels)}
        with self._store.reading() as connection:
            return bool(connection.execute("awaits_receipts", values).fetchone()["found"])

    def counts(self, notice: int) -> dict[str, dict[ReceiptState, int]]:
        """Return how many messages of a notice have which receipts, by channel."""
        found: dict[str, dict[ReceiptState, int]] = {}
        with self._store.reading() as connection:
            for row in connection.execute("receipts_by_state", (notice,)):
                found.setdefault(row["channel"], {})[ReceiptState(row["state"])] = row["count"]
        return found


class _Applying:
    """One transaction's receipts, applied one after the other."""

    def __init__(
        self,
        connection: Connection,
        now: datetime,
        kinds: dict[str, AddressKind],
        secret: Callable[[], bytes],
    ) -> None:
        self._connection = connection
        self._now = now
        self._kinds = kinds
        self._secret = secret
        self._by_key: dict[tuple[str, str], dict[str, Row]] = {}
        self._moved: dict[int, list[int]] = {}
        self._refs: dict[int, str] = {}
        self._delivered = self._failed = 0

    def apply(self, receipt: Row) -> bool:
        """Apply one receipt; return False if its message is not in the ledger, or is being sent."""
        attempt = self._attempt(receipt)
        if attempt is None or (attempt["latest"] and attempt["state"] == DeliveryState.SENDING):
            return False
        self._connection.execute("match_receipt", {"id": receipt["id"], "attempt": attempt["attempt"]})
        self._suppress(receipt, attempt)
        route, step = json.loads(attempt["route"]), attempt["step"]
        state = after_receipt(
            DeliveryState(attempt["state"]),
            ReceiptState(receipt["state"]),
            latest=bool(attempt["latest"]),
            backup=step + 1 < len(route) and self._now - _moment(attempt["created_at"]) < LATE,
        )
        if state is not None:
            self._change(receipt, attempt, state, route)
        return True

    def result(self, recorded: int, repeated: int, unmatched: int) -> ReceiptsApplied:
        """Cancel what a newer notice replaces, and return what changed."""
        for incident, deliveries in self._moved.items():
            cancel_answered(self._connection, deliveries, self._now)
            supersede(self._connection, incident, self._now, only=deliveries)
        return ReceiptsApplied(
            recorded=recorded,
            repeated=repeated,
            unmatched=unmatched,
            delivered=self._delivered,
            failed=self._failed,
            planned=frozenset(self._refs[incident] for incident in self._moved),
        )

    def _attempt(self, receipt: Row) -> Row | None:
        """Return the attempt that a receipt is about, with its delivery; None if it is not found."""
        channel, ref, key = receipt["channel"], receipt["ref"], receipt["key"]
        named: list[Row] = self._rows("attempts_with_ref", channel, ref) if ref else []
        if len(named) == 1 or not key:
            return named[0] if len(named) == 1 else None
        place = (channel, ref if named else "")
        if place not in self._by_key:
            rows = named or self._rows("attempts_without_ref", channel, ref)
            self._by_key[place] = {self._key(row, channel): row for row in rows}
        return self._by_key[place].get(key)

    def _rows(self, statement: str, channel: str, ref: str) -> list[Row]:
        values = {"channel": channel, "ref": ref, "limit": _LIMIT}
        return self._connection.execute(statement, values).fetchall()

    def _key(self, row: Row, channel: str) -> str:
        """Return our own reference of an attempt, as `MessageBuilder` made it."""
        if row["identity"] is None:
            named = row["key"] or f"{row['incident_ref']}/{row['sequence']}"
            return delivery_key(self._secret(), named, row["receiver"], channel)
        named = message_names(row["identity"], row["audience"], row["receiver"], channel, row["page"])
        return delivery_key(self._secret(), *named)

    def _change(self, receipt: Row, attempt: Row, state: DeliveryState, route: Sequence[str]) -> None:
        moved = state is DeliveryState.PLANNED
        # The delivery belongs to the channel that the receipt is about, even if it waits for the next.
        step = _step(route, receipt["channel"], attempt["step"]) + moved
        values = {
            "delivery": attempt["delivery"],
            "before": attempt["state"],
            "state": state,
            "step": step,
            "channel": route[step],
            "ref": receipt["ref"] or None,
            "reason": receipt["reason"] if receipt["state"] == ReceiptState.FAILED else None,
            "now": self._now.timestamp(),
        }
        if attempt["state"] == DeliveryState.UNKNOWN:
            proof = {
                "attempt": attempt["attempt"],
                "ref": receipt["ref"] or None,
                "reason": "a receipt says so",
            }
            self._connection.execute("attempt_has_ref", proof)
        if self._connection.execute("receipt_changes_delivery", values).rowcount < 1:
            return
        self._delivered += state is DeliveryState.DELIVERED
        self._failed += receipt["state"] == ReceiptState.FAILED
        if state is DeliveryState.FAILED:
            keep_reached(self._connection, [attempt["delivery"]], self._now)
        if moved:
            counted = {"notice": attempt["notice"], "origin": receipt["channel"], "destination": route[step]}
            why = {"reason": receipt["reason"] or "", "count": 1, "now": self._now.timestamp()}
            self._connection.execute("count_failover", counted | why)
            self._moved.setdefault(attempt["incident"], []).append(attempt["delivery"])
            self._refs[attempt["incident"]] = attempt["incident_ref"]

    def _suppress(self, receipt: Row, attempt: Row) -> None:
        kind = self._kinds.get(receipt["channel"])
        address = attempt[kind] if kind else None
        if receipt["suppress"] is not None and kind and address:
            suppress(self._connection, [self._suppression(receipt, kind, address)])

    def _suppression(self, receipt: Row, kind: AddressKind, address: str) -> Suppression:
        code = f" ({receipt['code']})" if receipt["code"] else ""
        reason, source = SuppressionReason(receipt["suppress"]), f"a receipt of {receipt['channel']}{code}"
        return learnt(suppression(self._secret(), kind, address, reason, source, self._now))


def _step(route: Sequence[str], channel: str, otherwise: int) -> int:
    # A lane that was detoured does not have every channel that was tried.
    return route.index(channel) if channel in route else otherwise


def _row(received: ChannelReceipt, now: datetime) -> dict[str, object]:
    receipt = received.receipt
    return {
        "channel": received.channel,
        "ref": receipt.ref,
        "key": receipt.key,
        "event": receipt.event,
        "state": receipt.state,
        "reason": receipt.reason,
        "code": receipt.code,
        "suppress": receipt.suppress,
        "happened_at": receipt.at.timestamp() if receipt.at else None,
        "received_at": now.timestamp(),
    }


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
