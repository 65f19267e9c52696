"""Proposals: notices that wait for the approval of a second person, and who was asked and who decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from broadcast.ledger.columns import epoch, moment
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.ids import notice_mark
from broadcast.model.question import AnswerMeans, NoticeQuestion

if TYPE_CHECKING:
    from broadcast.ledger.records import Notice
    from broadcast.ledger.side_notices import SideNotice

#: A proposal that waits longer says what was true yesterday.
LONGEST = timedelta(days=1)
#: The records of notices that ask have numbers below this one.
_BELOW = 2**41


class ProposalState(StrEnum):
    """Whether a proposal waits, or what became of it."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"  # a newer one has its place
    VOID = "void"  # it was approved, and could not be sent as it was


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProposal:
    """A proposal to be recorded.

    `request` is JSON, `digest` that of everything that would be sent. `shown` is what people see before they
    decide: title, texts, the number of people. After `valid_until` it says what is not true any more.
    """

    incident: str
    sequence: int
    key: str
    inputs_hash: str
    request: str
    reserved: bool
    digest: str
    author: str
    at: datetime
    shown: Mapping[str, Any] = field(default_factory=dict)
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(NewProposal):
    """A notice that waits for approval, as the ledger has it.

    `decided_by` is who approved or declined it, or took it back, `means` how, and `note` why. `asking` is the
    number of the notice by which people are asked about it; None if they are not.
    """

    id: int
    state: ProposalState
    valid_until: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    means: AnswerMeans | None = None
    note: str = ""
    asking: int | None = None

    @property
    def mark(self) -> str:
        """The reference of the notice that it becomes: `INC-7/2`."""
        return notice_mark(self.incident, self.sequence)

    @property
    def title(self) -> str:
        """The words by which a person recognises it."""
        given = json.loads(self.request)
        words = self.shown.get("title") or given.get("title") or given.get("message") or given.get("verb", "")
        return str(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDecision:
    """What a person decides about a proposal: `state` is approved, declined or withdrawn."""

    state: ProposalState
    by: str
    at: datetime
    means: AnswerMeans = AnswerMeans.COMMAND
    note: str = ""


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
            "shown": json.dumps(new.shown, ensure_ascii=False),
            "valid_until": epoch(new.valid_until or new.at + LONGEST),
        }
        with self._store.transaction() as connection:
            for row in connection.execute("replace_proposals", values).fetchall():
                _ask_no_more(connection, row["asking_id"], "a newer proposal took its place", new.at)
            return _proposal(connection.execute("insert_proposal", values).fetchone())

    def all(self) -> list[Proposal]:
        """Return every proposal, the oldest first."""
        with self._store.reading() as connection:
            return [_proposal(row) for row in connection.execute("all_proposals")]

    def waiting(self) -> list[Proposal]:
        """Return the proposals that wait for approval, the oldest first."""
        with self._store.reading() as connection:
            return [_proposal(row) for row in connection.execute("waiting_proposals")]

    def unpublished(self) -> list[Proposal]:
        """Return the approved proposals whose notice is not recorded yet, the oldest first."""
        with self._store.reading() as connection:
            return [_proposal(row) for row in connection.execute("unpublished_proposals")]

    def of(self, incident: str) -> list[Proposal]:
        """Return every proposal for an incident, the latest first."""
        with self._store.reading() as connection:
            return [_proposal(row) for row in connection.execute("proposals_of_incident", (incident,))]

    def with_key(self, key: str) -> Proposal | None:
        """Return the latest proposal under a key."""
        with self._store.reading() as connection:
            row = connection.execute("proposal_with_key", (key,)).fetchone()
            return _proposal(row) if row else None

    def asked_by(self, notice: int) -> Proposal | None:
        """Return the proposal about which a notice asks; None if it asks about none."""
        with self._store.reading() as connection:
            row = connection.execute("proposal_of_asking", (notice,)).fetchone()
            return _proposal(row) if row else None

    def decide(self, proposal: int, decision: ProposalDecision) -> bool:
        """Decide about a proposal; return whether it was still waiting. Raises `LedgerError`.

        Nobody is asked any more after it: that is the same transaction.
        """
        values = {
            "id": proposal,
            "state": decision.state,
            "by": decision.by,
            "at": decision.at.timestamp(),
            "means": decision.means,
            "note": decision.note,
        }
        with self._store.transaction() as connection:
            row = connection.execute("decide_proposal", values).fetchone()
            if row is None:
                return False
            _ask_no_more(connection, row["asking_id"], f"{decision.state} by somebody", decision.at)
            return True

    def void(self, proposal: int, note: str) -> bool:
        """Record that an approved proposal cannot be sent as it was; return whether it was not sent."""
        with self._store.transaction() as connection:
            return connection.execute("void_proposal", {"id": proposal, "note": note}).rowcount > 0

    def ask(self, proposal: Proposal, new: SideNotice, wait: float, now: datetime) -> Notice | None:
        """Record that people are asked about a proposal, with their messages, and return the notice.

        None if they are asked already, or it does not wait any more: of two processes, one records it.

        Args:
            proposal: What they are asked about.
            new: The messages.
            wait: Seconds without an answer after which a person is asked on the next channel.
            now: When they are asked.
        """
        from broadcast.ledger.confirmations import ask
        from broadcast.ledger.rows import notice_from
        from broadcast.ledger.side_notices import record_side_notice

        record = asking_record(proposal.id)
        values = {
            "id": record,
            "ref": f"{proposal.mark}A{proposal.id}",
            "title": new.facts.title,
            "drill": int(new.facts.drill),
            "now": now.timestamp(),
        }
        question = NoticeQuestion(asked_at=now, answer_by=proposal.valid_until, wait=wait)
        with self._store.transaction() as connection:
            row = connection.execute("proposals_of_incident", (proposal.incident,)).fetchall()
            known = next((one for one in row if one["id"] == proposal.id), None)
            if known is None or known["asking_id"] or known["state"] != ProposalState.WAITING:
                return None
            connection.execute("insert_asking_record", values)
            notice = record_side_notice(connection, record, new, now.timestamp())
            ask(connection, notice, question)
            connection.execute("asking_for_proposal", {"id": proposal.id, "notice": notice})
            return notice_from(connection.execute("notice_by_id", (notice,)).fetchone())

    def unsent(self, now: datetime) -> list[Notice]:
        """Return the notices that ask about proposals that wait, and owe messages."""
        from broadcast.ledger.rows import notice_from

        with self._store.reading() as connection:
            rows = connection.execute("open_askings", {"now": now.timestamp()}).fetchall()
            found = (connection.execute("notice_by_id", (row["asking_id"],)).fetchone() for row in rows)
            return [notice_from(row) for row in found]


def asking_record(proposal: int) -> int:
    """Return the number of the record that the notice belongs to that asks about a proposal."""
    return -_BELOW - proposal


def _ask_no_more(connection: Connection, asking: int | None, reason: str, at: datetime) -> None:
    """Cancel what was still to be sent to people who are asked."""
    if asking is not None:
        values = {"notice": asking, "reason": reason, "at": at.timestamp()}
        connection.execute("cancel_asking", values)
        connection.execute("close_asking_record", {"notice": asking, "at": at.timestamp()})


def _proposal(row: Row) -> Proposal:
    proposed_at = moment(row["proposed_at"])
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
        at=proposed_at,
        shown=json.loads(row["shown"]),
        valid_until=moment(row["valid_until"]) or proposed_at + LONGEST,
        state=ProposalState(row["state"]),
        decided_by=row["decided_by"],
        decided_at=moment(row["decided_at"]),
        means=AnswerMeans(row["means"]) if row["means"] else None,
        note=row["note"],
        asking=row["asking_id"],
    )
