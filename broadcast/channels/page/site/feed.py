"""The Atom feed: one entry per update, with permanent ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urljoin
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as ET

from broadcast.channels.page.site import cap, safe_html
from broadcast.channels.page.site.headlines import quoted
from broadcast.channels.page.site.incident_view import IncidentView, newest
from broadcast.channels.page.site.page_settings import SiteSettings
from broadcast.channels.page.site.state import Update
from broadcast.channels.page.site.words import voice

NAMESPACE = "http://www.w3.org/2005/Atom"


def atom(views: Sequence[IncidentView], site: SiteSettings, language: str) -> str:
    """Return the feed in `language`. Links are absolute if the page's public address is known."""
    ET.register_namespace("", NAMESPACE)
    folder = "" if language == site.language else f"{language}/"
    base = urljoin(site.url.rstrip("/") + "/", folder) if site.url else ""
    entries = newest(views)
    feed = ET.Element(f"{{{NAMESPACE}}}feed", {"xml:lang": language})
    _add(feed, "id", _urn("feed", site.url or site.title, language, str(site.drill)))
    words = voice(language, site.zone).words
    feed_title = words["drill"]["title"].format(title=site.title) if site.drill else site.title
    _add(feed, "title", feed_title)
    _add(feed, "generator", "broadcast")
    _add(feed, "updated", _iso(entries[0][0].as_of) if entries else "1970-01-01T00:00:00+00:00")
    _add(_add(feed, "author"), "name", entries[0][0].organisation if entries else site.title)
    _add(feed, "link", rel="alternate", type="text/html", href=f"{base}index.html")
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{base}feed.atom")
    for update, view in entries:
        _entry(feed, update, view, _FeedPlace(site, language, base))
    ET.indent(feed, space=" ")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, encoding="unicode") + "\n"


class _FeedPlace:
    """The link and the language of an entry."""

    def __init__(self, site: SiteSettings, language: str, base: str) -> None:
        self.site = site
        self.words = voice(language, site.zone).words
        self.language = language
        self.base = base
        self.root = base.removesuffix(f"{language}/") if base else "" if language == site.language else "../"


def _entry(feed: ET.Element, update: Update, view: IncidentView, place: _FeedPlace) -> None:
    text = update.text(place.language)
    heading = place.words["situation"][update.tells]
    named = quoted(text.title or update.title, update, place.words["headline"])
    title = place.words["drill"]["test"] if update.exercise else f"{heading}: {named}"
    entry = _add(feed, "entry")
    _add(entry, "id", _urn("update", update.key))
    _add(entry, "title", place.words["drill"]["title"].format(title=title) if place.site.drill else title)
    _add(entry, "published", _iso(update.as_of))
    _add(entry, "updated", _iso(update.as_of))
    address = f"{place.base}incidents/{view.id}.html#{update.anchor}"
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    _add(entry, "link", rel="alternate", type=cap.MIME, href=f"{place.root}{cap.path(update)}")
    _add(entry, "category", term=update.phase)
    drill_word = place.words["drill"]["mark"]
    body = f"{drill_word}\n\n{text.body}\n\n{drill_word}" if place.site.drill else text.body
    _add(entry, "content", safe_html.paragraphs(body), type="html")


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    child.text = text
    return child


def _urn(*parts: str) -> str:
    return uuid5(NAMESPACE_URL, "\x1f".join(("broadcast", *parts))).urn


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
