"""`GET /healthz`: 200 while event loop, ledger and clock work, else 503; no details for strangers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from broadcast.server.ledger_writer import LedgerWriter

if TYPE_CHECKING:
    from aiohttp import web

_PATIENCE = 5.0  # seconds for the ledger to answer


@dataclass(frozen=True, slots=True)
class HealthRoute:
    """The route, and the check that systemd's watchdog waits for; `clock_works` says whether rounds go on."""

    writer: LedgerWriter
    clock_works: Callable[[], bool]

    async def answer(self, request: web.Request) -> web.Response:
        """Answer 200 or 503."""
        from aiohttp import web

        del request
        works = await self.works()
        return web.json_response({"status": "ok" if works else "failing"}, status=200 if works else 503)

    async def works(self) -> bool:
        """Return whether the ledger answers in time, and the clock does not hang."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.writer.call(lambda ledger: ledger.history.breakers())
        except Exception:  # noqa: BLE001 - whatever it is, it does not work
            return False
        return self.clock_works()
