"""The states of services, from all incidents that a channel may show."""

from __future__ import annotations

from itertools import chain

from broadcast.ledger.database import Database
from broadcast.ledger.queries import query
from broadcast.ledger.services import services_from_json
from broadcast.model.incident import Phase, Severity
from broadcast.model.outgoing import OpenIncident, ServiceRecord


def service_record(database: Database, notice: int, channel: str) -> ServiceRecord:
    """What is known for a request about that notice on that channel; raises `LedgerError`."""
    values = {"notice": notice, "channel": channel}
    with database.reading() as connection:
        named = connection.execute(query("services_named"), values).fetchall()
        rows = connection.execute(query("incidents_shown"), values).fetchall()
    incidents = (
        OpenIncident(Phase(row["phase"]), Severity(row["severity"]), services_from_json(row["services"]))
        for row in rows
    )
    return ServiceRecord(
        named=tuple(dict.fromkeys(chain.from_iterable(services_from_json(row["services"]) for row in named))),
        open=tuple(incident for incident in incidents if not incident.phase.closed),
    )
