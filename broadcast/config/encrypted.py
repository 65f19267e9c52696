"""Addresses to which nothing may be sent that others could read."""

from __future__ import annotations

from urllib.parse import urlsplit

from broadcast.config import shapes
from broadcast.config.problems import Wrong

_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def encrypted(value: object) -> str:
    """Read an https address without credentials; http is for this machine alone."""
    spelled = shapes.endpoint(value)
    parts = urlsplit(spelled)
    if parts.scheme == "https" or parts.hostname in _THIS_MACHINE:
        return spelled
    raise Wrong("is not https, so that anybody on the line could read what is sent", "write https://")
