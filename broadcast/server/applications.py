"""The two faces: the public one, which a reverse proxy exposes, and the private one for supervisors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from broadcast.model.clock import Clock
from broadcast.server.access_log import AccessLog
from broadcast.server.alerts import AlertsRoute
from broadcast.server.calls import CallsRoute
from broadcast.server.counters import Counters
from broadcast.server.health import HealthRoute
from broadcast.server.hooks import Hooks
from broadcast.server.in_progress import RequestsInProgress
from broadcast.server.metrics import MetricsRoute
from broadcast.server.pages.approve import ApproveRoute
from broadcast.server.pages.confirm import ConfirmRoute
from broadcast.server.pages.feedback import FeedbackRoute
from broadcast.server.pages.hand_over import HandOverRoute
from broadcast.server.pages.subscribe import SubscribeRoute
from broadcast.server.pages.unsubscribe import UnsubscribeRoute
from broadcast.server.requests import MOST

if TYPE_CHECKING:
    from aiohttp import web

#: Nothing that we answer is to be kept, framed or run as a script.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """What the routes need; `alerts`, `metrics`, `calls` and `hand_over` may be missing."""

    hooks: Hooks
    confirm: ConfirmRoute
    approve: ApproveRoute
    unsubscribe: UnsubscribeRoute
    subscribe: SubscribeRoute
    alerts: AlertsRoute | None
    metrics: MetricsRoute | None
    health: HealthRoute
    calls: CallsRoute | None
    hand_over: HandOverRoute | None
    feedback: FeedbackRoute
    counters: Counters
    in_progress: RequestsInProgress
    clock: Clock
    log: IO[str]


def public_application(faces: Faces) -> web.Application:
    """Return the routes for providers and the public."""
    application = _application(faces)
    application.router.add_post("/hooks/{channel}", faces.hooks.answer)
    application.router.add_post("/hooks/{channel}/inbound", faces.hooks.answer)
    application.router.add_get("/c/{token}", faces.confirm.show)
    application.router.add_post("/c/{token}", faces.confirm.answer)
    application.router.add_get("/a/{token}", faces.approve.show)
    application.router.add_post("/a/{token}", faces.approve.answer)
    application.router.add_get("/u/{token}", faces.unsubscribe.show)
    application.router.add_post("/u/{token}", faces.unsubscribe.leave)
    application.router.add_get("/subscribe", faces.subscribe.form)
    application.router.add_post("/subscribe", faces.subscribe.subscribe)
    application.router.add_get("/subscribe/{token}", faces.subscribe.show)
    application.router.add_post("/subscribe/{token}", faces.subscribe.act)
    application.router.add_get("/feedback/{ref}", faces.feedback.form)
    application.router.add_post("/feedback/{ref}", faces.feedback.take)
    application.router.add_get("/healthz", faces.health.answer)
    if faces.calls is not None:
        application.router.add_post("/voice/{step}/{number}", faces.calls.answer)
    if faces.hand_over is not None:
        application.router.add_get("/h/{token}", faces.hand_over.show)
        application.router.add_post("/h/{token}", faces.hand_over.note)
    return application


def private_application(faces: Faces) -> web.Application:
    """Return the routes for supervisors and monitoring."""
    application = _application(faces)
    if faces.alerts is not None:
        application.router.add_post("/alerts", faces.alerts.answer)
    if faces.metrics is not None:
        application.router.add_get("/metrics", faces.metrics.answer)
    application.router.add_get("/healthz", faces.health.answer)
    return application


def _application(faces: Faces) -> web.Application:
    from aiohttp import web

    log = AccessLog(faces.log, faces.clock)

    @web.middleware
    async def counted_and_logged(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        with faces.in_progress:
            return await log(request, handler)

    application = web.Application(middlewares=[counted_and_logged], client_max_size=MOST)
    application.on_response_prepare.append(_add_headers)
    return application


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    del request
    # Instead of the versions of Python and aiohttp.
    response.headers["Server"] = "broadcast"
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
