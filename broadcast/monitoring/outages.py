"""Derive from single checks which systems are down, and since when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from broadcast.config.settings import Settings, WatchSettings
from broadcast.ledger.health import Watched
from broadcast.model.health import Condition, Patience, Streak
from broadcast.model.system import system_name
from broadcast.monitoring.survey import ChannelHealth, Survey

SOURCE = "watch"
UNWATCHED = "it was removed from the configuration, or no required channel uses it"


@dataclass(frozen=True, slots=True)
class Seen:
    """The result of one check of a system."""

    system: str
    condition: Condition
    reason: str


def relied_on(settings: Settings) -> set[str]:
    """Return the names of all channels in lanes that have a required channel."""
    lanes = (lane for audience in settings.audiences.values() for lane in audience.lanes)
    return {
        name for lane in lanes if any(not settings.channels[one].optional for one in lane) for name in lane
    }


def seen(survey: Survey, settings: Settings, known: Mapping[str, Watched]) -> Iterator[Seen]:
    """Yield the condition of every channel, and of every provider whose status page reports trouble.

    A status page alone never makes a provider `down`: one of the channels that depend on it must be down as
    well. While these channels work, it is `doubtful` at most.
    """
    for one in survey.channels:
        yield Seen(one.channel.name, one.assessment.condition, one.assessment.reason)
    channels = set(map(system_name, settings.channels))
    for fate, said in survey.announced.items():
        fallen = said.condition is Condition.DOWN and any(_falls(one, fate) for one in survey.channels)
        if fate not in channels and (fallen or fate in known):
            yield Seen(fate, Condition.DOWN if fallen else _hinted(said.condition), said.detail)


def unwatched(found: Iterable[Seen], known: Mapping[str, Watched], now: datetime) -> Iterator[Watched]:
    """Yield systems that were down or have a draft, and are not checked any more, as over.

    Their channel was renamed or removed, or no required lane uses it now.
    """
    systems = {one.system for one in found}
    for one in known.values():
        if one.source == SOURCE and one.system not in systems and (one.down or one.draft):
            yield replace(one, streak=Streak(), since=now, reason=UNWATCHED, checked_at=now, expires_at=now)


def _hinted(said: Condition) -> Condition:
    return Condition.DOUBTFUL if said in {Condition.DOWN, Condition.DOUBTFUL} else Condition.WORKS


def _falls(one: ChannelHealth, fate: str) -> bool:
    return one.down and fate in one.fates


def revised(before: Watched | None, found: Seen, policy: WatchSettings, now: datetime) -> Watched:
    """Return the record of a system after one more check."""
    patience = Patience(policy.down_after, policy.up_after)
    streak = (before.streak if before else Streak()).after(found.condition, patience)
    bad = found.condition is Condition.DOWN
    expires = now + timedelta(seconds=policy.expires) if bad or before is None else before.expires_at
    if before is None or before.down is not streak.down:
        draft = before.draft if before and not streak.down else ""
        return Watched(
            system=found.system,
            streak=streak,
            since=now,
            source=SOURCE,
            reason=found.reason,
            checked_at=now,
            expires_at=expires,
            draft=draft,
        )
    reason = found.reason if bad else before.reason
    return replace(before, streak=streak, reason=reason, checked_at=now, expires_at=expires)
