"""Write the analysis of an incident as a document: its sections, and the words of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from broadcast.ledger.counts import Failover
from broadcast.ledger.history import ChannelReach
from broadcast.ledger.records import NoticeText
from broadcast.model.incident import Incident, Phase, Service
from broadcast.model.message import SLOT_CLOSE, SLOT_OPEN
from broadcast.model.notice import Facts
from broadcast.model.promise import Promise, PromiseVerdict
from broadcast.model.text import printable
from broadcast.planning.plan import PUBLIC
from broadcast.reports import confirmations, escalation_section, missed_people
from broadcast.reports.analysis import IncidentAnalysis
from broadcast.reports.calls import calls_section
from broadcast.reports.document import (
    DASH,
    Block,
    Cell,
    CellTone,
    Chart,
    Column,
    Heading,
    Pairs,
    Quotation,
    ReportDocument,
    ReportLine,
    ReportSection,
    ReportTable,
    Tile,
    Tiles,
)
from broadcast.reports.language import ReportLanguage
from broadcast.reports.people import Addresses
from broadcast.reports.timeline import Moment, NoticeSummary, StateChange, TimelineRow

_SLOT = re.compile(f"{SLOT_OPEN}(.*?){SLOT_CLOSE}")


def tell(story: IncidentAnalysis, locale: str) -> ReportDocument:
    """Return the report in the language of `locale`, or in English if we lack it."""
    say = ReportLanguage(locale, story.zone)
    written = ((name, blocks(story, say)) for name, blocks in _SECTIONS.items())
    sections = ((name, blocks) for name, blocks in written if blocks)
    return ReportDocument(
        language=say.code,
        title=say("title", ref=story.incident.ref, title=_title(story, say)),
        status=say("final" if story.final else "interim", moment=say.moment(story.as_of)),
        banner=say("drill") if story.incident.drill else None,
        warning=say("confidential") if story.addresses is Addresses.FULL else None,
        sections=tuple(ReportSection(name, say(name), blocks) for name, blocks in sections),
    )


def _summary(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    people = story.people
    verdicts = [promise.verdict for promise in story.promises]
    kept, pending = verdicts.count(PromiseVerdict.KEPT), verdicts.count(PromiseVerdict.PENDING)
    late = len(verdicts) - kept - pending
    missed = len(people.unknown) + len(people.unreached)
    first = _first(story, say)
    reached = Tile(
        say.number(people.reached),
        say("tile_told", people=say.counted("people", people.total)),
        say(
            "tile_told_note",
            unknown=say.number(len(people.unknown)),
            unreached=say.number(len(people.unreached)),
        ),
        _tone(bad=len(people.unreached), uncertain=missed, good=people.total),
    )
    promised = Tile(
        say.number(kept),
        say("tile_promises", promises=say.counted("promise_count", len(verdicts))),
        say("tile_promises_note", late=say.number(late), open=say.number(pending)),
        _tone(bad=late, uncertain=0, good=kept),
    )
    duplicates = Tile(
        say.number(story.duplicates),
        say.counted("duplicate_count", story.duplicates),
        say("tile_duplicates_note", count=say.number(story.possible_duplicates)),
        _tone(bad=story.duplicates, uncertain=story.possible_duplicates, good=1),
    )
    return (Tiles((first, reached, promised, duplicates)),)


def _first(story: IncidentAnalysis, say: ReportLanguage) -> Tile:
    """Return how long it took to tell the first person, from the first moment that is known."""
    times, tone = story.times, CellTone.PLAIN if story.first_accepted else CellTone.BAD
    since_started = say.span(times.to_tell_since_started)
    if story.incident.detected_at:
        note = say("tile_first_note", span=since_started)
        return Tile(say.span(times.to_tell_since_detected), say("tile_first"), note, tone)
    if story.incident.started_at:
        return Tile(since_started, say("tile_first"), say("tile_first_since_started"), tone)
    return Tile(say.span(times.to_tell), say("tile_first"), say("tile_first_since_opened"), tone)


def _tone(*, bad: int, uncertain: int, good: int) -> CellTone:
    if bad:
        return CellTone.BAD
    if uncertain:
        return CellTone.WARNING
    return CellTone.GOOD if good else CellTone.PLAIN


def _facts(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    incident, facts, times = story.incident, story.facts, story.times
    pairs: list[tuple[str, str | None]] = [
        ("ref", incident.ref),
        ("headline", _title(story, say)),
        ("organisation", facts.organisation if facts else None),
        ("severity", _level(incident.severity, say, "level_scale")),
        ("phase", say(f"phases.{incident.phase}")),
        ("services", _services(incident.services, say)),
        ("is_drill", say("yes" if incident.drill else "no")),
        ("started", say.moment(incident.started_at)),
        ("detected", say.moment(incident.detected_at)),
        *_announced(incident, facts, say),
        ("opened", say.moment(incident.opened_at)),
        ("ended", say.moment(story.ended) if story.final else say("still_open")),
        *([("closed", say.moment(story.closed))] if story.final else []),
        ("first_accepted", say.moment(story.first_accepted) if story.first_accepted else say("not_yet")),
        ("to_detect", say.span(times.to_detect)),
        ("since_detected", say.span(times.to_tell_since_detected)),
        ("since_started", say.span(times.to_tell_since_started)),
        *_lasted(story, say),
        *_silence(story, say),
        *((name, facts.worded(name, say.code) if facts else None) for name in _PROSE),
    ]
    return (Pairs(tuple((say(name), say.known(value)) for name, value in pairs)),)


def _silence(story: IncidentAnalysis, say: ReportLanguage) -> Iterator[tuple[str, str]]:
    """Yield the longest time without a notice, if any."""
    if story.times.longest_silence is not None:
        yield "silence", say.span(story.times.longest_silence)


def _level(severity: str, say: ReportLanguage, pattern: str = "level") -> str:
    """Return `2 of 4`: what `sev2` means."""
    return say(pattern, level=severity.removeprefix("sev"))


def _announced(incident: Incident, facts: Facts | None, say: ReportLanguage) -> Iterator[tuple[str, str]]:
    """Yield the window of maintenance as it was announced last."""
    if incident.window_starts_at:
        yield "window_starts", say.moment(incident.window_starts_at)
    if facts and facts.window_ends and incident.phase.maintenance:
        yield "window_ends", say.moment(facts.window_ends)


_PROSE = ("scope", "impact", "cause", "data_loss", "action")


def _services(services: Sequence[Service], say: ReportLanguage) -> str:
    return ", ".join(service.name_in(say.code) for service in services) or say("unstated")


def _title(story: IncidentAnalysis, say: ReportLanguage) -> str:
    """Return the title in the reader's language, if it was given in that language."""
    return (story.facts and story.facts.worded("title", say.code)) or story.incident.title


