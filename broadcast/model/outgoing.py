"""What an adapter is given: a message, and the facts that structured channels need."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from broadcast.model.clock import SystemClock
from broadcast.model.ids import notice_mark
from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.message import Message
from broadcast.model.notice import ContactPoint, NoticeKind
from broadcast.model.outcome import Thread
from broadcast.model.question import NoticeQuestion
from broadcast.model.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The facts of a notice that structured channels (status pages) show separately from its text.

    Times are aware datetimes in the organisation's timezone. None is what is not known, or does not apply.

    Attributes:
        services: What is affected; names have no line breaks.
        started: When it began.
        window_starts: The announced start of maintenance; `window_ends` its announced end.
        former_starts: The start that was announced before, if this notice changes it; `former_ends` likewise.
        severity_before: That of the notice before; None in the first.
        situation: What the notice tells readers outside.
        alternatives: The contact points beside the hotline.
        cut_off: No contact point works.
        corrects: When the statement was published that this notice withdraws.
        extent: `part` if only a part is down.
        identity: It distinguishes the incident from all others with the same reference, in any ledger; empty
            in old records.
    """

    incident: str
    sequence: int
    title: str
    kind: NoticeKind
    phase: Phase
    severity: Severity
    drill: bool
    organisation: str
    services: tuple[Service, ...]
    as_of: datetime
    started: datetime | None = None
    ended: datetime | None = None
    next_update: datetime | None = None
    link: str | None = None
    hotline: str | None = None
    alternatives: tuple[ContactPoint, ...] = ()
    cut_off: bool = False
    window_starts: datetime | None = None
    window_ends: datetime | None = None
    former_starts: datetime | None = None
    former_ends: datetime | None = None
    severity_before: Severity | None = None
    situation: Situation | None = None
    corrects: datetime | None = None
    extent: str | None = None
    identity: str = ""

    @property
    def mark(self) -> str:
        """The reference in texts, by which lists of messages are searched: `[INC-7/2]`."""
        return f"[{notice_mark(self.incident, self.sequence)}]"

    @property
    def turns(self) -> bool:
        """Whether the situation changes: over, withdrawn, of another severity, at another time."""
        moved = bool(self.former_starts or self.former_ends)
        turned = self.phase.closed or moved or self.corrects is not None
        return turned or self.severity_before not in {None, self.severity}


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """The latest state of services in an open incident, from the ledger."""

    phase: Phase
    severity: Severity
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """What the ledger knows about services at the moment a request is built.

    `named` are the services that any notice of this incident named on the channel. `open` are all open
    incidents that the channel may show, this one included; exercises are left out.
    """

    named: tuple[Service, ...]
    open: tuple[OpenIncident, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message for a provider.

    Attributes:
        key: Our reference, the same for every attempt: 24 letters and digits. It belongs where the provider
            keeps it, so that a look-up finds it.
        message: The text, in the language of the receiver.
        headline: The facts, for channels that show them separately from the text.
        address: The person's phone number (E.164) or e-mail address; None on a channel that publishes.
        name: The person's name, empty if it is not known.
        thread: The earlier message to this person or page on this channel; None for the first.
        translations: The texts in the other languages, if `speaks_all_locales` asks for them.
        unsubscribe: The token for the unsubscribe link; None if unsubscribing is not possible.
        may_leave: Whether they may unsubscribe: people on duty may not.
        question: What the notice asks; None if it asks nothing.
        expires_at: When the text is too old: a provider that can wait should not deliver it after that.
        service_record: The state of services, for adapters that show it (`ShowsServices`).

    Example:
        >>> body = {"to": outgoing.address, "text": outgoing.message.text, "reference": outgoing.key}
    """

    key: str
    message: Message
    headline: Headline
    address: str | None = None
    name: str = ""
    thread: Thread | None = None
    translations: tuple[Message, ...] = ()
    unsubscribe: str | None = None
    may_leave: bool = False
    question: NoticeQuestion | None = None
    expires_at: datetime | None = None
    service_record: ServiceRecord | None = None


@dataclass(frozen=True, slots=True)
class Attempted:
    """An earlier attempt whose answer was lost, to be looked up at the provider.

    Both times are by this machine's clock: compare only the time between them with a provider's times.

    Attributes:
        outgoing: The message, with the same `key` as then.
        started_at: When the attempt began.
        asked_at: When it is looked up.
    """

    outgoing: Outgoing
    started_at: datetime
    asked_at: datetime = field(default_factory=SystemClock().now)

    @property
    def elapsed(self) -> timedelta:
        """The time since the attempt began; not negative if the clock was set back."""
        return max(timedelta(0), self.asked_at - self.started_at)
