"""The part of an address that says where something is published, without what only opens the door."""

from __future__ import annotations

from urllib.parse import urlsplit

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


def place_of(value: str) -> str:
    """A web address without user, password and query; other URLs without password, other values as they are.

    The query of a webhook holds its signature, which is renewed. This machine has no name: a proxy there, or
    the sandbox, takes another port each time that it is started.
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
