"""The section of a report about who confirmed the notices that asked for it."""

from __future__ import annotations

from collections.abc import Iterator

from broadcast.ledger.answers import NoticeAnswers, ReceiverAnswer
from broadcast.model.question import CONFIRM, DECLINE, FORWARD
from broadcast.model.text import printable
from broadcast.reports.analysis import IncidentAnalysis
from broadcast.reports.document import DASH, Block, Cell, CellTone, Column, Heading, ReportLine, ReportTable
from broadcast.reports.language import ReportLanguage
from broadcast.reports.timeline import NoticeSummary


def asked(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    """Return the section; empty if no notice asked anything."""
    return tuple(block for chapter in story.chapters for block in _notice(story, chapter, say))


def _notice(story: IncidentAnalysis, chapter: NoticeSummary, say: ReportLanguage) -> Iterator[Block]:
    if chapter.question is None or chapter.answers is None:
        return
    found = chapter.answers
    lead = say(
        "confirmations_lead",
        mark=story.mark(chapter.number),
        moment=say.moment(chapter.question.answer_by),
        confirmed=say.number(len(found.confirmed)),
        late=say.number(len(found.late)),
        missing=say.number(len(found.not_confirmed)),
    )
    yield ReportLine(lead, CellTone.BAD if found.not_confirmed else CellTone.GOOD)
    headings = (
        Heading(say("name"), Column.WHOLE),
        Heading(say("audience")),
        Heading(say("confirmation")),
        Heading(say("when")),
        Heading(say("channel")),
    )
    yield ReportTable(headings, tuple(_rows(found, say)))


def _rows(found: NoticeAnswers, say: ReportLanguage) -> Iterator[tuple[Cell, ...]]:
    groups = (
        (found.not_confirmed, "no_answer", CellTone.BAD),
        (found.late, "confirmed_late", CellTone.WARNING),
        (found.confirmed, "confirmed", CellTone.GOOD),
    )
    for people, word, tone in groups:
        for one in people:
            yield (
                Cell(printable(one.name or one.id)),
                Cell(printable(one.audience)),
                Cell(_said(one, word, say), tone),
                Cell(say.moment(one.at) if one.at else DASH),
                Cell(printable(one.channel or DASH)),
            )


def _said(one: ReceiverAnswer, word: str, say: ReportLanguage) -> str:
    """Return the answer: declined and passed on are no confirmation, an option is named.

    What was said after it follows.
    """
    known = {None: word, CONFIRM: word, DECLINE: "declined", FORWARD: "passed_on"}
    counts = say(known[one.answer]) if one.answer in known else f"{say(word)}: {printable(one.answer or '')}"
    if one.later is None:
        return counts
    later = say(known[one.later]) if one.later in {DECLINE, FORWARD} else printable(one.later)
    return say("said_later", counts=counts, later=later)
