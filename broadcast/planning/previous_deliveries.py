"""The results of an incident's earlier notices, by person and lane, and by publishing channel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from broadcast.model.previous_delivery import PreviousDelivery
from broadcast.model.target import why_gone
from broadcast.planning.planned_channel import PlannedChannel


@dataclass(frozen=True, slots=True, kw_only=True)
class Usable:
    """The channels that a notice may use, by name, and why it may not use others.

    `withheld` has the reason for channels that are configured but not used for this notice; any other channel
    is not configured. `configured` are all configured channels, if that is more than `channels`. `threads` is
    the provider's reference of what a channel published before. `sound` are channels without a known failure.
    """

    channels: Mapping[str, PlannedChannel]
    withheld: Mapping[str, str] = field(default_factory=dict)
    threads: Mapping[str, str] = field(default_factory=dict)
    configured: Mapping[str, PlannedChannel] = field(default_factory=dict)
    sound: frozenset[str] = frozenset()

    @property
    def known(self) -> Mapping[str, PlannedChannel]:
        """Every channel whose kind of address is known."""
        return self.configured or self.channels

    def why_not(self, name: str, *, publishes: bool) -> str:
        """Return why the notice may not use that channel, and which thread stays open if it publishes."""
        reason = self.withheld.get(name) or why_gone(name, self.known)
        thread = self.threads.get(name) if publishes else None
        return f"{reason}, so its thread {thread} stays open" if thread else reason


@dataclass(frozen=True, slots=True)
class PreviousLane:
    """One lane of one person: its latest notice, and every channel that carried one, latest first.

    `planned` is the route of the first notice.
    """

    latest: PreviousDelivery
    carried: tuple[str, ...]
    planned: tuple[str, ...]


def people(previous: Sequence[PreviousDelivery]) -> Iterator[list[PreviousLane]]:
    """Yield the lanes of each person who was told, person by person.

    Two lists may both count from 1, so a person is an id in an audience.
    """
    by_person: dict[tuple[str, str], dict[int, list[PreviousDelivery]]] = {}
    for one in previous:
        if one.contact is not None:
            by_person.setdefault((one.receiver, one.audience), {}).setdefault(one.lane, []).append(one)
    for lanes in by_person.values():
        # Numbers below zero are not lanes, but single channels that must carry the end as well.
        further = [one for lane, words in lanes.items() if lane < 0 for one in words]
        own = [words for lane, words in lanes.items() if lane >= 0] or [further]
        yield [_lane(words, further if number == 0 else ()) for number, words in enumerate(own)]


def published(previous: Sequence[PreviousDelivery]) -> dict[str, PreviousDelivery]:
    """Return every channel that carried a notice for everybody, with its latest one."""
    return {one.channel: one for one in previous if one.contact is None and one.carried}


def waiting_posts(previous: Sequence[PreviousDelivery]) -> dict[str, PreviousDelivery]:
    """Return the posts that are still waiting, by their receiver."""
    return {one.receiver: one for one in previous if one.contact is None and not one.carried}


def _lane(words: Sequence[PreviousDelivery], further: Sequence[PreviousDelivery]) -> PreviousLane:
    carried = [one.channel for one in (*further, *words) if one.carried]
    return PreviousLane(words[-1], tuple(dict.fromkeys(reversed(carried))), words[0].route)
