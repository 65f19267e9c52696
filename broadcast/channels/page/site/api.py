"""The page as JSON, in the shape of the Statuspage public API, so that existing monitors can read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeAlias
from urllib.parse import urljoin
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from broadcast.channels.page.incident import IMPACTS, STATUSES
from broadcast.channels.page.site.incident_view import Story, Tone, announced, current, overall
from broadcast.channels.page.site.page_settings import Masthead, Standing, affected, concerns, standings
from broadcast.channels.page.site.state import Update
from broadcast.channels.page.site.words import voice
from broadcast.model.incident import Phase

Record: TypeAlias = dict[str, object]

_COMPONENT_STATUS = {
    Tone.UNKNOWN: "operational",
    Tone.FINE: "operational",
    Tone.WATCHING: "operational",
    Tone.MAINTENANCE: "under_maintenance",
    Tone.MINOR: "degraded_performance",
    Tone.MAJOR: "major_outage",
    Tone.CRITICAL: "major_outage",
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

    def __init__(self, told: Sequence[Story], masthead: Masthead) -> None:
        self.told = told
        self.masthead = masthead
        self.id = uuid5(NAMESPACE_URL, masthead.url or masthead.title).hex[:12]
        self.zone = ZoneInfo(masthead.zone)
        self.drill = voice(masthead.language, masthead.zone).words["drill"]

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield every document with its path; the summary last."""
        incidents = [self._incident(story) for story in self.told if not story.maintenance]
        works = [self._maintenance(story) for story in self.told if story.maintenance]
        ongoing = [record for record in incidents if record["resolved_at"] is None]
        planned = [self._maintenance(story) for story in (*_active(self.told), *announced(self.told))]
        components = [self._component(*pair) for pair in enumerate(standings(self.masthead, self.told), 1)]
        status = self._status()
        yield self._file("incidents", incidents=incidents)
        yield self._file("incidents/unresolved", incidents=ongoing)
        yield self._file("scheduled-maintenances", scheduled_maintenances=works)
        # Statuspage's lists (https://metastatuspage.com/api#scheduled-maintenances, read 2026-11-29).
        for name, stories in (("upcoming", announced(self.told)), ("active", _active(self.told))):
            listed = [self._maintenance(story) for story in stories]
            yield self._file(f"scheduled-maintenances/{name}", scheduled_maintenances=listed)
        yield self._file("components", components=components)
        yield self._file("status", status=status)
        yield self._file(
            "summary", components=components, incidents=ongoing, scheduled_maintenances=planned, status=status
        )

    def _file(self, name: str, **content: object) -> tuple[str, str]:
        document = {"page": self._page(), **content}
        return f"api/v2/{name}.json", json.dumps(document, ensure_ascii=False, indent=1) + "\n"

    def _page(self) -> Record:
        latest = max((story.latest.as_of for story in self.told), default=None)
        return {
            "id": self.id,
            "name": self._marked(self.masthead.title),
            "url": self.masthead.url,
            "time_zone": self.masthead.zone,
            "updated_at": self._iso(latest),
        }

    def _status(self) -> Record:
        tone = overall(self.told)
        if tone is Tone.UNKNOWN:
            return {"indicator": "none", "description": "Nothing Published Yet"}
        if tone is Tone.MAINTENANCE:
            return {"indicator": "maintenance", "description": "Service Under Maintenance"}
        impacts = [_impact(story) for story in current(self.told) if not story.maintenance]
        # What is open is never "all well", not even where its own impact is none.
        indicator = max("minor", *impacts, key=_WEIGHT.index) if impacts else "none"
        return {"indicator": indicator, "description": _INDICATOR[indicator]}

    def _component(self, position: int, standing: Standing) -> Record:
        component = standing.component
        return {
            "id": component.id,
            "page_id": self.id,
            "name": component.name(self.masthead.language),
            "status": _component_status(standing),
            "position": position,
            "description": None,
            "group": False,
            "group_id": None,
            "showcase": True,
            "only_show_if_degraded": False,
            "created_at": None,
            "updated_at": self._iso(standing.story.latest.as_of) if standing.story else None,
        }

    def _incident(self, story: Story) -> Record:
        first, latest = story.updates[0], story.latest
        watched = [update.as_of for update in story.updates if update.phase is Phase.MONITORING]
        return {
            "id": story.identity,
            "page_id": self.id,
            "name": self._marked(
                self.drill["test"] if story.exercise else story.title(self.masthead.language)
            ),
            "status": STATUSES[story.phase],
            "impact": _impact(story),
            "shortlink": self._address(story),
            "started_at": self._iso(story.begins),
            "created_at": self._iso(first.as_of),
            "updated_at": self._iso(latest.as_of),
            "monitoring_at": self._iso(watched[-1] if watched else None),
            "resolved_at": self._iso(story.ended),
            "components": [
                self._component(position, standing)
                for position, standing in enumerate(standings(self.masthead, self.told), 1)
                if concerns(story, standing.component)
            ],
            "incident_updates": [self._update(update, story) for update in reversed(story.updates)],
        }

    def _maintenance(self, story: Story) -> Record:
        return self._incident(story) | {
            "impact": "maintenance",
            "scheduled_for": self._iso(story.latest.window_starts or story.begins),
            "scheduled_until": self._iso(story.latest.window_ends or story.latest.ended),
        }

    def _update(self, update: Update, story: Story) -> Record:
        moment = self._iso(update.as_of)
        mark = self.drill["mark"]
        body = update.text(self.masthead.language).body
        return {
            "id": update.key,
            "incident_id": story.identity,
            "status": STATUSES[update.phase],
            "body": f"{mark}\n{body}\n{mark}" if self.masthead.drill else body,
            "created_at": moment,
            "display_at": moment,
            "updated_at": moment,
            "affected_components": [
                {"code": each.id, "name": each.name(self.masthead.language)} for each in affected(update)
            ],
            "deliver_notifications": False,
            "custom_tweet": None,
            "tweet_id": None,
        }

    def _marked(self, name: str) -> str:
        pattern: str = self.drill["title"]
        return pattern.format(title=name) if self.masthead.drill else name

    def _address(self, story: Story) -> str:
        page = f"incidents/{story.id}.html"
        return urljoin(self.masthead.url.rstrip("/") + "/", page) if self.masthead.url else page

    def _iso(self, moment: datetime | None) -> str | None:
        return moment.astimezone(self.zone).isoformat(timespec="milliseconds") if moment else None


def _active(told: Sequence[Story]) -> list[Story]:
    """Maintenance that has begun and is not over."""
    return [story for story in told if story.maintenance and story.open and not story.announced]


def _component_status(standing: Standing) -> str:
    status = _COMPONENT_STATUS[standing.tone]
    partial = standing.story is not None and standing.story.partial
    return "partial_outage" if partial and status == "major_outage" else status


def _impact(story: Story) -> str:
    return "none" if story.retracted else IMPACTS[story.latest.severity]
