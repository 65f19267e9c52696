"""What a link below `/subscribe` is about: a request to confirm, or a subscription to change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broadcast.ledger.ledger import Ledger
from broadcast.model.mask import mask
from broadcast.model.subscription import Subscriber, SubscriptionRequest, is_genuine, request_number
from broadcast.model.suppression import (
    Suppression,
    SuppressionReason,
    UnknownToken,
    unsubscribed,
)

_PAGE = "the subscription page"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A subscriber who may change the subscription; `digest` identifies the address."""

    digest: bytes
    subscriber: Subscriber

    def end(self, ledger: Ledger, now: datetime) -> None:
        """Remove the subscription, and suppress the address: a contacts file may have it, too."""
        wish = self.subscriber.subscription
        opted_out = Suppression(
            digest=self.digest,
            kind=wish.kind,
            shown=mask(wish.address),
            reason=SuppressionReason.OPTED_OUT,
            source=_PAGE,
            at=now,
        )
        ledger.suppressions.add([opted_out])
        ledger.subscriptions.end(self.digest)


def open_subscription_link(
    ledger: Ledger, token: str, now: datetime
) -> SubscriptionRequest | Preferences | None:
    """Return what a token is about; None if we did not make it, or the subscription has ended.

    A request has a token of its own. A subscription has that of the unsubscribe link of its address.
    """
    number = request_number(token)
    if number is not None:
        request = ledger.subscriptions.find(number)
        return request if request and is_genuine(token, ledger.secret(), request) else None
    try:
        known = unsubscribed(token, _PAGE, now, ledger.secret())
    except UnknownToken:
        return None
    subscribers = ledger.subscriptions.of(known.digest).subscribers if known else ()
    return Preferences(known.digest, subscribers[0]) if known and subscribers else None
