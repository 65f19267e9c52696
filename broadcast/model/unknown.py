"""What to do with a person of whom nobody can say whether they were told."""

from __future__ import annotations

from enum import StrEnum


class OnUnknown(StrEnum):
    """Try the lane's next channel, leave it to a human, or send again and risk a second copy."""

    OTHER_CHANNEL = "other-channel"
    HOLD = "hold"
    RESEND = "resend"
