"""E-mail addresses that every mail server accepts."""

from __future__ import annotations

import re

from broadcast.contacts.address import Unusable
from broadcast.model.domain import ascii_domain

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_NAMED = re.compile(r"[^<>@]*<([^<>]+)>")
_LONGEST_LOCAL = 64
_LONGEST = 254
_WRITE = "write it like anna@firma.de"


def read_email(text: str) -> str:
    """Return the address in `text`, its domain in lower case and ASCII; raises `Unusable` otherwise."""
    spelled = text.strip()
    named = _NAMED.fullmatch(spelled)
    spelled = (named[1] if named else spelled).removeprefix("mailto:").strip()
    if spelled.count("@") > 1:
        raise Unusable("holds several addresses", "give one address in a cell")
    local, _, domain = spelled.rpartition("@")
    if not local.isascii():
        raise Unusable("has letters before the @ that mail servers do not take", _WRITE)
    address = f"{local}@{_ascii_domain(domain)}"
    if not _LOCAL.fullmatch(local) or len(local) > _LONGEST_LOCAL or len(address) > _LONGEST:
        raise Unusable("is not an e-mail address", _WRITE)
    return address


def _ascii_domain(domain: str) -> str:
    """Return `müller.de` as `xn--mller-kva.de`."""
    spelled = ascii_domain(domain.lower())
    if spelled is None and not domain.isascii():
        raise Unusable("has an impossible domain", _WRITE)
    if spelled is None or not _DOMAIN.fullmatch(spelled):
        raise Unusable("is not an e-mail address", _WRITE)
    return spelled
