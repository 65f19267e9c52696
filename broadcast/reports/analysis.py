"""The analysis of an incident, from the ledger alone. What the ledger does not know stays unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from broadcast.ledger.answers import answers_to
from broadcast.ledger.call_counts import CallCounts
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Notice
from broadcast.model.inbound import ReceiptState
from broadcast.model.incident import Incident
from broadcast.model.moments import elapsed
from broadcast.model.notice import Facts
from broadcast.model.promise import Promise
from broadcast.reports.calls import calls_while_open
from broadcast.reports.escalations import EscalationStatus, escalations
from broadcast.reports.people import Addresses, PeopleSummary, people
from broadcast.reports.promises import promises
from broadcast.reports.timeline import (
    NoticeSummary,
    StateChange,
    TimelineRow,
    phases,
    severities,
    stated_end,
    timeline,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long things took. None is unknown: the earlier or the later moment is, or they are out of order.

    `to_tell` and `opened_to_closed` count from when the incident was opened, which is always known. `to_end`
    counts to the end that somebody stated.
    """

    to_tell: timedelta | None
    opened_to_closed: timedelta | None
    to_detect: timedelta | None
    to_tell_since_started: timedelta | None
    to_tell_since_detected: timedelta | None
    to_end: timedelta | None
    longest_silence: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAnalysis:
    """Everything a report says, independent of language. Times are aware; `zone` is the readers' timezone.

    `facts` is the latest record of facts, None if no notice was published. `duplicates` counts messages
    accepted that should not have been sent again; `possible_duplicates` those accepted while another answer
    about them was lost.
    """

    incident: Incident
    facts: Facts | None
    as_of: datetime
    zone: ZoneInfo
    addresses: Addresses
    chapters: tuple[NoticeSummary, ...]
    timeline: tuple[TimelineRow, ...]
    escalations: tuple[EscalationStatus, ...]
    calls: CallCounts
    people: PeopleSummary
    promises: tuple[Promise, ...]
    severities: tuple[StateChange, ...]
    phases: tuple[StateChange, ...]
    first_accepted: datetime | None
    times: Times
    duplicates: int
    possible_duplicates: int

    @property
    def ended(self) -> datetime | None:
        """The stated end; the incident may be over without one."""
        return stated_end(self.chapters)

    @property
    def closed(self) -> datetime | None:
        """When a notice said that it is over; None while it is open."""
        said = self.chapters[-1].notice.created_at if self.chapters else self.incident.ended_at
        return said if self.final else None

    @property
    def final(self) -> bool:
        """Whether the incident is over, so that the report will not change by itself."""
        return self.incident.phase.closed

    def mark(self, number: int) -> str:
        """Return `INC-7/2`: its `number`-th notice."""
        return f"{self.incident.ref}/{number}"


def build(
    ledger: Ledger, ref: str, now: datetime, zone: ZoneInfo, *, addresses: Addresses = Addresses.MASKED
) -> IncidentAnalysis:
    """Return the story of the incident named `ref` as it stands at `now`; raises `UnknownIncident`."""
    incident = ledger.incidents.find(ref)
    notices = ledger.incidents.notices(incident)
    chapters = tuple(summarise(ledger, notice) for notice in notices)
    first_accepted = ledger.history.first_accepted(incident)
    return IncidentAnalysis(
        incident=incident,
        facts=notices[-1].facts if notices else None,
        as_of=now,
        zone=zone,
        addresses=addresses,
        chapters=chapters,
        timeline=timeline(incident, chapters, ledger.history.events(incident)),
        escalations=escalations(ledger, incident, now),
        calls=calls_while_open(ledger, incident, now),
        people=people(ledger.history.standings(incident), addresses),
        promises=promises(chapters, now),
        severities=severities(chapters),
        phases=phases(chapters),
        first_accepted=first_accepted,
        times=_times(incident, chapters, first_accepted, now),
        duplicates=ledger.history.duplicates(incident),
        possible_duplicates=sum(ledger.history.possible_duplicates(notice.id) for notice in notices),
    )


def summarise(ledger: Ledger, notice: Notice) -> NoticeSummary:
    """Return a notice with its texts and its results."""
    return NoticeSummary(
        notice=notice,
        texts=tuple(ledger.incidents.texts(notice.id)),
        reach=tuple(ledger.history.reach(notice)),
        failovers=tuple(
            one for one in ledger.history.failovers(notice.id) if not one.returns_to(one.destination)
        ),
        delivered=_delivered(ledger, notice),
        counts=ledger.history.counts_by_channel(notice.id),
        question=ledger.confirmations.question(notice.id),
        answers=answers_to(ledger, notice.id),
    )


def _delivered(ledger: Ledger, notice: Notice) -> dict[str, int]:
    states = ledger.receipts.counts(notice.id)
    counted = {channel: found.get(ReceiptState.DELIVERED, 0) for channel, found in states.items()}
    return {channel: count for channel, count in counted.items() if count}


def _times(
    incident: Incident, chapters: Sequence[NoticeSummary], first_accepted: datetime | None, now: datetime
) -> Times:
    ended = stated_end(chapters)
    return Times(
        to_tell=_between(incident.opened_at, first_accepted),
        opened_to_closed=_between(incident.opened_at, incident.ended_at),
        to_detect=_between(incident.started_at, incident.detected_at),
        to_tell_since_started=_between(incident.started_at, first_accepted),
        to_tell_since_detected=_between(incident.detected_at, first_accepted),
        to_end=_between(incident.started_at, ended),
        longest_silence=_longest_silence(incident, chapters, now),
    )


def _longest_silence(
    incident: Incident, chapters: Sequence[NoticeSummary], now: datetime
) -> timedelta | None:
    """Return the longest time without a notice since the first one; until `now` if the incident is open."""
    heard = sorted(chapter.accepted_at for chapter in chapters if chapter.accepted_at)
    if heard and not incident.phase.closed:
        heard.append(now)
    return max((later - earlier for earlier, later in pairwise(heard)), default=None)


def _between(earlier: datetime | None, later: datetime | None) -> timedelta | None:
    """Return the time between two moments; None if it is negative, because then a clock was set back."""
    if earlier is None or later is None:
        return None
    span = elapsed(earlier, later)
    return span if span >= timedelta() else None
