"""A notice, and the one record of facts that all its texts are made from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from broadcast.model.incident import Phase, Service, Severity


class NoticeKind(StrEnum):
    """Why a notice was published."""

    INITIAL = "initial"
    UPDATE = "update"
    RESOLUTION = "resolution"
    RETRACTION = "retraction"
    MAINTENANCE = "maintenance"


class TextPhase(StrEnum):
    """Which set of templates a notice is written from: the folders below `templates/<locale>/<audience>/`."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    UPDATE = "update"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    RETRACTION = "retraction"
    DRILL = "drill"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A way to reach us that works now; `value` is a phone number, an address or a link.

    `hours` says when somebody is there, as (locale, words).
    """

    kind: str
    value: str
    hours: tuple[tuple[str, str], ...] = ()

    def hours_in(self, locale: str) -> str:
        """When somebody is there, in the reader's language; "" where nobody said."""
        said = dict(self.hours)
        return said.get(locale) or said.get(locale.partition("-")[0]) or ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known, once; every text on every channel is made from this record and checked against it.

    Times are aware datetimes in the organisation's timezone. `message` and `title` are the commander's
    own words; `wording` holds their translations as ((field, locale), text). Optional prose
    (`scope`, `impact`, `action`, `cause`, `data_loss`) is left out of texts where it is None. `affects`
    names what is down besides; `cut_off` says that of all ways to reach us none works. `severity_before`
    is what the notice before said, None in the first.
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
    started: datetime
    detected: datetime
    drill: bool = False
    message: str | None = None
    ended: datetime | None = None
    next_update: datetime | None = None
    window_ends: datetime | None = None
    scope: str | None = None
    impact: str | None = None
    action: str | None = None
    cause: str | None = None
    data_loss: str | None = None
    link: str | None = None
    hotline: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    cut_off: bool = False
    affects: tuple[str, ...] = ()
    corrects: datetime | None = None
    severity_before: Severity | None = None
    wording: tuple[tuple[tuple[str, str], str], ...] = ()
    variables: tuple[tuple[str, str], ...] = field(default=())

    @property
    def mark(self) -> str:
        """The reference people can quote and providers can be searched for: `[INC-7/2]`."""
        return f"[{self.ref}/{self.sequence}]"

    def worded(self, name: str, locale: str) -> str | None:
        """The commander's words for field `name` in `locale`, else as they were first given."""
        wording = dict(self.wording)
        language = locale.partition("-")[0]
        return wording.get((name, locale)) or wording.get((name, language)) or getattr(self, name)
