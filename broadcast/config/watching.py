"""`[watch]` and `[status_pages]`: when a channel counts as down, and where providers publish their status."""

from __future__ import annotations

from collections.abc import Mapping

from broadcast.config import keys
from broadcast.config.settings import WatchSettings
from broadcast.config.shapes import NO_PAGE
from broadcast.config.table import TomlTable
from broadcast.model.system import system_name

#: Public status pages by system. Twilio's summary lists hundreds of carriers; its short form is enough.
STATUS_PAGES: Mapping[str, str] = {
    "twilio": "https://status.twilio.com/api/v2/status.json",
    "sendgrid": "https://status.sendgrid.com/api/v2/summary.json",
    "openai": "https://status.openai.com/api/v2/summary.json",
    "statuspage": "https://metastatuspage.com/api/v2/summary.json",
    "slack": "https://slack-status.com/api/v2.0.0/current",
    "zendesk": "https://status.zendesk.com/api/incidents/active",
}


def read_watch(table: TomlTable) -> WatchSettings:
    """Return the table; mistakes are noted."""
    table.check_keys(keys.WATCH.known)
    return WatchSettings(
        activate=table.take(keys.ACTIVATE),
        down_after=table.take(keys.DOWN_AFTER),
        up_after=table.take(keys.UP_AFTER),
        expires=table.take(keys.EXPIRES),
        every=table.take(keys.EVERY),
    )


def read_status_pages(table: TomlTable) -> dict[str, str]:
    """Return the pages to read, by system: the known ones, changed by the table."""
    own = {}
    for spelled, page in table.take_each(keys.STATUS_PAGE).items():
        own[system_name(spelled)] = page
        table.also(spelled, system_name(spelled))
    return {fate: url for fate, url in {**STATUS_PAGES, **own}.items() if url != NO_PAGE}
