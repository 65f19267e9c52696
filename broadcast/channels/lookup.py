"""What every look-up at a provider shares: how far back it must see, and what it may conclude."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from broadcast.channels.answers import text_of
from broadcast.channels.transport import Answer, NoReply
from broadcast.model.outcome import Unknown
from broadcast.model.outgoing import Attempted

# The provider's clock and ours may differ; texts carry the incident's mark, so a wide window is harmless.
_CLOCK_SKEW = timedelta(seconds=120)
_NEVER = datetime.max.replace(tzinfo=UTC)


def since(attempt: Attempted) -> datetime:
    """The earliest moment at which the provider may have taken it."""
    return attempt.started_at - _CLOCK_SKEW


def moment(document: Mapping[str, object], key: str) -> datetime:
    """The time under `key`, ISO 8601 or RFC 2822; the end of time where there is none."""
    text = text_of(document, key)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(text)
        except (ValueError, OverflowError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return _NEVER


def is_complete(listed: Iterable[Mapping[str, object]], page: int, key: str, earliest: datetime) -> bool:
    """Whether a list, newest first and cut off after `page`, holds everything since `earliest`."""
    moments = [moment(one, key) for one in listed]
    return len(moments) < page or min(moments, default=_NEVER) < earliest


def unfound(answer: Answer) -> Unknown:
    """A look-up that could not be made proves nothing."""
    reason = answer.reason if isinstance(answer, NoReply) else f"HTTP {answer.status}"
    return Unknown(f"look-up failed: {reason}")
