"""Prepare a reminder: a short internal message to colleagues, over channels that still work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from broadcast.errors import NothingMatched
from broadcast.ledger.records import Notice
from broadcast.ledger.reminders import NewReminder
from broadcast.ledger.schedules import Schedule
from broadcast.ledger.side_notices import SideNotice
from broadcast.model.channel import ChannelKind
from broadcast.model.consent import Purpose
from broadcast.model.contact import Contact
from broadcast.model.counted import counted
from broadcast.model.notice import Facts, NoticeKind
from broadcast.planning.lanes import open_lanes
from broadcast.planning.plan import Planner, Roster
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.planning.previous_deliveries import Usable
from broadcast.publishing.dependencies import dependencies
from broadcast.publishing.earlier_recipients import EarlierRecipients
from broadcast.publishing.observed_outages import found_down
from broadcast.publishing.on_duty import TO_ROTA, on_duty
from broadcast.publishing.plan_summary import count
from broadcast.publishing.prepare import needed_texts, write_texts
from broadcast.publishing.publish import Publisher
from broadcast.publishing.recipients import Recipients, RecipientSelector
from broadcast.publishing.request import Request, Verb
from broadcast.publishing.scheduled_facts import facts_of_schedule
from broadcast.reports.due import DueKind

#: The folder of its templates. No audience of a user has this name by chance.
TEXTS = "_reminder"
#: Which kind of channel a person on duty notices first.
_NOTICED = (ChannelKind.SMS, ChannelKind.VOICE, ChannelKind.EMAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderSubject:
    """What people are reminded of: what a notice promised, or a schedule that was refused.

    `facts` are what the texts are made from, `said` names it in the log. `notice` is the notice that made the
    promise, or the latest one of the schedule's incident; None if that schedule would have opened one.
    """

    facts: Facts
    said: str
    notice: int | None
    kind: str
    schedule: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleOnDuty:
    """People who are reminded directly: `name` says who they are (`oncall:support`).

    Each is told over the first channel of `lane` that reaches them.
    """

    name: str
    contacts: Sequence[Contact]
    lane: tuple[str, ...]


def promise_subject(notice: Notice, kind: DueKind) -> ReminderSubject:
    """Return what `notice` promised; the promised update comes before the window of work."""
    promised = notice.facts.next_update if kind is DueKind.UPDATE else None
    return ReminderSubject(
        facts=replace(notice.facts, next_update=promised, audiences=(TEXTS,)),
        said=f"the promise of {notice.incident}/{notice.sequence} ({kind})",
        notice=notice.id,
        kind=kind,
    )


def schedule_subject(publisher: Publisher, refused: Schedule) -> ReminderSubject:
    """Return a schedule that was refused, with the facts of its incident, if it has one."""
    incidents = publisher.deliverer.ledger.incidents
    notices = incidents.notices(incidents.find(refused.incident)) if refused.incident else []
    latest = notices[-1] if notices else None
    facts = facts_of_schedule(publisher.settings, refused, latest.facts if latest else None)
    return ReminderSubject(
        facts=replace(facts, kind=NoticeKind.UPDATE, audiences=(TEXTS,)),
        said=f"schedule {refused.id}, which was refused",
        notice=latest.id if latest else None,
        kind="schedule",
        schedule=refused.id,
    )


def people_on_duty(publisher: Publisher, spelled: str) -> PeopleOnDuty:
    """Return who is on duty now in `oncall:NAME`, to be told over every channel that tells one person.

    Raises `NothingMatched` in a gap, and `ConfigError` if the files of the rota cannot be read.
    """
    deliverer = publisher.deliverer
    rota = spelled.removeprefix(TO_ROTA)
    people = on_duty(publisher.settings, deliverer.ledger, rota, deliverer.clock.now())
    if not people:
        raise NothingMatched(
            f"{spelled} has nobody on duty, so nobody is reminded",
            hint=f"see `broadcast oncall {rota}`, or name another rota in [cadence] remind",
        )
    return PeopleOnDuty(name=spelled, contacts=people, lane=personal_lane(deliverer.channels.planned))


def personal_lane(channels: Mapping[str, PlannedChannel]) -> tuple[str, ...]:
    """Return the channels that tell one person, those first that are noticed first."""
    personal = [name for name, channel in channels.items() if not channel.capabilities.publishes]
    return tuple(sorted(personal, key=lambda name: _rank(channels[name])))


def prepare_reminder(publisher: Publisher, subject: ReminderSubject, to: str | PeopleOnDuty) -> NewReminder:
    """Return the reminder for the people of the audience `to`, or for these people.

    Systems that are down by the incident's facts, or that `watch` found down, come last in every lane.
    Nothing is published: a channel that the world reads is left out.

    Raises:
        UsageError: There is no such audience.
        NothingMatched: Nobody can be reached.
        TemplateError: A text cannot be rendered.
    """
    if isinstance(to, str):
        recipients, whom = _audience(publisher, subject.facts, to), to
    else:
        recipients, whom = directly(publisher, subject.facts, to), to.name
    channels = publisher.deliverer.channels.planned
    needed = needed_texts(recipients.shares, channels, publisher.locales)
    texts, _ = write_texts(subject.facts, needed, publisher.renderer)
    people = counted(sum(recipients.summary.people.values()), "person", "people")
    return NewReminder(
        notice=subject.notice,
        kind=subject.kind,
        sent=SideNotice(
            facts=subject.facts,
            texts=texts,
            deliveries=recipients.deliveries,
            kinds={name: channel.capabilities.kind for name, channel in channels.items()},
        ),
        detail=f"{people} of {whom} reminded of {subject.said}",
        schedule=subject.schedule,
    )


def _audience(publisher: Publisher, facts: Facts, audience: str) -> Recipients:
    settings, deliverer = publisher.settings, publisher.deliverer
    known = settings.audiences
    reminded = {
        name: replace(one, template_audience=TEXTS) for name, one in known.items() if name == audience
    }
    channels, now = deliverer.channels.planned, deliverer.clock.now()
    watched = deliverer.ledger.health.down(now)
    selector = RecipientSelector(
        settings=replace(settings, audiences=reminded),
        channels=channels,
        locales=publisher.locales,
        suppressed=deliverer.ledger.suppressions.suppressed(),
        depends=dependencies(settings, found_down(settings, watched, now)),
        failing=publisher.failing_channels(watched, now),
    )
    world = tuple(name for name, channel in channels.items() if channel.reaches_the_world)
    request = Request(verb=Verb.NOTIFY, audiences=(audience,), not_channels=world, affects=facts.affects)
    return selector.select(request, EarlierRecipients(), Purpose.of(drill=facts.drill, maintenance=False))


def directly(publisher: Publisher, facts: Facts, to: PeopleOnDuty, texts: str = TEXTS) -> Recipients:
    """Return a message for each person; channels that failed just now, and what is down, come last."""
    settings, deliverer = publisher.settings, publisher.deliverer
    channels, now = deliverer.channels.planned, deliverer.clock.now()
    watched = deliverer.ledger.health.down(now)
    failing = publisher.failing_channels(watched, now)
    depends = dependencies(settings, found_down(settings, watched, now))
    outage = depends.outage(facts.affects)
    lanes = open_lanes([sorted(to.lane, key=lambda name: name in failing)], channels, outage)
    planner = Planner(Usable(channels=channels), publisher.locales, settings.locale, (), outage)
    roster = Roster(
        name=to.name, template_audience=texts, contacts=to.contacts, lanes=lanes.lanes, sharing=True
    )
    plan = planner.plan([roster])
    summary = count(plan)
    if not summary.shares:
        why = summary.unreachable[0].reason if summary.unreachable else "no channel tells one person"
        raise NothingMatched(
            f"nobody of {to.name} can be reached: {why}",
            hint="`broadcast contacts check` shows who has which address",
        )
    return Recipients(deliveries=plan, summary=summary, warnings=lanes.warnings)


def _rank(channel: PlannedChannel) -> int:
    kind = channel.capabilities.kind
    return _NOTICED.index(kind) if kind in _NOTICED else len(_NOTICED)
