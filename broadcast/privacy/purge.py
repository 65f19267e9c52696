"""Purge: erase the people from incidents that ended long ago, and keep the counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from broadcast.ledger.erasure import Author
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.proposals import Proposal, asking_record
from broadcast.ledger.schedules import Schedule, reminding_record
from broadcast.model.incident import Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class PurgeableIncident:
    """A closed incident with people in it; `owed` of them have an unsent or unclear message.

    `records` are the numbers under which the ledger has them: its own, and that of its reminders.
    """

    records: tuple[int, ...]
    ref: str
    title: str
    ended_at: datetime
    people: int
    owed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Purge:
    """The incidents that ended before `before`, with the people that a purge erases from them.

    `messages` counts what people wrote to us before that time, and which answers no notice. `absences` counts
    the absences that were over by then, and `requests` the requests to subscribe that expired by then, and
    `calls` the calls before that time whose caller is still known.
    """

    before: datetime
    incidents: tuple[PurgeableIncident, ...]
    messages: int = 0
    absences: int = 0
    requests: int = 0
    calls: int = 0
    done: bool = False

    @property
    def people(self) -> int:
        """The number of entries to erase; a person in two incidents counts twice."""
        return sum(incident.people for incident in self.incidents)


Consent = Callable[[Purge], None]


def propose(ledger: Ledger, age: float, now: datetime) -> Purge:
    """Return what a purge would erase from incidents that ended more than `age` seconds before `now`.

    Open incidents are never purged, however old they are.
    """
    before = now - timedelta(seconds=age)
    found = [_ended(ledger, incident, before) for incident in ledger.incidents.all()]
    found += [
        _reminded(ledger, one) for one in ledger.schedules.all() if not one.open and one.due_at < before
    ]
    found += [_asked(ledger, one) for one in ledger.proposals.all() if one.asking and one.at < before]
    incidents = tuple(ended for ended in found if ended and ended.people)
    return Purge(
        before=before,
        incidents=incidents,
        messages=ledger.erasure.unasked(before),
        absences=ledger.erasure.absences(before),
        requests=ledger.erasure.requests(before),
        calls=ledger.erasure.calls(before),
    )


def purge(ledger: Ledger, proposed: Purge, by: Author, consent: Consent) -> Purge:
    """Erase these people, then rewrite the ledger file so that no old page keeps their data.

    If an earlier purge could not rewrite the file, that is done now, even if there is nothing to erase.
    Raises `Refused` and `LedgerError`.
    """
    erasure = ledger.erasure
    outside = (proposed.messages, proposed.absences, proposed.requests, proposed.calls)
    found = bool(proposed.incidents or any(outside))
    if found:
        ledger.runs.require_idle("nothing was erased")
        erasure.require_space()
        consent(proposed)
        records = [record for incident in proposed.incidents for record in incident.records]
        erasure.purge(records, by, proposed.before)
        ledger.schedules.purge(proposed.before)
    if erasure.unfinished:
        erasure.rewrite()
    return replace(proposed, done=found)


def _ended(ledger: Ledger, incident: Incident, before: datetime) -> PurgeableIncident | None:
    if not incident.phase.closed or incident.ended_at is None or incident.ended_at > before:
        return None
    traces = {record: ledger.erasure.traces(record) for record in (incident.id, -incident.id)}
    return PurgeableIncident(
        records=tuple(record for record, each in traces.items() if each.people),
        ref=incident.ref,
        title=incident.title,
        ended_at=incident.ended_at,
        people=sum(each.people for each in traces.values()),
        owed=sum(each.owed for each in traces.values()),
    )


def _reminded(ledger: Ledger, refused: Schedule) -> PurgeableIncident:
    """Return those who were told that a schedule was refused that would have opened an incident."""
    record = reminding_record(refused.id)
    traces = ledger.erasure.traces(record)
    return PurgeableIncident(
        records=(record,),
        ref=refused.ref,
        title=refused.typed("title") or "",
        ended_at=refused.settled_at or refused.due_at,
        people=traces.people,
        owed=traces.owed,
    )


def _asked(ledger: Ledger, proposal: Proposal) -> PurgeableIncident:
    """Return those who were asked to approve a proposal."""
    record = asking_record(proposal.id)
    traces = ledger.erasure.traces(record)
    return PurgeableIncident(
        records=(record,),
        ref=proposal.mark,
        title=proposal.title,
        ended_at=proposal.decided_at or proposal.valid_until,
        people=traces.people,
        owed=traces.owed,
    )
