"""Maintenance windows for calendars (iCalendar, RFC 5545): all of them to subscribe to, and each alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit
from uuid import NAMESPACE_URL, uuid5

from broadcast.channels.page.site.incident_view import IncidentView
from broadcast.channels.page.site.page_settings import SiteSettings
from broadcast.channels.page.site.words import voice
from broadcast.model.moments import later

FEED = "maintenance.ics"
_WIDTH = 75  # octets a line may have, without its end
#: A calendar must hold a component (RFC 5545, 3.6): without a window, the timezone of its times.
_NOTHING = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)
#: How many windows the calendar to subscribe to holds, the latest first.
_LENGTH = 50
_SHORTEST = timedelta(minutes=1)


def path(view: IncidentView) -> str:
    """Where one window stands, below the language's root."""
    return f"incidents/{view.id}.ics"


def calendars(told: Sequence[IncidentView], site: SiteSettings, language: str) -> Iterator[tuple[str, str]]:
    """Yield the calendar of all windows, and one for each, with their paths below the language's root."""
    windows = [view for view in told if view.maintenance]
    yield FEED, _calendar("PUBLISH", windows[:_LENGTH], site, language)
    for view in windows:
        method = "CANCEL" if view.cancelled else "PUBLISH"
        yield path(view), _calendar(method, [view], site, language)


def _calendar(method: str, windows: Sequence[IncidentView], site: SiteSettings, language: str) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//broadcast//status page//EN",
        "CALSCALE:GREGORIAN",
        *([f"METHOD:{method}"] if windows else []),
        f"NAME:{_text(site.title)}",
        *(line for view in windows for line in _event(view, site, language)),
        *(() if windows else _NOTHING),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(view: IncidentView, site: SiteSettings, language: str) -> Iterator[str]:
    latest = view.latest
    words = voice(language, site.zone).words
    title, body, mark = view.title(language), latest.text(language).body, words["drill"]["mark"]
    if site.drill:
        title, body = words["drill"]["title"].format(title=title), f"{mark}\n\n{body}\n\n{mark}"
    ends = latest.window_ends if view.open or view.cancelled else view.ended
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(view, site)}"
    yield f"SEQUENCE:{_sequence(view)}"
    yield f"DTSTAMP:{_moment(latest.as_of)}"
    yield f"DTSTART:{_moment(view.begins)}"
    if ends:
        # RFC 5545 has every end later than its beginning.
        yield f"DTEND:{_moment(max(ends, later(view.begins, _SHORTEST)))}"
    yield f"STATUS:{'CANCELLED' if view.cancelled else 'CONFIRMED'}"
    yield f"SUMMARY:{_text(title)}"
    yield f"DESCRIPTION:{_text(body)}"
    yield f'ORGANIZER;CN="{_quoted(latest.organisation)}":{_organiser(site)}'
    yield "TRANSP:TRANSPARENT"
    if site.url:
        yield f"URL:{urljoin(site.url.rstrip('/') + '/', f'incidents/{view.id}.html')}"
    yield "END:VEVENT"


def _sequence(view: IncidentView) -> int:
    """Counted up with every word about it, so that calendars know which of two is the newer.

    Numbers of notices go on when the page's folder was lost; the count of updates, when the ledger was.
    """
    return max(len(view.updates), *(update.sequence for update in view.updates)) - 1


def _uid(view: IncidentView, site: SiteSettings) -> str:
    """The same for as long as the page has its address; no other window's, whatever became of the folder."""
    return f"{view.identity}@{urlsplit(site.url).hostname or _organiser(site).rpartition(':')[2]}"


def _organiser(site: SiteSettings) -> str:
    return site.url or uuid5(NAMESPACE_URL, site.title).urn


def _moment(moment: datetime) -> str:
    """In UTC, which no change of clocks moves."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """Escaped, as RFC 5545 has it in 3.3.11."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _quoted(text: str) -> str:
    """Inside the quotes of a parameter, which may hold neither quotes nor line breaks."""
    return " ".join(text.replace('"', "'").split())


def _folded(line: str) -> str:
    """Cut into lines of at most 75 octets, never within a character; each further one begins with a space."""
    lines, width = [""], 0
    for character in line:
        octets = len(character.encode())
        if width + octets > _WIDTH:
            lines.append(" ")
            width = 1
        lines[-1] += character
        width += octets
    return "\r\n".join(lines)
