"""Read an escalation in a transaction, and end it there: with enough answers, or with its incident."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from broadcast.ledger.columns import contact_from, moment
from broadcast.ledger.store import Connection, Row
from broadcast.model.contact import Contact
from broadcast.model.delivery import DeliveryState
from broadcast.model.escalation import (
    Escalation,
    EscalationOutcome,
    EscalationPolicy,
    EscalationStep,
    Page,
)

_OVER = "the escalation is over, or the person has answered"


def answered(connection: Connection, notice: int, now: datetime) -> None:
    """Note an answer, and end the escalation of the notice if it is enough.

    Part of the transaction that records the answer; does nothing for a notice that is no escalation. One that
    ended because nobody was left to be asked is confirmed by a late answer all the same.
    """
    running = connection.execute("answer_changes_escalation", {"notice": notice}).rowcount > 0
    row = connection.execute("escalation_of_notice", (notice,)).fetchone()
    escalation = escalation_from(connection, row) if row is not None else None
    if escalation is None or not escalation.confirmed:
        return
    if running:
        end(connection, escalation, EscalationOutcome.CONFIRMED, now)
        return
    values = {"notice": notice, "outcome": EscalationOutcome.CONFIRMED}
    if connection.execute("confirm_ended_escalation", values).rowcount > 0:
        said = f"{escalation.policy.name} was {escalation.outcome}, and is {EscalationOutcome.CONFIRMED} now"
        note(connection, notice, said, now)


def end_if_all_confirmed(connection: Connection, notice: int, now: datetime) -> None:
    """End the escalation about a notice if nobody is missing any more; part of the answer's transaction."""
    row = connection.execute("escalation_by_notice", (notice,)).fetchone()
    if row is not None and row["ended_at"] is None and not unconfirmed_people(connection, notice):
        end(connection, escalation_from(connection, row), EscalationOutcome.CONFIRMED, now)


def unconfirmed_people(connection: Connection, notice: int) -> int:
    """Return how many people for whom a notice is required have not confirmed it, in time or late."""
    count: int = connection.execute("unconfirmed_people", {"notice": notice}).fetchone()["count"]
    return count


def end_with_incident(connection: Connection, incident: int, now: datetime) -> None:
    """End the escalations of an incident; part of the transaction that records its end."""
    values = {"incident": incident, "now": now.timestamp(), "outcome": EscalationOutcome.INCIDENT_OVER}
    if connection.execute("end_escalations_of_incident", values).rowcount > 0:
        connection.execute("cancel_pages_of_incident", {**values, "reason": "the incident is over"})


def is_escalation(connection: Connection, notice: int) -> bool:
    """Return whether a notice is the one of an escalation."""
    return connection.execute("escalation_of_notice", (notice,)).fetchone() is not None


def cancel_pages(connection: Connection, notice: int, now: datetime) -> None:
    """Cancel the pages of an escalation that must not leave any more; part of a transaction that claims."""
    connection.execute("cancel_pages", {"notice": notice, "now": now.timestamp(), "reason": _OVER})


def end(connection: Connection, escalation: Escalation, outcome: EscalationOutcome, now: datetime) -> bool:
    """End an escalation and cancel its pages; False if it has changed since it was read."""
    values = {
        "notice": escalation.notice,
        "version": escalation.version,
        "now": now.timestamp(),
        "outcome": outcome,
    }
    ended = connection.execute("end_escalation", values).rowcount > 0
    if ended:
        cancel_pages(connection, escalation.notice, now)
        note(connection, escalation.notice, f"{escalation.policy.name} ended: {outcome}", now)
    return ended


def note(connection: Connection, notice: int, detail: str, now: datetime) -> None:
    """Record what happened to an escalation, for the log."""
    values = {"notice": notice, "at": now.timestamp(), "kind": "escalation", "channel": None}
    connection.execute("insert_event", {**values, "detail": detail})


def escalation_from(connection: Connection, row: Row) -> Escalation:
    """Return the escalation that a row of `running_escalations` holds, with its pages and answers."""
    notice = row["notice_id"]
    answers = connection.execute("answers_of_notice", (notice,))
    return Escalation(
        notice=notice,
        incident=row["incident"],
        sequence=row["sequence"],
        policy=policy_from_json(row["policy"]),
        place=row["place"],
        since=moment(row["since"]),
        started_at=moment(row["started_at"]),
        expires_at=moment(row["expires_at"]),
        version=row["version"],
        answers={(one["audience"], one["contact"]): one["answer"] for one in answers},
        pages=tuple(_page(one) for one in connection.execute("pages_of_notice", (notice,))),
        ended_at=moment(row["ended_at"]),
        outcome=EscalationOutcome(row["outcome"]) if row["outcome"] else None,
    )


def _page(row: Row) -> Page:
    # A person who was forgotten has no row of their own any more.
    person = contact_from(row) or Contact(id=row["contact"])
    return Page(
        audience=row["audience"],
        person=Contact(
            id=row["contact"],
            name=person.name,
            phone=person.phone,
            email=person.email,
            locale=row["locale"],
            extra=person.extra,
        ),
        place=row["lane"],
        channel=row["channel"],
        state=DeliveryState(row["state"]),
        at=moment(row["updated_at"]),
    )


def policy_to_json(policy: EscalationPolicy) -> str:
    """Return a policy as a JSON object; `wait` is in seconds."""
    steps = [
        {
            "to": step.to,
            "channels": step.channels,
            "wait": step.wait.total_seconds(),
            "needs": step.needs,
        }
        for step in policy.steps
    ]
    return json.dumps({"name": policy.name, "repeat": policy.repeat, "steps": steps}, ensure_ascii=False)


def policy_from_json(text: str) -> EscalationPolicy:
    """Return the policy that `policy_to_json` wrote."""
    fields = json.loads(text)
    steps = [
        EscalationStep(
            to=tuple(step["to"]),
            channels=tuple(step["channels"]),
            wait=timedelta(seconds=step["wait"]),
            needs=step["needs"],
        )
        for step in fields["steps"]
    ]
    return EscalationPolicy(name=fields["name"], steps=tuple(steps), repeat=fields["repeat"])
