"""The calls of people while an incident was open: counts, in words and as a section of its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from broadcast.ledger.call_counts import CallCounts, call_counts
from broadcast.ledger.feedback import ratings_of
from broadcast.ledger.ledger import Ledger
from broadcast.model.counted import counted
from broadcast.model.incident import Incident
from broadcast.model.ratings import rated
from broadcast.reports.document import Block, Cell, CellTone, Column, Heading, ReportLine, ReportTable
from broadcast.reports.language import ReportLanguage


def calls_while_open(ledger: Ledger, incident: Incident, now: datetime) -> CallCounts:
    """Return the counts of calls from the opening of the incident to its end; some may be about others."""
    since, until = incident.opened_at, incident.ended_at or now
    ratings = ratings_of(ledger.store, incident.id, since, until)
    return replace(call_counts(ledger.store, since, until, now), ratings=ratings)


def called(counts: CallCounts) -> Iterator[tuple[str, str]]:
    """Yield the counts in words: what is counted, and how many."""
    why = ", ".join(f"{reason} {count}" for reason, count in counts.reasons.items())
    asked = f", {counts.asked:,} needed a person ({why})" if counts.asked else ""
    yield "calls", f"{counts.calls:,}{asked}; {counts.hand_overs:,} spoke to one"
    if counts.call_backs:
        owed = f"{counts.kept:,} kept, {counts.broken:,} broken, {counts.waiting:,} waiting"
        yield "call-backs", f"{counts.call_backs:,}: {owed}"
    if counts.voicemails:
        late = f", {counts.late:,} late" if counts.late else ""
        yield "voicemails", f"{counted(counts.voicemails, 'message')}, {counts.answered:,} answered{late}"
    if counts.ratings:
        yield "feedback", rated(counts.ratings)


def calls_section(counts: CallCounts, say: ReportLanguage) -> tuple[Block, ...]:
    """Return the section of a report; empty if nobody called."""
    if not counts:
        return ()
    bad = CellTone.BAD
    rows = [
        ("calls_all", counts.calls, CellTone.PLAIN),
        ("calls_asked", counts.asked, CellTone.PLAIN),
        *((f"calls_reasons.{reason}", count, CellTone.PLAIN) for reason, count in counts.reasons.items()),
        ("calls_hand_overs", counts.hand_overs, CellTone.PLAIN),
        ("calls_back", counts.call_backs, CellTone.PLAIN),
        ("calls_back_kept", counts.kept, CellTone.PLAIN),
        ("calls_back_broken", counts.broken, bad if counts.broken else CellTone.PLAIN),
        ("calls_back_waiting", counts.waiting, CellTone.WARNING if counts.waiting else CellTone.PLAIN),
        ("calls_voicemails", counts.voicemails, CellTone.PLAIN),
        ("calls_voicemails_answered", counts.answered, CellTone.PLAIN),
        ("calls_voicemails_late", counts.late, bad if counts.late else CellTone.PLAIN),
        *((f"calls_rated.{rating}", count, CellTone.PLAIN) for rating, count in counts.ratings.items()),
    ]
    headings = (Heading(say("calls_what"), Column.WHOLE), Heading(say("calls_count"), Column.NUMBER))
    table = ReportTable(
        headings, tuple((Cell(say(name)), Cell(say.number(count), tone)) for name, count, tone in rows)
    )
    return ReportLine(say("calls_lead")), table
