"""`[maintenance]`: when readers are reminded of announced work."""

from __future__ import annotations

from broadcast.config import keys
from broadcast.config.settings import MaintenanceSettings
from broadcast.config.table import TomlTable


def read_maintenance(table: TomlTable) -> MaintenanceSettings:
    """Return the table; mistakes are noted."""
    table.check_keys(keys.MAINTENANCE.known)
    return MaintenanceSettings(remind_before=table.take(keys.REMIND_BEFORE))
