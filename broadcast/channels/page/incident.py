"""A notice in the form of Statuspage's API."""

from __future__ import annotations

from collections.abc import Mapping

from broadcast.model.incident import Phase, Severity
from broadcast.model.outgoing import Headline, Outgoing

#: Phases that Statuspage does not know are shown as an end; the text says the rest.
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


def incident_fields(outgoing: Outgoing, components: Mapping[str, str], *, opens: bool) -> dict[str, object]:
    """Return the fields of an incident; `opens` says that it is new. `components` are their states by id."""
    headline, message = outgoing.headline, outgoing.message
    fields = {
        "name": message.subject or headline.title,
        "status": STATUSES[headline.phase],
        "impact_override": "maintenance" if headline.phase.maintenance else IMPACTS[headline.severity],
        **text_fields(outgoing),
    }
    if components:
        fields["components"] = dict(components)
    return {**fields, **_window(headline, opens=opens)}


def _window(headline: Headline, *, opens: bool) -> dict[str, object]:
    """Return the announced times that may have changed; the end can move while the work goes on."""
    fields: dict[str, object] = {}
    # Statuspage does not create maintenance without a window, even if it is over.
    if headline.phase is Phase.SCHEDULED or (opens and headline.phase.maintenance):
        begins = headline.window_starts or headline.started or headline.as_of
        fields["scheduled_for"] = begins.isoformat()
    if headline.window_ends and (fields or headline.phase is Phase.IN_PROGRESS):
        fields["scheduled_until"] = headline.window_ends.isoformat()
    return fields


def text_fields(outgoing: Outgoing) -> dict[str, object]:
    """Return the text of an update with our reference; nothing about the state of the incident."""
    headline = outgoing.headline
    return {
        "body": outgoing.message.text,
        "deliver_notifications": not headline.drill,
        # Statuspage takes only objects at the top level of metadata.
        "metadata": {"broadcast": {"key": outgoing.key, "incident": headline.incident}},
    }