def _lasted(story: IncidentAnalysis, say: ReportLanguage) -> Iterator[tuple[str, str]]:
    """Yield the duration; how long it was open if start or end is not stated; nothing while it goes on."""
    if story.incident.started_at and story.ended:
        yield "to_end", say.span(story.times.to_end)
    elif story.final:
        yield "opened_to_closed", say.span(story.times.opened_to_closed)


def _timeline(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    if not story.timeline:
        return (ReportLine(say("timeline_empty")),)
    headings = (
        Heading(say("local_time", zone=story.zone.key), Column.WHOLE),
        Heading(say("utc"), Column.WHOLE),
        Heading(say("notice"), Column.WHOLE),
        Heading(say("channel"), Column.WHOLE),
        Heading(say("event")),
    )
    rows = tuple(
        (
            Cell(say.local_time(row.at)),
            Cell(say.utc(row.at)),
            Cell(_mark(story, row.notice)),
            Cell(printable(row.channel or DASH)),
            Cell(_event(row, say), _ROW_TONES.get(row.moment, CellTone.PLAIN)),
        )
        for row in story.timeline
    )
    return (Chart(), ReportTable(headings, rows))


_ROW_TONES = {
    Moment.ACCEPTED: CellTone.GOOD,
    Moment.FAILOVER: CellTone.WARNING,
    Moment.RECOVERY: CellTone.WARNING,
    Moment.BREAKER: CellTone.BAD,
}
_SPOKEN_SUBJECTS: dict[Moment, Callable[[str, ReportLanguage], str]] = {
    Moment.PHASE: lambda phase, say: say(f"phases.{Phase(phase)}"),
    Moment.NOTICE: lambda kind, say: say(f"kinds.{kind}"),
    Moment.SEVERITY: _level,
    Moment.OTHER: lambda kind, say: say.called("events", kind),
}


def _event(row: TimelineRow, say: ReportLanguage) -> str:
    name = "left" if row.moment is Moment.FAILOVER and row.subject is None else row.moment
    subject = row.subject or ""
    if row.moment in _SPOKEN_SUBJECTS:
        subject = _SPOKEN_SUBJECTS[row.moment](subject, say)
    return say(
        f"rows.{name}",
        subject=subject,
        channel=row.channel or DASH,
        detail=say.reason(row.detail or ""),
        count=say.number(row.count or 0),
    )


def _mark(story: IncidentAnalysis, number: int | None) -> str:
    return story.mark(number) if number else DASH


def _reach(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    heard = any(chapter.delivered for chapter in story.chapters)
    rows = tuple(
        _reach_row(story, chapter, reach, say, heard=heard)
        for chapter in story.chapters
        for reach in chapter.reach
    )
    if not rows:
        return (ReportLine(say("reach_empty")),)
    delivered = ("delivered",) if heard else ()
    counted = ("targeted", "accepted", *delivered, "unknown_count", "failed", "untried")
    headings = (
        Heading(say("notice"), Column.WHOLE),
        Heading(say("channel"), Column.WHOLE),
        *(Heading(say(name), Column.NUMBER) for name in counted),
        Heading(say("moved_to")),
        Heading(say("first")),
        Heading(say("last")),
    )
    return (ReportTable(headings, rows),)


def _reach_row(
    story: IncidentAnalysis, chapter: NoticeSummary, reach: ChannelReach, say: ReportLanguage, *, heard: bool
) -> tuple[Cell, ...]:
    untried = reach.targeted - reach.accepted - reach.unknown - reach.failed
    return (
        Cell(_mark(story, chapter.number)),
        Cell(printable(reach.channel)),
        Cell(say.number(reach.targeted)),
        Cell(say.number(reach.accepted), CellTone.GOOD if reach.accepted else CellTone.PLAIN),
        *([Cell(say.number(chapter.delivered.get(reach.channel, 0)))] if heard else []),
        Cell(say.number(reach.unknown), CellTone.WARNING if reach.unknown else CellTone.PLAIN),
        Cell(say.number(reach.failed), CellTone.BAD if reach.failed else CellTone.PLAIN),
        Cell(say.number(untried), CellTone.WARNING if untried else CellTone.PLAIN),
        Cell(_moved_to(chapter.failovers, reach.channel, say)),
        Cell(say.moment(reach.accepted_at) if reach.accepted_at else DASH),
        Cell(say.moment(reach.last_at) if reach.last_at else DASH),
    )


def _moved_to(failovers: Sequence[Failover], origin: str, say: ReportLanguage) -> str:
    counts: dict[str, int] = {}
    for failover in failovers:
        if failover.origin == origin:
            counts[failover.destination] = counts.get(failover.destination, 0) + failover.count
    return ", ".join(f"{printable(name)}: {say.number(count)}" for name, count in counts.items()) or DASH


def _promises(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    if not story.promises:
        return (ReportLine(say("promises_empty")),)
    columns = ("promised_in", "promised_for", "came_at", "verdict")
    rows = tuple(
        (
            Cell(_mark(story, promise.notice)),
            Cell(say.moment(promise.due_at)),
            Cell(f"{_mark(story, promise.answer)}, {say.moment(promise.came_at)}")
            if promise.came_at
            else Cell(say("not_yet")),
            _verdict(promise, say),
        )
        for promise in story.promises
    )
    return (ReportTable(tuple(Heading(say(column)) for column in columns), rows),)


def _verdict(promise: Promise, say: ReportLanguage) -> Cell:
    return Cell(say(promise.verdict, span=say.span(promise.late)), _VERDICT_TONES[promise.verdict])


_VERDICT_TONES = {
    PromiseVerdict.KEPT: CellTone.GOOD,
    PromiseVerdict.LATE: CellTone.BAD,
    PromiseVerdict.PENDING: CellTone.PLAIN,
    PromiseVerdict.OVERDUE: CellTone.BAD,
}


def _course(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    changes = [
        *((change, f"{say('severity')}: {_level(change.value, say)}") for change in story.severities),
        *((change, f"{say('phase')}: {say(f'phases.{change.value}')}") for change in story.phases),
    ]
    if not changes:
        return (ReportLine(say("course_empty")),)
    rows = tuple(_change(story, change, value, say) for change, value in changes)
    return (ReportTable(tuple(Heading(say(column)) for column in ("when", "notice", "became")), rows),)


def _change(
    story: IncidentAnalysis, change: StateChange, value: str, say: ReportLanguage
) -> tuple[Cell, ...]:
    return Cell(say.moment(change.at)), Cell(_mark(story, change.notice)), Cell(value)


def _duplicates(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    certain = (
        ReportLine(say("duplicates_some", count=say.number(story.duplicates)), CellTone.BAD)
        if story.duplicates
        else ReportLine(say("duplicates_none"), CellTone.GOOD)
    )
    if not story.possible_duplicates:
        return (certain,)
    possible = say("duplicates_possible", count=say.number(story.possible_duplicates))
    return (certain, ReportLine(possible, CellTone.WARNING))


def _texts(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    quotations = tuple(
        _quotation(story, chapter, text, say) for chapter in story.chapters for text in chapter.texts
    )
    return (ReportLine(say("texts_lead")), *quotations) if quotations else (ReportLine(say("texts_empty")),)


def _quotation(
    story: IncidentAnalysis, chapter: NoticeSummary, text: NoticeText, say: ReportLanguage
) -> Quotation:
    message = text.message
    return Quotation(
        label=say(
            "text_label",
            mark=_mark(story, chapter.number),
            audience=say("public") if text.template_audience == PUBLIC else text.template_audience,
            kind=say.called("text_kinds", text.kind),
            locale=message.locale,
        ),
        subject=message.subject and _verbatim(message.subject),
        text=_verbatim(message.text),
        locale=message.locale,
        note=None if chapter.accepted_at else say("text_unsent"),
    )


def _verbatim(text: str) -> str:
    """Return the text, its slots shown as the template names them."""
    return printable(_SLOT.sub(r"{contact.\1}", text))


def _reading(_: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    names = ("accepted", "unknown", "promise", "source")
    return tuple(ReportLine(say(f"definitions.{name}")) for name in names)


def _calls(story: IncidentAnalysis, say: ReportLanguage) -> tuple[Block, ...]:
    return calls_section(story.calls, say)


_SECTIONS: dict[str, Callable[[IncidentAnalysis, ReportLanguage], tuple[Block, ...]]] = {
    "summary": _summary,
    "facts": _facts,
    "timeline": _timeline,
    "reach": _reach,
    "confirmations": confirmations.asked,
    "escalations": escalation_section.escalated,
    "calls": _calls,
    "unreached": missed_people.unreached,
    "unsure": missed_people.unknown,
    "behind": missed_people.behind,
    "promises": _promises,
    "course": _course,
    "duplicates": _duplicates,
    "texts": _texts,
    "reading": _reading,
}
