"""The report of an incident for programs (`broadcast.report/1`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from broadcast.model.promise import Promise
from broadcast.reports.analysis import IncidentAnalysis
from broadcast.reports.people import ReportedPerson
from broadcast.reports.timeline import NoticeSummary

SCHEMA = "broadcast.report/1"


def as_json(story: IncidentAnalysis) -> dict[str, Any]:
    """Return the report; times are in the organisation's zone, durations are in seconds."""
    incident = story.incident
    return {
        "schema": SCHEMA,
        "incident": incident.ref,
        "title": incident.title,
        "phase": str(incident.phase),
        "severity": str(incident.severity),
        "services": [service.key for service in incident.services],
        "drill": incident.drill,
        "as_of": _moment(story, story.as_of),
        "final": story.final,
        "started_at": _moment(story, incident.started_at),
        "detected_at": _moment(story, incident.detected_at),
        "opened_at": _moment(story, incident.opened_at),
        "first_accepted_at": _moment(story, story.first_accepted),
        "ended_at": _moment(story, story.ended),
        "closed_at": _moment(story, story.closed),
        "seconds": {name: _seconds(span) for name, span in asdict(story.times).items()},
        "people": {
            "total": story.people.total,
            "reached": story.people.reached,
            "unknown": _people(story.people.unknown),
            "unreached": _people(story.people.unreached),
            "behind": _people(story.people.behind),
        },
        "notices": [_notice(story, chapter) for chapter in story.chapters],
        "escalations": [one.as_json(story.zone) for one in story.escalations],
        "calls": asdict(story.calls),
        "promises": [_promise(story, promise) for promise in story.promises],
        "duplicates": story.duplicates,
        "possible_duplicates": story.possible_duplicates,
    }


def _notice(story: IncidentAnalysis, chapter: NoticeSummary) -> dict[str, Any]:
    notice, question = chapter.notice, chapter.question
    return {
        "notice": chapter.number,
        "kind": str(notice.kind),
        "phase": str(notice.phase),
        "at": _moment(story, notice.created_at),
        "author": notice.author,
        "channels": {name: asdict(counted) for name, counted in chapter.counts.items()},
        "failovers": [
            {"from": one.origin, "to": one.destination, "count": one.count} for one in chapter.failovers
        ],
        "answer_by": _moment(story, question.answer_by) if question else None,
        "answers": chapter.answers.as_json() if chapter.answers else None,
    }


def _promise(story: IncidentAnalysis, promise: Promise) -> dict[str, Any]:
    return {
        "notice": promise.notice,
        "due_at": _moment(story, promise.due_at),
        "verdict": str(promise.verdict),
        "came_at": _moment(story, promise.came_at),
        "late_s": _seconds(promise.late),
    }


def _people(found: Iterable[ReportedPerson]) -> list[dict[str, Any]]:
    return [asdict(one) | {"state": str(one.state)} for one in found]


def _moment(story: IncidentAnalysis, at: datetime | None) -> str | None:
    return at.astimezone(story.zone).isoformat(timespec="seconds") if at else None


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
