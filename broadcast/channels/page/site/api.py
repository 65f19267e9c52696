"""The page as JSON in the form of the Statuspage public API, so that existing monitors can read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urljoin
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from broadcast.channels.page.incident import IMPACTS, STATUSES
from broadcast.channels.page.site.incident_view import IncidentTone, IncidentView, announced, current, overall
from broadcast.channels.page.site.page_settings import (
    ServiceStanding,
    SiteSettings,
    affected,
    concerns,
    standings,
)
from broadcast.channels.page.site.state import Update
from broadcast.channels.page.site.words import voice
from broadcast.model.incident import Phase

Record: TypeAlias = dict[str, object]

_COMPONENT_STATUS = {
    IncidentTone.UNKNOWN: "operational",
    IncidentTone.FINE: "operational",
    IncidentTone.WATCHING: "operational",
    IncidentTone.MAINTENANCE: "under_maintenance",
    IncidentTone.MINOR: "degraded_performance",
    IncidentTone.MAJOR: "major_outage",
    IncidentTone.CRITICAL: "major_outage",
}
_INDICATOR = {
    "none": "No Outage Reported",
    "minor": "Minor Service Outage",
    "major": "Service Outage",
    "critical": "Major Service Outage",
}
_WEIGHT = list(_INDICATOR)


class Api:
    """The documents, made from one state of the page."""

    def __init__(self, views: Sequence[IncidentView], site: SiteSettings) -> None:
        self.views = views
        self.site = site
        self.id = uuid5(NAMESPACE_URL, site.url or site.title).hex[:12]
        self.zone = ZoneInfo(site.zone)
        self.drill = voice(site.language, site.zone).words["drill"]

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield every document with its path; the summary last."""
        incidents = [self._incident(view) for view in self.views if not view.maintenance]
        works = [self._maintenance(view) for view in self.views if view.maintenance]
        ongoing = [record for record in incidents if record["resolved_at"] is None]
        planned = [self._maintenance(view) for view in (*_active(self.views), *announced(self.views))]
        components = [self._component(*pair) for pair in enumerate(standings(self.site, self.views), 1)]
        status = self._status()
        yield self._file("incidents", incidents=incidents)
        yield self._file("incidents/unresolved", incidents=ongoing)
        yield self._file("scheduled-maintenances", scheduled_maintenances=works)
        # Statuspage's lists (https://metastatuspage.com/api#scheduled-maintenances, read 2026-11-29).
        for name, listed in (("upcoming", announced(self.views)), ("active", _active(self.views))):
            windows = [self._maintenance(view) for view in listed]
            yield self._file(f"scheduled-maintenances/{name}", scheduled_maintenances=windows)
        yield self._file("components", components=components)
        yield self._file("status", status=status)
        yield self._file(
            "summary", components=components, incidents=ongoing, scheduled_maintenances=planned, status=status
        )

    def _file(self, name: str, **content: object) -> tuple[str, str]:
        document = {"page": self._page(), **content}
        return f"api/v2/{name}.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n"

    def _page(self) -> Record:
        latest = max((view.latest.as_of for view in self.views), default=None)
        return {
            "id": self.id,
            "name": self._with_drill_word(self.site.title),
            "url": self.site.url,
            "time_zone": self.site.zone,
            "updated_at": self._iso(latest),
        }

    def _status(self) -> Record:
        tone = overall(self.views)
        if tone is IncidentTone.UNKNOWN:
            return {"indicator": "none", "description": "Nothing Published Yet"}
        if tone is IncidentTone.MAINTENANCE:
            return {"indicator": "maintenance", "description": "Service Under Maintenance"}
        impacts = [_impact(view) for view in current(self.views) if not view.maintenance]
        # An open incident is never "all well", even if its own impact is none.
        indicator = max("minor", *impacts, key=_WEIGHT.index) if impacts else "none"
        return {"indicator": indicator, "description": _INDICATOR[indicator]}

    def _component(self, position: int, standing: ServiceStanding) -> Record:
        component = standing.component
        return {
            "id": component.id,
            "page_id": self.id,
            "name": component.name(self.site.language),
            "status": _component_status(standing),
            "position": position,
            "description": None,
            "group": False,
            "group_id": None,
            "showcase": True,
            "only_show_if_degraded": False,
            "created_at": None,
            "updated_at": self._iso(standing.view.latest.as_of) if standing.view else None,
        }

    def _incident(self, view: IncidentView) -> Record:
        first, latest = view.updates[0], view.latest
        watched = [update.as_of for update in view.updates if update.phase is Phase.MONITORING]
        return {
            "id": view.identity,
            "page_id": self.id,
            "name": self._with_drill_word(
                self.drill["test"] if view.exercise else view.title(self.site.language)
            ),
            "status": STATUSES[view.phase],
            "impact": _impact(view),
            "shortlink": self._address(view),
            "started_at": self._iso(view.begins),
            "created_at": self._iso(first.as_of),
            "updated_at": self._iso(latest.as_of),
            "monitoring_at": self._iso(watched[-1] if watched else None),
            "resolved_at": self._iso(view.ended),
            "components": [
                self._component(position, standing)
                for position, standing in enumerate(standings(self.site, self.views), 1)
                if concerns(view, standing.component)
            ],
            "incident_updates": [self._update(update, view) for update in reversed(view.updates)],
        }

    def _maintenance(self, view: IncidentView) -> Record:
        return self._incident(view) | {
            "impact": "maintenance",
            "scheduled_for": self._iso(view.latest.window_starts or view.begins),
            "scheduled_until": self._iso(view.latest.window_ends or view.latest.ended),
        }

    def _update(self, update: Update, view: IncidentView) -> Record:
        moment = self._iso(update.as_of)
        drill_word = self.drill["mark"]
        body = update.text(self.site.language).body
        return {
            "id": update.key,
            "incident_id": view.identity,
            "status": STATUSES[update.phase],
            "body": f"{drill_word}\n{body}\n{drill_word}" if self.site.drill else body,
            "created_at": moment,
            "display_at": moment,
            "updated_at": moment,
            "affected_components": [
                {"code": each.id, "name": each.name(self.site.language)} for each in affected(update)
            ],
            "deliver_notifications": False,
            "custom_tweet": None,
            "tweet_id": None,
        }

    def _with_drill_word(self, name: str) -> str:
        pattern: str = self.drill["title"]
        return pattern.format(title=name) if self.site.drill else name

    def _address(self, view: IncidentView) -> str:
        page = f"incidents/{view.id}.html"
        return urljoin(self.site.url.rstrip("/") + "/", page) if self.site.url else page

    def _iso(self, moment: datetime | None) -> str | None:
        return moment.astimezone(self.zone).isoformat(timespec="milliseconds") if moment else None


def _active(views: Sequence[IncidentView]) -> list[IncidentView]:
    """Return the maintenance that has begun and is not over."""
    return [view for view in views if view.maintenance and view.open and not view.announced]


def _component_status(standing: ServiceStanding) -> str:
    status = _COMPONENT_STATUS[standing.tone]
    partial = standing.view is not None and standing.view.partial
    return "partial_outage" if partial and status == "major_outage" else status


def _impact(view: IncidentView) -> str:
    return "none" if view.retracted else IMPACTS[view.latest.severity]
