"""`/u/{token}`: a mailbox gets no more notices. GET shows a button; POST acts, also for mail programs.

Mail programs post `List-Unsubscribe=One-Click` without a cookie and follow no redirect
(https://www.rfc-editor.org/rfc/rfc8058, 2026-11-29).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from broadcast.errors import LedgerError
from broadcast.inbound.links import unsubscription
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import Clock
from broadcast.server.ledger_writer import LedgerWriter
from broadcast.server.pages.layout import PublicPages
from broadcast.server.pages.limits import PageLimits
from broadcast.server.requests import BodyTooLarge, read_body

if TYPE_CHECKING:
    from aiohttp import web

_MOST = 4096  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeRoute:
    """The route's parts."""

    writer: LedgerWriter
    clock: Clock
    pages: PublicPages
    limits: PageLimits

    async def show(self, request: web.Request) -> web.Response:
        """Show a button; nothing changes."""
        return await self._answer(request, act=False)

    async def leave(self, request: web.Request) -> web.Response:
        """Suppress the mailbox, whatever the body says."""
        try:
            await read_body(request, _MOST)
        except BodyTooLarge:
            return self.pages.trouble("unclear", self.pages.accepted(request), 413)
        return await self._answer(request, act=True)

    async def _answer(self, request: web.Request, *, act: bool) -> web.Response:
        locale = self.pages.accepted(request)
        refused = self.limits.refusal(request, locale)
        if refused is not None:
            return refused
        token, now = request.match_info["token"], self.clock.now()

        def read(ledger: Ledger) -> tuple[bool, bool]:
            """Return whether the link is ours, and whether its address is subscribed."""
            found = unsubscription(ledger, token, now)
            if found is not None and act:
                ledger.suppressions.add([found])
            return found is not None, bool(found and ledger.subscriptions.of(found.digest).subscribers)

        try:
            known, subscribed = await self.writer.call(read)
        except LedgerError:
            return self.pages.trouble("later", locale, 503, **{"Retry-After": "60"})
        if not known:
            return self.limits.unknown(request, locale)
        words = self.pages.words(locale)
        if act:
            heading, text = words("unsubscribe.done"), words("unsubscribe.done_text")
            return self.pages.response("message", locale, heading=heading, texts=(text,), done=True)
        heading, text = words("unsubscribe.heading"), words("unsubscribe.text")
        change = f"/subscribe/{token}" if subscribed else ""
        return self.pages.response("unsubscribe", locale, heading=heading, texts=(text,), change=change)
