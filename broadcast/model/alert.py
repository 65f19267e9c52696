"""Alerts of a monitoring system: what it says is wrong with our systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert. `texts` are its annotations, for people; `since` is when it began, None if not known."""

    firing: bool
    labels: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertGroup:
    """The alerts that a monitoring system sends as one piece of news; `more` are those that it left out.

    `digest` identifies the group: the same group again is an update of the first.
    """

    digest: str
    firing: bool
    alerts: tuple[Alert, ...] = ()
    more: int = 0

    @property
    def current(self) -> tuple[Alert, ...]:
        """The alerts that still fire."""
        return tuple(alert for alert in self.alerts if alert.firing)
