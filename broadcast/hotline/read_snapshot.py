"""Read from the ledger what the hotline knows: incidents in words, and who is on duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from broadcast.config.settings import HotlineSettings, Settings
from broadcast.hotline.agents import agents_on_duty, in_hours
from broadcast.hotline.expected_wait import expected_wait
from broadcast.hotline.incidents import ENDED_FOR, public_facts, spoken_incidents
from broadcast.hotline.overload import QueueLoad, overload
from broadcast.hotline.snapshot import Agent, Mode, Snapshot
from broadcast.ledger.calls import LATELY, Queue
from broadcast.ledger.hotline_switches import MODE, ON, OVERLOAD
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

    def read(self, ledger: Ledger, now: datetime, agents: Iterable[Agent] | None = None) -> Snapshot:
        """Return what is known now.

        Raises `LedgerError`, or `ConfigError` if the rota cannot be read. With `agents` these are on duty,
        and the rota is not read: if there are none, callers are offered a call-back.
        """
        locales, active = tuple(self.prompts), ledger.lines.active()
        lines = active_lines(self.settings, active)
        latest = [facts for facts in self._latest(ledger, now) if facts]
        latest = restated(latest, self.settings, active)
        queue, unread = ledger.calls.queue(now), agents is not None
        if agents is None:
            agents = agents_on_duty(self.settings, self.calls, ledger, now, queue.busy)
        missed = ledger.calls.missed(now)
        on_duty = tuple(
            replace(agent, busy=agent.id in queue.busy, missed=agent.id in missed) for agent in agents
        )
        switched = {name: one.value for name, one in ledger.hotline.all().items()}
        shift = unread or bool(on_duty) or in_hours(self.settings, self.calls, now)
        load = self._load(queue, on_duty, shift=shift)
        loaded = overload(load, self.calls.longest_wait, before=switched.get(OVERLOAD) == ON)
        return Snapshot(
            taken_at=now.astimezone(self.settings.timezone),
            organisation=speech.spoken(self.settings.organisation, words_for(locales[0])),
            locales=locales,
            lines={line.number: line.locale for line in self.calls.numbers if line.locale},
            prompts=self.prompts,
            incidents=spoken_incidents(latest, self.renderer, locales, now),
            agents=on_duty,
            waiting=expected_wait(queue.waits, queue.waiting + 1, len(on_duty)),
            mode=Mode(switched.get(MODE, Mode.AUTO)),
            overloaded=loaded.active,
            overload=loaded.why,
            in_hours=load.in_hours,
            sms=self.calls.sms is not None,
            backups=tuple(line.dialled for line in lines),
            ring_seconds=round(self.calls.ring),
            most_agents=self.calls.most,
            give_up_seconds=round(self.calls.give_up),
        )

    def _load(self, queue: Queue, agents: Sequence[Agent], *, shift: bool) -> QueueLoad:
        return QueueLoad(
            waiting=queue.waiting,
            agents=len(agents),
            busy=sum(one.busy for one in agents),
            arrivals=queue.lately / (LATELY.total_seconds() / 60),
            handling=queue.handling,
            gave_up=queue.gave_up,
            waited=queue.waited,
            in_hours=shift,
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
