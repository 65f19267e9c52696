"""What to do with messages whose outcome is unknown, and what a person found out about them."""

from __future__ import annotations

from enum import StrEnum


class OnUnknown(StrEnum):
    """Try the lane's next channel, leave it to a human, or send again and risk a second copy."""

    OTHER_CHANNEL = "other-channel"
    HOLD = "hold"
    RESEND = "resend"


class Finding(StrEnum):
    """What somebody saw at the provider: it took the message, delivered it, or has nothing of it."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    NOT_SENT = "not-sent"
