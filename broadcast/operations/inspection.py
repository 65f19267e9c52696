"""Whether what is configured can be what was meant. Asks nobody, and needs no secret to be there."""

from __future__ import annotations

from collections.abc import Iterator

from broadcast.channels import registry
from broadcast.config.secret import Reference
from broadcast.config.settings import ChannelSettings, Settings
from broadcast.errors import ConfigError


def inspect(settings: Settings) -> None:
    """Raise one `ConfigError` that names every channel and every audience that could not work."""
    wrong = [*_channels(settings), *_contacts(settings)]
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        lines = [f"{error} ({error.hint})" for error in wrong]
        raise ConfigError("\n".join(lines), hint=f"mend these {len(wrong)} places of {settings.path}")


def _channels(settings: Settings) -> Iterator[ConfigError]:
    for channel in settings.channels.values():
        try:
            if _is_complete(channel):
                registry.build(channel)
            else:
                registry.check(channel)
        except ConfigError as error:
            yield error


def _is_complete(channel: ChannelSettings) -> bool:
    """Whether every secret is there; without one, an adapter cannot judge its settings."""
    try:
        for key, value in channel.options.items():
            if isinstance(value, Reference):
                value.resolve(key)
    except ConfigError:
        return False
    return True


def _contacts(settings: Settings) -> Iterator[ConfigError]:
    for audience in settings.audiences.values():
        for path in audience.contacts:
            if not path.is_file():
                yield ConfigError(f"{audience.origin}: there is no file {path}", hint="mend `contacts`")
