"""A ledger filled by hand: each message's fate is spelled out, so that every number is known beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Claim, NewNotice, Notice, NoticeText, Settlement
from broadcast.model.clock import SystemClock
from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Incident, Phase, Service, Severity
from broadcast.model.message import Message
from broadcast.model.notice import Facts, NoticeKind, TextPhase
from broadcast.model.outcome import Accepted
from broadcast.model.plan import Planned
from broadcast.model.question import NoticeQuestion

START = datetime(2025, 5, 23, 12, 0, tzinfo=UTC)
PERSONAL = ("email", "mail-backup", "sms")


def at(minutes: float) -> datetime:
    """So many minutes into the incident."""
    return START + timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class Try:
    """One request for one receiver: on which channel, with which outcome, answered when."""

    channel: str
    outcome: str | None
    minutes: float
    reason: str | None = None


class Chronicle:
    """Writes an incident into a ledger through the ledger's own doors."""

    def __init__(self, ledger: Ledger, incident: Incident) -> None:
        self.ledger = ledger
        self.incident = incident

    @classmethod
    @contextmanager
    def begin(cls, path: Path, **changes: object) -> Iterator[Chronicle]:
        """A new ledger with nothing in it."""
        ledger = Ledger.open(path / "broadcast.db")
        incident = Incident(
            id=0,
            ref="INC-1",
            title="Checkout is down",
            phase=Phase.INVESTIGATING,
            severity=Severity.SEV1,
            services=(Service("checkout", (("de", "Kasse"), ("en", "Checkout"))),),
            drill=False,
            started_at=at(0),
            detected_at=at(4),
            opened_at=at(6),
        )
        try:
            yield cls(ledger, replace(incident, **changes))  # type: ignore[arg-type]  # tests name the fields
        finally:
            ledger.close()

    def publish(
        self,
        minutes: float,
        planned: Sequence[Planned],
        *,
        kind: NoticeKind = NoticeKind.INITIAL,
        next_update: float | None = None,
        texts: Sequence[NoticeText] | None = None,
        question: NoticeQuestion | None = None,
        **changes: object,
    ) -> Notice:
        """Record a notice with what it owes."""
        incident = replace(self.incident, **changes)  # type: ignore[arg-type]  # tests name the fields
        sequence = self.ledger.incidents.next_sequence(incident) if incident.id else 1
        facts = Facts(
            organisation="Muster Handel",
            ref=incident.ref,
            sequence=sequence,
            kind=kind,
            phase=incident.phase,
            text_phase=TextPhase.UPDATE,
            severity=incident.severity,
            title=incident.title,
            services=incident.services,
            as_of=at(minutes),
            started=incident.started_at,
            detected=incident.detected_at,
            drill=incident.drill,
            next_update=None if next_update is None else at(next_update),
            impact="Nobody can pay.",
        )
        new = NewNotice(
            incident=incident,
            facts=facts,
            kind=kind,
            key=None,
            inputs_hash="inputs",
            author="ada",
            texts=texts or wording(sequence),
            deliveries=planned,
            question=question,
        )
        notice = self.ledger.incidents.record(new, at(minutes))
        self.incident = replace(incident, id=notice.incident_id)
        return notice

    def send(self, notice: Notice, minutes: float, fates: Mapping[str, Sequence[Try]]) -> None:
        """Make the requests of `fates` from `minutes` on, and record what comes of them."""
        run = self.ledger.runs.begin()
        deliveries = self.ledger.deliveries(notice.id, run, clock=SystemClock())
        wanted = {attempt.channel: 1000 for tries in fates.values() for attempt in tries}
        left = {receiver: list(tries) for receiver, tries in fates.items()}
        moment = at(minutes)
        while claims := [c for some in deliveries.turn([], wanted, moment).claims.values() for c in some]:
            for claim in claims:
                attempt = left[claim.receiver].pop(0)
                assert attempt.channel == claim.route[claim.step]
                if attempt.outcome is not None:
                    settled = _settlement(claim, attempt, more=bool(left[claim.receiver]))
                    deliveries.turn([settled], {}, at(attempt.minutes))
                    moment = max(moment, at(attempt.minutes))
        assert not any(left.values())
        run.end()

    def deliveries(self, notice: Notice) -> Deliveries:
        """The deliveries of a notice, for what the engine notes besides."""
        run = self.ledger.runs.begin()
        run.end()  # it claims nothing
        return self.ledger.deliveries(notice.id, run, clock=SystemClock())


