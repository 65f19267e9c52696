"""`GET /healthz`: 200 while the event loop and the ledger work, else 503; no details for strangers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from broadcast.server.ledger_writer import LedgerWriter

if TYPE_CHECKING:
    from aiohttp import web

_PATIENCE = 5.0  # seconds for the ledger to answer


@dataclass(frozen=True, slots=True)
class HealthRoute:
    """The route, and the check that systemd's watchdog waits for."""

    writer: LedgerWriter

    async def answer(self, request: web.Request) -> web.Response:
        """Answer 200 or 503."""
        from aiohttp import web

        del request
        works = await self.works()
        return web.json_response({"status": "ok" if works else "failing"}, status=200 if works else 503)

    async def works(self) -> bool:
        """Return whether the ledger answers in time."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.writer.call(lambda ledger: ledger.history.breakers())
        except Exception:  # noqa: BLE001 - whatever it is, it does not work
            return False
        return True
