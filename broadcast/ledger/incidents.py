"""Record incidents and notices, each in one transaction and before anything is sent; find and read them."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from broadcast.errors import AmbiguousIncident, Overtaken, UnknownIncident
from broadcast.ledger.columns import epoch, moment, services_from_json, services_to_json
from broadcast.ledger.store import Connection, Row, Store
from broadcast.model.ids import incident_identity, notice_identity, notice_mark
from broadcast.model.incident import Incident, Phase, Severity
from broadcast.model.unknown import OnUnknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from broadcast.ledger.records import NewNotice, Notice, NoticeText
    from broadcast.model.plan import Planned


class Incidents:
    """The ledger's incidents and notices."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def next_ref(self) -> str:
        """Return the reference that the next incident will get."""
        with self._store.reading() as connection:
            return f"INC-{connection.execute('next_incident_number').fetchone()[0]}"

    def reserve_ref(self) -> str:
        """Take the next reference, so that no other command gets it; raises `LedgerError`."""
        with self._store.transaction() as connection:
            number: int = connection.execute("next_incident_number").fetchone()[0]
            connection.execute("reserve_number", (number,))
            return f"INC-{number}"

    def next_sequence(self, incident: Incident) -> int:
        """Return the number that the incident's next notice will get."""
        with self._store.reading() as connection:
            number: int = connection.execute("next_sequence", (incident.id,)).fetchone()[0]
            return number

    def all(self) -> list[Incident]:
        """Return every incident, oldest first."""
        with self._store.reading() as connection:
            return [_incident(row) for row in connection.execute("incidents")]

    def find(self, ref: str | None, *, closed: bool = False, maintenance: bool = False) -> Incident:
        """Return the incident named `ref` (`INC-7`, `inc-7` or `7`), or the only open one.

        With `closed`, the latest closed incident stands in if none is open; with `maintenance`, only
        announced work counts as open. Raises `UnknownIncident` or `AmbiguousIncident`.
        """
        incidents = self.all()
        if ref is not None:
            return _named(ref, incidents)
        candidates = [
            incident
            for incident in incidents
            if not incident.phase.closed and (incident.phase.maintenance or not maintenance)
        ]
        if len(candidates) == 1:
            return candidates[0]
        if closed and not candidates and incidents:
            return incidents[-1]
        if candidates:
            listed = ", ".join(f"{incident.ref} ({incident.title})" for incident in candidates)
            kind = "windows of maintenance" if maintenance else "incidents"
            raise AmbiguousIncident(
                f"{len(candidates)} {kind} are open: {listed}",
                hint=f"name one, for example {candidates[-1].ref}",
            )
        if maintenance:
            raise UnknownIncident(
                "no maintenance is announced or under way",
                hint='announce some with: broadcast maintenance "TITLE" --from 22:00 --until 23:30',
            )
        raise UnknownIncident("no incident is open", hint='open one with: broadcast notify "TITLE"')

    def latest(self, incident: Incident) -> tuple[int, int] | None:
        """Return the id and the number of the incident's latest notice, without reading it."""
        with self._store.reading() as connection:
            row = connection.execute("latest_notice", (incident.id,)).fetchone()
            return (row["id"], row["sequence"]) if row else None

    def notices(self, incident: Incident) -> list[Notice]:
        """Return the incident's notices in order."""
        from broadcast.ledger.rows import notice_from

        with self._store.reading() as connection:
            return [notice_from(row) for row in connection.execute("notices_of_incident", (incident.id,))]

    def notice(self, id: int) -> Notice:
        """Return the notice of that number, which must exist."""
        from broadcast.ledger.rows import notice_from

        with self._store.reading() as connection:
            return notice_from(connection.execute("notice_by_id", (id,)).fetchone())

    def notice_with_key(self, key: str) -> Notice | None:
        """Return the notice recorded under that idempotency key."""
        from broadcast.ledger.rows import notice_from

        with self._store.reading() as connection:
            row = connection.execute("notice_by_key", (key,)).fetchone()
            return notice_from(row) if row else None

    def texts(self, notice: int) -> list[NoticeText]:
        """Return the texts of a notice as they were rendered."""
        from broadcast.ledger.rows import text_from

        with self._store.reading() as connection:
            return [text_from(row) for row in connection.execute("messages", (notice,))]

    def record(self, new: NewNotice, now: datetime) -> Notice:
        """Put a notice with its texts and deliveries on disk, all or nothing.

        Older messages that have not left yet are cancelled if the newer notice supersedes them; all of them
        if the incident ends, so that no message announces an outage that is over.
        Raises `Overtaken` if another notice was recorded meanwhile, and `LedgerError`.
        """
        from broadcast.ledger.automatic_work import follow_work
        from broadcast.ledger.escalation_rows import end_with_incident
        from broadcast.ledger.facts_json import content_hash, facts_to_json
        from broadcast.ledger.follow_ups import supersede
        from broadcast.ledger.rows import keep_deliveries, message_row, notice_from

        at = now.timestamp()
        with self._store.transaction() as connection:
            # Another process may have used the key, or published, since the preview was made.
            if new.key and connection.execute("notice_by_key", (new.key,)).fetchone():
                raise Overtaken(f"the key {new.key} was just used", hint="run this again to see its result")
            identity = notice_identity(new.key, new.inputs_hash)
            incident_id = self._keep_incident(connection, new, incident_identity(identity))
            sequence = connection.execute("next_sequence", (incident_id,)).fetchone()[0]
            if sequence != new.facts.sequence:
                raise _overtaken(new, sequence)
            recorded = connection.execute(
                "insert_notice",
                (
                    incident_id,
                    sequence,
                    new.kind,
                    new.facts.phase,
                    facts_to_json(new.facts),
                    content_hash(*(text.message.text for text in new.texts)),
                    new.key,
                    new.inputs_hash,
                    new.author,
                    at,
                    epoch(new.facts.next_update),
                    identity,
                    json.dumps(dict(new.kinds)),
                ),
            )
            notice_id: int = recorded.fetchone()[0]
            connection.executemany("insert_message", (message_row(notice_id, t) for t in new.texts))
            owed = chain(new.deliveries, _reached_meanwhile(connection, incident_id, new.latecomers))
            keep_deliveries(connection, notice_id, owed, at)
            _keep_choices(connection, notice_id, new)
            if new.key:
                mark = notice_mark(new.facts.ref, sequence)
                connection.execute("publish_schedule", {"key": new.key, "detail": mark, "at": at})
            if new.facts.phase.maintenance:
                follow_work(connection, incident_id, new, now)
            # Last, since it compares with what this notice owes.
            supersede(connection, incident_id, now)
            if new.facts.phase.closed:
                end_with_incident(connection, incident_id, now)
            return notice_from(connection.execute("notice_by_id", (notice_id,)).fetchone())

    def finish(self, notice: Notice, result: str, now: datetime) -> None:
        """Store the result of the notice's run, to be replayed under its key."""
        with self._store.transaction() as connection:
            connection.execute("finish_notice", (now.timestamp(), result, notice.id))

    def _keep_incident(self, connection: Connection, new: NewNotice, identity: str) -> int:
        incident = new.incident
        if incident.id:
            connection.execute("update_incident", _incident_row(incident, incident.id))
            return incident.id
        number = _number(connection, new)
        row = _incident_row(incident, number) | {"identity": identity}
        connection.execute("insert_incident", row)
        return number


