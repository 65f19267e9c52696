"""Look up who calls while the greeting is spoken; no answer waits for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from broadcast.crm.caller_lookup import CallerFound, CallerLookup
from broadcast.hotline.callers import LiveCall
from broadcast.hotline.effects import CallerLookedUp
from broadcast.model.mask import mask


class CallerLookups:
    """The look-ups of calls under way, once for each call.

    Without a `lookup` everybody is a stranger.
    """

    def __init__(self, lookup: CallerLookup | None) -> None:
        self._lookup = lookup
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, live: LiveCall) -> None:
        """Give the call what is known of its caller; ask for the rest, for the next step of the call."""
        number = live.caller.number
        if self._lookup is None or not number:
            return
        known = self._lookup.known(number)
        if known is not None:
            _give(live, known)
            return
        task = asyncio.create_task(self._find(self._lookup, live))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def effects(self, live: LiveCall | None) -> tuple[CallerLookedUp, ...]:
        """Return what is to be recorded of the look-up: once, at the first step after it."""
        if live is None or live.found is None or self._lookup is None:
            return ()
        found, live.found = live.found, None
        return (_recorded(self._lookup.source.name, found),)

    async def close(self) -> None:
        """Drop what is under way, and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._lookup:
            await self._lookup.source.close()

    async def _find(self, lookup: CallerLookup, live: LiveCall) -> None:
        _give(live, await lookup.find(live.caller.number))


def _give(live: LiveCall, found: CallerFound) -> None:
    live.found = found
    live.caller = replace(live.caller, context=found.context)


def _recorded(source: str, found: CallerFound) -> CallerLookedUp:
    context = found.context
    looked_up = CallerLookedUp(source=source, result=found.result, ms=round(found.seconds * 1000))
    if context is None:
        return looked_up
    return replace(
        looked_up,
        name=" ".join(map(mask, context.name.split())),
        language=context.locale,
        vip=context.vip,
        order=bool(context.order),
        ticket=bool(context.ticket),
    )
