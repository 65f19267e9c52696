"""A notice, and the one record of facts from which all its texts are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from broadcast.model.ids import notice_mark
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.moments import elapsed, later

#: A breach of personal data must be reported to the authority within this time (GDPR, article 33).
GDPR_DEADLINE = timedelta(hours=72)


class NoticeKind(StrEnum):
    """Why a notice was published."""

    INITIAL = "initial"
    UPDATE = "update"
    RESOLUTION = "resolution"
    RETRACTION = "retraction"
    MAINTENANCE = "maintenance"
    ESCALATION = "escalation"  # people are asked to confirm; it is no news for readers


class TextPhase(StrEnum):
    """The set of templates that a notice uses: the folders below `templates/<locale>/<audience>/`."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    UPDATE = "update"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    RETRACTION = "retraction"
    DRILL = "drill"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """A contact point that works now; `value` is a phone number, an address or a link.

    `hours` says when it is staffed, and `label` what it is called, as (locale, words) pairs.
    """

    kind: str
    value: str
    hours: tuple[tuple[str, str], ...] = ()
    label: tuple[tuple[str, str], ...] = ()

    def hours_in(self, locale: str) -> str:
        """Return when it is staffed, in the reader's language; "" if that is not configured."""
        return _in(self.hours, locale)

    def label_in(self, locale: str) -> str:
        """Return what it is called, in the reader's language; "" if that is not configured."""
        return _in(self.label, locale)


def _in(worded: tuple[tuple[str, str], ...], locale: str) -> str:
    said = dict(worded)
    return said.get(locale) or said.get(locale.partition("-")[0]) or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts of a notice: every text on every channel is made from this record and checked against it.

    Times are aware datetimes in the organisation's timezone. A field that is None or empty is not known or
    does not apply, and texts say nothing about it: an incident may be over without a stated end.

    Attributes:
        ref: The incident, `INC-7`; `sequence` is the number of the notice in it.
        text_phase: The templates that are used; `phase` is where the incident stands after this notice.
        title: The commander's own words, as are `message`, `scope`, `impact`, `action`, `cause`, `data_loss`,
            `correction`, `instruction` and `works`.
        as_of: When this notice was written; `reported` is when the first one was.
        started: When it really began; `detected` and `ended` likewise.
        next_update: The promised time of the next notice.
        window_starts: The announced start of maintenance; `window_ends` its announced end.
        former_starts: The start that was announced before, if this notice changes it; `former_ends` likewise.
        reminder: It reminds readers of announced work that is to begin as announced.
        outage_open: Another open incident may have the services of this maintenance down.
        alternatives: The contact points that work, beside the hotline.
        cut_off: No contact point works.
        phone_down: No phone number works.
        affects: Other systems that are down.
        corrects: When the statement was published that this notice withdraws: a false alarm, an all-clear,
            or the wrong fact that `correction` corrects.
        severity_before: That of the notice before, None in the first; `phase_before` likewise.
        instruction: What readers should do, until it is changed, withdrawn, or the incident ends.
        works: What still works.
        report: The day on which a report is promised.
        audiences: The template audiences that are written: `customers` (who also read what is public), ...
        hotlines: The numbers for single template audiences, as (audience, number).
        others_open: Another incident of the same kind (real, or exercise) is open.
        confirm_by: Until when readers are asked to confirm that they have read this; None if they are not, or
            if nothing here could hear an answer.
        wording: Translations of the commander's words and of `variables`, as ((name, locale), text).
        variables: The values of `-v NAME=VALUE`.

    Example:
        >>> facts = Facts(
        ...     organisation="Muster Handel", ref="INC-7", sequence=1, kind=NoticeKind.INITIAL,
        ...     phase=Phase.INVESTIGATING, text_phase=TextPhase.INVESTIGATING, severity=Severity.SEV2,
        ...     title="Checkout down", services=(Service("checkout"),), as_of=half_past_two,
        ...     started=two_o_clock, hotline="+49 30 23125000",
        ... )
        >>> facts.begins, facts.lasted
        (two_o_clock, timedelta(minutes=30))
    """

    organisation: str
    ref: str
    sequence: int
    kind: NoticeKind
    phase: Phase
    text_phase: TextPhase
    severity: Severity
    title: str
    services: tuple[Service, ...]
    as_of: datetime
    started: datetime | None = None
    detected: datetime | None = None
    drill: bool = False
    message: str | None = None
    ended: datetime | None = None
    next_update: datetime | None = None
    reported: datetime | None = None
    window_starts: datetime | None = None
    window_ends: datetime | None = None
    former_starts: datetime | None = None
    former_ends: datetime | None = None
    reminder: bool = False
    outage_open: bool = False
    scope: str | None = None
    impact: str | None = None
    action: str | None = None
    cause: str | None = None
    data_loss: str | None = None
    link: str | None = None
    hotline: str | None = None
    alternatives: tuple[ContactPoint, ...] = ()
    cut_off: bool = False
    phone_down: bool = False
    affects: tuple[str, ...] = ()
    corrects: datetime | None = None
    severity_before: Severity | None = None
    phase_before: Phase | None = None
    correction: str | None = None
    instruction: str | None = None
    works: str | None = None
    report: datetime | None = None
    audiences: tuple[str, ...] = ()
    hotlines: tuple[tuple[str, str], ...] = ()
    others_open: bool = False
    confirm_by: datetime | None = None
    wording: tuple[tuple[tuple[str, str], str], ...] = ()
    variables: tuple[tuple[str, str], ...] = field(default=())

    @property
    def begins(self) -> datetime | None:
        """When it began; for maintenance that has not begun, its planned start; None if that is not known."""
        return self.started or self.window_starts

    @property
    def window_change(self) -> str | None:
        """What changed in the window: `moved`, `longer`, `shorter`, `overdue`; else None.

        `overdue`: the work continues after its announced end, and there is no new end.
        """
        if self.phase is Phase.SCHEDULED:
            return "moved" if self.former_starts or self.former_ends else None
        if self.phase is not Phase.IN_PROGRESS:
            return None
        ends = self.window_ends
        if self.former_ends and ends:
            return "longer" if elapsed(self.former_ends, ends) > timedelta() else "shorter"
        return "overdue" if ends and elapsed(ends, self.as_of) > timedelta() else None

    @property
    def lasted(self) -> timedelta | None:
        """How long it has lasted, or lasted; None if its start, or its end, is not known."""
        until = self.ended or (None if self.phase.closed else self.as_of)
        return elapsed(self.started, until) if self.started and until else None

    @property
    def minutes(self) -> int:
        """How long it has been known: since its start or, if that is not known, since the first notice."""
        known = self.begins or self.reported or self.as_of
        return max(0, int(elapsed(known, self.ended or self.as_of).total_seconds() // 60))

    @property
    def authority_deadline(self) -> datetime:
        """The latest time, in the organisation's timezone, to report a breach to the authority."""
        known = self.detected or self.reported or self.as_of
        return later(known, GDPR_DEADLINE).astimezone(known.tzinfo)

    @property
    def mark(self) -> str:
        """The reference that people quote and that providers are searched for: `[INC-7/2]`."""
        return f"[{notice_mark(self.ref, self.sequence)}]"

    def worded(self, name: str, locale: str) -> str | None:
        """Return the commander's words for a fact or a variable in `locale`, else as first given."""
        wording = dict(self.wording)
        language = locale.partition("-")[0]
        said = wording.get((name, locale)) or wording.get((name, language))
        return said or getattr(self, name, None) or dict(self.variables).get(name)
