"""Grade an exercise: compare the ledger with what the people in the sandbox really received. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from broadcast.config.settings import ContactPointSettings
from broadcast.drills.criterion import Criterion, all_of, none
from broadcast.drills.exercise import Exercise, ExerciseStep
from broadcast.drills.grade_calls import CallFigures
from broadcast.drills.play import Played
from broadcast.ledger.records import DeliveryLine, Notice
from broadcast.localisation.language import language_of
from broadcast.model.contact import AddressKind, Contact
from broadcast.model.counted import counted
from broadcast.model.delivery import REACHED, DeliveryState
from broadcast.model.escalation import Escalation, EscalationOutcome
from broadcast.model.promise import PromiseVerdict
from broadcast.planning.outage import Dependencies, Outage
from broadcast.planning.planned_channel import PlannedChannel
from broadcast.publishing.contact_points import is_down
from broadcast.publishing.result import Result
from broadcast.rendering import prose
from broadcast.rendering.lint import given_words
from broadcast.reports.analysis import IncidentAnalysis
from broadcast.sandbox.records import Received

_MINUTE = 60  # seconds
_MARK = re.compile(r"\[INC-[0-9]+/[0-9]+\]")  # required in every written text


@dataclass(frozen=True, slots=True)
class GradedNotice:
    """A notice at the end: its deliveries, and what was down when they were last processed."""

    notice: Notice
    lines: Sequence[DeliveryLine]
    down: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GradedEscalation:
    """An escalation at the end, and when the last of its messages was sent."""

    escalation: Escalation
    last_sent: datetime | None

    @property
    def sent_after_its_end(self) -> bool:
        """Whether somebody was asked although it was over."""
        ended = self.escalation.ended_at
        return ended is not None and self.last_sent is not None and self.last_sent > ended


@dataclass(frozen=True, slots=True)
class GradedIncident:
    """One incident of an exercise, with its notices and escalations; `answers` counts those that it got."""

    story: IncidentAnalysis
    notices: Sequence[GradedNotice]
    escalations: Sequence[GradedEscalation] = ()
    answers: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The result of an exercise.

    `unreached` names people without a working channel, `refused` the steps that were refused, and why.
    `calls` are the figures of the callers, None without any.
    """

    exercise: str
    criteria: tuple[Criterion, ...]
    unreached: tuple[str, ...]
    refused: tuple[str, ...]
    calls: CallFigures | None = None

    @property
    def passed(self) -> bool:
        """Whether every criterion was met."""
        return all(criterion.met for criterion in self.criteria)


