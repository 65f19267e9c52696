"""The proxy from the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, without the hosts in `NO_PROXY`.

Lower case wins over upper case, as in curl. A value without a scheme is an HTTP proxy. SOCKS is not
supported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from urllib.parse import urlsplit

from broadcast.channels.address_guard import is_loopback

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy. `url` may hold a password, `shown` is host and port; `problem` says why it cannot be used."""

    url: str = field(repr=False)
    shown: str = ""
    problem: str = ""


def proxy_for(url: str) -> Proxy | None:
    """Return the proxy for a request to `url`; None for a direct connection."""
    parts = urlsplit(url)
    return _for_host(parts.scheme, parts.hostname or "")


@cache
def _for_host(scheme: str, host: str) -> Proxy | None:
    if is_loopback(host):
        return None
    from urllib.request import getproxies, proxy_bypass

    proxies = getproxies()
    given = proxies.get(scheme) or proxies.get("all")
    return None if not given or proxy_bypass(host) else read_proxy(given)


def read_proxy(given: str) -> Proxy:
    """Return the proxy in the value of a variable."""
    spelled = given.strip()
    url = spelled if "://" in spelled else f"http://{spelled}"
    try:
        parts = urlsplit(url)
        shown = f"{parts.hostname or ''}:{parts.port or _DEFAULT_PORTS.get(parts.scheme, '')}".rstrip(":")
    except ValueError:  # a port that is not a number, a bracket that is not closed
        return Proxy("", "", "the proxy variable is not an address; write HTTPS_PROXY=http://host:port")
    if parts.scheme.startswith("socks"):
        return Proxy("", shown, f"the proxy {shown} is a SOCKS proxy; name an HTTP proxy in HTTPS_PROXY")
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return Proxy("", shown, "the proxy variable is not an address; write HTTPS_PROXY=http://host:port")
    return Proxy(url, shown)


def refusal(proxy: Proxy, status: int) -> str:
    """Return the meaning of a proxy's answer `status` to CONNECT."""
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return (
            f"the proxy {proxy.shown} wants a user name and password (407); "
            "write HTTPS_PROXY=http://user:password@host:port"
        )
    return f"the proxy {proxy.shown} refused the connection ({status})"
