"""The part of an address that identifies a place of publication, without credentials."""

from __future__ import annotations

from urllib.parse import urlsplit

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


def place_of(value: str) -> str:
    """Return a web address without user, password and query; a URL without password; or the value.

    The query of a webhook holds its signature, which is renewed. For this machine the port is left out: a
    proxy, or the sandbox, gets another port at each start.
    """
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return value
    if not (parts.scheme and host):
        return value
    host = "" if host in _THIS_MACHINE else host
    if parts.scheme in {"http", "https"}:
        return f"{host}{parts.path.rstrip('/')}"
    return f"{parts.scheme}://{parts.username or ''}@{host}{parts.path}?{parts.query}#{parts.fragment}"
