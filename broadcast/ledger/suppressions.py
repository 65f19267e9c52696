"""Keep addresses that must not be used, as digests that do not reveal them without the install secret."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from broadcast.errors import LedgerError
from broadcast.ledger.columns import moment
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.contact import AddressKind
from broadcast.model.ids import PREFIX_BYTES, address_digest, secret_prefix
from broadcast.model.suppression import Suppressed, Suppression, SuppressionReason


class Suppressions:
    """The addresses that must not be used, as digests keyed with the install secret."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Suppression]:
        """Return every one, the oldest first."""
        with self._store.reading() as connection:
            return [_suppression(row) for row in connection.execute("suppressions")]

    def of(self, kind: AddressKind, address: str) -> list[Suppression]:
        """Return the suppressions of an address."""
        with self._store.reading() as connection:
            rows = connection.execute("suppressions_of", (self.digest(kind, address),))
            return [_suppression(row) for row in rows]

    def suppressed(self) -> Suppressed:
        """Return all of them in a form that can check a million addresses.

        Raises:
            LedgerError: Some were made with another install secret. They would match no address, and people
                who said stop would be told again.
        """
        with self._store.reading() as connection:
            rows = connection.execute("suppressed_digests").fetchall()
        if not rows:
            return Suppressed()
        ours = secret_prefix(self._secret)
        strange = sum(row["digest"][:PREFIX_BYTES] != ours for row in rows)
        if strange:
            raise LedgerError(
                f"{strange} of {len(rows)} suppressed addresses cannot be recognised: "
                "they were suppressed under another install secret",
                hint="put the secret back (the file beside the ledger, or BROADCAST_INSTALL_SECRET), or take "
                "them out with `broadcast contacts suppress --list` and --remove ID",
            )
        reasons: dict[bytes, frozenset[SuppressionReason]] = {}
        for row in rows:
            known = reasons.get(row["digest"], frozenset())
            reasons[row["digest"]] = known | {SuppressionReason(row["reason"])}
        return Suppressed(reasons, self._secret)

    def add(self, suppressions: Sequence[Suppression]) -> int:
        """Record suppressions; return how many were new."""
        with self._store.transaction() as connection:
            return suppress(connection, suppressions)

    def remove(self, digests: Iterable[bytes]) -> None:
        """Remove suppressions: these addresses may be used again."""
        with self._store.transaction() as connection:
            connection.executemany("release", ((digest,) for digest in digests))

    def digest(self, kind: AddressKind, address: str) -> bytes:
        """Return the digest of an address: an HMAC with the install secret."""
        return address_digest(self._secret, kind, address)

    @cached_property
    def _secret(self) -> bytes:
        # Read, or created, only where there is a use for it.
        return self._store.secret()


def suppress(connection: Connection, suppressions: Iterable[Suppression]) -> int:
    """Record suppressions in a transaction; return how many were new."""
    rows = (
        (each.digest, each.reason, each.kind, each.shown, each.source, each.at.timestamp(), int(each.sure))
        for each in suppressions
    )
    return max(0, connection.executemany("suppress", rows).rowcount)


def _suppression(row: Row) -> Suppression:
    return Suppression(
        digest=row["digest"],
        kind=AddressKind(row["kind"]),
        shown=row["shown"],
        reason=SuppressionReason(row["reason"]),
        source=row["source"],
        at=moment(row["at"]),
        sure=bool(row["sure"]),
    )
