"""Subscribers, and wishes to subscribe that are not confirmed yet."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store
from broadcast.model.contact import AddressKind
from broadcast.model.ids import address_digest, new_run_id
from broadcast.model.subscription import LIFETIME, Subscriber, Subscription, SubscriptionRequest

#: So many messages an address gets in a day: the form must not be a way to annoy strangers.
MOST_OF_ADDRESS = 3
#: So many messages all addresses get in an hour: each may cost money.
MOST_IN_HOUR = 200


class RequestOutcome(StrEnum):
    """What became of a request."""

    RECORDED = "recorded"
    TOO_OFTEN = "too often"  # for this address today
    TOO_MANY = "too many"  # altogether within an hour
    NEVER = "never"  # the address bounced, complained or is to be forgotten


class RequestState(StrEnum):
    """What became of the message with the link."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A person's subscriptions, and their requests."""

    subscribers: tuple[Subscriber, ...] = ()
    requests: tuple[SubscriptionRequest, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.subscribers or self.requests)


class Subscriptions:
    """The ledger's subscribers and requests. Digests identify addresses; see `address_digest`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def request(self, wish: Subscription, now: datetime) -> RequestOutcome:
        """Record a wish to subscribe within the limits, in one transaction; raises `LedgerError`."""
        digest = address_digest(self._store.secret(), wish.kind, wish.address)
        person = {"digest": digest, "since": (now - timedelta(days=1)).timestamp()}
        everybody = {"since": (now - timedelta(hours=1)).timestamp()}
        values = {
            **_values(wish, digest),
            "nonce": new_run_id(),
            "at": now.timestamp(),
            "expires": (now + LIFETIME).timestamp(),
        }
        with self._store.transaction() as connection:
            if connection.execute("never_ask", {"digest": digest}).fetchone()[0]:
                return RequestOutcome.NEVER
            if connection.execute("requests_of_address_since", person).fetchone()[0] >= MOST_OF_ADDRESS:
                return RequestOutcome.TOO_OFTEN
            if connection.execute("requests_since", everybody).fetchone()[0] >= MOST_IN_HOUR:
                return RequestOutcome.TOO_MANY
            connection.execute("insert_subscription_request", values)
            return RequestOutcome.RECORDED

    def find(self, id: int) -> SubscriptionRequest | None:
        """Return a request by its number."""
        with self._store.reading() as connection:
            row = connection.execute("subscription_request", (id,)).fetchone()
        return None if row is None else _request(row)

    def to_send(self, now: datetime) -> list[SubscriptionRequest]:
        """Return the requests whose message is owed."""
        with self._store.reading() as connection:
            rows = connection.execute("requests_to_send", {"now": now.timestamp()})
            return [_request(row) for row in rows]

    def claim(self, request: SubscriptionRequest) -> bool:
        """Record that its message is about to be sent; False if another process sends it."""
        with self._store.transaction() as connection:
            return connection.execute("claim_request", {"id": request.id}).rowcount > 0

    def settle(self, request: SubscriptionRequest, state: RequestState) -> None:
        """Record what became of a message that this process claimed."""
        with self._store.transaction() as connection:
            connection.execute("settle_request", {"id": request.id, "state": state})

    def confirm(self, id: int, now: datetime) -> bool:
        """Make the person a subscriber; False if the request was confirmed before or has expired.

        An earlier opt-out of the address is lifted.
        """
        with self._store.transaction() as connection:
            row = connection.execute("subscription_request", (id,)).fetchone()
            done = connection.execute("confirm_request", {"id": id, "at": now.timestamp()})
            if done.rowcount < 1:
                return False
            values = {
                **_values(_wish(row), row["digest"]),
                "requested_at": row["requested_at"],
                "confirmed_at": now.timestamp(),
            }
            connection.execute("put_subscriber", values)
            connection.execute("take_back_opt_out", {"digest": row["digest"]})
            return True

    def subscribers(self) -> list[Subscriber]:
        """Return all subscribers, the first one first."""
        with self._store.reading() as connection:
            return [_subscriber(row) for row in connection.execute("subscribers")]

    def of(self, digest: bytes) -> Recorded:
        """Return the subscriptions and the requests of an address."""
        with self._store.reading() as connection:
            subscribers = connection.execute("subscribers_with_digest", (digest,)).fetchall()
            requests = connection.execute("requests_with_digest", (digest,)).fetchall()
        return Recorded(tuple(map(_subscriber, subscribers)), tuple(map(_request, requests)))

    def of_address(self, kind: AddressKind, address: str) -> Recorded:
        """Return the subscriptions and the requests of an address."""
        return self.of(address_digest(self._store.secret(), kind, address))

    def choose(self, digest: bytes, services: tuple[str, ...], locale: str) -> bool:
        """Change the services and the language of an address; False if it is not subscribed."""
        values = {"digest": digest, "services": json.dumps(services), "locale": locale}
        with self._store.transaction() as connection:
            return connection.execute("choose_services", values).rowcount > 0

    def end(self, digest: bytes) -> bool:
        """Remove the subscriptions of an address; False if there are none."""
        with self._store.transaction() as connection:
            return connection.execute("end_subscriptions", (digest,)).rowcount > 0

    def erase_expired(self, now: datetime) -> int:
        """Erase the addresses of requests that expired; return how many."""
        until = {"now": now.timestamp()}
        with self._store.reading() as connection:
            if not connection.execute("old_requests", until).fetchone()[0]:
                return 0  # without a transaction, for which other processes would wait
        with self._store.transaction() as connection:
            return max(0, connection.execute("erase_old_requests", until).rowcount)


def _values(wish: Subscription, digest: bytes) -> dict[str, object]:
    return {
        "audience": wish.audience,
        "kind": wish.kind,
        "address": wish.address,
        "digest": digest,
        "locale": wish.locale,
        "services": json.dumps(wish.services),
        "source": wish.source,
    }


def _wish(row: Row) -> Subscription:
    return Subscription(
        audience=row["audience"],
        kind=AddressKind(row["kind"]),
        address=row["address"],
        locale=row["locale"],
        services=tuple(json.loads(row["services"])),
        source=row["source"],
    )


def _subscriber(row: Row) -> Subscriber:
    return Subscriber(
        id=row["id"],
        subscription=_wish(row),
        requested_at=moment(row["requested_at"]),
        confirmed_at=moment(row["confirmed_at"]),
    )


def _request(row: Row) -> SubscriptionRequest:
    return SubscriptionRequest(
        id=row["id"],
        subscription=_wish(row),
        nonce=row["nonce"],
        requested_at=moment(row["requested_at"]),
        expires_at=moment(row["expires_at"]),
        confirmed_at=moment(row["confirmed_at"]) if row["confirmed_at"] is not None else None,
    )
