"""Made-up but complete facts: what lint proves the templates with, and what the documentation shows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.notice import Alternative, Facts, NoticeKind, TextPhase

#: A word that no public text may show.
CANARY = "Kanarienvogel"
_BERLIN = ZoneInfo("Europe/Berlin")
_STARTED = datetime(2025, 11, 16, 13, 40, tzinfo=_BERLIN)
_AS_OF = datetime(2025, 11, 16, 14, 5, tzinfo=_BERLIN)
_ENDED = datetime(2025, 11, 16, 14, 22, tzinfo=_BERLIN)
_NEXT = datetime(2025, 11, 16, 14, 35, tzinfo=_BERLIN)

_KINDS = {
    TextPhase.INVESTIGATING: (NoticeKind.INITIAL, Phase.INVESTIGATING),
    TextPhase.IDENTIFIED: (NoticeKind.UPDATE, Phase.IDENTIFIED),
    TextPhase.UPDATE: (NoticeKind.UPDATE, Phase.INVESTIGATING),
    TextPhase.MONITORING: (NoticeKind.UPDATE, Phase.MONITORING),
    TextPhase.RESOLVED: (NoticeKind.RESOLUTION, Phase.RESOLVED),
    TextPhase.RETRACTION: (NoticeKind.RETRACTION, Phase.RETRACTED),
    TextPhase.DRILL: (NoticeKind.INITIAL, Phase.INVESTIGATING),
    TextPhase.MAINTENANCE: (NoticeKind.MAINTENANCE, Phase.SCHEDULED),
}
_SERVICE = Service("support", names=(("de", "Chat und E-Mail-Support"), ("en", "Chat and e-mail support")))
_MESSAGES: dict[TextPhase, tuple[str | None, str]] = {
    TextPhase.MAINTENANCE: ("Bestellen geht.", "Orders work."),
    TextPhase.RETRACTION: (None, ""),
    TextPhase.DRILL: (None, ""),
}
_OPEN = frozenset({TextPhase.INVESTIGATING, TextPhase.IDENTIFIED, TextPhase.UPDATE, TextPhase.MONITORING})


def sample_facts(phase: TextPhase) -> Facts:
    """The facts of one phase of one outage."""
    kind, incident_phase = _KINDS[phase]
    over = phase is TextPhase.RESOLVED
    message, translated = _MESSAGES.get(phase, ("Bestellen und Bezahlen geht.", "Orders and payments work."))
    planned = phase in {TextPhase.MAINTENANCE, TextPhase.DRILL}
    return Facts(
        organisation="Muster Handel",
        ref="INC-7",
        sequence=2,
        kind=kind,
        phase=incident_phase,
        text_phase=phase,
        severity=Severity.SEV2,
        title="Chat und E-Mail-Support gestört",
        services=(_SERVICE,),
        as_of=_ENDED if over else _AS_OF,
        started=_STARTED,
        detected=_STARTED,
        drill=phase is TextPhase.DRILL,
        message=message,
        ended=_ENDED if over else None,
        next_update=_NEXT if phase in _OPEN else None,
        window_starts=_STARTED if phase is TextPhase.MAINTENANCE else None,
        window_ends=_ENDED if planned else None,
        link="https://muster.example",
        hotline="030 23125000",
        alternatives=(Alternative("email", "hilfe@muster.example"),),
        corrects=_STARTED if phase is TextPhase.RETRACTION else None,
        wording=(
            (("title", "en"), "Chat and e-mail support down"),
            *(((("message", "en"), translated),) if message else ()),
        ),
    )


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who writes: the organisation's name, and the zone that its times are in."""

    name: str
    timezone: ZoneInfo


def written_by(facts: Facts, organisation: Organisation) -> Facts:
    """The same facts of another organisation, at the same times of its day."""
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    moments = {
        name: value.replace(tzinfo=organisation.timezone)
        for name, value in values.items()
        if isinstance(value, datetime)
    }
    return Facts(**{**values, **moments, "organisation": organisation.name})


def with_secrets(facts: Facts) -> Facts:
    """The same facts with a canary in everything that is for colleagues only."""
    names = ("bridge", "changes", "decision", "escalation", "figures", "needs", "owner", "risk")
    secrets = tuple((f"internal_{name}", CANARY) for name in names)
    return replace(facts, cause=CANARY, variables=(*facts.variables, *secrets))
