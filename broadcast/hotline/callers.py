"""What a caller's number tells, and what this process remembers of calls that are under way.

All of it may be lost: the ledger knows it, too, and a call goes on without it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from broadcast.crm.caller_lookup import CallerFound
from broadcast.hotline.caller import Caller

#: So many calls are remembered; the one that was seen first is forgotten for a new one.
_MOST_CALLS = 5_000


@dataclass(slots=True, kw_only=True)
class LiveCall:
    """A call under way.

    Attributes:
        caller: Who calls.
        asked_at: When the caller first needed a person; None if they have not.
        rung: The ids of the agents who were rung, in order.
        agent: The id of the agent who accepted the call; "" if nobody has.
        ended: Whether the caller has hung up.
        reached: Whether the customer of a call-back pressed 1.
        found: What a look-up of the caller came to, until it is recorded; None if there is nothing new.
    """

    caller: Caller
    asked_at: datetime | None = None
    rung: list[str] = field(default_factory=list)
    agent: str = ""
    ended: bool = False
    reached: bool = False
    found: CallerFound | None = None


class LiveCalls:
    """The calls under way that this process has seen, by their id."""

    def __init__(self) -> None:
        self._calls: OrderedDict[str, LiveCall] = OrderedDict()

    def __len__(self) -> int:
        return sum(not call.ended for call in self._calls.values())

    def get(self, call: str) -> LiveCall | None:
        """Return the call; None if this process has not seen it."""
        return self._calls.get(call)

    def put(self, call: str, live: LiveCall) -> LiveCall:
        """Remember a call."""
        self._calls[call] = live
        if len(self._calls) > _MOST_CALLS:
            self._calls.popitem(last=False)
        return live
