"""The pages as HTML: each a single file without external resources, in one language."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, relpath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from broadcast.channels.page.site import history, safe_html
from broadcast.channels.page.site.headlines import Headlines
from broadcast.channels.page.site.incident_view import (
    IncidentTone,
    IncidentView,
    announced,
    current,
    due,
    overall,
)
from broadcast.channels.page.site.page_settings import Component, SiteSettings, affected, standings
from broadcast.channels.page.site.state import Update
from broadcast.channels.page.site.words import voice
from broadcast.localisation.language import language_of
from broadcast.model.incident import Phase
from broadcast.model.notice import ContactPoint
from broadcast.model.promise import overdue

if TYPE_CHECKING:
    from jinja2 import Environment

#: The number of updates of one incident on the front page; its own page has all.
SHOWN = 8
_LOOK = Path(__file__).with_name("look")


@dataclass(frozen=True, slots=True)
class ContactLink:
    """A contact point, with its link if there is one."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One known fact in a line: a label, one or more texts, and perhaps a time or contact points."""

    label: str
    text: str = ""
    moment: datetime | None = None
    items: tuple[str, ...] = ()
    contacts: tuple[ContactLink, ...] = ()


class Edition:
    """The pages in one language."""

    def __init__(self, views: Sequence[IncidentView], site: SiteSettings, language: str) -> None:
        self.views = views
        self.site = site
        self.voice = voice(language, site.zone)
        self.words: Mapping[str, Any] = self.voice.words
        self.says = Headlines(views, site, self.voice)

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield every page with its path; the front page last, after all link targets."""
        for view in self.views:
            yield self.path(f"incidents/{view.id}.html"), self.incident(view)
        for year in history.years(self.views, self.voice):
            yield self.path(f"archive-{year}.html"), self.archive(year)
        yield self.path("index.html"), self.front()

    def path(self, name: str, language: str = "") -> str:
        """Return the path of a page in this, or another, language."""
        language = language or self.voice.language
        return name if language == self.site.language else f"{language}/{name}"

    def front(self) -> str:
        """Return the front page: present incidents, and past ones."""
        views = self.views
        going_on, years = current(views), history.years(views, self.voice)
        latest = max((view.latest for view in views), key=lambda update: update.as_of, default=None)
        lede = self.says.overall_lede()
        return self._page(
            "front",
            "index.html",
            headline=self.says.overall_headline(),
            lede=lede,
            unsaid=self.says.unsaid(lede, going_on[0]) if len(going_on) == 1 else lede,
            tone=IncidentTone.DRILL if self.site.drill else overall(views),
            rows=tuple(self._overall_facts(going_on)),
            current=going_on,
            announced=announced(views),
            correction=self._correction(latest),
            standings=() if self.site.drill else standings(self.site, views),
            days=history.recent(views, self.voice),
            archive=f"archive-{years[0]}.html" if years else "",
            shown=SHOWN,
            as_of=latest and latest.as_of,
            hotline=latest and not going_on and self._hotline(latest),
            **self._doubt(views),
        )

    def incident(self, view: IncidentView) -> str:
        """Return the page of one incident with all its updates."""
        lede = self.says.lede(view)
        return self._page(
            "incident",
            f"incidents/{view.id}.html",
            headline=self.says.headline(view),
            lede=lede,
            unsaid=self.says.unsaid(lede, view),
            tone=IncidentTone.DRILL if self.site.drill else view.tone,
            rows=tuple(self._incident_facts(view)),
            view=view,
            as_of=view.latest.as_of,
            hotline=None,
            **self._doubt([view]),
        )

    def archive(self, year: int) -> str:
        """Return a year's incidents, by month."""
        return self._page(
            "archive",
            f"archive-{year}.html",
            headline=self.says.drilled(self.words["section"]["archive_of"].format(year=year)),
            tone=IncidentTone.DRILL if self.site.drill else IncidentTone.UNKNOWN,
            months=history.months(self.views, year, self.voice),
            years=history.years(self.views, self.voice),
            year=year,
            as_of=None,
            hotline=None,
            **self._doubt(()),
        )

    def _page(self, template: str, name: str, *, tone: IncidentTone, **context: Any) -> str:
        path = self.path(name)
        here = dirname(path) or "."
        return (
            _environment()
            .get_template(f"{template}.html.j2")
            .render(
                **context,
                tone=tone,
                site=self.site,
                foot=self.site.letterhead.in_locale(self.voice.language),
                voice=self.voice,
                words=self.words,
                says=self.says,
                href=lambda other: relpath(self.path(other), here),
                incident_href=lambda view: relpath(self.path(f"incidents/{view.id}.html"), here),
                root=lambda other: relpath(other, here),
                editions=[self._edition(code, name, here) for code in self.site.languages],
                favicon=_favicon(tone),
                policy=_policy(),
                style=_asset("style.css"),
                script=_asset("page.js"),
            )
        )

    def _edition(self, language: str, name: str, here: str) -> dict[str, str]:
        words = voice(language, self.site.zone).words
        return {
            "language": language,
            "name": words["language"],
            "read_in": words["read_in"],
            "href": relpath(self.path(name, language), here),
        }

    def _overall_facts(self, going_on: Sequence[IncidentView]) -> Iterator[Fact]:
        if not going_on:
            return
        label, base = self.words["label"], max(view.latest.as_of for view in going_on)
        if len(going_on) == 1:
            yield from self._when(going_on[0], base)
        if self.site.drill:
            return
        promised = [view.latest.next_update for view in going_on if view.latest.next_update]
        if promised:
            yield Fact(
                label=label["next_update"], text=self.voice.moment(min(promised), base), moment=min(promised)
            )
        each = standings(self.site, self.views)
        hit = [standing.component for standing in each if standing.view]
        working = [standing.component for standing in each if standing.tone is IncidentTone.FINE]
        yield from self._services(label["affected"], hit)
        yield from self._services(label["works"], working)
        yield from self._help(max((view.latest for view in going_on), key=lambda update: update.as_of))

    def _incident_facts(self, view: IncidentView) -> Iterator[Fact]:
        label, latest = self.words["label"], view.latest
        over = view.ended and view.took_place and not view.exercise
        yield from self._past(view) if over else self._when(view, latest.as_of)
        if not self.site.drill:
            if view.open and latest.next_update:
                text = self.voice.moment(latest.next_update, latest.as_of)
                yield Fact(label=label["next_update"], text=text, moment=latest.next_update)
            if not view.retracted:
                yield from self._services(
                    label["affected"], [self._configured(each) for each in affected(latest)]
                )
            if not (view.retracted or view.cancelled):
                yield from self._help(latest)
        yield Fact(label=label["reference"], text=view.id)

    def _when(self, view: IncidentView, base: datetime) -> Iterator[Fact]:
        """Yield since when it lasts, or when it is planned."""
        label, latest = self.words["label"], view.latest
        if view.retracted or view.exercise:
            return
        if view.maintenance and latest.window_ends:
            planned = latest.window_starts or view.begins
            yield Fact(label=label["planned"], text=self.voice.span(planned, latest.window_ends))
            if view.announced or view.cancelled or latest.started in {None, planned}:
                return
        named = "reported" if not view.dated else "began" if view.announced else "since"
        yield Fact(label=label[named], text=self.voice.moment(view.begins, base), moment=view.begins)

    def _past(self, view: IncidentView) -> Iterator[Fact]:
        """Yield when it was and how long, as far as known."""
        label, ended = self.words["label"], view.latest.ended
        if view.dated and ended:
            yield Fact(label=label["window"], text=self.voice.span(view.begins, ended))
            lasted = self.voice.duration(view.begins, ended)
            if lasted:
                yield Fact(label=label["duration"], text=lasted)
            return
        yield Fact(
            label=label["began" if view.dated else "reported"],
            text=self.voice.moment(view.begins),
            moment=view.begins,
        )
        over = ended or view.latest.as_of
        yield Fact(
            label=label["ended" if ended else "over"], text=self.voice.moment(over, view.begins), moment=over
        )

    def _help(self, update: Update) -> Iterator[Fact]:
        """Yield how to reach us, without the status page itself."""
        contact_points = [
            contact_point
            for contact_point in update.contact_points
            if contact_point.value not in {update.link, self.site.url, update.hotline}
        ]
        contacts = tuple(self._contact(contact_point) for contact_point in contact_points)
        if hotline := self._hotline(update):
            contacts = (ContactLink(hotline, _tel(hotline)), *contacts)
        if contacts:
            yield Fact(label=self.words["label"]["help"], contacts=contacts)
        elif update.cut_off:
            yield Fact(label=self.words["label"]["help"], text=self.words["way"]["cut_off"])

    def _contact(self, contact_point: ContactPoint) -> ContactLink:
        named: str = self.words["way"].get(contact_point.kind, contact_point.kind)
        hours = contact_point.hours_in(self.voice.language)
        return ContactLink(
            f"{named}: {contact_point.value}" + (f" ({hours})" if hours else ""), _href(contact_point)
        )

    def _hotline(self, update: Update) -> str | None:
        return None if self.site.drill else update.hotline

    def _services(self, label: str, components: Sequence[Component]) -> Iterator[Fact]:
        if components:
            names = tuple(each.name(self.voice.language) for each in components)
            yield Fact(label=label, text=", ".join(names), items=names)

    def _configured(self, component: Component) -> Component:
        return next((each for each in self.site.components if each.means(component)), component)

    def _correction(self, latest: Update | None) -> IncidentView | None:
        """Return the retracted incident that is the latest news, or None."""
        if latest is None or latest.phase is not Phase.RETRACTED or self.site.drill:
            return None
        return next(view for view in self.views if view.latest is latest)

    def _doubt(self, views: Sequence[IncidentView]) -> dict[str, object]:
        """Return when the page counts as out of date, and why: a missed promise, or silence."""
        moment = None if self.site.drill else due(views)
        if moment is None:
            return {"due": None, "doubt": "", "overdue": False}
        silent = max(view.latest.as_of for view in views if view.open)
        promised = any(view.latest.next_update == moment for view in views)
        text = self.words["text"]["promised" if promised else "silent"]
        doubt = text.format(moment=self.voice.moment(moment if promised else silent))
        passed = self.site.now is not None and overdue(moment, self.site.now)
        return {"due": moment, "doubt": doubt, "overdue": passed}


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_LOOK), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "iso": lambda moment: moment.astimezone(UTC).isoformat(timespec="seconds"),
        "tel": _tel,
        "language": language_of,
        "tone_of": _tone_of,
        "prose": safe_html.paragraphs,
        "unbroken": safe_html.unbroken,
    }
    return environment


