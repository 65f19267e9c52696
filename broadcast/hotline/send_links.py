"""Send callers the SMS that they asked for: the state of the incident, its page, and how to reach us.

It is the SMS of the latest notice, written for this moment, so that it says what the hotline says. The rules
of a delivery hold: the intent is on disk before the request, and what may have been sent is looked up before
it is sent again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from broadcast.channels.base import Adapter, Reconciles
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.errors import BroadcastError, LedgerError
from broadcast.hotline.agents import agents_on_duty
from broadcast.hotline.incidents import as_of_now, public_facts
from broadcast.hotline.look_up_messages import MessageLookUp
from broadcast.ledger.call_messages import CallMessage, MessageState, WrittenMessage
from broadcast.ledger.ledger import Ledger
from broadcast.model.agent_page_token import agent_page_token
from broadcast.model.channel import ChannelKind
from broadcast.model.contact import AddressKind
from broadcast.model.counted import counted
from broadcast.model.ids import delivery_key
from broadcast.model.incident import Phase, Severity
from broadcast.model.message import Message
from broadcast.model.notice import Facts, NoticeKind
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope
from broadcast.model.outgoing import Headline, Outgoing
from broadcast.publishing.active_lines import restated
from broadcast.publishing.channels import Channels
from broadcast.rendering.catalogue import PUBLIC, Catalogue
from broadcast.rendering.hotline_prompts import working_prompts
from broadcast.rendering.render import Renderer
from broadcast.rendering.sms import transliterate

_THREAD = "hotline"
#: A message that no call-back reached its receiver.
TRIED = "tried"
#: A message to the agent who accepted a call.
AGENT_PAGE = "agent-page"
#: So many messages are under way together: each transaction keeps callers from the ledger.
_AT_ONCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLinks:
    """The job; `channel` sends SMS."""

    settings: Settings
    ledger: Ledger
    channels: Channels
    channel: str
    renderer: Renderer
    catalogue: Catalogue
    name: str = "hotline"
    _trouble: list[str] = field(default_factory=list, init=False)

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Look up messages whose answer was lost, then send those that are owed."""
        messages = self.ledger.call_messages
        messages.abandon(now)
        if not (messages.lost(now, 1) or messages.to_send(1)):
            return ()
        self.channels.permit({self.channel})
        adapter = self.channels.adapters({self.channel})[self.channel]
        begun = monotonic()
        states: Counter[MessageState] = Counter()
        try:
            states.update(await self._look_up(adapter).run(now))
            owed = messages.to_send()
            for first in range(0, len(owed), _AT_ONCE):
                if not stop.asked:
                    at = now + timedelta(seconds=monotonic() - begun)
                    states.update(await self._send_some(owed[first : first + _AT_ONCE], adapter, at))
        finally:
            await adapter.close()
        trouble = tuple(dict.fromkeys(self._trouble))
        self._trouble.clear()
        return [*trouble, *(f"{counted(count, 'message')} {state}" for state, count in states.items())]

    def _look_up(self, adapter: Adapter) -> MessageLookUp:
        configured = self.channels.settings[self.channel].lookup_delay
        delay = adapter.capabilities.lookup_delay if configured is None else configured
        messages = self.ledger.call_messages
        return MessageLookUp(messages=messages, channel=self.channel, adapter=adapter, delay=delay)

    async def _send_some(
        self, messages: Sequence[CallMessage], adapter: Adapter, now: datetime
    ) -> Sequence[MessageState]:
        """Send messages at the same time; return what became of those that no other process sends.

        What is sent is recorded first, so that it can be looked up if the answer is lost.
        """
        outgoing = {one.id: self._prepared(one, now) for one in messages}
        written = {id: self._written(one) for id, one in outgoing.items() if isinstance(one, Outgoing)}
        claimed = self.ledger.call_messages.claim(messages, written, now)
        sent = [_send(outgoing[message.id], adapter) for message in claimed]
        results = await asyncio.gather(*sent, return_exceptions=True)
        became = [
            (message, result)
            for message, result in zip(claimed, results, strict=True)
            if isinstance(result, MessageState)
        ]
        delay = timedelta(seconds=self._look_up(adapter).delay)
        due = now + delay if isinstance(adapter, Reconciles) else None
        self.ledger.call_messages.settle(became, now, due)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [state for _, state in became]

    def _prepared(self, message: CallMessage, now: datetime) -> Outgoing | MessageState:
        """Return a message as it is sent now, or why it is not sent; one that fails holds up no other."""
        try:
            return self._outgoing(message, now) or MessageState.REFUSED
        except LedgerError:
            raise
        except BroadcastError as error:
            self._trouble.append(f"message {message.id} cannot be written: {error}")
            return MessageState.FAILED

    def _outgoing(self, message: CallMessage, now: datetime) -> Outgoing | None:
        """Return a message as it is sent now; None if it is not to be sent."""
        if message.kind == TRIED and self.ledger.suppressions.of(AddressKind.PHONE, _number(message)):
            return None
        if message.kind == AGENT_PAGE:
            return self._page(message, now)
        facts = self._facts(message)
        key = delivery_key(self.ledger.secret(), _THREAD, message.call, str(message.step), message.kind)
        return Outgoing(
            key=key,
            message=self._tried(message)
            if message.kind == TRIED
            else self._message(facts, message.locale, now),
            headline=self._headline(facts, key, now),
            address=_number(message),
        )

    def _page(self, message: CallMessage, now: datetime) -> Outgoing | None:
        """Return the link to the page of a call for its agent; None without their number, or the page."""
        calls, secret, agent = self.settings.calls, self.ledger.secret(), str(message.details["agent"])
        link = self.settings.serve.route(f"/h/{agent_page_token(secret, message.call_id, agent)}")
        on_duty = agents_on_duty(self.settings, calls, self.ledger, now, frozenset()) if calls else ()
        found = next((one for one in on_duty if one.id == agent), None)
        if found is None or link is None:
            return None
        locale = next(iter(found.languages), self.settings.locale)
        key = delivery_key(secret, _THREAD, message.call, str(message.step), message.kind)
        return Outgoing(
            key=key,
            message=self._worded("sms.agent_page", locale, link=link),
            headline=self._headline(None, key, now),
            address=found.number,
        )

    def _written(self, outgoing: Outgoing) -> WrittenMessage:
        return WrittenMessage(
            key=outgoing.key,
            channel=self.channel,
            address=outgoing.address or "",
            locale=outgoing.message.locale,
            text=outgoing.message.text,
            incident=outgoing.headline.incident,
            sequence=outgoing.headline.sequence,
        )

    def _facts(self, message: CallMessage) -> Facts | None:
        """Return the facts of the first incident that the caller was told about; None if there was none."""
        refs = message.details.get("refs")
        if not isinstance(refs, list) or not refs:
            return None
        notices = self.ledger.incidents.notices(self.ledger.incidents.find(str(refs[0])))
        facts = public_facts([notice.facts for notice in notices])
        return facts and restated([facts], self.settings, self.ledger.lines.active())[0]

    def _message(self, facts: Facts | None, locale: str, now: datetime) -> Message:
        if facts is not None:
            try:
                return self.renderer.render(as_of_now(facts, now), PUBLIC, locale, ChannelKind.SMS).message
            except BroadcastError:
                facts = None  # a template that fails must not cost the caller the link
        link = {"link": self.settings.status_url} if self.settings.status_url else {}
        return self._worded("sms.link" if link else "sms.nothing", locale, **link)

    def _tried(self, message: CallMessage) -> Message:
        """Return the words for a customer whom no call-back reached; where to call, if there is a number."""
        hotline = {"hotline": self.settings.hotline} if self.settings.hotline else {}
        return self._worded("sms.tried_hotline" if hotline else "sms.tried", message.locale, **hotline)

    def _worded(self, prompt: str, locale: str, **values: str) -> Message:
        words = working_prompts(self.catalogue, locale, self._trouble.append)
        text = words(prompt, organisation=self.settings.organisation, **values)
        return Message(locale=locale, text=transliterate(text))

    def _headline(self, facts: Facts | None, key: str, now: datetime) -> Headline:
        return Headline(
            incident=facts.ref if facts else _THREAD,
            sequence=facts.sequence if facts else 1,
            title=facts.title if facts else self.settings.organisation,
            kind=facts.kind if facts else NoticeKind.INITIAL,
            phase=facts.phase if facts else Phase.INVESTIGATING,
            severity=facts.severity if facts else Severity.SEV4,
            drill=facts.drill if facts else False,
            organisation=self.settings.organisation,
            services=facts.services if facts else (),
            as_of=now,
            identity=key,
        )


async def _send(outgoing: Outgoing | MessageState, adapter: Adapter) -> MessageState:
    if isinstance(outgoing, MessageState):
        return outgoing
    (outcome,) = await adapter.send([outgoing])
    return _state(outcome)


def _number(message: CallMessage) -> str:
    return str(message.details["number"])


def _state(outcome: Outcome) -> MessageState:
    match outcome:
        case Accepted():
            return MessageState.SENT
        case NotSent() | Rejected(scope=Scope.CHANNEL):
            return MessageState.PLANNED
        case Rejected():
            return MessageState.FAILED
        case _:
            return MessageState.UNKNOWN
