"""Receipts: record what providers say later about messages, and let deliveries follow.

The order in which receipts arrive, and how often, makes no difference: each is recorded once, and may only
raise the rank of a delivery (see `broadcast.model.delivery.after_receipt`). A receipt whose message is not in
the ledger yet waits until the answer to its request is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.ledger.columns import epoch, moment
from broadcast.ledger.follow_ups import supersede
from broadcast.ledger.receipt_attempts import find_attempts
from broadcast.ledger.store import Connection, Row, Store
from broadcast.ledger.suppressions import suppress
from broadcast.ledger.unconfirmed import cancel_answered, keep_reached
from broadcast.model.contact import AddressKind
from broadcast.model.delivery import DeliveryState, after_receipt
from broadcast.model.inbound import Receipt, ReceiptState
from broadcast.model.suppression import SuppressionReason, learnt, suppression

#: After this time, a receipt does not move a delivery to the next channel any more.
LATE = timedelta(days=1)
#: How many early receipts are looked through at a time.
_LIMIT = 1000
#: How many earlier receipts are tried again beside new ones; the clock tries more of them.
_EARLIER = 50
#: Reason, code, suppression and time of a receipt that only says that a message arrived, as most do.
_NOTHING_MORE = (None, None, None, None)


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
            new = _without_repeated(connection, received)
            earlier = _earlier(connection, now, known, _EARLIER if received else _LIMIT)
            news = [*new, *earlier.values()]
            named = [(one.channel, one.receipt.ref, one.receipt.key) for one in news]
            attempts = find_attempts(connection, named, self._store.secret)
            recorded = _insert(connection, new, attempts, now)
            _match(connection, earlier, attempts[len(new) :])
            applying = _Applying(connection, now, self._store.secret)
            applying.apply(news, attempts)
            unmatched = attempts[: len(new)] if received else attempts
            return applying.result(recorded, len(received) - recorded, unmatched.count(None))

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


def _without_repeated(connection: Connection, received: Sequence[ChannelReceipt]) -> Sequence[ChannelReceipt]:
    """Return the receipts that are not in the ledger yet, each once."""
    new = {(one.channel, one.receipt.ref, one.receipt.event): one for one in received}
    for channel in {one.channel for one in received}:
        values = {"channel": channel, "refs": [one.receipt.ref for one in received if one.channel == channel]}
        for ref, event in connection.execute("known_receipts", values):
            new.pop((channel, ref, event), None)
    return list(new.values())


def _earlier(
    connection: Connection, now: datetime, kinds: Mapping[str, AddressKind], limit: int
) -> dict[int, ChannelReceipt]:
    """Return receipts whose message was not found so far, by their number.

    The latest first: receipts about messages that are not ours never match, and must not keep others from
    being applied.
    """
    values = {"since": (now - LATE).timestamp(), "limit": limit}
    rows = connection.execute("unmatched_receipts", values).fetchall()
    return {
        row["id"]: ChannelReceipt(row["channel"], kinds.get(row["channel"]), _receipt(row)) for row in rows
    }


def _receipt(row: Row) -> Receipt:
    return Receipt(
        ref=row["ref"],
        state=ReceiptState(row["state"]),
        event=row["event"],
        key=row["key"],
        reason=row["reason"],
        code=row["code"],
        suppress=SuppressionReason(row["suppress"]) if row["suppress"] else None,
        at=moment(row["happened_at"]),
    )


def _insert(
    connection: Connection, new: Sequence[ChannelReceipt], attempts: Sequence[Row | None], now: datetime
) -> int:
    """Record receipts with the attempts that they are about; return how many were recorded."""
    if not new:
        return 0
    at = now.timestamp()
    short, full = [], []
    for one, attempt in zip(new, attempts, strict=False):
        receipt, number = one.receipt, None if attempt is None else attempt["attempt"]
        # `value`, and no NULLs: what is no plain text or number takes sqlite3 longer than the row itself.
        row = (one.channel, receipt.ref, receipt.key, receipt.event, receipt.state.value, at, number)
        more = (receipt.reason, receipt.code, receipt.suppress, epoch(receipt.at))
        if more == _NOTHING_MORE:
            short.append(row)
        else:
            full.append(row + more)
    recorded = connection.executemany("insert_short_receipt", short).rowcount if short else 0
    return recorded + (connection.executemany("insert_receipt", full).rowcount if full else 0)


def _match(
    connection: Connection, earlier: Mapping[int, ChannelReceipt], attempts: Sequence[Row | None]
) -> None:
    """Note which attempts earlier receipts are about."""
    matched = [
        {"id": id, "attempt": attempt["attempt"]}
        for id, attempt in zip(earlier, attempts, strict=True)
        if attempt is not None
    ]
    if matched:
        connection.executemany("match_receipt", matched)


class _Applying:
    """One transaction's receipts: what they change."""

    def __init__(self, connection: Connection, now: datetime, secret: Callable[[], bytes]) -> None:
        self._connection = connection
        self._now = now
        self._secret = secret
        self._moved: dict[int, list[int]] = {}
        self._refs: dict[int, str] = {}
        self._delivered = self._failed = 0

    def apply(self, received: Sequence[ChannelReceipt], attempts: Sequence[Row | None]) -> None:
        """Apply receipts whose attempt was found.

        Those that only say that a message arrived come first, all at once. The others may send something
        else, so each of them reads again what the ones before it have changed.
        """
        arrived, others = [], []
        for one, attempt in zip(received, attempts, strict=True):
            if attempt is None:
                continue
            if _arrives(one.receipt, attempt):
                arrived.append(attempt["delivery"])
            elif _may_change(one.receipt, attempt):
                others.append((one, attempt["attempt"]))
        if arrived:
            values = {"deliveries": arrived, "now": self._now.timestamp()}
            self._delivered += max(0, self._connection.execute("deliveries_arrive", values).rowcount)
        for one, number in others:
            self._apply(one, self._connection.execute("attempt_in_full", (number,)).fetchone())

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

    def _apply(self, one: ChannelReceipt, attempt: Row) -> None:
        """Apply one receipt with everything that follows from it."""
        self._suppress(one, attempt)
        state = after_receipt(
            DeliveryState(attempt["state"]),
            one.receipt.state,
            latest=bool(attempt["latest"]),
            backup=attempt["step"] + 1 < len(json.loads(attempt["route"]))
            and self._now - moment(attempt["created_at"]) < LATE,
        )
        if state is not None:
            self._change(one, attempt, state)

    def _change(self, one: ChannelReceipt, attempt: Row, state: DeliveryState) -> None:
        receipt, route = one.receipt, json.loads(attempt["route"])
        moved = state is DeliveryState.PLANNED
        # The delivery belongs to the channel that the receipt is about, even if it waits for the next.
        step = _step(route, one.channel, attempt["step"]) + moved
        values = {
            "delivery": attempt["delivery"],
            "before": attempt["state"],
            "state": state,
            "step": step,
            "channel": route[step],
            "ref": receipt.ref or None,
            "reason": receipt.reason if receipt.state is ReceiptState.FAILED else None,
            "now": self._now.timestamp(),
        }
        if attempt["state"] == DeliveryState.UNKNOWN:
            proof = {
                "attempt": attempt["attempt"],
                "ref": receipt.ref or None,
                "reason": "a receipt says so",
            }
            self._connection.execute("attempt_has_ref", proof)
        if self._connection.execute("receipt_changes_delivery", values).rowcount < 1:
            return
        self._delivered += state is DeliveryState.DELIVERED
        self._failed += receipt.state is ReceiptState.FAILED
        if state is DeliveryState.FAILED:
            keep_reached(self._connection, [attempt["delivery"]], self._now)
        if moved:
            counted = {"notice": attempt["notice"], "origin": one.channel, "destination": route[step]}
            why = {"reason": receipt.reason or "", "count": 1, "now": self._now.timestamp()}
            self._connection.execute("count_failover", counted | why)
            self._moved.setdefault(attempt["incident"], []).append(attempt["delivery"])
            self._refs[attempt["incident"]] = attempt["incident_ref"]

    def _suppress(self, one: ChannelReceipt, attempt: Row) -> None:
        kind, reason = one.kind, one.receipt.suppress
        address = attempt[kind] if kind else None
        if reason is not None and kind and address:
            code = f" ({one.receipt.code})" if one.receipt.code else ""
            source = f"a receipt of {one.channel}{code}"
            new = suppression(self._secret(), kind, address, reason, source, self._now)
            suppress(self._connection, [learnt(new)])


def _arrives(receipt: Receipt, attempt: Row) -> bool:
    """Return whether a receipt does nothing but make a delivery `delivered` that is `accepted` now."""
    return (
        receipt.state is ReceiptState.DELIVERED
        and receipt.suppress is None
        and attempt["state"] == DeliveryState.ACCEPTED
        and bool(attempt["current"])
    )


def _may_change(receipt: Receipt, attempt: Row) -> bool:
    """Return whether a receipt may change anything."""
    state, latest = DeliveryState(attempt["state"]), bool(attempt["latest"])
    changed = after_receipt(state, receipt.state, latest=latest, backup=False)
    return changed is not None or receipt.suppress is not None


def _step(route: Sequence[str], channel: str, otherwise: int) -> int:
    # A lane that was detoured does not have every channel that was tried.
    return route.index(channel) if channel in route else otherwise
