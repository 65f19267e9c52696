"""Find the condition of channels from recent traffic, from probes, and from providers' status pages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

from broadcast.config.settings import ChannelSettings, Settings
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import Clock
from broadcast.model.health import Announcement, Condition
from broadcast.model.outcome import Probe
from broadcast.model.system import system_name
from broadcast.monitoring.assess import Assessment, Evidence, assess
from broadcast.monitoring.probe import probe
from broadcast.monitoring.provider_status import Announcements, ask_all
from broadcast.planning.outage import Dependencies
from broadcast.publishing.dependencies import dependencies, fates_of

LATELY = timedelta(hours=24)  # traffic before that says nothing about now
_OWN_PAGE = "status_pages."  # the origin of a page that the configuration names


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """The assessment of one channel, with its evidence and all that it depends on (`fates`)."""

    channel: ChannelSettings
    fates: tuple[str, ...]
    assessment: Assessment
    evidence: Evidence

    @property
    def down(self) -> bool:
        """Whether it is down."""
        return self.assessment.condition is Condition.DOWN


@dataclass(frozen=True, slots=True)
class Survey:
    """The health of several channels, and what the providers' status pages say, by fate."""

    channels: tuple[ChannelHealth, ...]
    announced: Mapping[str, Announcement]


@dataclass(frozen=True, slots=True)
class Surveyor:
    """Surveys channels. Without a ledger only probes count; without `probing` only the ledger does."""

    settings: Settings
    ledger: Ledger | None
    clock: Clock
    probing: bool = True

    async def survey(self, channels: Sequence[ChannelSettings]) -> Survey:
        """Return the health of these channels; raises `LedgerError`."""
        depends = dependencies(self.settings)
        fates = {channel.name: _fates(channel, depends) for channel in channels}
        probes, announced = await self._ask(channels, self._wanted(channels, fates, depends))
        records = self.ledger.health if self.ledger else None
        now = self.clock.now()
        traffic = records.traffic(now - LATELY) if records else {}
        breakers = {one.channel: one for one in self.ledger.history.breakers()} if self.ledger else {}
        found = []
        for channel in channels:
            name = channel.name
            said = {fate: announced[fate] for fate in fates[name] if fate in announced}
            evidence = Evidence(traffic.get(name), breakers.get(name), probes.get(name), said)
            found.append(ChannelHealth(channel, fates[name], assess(evidence, now), evidence))
        return Survey(tuple(found), announced)

    def _wanted(
        self,
        channels: Sequence[ChannelSettings],
        fates: Mapping[str, Sequence[str]],
        depends: Dependencies,
    ) -> set[str]:
        """Return the systems whose status pages are read.

        These are the dependencies of the channels. In a survey of all channels, they are also those of our
        contact points, and every page that the configuration names.
        """
        wanted = {fate for found in fates.values() for fate in found}
        if len(channels) == len(self.settings.channels):
            contact_points = self.settings.alternatives.values()
            named = chain(
                *(contact_point.fate for contact_point in contact_points), *self.settings.fates.values()
            )
            wanted |= depends.fates.behind(named)
            origins = map(system_name, self.settings.origins)
            wanted.update(one.removeprefix(_OWN_PAGE) for one in origins if one.startswith(_OWN_PAGE))
        return wanted

    async def _ask(
        self, channels: Sequence[ChannelSettings], fates: Iterable[str]
    ) -> tuple[Mapping[str, Probe], Mapping[str, Announcement]]:
        """Return the answers of channels and of status pages, asked all at once."""
        if not self.probing:
            return {}, {}
        if self.ledger is None:
            return await probe(channels), {}
        pages = Announcements(self.settings, self.ledger.health, self.clock)
        probes, answers = await asyncio.gather(probe(channels), ask_all(pages.due(fates)))
        pages.keep(answers)
        return probes, pages.latest(fates)


def _fates(channel: ChannelSettings, depends: Dependencies) -> tuple[str, ...]:
    """Return the dependencies of the channel: first those it names itself, then the indirect ones."""
    named = tuple(map(system_name, fates_of(channel)))
    behind = depends.behind(channel.name, channel.adapter, fates_of(channel))
    return (*named, *sorted(behind.difference(named)))
