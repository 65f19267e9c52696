"""The incidents that Statuspage refuses with 422."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_STATUSES = (
    "investigating",
    "identified",
    "monitoring",
    "resolved",
    "scheduled",
    "in_progress",
    "verifying",
    "completed",
)
_IMPACTS = ("none", "maintenance", "minor", "major", "critical")
#: The states of a component; the empty one does not change it.
CONDITIONS = (
    "operational",
    "under_maintenance",
    "degraded_performance",
    "partial_outage",
    "major_outage",
    "",
)
_FIELDS = frozenset(
    [
        "name",
        "status",
        "impact_override",
        "scheduled_for",
        "scheduled_until",
        "scheduled_remind_prior",
        "auto_transition_to_maintenance_state",
        "auto_transition_to_operational_state",
        "scheduled_auto_in_progress",
        "scheduled_auto_completed",
        "auto_transition_deliver_notifications_at_start",
        "auto_transition_deliver_notifications_at_end",
        "reminder_intervals",
        "metadata",
        "deliver_notifications",
        "auto_tweet_at_beginning",
        "auto_tweet_on_completion",
        "auto_tweet_on_creation",
        "auto_tweet_one_hour_before",
        "backfill_date",
        "backfilled",
        "body",
        "components",
        "component_ids",
        "scheduled_auto_transition",
    ]
)


def incident_problem(asked: Mapping[str, Any], *, new: bool) -> str | None:
    """Return what is wrong with the fields of an incident, in words; None if they are right."""
    name, body = asked.get("name", ""), asked.get("body", "")
    components, notify = asked.get("components", {}), asked.get("deliver_notifications", True)
    checks = (
        (not set(asked) <= _FIELDS, f"Unknown fields: {', '.join(sorted(set(asked) - _FIELDS))}"),
        (new and not name, "Name can't be blank"),
        (not _is_text(name, 255), "Name is too long (maximum is 255 characters)"),
        (not _is_text(body, 25_000), "Body is too long (maximum is 25000 characters)"),
        (asked.get("status", "resolved") not in _STATUSES, "Status is not included in the list"),
        (asked.get("impact_override", "none") not in _IMPACTS, "Impact override is not included in the list"),
        (not _is_table(asked.get("metadata", {})), "Metadata must be an object of objects"),
        (not all(one in CONDITIONS for one in _values(components)), "Component status is not in the list"),
        (not isinstance(components, dict), "Components must be an object"),
        (not _is_list(asked.get("component_ids", [])), "Component ids must be a list of texts"),
        (not isinstance(notify, bool), "Deliver notifications must be true or false"),
    )
    return next((text for wrong, text in checks if wrong), None)


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, dict) for one in value.values())


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _values(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else ()
