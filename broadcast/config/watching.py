"""`[watch]` and `[status_pages]`: when to hold a channel for down, and who says so in public."""

from __future__ import annotations

from collections.abc import Mapping

from broadcast.config import shapes
from broadcast.config.settings import WatchSettings
from broadcast.config.table import Table
from broadcast.model.system import system_name

WATCH = frozenset({"activate", "down_after", "up_after", "expires"})
_NONE = "none"

#: Public status pages by fate. Twilio's summary lists hundreds of carriers; its short form says as much here.
STATUS_PAGES: Mapping[str, str] = {
    "twilio": "https://status.twilio.com/api/v2/status.json",
    "sendgrid": "https://status.sendgrid.com/api/v2/summary.json",
    "openai": "https://status.openai.com/api/v2/summary.json",
    "statuspage": "https://metastatuspage.com/api/v2/summary.json",
    "slack": "https://slack-status.com/api/v2.0.0/current",
    "zendesk": "https://status.zendesk.com/api/incidents/active",
}


def read_watch(table: Table) -> WatchSettings:
    """The table; what is wrong with it is noted."""
    table.check_keys(WATCH)
    usual = WatchSettings()
    return WatchSettings(
        activate=table.take("activate", shapes.flag, usual.activate),
        down_after=table.take("down_after", shapes.whole, usual.down_after),
        up_after=table.take("up_after", shapes.whole, usual.up_after),
        expires=table.take("expires", shapes.timeout, usual.expires),
    )


def read_status_pages(table: Table) -> dict[str, str]:
    """The pages to read, by fate: the known ones, and what the table adds, changes or takes away."""
    own = {system_name(fate): table.take(fate, _page, _NONE) for fate in table.given()}
    return {fate: url for fate, url in {**STATUS_PAGES, **own}.items() if url != _NONE}


def _page(value: object) -> str:
    return _NONE if value == _NONE else shapes.url(value)
