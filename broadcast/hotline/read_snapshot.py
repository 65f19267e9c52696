"""Read from the ledger what the hotline knows: incidents in words, and who is on duty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from broadcast.config.settings import HotlineSettings, Settings
from broadcast.hotline.agents import agents_on_duty
from broadcast.hotline.expected_wait import expected_wait
from broadcast.hotline.incidents import ENDED_FOR, public_facts, spoken_incidents
from broadcast.hotline.snapshot import Mode, Snapshot
from broadcast.ledger.hotline_switches import MODE
from broadcast.ledger.ledger import Ledger
from broadcast.localisation.phrase_book import Phrases
from broadcast.model.notice import Facts
from broadcast.publishing.active_lines import active_lines, restated
from broadcast.rendering import speech
from broadcast.rendering.render import Renderer
from broadcast.rendering.words import words_for


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReader:
    """Reads snapshots; `calls` is the table `[hotline]`, `prompts` are the words in each language."""

    settings: Settings
    calls: HotlineSettings
    renderer: Renderer
    prompts: Mapping[str, Phrases]

    def read(self, ledger: Ledger, now: datetime) -> Snapshot:
        """Return what is known now; raises `LedgerError`, or `ConfigError` if the rota cannot be read."""
        locales, active = tuple(self.prompts), ledger.lines.active()
        lines = active_lines(self.settings, active)
        latest = [facts for facts in self._latest(ledger, now) if facts]
        latest = restated(latest, self.settings, active)
        queue = ledger.calls.queue(now)
        agents = tuple(agents_on_duty(self.settings, self.calls, ledger, now, queue.busy))
        switched = {name: one.value for name, one in ledger.hotline.all().items()}
        return Snapshot(
            taken_at=now.astimezone(self.settings.timezone),
            organisation=speech.spoken(self.settings.organisation, words_for(locales[0])),
            locales=locales,
            lines={line.number: line.locale for line in self.calls.numbers if line.locale},
            prompts=self.prompts,
            incidents=spoken_incidents(latest, self.renderer, locales, now),
            agents=agents,
            waiting=expected_wait(queue.waits, queue.waiting + 1, len(agents)),
            mode=Mode(switched.get(MODE, Mode.AUTO)),
            sms=self.calls.sms is not None,
            backups=tuple(line.dialled for line in lines),
            ring_seconds=round(self.calls.ring),
            most_agents=self.calls.most,
            give_up_seconds=round(self.calls.give_up),
        )

    def _latest(self, ledger: Ledger, now: datetime) -> Iterator[Facts | None]:
        """Yield the latest facts that customers read of each incident that callers may be told about."""
        for incident in ledger.incidents.all():
            if incident.ended_at is None or now - incident.ended_at <= ENDED_FOR:
                yield public_facts([notice.facts for notice in ledger.incidents.notices(incident)])


def spoken_locales(settings: Settings, calls: HotlineSettings, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the languages of the hotline: the organisation's first, those of its numbers, then all others.

    `known` are the languages that have prompts.
    """
    wished = (settings.locale, *(line.locale for line in calls.numbers if line.locale), *known)
    return tuple(dict.fromkeys(wished))
