"""The addresses that a request may go to, for URLs that another person may have chosen (SSRF filter)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias
from urllib.parse import urlsplit

from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError

_Address: TypeAlias = IPv4Address | IPv6Address

# The metadata addresses of Azure and Oracle count as public; those of others are link-local or private.
_METADATA = frozenset({IPv4Address("168.63.129.16"), IPv4Address("192.0.0.192")})
_NAT64 = IPv6Network("64:ff9b::/96")


def is_loopback(host: str) -> bool:
    """Return whether `host`, a name or an address, is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Guard:
    """Admits public addresses, and those in `allowed`."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def allowing(cls, *spelled: str) -> Guard:
        """Return the guard for addresses or networks (`10.0.0.5`, `fd00::/8`); raises ValueError."""
        return cls(tuple(ip_network(one) for one in spelled))

    def admits(self, spelled: str) -> bool:
        """Return whether a connection to this address may be made."""
        address = ip_address(spelled.partition("%")[0])
        return all(self._admits(each) for each in (address, *_carried(address)))

    def _admits(self, address: _Address) -> bool:
        if any(address in network for network in self.allowed):
            return True
        odd = address.is_multicast or address.is_reserved or address in _METADATA
        # An address that embeds another one is judged by the embedded one.
        return (address.is_global and not odd) or any(_carried(address))


def guard_for(settings: ChannelSettings, key: str, url: str) -> Guard:
    """Return the guard for a channel that connects to `url`, the value of `key`: see its allow_private.

    Raises:
        ConfigError: allow_private is no list of addresses, or `url` leads to an address that is not in it.
    """
    guard = _allowed(settings)
    host = urlsplit(url).hostname or ""
    if is_address(host) and not guard.admits(host):
        raise ConfigError(
            f"{settings.place(key)}: {key} leads to {host}, which is not a public address",
            hint=f'if that is meant, write allow_private = ["{host}"]',
        )
    return guard


def _allowed(settings: ChannelSettings) -> Guard:
    listed = settings.options.get("allow_private", [])
    try:
        if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
            return Guard.allowing(*listed)
    except ValueError:
        pass
    raise ConfigError(
        f"{settings.place('allow_private')}: allow_private must be a list of addresses or networks",
        hint='write allow_private = ["10.0.0.5", "192.168.7.0/24"]',
    )


def is_address(host: str) -> bool:
    """Return whether `host` is an address and not a name."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _carried(address: _Address) -> Iterator[IPv4Address]:
    """Yield the IPv4 addresses that an IPv6 address embeds."""
    if isinstance(address, IPv4Address):
        return
    if address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFF_FFFF)
    for found in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())):
        if found is not None:
            yield found
