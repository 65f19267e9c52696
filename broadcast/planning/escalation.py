"""Decide what an escalation does next, and whom its next pages are for. Pure: no clock, no ledger.

The people of a step are asked at the same time, on the first channel of the step. After an equal part of the
wait, those who have not answered are asked on its next channel; after a failure a person is asked there at
once. Then the next step is asked, and after the last one the next round begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from broadcast.errors import ConfigError
from broadcast.model.channel import Capabilities, ChannelKind, missing
from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.escalation import AUDIENCE, PAGES, Escalation, EscalationOutcome, EscalationPolicy, Page
from broadcast.model.plan import Planned
from broadcast.model.question import FORWARD, ROOM
from broadcast.planning.planned_channel import PlannedChannel

#: The kinds of channel for which pages have texts.
_ASKING = frozenset({ChannelKind.SMS, ChannelKind.VOICE, ChannelKind.EMAIL})


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is due before `until`."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Climb:
    """Ask at this place now; `reason` says why."""

    place: int
    reason: str


@dataclass(frozen=True, slots=True)
class FailOver:
    """Ask these people at once, each on a later channel of the step: the ones before have failed.

    `people` are (place, audience, person).
    """

    people: tuple[tuple[int, str, Contact], ...]


@dataclass(frozen=True, slots=True)
class End:
    """The escalation is over."""

    outcome: EscalationOutcome


Decision: TypeAlias = Wait | Climb | FailOver | End


def decide(escalation: Escalation, now: datetime) -> Decision:
    """Return what a running escalation does next.

    Example:
        >>> decide(escalation, escalation.since + timedelta(minutes=5))
        Climb(place=1, reason='no answer')
    """
    if escalation.confirmed:
        return End(EscalationOutcome.CONFIRMED)
    if now >= escalation.expires_at:
        return End(EscalationOutcome.EXPIRED)
    here = _of_step(escalation, escalation.place)
    failed = tuple(_failed(escalation, here))
    if failed:
        return FailOver(failed)
    if _room_failed(escalation, here):
        return Climb(escalation.place + 1, f"{escalation.policy.channel_at(escalation.place)} failed")
    return _at_once(escalation, here) or _in_time(escalation, now)


def _in_time(escalation: Escalation, now: datetime) -> Decision:
    due = escalation.since + escalation.policy.step_at(escalation.place).turn
    if now < due:
        return Wait(due)
    following = escalation.place + 1
    if following < len(escalation.policy.positions):
        return Climb(following, "no answer")
    return End(EscalationOutcome.EXHAUSTED)


def _at_once(escalation: Escalation, here: Sequence[Page]) -> Decision | None:
    """Return what follows without a wait: somebody passed it on, or too few are left who could confirm."""
    answers, position = escalation.answers, escalation.position
    following = next_step(escalation)
    if any(answers.get(page.receiver) == FORWARD for page in here):
        if following is not None:
            return Climb(following, "passed on")
        return None if _open(escalation, escalation.pages) else End(EscalationOutcome.EXHAUSTED)
    if any(page.of_room and page.alive for page in here):
        return None  # nobody knows how many people read it
    step = escalation.policy.steps[position.step]
    possible = escalation.confirmations(position.step) + _open(escalation, here)
    if possible >= step.needs:
        return None
    if following is not None and escalation.policy.positions[following].round == position.round:
        return Climb(following, "too few people were left to ask" if possible else "nobody was left to ask")
    # The round is not repeated at once: what failed would fail again.
    asked = {page.receiver for page in escalation.pages}
    return End(EscalationOutcome.EXHAUSTED) if asked and asked <= answers.keys() else None


def unusable(policy: EscalationPolicy, channels: Mapping[str, Capabilities]) -> Iterator[ConfigError]:
    """Yield an error for each channel of a step that asks nobody: a page, a room without buttons."""
    for number, step in enumerate(policy.steps, 1):
        for name in step.channels:
            able = channels.get(name)
            if able is None or able.buttons:
                continue
            if able.publishes or able.kind not in _ASKING:
                yield ConfigError(
                    f"[escalation.{policy.name}] steps: step {number}: {name} asks no single person",
                    hint="use channels that need a phone number or an e-mail address, or slack with "
                    "signing_secret, whose messages have buttons",
                )


def next_step(escalation: Escalation) -> int | None:
    """Return the first place of the next step, or of the next round; None after the last one."""
    here, positions = escalation.position, escalation.policy.positions
    later = range(escalation.place + 1, len(positions))
    return next(
        (n for n in later if (positions[n].round, positions[n].step) != (here.round, here.step)), None
    )


def pages_at(
    escalation: Escalation,
    place: int,
    people: Sequence[tuple[str, Contact]],
    channels: Mapping[str, PlannedChannel],
    locales: Sequence[str],
) -> list[Planned]:
    """Return the pages of a place, for people given as (audience, person).

    Who has answered is not asked again, and no one twice on one channel in one round. Who cannot be reached
    on the channel gets a failed page with the reason, so that the next channel is used at once.

    Args:
        escalation: The escalation before these pages.
        place: The place in its policy.
        people: Who is to be asked there.
        channels: All configured channels.
        locales: The languages of its texts, the default one first.
    """
    name = escalation.policy.channel_at(place)
    known = _known(escalation, place)
    if name in channels and channels[name].capabilities.publishes:
        room = _room_page(escalation, place, name, locales)
        return [] if any((page.receiver, page.place) == (room[0], place) for page in known) else [room[1]]
    asked = {page.receiver for page in known if page.channel == name or page.place == place}
    return [
        _page(audience, person, place, name, channels, locales)
        for audience, person in dict(_distinct(escalation, people)).values()
        if (audience, person.id) not in asked and (audience, person.id) not in escalation.answers
    ]


def _room_page(
    escalation: Escalation, place: int, name: str, locales: Sequence[str]
) -> tuple[tuple[str, str], Planned]:
    """Return the post in a room, and who it is for: everybody there."""
    audience = escalation.policy.step_at(place).to[0].removeprefix(AUDIENCE)
    receiver = f"{ROOM}{name}"
    planned = Planned(
        audience=audience,
        template_audience=PAGES,
        locale=locales[0],
        lane=place,
        contact=None,
        receiver=receiver,
        route=(name,),
    )
    return (audience, receiver), planned


def _distinct(
    escalation: Escalation, people: Sequence[tuple[str, Contact]]
) -> Iterator[tuple[tuple[str, str], tuple[str, Contact]]]:
    """Yield each person once, under the name by which the escalation knows them.

    A person of two lists may have two ids: an address that is the same makes it one person.
    """
    known = {page.receiver: page.person for page in escalation.pages}
    for audience, person in people:
        same = next((one for one, other in known.items() if _same(other, person)), None)
        receiver = (audience, person.id)
        receiver = receiver if receiver in known or same is None else same
        known.setdefault(receiver, person)
        yield receiver, (receiver[0], replace(person, id=receiver[1]))


def _same(one: Contact, other: Contact) -> bool:
    return bool(one.phone and one.phone == other.phone) or bool(
        one.email and other.email and one.email.lower() == other.email.lower()
    )


def _page(
    audience: str,
    person: Contact,
    place: int,
    name: str,
    channels: Mapping[str, PlannedChannel],
    locales: Sequence[str],
) -> Planned:
    reason = _why_not(name, person, channels)
    return Planned(
        audience=audience,
        template_audience=PAGES,
        locale=_locale(person.locale, locales),
        lane=place,
        contact=person,
        receiver=person.id,
        route=(name,),
        state=DeliveryState.FAILED if reason else DeliveryState.PLANNED,
        reason=reason or None,
    )


def _why_not(name: str, person: Contact, channels: Mapping[str, PlannedChannel]) -> str:
    """Return why a person cannot be reached on a channel; "" if they can."""
    if name not in channels:
        return f"{name} is not in the configuration any more"
    able = channels[name].capabilities
    if able.reach(person):
        return ""
    lacking = missing(person, (able,))
    barred = ", ".join(map(str, person.barred))
    return f"unreachable: no {lacking} for {name}" if lacking and not barred else f"suppressed: {barred}"


def _locale(wanted: str | None, locales: Sequence[str]) -> str:
    spoken = (one for one in (wanted, (wanted or "").partition("-")[0]) if one in locales)
    return next((str(one) for one in spoken), locales[0])


def _failed(escalation: Escalation, here: Sequence[Page]) -> Iterator[tuple[int, str, Contact]]:
    """Yield each person whose pages in this step have all failed, with the place of the next channel."""
    policy, position = escalation.policy, escalation.position
    end = escalation.place - position.turn + len(policy.step_at(escalation.place).channels)
    served = {page.receiver for page in here if page.alive} | escalation.answers.keys()
    for receiver, page in {page.receiver: page for page in sorted(here, key=lambda one: one.place)}.items():
        if receiver in served or page.of_room:
            continue
        used = {one.channel for one in _known(escalation, page.place) if one.receiver == receiver}
        left = (place for place in range(page.place + 1, end) if policy.channel_at(place) not in used)
        following = next(left, None)
        if following is not None:
            yield following, page.audience, page.person


def _room_failed(escalation: Escalation, here: Sequence[Page]) -> bool:
    """Return whether this place is a room where nothing can be posted, and the step has another channel."""
    following = escalation.place + 1
    posts = [page for page in here if page.place == escalation.place and page.of_room]
    more = following < len(escalation.policy.positions) and next_step(escalation) != following
    return bool(posts) and more and not any(page.alive for page in posts)


def _open(escalation: Escalation, pages: Sequence[Page]) -> int:
    """Return how many people have one of these pages and have not answered."""
    return len({page.receiver for page in pages if page.alive} - escalation.answers.keys())


def _of_step(escalation: Escalation, place: int) -> list[Page]:
    """Return the pages of the round and step of a place."""
    positions = escalation.policy.positions
    here = (positions[place].round, positions[place].step)
    return [
        page for page in escalation.pages if (positions[page.place].round, positions[page.place].step) == here
    ]


def _known(escalation: Escalation, place: int) -> list[Page]:
    """Return the pages of the round of a place."""
    positions = escalation.policy.positions
    return [page for page in escalation.pages if positions[page.place].round == positions[place].round]
