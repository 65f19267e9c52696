"""Maintenance windows for calendars (iCalendar, RFC 5545): one calendar of all, and one for each."""

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
_WIDTH = 75  # the most octets of a line, without its end
#: A calendar must have a component (RFC 5545, 3.6): without a window, that is the timezone.
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
#: The number of windows in the calendar of all, latest first.
_LENGTH = 50
_SHORTEST = timedelta(minutes=1)


def path(view: IncidentView) -> str:
    """Return the path of one window below the language's root."""
    return f"incidents/{view.id}.ics"


def calendars(views: Sequence[IncidentView], site: SiteSettings, language: str) -> Iterator[tuple[str, str]]:
    """Yield the calendar of all windows, and one for each, with their paths below the language's root."""
    windows = [view for view in views if view.maintenance]
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
    title, body, drill_word = view.title(language), latest.text(language).body, words["drill"]["mark"]
    if site.drill:
        title, body = words["drill"]["title"].format(title=title), f"{drill_word}\n\n{body}\n\n{drill_word}"
    ends = latest.window_ends if view.open or view.cancelled else view.ended
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(view, site)}"
    yield f"SEQUENCE:{_sequence(view)}"
    yield f"DTSTAMP:{_moment(latest.as_of)}"
    yield f"DTSTART:{_moment(view.begins)}"
    if ends:
        # RFC 5545 needs an end that is later than the start.
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
    """Return a number that grows with every update, so that calendars know the newer version.

    The numbers of notices continue if the folder was lost; the count of updates, if the ledger was lost.
    """
    return max(len(view.updates), *(update.sequence for update in view.updates)) - 1


def _uid(view: IncidentView, site: SiteSettings) -> str:
    """Return an id that stays while the page has its address, and that no other window gets."""
    return f"{view.identity}@{urlsplit(site.url).hostname or _organiser(site).rpartition(':')[2]}"


def _organiser(site: SiteSettings) -> str:
    return site.url or uuid5(NAMESPACE_URL, site.title).urn


def _moment(moment: datetime) -> str:
    """Return the moment in UTC, which no change of clocks moves."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """Return the text escaped as in RFC 5545, 3.3.11."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\n", "\\n")


def _quoted(text: str) -> str:
    """Return the text for a quoted parameter, which may have neither quotes nor line breaks."""
    return " ".join(text.replace('"', "'").split())


def _folded(line: str) -> str:
    """Return the line cut into lines of at most 75 octets, never inside a character."""
    lines, width = [""], 0
    for character in line:
        octets = len(character.encode())
        if width + octets > _WIDTH:
            lines.append(" ")
            width = 1
        lines[-1] += character
        width += octets
    return "\r\n".join(lines)
