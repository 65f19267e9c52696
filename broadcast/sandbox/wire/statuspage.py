"""Atlassian Statuspage's incidents and components, API version 1."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from broadcast.sandbox.records import Received
from broadcast.sandbox.wire.base import (
    Account,
    Refusal,
    WireAnswer,
    WireRequest,
    answer_json,
    retry_header,
    whole,
)
from broadcast.sandbox.wire.statuspage_rules import CONDITIONS, incident_problem

_CLOSED = frozenset({"resolved", "completed"})
_ROUTE = re.compile(
    r"v1/pages/(?P<page>[^/.]+)(/(?P<kind>incidents|components)(/(?P<id>[^/.]+))?)?(\.json)?/?"
)
_TEXTS = {
    401: "Could not authenticate",
    404: "The requested resource could not be found",
    420: "Rate limit exceeded",
    429: "Rate limit exceeded",
}


@dataclass(slots=True)
class _ListedIncident:
    page: str
    first: Received
    latest: Received
    updates: list[Received]


class Statuspage:
    """One page per id that is asked for; incidents with their updates, and components."""

    name: ClassVar[str] = "statuspage"
    accounts: ClassVar[Mapping[str, Account]] = {
        "statuspage": Account("statuspage/v1", {"api_key": "sandbox", "page_id": "sandbox"})
    }

    def __init__(self) -> None:
        self._incidents: dict[str, _ListedIncident] = {}
        self._conditions: dict[str, str] = {}

    def answer(self, request: WireRequest) -> WireAnswer:
        """Process the request."""
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "oauth" or key.strip() in {"", "wrong"}:
            return _error(401)
        route = _ROUTE.fullmatch(request.path)
        if route is None:
            return _error(404)
        if route["kind"] == "incidents":
            return self._answer_incidents(route["page"], route["id"], request)
        if route["kind"] == "components":
            return self._answer_components(route["page"], route["id"], request)
        return answer_json(200, {"id": route["page"], "name": "Sandbox", "url": "", "time_zone": "UTC"})

    def refusal(self, refusal: Refusal) -> WireAnswer:
        """Return Statuspage's error document."""
        text = _TEXTS.get(refusal.status, "Internal server error")
        return answer_json(refusal.status, {"message": text}, headers=retry_header(refusal))

    def keep(self, received: Received) -> None:
        """Add one incident update, or take an incident away."""
        if received.deletes:
            self._incidents.pop(received.thread or "", None)
            return
        self._conditions.update(received.extra.get("components", {}))
        incident = self._incidents.get(received.thread or "")
        if incident is None:
            updates = [received] if received.text else []
            self._incidents[received.thread or ""] = _ListedIncident(received.to, received, received, updates)
            return
        incident.latest = received
        if received.text:
            incident.updates.append(received)

    def forget(self) -> None:
        """Delete the state."""
        self._incidents.clear()
        self._conditions.clear()

    def _answer_incidents(self, page: str, number: str | None, request: WireRequest) -> WireAnswer:
        if request.method == "POST" and number is None:
            return self._write(page, None, request)
        if request.method == "GET" and number in {None, "unresolved"}:
            return answer_json(200, self._listed(page, request.parameters(), unresolved=number is not None))
        incident = self._incidents.get(number or "")
        if incident is None or incident.page != page:
            return _error(404)
        if request.method in {"PATCH", "PUT"}:
            return self._write(page, incident, request)
        if request.method == "DELETE":
            gone = incident.latest.taken_away(request.at)
            shown = self._shown(incident)
            self.keep(gone)
            return answer_json(200, shown, (gone,))
        return answer_json(200, self._shown(incident)) if request.method == "GET" else _error(404)

    def _listed(self, page: str, wanted: Mapping[str, str], *, unresolved: bool) -> list[dict[str, Any]]:
        text = wanted.get("q", "").casefold()
        found = [
            incident
            for incident in reversed(self._incidents.values())
            if incident.page == page
            and not (unresolved and incident.latest.extra["status"] in _CLOSED)
            and text in f"{incident.latest.subject} {[one.text for one in incident.updates]}".casefold()
        ]
        size, number = whole(wanted, "limit", 100, 100), max(whole(wanted, "page", 1, 10**6), 1)
        return [self._shown(one) for one in found[(number - 1) * size : number * size]]

    def _write(self, page: str, incident: _ListedIncident | None, request: WireRequest) -> WireAnswer:
        asked = _table(request.json()).get("incident")
        if not isinstance(asked, dict):
            return _unprocessable("incident is missing")
        problem = incident_problem(asked, new=incident is None)
        if problem:
            return _unprocessable(problem)
        received = _received(page, incident, asked, request.at)
        self.keep(received)
        shown = self._shown(self._incidents[received.thread or ""])
        return answer_json(201 if incident is None else 200, shown, (received,))

    def _answer_components(self, page: str, number: str | None, request: WireRequest) -> WireAnswer:
        if number is None:
            return answer_json(200, [self._component(page, one) for one in sorted(self._conditions)])
        if request.method in {"PATCH", "PUT"}:
            status = _table(_table(request.json()).get("component")).get("status")
            if status not in CONDITIONS:
                return _unprocessable("Status is not included in the list")
            self._conditions[number] = status
        return answer_json(200, self._component(page, number))

    def _component(self, page: str, number: str) -> dict[str, Any]:
        status = self._conditions.get(number, "operational")
        return {
            "id": number,
            "page_id": page,
            "name": number,
            "status": status,
            "group": False,
            "position": 1,
        }

    def _shown(self, incident: _ListedIncident) -> dict[str, Any]:
        first, latest = incident.first, incident.latest
        extra = latest.extra
        resolved = {"resolved_at": _time(latest.at)} if extra["status"] in _CLOSED else {}
        return {
            "id": first.thread, "page_id": incident.page, "name": latest.subject, "status": extra["status"],
            "impact": extra["impact"], "shortlink": f"https://stspg.io/{first.thread}",
            "metadata": extra["metadata"], "created_at": _time(first.at), "updated_at": _time(latest.at),
            "components": [self._component(incident.page, one) for one in extra["affected"]],
            "incident_updates": [_update(one) for one in reversed(incident.updates)], **resolved,
        }  # fmt: skip


