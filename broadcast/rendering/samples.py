"""Made-up but complete facts, for the checks of lint and for the examples of the documentation."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.letterhead import NO_LETTERHEAD, Letterhead
from broadcast.model.notice import ContactPoint, Facts, NoticeKind, TextPhase
from broadcast.model.situation import Situation

#: A word that no public text may show.
CANARY = "Kanarienvogel"
_BERLIN = ZoneInfo("Europe/Berlin")


def _on_that_day(clock: str) -> datetime:
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(2025, 11, 16, hour, minute, tzinfo=_BERLIN)


_STARTED = _on_that_day("13:40")
_DETECTED = _on_that_day("13:42")
_WORKING = _on_that_day("13:58")
_AS_OF = _on_that_day("14:05")
_ENDED = _on_that_day("14:22")
_AFTER = _on_that_day("14:25")
_NEXT = _on_that_day("14:35")
_LATE = _on_that_day("15:00")
_WINDOW = (_on_that_day("22:00"), _on_that_day("23:30"))
_MOVED = _on_that_day("22:30")
_LONGER = datetime(2025, 11, 17, 0, 30, tzinfo=_BERLIN)

_SERVICE = Service("support", names=(("de", "Chat und E-Mail-Support"), ("en", "chat and e-mail support")))
_OUTAGE = Facts(
    organisation="Muster Handel",
    ref="INC-7",
    sequence=2,
    kind=NoticeKind.UPDATE,
    phase=Phase.INVESTIGATING,
    text_phase=TextPhase.UPDATE,
    severity=Severity.SEV2,
    title="Chat und E-Mail-Support gestört",
    services=(_SERVICE,),
    as_of=_AS_OF,
    started=_STARTED,
    detected=_DETECTED,
    reported=_DETECTED,
    message="Bestellen und Bezahlen geht.",
    next_update=_NEXT,
    link="https://muster.example",
    hotline="030 23125000",
    alternatives=(
        ContactPoint(
            "email",
            "hilfe@muster.example",
            (("de", "Mo bis Fr, 8 bis 18 Uhr"), ("en", "Mon to Fri, 8:00 to 18:00")),
        ),
    ),
    phase_before=Phase.INVESTIGATING,
    wording=(
        (("title", "en"), "Chat and e-mail support down"),
        (("message", "en"), "Orders and payments work."),
    ),
)
_OVER = {"next_update": None, "message": None, "ended": _ENDED, "as_of": _AFTER}
_PLANNED = {
    "kind": NoticeKind.MAINTENANCE,
    "text_phase": TextPhase.MAINTENANCE,
    "title": "Wartung am Sonntag",
    "next_update": None,
    "started": None,
    "detected": None,
    "phase_before": None,
    "window_starts": _WINDOW[0],
    "window_ends": _WINDOW[1],
    "wording": ((("title", "en"), "Maintenance on Sunday"), (("message", "en"), "Orders and payments work.")),
}
_RUNNING = {
    "phase": Phase.IN_PROGRESS,
    "started": _WINDOW[0],
    "phase_before": Phase.SCHEDULED,
    "as_of": _MOVED,
}
_CLOSED = {"message": None, "ended": _on_that_day("23:20"), "as_of": _on_that_day("23:20")}
_TEST = {"drill": True, "message": None, "next_update": None}

#: What differs from an update of the outage without special facts.
_CHANGES: dict[Situation, dict[str, object]] = {
    Situation.INVESTIGATING: {
        "sequence": 1,
        "kind": NoticeKind.INITIAL,
        "text_phase": TextPhase.INVESTIGATING,
        "phase_before": None,
    },
    Situation.IDENTIFIED: {"phase": Phase.IDENTIFIED, "text_phase": TextPhase.IDENTIFIED},
    Situation.UPDATE: {"sequence": 3},
    Situation.MONITORING: {"phase": Phase.MONITORING, "text_phase": TextPhase.MONITORING, "message": None},
    Situation.STILL_WORKING: {
        "phase": Phase.MONITORING,
        "text_phase": TextPhase.MONITORING,
        "phase_before": Phase.MONITORING,
    },
    Situation.DOWN_AGAIN: {"phase": Phase.IDENTIFIED, "phase_before": Phase.MONITORING, "corrects": _WORKING},
    Situation.RESOLVED: {
        **_OVER,
        "kind": NoticeKind.RESOLUTION,
        "phase": Phase.RESOLVED,
        "text_phase": TextPhase.RESOLVED,
        "data_loss": "Keine Daten verloren.",
        "wording": (*_OUTAGE.wording, (("data_loss", "en"), "No data was lost.")),
    },
    Situation.RETRACTION: {
        **_OVER,
        "kind": NoticeKind.RETRACTION,
        "phase": Phase.RETRACTED,
        "text_phase": TextPhase.RETRACTION,
        "ended": None,
        "as_of": _AS_OF,
        "corrects": _STARTED,
    },
    Situation.REOPENED: {
        "sequence": 7,
        "kind": NoticeKind.RETRACTION,
        "phase_before": Phase.RESOLVED,
        "as_of": _on_that_day("14:30"),
        "corrects": _ENDED,
    },
    Situation.CORRECTION: {
        "sequence": 3,
        "correction": "Betroffen ist nur Hamburg, nicht Kiel.",
        "corrects": _AS_OF,
        "as_of": _ENDED,
        "message": None,
        "wording": (*_OUTAGE.wording, (("correction", "en"), "Only Hamburg is affected, not Kiel.")),
    },
    Situation.DRILL: {
        **_TEST,
        "sequence": 1,
        "kind": NoticeKind.INITIAL,
        "text_phase": TextPhase.DRILL,
        "phase_before": None,
        "window_ends": _LATE,
    },
    Situation.DRILL_OVER: {
        **_OVER,
        **_TEST,
        "kind": NoticeKind.RESOLUTION,
        "phase": Phase.RESOLVED,
        "text_phase": TextPhase.RESOLVED,
    },
    Situation.SCHEDULED: {**_PLANNED, "phase": Phase.SCHEDULED, "sequence": 1},
    Situation.MOVED: {
        **_PLANNED,
        "phase": Phase.SCHEDULED,
        "phase_before": Phase.SCHEDULED,
        "window_starts": _MOVED,
        "former_starts": _WINDOW[0],
        "former_ends": _WINDOW[1],
        "message": None,
    },
    Situation.REMINDER: {
        **_PLANNED,
        "phase": Phase.SCHEDULED,
        "phase_before": Phase.SCHEDULED,
        "reminder": True,
        "message": None,
    },
    Situation.IN_PROGRESS: {**_PLANNED, **_RUNNING},
    Situation.LONGER: {**_PLANNED, **_RUNNING, "window_ends": _LONGER, "former_ends": _WINDOW[1]},
    Situation.SHORTER: {
        **_PLANNED,
        **_RUNNING,
        "window_ends": _on_that_day("23:00"),
        "former_ends": _WINDOW[1],
    },
    Situation.OVERDUE: {**_PLANNED, **_RUNNING, "as_of": datetime(2025, 11, 16, 23, 45, tzinfo=_BERLIN)},
    Situation.COMPLETED: {**_PLANNED, **_RUNNING, **_CLOSED, "phase": Phase.COMPLETED},
    Situation.CANCELLED: {**_PLANNED, **_CLOSED, "ended": _AS_OF, "as_of": _AS_OF, "phase": Phase.CANCELLED},
    Situation.ABANDONED: {**_PLANNED, **_RUNNING, **_CLOSED, "phase": Phase.CANCELLED},
}
#: Situations by the names that folders of templates once had.
_BY_TEXT_PHASE = {"maintenance": Situation.SCHEDULED}


def situation_named(name: str) -> Situation:
    """Return the situation of that name; `maintenance` is announced maintenance. Raises `ValueError`."""
    return _BY_TEXT_PHASE.get(name) or Situation(name)


def sample_facts(situation: Situation) -> Facts:
    """Return the facts of one situation: of one outage, of one exercise, or of maintenance."""
    facts = replace(_OUTAGE, **_CHANGES[situation])  # type: ignore[arg-type]  # the table names fields
    said = ((where, words) for where, words in facts.wording if getattr(facts, where[0]) is not None)
    return replace(facts, wording=tuple(said))


@dataclass(frozen=True, slots=True)
class Organisation:
    """The sender: the organisation's name, the timezone of its texts, and the foot of its mails."""

    name: str
    timezone: ZoneInfo
    letterhead: Letterhead = NO_LETTERHEAD


def written_by(facts: Facts, organisation: Organisation) -> Facts:
    """Return the facts for another organisation, at the same local times."""
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    moments = {
        name: value.replace(tzinfo=organisation.timezone)
        for name, value in values.items()
        if isinstance(value, datetime)
    }
    return Facts(**{**values, **moments, "organisation": organisation.name})


def with_secrets(facts: Facts) -> Facts:
    """Return the facts with a canary in every value that is for colleagues only."""
    names = ("bridge", "changes", "decision", "escalation", "figures", "needs", "owner", "risk")
    secrets = tuple((f"internal_{name}", CANARY) for name in names)
    return replace(facts, cause=CANARY, variables=(*facts.variables, *secrets))
