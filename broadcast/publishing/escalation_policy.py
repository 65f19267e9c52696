"""Find an escalation policy by its name, and check that it can be used."""

from __future__ import annotations

from collections.abc import Mapping

from broadcast.config.settings import Settings
from broadcast.errors import UsageError
from broadcast.model.escalation import EscalationPolicy
from broadcast.model.nearest import suggest
from broadcast.planning.escalation import unusable
from broadcast.planning.planned_channel import PlannedChannel


def find_policy(settings: Settings, channels: Mapping[str, PlannedChannel], name: str) -> EscalationPolicy:
    """Return the policy of that name.

    Raises:
        UsageError: There is none.
        ConfigError: One of its channels is for everybody and asks no single person.
    """
    if not settings.escalation:
        raise UsageError("there is no escalation policy", hint="write one: [escalation.duty]")
    if name not in settings.escalation:
        raise UsageError(f"there is no escalation policy {name}", hint=suggest(name, settings.escalation))
    policy = settings.escalation[name]
    able = {name: channel.capabilities for name, channel in channels.items()}
    for error in unusable(policy, able):
        raise error
    return policy
