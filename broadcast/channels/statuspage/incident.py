"""A notice in the words of Statuspage's API."""

from __future__ import annotations

from collections.abc import Mapping

from broadcast.model.incident import Phase, Severity
from broadcast.model.outgoing import Headline, Outgoing

#: What Statuspage has no word for is shown as the end it is; the text says the rest.
STATUSES: Mapping[Phase, str] = {
    **{phase: phase.value for phase in Phase},
    Phase.RETRACTED: "resolved",
    Phase.CANCELLED: "completed",
}
IMPACTS: Mapping[Severity, str] = {
    Severity.SEV1: "critical",
    Severity.SEV2: "major",
    Severity.SEV3: "minor",
    Severity.SEV4: "none",
}
CONDITIONS: Mapping[Severity, str] = {
    Severity.SEV1: "major_outage",
    Severity.SEV2: "partial_outage",
    Severity.SEV3: "degraded_performance",
    Severity.SEV4: "degraded_performance",
}


def incident_fields(outgoing: Outgoing, components: Mapping[str, str]) -> dict[str, object]:
    """The fields of an incident, as it is created and as it is updated.

    `components` are the page's component ids by case-folded service name, for services without one.
    """
    headline, message = outgoing.headline, outgoing.message
    fields: dict[str, object] = {
        "name": message.subject or headline.title,
        "status": STATUSES[headline.phase],
        "impact_override": "maintenance" if headline.phase.maintenance else IMPACTS[headline.severity],
        "body": message.text,
        "deliver_notifications": not headline.drill,
        # Statuspage takes only objects at the top level of metadata.
        "metadata": {"broadcast": {"key": outgoing.key, "incident": headline.incident}},
    }
    named = (component or components.get(name.casefold()) for name, component in headline.services)
    if affected := [component for component in named if component]:
        fields["components"] = dict.fromkeys(affected, _condition(headline))
    if headline.phase is Phase.SCHEDULED:
        fields["scheduled_for"] = headline.started.isoformat()
        if headline.window_ends:
            fields["scheduled_until"] = headline.window_ends.isoformat()
    return fields


def _condition(headline: Headline) -> str:
    if headline.phase.closed or headline.phase is Phase.SCHEDULED or headline.drill:
        return "operational"
    return "under_maintenance" if headline.phase.maintenance else CONDITIONS[headline.severity]
