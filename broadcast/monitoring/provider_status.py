"""Read providers' public status pages, each at most once a minute for all processes together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from broadcast.channels import provider_status
from broadcast.channels.address_guard import is_loopback
from broadcast.channels.transport import Transport
from broadcast.config.settings import Settings
from broadcast.ledger.health import HealthRecords, ProviderPage
from broadcast.model.clock import Clock
from broadcast.model.health import Announcement

PAUSE = 60.0  # seconds between two requests for one page; Zendesk allows ten a minute


@dataclass(frozen=True, slots=True)
class Announcements:
    """The status pages in these settings; `records` keeps what they said."""

    settings: Settings
    records: HealthRecords
    clock: Clock

    def due(self, fates: Iterable[str]) -> Sequence[ProviderPage]:
        """Return the pages of these fates that may be read now, and claim them for `PAUSE` seconds.

        No other process reads a claimed page meanwhile.
        """
        urls = sorted({url for _, url in self._pages(fates)})
        now = self.clock.now()
        return [self.records.page(url) for url in urls if self.records.claim_page(url, now, PAUSE)]

    def keep(self, pages: Iterable[ProviderPage]) -> None:
        """Store what the pages said."""
        for page in pages:
            self.records.keep_page(page)

    def latest(self, fates: Iterable[str]) -> Mapping[str, Announcement]:
        """Return the latest announcement of each fate that has a page."""
        return {fate: self.records.page(url).announcement for fate, url in self._pages(fates)}

    def _pages(self, fates: Iterable[str]) -> Iterable[tuple[str, str]]:
        """Yield each fate with the URL of its page; in the sandbox only pages on this machine."""
        for fate in sorted(set(fates)):
            url = self.settings.status_pages.get(fate)
            if url and (not self.settings.sandbox or is_loopback(urlsplit(url).hostname or "")):
                yield fate, url


async def ask_all(pages: Iterable[ProviderPage]) -> list[ProviderPage]:
    """Read all pages at once; an unreadable page says `UNKNOWN`, an unchanged one what it said before."""
    transport = Transport(timeout=provider_status.WITHIN)
    try:
        return await asyncio.gather(*(_ask(transport, page) for page in pages))
    finally:
        await transport.close()


async def _ask(transport: Transport, page: ProviderPage) -> ProviderPage:
    answered = await provider_status.ask(transport, page.url, page.etag)
    return ProviderPage(page.url, answered.etag, answered.announcement or page.announcement)
