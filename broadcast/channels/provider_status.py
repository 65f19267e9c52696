"""The public status of providers, read in its three forms.

- Atlassian's Statuspage, and compatible pages: `status.indicator` is none, minor, major or critical.
- Slack's: `status` is ok or active, then `active_incidents` of the types notice, incident and outage.
- Zendesk's: `data` lists the open incidents with their `impact`.

It is only a hint: a page may be late, wrong, or fail together with the service it reports on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from broadcast import __version__
from broadcast.channels.responses import json_object, objects, text_of
from broadcast.channels.transport import Answer, NoReply, Reply, Transport
from broadcast.model.health import Announcement, Condition
from broadcast.model.text import without_controls

WITHIN = 5.0  # seconds
_LONGEST = 120  # characters of a provider's own words
_NOT_MODIFIED = 304
_HEADERS = {"User-Agent": f"broadcast/{__version__} (reads status pages)", "Accept": "application/json"}
_INDICATORS = {
    "none": Condition.WORKS,
    "minor": Condition.DOUBTFUL,
    "maintenance": Condition.DOUBTFUL,
    "major": Condition.DOWN,
    "critical": Condition.DOWN,
}
_IMPACTS = ("critical", "major", "minor", "maintenance", "none")  # the worst first
_OVER = frozenset({"resolved", "completed", "postmortem", "cancelled"})
_SLACK = {"outage": Condition.DOWN, "incident": Condition.DOUBTFUL, "notice": Condition.WORKS}
_UNNAMED = Condition.DOUBTFUL  # maintenance, and types that are newer than this code
_WORST_FIRST = (Condition.DOWN, Condition.DOUBTFUL, Condition.WORKS)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer of a page; `announcement` is None if nothing has changed since `etag`."""

    announcement: Announcement | None
    etag: str = ""


async def ask(transport: Transport, url: str, etag: str = "") -> Answered:
    """Request a page once and return its answer, also if there is none."""
    headers = {**_HEADERS, "If-None-Match": etag} if etag else _HEADERS
    answer = await transport.exchange("GET", url, headers=headers)
    if isinstance(answer, Reply) and answer.status == _NOT_MODIFIED and etag:
        return Answered(None, etag)
    kept = answer.headers.get("ETag", "") if isinstance(answer, Reply) and answer.success else ""
    return Answered(read(answer), kept)


def read(answer: Answer) -> Announcement:
    """Return what the answer announces; `Condition.UNKNOWN` if it is not a status."""
    if isinstance(answer, NoReply):
        return Announcement(Condition.UNKNOWN, f"its status page: {answer.reason}")
    if not answer.success:
        return Announcement(Condition.UNKNOWN, f"its status page: HTTP {answer.status}{_moved(answer)}")
    document = json_object(answer)
    for form in (_statuspage, _slack, _zendesk):
        said = form(document)
        if said is not None:
            return said
    return Announcement(Condition.UNKNOWN, "its status page cannot be read")


def _moved(reply: Reply) -> str:
    """Return the target of a redirect, so that a person can correct the address: it is not followed."""
    place = without_controls(reply.headers.get("Location", "")) if 300 <= reply.status < 400 else ""
    return f", it has moved to {place[:_LONGEST]}; correct [status_pages]" if place else ""


def _statuspage(document: Mapping[str, object]) -> Announcement | None:
    status = document.get("status")
    if not isinstance(status, dict) or text_of(status, "indicator") not in _INDICATORS:
        return None
    # `status.json` has no incidents; anything other than a list of them is an incomplete document.
    incidents = objects(document.get("incidents", []))
    if incidents is None:
        return None
    condition = _INDICATORS[text_of(status, "indicator")]
    name = "" if condition is Condition.WORKS else _gravest(incidents)
    return _announcement(condition, name or text_of(status, "description"))


def _gravest(incidents: list[dict[str, object]]) -> str:
    """Return the name of the worst open incident; the first of several."""
    going_on = [one for one in incidents if text_of(one, "status") not in _OVER]
    known = [one for one in going_on if text_of(one, "impact") in _IMPACTS]
    known.sort(key=lambda one: _IMPACTS.index(text_of(one, "impact")))
    return next(filter(None, (text_of(one, "name") for one in (*known, *going_on))), "")


def _slack(document: Mapping[str, object]) -> Announcement | None:
    incidents = objects(document.get("active_incidents"))
    if text_of(document, "status") not in {"ok", "active"} or incidents is None:
        return None
    going_on = [one for one in incidents if text_of(one, "status") not in _OVER]
    if going_on or text_of(document, "status") == "ok":
        return _worst(
            [(_SLACK.get(text_of(one, "type"), _UNNAMED), text_of(one, "title")) for one in going_on]
        )
    return None if not incidents else Announcement(Condition.WORKS)


def _zendesk(document: Mapping[str, object]) -> Announcement | None:
    incidents = objects(document.get("data"))
    if incidents is None or not all(isinstance(one.get("attributes"), dict) for one in incidents):
        return None
    return _worst(list(_zendesk_incidents(incidents)))


def _zendesk_incidents(incidents: list[dict[str, object]]) -> Iterator[tuple[Condition, str]]:
    for incident in incidents:
        attributes = incident.get("attributes")
        if isinstance(attributes, dict) and not (
            attributes.get("resolvedAt") or attributes.get("resolved_at")
        ):
            fallen = attributes.get("outage") is True or text_of(attributes, "impact").lower() == "critical"
            yield Condition.DOWN if fallen else Condition.DOUBTFUL, text_of(attributes, "title")


def _worst(found: list[tuple[Condition, str]]) -> Announcement:
    for condition in _WORST_FIRST:
        for each, title in found:
            if each is condition:
                return _announcement(condition, title)
    return Announcement(Condition.WORKS)


def _announcement(condition: Condition, detail: str) -> Announcement:
    line = " ".join(without_controls(detail).split())
    return Announcement(condition, line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…")
