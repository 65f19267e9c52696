"""Check a configuration without the network and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from broadcast.ai.faq import read_faq
from broadcast.channels import registry
from broadcast.config.secret import Reference, SecretNotSet
from broadcast.config.settings import ChannelSettings, Settings
from broadcast.crm.build import refuse_unable
from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities
from broadcast.model.subscription import CHANNEL_KINDS
from broadcast.planning.escalation import unusable

#: Used in place of a secret that is not set. It is valid as a token and as the URL of a webhook.
_PLACEHOLDER = "https://not-set.invalid/"


def inspect(settings: Settings) -> None:
    """Raise one `ConfigError` that lists every channel, audience and escalation policy that cannot work."""
    audiences = (*_contacts(settings), *_subscribers(settings))
    asking = (*_escalations(settings), *_approval(settings))
    wrong = [*_channels(settings), *audiences, *asking, *_hotline(settings)]
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        lines = [f"{error} ({error.hint})" for error in wrong]
        raise ConfigError("\n".join(lines), hint=f"correct these {len(wrong)} places in {settings.path}")


def shared_backups(settings: Settings) -> Iterator[str]:
    """Yield a warning for each backup channel that several lanes of an audience share.

    An address gets one message per channel, so where two lanes meet they are one backup, not two.
    """
    for audience in settings.audiences.values():
        lanes = [name for lane in audience.lanes for name in lane]
        for name in dict.fromkeys(name for lane in audience.lanes for name in lane[1:]):
            if lanes.count(name) > 1:
                yield (
                    f"{audience.origin}: {lanes.count(name)} lanes use {name}, one of them as its backup; "
                    f"if they meet there, an address gets one message on {name}, not {lanes.count(name)}"
                )


def _escalations(settings: Settings) -> Iterator[ConfigError]:
    able = _able(settings)
    for policy in settings.escalation.values():
        yield from unusable(policy, able)


def _approval(settings: Settings) -> Iterator[ConfigError]:
    """Yield an error for each channel that asks no single person: an approval is that of one person."""
    able = _able(settings)
    for name in settings.approval.channels:
        if name in able and able[name].publishes:
            yield ConfigError(
                f"[approval] channels: {name} asks no single person",
                hint="use channels that need a phone number or an e-mail address",
            )


def _able(settings: Settings) -> dict[str, Capabilities]:
    able = {}
    for name, channel in settings.channels.items():
        with suppress(ConfigError):  # it is reported for the channel
            able[name] = registry.capabilities_of(channel)
    return able


def _hotline(settings: Settings) -> Iterator[ConfigError]:
    """Yield what is wrong with the look-up of callers and the file of answers."""
    faq = settings.ai.faq if settings.ai else None
    checks: list[Callable[[], object]] = [lambda: refuse_unable(settings)]
    if faq:
        checks.append(lambda: read_faq(faq))
    for check in checks:
        try:
            check()
        except ConfigError as error:
            yield error


def _channels(settings: Settings) -> Iterator[ConfigError]:
    for channel in settings.channels.values():
        try:
            found = list(registry.problems(channel))
            if not found:
                registry.construct(_with_placeholders(channel))
        except ConfigError as error:
            found = [error]
        yield from found


def _with_placeholders(channel: ChannelSettings) -> ChannelSettings:
    """Return the channel with a placeholder for each secret that is not set, so that the rest is checked."""
    return replace(channel, options={key: _or_placeholder(value) for key, value in channel.options.items()})


def _or_placeholder(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _or_placeholder(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_or_placeholder(inner) for inner in value]
    try:
        return value.resolve() if isinstance(value, Reference) else value
    except SecretNotSet:
        return _PLACEHOLDER


def _contacts(settings: Settings) -> Iterator[ConfigError]:
    for audience in settings.audiences.values():
        for path in audience.contacts:
            if not path.is_file():
                yield ConfigError(f"{audience.origin}: there is no file {path}", hint="correct `contacts`")
    for rota in settings.oncall.values():
        for path in rota.contacts:
            if not path.is_file():
                yield ConfigError(f"{rota.origin}: there is no file {path}", hint="correct `contacts`")
        if rota.calendar and not rota.calendar.is_file():
            yield ConfigError(f"{rota.origin}: there is no file {rota.calendar}", hint="correct `calendar`")


def _subscribers(settings: Settings) -> Iterator[ConfigError]:
    """Yield what keeps people from subscribing although an audience takes subscribers."""
    audience = settings.open_audience
    if audience is None:
        return
    if settings.serve.url is None:
        yield ConfigError(
            f"{audience.origin}: nobody can subscribe without [serve] url",
            hint='add [serve] with url = "https://notify.example.com", or remove `subscribers`',
        )
    names = {name for lane in audience.lanes for name in lane}
    if not any(_takes_subscribers(settings.channels[name]) for name in names):
        yield ConfigError(
            f"{audience.origin}: nobody can subscribe without a channel for e-mail or SMS in its lanes",
            hint="add one to `lanes`, or remove `subscribers`",
        )


def _takes_subscribers(channel: ChannelSettings) -> bool:
    try:
        return registry.capabilities_of(channel).kind in CHANNEL_KINDS.values()
    except ConfigError:
        return True  # what is wrong with the channel is reported already
