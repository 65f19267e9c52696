"""Incidents and notices to test ledgers with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from broadcast.ledger.deliveries import Deliveries
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.records import Claim, NewNotice, Notice, NoticeText, Settlement
from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.incident import Incident, Phase, Service, Severity
from broadcast.model.message import Message
from broadcast.model.notice import Facts, NoticeKind, TextPhase
from broadcast.model.plan import Planned

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ROUTE = ("email", "mail-backup", "sms")


def after(seconds: float) -> datetime:
    """Return the time `seconds` after noon."""
    return NOON + timedelta(seconds=seconds)


def incident(phase: Phase = Phase.INVESTIGATING) -> Incident:
    """Return the first incident of a ledger, not recorded yet."""
    return Incident(
        id=0,
        ref="INC-1",
        title="Störung im Bezahlvorgang",
        phase=phase,
        severity=Severity.SEV2,
        services=(Service("checkout", (("de", "Bezahlvorgang"),), "abc123"),),
        drill=False,
        started_at=NOON,
        detected_at=NOON,
        opened_at=NOON,
    )


def facts(of: Incident, sequence: int) -> Facts:
    """Return the facts of the incident's `sequence`-th notice."""
    return Facts(
        organisation="Muster Handel",
        ref=of.ref,
        sequence=sequence,
        kind=NoticeKind.INITIAL if sequence == 1 else NoticeKind.UPDATE,
        phase=of.phase,
        text_phase=TextPhase.INVESTIGATING,
        severity=of.severity,
        title=of.title,
        services=of.services,
        as_of=NOON,
        started=of.started_at,
        detected=of.detected_at,
        message="Wir arbeiten daran.",
    )


def owed(
    *receivers: str, route: Sequence[str] = ROUTE, state: DeliveryState = DeliveryState.PLANNED
) -> list[Planned]:
    """Return one delivery for each receiver; names with a colon are channels that publish."""
    return [
        Planned(
            audience="customers",
            template_audience="customers",
            locale="de",
            lane=0,
            contact=None
            if ":" in name
            else Contact(id=name, name=name.title(), phone="+4915112345678", email=f"{name}@kunde.example"),
            receiver=name,
            route=tuple(route),
            state=state,
        )
        for name in receivers
    ]


def notice(
    of: Incident, sequence: int, deliveries: Iterable[Planned], *, key: str | None = None
) -> NewNotice:
    """Return a notice that is ready to be recorded."""
    written = facts(of, sequence)
    text = NoticeText(
        "customers",
        "email",
        Message(
            locale="de", text="NoticeText", subject=f"[INC-1/{sequence}]", html="<p>Text</p>", slots=("name",)
        ),
    )
    return NewNotice(
        incident=of,
        facts=written,
        kind=written.kind,
        key=key,
        inputs_hash="inputs",
        author="ada",
        texts=(text,),
        deliveries=deliveries,
    )


def record(
    ledger: Ledger, *receivers: str, phase: Phase = Phase.INVESTIGATING, route: Sequence[str] = ROUTE
) -> Notice:
    """Record the next notice of the only incident, with one delivery for each receiver."""
    known = ledger.incidents.all()
    now = replace(known[0] if known else incident(), phase=phase)
    sequence = ledger.incidents.next_sequence(now) if known else 1
    return ledger.incidents.record(notice(now, sequence, owed(*receivers, route=route)), NOON)


def settled(claim: Claim, state: DeliveryState, outcome: str | None, **more: object) -> Settlement:
    """Return the settlement of a claim, on its present channel unless `step` says otherwise."""
    fields = {"step": claim.step, "outcome": outcome, **more}
    return Settlement(claims=(claim,), state=state, **fields)  # type: ignore[arg-type]  # tests name the fields


def claim(deliveries: Deliveries, channel: str, limit: int = 10, seconds: float = 0.0) -> list[Claim]:
    """Claim the deliveries that are due on a channel, `seconds` after noon."""
    return list(deliveries.turn([], {channel: limit}, after(seconds)).claims[channel])
