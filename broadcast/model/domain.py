"""Domain names in ASCII, as IDNA 2008 defines it (ß is not ss)."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

_LONGEST_LABEL = 63
_LONGEST = 253


@lru_cache(maxsize=1024)
def ascii_domain(domain: str) -> str | None:
    """Return `weiß.example` as `xn--wei-7ka.example`; None if no such domain is possible.

    Python's own codec "idna" follows the standard of 2003, which maps weiß.example to weiss.example: a domain
    that may belong to another owner. ASCII stays as it is, but its labels must have a possible length.
    """
    if not domain.isascii():
        import idna

        try:
            return idna.encode(domain, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            return None
    labels = domain.removesuffix(".").split(".")
    possible = len(domain) <= _LONGEST and all(0 < len(label) <= _LONGEST_LABEL for label in labels)
    return domain if possible else None


def ascii_url(url: str) -> str:
    """Return the URL with its host in ASCII; unchanged if it has no host, or an impossible one."""
    if url.isascii():
        return url
    try:
        parts = urlsplit(url)
        spelled = parts.hostname or ""
    except ValueError:
        return url
    host = ascii_domain(spelled)
    if host is None or host == spelled:
        return url
    user, at, place = parts.netloc.rpartition("@")
    _, colon, port = place.partition(":")
    return parts._replace(netloc=f"{user}{at}{host}{colon}{port}").geturl()
