"""Ask the provider about messages to callers whose answer was lost, before anything is sent again.

Found: it was sent. Certainly not there: it is sent once more, in the words of that moment. If it cannot be
known, it stays unknown after a few questions, and `hotline status` counts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.channels.base import Adapter, Reconciles
from broadcast.channels.lookup import believed
from broadcast.dispatch.decide import Policy
from broadcast.ledger.call_messages import CallMessages, FoundState, LostMessage, MessageState, WrittenMessage
from broadcast.model.incident import Phase, Severity
from broadcast.model.message import Message
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Unknown
from broadcast.model.outgoing import Attempted, Headline, Outgoing

_MOST = Policy().lookups


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLookUp:
    """A round of look-ups; `channel` is that of the adapter, and `delay` the wait in seconds."""

    messages: CallMessages
    channel: str
    adapter: Adapter
    delay: float

    async def run(self, now: datetime) -> Sequence[MessageState]:
        """Look up what is due, a few at a time; return what became of these messages."""
        until = now + timedelta(seconds=max(self.delay, 60.0))
        lost = self.messages.claim_look_ups(self.messages.lost(now), until)
        if not lost:
            return ()
        outcomes = await self._ask(lost, now)
        found = [self._state(one, outcome, now) for one, outcome in zip(lost, outcomes, strict=True)]
        self.messages.settle_look_ups(found, now)
        return [one.state for one in found]

    async def _ask(self, lost: Sequence[LostMessage], now: datetime) -> Sequence[Outcome]:
        ours = [one for one in lost if one.written.channel == self.channel]
        if not ours or not isinstance(self.adapter, Reconciles):
            return [Unknown("it cannot be looked up")] * len(lost)
        attempts = [Attempted(_outgoing(one.written, one.claimed_at), one.claimed_at, now) for one in ours]
        found = dict(zip((one.id for one in ours), await self.adapter.find(attempts), strict=True))
        return [found.get(one.id, Unknown("it was sent by another channel")) for one in lost]

    def _state(self, lost: LostMessage, outcome: Outcome, now: datetime) -> FoundState:
        """Return what a look-up means: a message that is missing twice was refused without a word."""
        idempotency = self.adapter.capabilities.idempotency
        match believed(outcome, idempotency, self.delay, lost.lookups):
            case Accepted():
                return FoundState(lost=lost, state=MessageState.SENT)
            case Rejected():
                return FoundState(lost=lost, state=MessageState.FAILED)
            case NotSent():
                again = MessageState.FAILED if lost.resent else MessageState.PLANNED
                return FoundState(lost=lost, state=again)
            case _:
                asked = lost.lookups + 1
                wait = timedelta(seconds=self.delay * (asked + 1))
                due = now + wait if asked < _MOST and lost.written.channel == self.channel else None
                return FoundState(lost=lost, state=MessageState.UNKNOWN, look_up_at=due)


def _outgoing(written: WrittenMessage, at: datetime) -> Outgoing:
    """Return a message as a look-up needs it: by key, receiver, words and mark."""
    return Outgoing(
        key=written.key,
        message=Message(locale=written.locale, text=written.text),
        headline=Headline(
            incident=written.incident,
            sequence=written.sequence,
            title="",
            kind=NoticeKind.INITIAL,
            phase=Phase.INVESTIGATING,
            severity=Severity.SEV4,
            drill=False,
            organisation="",
            services=(),
            as_of=at,
            identity=written.key,
        ),
        address=written.address,
    )
