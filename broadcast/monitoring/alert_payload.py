"""Read what Alertmanager and Grafana post when alerts begin, change or end. Pure.

Alertmanager's webhook has version "4", Grafana's has the same form with version "1" and `orgId`. Sources:
https://prometheus.io/docs/alerting/latest/configuration/#webhook_config and
https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
(2026-11-29).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from broadcast.model.alert import Alert, AlertGroup
from broadcast.model.text import printable

_RESOLVED = "resolved"
#: A draft is read by a person in a hurry: more alerts and longer texts are left out.
_MOST_ALERTS, _MOST_TEXTS, _LONGEST = 50, 40, 300
_EARLIEST = 2000  # the year before which a time means "not known"; Go's zero time is in the year 1


class AlertProblem(StrEnum):
    """Why a request is not taken."""

    JSON = "json"
    VERSION = "version"
    SHAPE = "shape"


class UnreadableAlerts(Exception):
    """A request that is no news of alerts; `problem` says why."""

    def __init__(self, problem: AlertProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def read_alerts(body: bytes) -> list[AlertGroup]:
    """Return the groups in a request: one, or one for each alert if it names no group.

    Raises:
        UnreadableAlerts: It is no JSON, of a version that is not known, or of another shape.
    """
    document = _document(body)
    if not (document.get("version") == "4" or (document.get("version") == "1" and "orgId" in document)):
        raise UnreadableAlerts(AlertProblem.VERSION)
    listed = document.get("alerts")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise UnreadableAlerts(AlertProblem.SHAPE)
    key = document.get("groupKey")
    if isinstance(key, str) and key:
        group = _group(key, listed, document)
        # A group without any alert says neither that something fires nor that something is over.
        return [group] if group.alerts or group.more else []
    return [_group(_identity(one), [one], one) for one in listed]


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body.decode())
    except (ValueError, RecursionError):  # a JSON of brackets only is deeper than Python reads
        raise UnreadableAlerts(AlertProblem.JSON) from None
    if not isinstance(document, dict):
        raise UnreadableAlerts(AlertProblem.SHAPE)
    return document


def _group(key: str, listed: Sequence[dict[str, Any]], said: Mapping[str, Any]) -> AlertGroup:
    alerts = [_alert(one) for one in listed]
    # The alerts that end are listed beside those that go on; only the whole says whether it is over.
    firing = said.get("status") != _RESOLVED
    first = sorted(alerts, key=lambda alert: not alert.firing)[:_MOST_ALERTS]
    truncated = said.get("truncatedAlerts")
    more = truncated if isinstance(truncated, int) and 0 < truncated < 10**6 else 0
    return AlertGroup(
        digest=sha256(key.encode(errors="backslashreplace")).hexdigest(),
        firing=firing,
        alerts=tuple(first),
        more=len(alerts) - len(first) + more,
    )


def _alert(one: Mapping[str, Any]) -> Alert:
    return Alert(
        firing=one.get("status") != _RESOLVED,
        labels=_texts(one.get("labels")),
        texts=_texts(one.get("annotations")),
        since=_time(one.get("startsAt")),
    )


def _texts(value: object) -> dict[str, str]:
    """Return the texts of an object on one line each, without anything that controls a terminal."""
    if not isinstance(value, dict):
        return {}
    texts = [(key, text) for key, text in value.items() if isinstance(text, str)][:_MOST_TEXTS]
    return {_line(key): _line(text) for key, text in texts}


def _line(text: str) -> str:
    line = " ".join(printable(text[: 2 * _LONGEST]).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC) if moment.year >= _EARLIEST else None
    except (ValueError, OverflowError):
        return None


def _identity(one: Mapping[str, Any]) -> str:
    """Return what identifies an alert: its fingerprint, or its labels, which the fingerprint is made of."""
    fingerprint = one.get("fingerprint")
    if isinstance(fingerprint, str) and fingerprint:
        return f"fingerprint:{fingerprint}"
    return json.dumps(one.get("labels"), sort_keys=True)
