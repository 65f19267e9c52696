"""The lanes that are open for a notice, and what is left out of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from broadcast.planning.outage import Outage
from broadcast.planning.planned_channel import PlannedChannel


@dataclass(frozen=True, slots=True)
class Lanes:
    """The open lanes, and warnings about the others."""

    lanes: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...] = ()


def open_lanes(
    lanes: Sequence[Sequence[str]], channels: Mapping[str, PlannedChannel], outage: Outage
) -> Lanes:
    """Return the lanes without channels that are missing in `channels` or down in the outage.

    If a lane has no other channel, one that is down stays: a doubtful channel is better than none. A channel
    that was observed to be down comes last: it may be the only one of a person.
    """
    remaining: list[tuple[str, ...]] = []
    warnings: list[str] = []
    for lane in lanes:
        usable = tuple(name for name in lane if name in channels)
        last = tuple(name for name in usable if outage.found(channels[name]))
        warnings += [comes_last(name, outage.found(channels[name])) for name in last]
        sound = (*(name for name in usable if not outage.takes(channels[name])), *last)
        warnings += _left_out(usable, sound, channels, outage)
        if usable:
            remaining.append(sound or usable)
    return Lanes(tuple(remaining), tuple(dict.fromkeys(warnings)))


def comes_last(name: str, found: str) -> str:
    """Return a warning about a channel that was observed to be down."""
    return f"{name} comes last: {found}"


def _left_out(
    usable: Sequence[str], sound: Sequence[str], channels: Mapping[str, PlannedChannel], outage: Outage
) -> Iterator[str]:
    if usable and not sound:
        lane = " > ".join(usable)
        yield f"the lane {lane} has only channels that the outage affects; they are tried all the same"
        return
    for name in usable:
        if name not in sound:
            yield f"{name} is left out, for it depends on {outage.because(channels[name])}"
