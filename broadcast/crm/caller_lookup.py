"""Look a caller up once, within a second, and never at the cost of the call.

Whatever fails, the caller is a stranger. A source that fails is left alone for a while, and an answer is
remembered for some minutes, for a caller who calls again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from broadcast.channels.base import LookupFailed
from broadcast.channels.circuit import Circuit
from broadcast.model.caller_context import CallerContext
from broadcast.model.clock import Clock

#: So long an answer is remembered, in seconds; so many answers at the most.
_KEPT, _MOST_KEPT = 300.0, 5_000
#: Requests at one time; more wait for their turn within their second.
_AT_ONCE = 20


class LookupResult(StrEnum):
    """What came of a look-up."""

    FOUND = "found"
    NOBODY = "nobody"  # the source does not know the number
    LATE = "late"
    FAILED = "failed"
    LEFT_ALONE = "left-alone"  # it failed before, and is not asked for a while


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerFound:
    """The result of one look-up.

    Attributes:
        result: What came of it.
        seconds: How long it took.
        context: What is known; None for a stranger.
        reason: Why it failed, without secrets and numbers.
    """

    result: LookupResult
    seconds: float = 0.0
    reason: str = ""
    context: CallerContext | None = field(default=None, repr=False)


class CallerSource(Protocol):
    """Where callers are looked up."""

    name: str
    #: Seconds that a look-up may take.
    timeout: float

    def refresh(self) -> str:
        """Read again what is kept in memory, if it has changed; return what went wrong, or ""."""
        ...

    def known(self, number: str) -> CallerContext | None:
        """Return what is in memory."""
        ...

    async def find(self, number: str) -> CallerContext | None:
        """Return what is known of a number; None if it is unknown. Raises `LookupFailed`."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class CallerLookup:
    """Looks callers up in `source`.

    Example:
        >>> lookup.known("+4915112345678")  # at once, from memory
        >>> (await lookup.find("+4915112345678")).context  # within a second
        CallerContext(locale='de', vip=True)
    """

    def __init__(self, source: CallerSource, clock: Clock) -> None:
        self.source = source
        self._clock = clock
        self._circuit = Circuit()
        self._turn = asyncio.Semaphore(_AT_ONCE)
        self._kept: OrderedDict[str, tuple[float, CallerFound]] = OrderedDict()

    def known(self, number: str) -> CallerFound | None:
        """Return what is known without asking; None if it has to be looked up."""
        at_hand = self.source.known(number)
        if at_hand is not None:
            return CallerFound(result=LookupResult.FOUND, context=at_hand)
        until, found = self._kept.get(number, (0.0, None))
        return found if until > self._clock.monotonic() else None

    async def find(self, number: str) -> CallerFound:
        """Look the number up; raises nothing, and takes no longer than the time limit."""
        began = self._clock.monotonic()
        if not self._circuit.allows(began):
            return CallerFound(result=LookupResult.LEFT_ALONE)
        try:
            async with asyncio.timeout(self.source.timeout), self._turn:
                context = await self.source.find(number)
        except TimeoutError:
            return self._failed(LookupResult.LATE, began)
        except LookupFailed as error:
            return self._failed(LookupResult.FAILED, began, str(error))
        self._circuit.answered()
        result = LookupResult.FOUND if context else LookupResult.NOBODY
        return self._keep(number, CallerFound(result=result, seconds=self._since(began), context=context))

    def _failed(self, result: LookupResult, began: float, reason: str = "") -> CallerFound:
        self._circuit.failed(self._clock.monotonic())
        return CallerFound(result=result, seconds=self._since(began), reason=reason)

    def _keep(self, number: str, found: CallerFound) -> CallerFound:
        self._kept[number] = (self._clock.monotonic() + _KEPT, found)
        self._kept.move_to_end(number)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    def _since(self, began: float) -> float:
        return self._clock.monotonic() - began