@dataclass(frozen=True, slots=True)
class Grader:
    """Grades with the company's channels and their dependencies; `reachable` are its contact points.

    `reporting` are the channels whose provider says whether a message arrived.
    """

    channels: Mapping[str, PlannedChannel]
    dependencies: Dependencies
    reachable: Sequence[ContactPointSettings]
    reporting: frozenset[str] = frozenset()

    def grade(
        self, played: Sequence[Played], incidents: Sequence[GradedIncident], received: Sequence[Received]
    ) -> tuple[Criterion, ...]:
        """Return every criterion with its measured value."""
        notices = [graded for incident in incidents for graded in incident.notices]
        stories = [incident.story for incident in incidents]
        missed = {contact for graded in notices for contact in self._unreached(graded)[0]}
        people = len({line.contact for graded in notices for line in graded.lines if _is_person(line)})
        without = {contact for graded in notices for contact in self._unreached(graded)[1]}
        return (
            _carried_out(played),
            Criterion(
                "reached by every notice",
                f"{people - len(missed | without):,} of {people:,}",
                "everybody with a way",
                not missed,
            ),
            none("accepted and never received", self._never_received(notices, received)),
            none("told twice", doubles(received)),
            none("first tried what was known to be down", sum(map(self._wrong_first, notices))),
            none("texts that name a dead way", sum(map(self._dead_contact_points, incidents))),
            none("findings in texts", sum(len(list(_findings(story))) for story in stories)),
            _promises(stories),
            _failovers(played),
        )

    def grade_listening(
        self, played: Sequence[Played], incidents: Sequence[GradedIncident]
    ) -> tuple[Criterion, ...]:
        """Return the criteria of an exercise that listens: receipts, answers and escalations."""
        lines = [line for incident in incidents for graded in incident.notices for line in graded.lines]
        owed = [
            line
            for line in lines
            if _is_person(line) and line.channel in self.reporting and line.state in REACHED
        ]
        arrived = sum(line.state is not DeliveryState.ACCEPTED for line in owed)
        given = sum(len(one.step.answers) for one in played)
        counted_answers = sum(incident.answers for incident in incidents)
        asked = [one for incident in incidents for one in incident.escalations]
        confirmed = sum(one.escalation.outcome is EscalationOutcome.CONFIRMED for one in asked)
        late = sum(one.sent_after_its_end for one in asked)
        return (
            all_of("arrived, says the provider", arrived, len(owed)),
            all_of("answers that count", counted_answers, given),
            all_of("escalations that were confirmed", confirmed, len(asked)),
            none("escalations that went on after their end", late),
        )

    def unreached(self, incidents: Sequence[GradedIncident]) -> tuple[str, ...]:
        """Return the people that the last notice of an incident did not reach."""
        last = [self._unreached(incident.notices[-1]) for incident in incidents]
        return tuple(sorted({contact for missed, without in last for contact in missed | without}))

    def _unreached(self, graded: GradedNotice) -> tuple[set[str], set[str]]:
        """Return the people who had a working channel but got nothing, and those who had none."""
        outage = self.dependencies.outage(graded.down)
        reached: set[str] = set()
        working: dict[str, bool] = {}
        for line in graded.lines:
            if not _is_person(line):
                continue
            if line.state in REACHED:
                reached.add(line.contact)
            works = any(self._works(name, line, outage) for name in line.route)
            working[line.contact] = working.get(line.contact, False) or works
        missed = {contact for contact, works in working.items() if works and contact not in reached}
        return missed, {contact for contact in working if contact not in reached | missed}

    def _works(self, name: str, line: DeliveryLine, outage: Outage) -> bool:
        channel = self.channels.get(name)
        if channel is None or outage.takes(channel):
            return False
        person = Contact(id=line.contact, name=line.name, phone=line.phone, email=line.email)
        return channel.capabilities.reach(person) and not outage.cuts_off(channel, person)

    def _address(self, name: str, line: DeliveryLine) -> str | None:
        """Return the address that a channel uses."""
        by_phone = self.channels[name].capabilities.address is AddressKind.PHONE
        return line.phone if by_phone else line.email

    def _never_received(self, notices: Sequence[GradedNotice], received: Sequence[Received]) -> int:
        """Return how many people count as told by a provider but received nothing."""
        # A call has no mark, so it counts for any notice.
        has = {(message.to, _mark_of(message)) for message in received}
        return sum(
            not has.intersection({(address, graded.notice.facts.mark), (address, None)})
            for graded in notices
            for line in graded.lines
            if _is_person(line) and line.state in REACHED
            for address in [self._address(line.channel, line)]
        )

    def _dead_contact_points(self, incident: GradedIncident) -> int:
        """Return the number of texts that name a contact point which the commander knew to be down."""
        chapters = {chapter.number: chapter for chapter in incident.story.chapters}
        named = 0
        for graded in incident.notices:
            facts = graded.notice.facts
            outage = self.dependencies.outage(facts.affects)
            disturbed = () if facts.phase.closed else tuple(service.key for service in facts.services)
            dead = [
                contact_point.value
                for contact_point in self.reachable
                if is_down(contact_point, outage, disturbed)
            ]
            messages = [text.message for text in chapters[graded.notice.sequence].texts]
            named += sum(value in f"{one.text} {one.html or ''}" for value in dead for one in messages)
        return named

    def _wrong_first(self, graded: GradedNotice) -> int:
        """Return how many were first tried on a channel known to be down, although another one worked."""
        outage = self.dependencies.outage(graded.notice.facts.affects)
        return sum(
            1
            for line in graded.lines
            if line.state is not DeliveryState.FAILED
            and _is_person(line)
            and not self._works(line.route[0], line, outage)
            and any(self._works(name, line, outage) for name in line.route[1:])
        )


