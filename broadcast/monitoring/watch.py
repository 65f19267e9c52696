"""Watch the channels: each round surveys them, records what changed, and drafts a notice about outages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from broadcast.config.settings import Settings
from broadcast.errors import LedgerError
from broadcast.ledger.health import Watched
from broadcast.ledger.ledger import Ledger
from broadcast.model.clock import Clock
from broadcast.model.health import Condition
from broadcast.monitoring.outage_draft import Drafter, NoticeDraft
from broadcast.monitoring.outages import relied_on, revised, seen, unwatched
from broadcast.monitoring.survey import ChannelHealth, Surveyor
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.what_if import WhatIf

_WAIT = 2.0  # seconds to wait for another process's lock; the next round tries again


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The result of one round.

    `down` are all systems that are down; `fallen` and `recovered` changed in this round. `doubtful` are
    neither down nor sure to work. `unwatched` were down and are not checked any more. `draft` was written to
    `opened`; `closed` are drafts of outages that are over. `trouble` lists what could not be done.
    """

    at: datetime
    channels: tuple[ChannelHealth, ...] = ()
    down: tuple[Watched, ...] = ()
    fallen: tuple[Watched, ...] = ()
    recovered: tuple[Watched, ...] = ()
    doubtful: frozenset[str] = frozenset()
    unwatched: tuple[Watched, ...] = ()
    draft: NoticeDraft | None = None
    opened: Path | None = None
    closed: tuple[Path, ...] = ()
    trouble: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Watches the channels that required lanes use; an error ends a round, not the watch."""

    settings: Settings
    channels: Mapping[str, PlannedChannel]
    clock: Clock
    what_if: Callable[[Mapping[str, str]], WhatIf]
    program: str

    async def round(self) -> Round:
        """Return the result of one round; if the ledger fails, `trouble` says so."""
        try:
            ledger = Ledger.open(self.settings.ledger, wait=_WAIT)
        except LedgerError as error:
            return Round(at=self.clock.now(), trouble=(str(error),))
        try:
            return await self._look(ledger)
        except LedgerError as error:
            return Round(at=self.clock.now(), trouble=(str(error),))
        finally:
            ledger.close()

    async def _look(self, ledger: Ledger) -> Round:
        relied = relied_on(self.settings)
        channels = [channel for name, channel in self.settings.channels.items() if name in relied]
        survey = await Surveyor(self.settings, ledger, self.clock).survey(channels)
        now = self.clock.now()
        rounds: list[Round] = []

        def change(known: dict[str, Watched]) -> list[Watched]:
            found = list(seen(survey, self.settings, known))
            policy = self.settings.watch
            after = [revised(known.get(one.system), one, policy, now) for one in found]
            over = list(unwatched(found, known, now))
            were = {system for system, one in known.items() if one.down}
            rounds[:] = [
                Round(
                    at=now,
                    channels=survey.channels,
                    fallen=tuple(one for one in after if one.down and one.system not in were),
                    recovered=tuple(one for one in after if not one.down and one.system in were),
                    doubtful=frozenset(one.system for one in found if one.condition is Condition.DOUBTFUL),
                    unwatched=tuple(one for one in over if one.system in were),
                )
            ]
            return [*after, *over]

        # In one transaction, so that two processes do not both report the same change.
        ledger.health.revise(change)
        return self._drafted(replace(rounds[0], down=tuple(ledger.health.down(now))), ledger)

    def _drafted(self, found: Round, ledger: Ledger) -> Round:
        """Close the drafts of outages that are over, and write one for outages without a draft."""
        watched = list(ledger.health.watched().values())
        try:
            closed = self._close(watched, ledger)
            undrafted = [one for one in found.down if not one.draft and one.system in self.channels]
            if not undrafted:
                return replace(found, closed=closed)
            draft = self._drafter.draft(undrafted, found.down, found.at)
            opened = self._drafter.write(draft)
        except OSError as error:
            return replace(found, trouble=(f"cannot write in {self._drafter.folder}: {error.strerror}",))
        systems = {one.system for one in undrafted}
        ledger.health.revise(lambda known: [replace(known[system], draft=draft.name) for system in systems])
        return replace(found, closed=closed, opened=opened, draft=draft)

    def _close(self, watched: Sequence[Watched], ledger: Ledger) -> tuple[Path, ...]:
        going_on = {one.draft for one in watched if one.down}
        over = [one for one in watched if not one.down and one.draft and one.draft not in going_on]
        closed = [self._drafter.close(name) for name in sorted({one.draft for one in over})]
        if over:
            ledger.health.revise(lambda known: [replace(known[one.system], draft="") for one in over])
        return tuple(path for path in closed if path)

    @property
    def _drafter(self) -> Drafter:
        return Drafter(self.settings, self.channels, self.what_if, self.program)
