"""Bring the tickets of callers to the service desk, each once.

A ticket is in the ledger first, so that nothing is lost while the desk is down. Each has a key that stays
the same: the desk takes a repeated request with it once, and a lost answer is looked up by it before the
ticket is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.channels.base import Adapter, Reconciles
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.errors import ConfigError
from broadcast.hotline.call_state import Topic
from broadcast.ledger.desk_tickets import (
    DeskTicket,
    claim_for_desk,
    settle_desk_ticket,
    tickets_for_desk,
)
from broadcast.ledger.ledger import Ledger
from broadcast.model.channel import ChannelKind
from broadcast.model.ids import delivery_key
from broadcast.model.incident import Phase, Severity
from broadcast.model.message import Message
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope
from broadcast.model.outgoing import Attempted, Headline, Outgoing
from broadcast.publishing.channels import Channels
from broadcast.rendering.catalogue import Catalogue
from broadcast.rendering.hotline_prompts import hotline_prompts

_THREAD = "hotline"
#: How urgent a ticket is, by why the caller needed a person.
_SEVERITIES = {
    Topic.EMERGENCY: Severity.SEV1,
    **dict.fromkeys((Topic.VIP, Topic.FRUSTRATED, Topic.REPEATED), Severity.SEV2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskTickets:
    """The job; `channel` is that of the service desk, and `program` how commands begin."""

    settings: Settings
    ledger: Ledger
    channels: Channels
    channel: str
    catalogue: Catalogue
    program: str
    name: str = "tickets"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Bring tickets to the desk; after one that it does not take, the others wait for a later round."""
        store = self.ledger.store
        owed = tickets_for_desk(store, now)
        if not owed:
            return ()
        self.channels.permit({self.channel})
        adapter = self._adapter()
        said: list[str] = []
        try:
            for ticket in owed:
                if stop.asked or not claim_for_desk(store, ticket.id, now):
                    continue
                outcome = await self._bring(ticket, adapter, now)
                state, ref = _state(outcome)
                settle_desk_ticket(store, ticket.id, state, ref, now)
                said.append(_line(ticket, outcome))
                if not isinstance(outcome, Accepted):
                    break
        finally:
            await adapter.close()
        return said

    def _adapter(self) -> Adapter:
        planned = self.channels.planned[self.channel]
        if planned.capabilities.kind is not ChannelKind.DESK:
            raise ConfigError(
                f"[hotline] tickets: {self.channel} is no service desk",
                hint='name a channel with adapter = "zendesk"',
            )
        return self.channels.adapters({self.channel})[self.channel]

    async def _bring(self, ticket: DeskTicket, adapter: Adapter, now: datetime) -> Outcome:
        """Look a ticket up if it may be there already; send it if it certainly is not."""
        outgoing = self._outgoing(ticket)
        if ticket.asked_at is not None and isinstance(adapter, Reconciles):
            attempted = Attempted(outgoing=outgoing, started_at=ticket.asked_at, asked_at=now)
            (found,) = await adapter.find([attempted])
            if not isinstance(found, NotSent):
                return found
        (outcome,) = await adapter.send([outgoing])
        return outcome

    def _outgoing(self, ticket: DeskTicket) -> Outgoing:
        words = hotline_prompts(self.catalogue, self.settings.locale)
        topic = words(f"topic.{ticket.topic}")
        number = ticket.caller or words("desk.withheld")
        opened = ticket.opened_at.astimezone(self.settings.timezone)
        lines = [words("desk.left", number=number, at=f"{opened:%Y-%m-%d %H:%M}"), ticket.note]
        if ticket.recorded:
            command = f"{self.program} hotline recordings play {ticket.id} --out message.mp3"
            lines.append(words("desk.hear", seconds=ticket.seconds, command=command))
        key = delivery_key(self.ledger.secret(), _THREAD, ticket.source, ticket.call, "ticket")
        title = words("desk.subject", topic=topic)
        text = "\n".join(line for line in lines if line)
        return Outgoing(
            key=key,
            message=Message(locale=self.settings.locale, text=text, subject=title),
            headline=self._headline(ticket, title, key),
        )

    def _headline(self, ticket: DeskTicket, title: str, key: str) -> Headline:
        topic = Topic(ticket.topic) if ticket.topic in set(Topic) else Topic.NONE
        return Headline(
            incident=_THREAD,
            sequence=1,
            title=title,
            kind=NoticeKind.INITIAL,
            phase=Phase.INVESTIGATING,
            severity=_SEVERITIES.get(topic, Severity.SEV3),
            drill=False,
            organisation=self.settings.organisation,
            services=(),
            as_of=ticket.opened_at,
            identity=key,
        )


def _state(outcome: Outcome) -> tuple[str | None, str]:
    match outcome:
        case Accepted(ref=ref):
            return "sent", ref
        case NotSent() | Rejected(scope=Scope.CHANNEL):
            return None, ""
        case Rejected():
            return "failed", ""
        case _:
            return "unknown", ""


def _line(ticket: DeskTicket, outcome: Outcome) -> str:
    if isinstance(outcome, Accepted):
        return f"ticket {ticket.id} is ticket {outcome.ref} of the service desk"
    return f"ticket {ticket.id} is not at the service desk: {outcome.reason}"
