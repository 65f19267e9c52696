"""Send people the link that confirms their subscription.

It is no notice, so no incident has it. The rules of a delivery hold: the intent is on disk before the
request, and what may have been sent is not sent again. If the process dies in between, the person asks again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.channels.base import Adapter
from broadcast.config.settings import Settings
from broadcast.dispatch.stop import Stop
from broadcast.inbound.subscribing import offer_of
from broadcast.inbound.subscription_words import SubscriptionWords
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.subscriptions import RequestState
from broadcast.model.contact import AddressKind
from broadcast.model.counted import counted
from broadcast.model.ids import delivery_key
from broadcast.model.incident import Phase, Severity
from broadcast.model.notice import NoticeKind
from broadcast.model.outcome import Accepted, NotSent, Outcome, Rejected, Scope
from broadcast.model.outgoing import Headline, Outgoing
from broadcast.model.subscription import SubscriptionRequest
from broadcast.model.suppression import address_token
from broadcast.publishing.channels import Channels

_THREAD = "subscription"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionLinks:
    """The job; `by_kind` has the channel for each kind of address, and `page` is the form's address."""

    ledger: Ledger
    channels: Channels
    by_kind: Mapping[AddressKind, str]
    words: SubscriptionWords
    page: str
    name: str = "subscribe"

    async def run(self, now: datetime, stop: Stop) -> Sequence[str]:
        """Send the links that are owed, and erase the addresses of requests that expired."""
        self.ledger.subscriptions.erase_expired(now)
        owed = [
            one for one in self.ledger.subscriptions.to_send(now) if one.subscription.kind in self.by_kind
        ]
        if not owed:
            return ()
        names = {self.by_kind[one.subscription.kind] for one in owed}
        self.channels.permit(names)
        adapters = self.channels.adapters(names)
        states: Counter[RequestState] = Counter()
        try:
            for request in owed:
                adapter = adapters[self.by_kind[request.subscription.kind]]
                if not stop.asked and self.ledger.subscriptions.claim(request):
                    state = await self._send(request, adapter, now)
                    self.ledger.subscriptions.settle(request, state)
                    states[state] += 1
        finally:
            for adapter in adapters.values():
                await adapter.close()
        return [f"{counted(count, 'link')} {state}" for state, count in states.items()]

    async def _send(self, request: SubscriptionRequest, adapter: Adapter, now: datetime) -> RequestState:
        wish, secret = request.subscription, self.ledger.secret()
        links = (request.token(secret), address_token(secret, wish.kind, wish.address))
        message = self.words.message(wish, *(f"{self.page}/{token}" for token in links))
        key = delivery_key(secret, _THREAD, str(request.id), request.nonce)
        headline = Headline(
            incident=_THREAD,
            sequence=1,
            title=message.subject or self.words.organisation,
            kind=NoticeKind.INITIAL,
            phase=Phase.INVESTIGATING,
            severity=Severity.SEV4,
            drill=False,
            organisation=self.words.organisation,
            services=(),
            as_of=now,
            identity=key,
        )
        outgoing = Outgoing(key=key, message=message, headline=headline, address=wish.address)
        (outcome,) = await adapter.send([outgoing])
        return _state(outcome)


def subscription_links(
    settings: Settings, ledger: Ledger, channels: Channels, locales: Sequence[str]
) -> Iterator[SubscriptionLinks]:
    """Yield the job, if people can subscribe."""
    offer = offer_of(settings, channels.planned, locales)
    if offer is not None:
        words = SubscriptionWords(settings.organisation)
        yield SubscriptionLinks(
            ledger=ledger, channels=channels, by_kind=offer.channels, words=words, page=offer.source
        )


def _state(outcome: Outcome) -> RequestState:
    match outcome:
        case Accepted():
            return RequestState.SENT
        case NotSent() | Rejected(scope=Scope.CHANNEL):
            return RequestState.PLANNED
        case Rejected():
            return RequestState.FAILED
        case _:
            return RequestState.UNKNOWN
