"""The message with the link that confirms a subscription."""

from __future__ import annotations

from dataclasses import dataclass

from broadcast.inbound.words import PHRASES
from broadcast.model.contact import AddressKind
from broadcast.model.message import Message
from broadcast.model.subscription import Subscription
from broadcast.rendering.sms import transliterate


@dataclass(frozen=True, slots=True)
class SubscriptionWords:
    """Words the message for one organisation."""

    organisation: str

    def message(self, wish: Subscription, link: str, preferences: str) -> Message:
        """Return the message: `link` confirms, and `preferences` leads to the choice later."""
        words = PHRASES.phrases(wish.locale)
        if wish.kind is AddressKind.PHONE:
            organisation = transliterate(self.organisation)
            text = words("subscription.sms", organisation=organisation, link=link)
            return Message(locale=wish.locale, text=text)
        values = {"organisation": self.organisation, "link": link, "preferences": preferences}
        subject = words("subscription.subject", **values)
        return Message(locale=wish.locale, subject=subject, text=words("subscription.mail", **values))
