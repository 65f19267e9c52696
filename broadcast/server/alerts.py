"""`POST /alerts`: a monitoring system says what is wrong; the answer is a draft, and nothing is sent."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from broadcast.config.settings import Settings
from broadcast.errors import BroadcastError, LedgerError
from broadcast.jobs import make_alert_drafts
from broadcast.model.clock import Clock
from broadcast.monitoring.alert_payload import UnreadableAlerts, read_alerts
from broadcast.server.access_log import report
from broadcast.server.counters import Counters
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.requests import BodyTooLarge, read_body
from broadcast.wiring import open_ledger

if TYPE_CHECKING:
    from aiohttp import web

_BEARER = "bearer "
#: Seconds that the answer waits for the draft. What takes longer goes on, or the clock's next round does it.
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsRoute:
    """The route. `draft` brings the drafts up to date; it never raises."""

    token: str
    writer: LedgerWriter
    clock: Clock
    counters: Counters
    draft: Callable[[], Awaitable[None]]

    async def answer(self, request: web.Request) -> web.Response:
        """Record what is said, then answer 200: what is recorded is drafted, also after a crash."""
        from aiohttp import web

        refusal = self._refusal(request.headers.get("Authorization", ""))
        if refusal:
            self.counters.add("alerts_refused", str(refusal))
            headers = {"WWW-Authenticate": "Bearer"} if refusal == web.HTTPUnauthorized.status_code else {}
            return web.Response(status=refusal, headers=headers)
        try:
            groups = read_alerts(await read_body(request))
            now = self.clock.now()
            await self.writer.call(lambda ledger: ledger.alerts.record(groups, now))
        except BodyTooLarge:
            self.counters.add("alerts_refused", "too_large")
            return web.Response(status=413)
        except UnreadableAlerts as error:
            self.counters.add("alerts_refused", error.problem)
            return web.json_response({"error": f"not understood: {error.problem}"}, status=400)
        except LedgerError:
            self.counters.add("alerts_refused", "not_recorded")
            return web.Response(status=503, headers={"Retry-After": "5"})
        self.counters.add("alerts", count=len(groups))
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self.draft()
        return web.json_response({"status": "ok"})

    def _refusal(self, authorization: str) -> int:
        """Return the status for a request without the token, 0 for one with it."""
        if authorization[: len(_BEARER)].lower() != _BEARER:
            return 401
        said = authorization[len(_BEARER) :].strip()
        # As bytes: a header may hold what is no ASCII, which `compare_digest` refuses in texts.
        same = hmac.compare_digest(said.encode(errors="surrogateescape"), self.token.encode())
        return 0 if same else 403


def alerts_route(
    settings: Settings, log: IO[str], writer: LedgerWriter, clock: Clock, counters: Counters
) -> AlertsRoute | None:
    """Return the route for monitoring systems; None without a token. Raises `ConfigError`."""
    if settings.serve.alerts_token is None:
        return None
    token = settings.serve.alerts_token.resolve("[serve] alerts_token")

    async def draft() -> None:
        await asyncio.shield(asyncio.to_thread(_draft_alerts, settings, log))

    return AlertsRoute(token=token, writer=writer, clock=clock, counters=counters, draft=draft)


def _draft_alerts(settings: Settings, log: IO[str]) -> None:
    """Bring the drafts about alerts up to date, in a thread with its own connection."""
    try:
        with closing(open_ledger(settings)) as ledger:
            for line in make_alert_drafts(settings, ledger).draft():
                report(log, f"alerts: {line}")
    except BroadcastError as error:
        report(log, f"alerts: {error}; hint: {error.hint or 'it is tried again'}")
    except Exception as error:  # noqa: BLE001 - the alerts are recorded; the clock's next round tries again
        report(log, f"unforeseen {type(error).__name__} while drafting alerts: {error}")
