"""The jobs of the clock, in the order of a round: what `tick` does once, and `serve` again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from broadcast.model.clock import SystemClock
from broadcast.wiring import (
    make_catalogue,
    make_channels,
    make_fallback,
    make_publisher,
    make_watch,
    make_what_if,
    program,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from broadcast.cadence.replay_spool import ReplaySpool
    from broadcast.cadence.tick import Job
    from broadcast.config.settings import Settings
    from broadcast.dispatch.progress import Listener
    from broadcast.hotline.desk_tickets import DeskTickets
    from broadcast.hotline.dial_back import DialBack
    from broadcast.hotline.send_links import SendLinks
    from broadcast.ledger.ledger import Ledger
    from broadcast.model.clock import Clock
    from broadcast.monitoring.draft_alerts import DraftAlerts
    from broadcast.publishing.channels import Channels
    from broadcast.publishing.publish import Publisher


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockJobs:
    """What the clock drives.

    Attributes:
        first: What people said meanwhile; it may make the rest needless.
        publishing: Notices that are released or due. A large one takes long.
        urgent: Reminders and escalations, which ask few people and are late if they wait.
        rest: What is owed, and what waits for providers.
    """

    first: Sequence[Job]
    publishing: Sequence[Job]
    urgent: Sequence[Job]
    rest: Sequence[Job]

    @property
    def without_waiting(self) -> Sequence[Job]:
        """Those that are done first, and beside the others."""
        return [*self.first, *self.urgent]

    @property
    def lengthy(self) -> Sequence[Job]:
        """Those that may take long."""
        return [*self.publishing, *self.rest]


def make_jobs(
    settings: Settings, ledger: Ledger, clock: Clock | None = None, *, serving: bool = False
) -> Sequence[Job]:
    """Return what `make_clock_jobs` returns, in the order of a round that does one job after the other."""
    jobs = make_clock_jobs(settings, ledger, clock, serving=serving)
    return [*jobs.first, *jobs.publishing, *jobs.urgent, *jobs.rest]


def make_clock_jobs(
    settings: Settings,
    ledger: Ledger,
    clock: Clock | None = None,
    listener: Listener | None = None,
    *,
    serving: bool = False,
) -> ClockJobs:
    """Return what the clock drives; raises `ConfigError`.

    `listener` hears of every message that is sent. With `serving`, this process answers providers, so that
    calls can be made whose words it says.
    """
    from broadcast.cadence.approvals import Approvals
    from broadcast.cadence.confirmations import RepeatUnconfirmed
    from broadcast.cadence.escalate_unconfirmed import EscalateUnconfirmed
    from broadcast.cadence.no_change import NoChangeDrafts
    from broadcast.cadence.poll_receipts import PollReceipts
    from broadcast.cadence.publish_scheduled import PublishScheduled
    from broadcast.cadence.remind import Remind
    from broadcast.cadence.send_due import SendDue
    from broadcast.cadence.show_overdue import ShowOverdue
    from broadcast.cadence.start_escalation import EscalationStarter
    from broadcast.cadence.subscription_links import subscription_links
    from broadcast.dispatch.progress import ignore_events
    from broadcast.monitoring.watch_job import WatchJob

    publisher = make_publisher(settings, ledger, listener or ignore_events, clock)
    starter = EscalationStarter.build(
        settings, publisher.deliverer, make_catalogue(settings), publisher.renderer
    )
    drafts = NoChangeDrafts(settings, program(settings))
    return ClockJobs(
        first=[*_spooled(settings, ledger), RepeatUnconfirmed(ledger)],  # it plans what others send
        publishing=[Approvals(publisher), PublishScheduled(publisher)],
        urgent=[
            EscalateUnconfirmed(starter),
            Remind(publisher=publisher, drafts=drafts, starter=starter),
            starter.job,  # after what starts escalations
        ],
        rest=[
            *subscription_links(settings, ledger, publisher.deliverer.channels, publisher.locales),
            *(make_dial_back(settings, ledger, publisher) if serving else ()),
            *make_links(settings, ledger, publisher),
            # Before what sends: what did not arrive goes on to its next channel.
            PollReceipts(ledger=ledger, channels=publisher.deliverer.channels),
            *make_desk_tickets(settings, ledger, publisher),
            SendDue(publisher.deliverer),
            *make_hotline_jobs(settings, ledger, publisher.deliverer.channels, clock or SystemClock()),
            ShowOverdue(publisher.deliverer.channels),
            make_alert_drafts(settings, ledger),
            *([WatchJob(make_watch(settings), ledger)] if settings.watch.every else []),
        ],
    )


def record_spooled(settings: Settings, ledger: Ledger) -> None:
    """Record what waited while the ledger could not be written; raises `LedgerError` if it cannot be now."""
    for job in _spooled(settings, ledger):
        job.replay()


def _spooled(settings: Settings, ledger: Ledger) -> Iterator[ReplaySpool[Any]]:
    """Yield the jobs that record what waited while the ledger could not be written."""
    from broadcast.cadence.replay_spool import ReplaySpool
    from broadcast.hotline import recording
    from broadcast.inbound import arrived
    from broadcast.inbound.inbox import Inbox
    from broadcast.ledger.spool import LedgerSpool, answers_spool, calls_spool

    answers = LedgerSpool(answers_spool(settings.ledger), arrived.to_line, arrived.from_line)
    inbox = Inbox(ledger, settings.internal, settings.own_numbers)
    yield ReplaySpool(answers, lambda news: arrived.record_arrived(inbox, news), "answers", "answer")
    # Also without `[hotline]`: calls may wait from a time when there was one.
    calls = LedgerSpool(calls_spool(settings.ledger), recording.to_line, recording.from_line)
    yield ReplaySpool(calls, lambda steps: recording.record_steps(ledger, steps), "calls", "step")


def make_links(settings: Settings, ledger: Ledger, publisher: Publisher) -> Iterator[SendLinks]:
    """Yield the job that sends callers their SMS, if the hotline has a channel for it."""
    from broadcast.hotline.send_links import SendLinks

    if settings.calls and settings.calls.sms:
        yield SendLinks(
            settings=settings,
            ledger=ledger,
            channels=publisher.deliverer.channels,
            channel=settings.calls.sms,
            renderer=publisher.renderer,
            catalogue=make_catalogue(settings),
        )


def make_hotline_jobs(settings: Settings, ledger: Ledger, channels: Channels, clock: Clock) -> Iterator[Job]:
    """Yield what the clock does for the hotline, if there is one."""
    from datetime import timedelta

    from broadcast.hotline.delete_recordings import DeleteRecordings
    from broadcast.hotline.keep_fallback import KeepFallback
    from broadcast.hotline.lead_numbers import LeadNumbers

    calls = settings.calls
    if calls is None:
        return
    yield DeleteRecordings(ledger=ledger, channels=channels, keep=timedelta(seconds=calls.keep))
    if settings.sandbox:  # a rehearsal leaves the real hotline alone
        return
    yield LeadNumbers(ledger=ledger, channels=channels, calls=calls)
    if calls.fallback:
        yield KeepFallback(make_fallback(settings, calls, ledger, clock))


def make_dial_back(settings: Settings, ledger: Ledger, publisher: Publisher) -> Iterator[DialBack]:
    """Yield the job that dials call-backs, if the configuration wants it."""
    from broadcast.hotline.dial_back import DialBack

    if settings.calls and settings.calls.dial_back and settings.serve.url:
        yield DialBack(
            settings=settings,
            calls=settings.calls,
            ledger=ledger,
            channels=publisher.deliverer.channels,
            origin=settings.serve.url,
        )


def make_desk_tickets(settings: Settings, ledger: Ledger, publisher: Publisher) -> Iterator[DeskTickets]:
    """Yield the job that brings tickets of callers to the service desk, if the configuration names one."""
    from broadcast.hotline.desk_tickets import DeskTickets

    if settings.calls and settings.calls.tickets:
        yield DeskTickets(
            settings=settings,
            ledger=ledger,
            channels=publisher.deliverer.channels,
            channel=settings.calls.tickets,
            catalogue=make_catalogue(settings),
            program=program(settings),
        )


def make_alert_drafts(settings: Settings, ledger: Ledger) -> DraftAlerts:
    """Return what drafts notices about alerts; raises `ConfigError`."""
    from broadcast.monitoring.alert_draft import AlertDrafter
    from broadcast.monitoring.draft_alerts import DraftAlerts

    drafter = AlertDrafter(
        settings=settings,
        channels=tuple(make_channels(settings).planned.values()),
        what_if=lambda: make_what_if(settings),
        program=program(settings),
    )
    return DraftAlerts(drafter=drafter, ledger=ledger)
