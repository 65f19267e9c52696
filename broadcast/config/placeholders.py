"""Values that a live configuration must not have: those that `init` writes, and others that lead nowhere.

Domains of RFC 2606 and RFC 6761 (`.example`, `example.com`) and phone numbers that regulators reserve for
films and examples have no owner. A customer who calls or writes there reaches no one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from broadcast.config.settings import ChannelSettings, Settings

_DOMAIN = re.compile(r"(.+\.)?(example|test|invalid|example\.(com|net|org|edu))", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@]*@)?(?P<host>[^/?#@:]+)", re.IGNORECASE)
# Bundesnetzagentur, numbers for films: https://www.bundesnetzagentur.de, "Rufnummern für Medienproduktionen".
# Ofcom, numbers for drama: https://www.ofcom.org.uk. NANPA: 555-0100 to 555-0199. Read 2026-11-29.
_NUMBER = re.compile(
    r"\+?(?:4930231250\d{0,3}|49406696\d{4}|491713920\d{3}|447700900\d{3}|442079460\d{3}|1\d{3}55501\d\d)"
)
_SPACING = str.maketrans("", "", " -/().")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A value that leads nowhere: `key` is dotted (`broadcast.hotline`), `place` is its line."""

    key: str
    value: str
    place: str


def placeholders(settings: Settings) -> Iterator[Placeholder]:
    """Yield every address and number in the configuration that has no owner."""
    for key, value in _values(settings):
        if is_placeholder(value):
            yield Placeholder(key, value, settings.origins.get(key, str(settings.path or "")))


def is_placeholder(value: str) -> bool:
    """Return whether a web address, mailbox, host or phone number is reserved for examples."""
    host = _HOST.match(value.strip())
    domain = host["host"].rstrip(".") if host else ""
    reserved = "." in domain and _DOMAIN.fullmatch(domain)
    return bool(reserved or _NUMBER.fullmatch(value.translate(_SPACING)))


def _values(settings: Settings) -> Iterator[tuple[str, str]]:
    general = {"status_url": settings.status_url, "hotline": settings.hotline}
    yield from ((f"broadcast.{name}", value) for name, value in general.items() if value)
    for name, texts in (("imprint_url", settings.imprint_url), ("privacy_url", settings.privacy_url)):
        yield from ((f"broadcast.{name}.{locale}".rstrip("."), value) for locale, value in texts)
    for name, contact_point in settings.alternatives.items():
        yield f"alternatives.{name}.value", contact_point.value
    for name, channel in settings.channels.items():
        yield from _of_channel(f"channels.{name}", channel)


def _of_channel(prefix: str, channel: ChannelSettings) -> Iterator[tuple[str, str]]:
    if channel.base_url:
        yield f"{prefix}.base_url", channel.base_url
    for key, value in channel.options.items():
        yield from _texts(f"{prefix}.{key}", value)


def _texts(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield the plain texts in an option; secrets are references and are not read."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(f"{key}.{name}", inner)
