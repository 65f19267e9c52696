"""What to do with messages whose outcome is unknown, and what a person found out about them."""

from __future__ import annotations

from enum import StrEnum


class OnUnknown(StrEnum):
    """What to do: try the lane's next channel, wait for a person, or send again and risk a second copy."""

    OTHER_CHANNEL = "other-channel"
    HOLD = "hold"
    RESEND = "resend"


class UnknownFinding(StrEnum):
    """What a person saw at the provider: it accepted the message, delivered it, or does not have it."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    NOT_SENT = "not-sent"
