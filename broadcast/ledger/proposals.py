"""Proposals: notices that wait for the approval of a second person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broadcast.ledger.columns import moment
from broadcast.ledger.store import Row, Store


class ProposalState(StrEnum):
    """Whether a proposal waits, was approved, or has a newer one in its place."""

    WAITING = "waiting"
    APPROVED = "approved"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposal:
    """A proposal to be recorded; `request` is JSON, `digest` that of everything that would be sent."""

    incident: str
    sequence: int
    key: str
    inputs_hash: str
    request: str
    reserved: bool
    digest: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(NewProposal):
    """A notice that waits for approval, as the ledger has it; `decided_by` is who approved it."""

    id: int
    state: ProposalState
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def mark(self) -> str:
        """The reference of the notice that it becomes: `INC-7/2`."""
        return f"{self.incident}/{self.sequence}"


class Proposals:
    """The ledger's proposals."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, new: NewProposal) -> Proposal:
        """Record a proposal in place of those that wait for the same notice. Raises `LedgerError`."""
        values = {
            "incident": new.incident,
            "sequence": new.sequence,
            "key": new.key,
            "inputs_hash": new.inputs_hash,
            "request": new.request,
            "reserved": int(new.reserved),
            "digest": new.digest,
            "author": new.author,
            "at": new.at.timestamp(),
        }
        with self._store.transaction() as connection:
            connection.execute("replace_proposals", values)
            return _proposal(connection.execute("insert_proposal", values).fetchone())

    def waiting(self) -> list[Proposal]:
        """Return the proposals that wait for approval, the oldest first."""
        with self._store.reading() as connection:
            return [_proposal(row) for row in connection.execute("waiting_proposals")]

    def of(self, incident: str) -> list[Proposal]:
        """Return every proposal for an incident, the latest first."""
        with self._store.reading() as connection:
            return [_proposal(row) for row in connection.execute("proposals_of_incident", (incident,))]

    def with_key(self, key: str) -> Proposal | None:
        """Return the latest proposal under a key."""
        with self._store.reading() as connection:
            row = connection.execute("proposal_with_key", (key,)).fetchone()
            return _proposal(row) if row else None

    def approve(self, proposal: int, by: str, at: datetime) -> bool:
        """Approve a proposal; return whether it was still waiting. Raises `LedgerError`."""
        values = {"id": proposal, "by": by, "at": at.timestamp()}
        with self._store.transaction() as connection:
            return connection.execute("approve_proposal", values).rowcount > 0


def _proposal(row: Row) -> Proposal:
    return Proposal(
        id=row["id"],
        incident=row["incident"],
        sequence=row["sequence"],
        key=row["key"],
        inputs_hash=row["inputs_hash"],
        request=row["request"],
        reserved=bool(row["reserved"]),
        digest=row["digest"],
        author=row["author"],
        at=moment(row["proposed_at"]),
        state=ProposalState(row["state"]),
        decided_by=row["decided_by"],
        decided_at=moment(row["decided_at"]),
    )
