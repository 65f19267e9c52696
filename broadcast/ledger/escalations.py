"""Escalations: record them with their pages, move them on, end them.

Every step is one transaction that compares the version with what was read. So two processes never take it
twice, and nothing is written on the strength of an answer that was overlooked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from broadcast.errors import Refused
from broadcast.ledger.columns import moment
from broadcast.ledger.confirmations import ask
from broadcast.ledger.escalation_rows import (
    end,
    escalation_from,
    note,
    policy_from_json,
    policy_to_json,
    unconfirmed_people,
)
from broadcast.ledger.facts_json import content_hash, facts_to_json
from broadcast.ledger.follow_ups import CLOSED
from broadcast.ledger.records import NewNotice, Notice
from broadcast.ledger.rows import keep_deliveries, message_row, notice_from
from broadcast.ledger.store import Connection, Store
from broadcast.ledger.unconfirmed import LATE
from broadcast.model.escalation import Escalation, EscalationOutcome, EscalationPolicy
from broadcast.model.ids import notice_identity
from broadcast.model.incident import Incident, Phase
from broadcast.model.plan import Planned


@dataclass(frozen=True, slots=True)
class Climbed:
    """Where an escalation goes, the pages that are written there, and what the log says of it."""

    place: int
    pages: Iterable[Planned]
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedEscalation:
    """A notice that was not confirmed by everybody, whose escalation has not begun.

    `incident` and `sequence` are its reference; `policy` is the name of the policy that it came with.
    """

    notice: int
    incident: str
    sequence: int
    policy: str


class Escalations:
    """The ledger's escalations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def next_number(self, incident: Incident) -> int:
        """Return the sequence that the incident's next escalation gets."""
        with self._store.reading() as connection:
            number: int = connection.execute("next_page_number", (incident.id,)).fetchone()[0]
            return number

    def owed(self, now: datetime) -> list[OwedEscalation]:
        """Return the notices whose escalation is due, the oldest first.

        The time is over, or all have answered, and somebody has not confirmed. A question of more than a day
        ago is left alone, and so are a notice after which another one asked, and one whose command a person
        interrupted.
        """
        wanted = {"now": now.timestamp(), "since": (now - LATE).timestamp(), "closed": CLOSED}
        with self._store.reading() as connection:
            rows = connection.execute("owed_escalations", wanted).fetchall()
            return [
                OwedEscalation(
                    notice=row["id"],
                    incident=row["incident"],
                    sequence=row["sequence"],
                    policy=row["policy"],
                )
                for row in rows
                if unconfirmed_people(connection, row["id"])
            ]

    def next_owed(self, now: datetime) -> datetime | None:
        """Return when the next such time is over; None if no notice has a policy that may still begin."""
        wanted = {"now": now.timestamp(), "closed": CLOSED}
        with self._store.reading() as connection:
            row = connection.execute("next_owed_escalation", wanted).fetchone()
        at: float | None = row["answer_by"]
        return moment(at)

    def about(self, notice: int) -> int | None:
        """Return the notice whose missing confirmations an escalation is about; None if it is about none."""
        with self._store.reading() as connection:
            row = connection.execute("notice_of_escalation", (notice,)).fetchone()
        return None if row is None else int(row[0])

    def by(self, about: int) -> Escalation | None:
        """Return the escalation about the missing confirmations of a notice; None if none has begun."""
        with self._store.reading() as connection:
            row = connection.execute("escalation_by_notice", (about,)).fetchone()
            return None if row is None else escalation_from(connection, row)

    def continued(self, about: int, by: int) -> None:
        """Record that an escalation that runs already is the one of a notice."""
        with self._store.transaction() as connection:
            connection.execute("escalate_question", {"about": about, "by": by})

    def start(
        self, new: NewNotice, policy: EscalationPolicy, now: datetime, about: int | None = None
    ) -> Notice:
        """Record an escalation with its first pages; one transaction.

        Args:
            new: Its notice.
            policy: Whom to ask.
            now: The time.
            about: The notice whose missing confirmations it is about, if it is.

        Raises:
            Refused: The incident ended meanwhile, an escalation by that policy runs already, or the one about
                that notice has begun.
            LedgerError: Nothing was recorded.
        """
        with self._store.transaction() as connection:
            _check(connection, new, policy)
            notice = _insert_notice(connection, new, now)
            connection.execute(
                "insert_escalation",
                {
                    "notice": notice,
                    "policy": policy_to_json(policy),
                    "now": now.timestamp(),
                    "expires_at": (now + policy.expires).timestamp(),
                },
            )
            keep_deliveries(connection, notice, new.deliveries, now.timestamp())
            note(connection, notice, f"{policy.name} started by {new.author}", now)
            if about is not None:
                values = {"about": about, "by": notice}
                if connection.execute("escalate_question", values).rowcount < 1:
                    raise Refused("another process has begun that escalation", hint="nothing was sent twice")
            return notice_from(connection.execute("notice_by_id", (notice,)).fetchone())

    def running(self) -> list[Escalation]:
        """Return the escalations that have not ended, the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute("running_escalations").fetchall()
            return [escalation_from(connection, row) for row in rows]

    def of(self, incident: Incident) -> list[Escalation]:
        """Return every escalation of an incident, the oldest first."""
        with self._store.reading() as connection:
            rows = connection.execute("escalations_of_incident", (incident.id,)).fetchall()
            return [escalation_from(connection, row) for row in rows]

    def find(self, notice: int) -> Escalation:
        """Return the escalation of a notice, as it stands now."""
        with self._store.reading() as connection:
            return escalation_from(
                connection, connection.execute("escalation_of_notice", (notice,)).fetchone()
            )

    def notice(self, notice: int) -> Notice:
        """Return the notice of an escalation."""
        with self._store.reading() as connection:
            return notice_from(connection.execute("notice_by_id", (notice,)).fetchone())

    def climb(self, escalation: Escalation, step: Climbed, now: datetime) -> bool:
        """Move an escalation on and record its pages; False if it has changed since it was read."""
        values = {
            "notice": escalation.notice,
            "version": escalation.version,
            "place": step.place,
            "now": now.timestamp(),
        }
        with self._store.transaction() as connection:
            if connection.execute("climb_escalation", values).rowcount < 1:
                return False
            keep_deliveries(connection, escalation.notice, step.pages, now.timestamp())
            note(connection, escalation.notice, step.said, now)
            return True

    def end(self, escalation: Escalation, outcome: EscalationOutcome, now: datetime) -> bool:
        """End an escalation and cancel its pages; False if it has changed since it was read."""
        with self._store.transaction() as connection:
            return end(connection, escalation, outcome, now)


def _check(connection: Connection, new: NewNotice, policy: EscalationPolicy) -> None:
    rows = connection.execute("escalations_of_incident", (new.incident.id,)).fetchall()
    ref = new.incident.ref
    if any(row["ended_at"] is None and policy_from_json(row["policy"]).name == policy.name for row in rows):
        raise Refused(
            f"{ref} has an escalation by {policy.name} that is running",
            hint=f"`broadcast escalate list {ref}` shows it; `broadcast confirm {ref} --by ID` ends it",
        )
    (phase,) = [row["phase"] for row in connection.execute("incidents") if row["id"] == new.incident.id]
    if Phase(phase).closed:
        raise Refused(f"{ref} is over", hint="escalate an incident that is open: broadcast status")


def _insert_notice(connection: Connection, new: NewNotice, now: datetime) -> int:
    values = (
        new.incident.id,
        connection.execute("next_page_number", (new.incident.id,)).fetchone()[0],
        new.kind,
        new.facts.phase,
        facts_to_json(new.facts),
        content_hash(*(text.message.text for text in new.texts)),
        None,
        new.inputs_hash,
        new.author,
        now.timestamp(),
        None,
        notice_identity(None, new.inputs_hash),
        json.dumps(dict(new.kinds)),
    )
    notice: int = connection.execute("insert_notice", values).fetchone()[0]
    connection.executemany("insert_message", (message_row(notice, text) for text in new.texts))
    if new.question is not None:
        ask(connection, notice, new.question)
    return notice
