"""Addresses on this machine. It loads no HTTP library, because every command with `--sandbox` asks."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Return whether a web address is on this machine."""
    try:
        place = urlsplit(url)
        name = place.hostname or ""
        return place.scheme in {"http", "https"} and (
            name == "localhost" or ipaddress.ip_address(name).is_loopback
        )
    except ValueError:
        return False
