"""`[serve]`: the public origin, and where to listen."""

from __future__ import annotations

from broadcast.config import keys
from broadcast.config.keys import Key
from broadcast.config.problems import Wrong
from broadcast.config.secret import Reference, is_reference
from broadcast.config.settings import ServeSettings
from broadcast.config.table import TomlTable


def read_serve(table: TomlTable) -> ServeSettings:
    """Return the table; mistakes are noted."""
    table.check_keys(keys.SERVE.known)
    return ServeSettings(
        url=table.take(keys.ORIGIN),
        public=table.take(keys.PUBLIC),
        desk=table.take(keys.DESK),
        proxies=table.take(keys.PROXIES),
        alerts_token=_secret(table, keys.ALERTS_TOKEN),
    )


def _secret(table: TomlTable, key: Key[str | None]) -> Reference | None:
    """Return a secret as a reference, so that commands which do not need it run without it.

    A variable may hold the secret itself.
    """
    path = (*table.path, key.name)
    override = table.source.overrides.get(path)
    if override is None and key.name not in table.values:
        table.source.origins[".".join(path)] = "default"
        return None
    origin = override.origin if override else table.source.document.where(*path)
    table.source.origins[".".join(path)] = origin
    try:
        if override and not is_reference(override.text):
            return table.source.reference(f"env:{origin.rpartition(' ')[2]}")
        return table.source.reference(key.shape(override.text if override else table.values[key.name]) or "")
    except Wrong as wrong:
        table.wrong(key.name, str(wrong), wrong.fix)
        return None
