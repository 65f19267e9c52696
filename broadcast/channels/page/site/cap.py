"""Alerts in the Common Alerting Protocol, CAP 1.2 (OASIS, ITU-T X.1303): one document per update.

An alert that was sent is never changed: updates and cancellations are new alerts that refer to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from broadcast.channels.page.site.incident_view import IncidentView, newest
from broadcast.channels.page.site.page_settings import SiteSettings
from broadcast.channels.page.site.state import PublishedText, Update, path_safe
from broadcast.channels.page.site.words import voice
from broadcast.localisation.language import language_of
from broadcast.model.incident import Phase, Severity

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MIME = "application/cap+xml"
_HEADLINE = 160  # characters, as CAP recommends

#: CAP's severities are about life and property, so ours are never extreme.
_SEVERITIES: Mapping[Severity, str] = {
    Severity.SEV1: "Severe",
    Severity.SEV2: "Moderate",
    Severity.SEV3: "Minor",
    Severity.SEV4: "Minor",
}


@dataclass(frozen=True, slots=True)
class _Advice:
    """The response, urgency and certainty of a phase."""

    response: str
    urgency: str
    certainty: str = "Observed"


_ADVICE: Mapping[Phase, _Advice] = {
    Phase.INVESTIGATING: _Advice("Monitor", "Immediate"),
    Phase.IDENTIFIED: _Advice("Monitor", "Immediate"),
    Phase.MONITORING: _Advice("Monitor", "Past"),
    Phase.SCHEDULED: _Advice("Prepare", "Future", "Likely"),
    Phase.IN_PROGRESS: _Advice("Monitor", "Immediate"),
    Phase.RESOLVED: _Advice("AllClear", "Past"),
    Phase.COMPLETED: _Advice("AllClear", "Past"),
    Phase.RETRACTED: _Advice("AllClear", "Past", "Unlikely"),
    Phase.CANCELLED: _Advice("AllClear", "Past", "Unlikely"),
}
_CANCELS = frozenset({Phase.RETRACTED, Phase.CANCELLED})


def path(update: Update) -> str:
    """Return the path of the update's alert below the page's root."""
    return f"cap/{_identifier(update)}.xml"


def alerts(views: Sequence[IncidentView], site: SiteSettings) -> Iterator[tuple[str, str]]:
    """Yield the alerts of the updates in the feed, each with its path."""
    for update, view in newest(views):
        yield path(update), _document(update, view, site)


def _document(update: Update, view: IncidentView, site: SiteSettings) -> str:
    earlier = view.updates[: view.updates.index(update)]
    words = voice(site.language, site.zone).words
    alert = ET.Element(_name("alert"))
    _add(alert, "identifier", _identifier(update))
    _add(alert, "sender", _sender(update, site))
    _add(alert, "sent", _moment(update.as_of, update))
    _add(alert, "status", "Exercise" if site.drill else "Actual")
    _add(alert, "msgType", _type(update, earlier))
    _add(alert, "scope", "Public")
    _add(alert, "note", words["drill"]["mark"] if site.drill else None)
    _add(alert, "references", " ".join(_reference(each, site) for each in earlier))
    _add(alert, "incidents", view.identity)
    spoken: dict[str, PublishedText] = {}
    for text in update.texts:
        spoken.setdefault(language_of(text.locale), text)
    for text in spoken.values():
        _add_information(alert, text, update, view, site)
    ET.indent(alert, space=" ")
    body = ET.tostring(alert, encoding="unicode", default_namespace=NAMESPACE)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _add_information(
    alert: ET.Element, text: PublishedText, update: Update, view: IncidentView, site: SiteSettings
) -> None:
    language, advice = language_of(text.locale), _ADVICE[update.phase]
    words = voice(language, site.zone).words
    title = words["drill"]["test"] if update.exercise else text.title or update.title
    drill_word = words["drill"]["mark"]
    begins = update.started or update.window_starts
    info = _add(alert, "info")
    _add(info, "language", language)
    _add(info, "category", "Infra")
    _add(info, "event", words["alert"]["maintenance" if update.phase.maintenance else "incident"])
    _add(info, "responseType", advice.response)
    _add(info, "urgency", advice.urgency)
    _add(info, "severity", _SEVERITIES[update.severity])
    _add(info, "certainty", advice.certainty)
    _add(info, "onset", _moment(begins, update) if begins else None)
    _add(info, "expires", _expiry(update))
    _add(info, "senderName", update.organisation)
    _add(info, "headline", _cut(words["drill"]["title"].format(title=title) if site.drill else title))
    _add(info, "description", f"{drill_word}\n\n{text.body}\n\n{drill_word}" if site.drill else text.body)
    _add(
        info,
        "web",
        urljoin(site.url.rstrip("/") + "/", f"incidents/{view.id}.html") if site.url else update.link,
    )
    _add(info, "contact", update.hotline)


def _expiry(update: Update) -> str | None:
    """Return the announced end; None for an alert that ends the incident or is sent after that end."""
    ends = update.window_ends
    return _moment(ends, update) if ends and ends > update.as_of and not update.phase.closed else None


def _type(update: Update, earlier: Sequence[Update]) -> str:
    if not earlier:
        return "Alert"
    return "Cancel" if update.phase in _CANCELS else "Update"


def _reference(update: Update, site: SiteSettings) -> str:
    return f"{_sender(update, site)},{_identifier(update)},{_moment(update.as_of, update)}"


def _identifier(update: Update) -> str:
    return path_safe(update.key)


def _sender(update: Update, site: SiteSettings) -> str:
    """Return our name without spaces, commas and brackets, which CAP forbids here."""
    return urlsplit(site.url).hostname or path_safe(update.organisation)


def _moment(moment: datetime, update: Update) -> str:
    """Return the moment with an offset, as CAP requires: never `Z`, and UTC as `-00:00`."""
    spelled = moment.astimezone(ZoneInfo(update.zone)).isoformat(timespec="seconds")
    return spelled.removesuffix("+00:00") + "-00:00" if spelled.endswith("+00:00") else spelled


def _cut(title: str) -> str:
    return title if len(title) <= _HEADLINE else title[: _HEADLINE - 1].rstrip() + "…"


def _add(parent: ET.Element, name: str, text: str | None = "") -> ET.Element:
    """Add a child; one without text only if it will have children."""
    child = ET.Element(_name(name))
    if text or name == "info":
        child.text = text or None
        parent.append(child)
    return child


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
