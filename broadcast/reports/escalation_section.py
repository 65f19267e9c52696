"""The section of a report about its escalations: who was asked, and who answered what."""

from __future__ import annotations

from collections.abc import Iterator

from broadcast.ledger.confirmations import Confirmation
from broadcast.model.escalation import EscalationOutcome
from broadcast.model.ids import base_id
from broadcast.model.question import CONFIRM, DECLINE, FORWARD
from broadcast.model.text import printable
from broadcast.reports.analysis import IncidentAnalysis
from broadcast.reports.document import DASH, Block, Cell, CellTone, Column, Heading, ReportLine, ReportTable
from broadcast.reports.escalations import EscalationStatus
from broadcast.reports.language import ReportLanguage

_WORDS = {CONFIRM: "confirmed", DECLINE: "declined", FORWARD: "passed_on"}


def escalated(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    """Return the section; empty if there was no escalation."""
    return tuple(block for one in story.escalations for block in _escalation(one, say))


def _escalation(status: EscalationStatus, say: ReportLanguage) -> Iterator[Block]:
    escalation, question = status.escalation, status.question
    confirmed = escalation.outcome is EscalationOutcome.CONFIRMED
    lead = say(
        "escalation_lead",
        mark=status.mark,
        policy=printable(escalation.policy.name),
        moment=say.moment(escalation.started_at),
        outcome=say(f"escalation_outcomes.{escalation.outcome or 'running'}"),
    )
    yield ReportLine(lead, CellTone.GOOD if confirmed else CellTone.BAD)
    if question and question.options:
        votes = ", ".join(f"{printable(option)} {count}" for option, count in status.counts.items())
        yield ReportLine(f"{printable(question.text)} {votes}")
    headings = (
        Heading(say("name"), Column.WHOLE),
        Heading(say("audience")),
        Heading(say("confirmation")),
        Heading(say("when")),
        Heading(say("channel")),
    )
    yield ReportTable(headings, tuple(_rows(status, say)))


def _rows(status: EscalationStatus, say: ReportLanguage) -> Iterator[tuple[Cell, ...]]:
    given = {(one.audience, one.contact): one for one in status.answers}
    people = {page.receiver: page for page in status.escalation.pages}
    for receiver, page in people.items():
        answer = given.get(receiver)
        channels = [one.channel for one in status.escalation.pages if one.receiver == receiver and one.alive]
        yield (
            Cell(printable(page.person.name or base_id(page.person.id))),
            Cell(printable(page.audience)),
            _answer(answer, say),
            Cell(say.moment(answer.at) if answer else DASH),
            Cell(printable(", ".join(dict.fromkeys(channels)) or DASH)),
        )


def _answer(answer: Confirmation | None, say: ReportLanguage) -> Cell:
    if answer is None:
        return Cell(say("no_answer"), CellTone.BAD)
    counts = say(_WORDS[answer.answer]) if answer.answer in _WORDS else printable(answer.answer)
    if answer.later is not None:
        later = answer.later.answer
        counts = say("said_later", counts=counts, later=say(_WORDS[later]) if later in _WORDS else later)
    tone = CellTone.WARNING if answer.late else CellTone.GOOD
    return Cell(counts, tone if answer.confirms else CellTone.BAD)
