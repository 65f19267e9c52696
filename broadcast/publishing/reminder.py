"""Prepare a reminder of a promise: a short internal message, over channels that still work."""

from __future__ import annotations

from dataclasses import replace

from broadcast.ledger.records import Notice
from broadcast.ledger.reminders import NewReminder
from broadcast.model.consent import Purpose
from broadcast.model.counted import counted
from broadcast.model.notice import Facts
from broadcast.publishing.dependencies import dependencies
from broadcast.publishing.earlier_recipients import EarlierRecipients
from broadcast.publishing.observed_outages import found_down
from broadcast.publishing.prepare import needed_texts, write_texts
from broadcast.publishing.publish import Publisher
from broadcast.publishing.recipients import Recipients, RecipientSelector
from broadcast.publishing.request import Request, Verb
from broadcast.reports.due import DueKind

#: The folder of its templates. No audience of a user has this name by chance.
TEXTS = "_reminder"


def prepare_reminder(publisher: Publisher, notice: Notice, kind: DueKind, audience: str) -> NewReminder:
    """Return the reminder of what `notice` promised, for the people of `audience`.

    Systems that are down by the incident's facts, or that `watch` found down, come last in every lane.
    Nothing is published: a channel that the world reads is left out.

    Raises:
        UsageError: There is no such audience.
        NothingMatched: Nobody in it can be reached.
        TemplateError: A text cannot be rendered.
    """
    facts = _of_promise(notice.facts, kind)
    recipients = _recipients(publisher, facts, audience)
    channels = publisher.deliverer.channels.planned
    needed = needed_texts(recipients.shares, channels, publisher.locales)
    texts, _ = write_texts(facts, needed, publisher.renderer)
    people = counted(sum(recipients.summary.people.values()), "person", "people")
    promise = f"the promise of {notice.incident}/{notice.sequence} ({kind})"
    return NewReminder(
        notice=notice.id,
        kind=kind,
        facts=facts,
        texts=texts,
        deliveries=recipients.deliveries,
        kinds={name: channel.capabilities.kind for name, channel in channels.items()},
        detail=f"{people} of {audience} reminded of {promise}",
    )


def _of_promise(facts: Facts, kind: DueKind) -> Facts:
    """Return the facts that the reminder speaks of; the promised update comes before the window of work."""
    promised = facts.next_update if kind is DueKind.UPDATE else None
    return replace(facts, next_update=promised, audiences=(TEXTS,))


def _recipients(publisher: Publisher, facts: Facts, audience: str) -> Recipients:
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
