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


def incident_fields(outgoing: Outgoing, components: Mapping[str, str], *, opens: bool) -> dict[str, object]:
    """The fields of an incident; `opens` says that it is created. `components` are their states by id."""
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
    """Return the announced times, as far as they may have changed; the end moves while the work goes on."""
    fields: dict[str, object] = {}
    # Statuspage creates no maintenance without its window, whatever became of it since.
    if headline.phase is Phase.SCHEDULED or (opens and headline.phase.maintenance):
        begins = headline.window_starts or headline.started or headline.as_of
        fields["scheduled_for"] = begins.isoformat()
    if headline.window_ends and (fields or headline.phase is Phase.IN_PROGRESS):
        fields["scheduled_until"] = headline.window_ends.isoformat()
    return fields


def text_fields(outgoing: Outgoing) -> dict[str, object]:
    """Return the text of an update, and what we find it by; nothing about the state of the incident."""
    headline = outgoing.headline
    return {
        "body": outgoing.message.text,
        "deliver_notifications": not headline.drill,
        # Statuspage takes only objects at the top level of metadata.
        "metadata": {"broadcast": {"key": outgoing.key, "incident": headline.incident}},
    }
