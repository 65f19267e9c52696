"""Maintenance windows for calendars (iCalendar, RFC 5545): all of them to subscribe to, and each alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit
from uuid import NAMESPACE_URL, uuid5

from broadcast.channels.page.site.incident_view import Story
from broadcast.channels.page.site.page_settings import Masthead
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


def path(story: Story) -> str:
    """Where one window stands, below the language's root."""
    return f"incidents/{story.id}.ics"


def calendars(told: Sequence[Story], masthead: Masthead, language: str) -> Iterator[tuple[str, str]]:
    """Yield the calendar of all windows, and one for each, with their paths below the language's root."""
    windows = [story for story in told if story.maintenance]
    yield FEED, _calendar("PUBLISH", windows[:_LENGTH], masthead, language)
    for story in windows:
        method = "CANCEL" if story.cancelled else "PUBLISH"
        yield path(story), _calendar(method, [story], masthead, language)


def _calendar(method: str, windows: Sequence[Story], masthead: Masthead, language: str) -> str:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//broadcast//status page//EN",
        "CALSCALE:GREGORIAN",
        *([f"METHOD:{method}"] if windows else []),
        f"NAME:{_text(masthead.title)}",
        *(line for story in windows for line in _event(story, masthead, language)),
        *(() if windows else _NOTHING),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(story: Story, masthead: Masthead, language: str) -> Iterator[str]:
    latest = story.latest
    words = voice(language, masthead.zone).words
    title, body, mark = story.title(language), latest.text(language).body, words["drill"]["mark"]
    if masthead.drill:
        title, body = words["drill"]["title"].format(title=title), f"{mark}\n\n{body}\n\n{mark}"
    ends = latest.window_ends if story.open or story.cancelled else story.ended
    yield "BEGIN:VEVENT"
    yield f"UID:{_uid(story, masthead)}"
    yield f"SEQUENCE:{_sequence(story)}"
    yield f"DTSTAMP:{_moment(latest.as_of)}"
    yield f"DTSTART:{_moment(story.begins)}"
    if ends:
        # RFC 5545 has every end later than its beginning.
        yield f"DTEND:{_moment(max(ends, later(story.begins, _SHORTEST)))}"
    yield f"STATUS:{'CANCELLED' if story.cancelled else 'CONFIRMED'}"
    yield f"SUMMARY:{_text(title)}"
    yield f"DESCRIPTION:{_text(body)}"
    yield f'ORGANIZER;CN="{_quoted(latest.organisation)}":{_organiser(masthead)}'
    yield "TRANSP:TRANSPARENT"
    if masthead.url:
        yield f"URL:{urljoin(masthead.url.rstrip('/') + '/', f'incidents/{story.id}.html')}"
    yield "END:VEVENT"


def _sequence(story: Story) -> int:
    """Counted up with every word about it, so that calendars know which of two is the newer.

    Numbers of notices go on when the page's folder was lost; the count of updates, when the ledger was.
    """
    return max(len(story.updates), *(update.sequence for update in story.updates)) - 1


def _uid(story: Story, masthead: Masthead) -> str:
    """The same for as long as the page has its address; no other window's, whatever became of the folder."""
    return f"{story.identity}@{urlsplit(masthead.url).hostname or _organiser(masthead).rpartition(':')[2]}"


def _organiser(masthead: Masthead) -> str:
    return masthead.url or uuid5(NAMESPACE_URL, masthead.title).urn


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
