"""`[serve]`: the public origin, and where to listen."""

from __future__ import annotations

from broadcast.config import keys
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
        alerts_token=table.secret(keys.ALERTS_TOKEN),
    )
