"""Settings for the sandbox: no account, no real address, and a separate ledger."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from broadcast.config.secret import Reference
from broadcast.config.settings import ChannelSettings, HotlineSettings, Settings
from broadcast.sandbox import providers
from broadcast.sandbox.serving import serving_note

if TYPE_CHECKING:
    from broadcast.sandbox.daemon import SandboxAddress

SITE = "site"  # the folder of the rehearsal's status page, inside the sandbox's folder
_LOOKUP_DELAY = 1.0
_PLACEHOLDERS = {"from": "+4930000000", "reply_to": "sandbox@example.org", "from_name": "Sandbox"}


def sandbox_folder(settings: Settings) -> Path:
    """Return the folder for all data of rehearsals, beside the configuration."""
    return settings.folder / ".sandbox"


def sandbox_ledger(settings: Settings) -> Path:
    """Return the ledger of rehearsals."""
    return sandbox_folder(settings) / "broadcast.db"


def in_sandbox(settings: Settings, address: SandboxAddress) -> Settings:
    """Return the settings with every channel connected to the sandbox; unknown providers are left out."""
    folder = sandbox_folder(settings)
    note = serving_note(folder)
    channels, left_out = {}, []
    for name, channel in settings.channels.items():
        turned = _turned(channel, address, folder)
        if turned is None:
            left_out.append(f"the sandbox does not play {channel.adapter}: channel {name} is left out")
        else:
            channels[name] = turned
    audiences = {
        name: replace(
            audience,
            lanes=tuple(tuple(n for n in lane if n in channels) for lane in audience.lanes),
        )
        for name, audience in settings.audiences.items()
    }
    return replace(
        settings,
        sandbox=True,
        serve=replace(settings.serve, url=note.url) if note else settings.serve,
        ledger=sandbox_ledger(settings),
        channels=MappingProxyType(channels),
        audiences=MappingProxyType(audiences),
        calls=_rehearsed(settings.calls, channels, folder),
        ai=None,
        warnings=(*settings.warnings, *left_out),
    )


def _rehearsed(
    calls: HotlineSettings | None, channels: Collection[str], folder: Path
) -> HotlineSettings | None:
    """Return the hotline as a rehearsal has it.

    Its static document lies with the rehearsal: the real one is played to real callers. A service that the
    sandbox does not play is left out, so that no rehearsal asks the real one.
    """
    if calls is None:
        return None
    fallback = calls.fallback and folder / calls.fallback.name
    played = calls.crm and (calls.crm.contacts or calls.crm.channel in channels)
    return replace(calls, fallback=fallback, crm=calls.crm if played else None)


def _turned(channel: ChannelSettings, address: SandboxAddress, folder: Path) -> ChannelSettings | None:
    if channel.adapter == "smtp":
        kept = {
            key: value for key, value in _plain(channel, {}).items() if key not in {"username", "password"}
        }
        options = {**kept, "host": "127.0.0.1", "port": address.smtp_port, "tls": "none"}
        return replace(channel, options=options, lookup_delay=_lookup_delay(channel))
    if channel.adapter == "site":
        return replace(channel, options={**_plain(channel, {}), "path": str(folder / SITE)})
    account = providers.account(channel.adapter)
    if account is None:
        return None
    options = account.fill(_plain(channel, account.placeholders), urlsplit(address.url).netloc)
    url = f"{address.url}/{account.path}"
    return replace(channel, base_url=url, options=options, ca_file=None, lookup_delay=_lookup_delay(channel))


def _lookup_delay(channel: ChannelSettings) -> float:
    """Return a short one: the sandbox shows at once what it has."""
    return _LOOKUP_DELAY if channel.lookup_delay is None else min(channel.lookup_delay, _LOOKUP_DELAY)


def _plain(channel: ChannelSettings, placeholders: Mapping[str, str]) -> dict[str, object]:
    """Return the options that are not secrets; those given as references have a placeholder."""
    known = {**_PLACEHOLDERS, **placeholders}
    return {
        key: known.get(key, "sandbox") if isinstance(value, Reference) else value
        for key, value in channel.options.items()
    }