@cache
def _asset(name: str) -> str:
    return (_LOOK / name).read_text(encoding="utf-8")


def _policy() -> str:
    """Return the policy: nothing is loaded from elsewhere, and only our own style and script are allowed."""
    style, script = (_digest(_asset(name)) for name in ("style.css", "page.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


_FAVICON = {
    IncidentTone.UNKNOWN: ("#57616b", "M12 7v6M12 17v.1"),
    IncidentTone.DRILL: ("#6a2fa0", "M7 12h10"),
    IncidentTone.FINE: ("#17704a", "M7 12.5l3.5 3.5L17 9"),
    IncidentTone.CORRECTION: ("#17704a", "M7 12.5l3.5 3.5L17 9"),
    IncidentTone.MAINTENANCE: ("#2a58a8", "M9 8v8M15 8v8"),
    IncidentTone.WATCHING: ("#0b6478", "M8 12h.1M12 12h.1M16 12h.1"),
    IncidentTone.MINOR: ("#7a5600", "M7 12h10"),
    IncidentTone.MAJOR: ("#a5400c", "M12 6.5v7M12 17v.1"),
    IncidentTone.CRITICAL: ("#b0221c", "M8 8l8 8M16 8l-8 8"),
}


def _favicon(tone: IncidentTone) -> str:
    colour, path = _FAVICON[tone]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#fff" '
        f'stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="12" '
        f'fill="{colour}" stroke="none"/><path d="{path}"/></svg>'
    )
    return "data:image/svg+xml," + quote(svg)


def _tone_of(update: Update) -> IncidentTone:
    view = IncidentView(update.incident, (update,))
    return IncidentTone.DRILL if view.exercise else view.tone


def _tel(number: str) -> str:
    """Return a telephone link; characters that are not part of a number are removed."""
    return "tel:" + "".join(character for character in number if character in "+0123456789")


def _href(contact_point: ContactPoint) -> str:
    """Return a link for the way, if browsers have one."""
    if contact_point.kind == "phone":
        return _tel(contact_point.value)
    if contact_point.kind == "email":
        return f"mailto:{quote(contact_point.value, safe='@')}"
    return contact_point.value if contact_point.value.startswith(("https://", "http://")) else ""