def _keep_choices(connection: Connection, notice: int, new: NewNotice) -> None:
    """Record what the command chose beside the notice itself."""
    from broadcast.ledger.confirmations import ask

    if new.question is not None:
        ask(connection, notice, new.question)
    if new.on_unknown is not OnUnknown.OTHER_CHANNEL:
        connection.execute("choose_for_notice", {"notice": notice, "on_unknown": new.on_unknown})
    if new.expires_at is not None:
        connection.execute("set_expiry", (epoch(new.expires_at), notice))


def _incident_row(incident: Incident, number: int) -> dict[str, object]:
    return {
        "id": number,
        "ref": incident.ref,
        "title": incident.title,
        "phase": incident.phase,
        "severity": incident.severity,
        "services": services_to_json(incident.services),
        "drill": int(incident.drill),
        "started": epoch(incident.started_at),
        "detected": epoch(incident.detected_at),
        "window_starts": epoch(incident.window_starts_at),
        "opened": epoch(incident.opened_at),
        "ended": epoch(incident.ended_at),
        "promised": epoch(incident.next_update_at),
    }


def _named(ref: str, incidents: list[Incident]) -> Incident:
    wanted = ref.strip().upper()
    wanted = wanted if wanted.startswith("INC-") else f"INC-{wanted}"
    for incident in incidents:
        if incident.ref == wanted:
            return incident
    known = ", ".join(incident.ref for incident in incidents[-5:]) or "none yet"
    raise UnknownIncident(f"there is no incident {ref}", hint=f"`broadcast status` lists them ({known})")


def _reached_meanwhile(
    connection: Connection, incident: int, latecomers: Iterable[Planned]
) -> Iterator[Planned]:
    reached: set[tuple[str, str, int]] | None = None
    for planned in latecomers:
        if reached is None:
            rows = connection.execute("previous_deliveries", (incident,))
            reached = {(row["contact"], row["audience"], row["lane"]) for row in rows}
        if (planned.receiver, planned.audience, planned.lane) in reached:
            yield planned


def _number(connection: Connection, new: NewNotice) -> int:
    """Return the number of a new incident, which its texts name already; raise `Overtaken` if it is used."""
    number = int(new.incident.ref.removeprefix("INC-"))
    if new.reserved:
        connection.execute("use_reserved_number", (number,))
    elif number != connection.execute("next_incident_number").fetchone()[0]:
        raise Overtaken(
            f"another command used {new.incident.ref} while this notice was prepared",
            hint="nothing was sent; run this again",
        )
    return number


def _overtaken(new: NewNotice, sequence: int) -> Overtaken:
    published = f"{new.facts.ref}/{sequence - 1}"
    return Overtaken(
        f"somebody else published {published} while this notice was prepared",
        hint=f"nothing was sent; read the other notice with `broadcast log {new.facts.ref}`. If yours is "
        "still needed, run it again",
    )


def _incident(row: Row) -> Incident:
    return Incident(
        id=row["id"],
        ref=row["ref"],
        title=row["title"],
        phase=Phase(row["phase"]),
        severity=Severity(row["severity"]),
        services=services_from_json(row["services"]),
        drill=bool(row["drill"]),
        started_at=moment(row["started_at"]),
        detected_at=moment(row["detected_at"]),
        opened_at=moment(row["opened_at"]),
        ended_at=moment(row["ended_at"]),
        next_update_at=moment(row["next_update_at"]),
        window_starts_at=moment(row["window_starts_at"]),
    )
