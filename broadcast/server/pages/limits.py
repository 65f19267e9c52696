"""Refuse clients that ask too often, and those that guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from broadcast.model.clock import Clock
from broadcast.server.counters import Counters
from broadcast.server.pages.layout import PublicPages
from broadcast.server.pages.rate_limit import Proxies, RateLimit, client_of

if TYPE_CHECKING:
    from aiohttp import web

#: Requests of one client in a minute. A company with hundreds of people on duty may have one address.
_REQUESTS = 600
#: Links of one client in a minute that we did not make.
_GUESSES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimits:
    """The limits of all public pages together."""

    pages: PublicPages
    counters: Counters
    requests: RateLimit
    guesses: RateLimit
    proxies: Proxies = ()

    @classmethod
    def build(cls, pages: PublicPages, counters: Counters, clock: Clock, proxies: Proxies = ()) -> Self:
        """Return limits that have counted nothing."""
        return cls(
            pages=pages,
            counters=counters,
            requests=RateLimit(clock, _REQUESTS),
            guesses=RateLimit(clock, _GUESSES),
            proxies=proxies,
        )

    def refusal(self, request: web.Request, locale: str) -> web.Response | None:
        """Count a request; return the page that refuses it, or None."""
        return None if self.requests.count(self.client(request)) else self._too_many(locale)

    def unknown(self, request: web.Request, locale: str) -> web.Response:
        """Count a link that we did not make; return the page that says so.

        Many wrong links refuse further wrong ones, and no genuine one: behind one address may be many people.
        """
        self.counters.add("unknown_link")
        if not self.guesses.count(self.client(request)):
            return self._too_many(locale)
        return self.pages.trouble("unknown", locale, 404)

    def client(self, request: web.Request) -> str:
        """Return what stands for the client of a request."""
        return client_of(request, self.proxies)

    def _too_many(self, locale: str) -> web.Response:
        self.counters.add("too_many")
        return self.pages.trouble("later", locale, 429, **{"Retry-After": "60"})
