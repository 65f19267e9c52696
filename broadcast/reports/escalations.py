"""Escalations as status, log and reports show them: where they stand, who is asked, who answered what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from broadcast.ledger.confirmations import Confirmation
from broadcast.ledger.ledger import Ledger
from broadcast.model.escalation import Escalation, Page
from broadcast.model.ids import base_id, notice_mark
from broadcast.model.incident import Incident
from broadcast.model.question import NoticeQuestion
from broadcast.planning.escalation import Wait, decide

SCHEMA = "broadcast.escalation/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationStatus:
    """An escalation with what it asks and the answers that count, as it stands at `as_of`."""

    escalation: Escalation
    question: NoticeQuestion | None
    answers: tuple[Confirmation, ...]
    as_of: datetime

    @property
    def mark(self) -> str:
        """Its reference: `INC-7/E1`."""
        return notice_mark(self.escalation.incident, self.escalation.sequence)

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.escalation.ended_at is None

    @property
    def next_at(self) -> datetime | None:
        """When its next step is due; None if it has ended, or the step is due now."""
        decision = decide(self.escalation, self.as_of) if self.running else None
        return decision.until if isinstance(decision, Wait) else None

    @property
    def waiting_for(self) -> tuple[Page, ...]:
        """The latest message of everybody who was asked and has not answered; none after its end."""
        latest = {page.receiver: page for page in self.escalation.pages if page.alive}
        open_ = {who: page for who, page in latest.items() if who not in self.escalation.answers}
        return tuple(open_.values()) if self.running else ()

    @property
    def counts(self) -> dict[str, int]:
        """How many people chose each option in time; empty if it only asks to confirm."""
        options = self.question.options if self.question else ()
        return {
            option: sum(one.answer == option and not one.late for one in self.answers) for option in options
        }

    def as_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return it for programs, with times in `zone`."""
        one, position = self.escalation, self.escalation.position
        names = {page.receiver: page.person.name for page in one.pages}
        asks = self.question is not None and bool(self.question.options)
        return {
            "schema": SCHEMA,
            "ref": self.mark,
            "incident": one.incident,
            "policy": one.policy.name,
            "state": str(one.outcome or "running"),
            "started_at": _iso(one.started_at, zone),
            "since": _iso(one.since, zone),
            "expires_at": _iso(one.expires_at, zone),
            "ended_at": _iso(one.ended_at, zone),
            "round": position.round + 1,
            "step": position.step + 1,
            "steps": len(one.policy.steps),
            "channel": one.policy.channel_at(one.place),
            "next_at": _iso(self.next_at, zone),
            "question": self.question.text if self.question and asks else None,
            "counts": self.counts,
            "waiting_for": [_person(page) | {"channel": page.channel} for page in self.waiting_for],
            "pages": [_page(page, one, zone) for page in one.pages],
            "answers": [_answer(answer, names, zone) for answer in self.answers],
        }


def escalations(ledger: Ledger, incident: Incident, now: datetime) -> tuple[EscalationStatus, ...]:
    """Return every escalation of an incident, the oldest first."""
    return with_answers(ledger, ledger.escalations.of(incident), now)


def with_answers(ledger: Ledger, found: Sequence[Escalation], now: datetime) -> tuple[EscalationStatus, ...]:
    """Return these escalations with their questions and answers."""
    return tuple(
        EscalationStatus(
            escalation=one,
            question=ledger.confirmations.question(one.notice),
            answers=tuple(ledger.confirmations.of(one.notice)),
            as_of=now,
        )
        for one in found
    )


def _person(page: Page) -> dict[str, Any]:
    return {"audience": page.audience, "contact": base_id(page.person.id), "name": page.person.name}


def _page(page: Page, escalation: Escalation, zone: ZoneInfo) -> dict[str, Any]:
    position = escalation.policy.positions[page.place]
    return {
        **_person(page),
        "round": position.round + 1,
        "step": position.step + 1,
        "channel": page.channel,
        "state": str(page.state),
        "at": _iso(page.at, zone),
    }


def _answer(answer: Confirmation, names: dict[tuple[str, str], str], zone: ZoneInfo) -> dict[str, Any]:
    later = answer.later
    return {
        "audience": answer.audience,
        "contact": base_id(answer.contact),
        "name": names.get((answer.audience, answer.contact), ""),
        "answer": answer.answer,
        "means": str(answer.means),
        "channel": answer.channel,
        "by": answer.author or None,
        "at": _iso(answer.at, zone),
        "late": answer.late,
        "later": {"answer": later.answer, "at": _iso(later.at, zone)} if later else None,
    }


def _iso(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None
