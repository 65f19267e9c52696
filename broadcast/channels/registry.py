"""Adapters by name. An adapter is imported only when a channel needs it.

Other packages add adapters through the entry point group `broadcast.adapters`: `name =
"package.module:Class"`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from broadcast.channels.base import Adapter, Configurable
from broadcast.channels.clock_skew import ClockSkew
from broadcast.channels.options import Shapes, resolved, shaped, wrong_options
from broadcast.channels.place import place_of
from broadcast.channels.transport import Transport
from broadcast.config.settings import ChannelSettings
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, Limit
from broadcast.model.nearest import suggest

ENTRY_POINTS = "broadcast.adapters"

_ADAPTERS = {
    "twilio-sms": "broadcast.channels.sms.twilio:TwilioSms",
    "sms-gateway": "broadcast.channels.sms.gateway:SmsGateway",
    "twilio-voice": "broadcast.channels.voice.twilio:TwilioVoice",
    "sendgrid": "broadcast.channels.email.sendgrid:SendGrid",
    "smtp": "broadcast.channels.email.smtp:Smtp",
    "outlook": "broadcast.channels.email.outlook:Outlook",
    "x": "broadcast.channels.social.x:X",
    "mastodon": "broadcast.channels.social.mastodon:Mastodon",
    "bluesky": "broadcast.channels.social.bluesky:Bluesky",
    "statuspage": "broadcast.channels.page.statuspage:Statuspage",
    "site": "broadcast.channels.page.site.adapter:Site",
    "slack": "broadcast.channels.chat.slack:Slack",
    "slack-webhook": "broadcast.channels.chat.slack_webhook:SlackWebhook",
    "teams": "broadcast.channels.chat.teams:Teams",
    "matrix": "broadcast.channels.chat.matrix:Matrix",
    "ntfy": "broadcast.channels.chat.ntfy:Ntfy",
    "webhook": "broadcast.channels.chat.webhook:Webhook",
    "apprise": "broadcast.channels.chat.apprise:Apprise",
    "zendesk": "broadcast.channels.desk.zendesk:Zendesk",
}


def names() -> tuple[str, ...]:
    """Return every adapter that `adapter = "..."` may name, ours first."""
    return (*_ADAPTERS, *(name for name in _foreign() if name not in _ADAPTERS))


def adapter_class(name: str) -> type[Adapter]:
    """Load the class of an adapter; raises `ConfigError` if it is unknown or cannot be loaded."""
    if name in _ADAPTERS:
        module, _, attribute = _ADAPTERS[name].partition(":")
        return cast("type[Adapter]", getattr(import_module(module), attribute))
    if name in _foreign():
        return _load(_foreign()[name])
    raise ConfigError(f"unknown adapter {name!r}", hint=suggest(name, names()))


def capabilities(name: str) -> Capabilities:
    """Return what the adapter's provider can do."""
    return adapter_class(name).capabilities


def capabilities_of(settings: ChannelSettings) -> Capabilities:
    """Return the capabilities of this channel with its settings."""
    adapter = adapter_for(settings)
    able = adapter.capabilities
    if issubclass(adapter, Configurable):
        able = adapter.capabilities_with(_typed(adapter, settings))
    return replace(able, landlines=True) if settings.landlines else able


def adapter_for(settings: ChannelSettings) -> type[Adapter]:
    """Return the class of the channel's adapter; raises `ConfigError` with the place of an unknown one."""
    try:
        return adapter_class(settings.adapter)
    except ConfigError as error:
        raise ConfigError(f"{settings.origin}: {error}", hint=error.hint) from None


def limits(channels: Iterable[ChannelSettings], kind: ChannelKind) -> tuple[Limit, ...]:
    """Return the limits that a text of this kind must keep, so that each of these channels takes it."""
    able = [adapter_for(channel).capabilities for channel in channels]
    return tuple(dict.fromkeys(limit for one in able if one.kind is kind for limit in one.limits))


def build(settings: ChannelSettings, skew: ClockSkew | None = None) -> Adapter:
    """Return the channel's adapter, ready to send; raises `ConfigError` for the first mistake.

    `skew` gets the difference between our clock and the provider's.
    """
    for error in problems(settings):
        raise error
    return construct(settings, skew)


def construct(settings: ChannelSettings, skew: ClockSkew | None = None) -> Adapter:
    """Return the adapter of a channel without `problems`; raises `ConfigError` for all others."""
    adapter = adapter_for(settings)
    settings = _typed(adapter, settings)
    return adapter.from_settings(settings, Transport.for_channel(settings, adapter.capabilities, skew))


def problems(settings: ChannelSettings) -> Iterator[ConfigError]:
    """Yield the mistakes in the channel's options that can be found offline and without secrets."""
    adapter = adapter_for(settings)
    for key in sorted(settings.options.keys() - adapter.options):
        yield ConfigError(
            f"{settings.place(key)}: {settings.adapter} has no option {key}",
            hint=suggest(key, adapter.options),
        )
    if settings.landlines and adapter.capabilities.kind is not ChannelKind.SMS:
        yield ConfigError(
            f"{settings.origin}: landlines is for channels that send SMS",
            hint="leave it out; calls reach landlines anyway",
        )
    yield from wrong_options(settings, _shapes(adapter, settings))


def _typed(adapter: type[Adapter], settings: ChannelSettings) -> ChannelSettings:
    """Return the settings with options of the types that the adapter reads."""
    return replace(settings, options=shaped(settings, _shapes(adapter, settings)))


def defaults(settings: ChannelSettings) -> Mapping[str, object]:
    """Return the default of each key that the channel does not set; None if there is none.

    Empty for an adapter that is unknown or cannot be loaded.
    """
    try:
        adapter, able = adapter_for(settings), capabilities_of(settings)
    except ConfigError:
        return {}
    own: Mapping[str, object] = getattr(adapter, "defaults", {})
    usual = {"rate": able.rate or None, "burst": able.burst, "price": able.price or None, "fate": able.fate}
    pace = {"settle": able.lookup_delay, "concurrency": able.concurrency}
    return {**dict.fromkeys(sorted(adapter.options)), **usual, **pace, **own}


def target(settings: ChannelSettings, secret: bytes) -> str | None:
    """Return where the channel publishes, from its options: `slack 1f3c9a2b`, a digest with `secret`.

    None if that is not known now, because a secret is not set.
    """
    adapter = adapter_for(settings)
    named: tuple[str, ...] = getattr(adapter, "target", ())
    given = {**_typed(adapter, settings).options, "base_url": settings.base_url}
    try:
        values = [resolved(given.get(key), settings.place(key)) for key in named]
    except ConfigError:
        return None
    place = json.dumps([place_of(str(value or "")) for value in values])
    digest = hmac.new(secret, f"target\0{place}".encode(), hashlib.sha256).hexdigest()
    return f"{settings.adapter} {digest[:8]}"


def _shapes(adapter: type[Adapter], settings: ChannelSettings) -> Shapes:
    """Return the shapes that apply: a server other than the provider's has its own ids and keys."""
    own: Shapes = getattr(adapter, "shapes", {})
    identifiers: Shapes = getattr(adapter, "identifiers", {})
    return own if settings.base_url else {**own, **identifiers}


@cache
def _foreign() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=ENTRY_POINTS)}


def _load(point: EntryPoint) -> type[Adapter]:
    try:
        return cast("type[Adapter]", point.load())
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"the adapter {point.name} ({point.value}) cannot be loaded: {error}",
            hint="reinstall the package that provides it",
        ) from error