def _settlement(claim: Claim, attempt: Try, *, more: bool) -> Settlement:
    state = {"accepted": DeliveryState.ACCEPTED, "unknown": DeliveryState.UNKNOWN, "held": DeliveryState.HELD}
    here = claim.route[claim.step]
    following = more and claim.step + 1 < len(claim.route)
    return Settlement(
        claims=(claim,),
        state=DeliveryState.PLANNED if more else state.get(attempt.outcome or "", DeliveryState.FAILED),
        outcome="not_sent" if attempt.outcome == "held" else attempt.outcome,
        reason=attempt.reason,
        accepted=(Accepted(f"{here}-{claim.attempt}"),) if attempt.outcome == "accepted" else (),
        step=claim.step + 1 if following else claim.step,
    )


def person(
    id: str, *, name: str | None = None, phone: str | None = None, email: str | None = None
) -> Contact:
    """Somebody with both kinds of address."""
    number = int(id.removeprefix("c"))
    return Contact(
        id=id,
        name=name or f"Person {number}",
        phone=phone or f"+4915112345{number:03}",
        email=email or f"person{number}@kunde.example",
    )


def owed(contact: Contact, route: Sequence[str] = PERSONAL, **changes: object) -> Planned:
    """A message owed to a person."""
    planned = Planned(
        audience="customers",
        template_audience="customers",
        locale="de",
        lane=0,
        contact=contact,
        receiver=contact.id,
        route=tuple(route),
    )
    return replace(planned, **changes)  # type: ignore[arg-type]  # tests name the fields


def posted(channel: str, lane: int = 1) -> Planned:
    """A post that a channel owes to everybody."""
    return Planned(
        audience="customers",
        template_audience="public",
        locale="de",
        lane=lane,
        contact=None,
        receiver=f"channel:{channel}",
        route=(channel,),
    )


def wording(sequence: int) -> tuple[NoticeText, ...]:
    """Two plain texts for a notice."""
    mark = f"[INC-1/{sequence}]"
    return (
        NoticeText(
            "customers",
            "sms",
            Message(locale="de", text=f"{mark} Kasse gestört. Bitte später erneut versuchen."),
        ),
        NoticeText(
            "customers",
            "email",
            Message(locale="de", text=f"Guten Tag,\n\n{mark} die Kasse ist gestört.", subject="Störung"),
        ),
    )


def outage(chronicle: Chronicle) -> None:
    """The incident most tests are about: four notices, two channels that fail, somebody nobody could reach.

    Fifteen people (c1 to c15) and two channels that publish. See the tests for the numbers.
    """
    crowd = [person(f"c{number}") for number in range(1, 16)]
    _opening(chronicle, crowd)
    _update(chronicle, crowd)
    _severity_falls(chronicle, crowd)
    _resolution(chronicle, crowd)


