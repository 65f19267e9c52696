"""For how long a provider may go on trying to deliver a text."""

from __future__ import annotations

from datetime import datetime

from broadcast.config.settings import ChannelSettings
from broadcast.model.moments import elapsed
from broadcast.model.outgoing import Outgoing

#: Seconds; what providers do by themselves, ten hours to three days, is far too late for an outage.
USUAL = 3600


def seconds_valid(outgoing: Outgoing, settings: ChannelSettings, now: datetime, longest: int) -> int:
    """Return for how many seconds the provider may try: until the text expires, or as `validity` says.

    The end of an incident never expires: without a `validity` in the configuration, it has the `longest` time
    that the provider takes. At least one second is asked for: providers refuse 0, or take it for their own
    default.
    """
    given = settings.options.get("validity")
    if outgoing.expires_at is None:
        return given if isinstance(given, int) else longest
    most = given if isinstance(given, int) else USUAL
    return max(1, min(most, int(elapsed(now, outgoing.expires_at).total_seconds())))
