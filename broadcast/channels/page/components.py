"""The states of a page's components: for each, the worst state of all open incidents in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from broadcast.model.incident import Phase, Service, Severity
from broadcast.model.outgoing import Headline, OpenIncident, Outgoing, ServiceRecord

OPERATIONAL, MAINTENANCE = "operational", "under_maintenance"
CONDITIONS: Mapping[Severity, str] = {
    Severity.SEV1: "major_outage",
    Severity.SEV2: "partial_outage",
    Severity.SEV3: "degraded_performance",
    Severity.SEV4: "degraded_performance",
}
_WORST_LAST = (OPERATIONAL, MAINTENANCE, "degraded_performance", "partial_outage", "major_outage")


def conditions(outgoing: Outgoing, table: Mapping[str, str]) -> dict[str, str]:
    """Return the state of every component that the incident has ever named, by component id.

    `table` has the page's component ids by case-folded service key or name, for services without one. A
    component that no open incident names any more is operational.
    """
    record = outgoing.service_record or _alone(outgoing.headline)
    worst = dict.fromkeys(_ids(record.named, table), OPERATIONAL)
    for incident in record.open:
        condition = _condition(incident)
        for id_ in _ids(incident.services, table):
            if id_ in worst:
                worst[id_] = max(worst[id_], condition, key=_WORST_LAST.index)
    return worst


def _condition(incident: OpenIncident) -> str:
    if incident.phase is Phase.SCHEDULED:
        return OPERATIONAL
    return MAINTENANCE if incident.phase.maintenance else CONDITIONS[incident.severity]


def _ids(services: Iterable[Service], table: Mapping[str, str]) -> Iterator[str]:
    for service in services:
        names = (service.key, *(name for _, name in service.names))
        known = (table.get(name.casefold()) for name in names)
        if found := service.component or next(filter(None, known), None):
            yield found


def _alone(headline: Headline) -> ServiceRecord:
    """Return the services of the notice itself, if there is no ledger to ask."""
    over = headline.phase.closed or headline.drill
    incident = OpenIncident(headline.phase, headline.severity, headline.services)
    return ServiceRecord(headline.services, () if over else (incident,))
