"""The sections of a report about people who may not have got a notice."""

from __future__ import annotations

from collections.abc import Sequence

from broadcast.model.text import printable
from broadcast.reports.analysis import IncidentAnalysis
from broadcast.reports.document import Block, Cell, CellTone, Heading, ReportLine, ReportTable
from broadcast.reports.language import ReportLanguage
from broadcast.reports.people import ReportedPerson


def unreached(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    """Return the section on people who got no notice."""
    lost = story.people.unknown
    if lost and not story.people.unreached:
        return (
            ReportLine(say("unreached_unsure", people=say.counted("people", len(lost))), CellTone.WARNING),
        )
    return _people("unreached", story.people.unreached, CellTone.BAD, story, say)


def unknown(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    """Return the section on people who may have been told: the provider's answer was lost."""
    lost = sum(reach.unknown for chapter in story.chapters for reach in chapter.reach)
    if story.people.unknown or not lost:
        return _people("unsure", story.people.unknown, CellTone.WARNING, story, say)
    return (ReportLine(say("unsure_others", count=say.number(lost)), CellTone.WARNING),)


def behind(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    """Return the section on people who were told, but may not have the latest notice."""
    people = story.people
    if people.total and not people.reached:
        return (ReportLine(say("behind_nobody")),)
    if people.total > people.reached and not people.behind:
        return (ReportLine(say("behind_reached"), CellTone.GOOD),)
    return _people("behind", people.behind, CellTone.WARNING, story, say)


def _people(
    name: str, people: Sequence[ReportedPerson], tone: CellTone, story: IncidentAnalysis, say: ReportLanguage
) -> tuple[Block, ...]:
    if not people:
        total = story.people.total
        return (
            ReportLine(
                say(f"{name}_empty" if total else "reach_empty"), CellTone.GOOD if total else CellTone.PLAIN
            ),
        )
    everybody = say.counted("people", story.people.total)
    lead = say(f"{name}_lead", count=say.number(len(people)), people=everybody)
    columns = ("name", "audience", "phone", "email", "notice", "reason")
    rows = tuple(
        (
            Cell(printable(person.name or person.contact)),
            Cell(printable(", ".join(person.audiences))),
            Cell(say.known(person.phone)),
            Cell(say.known(person.email)),
            Cell(story.mark(person.notice)),
            Cell(say.reason(person.reason) if person.reason else say(f"states.{person.state}")),
        )
        for person in people
    )
    return (ReportLine(lead, tone), ReportTable(tuple(Heading(say(column)) for column in columns), rows))
