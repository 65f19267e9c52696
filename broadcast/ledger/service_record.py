"""Read the states of services from all incidents that a channel may show."""

from __future__ import annotations

from itertools import chain

from broadcast.ledger.columns import services_from_json, services_of_facts
from broadcast.ledger.store import Store
from broadcast.model.incident import Phase, Severity
from broadcast.model.outgoing import OpenIncident, ServiceRecord


def service_record(store: Store, notice: int, channel: str) -> ServiceRecord:
    """Return what is known for a request about that notice on that channel; raises `LedgerError`."""
    values = {"notice": notice, "channel": channel}
    with store.reading() as connection:
        named = connection.execute("services_named", values).fetchall()
        rows = connection.execute("incidents_shown", values).fetchall()
    incidents = (
        OpenIncident(Phase(row["phase"]), Severity(row["severity"]), services_from_json(row["services"]))
        for row in rows
    )
    return ServiceRecord(
        named=tuple(dict.fromkeys(chain.from_iterable(services_of_facts(row["facts"]) for row in named))),
        open=tuple(incident for incident in incidents if not incident.phase.closed),
    )
