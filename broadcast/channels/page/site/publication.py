"""Publish a message on the page: read, add, write."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from broadcast.channels.page.site import calendar, cap, ownership
from broadcast.channels.page.site import state as memory
from broadcast.channels.page.site.api import Api
from broadcast.channels.page.site.feed import atom
from broadcast.channels.page.site.folder import locked, publish
from broadcast.channels.page.site.html import Edition
from broadcast.channels.page.site.incident_view import due, incident_views
from broadcast.channels.page.site.ownership import STATE
from broadcast.channels.page.site.page_settings import DRILL, SiteSettings
from broadcast.channels.page.site.state import State, Update
from broadcast.model.outgoing import Outgoing
from broadcast.model.promise import overdue

_FRONT = "index.html"
#: How the front page begins to say that it is overdue.
_SAID = 'id="stale" role="alert">'


def home(folder: Path, outgoing: Outgoing) -> Path:
    """Return the folder for an update."""
    return folder / DRILL if outgoing.headline.drill else folder


def add(folder: Path, site: SiteSettings, outgoing: Outgoing) -> tuple[State, Update]:
    """Publish one update, once even if repeated; return the new content of the page, and the update.

    Raises `FolderBusy`, `NotOurs`, `StateDamaged` or `OSError`; then it counts as not published.
    """
    place = home(folder, outgoing)
    with locked(place):
        state, update = read(place).published(outgoing)
        pages = files(state, site.drilling() if outgoing.headline.drill else site)
        ownership.check(place, pages)
        if not (place / STATE).exists():
            ownership.take(place)
        publish(place, pages)
        # A page from a version without the mark gets it now, after every file was checked.
        ownership.take(place)
    return state, update


def show_overdue(folder: Path, site: SiteSettings, now: datetime) -> bool:
    """Say on the page what is overdue at `now`, and no longer what is not; return whether it changed.

    The page is a file: without this, only a script in the reader's browser would notice. Raises `FolderBusy`,
    `StateDamaged` or `OSError`.
    """
    if not (folder / STATE).is_file():
        return False
    with locked(folder):
        state = read(folder)
        late = overdue(due(incident_views(state)), now)
        if not late and _SAID not in (folder / _FRONT).read_text(encoding="utf-8"):
            return False
        pages = files(state, replace(site, now=now))
        changed = (folder / _FRONT).read_text(encoding="utf-8") != pages[_FRONT]
        publish(folder, pages)
        return changed


def read(folder: Path) -> State:
    """Return all publications in the folder; empty if there is no page yet."""
    try:
        return memory.load((folder / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return State()


def files(state: State, site: SiteSettings) -> dict[str, str]:
    """Return every file of the page in the order of writing: link targets first, the memory last."""
    complete = site.completed(state)
    views = incident_views(state)
    written: dict[str, str] = {}
    for language in reversed(complete.languages):
        edition = Edition(views, complete, language)
        written |= dict(edition.files()) | {edition.path("feed.atom"): atom(views, complete, language)}
        windows = calendar.calendars(views, complete, language)
        written |= {edition.path(name): text for name, text in windows}
    written |= dict(cap.alerts(views, complete)) | dict(Api(views, complete).files())
    return written | {STATE: memory.dump(state)}
