"""How often one client may ask for pages, and guess at tokens."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from broadcast.model.clock import Clock

if TYPE_CHECKING:
    from aiohttp import web

#: Networks of reverse proxies whose `X-Forwarded-For` is believed.
Proxies: TypeAlias = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

_MINUTE = 60.0  # seconds
#: So many clients are remembered; the one that was seen first is forgotten for a new one.
_CLIENTS = 10_000


@dataclass(slots=True)
class RateLimit:
    """Counts what a client does in a minute.

    Example:
        >>> limit = RateLimit(clock, most=30)
        >>> limit.count(client_of(request))
        True
    """

    clock: Clock
    most: int
    _counts: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict, repr=False)

    def count(self, client: str) -> bool:
        """Count one more; return whether the client is within the limit."""
        since, count = self._standing(client)
        self._counts[client] = (since, count + 1)
        if len(self._counts) > _CLIENTS:
            self._counts.popitem(last=False)
        return count < self.most

    def _standing(self, client: str) -> tuple[float, int]:
        now = self.clock.monotonic()
        since, count = self._counts.get(client, (now, 0))
        return (now, 0) if now - since >= _MINUTE else (since, count)


def client_of(request: web.Request, proxies: Proxies = ()) -> str:
    """Return what stands for the client: its address, or the network of an IPv6 address.

    A reverse proxy on this machine, or in one of the networks `proxies`, adds the address that it saw to
    `X-Forwarded-For`. From anywhere else, the header is what the client likes to say.
    """
    peer = request.remote or ""
    if not peer or _is_proxy(peer, proxies):
        peer = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or peer
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _is_proxy(peer: str, proxies: Proxies) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return address.is_loopback or any(address in network for network in proxies)
