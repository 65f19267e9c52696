"""Ask people about proposals, and publish what they approved: by a command, a link or a key.

An answer is only recorded where it arrives. So whoever approves needs not wait, and a process that dies in
between loses nothing: each round goes on with what is approved and not published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from broadcast.cadence.tick import others_go_on, outcome_of
from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, ConfigError, LedgerError, Refused
from broadcast.ledger.proposals import Proposal
from broadcast.model.counted import counted
from broadcast.publishing.ask_approval import Asking
from broadcast.publishing.propose import publish_approved
from broadcast.publishing.publish import Publisher
from broadcast.publishing.request import Limits


@dataclass(frozen=True, slots=True)
class Approvals:
    """The job. `seconds` is the most that sending one notice may take in one round."""

    publisher: Publisher
    seconds: float = 60.0
    name: str = "approval"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Publish what was approved, then ask about what waits; what is void is trouble once."""
        round_ = _ApprovalRound()
        proposals = self.publisher.deliverer.ledger.proposals
        for proposal in proposals.unpublished():
            if not stop.asked:
                await self._publish(proposal, stop, round_)
        asking = Asking(self.publisher)
        for proposal in proposals.waiting():
            if proposal.asking is None and now < proposal.valid_until:
                with others_go_on(round_.failed):
                    asking.record(proposal, now)
        for notice in proposals.unsent(now):
            if not stop.asked:
                with others_go_on(round_.failed):
                    round_.done += await asking.send(notice, stop)
        return round_.outcome()

    async def _publish(self, proposal: Proposal, stop: Stop, round_: _ApprovalRound) -> None:
        proposals = self.publisher.deliverer.ledger.proposals
        try:
            limits = Limits(deadline=self.seconds, in_background=True)
            result = await publish_approved(self.publisher, proposal, limits, stop)
        except LedgerError:
            raise
        except ConfigError as error:
            round_.failed.append(error)  # the next round tries again
        except BroadcastError as error:
            if proposals.void(proposal.id, str(error)):
                round_.void.append(f"{proposal.mark} was approved and not sent: {error}")
        else:
            accepted = counted(result.counts.accepted, "message")
            by = f"approved by {proposal.decided_by}"
            round_.done.append(f"published {result.incident}/{result.notice}, {by}: {accepted} accepted")


@dataclass(slots=True)
class _ApprovalRound:
    """What a round says: what was done, what cannot be sent as it was approved, and what is tried again."""

    done: list[str] = field(default_factory=list)
    void: list[str] = field(default_factory=list)
    failed: list[BroadcastError] = field(default_factory=list)

    def outcome(self) -> Sequence[str]:
        """Return the lines; what is void is trouble once."""
        if self.void:
            done = f" ({'; '.join(self.done)})" if self.done else ""
            said = "; ".join((*self.void, *map(str, self.failed)))
            raise Refused(said + done, hint="propose it again: repeat the command with --propose")
        return outcome_of(self.done, self.failed)