def doubles(received: Sequence[Received]) -> int:
    """Return how many messages were duplicates for their receiver."""
    came = Counter(
        (message.provider, message.to, mark)
        for message in received
        if message.tells and (mark := _mark_of(message) or message.key)
    )
    return sum(times - 1 for times in came.values())


def first_notice(exercise: Exercise, played: Sequence[Played]) -> Criterion:
    """Return how soon the first message of each incident was out; the slowest one counts."""
    refs = dict.fromkeys(result.incident for one in played for result in one.results)
    times = [_first_word(ref, played) for ref in refs]
    known = [one for one in times if one is not None]
    is_out = bool(times) and len(known) == len(times)
    slowest = max(known, default=0.0)
    return Criterion(
        "from the command to the first notice",
        _spell_seconds(slowest) if is_out else "never",
        _spell_seconds(exercise.first_notice),
        is_out and slowest <= exercise.first_notice,
    )


def _first_word(ref: str, played: Sequence[Played]) -> float | None:
    """Return the seconds from the incident's first command to its first message, on the exercise's clock.

    Processor time is added, because the clock stops during a step.
    """
    about = [one for one in played if any(result.incident == ref for result in one.results)]
    for one in about:
        accepted = any(result.incident == ref and _is_out(result) for result in one.results)
        if accepted and one.first_word is not None:
            return (one.step.at - about[0].step.at).total_seconds() + one.first_word
    return None


def _is_out(result: Result) -> bool:
    return result.counts.accepted + result.counts.delivered > 0


def _spell_seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < _MINUTE else f"{seconds / _MINUTE:.0f} min"


def spell(step: ExerciseStep) -> str:
    """Return a step for people: `+1:05 resolve`."""
    minutes = int(step.at.total_seconds() // _MINUTE)
    what = step.verb or ("answers" if step.answers else "callers" if step.callers else "")
    return f"+{minutes // 60}:{minutes % 60:02} {what}".rstrip()


def _carried_out(played: Sequence[Played]) -> Criterion:
    commands = [one for one in played if one.step.verb or one.step.answers]
    done = sum(one.refused is None for one in commands)
    return all_of("steps carried out", done, len(commands))


def _mark_of(message: Received) -> str | None:
    found = _MARK.findall(f"{message.subject or ''} {message.text}")
    return found[-1] if found else None


def _is_person(line: DeliveryLine) -> bool:
    return not line.contact.startswith("channel:") and bool(line.route)


def _promises(stories: Sequence[IncidentAnalysis]) -> Criterion:
    due = [one for story in stories for one in story.promises if one.verdict is not PromiseVerdict.PENDING]
    kept = sum(one.verdict is PromiseVerdict.KEPT for one in due)
    return all_of("promises kept", kept, len(due))


def _findings(story: IncidentAnalysis) -> Iterator[str]:
    """Yield the findings of `template lint` in the texts as sent, without the commander's own words."""
    for chapter in story.chapters:
        for message in (text.message for text in chapter.texts):
            given = list(given_words(chapter.notice.facts, message.locale))
            for part in filter(None, (message.subject, message.text)):
                yield from prose.holes(part)
                own = prose.without(part, given)
                yield from (problem for problem, _ in prose.problems(own, language_of(message.locale)))


def _failovers(played: Sequence[Played]) -> Criterion:
    latest = {(one.incident, one.notice): one for step in played for one in step.results}
    people = sum(one.count for result in latest.values() for one in result.failovers)
    return Criterion("another channel stepped in", counted(people, "time"), "where one fails", met=True)
