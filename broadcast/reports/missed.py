"""The sections of a report about people whom a notice may not have reached."""

from __future__ import annotations

from collections.abc import Sequence

from broadcast.model.text import printable
from broadcast.reports.document import Block, Cell, Heading, Line, Table, Tone
from broadcast.reports.language import Language
from broadcast.reports.people import Person
from broadcast.reports.story import Story


def unreached(story: Story, say: Language) -> tuple[Block, ...]:
    """Return the section on people whom no notice reached."""
    lost = story.people.unsure
    if lost and not story.people.unreached:
        return (Line(say("unreached_unsure", people=say.counted("people", len(lost))), Tone.WARNING),)
    return _people("unreached", story.people.unreached, Tone.BAD, story, say)


def unsure(story: Story, say: Language) -> tuple[Block, ...]:
    """Return the section on people who may have been told: the provider's answer was lost."""
    lost = sum(reach.unknown for chapter in story.chapters for reach in chapter.reach)
    if story.people.unsure or not lost:
        return _people("unsure", story.people.unsure, Tone.WARNING, story, say)
    return (Line(say("unsure_others", count=say.number(lost)), Tone.WARNING),)


def behind(story: Story, say: Language) -> tuple[Block, ...]:
    """Return the section on people who were told, but may not have the latest notice."""
    people = story.people
    if people.total and not people.told:
        return (Line(say("behind_nobody")),)
    if people.total > people.told and not people.behind:
        return (Line(say("behind_reached"), Tone.GOOD),)
    return _people("behind", people.behind, Tone.WARNING, story, say)


def _people(
    name: str, people: Sequence[Person], tone: Tone, story: Story, say: Language
) -> tuple[Block, ...]:
    if not people:
        total = story.people.total
        return (Line(say(f"{name}_empty" if total else "reach_empty"), Tone.GOOD if total else Tone.PLAIN),)
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
            Cell(say.reason(person.reason) if person.reason else say(f"state_{person.state}")),
        )
        for person in people
    )
    return (Line(lead, tone), Table(tuple(Heading(say(column)) for column in columns), rows))
