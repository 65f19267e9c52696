"""Settings for the sandbox: no account, no real address, and a separate ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from broadcast.config.secret import Reference
from broadcast.config.settings import ChannelSettings, Settings

if TYPE_CHECKING:
    from broadcast.sandbox.daemon import SandboxAddress

SITE = "site"  # the folder of the rehearsal's status page, inside the sandbox's folder
_NOWHERE = "https://sandbox.invalid"
_TWILIO = ("twilio", {"account_sid": "AC" + "5a" * 16, "auth_token": "sandbox"})
#: By adapter: the provider's path, and substitutes for its secrets; `{place}` is the sandbox's host and port.
_PROVIDERS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "twilio-sms": _TWILIO,
    "twilio-voice": _TWILIO,
    "sendgrid": ("sendgrid", {"api_key": "sandbox"}),
    "outlook": (
        "outlook/v1.0",
        {
            "tenant": "sandbox",
            "client_id": "sandbox",
            "client_secret": "sandbox",
            "token_url": "http://{place}/entra/sandbox/oauth2/v2.0/token",
        },
    ),
    "x": (
        "x",
        {
            "consumer_key": "sandbox",
            "consumer_secret": "sandbox",
            "access_token": "sandbox",
            "access_token_secret": "sandbox",
        },
    ),
    "mastodon": ("mastodon", {"access_token": "sandbox"}),
    "bluesky": ("bluesky", {"identifier": "sandbox.bsky.example", "password": "sandbox"}),
    "statuspage": ("statuspage/v1", {"api_key": "sandbox", "page_id": "sandbox"}),
    "slack": ("slack/api", {"token": "sandbox"}),
    "slack-webhook": ("slack", {"webhook_url": f"{_NOWHERE}/services/T0SANDBOX/B0SANDBOX/sandbox"}),
    "webhook": (
        "webhook",
        {"webhook_url": f"{_NOWHERE}/sandbox", "secret": "sandbox", "allow_private": ["127.0.0.1"]},
    ),
    "teams": (
        "teams",
        {"webhook_url": f"{_NOWHERE}/workflows/sandbox/triggers/manual/paths/invoke?sig=sandbox"},
    ),
    "matrix": ("matrix", {"access_token": "sandbox"}),
    "apprise": ("apprise", {"apprise_url": "json://{place}/apprise"}),
    "zendesk": ("zendesk", {"subdomain": "sandbox", "email": "sandbox@example.org", "token": "sandbox"}),
}
#: The sandbox's own vendor, which replaces the described one.
_GATEWAY: dict[str, object] = {
    "api_key": "sandbox",
    "headers": {"Authorization": "Bearer {api_key}"},
    "send": {
        "path": "/messages",
        "json": {"to": "{to}", "from": "{from}", "text": "{text}", "reference": "{key}"},
        "id": "messages.0.id",
        "code": "error.code",
        "recipient": ["invalid_number", "opted_out"],
        "message": ["no_text"],
    },
    "find": {"path": "/messages?to={to}", "items": "messages", "key": "reference", "id": "id"},
    "probe": "/balance",
}
_SETTLE = 1.0


def sandbox_folder(settings: Settings) -> Path:
    """Return the folder for all data of rehearsals, beside the configuration."""
    return settings.folder / ".sandbox"


def sandbox_ledger(settings: Settings) -> Path:
    """Return the ledger of rehearsals."""
    return sandbox_folder(settings) / "broadcast.db"


def in_sandbox(settings: Settings, address: SandboxAddress) -> Settings:
    """Return the settings with every channel connected to the sandbox; unknown providers are left out."""
    folder = sandbox_folder(settings)
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
        ledger=sandbox_ledger(settings),
        channels=MappingProxyType(channels),
        audiences=MappingProxyType(audiences),
        warnings=(*settings.warnings, *left_out),
    )


def _turned(channel: ChannelSettings, address: SandboxAddress, folder: Path) -> ChannelSettings | None:
    if channel.adapter == "smtp":
        kept = {key: value for key, value in _plain(channel).items() if key not in {"username", "password"}}
        options = {**kept, "host": "127.0.0.1", "port": address.smtp_port, "tls": "none"}
        return replace(channel, options=options, settle=_SETTLE)
    if channel.adapter == "site":
        return replace(channel, options={**_plain(channel), "path": str(folder / SITE)})
    if channel.adapter == "sms-gateway":
        return replace(
            channel,
            base_url=f"{address.url}/gateway",
            options=_gateway(channel),
            ca_file=None,
            settle=_SETTLE,
        )
    if channel.adapter not in _PROVIDERS:
        return None
    path, credentials = _PROVIDERS[channel.adapter]
    place = urlsplit(address.url).netloc
    filled = {
        key: value.replace("{place}", place) if isinstance(value, str) else value
        for key, value in credentials.items()
    }
    options = {**_plain(channel), **filled}
    return replace(channel, base_url=f"{address.url}/{path}", options=options, ca_file=None, settle=_SETTLE)


def _gateway(channel: ChannelSettings) -> dict[str, object]:
    """Return the requests for the sandbox's vendor; with a look-up only if the real one has it."""
    own = {key: value for key, value in _plain(channel).items() if key in {"from", "plus"}}
    left_out = set() if "find" in channel.options else {"find"}
    return {
        "from": "Sandbox",
        **own,
        **{key: value for key, value in _GATEWAY.items() if key not in left_out},
    }


def _plain(channel: ChannelSettings) -> dict[str, object]:
    """Return the options that are not secrets; sender addresses that are references are replaced."""
    return {
        key: _STAND_INS.get(key, "sandbox") if isinstance(value, Reference) else value
        for key, value in channel.options.items()
    }


_STAND_INS = {
    "from": "+4930000000",
    "reply_to": "sandbox@example.org",
    "from_name": "Sandbox",
    "channel": "C0SANDBOX0",
    "room": "!sandbox:sandbox",
}