def _received(
    page: str, incident: _ListedIncident | None, asked: Mapping[str, Any], at: datetime
) -> Received:
    before: Mapping[str, Any] = incident.latest.extra if incident else {}
    components = asked.get("components", {})
    metadata = asked.get("metadata", before.get("metadata", {}))
    key = _table(metadata.get("broadcast")).get("key")
    impact = asked.get("impact_override") or before.get("impact") or _impact(components)
    affected = {*before.get("affected", ()), *components, *asked.get("component_ids", ())}
    return Received(
        provider="statuspage", at=at, to=page, sender="", html=None,
        subject=asked.get("name") or (incident.latest.subject if incident else ""),
        text=asked.get("body", ""), key=key if isinstance(key, str) else None, ref=_new_id(),
        thread=incident.first.thread if incident else _new_id(),
        extra={
            "status": asked.get("status") or before.get("status", "investigating"), "impact": impact,
            "metadata": metadata, "components": components, "affected": sorted(affected),
            "deliver_notifications": asked.get("deliver_notifications", True),
        },
    )  # fmt: skip


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _impact(components: Mapping[str, str]) -> str:
    worst = (("major_outage", "critical"), ("partial_outage", "major"), ("degraded_performance", "minor"))
    return next((impact for condition, impact in worst if condition in components.values()), "none")


def _update(one: Received) -> dict[str, Any]:
    affected = [{"code": k, "name": k, "new_status": v} for k, v in one.extra["components"].items()]
    return {
        "id": one.ref, "incident_id": one.thread, "status": one.extra["status"], "body": one.text,
        "created_at": _time(one.at), "updated_at": _time(one.at), "display_at": _time(one.at),
        "deliver_notifications": one.extra["deliver_notifications"], "affected_components": affected,
    }  # fmt: skip


def _new_id() -> str:
    return secrets.token_hex(6)


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _error(status: int) -> WireAnswer:
    return answer_json(status, {"message": _TEXTS[status]})


def _unprocessable(message: str) -> WireAnswer:
    return answer_json(422, {"message": message})