def _opening(chronicle: Chronicle, crowd: Sequence[Contact]) -> None:
    """E-mail dies after six people, and the backup loses an answer; c13 to c15 are special."""
    planned = [owed(contact) for contact in crowd[:13]]
    planned += [
        owed(crowd[13], ("sms",)),
        owed(crowd[14], state=DeliveryState.FAILED, reason="unreachable: no email for email, mail-backup"),
        posted("x"),
        posted("page", lane=2),
    ]
    notice = chronicle.publish(6, planned, next_update=36)
    fates: dict[str, list[Try]] = {
        f"c{number}": [Try("email", "accepted", 6.5 + number / 100)] for number in range(1, 7)
    }
    for number in range(7, 12):
        refused = Try("email", "not_sent", 7, "connection refused")
        fates[f"c{number}"] = [refused, Try("mail-backup", "accepted", 8 + number / 100)]
    fates["c12"] = [
        Try("email", "not_sent", 7, "connection refused"),
        Try("mail-backup", "unknown", 9, "timeout after sending"),
        Try("sms", "accepted", 9.5),
    ]
    fates["c13"] = [
        Try("email", "rejected", 7, "mailbox unknown"),
        Try("mail-backup", "rejected", 8, "mailbox of person13@kunde.example unknown"),
        Try("sms", "rejected", 9, "+4915112345013 is not a mobile number"),
    ]
    fates["c14"] = [Try("sms", "unknown", 9, "reset after sending")]
    fates["channel:x"] = [Try("x", "accepted", 6.7)]
    fates["channel:page"] = [Try("page", "not_sent", 6.8, "connection refused"), Try("page", "accepted", 7.8)]
    chronicle.send(notice, 6.1, fates)
    chronicle.deliveries(notice).breaker_opened("email", "5 in a row: connection refused", at(7))


def _update(chronicle: Chronicle, crowd: Sequence[Contact]) -> None:
    """E-mail is left alone, so that everybody who waits for it goes on without a request; 12 minutes late."""
    planned = [owed(contact) for contact in crowd[:4]] + [posted("x")]
    notice = chronicle.publish(47, planned, kind=NoticeKind.UPDATE, next_update=80, phase=Phase.IDENTIFIED)
    deliveries = chronicle.deliveries(notice)
    moved = deliveries.reroute("email", "5 in a row: connection refused", at(47.1))
    deliveries.note("failover", f"{moved} moved on: 5 in a row: connection refused", at(47.1), "email")
    fates = {f"c{number}": [Try("mail-backup", "accepted", 48)] for number in (1, 2, 3)}
    fates["c4"] = [
        Try("mail-backup", "not_sent", 48, "451 try again later"),
        Try("sms", "held", 48.5, "no credit left"),
    ]
    chronicle.send(notice, 47.2, fates | {"channel:x": [Try("x", "rejected", 47.5, "duplicate text")]})
    deliveries.note("recovery", "2 taken over: the run that sent it ended before the answer came", at(50))


def _severity_falls(chronicle: Chronicle, crowd: Sequence[Contact]) -> None:
    """In time for the promise."""
    notice = chronicle.publish(
        75,
        [owed(contact) for contact in crowd[:3]],
        kind=NoticeKind.UPDATE,
        next_update=120,
        phase=Phase.MONITORING,
        severity=Severity.SEV3,
    )
    chronicle.send(notice, 75.1, {f"c{n}": [Try("email", "accepted", 75.5)] for n in (1, 2, 3)})


def _resolution(chronicle: Chronicle, crowd: Sequence[Contact]) -> None:
    """Everybody who was told gets it, but for c2, whose answer is lost, and c3, who refuses it."""
    notice = chronicle.publish(
        110,
        [owed(contact) for contact in crowd[:12]] + [posted("page")],
        kind=NoticeKind.RESOLUTION,
        phase=Phase.RESOLVED,
        ended_at=at(105),
    )
    fates = {f"c{number}": [Try("email", "accepted", 110.5)] for number in (1, *range(4, 13))}
    fates["c2"] = [
        Try("email", "unknown", 111, "timeout after sending"),
        Try("mail-backup", "not_sent", 111.2, "451 try again later"),
        Try("sms", "rejected", 111.5, "the subscriber has opted out"),
    ]
    fates["c3"] = [
        Try("email", "rejected", 111, "spam"),
        Try("mail-backup", "rejected", 111.2, "spam"),
        Try("sms", "rejected", 111.5, "the subscriber has opted out"),
    ]
    fates["channel:page"] = [Try("page", "accepted", 110.4)]
    chronicle.send(notice, 110.1, fates)
