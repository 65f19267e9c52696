"""Grading an exercise: what the ledger says, held against what the sandbox's people really received. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from broadcast.drills.exercise import Exercise
from broadcast.drills.play import Played
from broadcast.ledger.records import DeliveryLine
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.delivery import REACHED, DeliveryState
from broadcast.planning.outage import Dependencies, Outage
from broadcast.planning.ways import Way
from broadcast.rendering import prose
from broadcast.reports.promises import Verdict
from broadcast.reports.story import Story
from broadcast.sandbox.records import Received

_MARK = re.compile(r"\[INC-[0-9]+/[0-9]+\]")  # in every written text


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that counts: what was measured, what was asked for, and whether it was met."""

    name: str
    measured: str
    asked: str
    met: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as it went out: its deliveries, what was really down, and what the commander said was."""

    played: Played
    lines: Sequence[DeliveryLine]
    affects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """How an exercise went. `unreached` names people whom no way was left for."""

    exercise: str
    criteria: tuple[Criterion, ...]
    unreached: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether everything that counts was met."""
        return all(criterion.met for criterion in self.criteria)


@dataclass(frozen=True, slots=True)
class Grader:
    """Grades with the company's channels and what they depend on.

    `reachable` are the numbers, addresses and links at which people reach the company, with their fates.
    """

    ways: Mapping[str, Way]
    dependencies: Dependencies
    reachable: Mapping[str, tuple[str, ...]]

    def grade(
        self, exercise: Exercise, story: Story, notices: Sequence[Told], received: Sequence[Received]
    ) -> Grade:
        """The grade of an exercise that was played."""
        missed = {contact for told in notices for contact in self._unreached(told)[0]}
        without = self._unreached(notices[-1])[1]
        people = len({line.contact for told in notices for line in told.lines if _is_person(line)})
        doubled = doubles(received)
        wrong = sum(self._wrong_first(told) for told in notices)
        return Grade(
            exercise=exercise.name,
            criteria=(
                _first_notice(exercise, notices),
                Criterion(
                    "reached by every notice",
                    f"{people - len(missed) - len(without):,} of {people:,}",
                    "everybody with a way",
                    not missed,
                ),
                Criterion("told twice", f"{doubled}", "0", not doubled),
                Criterion("first tried what was known to be down", f"{wrong}", "0", not wrong),
                _promises(story),
                self._dead_ways(notices, story),
                _texts(story),
                _failovers(notices),
            ),
            unreached=tuple(sorted(missed | without)),
        )

    def _unreached(self, told: Told) -> tuple[set[str], set[str]]:
        """Whom a way was left for and who was not told; and whom none was left for."""
        outage = self.dependencies.outage(told.played.down)
        reached: set[str] = set()
        working: dict[str, bool] = {}
        for line in told.lines:
            if not _is_person(line):
                continue
            if line.state in REACHED:
                reached.add(line.contact)
            works = any(self._works(name, line, outage) for name in line.route)
            working[line.contact] = working.get(line.contact, False) or works
        missed = {contact for contact, works in working.items() if works and contact not in reached}
        return missed, {contact for contact in working if contact not in reached | missed}

    def _works(self, name: str, line: DeliveryLine, outage: Outage) -> bool:
        way = self.ways.get(name)
        if way is None or outage.takes(way):
            return False
        address = line.phone if way.capabilities.address is AddressKind.PHONE else line.email
        person = Contact(line.contact, line.name, line.phone, line.email)
        return bool(address) and not outage.cuts_off(way, person)

    def _dead_ways(self, notices: Sequence[Told], story: Story) -> Criterion:
        """Texts that name a way to reach us that the commander had said was down."""
        named = 0
        for told, chapter in zip(notices, story.chapters, strict=False):
            outage = self.dependencies.outage(told.affects)
            dead = [value for value, fates in self.reachable.items() if outage.silences(value, fates)]
            texts = [f"{text.message.text} {text.message.html or ''}" for text in chapter.texts]
            named += sum(value in text for value in dead for text in texts)
        return Criterion("texts that name a dead way", f"{named}", "0", not named)

    def _wrong_first(self, told: Told) -> int:
        """How many were first tried on what the commander had said was down, another way being there."""
        outage = self.dependencies.outage(told.affects)
        return sum(
            1
            for line in told.lines
            if line.state is not DeliveryState.FAILED
            and _is_person(line)
            and not self._works(line.route[0], line, outage)
            and any(self._works(name, line, outage) for name in line.route[1:])
        )


def doubles(received: Sequence[Received]) -> int:
    """How many messages came to somebody who had them already."""
    came = Counter(
        (message.provider, message.to, mark)
        for message in received
        if message.tells and (mark := _mark_of(message))
    )
    return sum(times - 1 for times in came.values())


def _mark_of(message: Received) -> str | None:
    found = _MARK.findall(f"{message.subject or ''} {message.text}")
    return found[-1] if found else message.key


def _is_person(line: DeliveryLine) -> bool:
    return not line.contact.startswith("channel:") and bool(line.route)


def _first_notice(exercise: Exercise, notices: Sequence[Told]) -> Criterion:
    first = next((told.played.first_word for told in notices if told.played.first_word is not None), None)
    measured = f"{first:.1f} s" if first is not None else "never"
    met = first is not None and first <= exercise.first_notice
    return Criterion("from the command to the first notice", measured, f"{exercise.first_notice:g} s", met)


def _promises(story: Story) -> Criterion:
    due = [one for one in story.promises if one.verdict is not Verdict.PENDING]
    kept = sum(one.verdict is Verdict.KEPT for one in due)
    return Criterion("promises kept", f"{kept} of {len(due)}", "all", kept == len(due))


def _texts(story: Story) -> Criterion:
    found = [finding for text in _written(story) for finding in (*prose.holes(text),)]
    return Criterion("holes in texts", f"{len(found)}", "0", not found)


def _written(story: Story) -> Iterator[str]:
    for chapter in story.chapters:
        for text in chapter.texts:
            yield from filter(None, (text.message.subject, text.message.text))


def _failovers(notices: Sequence[Told]) -> Criterion:
    results = [told.played.result for told in notices]
    people = sum(one.count for result in results if result for one in result.failovers)
    return Criterion("another channel stepped in", f"{people:,} times", "where one fails", met=True)
