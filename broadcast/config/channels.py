"""`[channels.NAME]`: the keys of every channel; the other keys are checked by its adapter."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType

from broadcast.config import keys
from broadcast.config.problems import Wrong
from broadcast.config.secret import SECRET_OPTIONS, Reference, is_reference
from broadcast.config.settings import ChannelSettings
from broadcast.config.table import TomlTable
from broadcast.model.text import has_controls

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
# Set later, from a secret that is a reference in another key of the table.
_PLACE = re.compile(r"\{[a-z_]+\}")
_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.*\S.*")


def read_channel(table: TomlTable) -> ChannelSettings:
    """Return the channel in `table`, its secrets as references."""
    name = table.path[-1]
    if not _NAME.fullmatch(name):
        table.wrong(
            "", "the name of a channel has only letters, digits and dashes", "rename it, e.g. mail-backup"
        )
    adapter = table.require(keys.ADAPTER, 'adapter = "twilio-sms", or another')
    options = _options(table, adapter)
    return ChannelSettings(
        name=name,
        adapter=adapter,
        origin=f"{table.source.document.label}, [{'.'.join(table.path)}]",
        base_url=table.take(keys.BASE_URL),
        timeout=table.take(keys.TIMEOUT),
        rate=table.take(keys.RATE),
        burst=table.take(keys.BURST),
        concurrency=table.take(keys.CONCURRENCY),
        lookup_delay=table.take(keys.SETTLE),
        price=table.take(keys.PRICE),
        fate=table.take(keys.FATE),
        optional=table.take(keys.OPTIONAL),
        landlines=table.take(keys.LANDLINES),
        ca_file=_ca_file(table),
        folder=table.source.folder,
        options=MappingProxyType(options),
        places=MappingProxyType({key: _place(table, key) for key in options}),
        typeless=frozenset(key for key in options if (*table.path, key) in table.source.overrides),
    )


def _ca_file(table: TomlTable) -> Path | None:
    spelled = table.take(keys.CA_FILE)
    if spelled is None:
        return None
    path = table.source.folder / Path(spelled).expanduser()
    if not path.is_file():
        table.wrong(
            "ca_file", f'there is no file "{spelled}"', "name a PEM file, relative to the configuration"
        )
    return path


def _options(table: TomlTable, adapter: str) -> dict[str, object]:
    options: dict[str, object] = {}
    for key in table.given():
        if key in keys.CHANNELS.known:
            continue
        override = table.source.overrides.get((*table.path, key))
        table.source.origins[".".join((*table.path, key))] = _place(table, key)
        try:
            if override:
                options[key] = _overriding(table, key, override.variable, override.text)
            else:
                options[key] = _option(table, key, table.values[key], adapter)
        except Wrong as wrong:
            table.wrong(key, str(wrong), wrong.fix)
    return options


def _place(table: TomlTable, key: str) -> str:
    override = table.source.overrides.get((*table.path, key))
    return override.origin if override else table.source.document.where(*table.path, key)


def _overriding(table: TomlTable, key: str, variable: str, text: str) -> object:
    """Return the value of a variable; a secret stays in its variable."""
    if is_reference(text):
        return _reference(table, text)
    return table.source.reference(f"env:{variable}") if key in SECRET_OPTIONS else _plain(text)


def _option(table: TomlTable, key: str, value: object, adapter: str) -> object:
    if isinstance(value, str) and is_reference(value):
        return _reference(table, value)
    if isinstance(value, dict):
        return {name: _option(table, name, inner, adapter) for name, inner in value.items()}
    if key in SECRET_OPTIONS and not (isinstance(value, str) and _PLACE.fullmatch(value)):
        variable = f"{adapter.partition('-')[0] or table.path[-1]}_{key}".upper().replace("-", "_")
        raise Wrong(
            "a secret must not be in the file",
            f'write {key} = "env:{variable}" here, and {variable}=... in .env',
        )
    if isinstance(value, list):
        return [_option(table, key, inner, adapter) for inner in value]
    return _plain(value)


def _plain(value: object) -> object:
    """Return the value; raises `Wrong` if a text has control characters that it may not have."""
    if isinstance(value, str) and has_controls(value):
        raise Wrong("holds control characters", "write plain text")
    return value


def _reference(table: TomlTable, spelled: str) -> Reference:
    if not _REFERENCE.fullmatch(spelled):
        raise Wrong("is not a usable reference", 'write "env:NAME" or "file:PATH"')
    return table.source.reference(spelled)
