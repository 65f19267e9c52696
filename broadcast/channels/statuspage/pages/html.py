"""The pages as HTML: each one file that needs nothing else, in one language."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from posixpath import dirname, relpath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from broadcast.channels.statuspage.pages import history, prose
from broadcast.channels.statuspage.pages.masthead import Component, Masthead, affected, standings
from broadcast.channels.statuspage.pages.state import Update, language_of
from broadcast.channels.statuspage.pages.story import Story, Tone, announced, current, due, overall
from broadcast.channels.statuspage.pages.words import LOOK, voice
from broadcast.model.incident import Phase

if TYPE_CHECKING:
    from jinja2 import Environment

#: How many updates of one incident the front page shows; its own page has them all.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of what is known: a label, a text or several, and perhaps a time or an address behind it."""

    label: str
    text: str
    moment: datetime | None = None
    href: str | None = None
    items: tuple[str, ...] = ()
    wide: bool = False


class Edition:
    """The pages in one language."""

    def __init__(self, told: Sequence[Story], masthead: Masthead, language: str) -> None:
        self.told = told
        self.masthead = masthead
        self.voice = voice(language, masthead.zone)
        self.words: Mapping[str, Any] = self.voice.words

    def files(self) -> Iterator[tuple[str, str]]:
        """Every page with its path; the front page last, when all it leads to is there."""
        for story in self.told:
            yield self.path(f"incidents/{story.id}.html"), self.incident(story)
        for year in history.years(self.told, self.voice):
            yield self.path(f"archive-{year}.html"), self.archive(year)
        yield self.path("index.html"), self.front()

    def path(self, name: str, language: str = "") -> str:
        """Where a page of this, or another, language lies in the folder."""
        language = language or self.voice.language
        return name if language == self.masthead.language else f"{language}/{name}"

    def front(self) -> str:
        """The page people land on: what is going on now, and what has been."""
        told, tone = self.told, overall(self.told)
        going_on, years = current(told), history.years(told, self.voice)
        latest = max((story.latest for story in told), key=lambda update: update.as_of, default=None)
        return self._page(
            "front",
            "index.html",
            headline=self._drilled(self._overall_headline(tone, going_on)),
            lede=self._overall_lede(tone, going_on),
            tone=tone,
            rows=tuple(self._overall_facts(going_on)),
            current=going_on,
            announced=announced(told),
            correction=self._correction(latest),
            lede_of=self._lede,
            standings=standings(self.masthead, told),
            days=history.recent(told, self.voice),
            archive=f"archive-{years[0]}.html" if years else "",
            shown=SHOWN,
            as_of=latest and latest.as_of,
            hotline=latest and latest.hotline,
            **self._doubt(told),
        )

    def incident(self, story: Story) -> str:
        """One incident with all that was said about it."""
        tone = story.tone
        title = story.title(self.voice.language)
        return self._page(
            "incident",
            f"incidents/{story.id}.html",
            headline=self._drilled(title if tone is Tone.FINE else self._headline(tone, title)),
            lede=self._lede(story),
            tone=tone,
            rows=tuple(self._incident_facts(story)),
            story=story,
            as_of=story.latest.as_of,
            hotline=story.latest.hotline,
            **self._doubt([story]),
        )

    def archive(self, year: int) -> str:
        """A year's incidents, by month."""
        return self._page(
            "archive",
            f"archive-{year}.html",
            headline=self._drilled(self.words["section"]["archive_of"].format(year=year)),
            tone=Tone.UNKNOWN,
            months=history.months(self.told, year, self.voice),
            years=history.years(self.told, self.voice),
            year=year,
            as_of=None,
            hotline=None,
            **self._doubt(()),
        )

    def _page(self, template: str, name: str, *, tone: Tone, **context: Any) -> str:
        path = self.path(name)
        here = dirname(path) or "."
        return (
            _environment()
            .get_template(f"{template}.html.j2")
            .render(
                **context,
                tone=tone,
                masthead=self.masthead,
                foot=self.masthead.letterhead.in_locale(self.voice.language),
                voice=self.voice,
                words=self.words,
                href=lambda other: relpath(self.path(other), here),
                incident_href=lambda story: relpath(self.path(f"incidents/{story.id}.html"), here),
                root=lambda other: relpath(other, here),
                editions=[self._edition(code, name, here) for code in self.masthead.languages],
                favicon=_favicon(Tone.UNKNOWN if self.masthead.drill else tone),
                policy=_policy(),
                style=_asset("style.css"),
                script=_asset("page.js"),
            )
        )

    def _edition(self, language: str, name: str, here: str) -> dict[str, str]:
        words = voice(language, self.masthead.zone).words
        return {
            "language": language,
            "name": words["language"],
            "read_in": words["read_in"],
            "href": relpath(self.path(name, language), here),
        }

    def _drilled(self, headline: str) -> str:
        if not self.masthead.drill:
            return headline
        pattern: str = self.words["drill"]["title"]
        return pattern.format(title=headline)

    def _headline(self, tone: Tone, title: str) -> str:
        pattern: str = self.words["headline"][tone]
        prefix = pattern.partition("{title}")[0]
        return title if title.lower().startswith(prefix.strip().lower()) else pattern.format(title=title)

    def _overall_headline(self, tone: Tone, going_on: Sequence[Story]) -> str:
        incidents = [story for story in going_on if not story.maintenance]
        if len(incidents) > 1:
            several: str = self.words["headline"]["several"]
            return several.format(count=len(incidents))
        if going_on:
            return self._headline(tone, going_on[0].title(self.voice.language))
        plain: str = self.words["headline"][tone]
        return plain

    def _overall_lede(self, tone: Tone, going_on: Sequence[Story]) -> str:
        if len(going_on) == 1:
            return self._lede(going_on[0])
        lede: str = self.words["lede"]["several" if going_on else tone]
        return lede

    def _lede(self, story: Story) -> str:
        over = self.masthead.drill and not story.open
        stands = "broken_off" if story.broken_off else story.phase
        lede: str = self.words["drill"]["over"] if over else self.words["lede"][stands]
        return lede

    def _overall_facts(self, going_on: Sequence[Story]) -> Iterator[Fact]:
        if not going_on:
            return
        label, base = self.words["label"], max(story.latest.as_of for story in going_on)
        if len(going_on) == 1:
            yield self._since(going_on[0], base)
        promised = [story.latest.next_update for story in going_on if story.latest.next_update]
        if promised:
            yield Fact(label["next_update"], self.voice.moment(min(promised), base), min(promised))
        each = standings(self.masthead, self.told)
        hit = [standing.component for standing in each if standing.tone is not Tone.FINE]
        working = [standing.component for standing in each if standing.tone is Tone.FINE]
        yield from self._services(label["affected"], hit)
        yield from self._services(label["works"], working)
        hotline = next((story.latest.hotline for story in going_on if story.latest.hotline), None)
        if hotline:
            yield Fact(label["help"], hotline, href=_tel(hotline))

    def _incident_facts(self, story: Story) -> Iterator[Fact]:
        label, latest = self.words["label"], story.latest
        if story.ended and story.took_place:
            yield from self._past(story, story.ended)
        elif story.maintenance and latest.window_ends:
            yield Fact(label["window"], self.voice.span(story.begins, latest.window_ends))
        elif story.open:
            yield self._since(story, latest.as_of)
        if story.open and latest.next_update:
            text = self.voice.moment(latest.next_update, latest.as_of)
            yield Fact(label["next_update"], text, latest.next_update)
        if not story.retracted:
            yield from self._services(
                label["affected"], [self._configured(each) for each in affected(latest)]
            )
        yield Fact(label["reference"], story.id)
        if story.open and latest.hotline:
            yield Fact(label["help"], latest.hotline, href=_tel(latest.hotline))
        if latest.link and latest.link.startswith(("https://", "http://")):
            yield Fact(label["more"], latest.link, href=latest.link, wide=True)

    def _since(self, story: Story, base: datetime) -> Fact:
        named = "reported" if not story.dated else "began" if story.announced else "since"
        return Fact(self.words["label"][named], self.voice.moment(story.begins, base), story.begins)

    def _past(self, story: Story, ended: datetime) -> Iterator[Fact]:
        """When it was, and how long, as far as somebody said."""
        label = self.words["label"]
        if story.dated:
            yield Fact(label["window"], self.voice.span(story.begins, ended))
            yield Fact(label["duration"], self.voice.duration(story.begins, ended))
        else:
            yield Fact(label["reported"], self.voice.moment(story.reported), story.reported)
            yield Fact(label["ended"], self.voice.moment(ended, story.reported), ended)

    def _services(self, label: str, components: Sequence[Component]) -> Iterator[Fact]:
        if components:
            names = tuple(each.name(self.voice.language) for each in components)
            yield Fact(label, ", ".join(names), items=names)

    def _configured(self, component: Component) -> Component:
        return next((each for each in self.masthead.components if each.means(component)), component)

    def _correction(self, latest: Update | None) -> Story | None:
        """A retraction is news until something else is."""
        if latest is None or latest.phase is not Phase.RETRACTED:
            return None
        return next(story for story in self.told if story.latest is latest)

    def _doubt(self, told: Sequence[Story]) -> dict[str, object]:
        """When the page is to be doubted and why: a promise that was not kept, or silence."""
        moment = due(told)
        if moment is None:
            return {"due": None, "doubt": ""}
        silent = max(story.latest.as_of for story in told if story.open)
        promised = any(story.latest.next_update == moment for story in told)
        text = self.words["text"]["promised" if promised else "silent"]
        return {"due": moment, "doubt": text.format(moment=self.voice.moment(moment if promised else silent))}


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(LOOK), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "iso": lambda moment: moment.astimezone(UTC).isoformat(timespec="seconds"),
        "tel": _tel,
        "language": language_of,
        "tone_of": _tone_of,
        "excerpt": prose.excerpt,
        "prose": prose.paragraphs,
        "unbroken": prose.unbroken,
    }
    return environment


@cache
def _asset(name: str) -> str:
    return (LOOK / name).read_text(encoding="utf-8")


def _policy() -> str:
    """Nothing is loaded from anywhere, and only our own style and script count."""
    style, script = (_digest(_asset(name)) for name in ("style.css", "page.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


_FAVICON = {
    Tone.UNKNOWN: ("#57616b", "M12 7v6M12 17v.1"),
    Tone.FINE: ("#17704a", "M7 12.5l3.5 3.5L17 9"),
    Tone.CORRECTION: ("#17704a", "M7 12.5l3.5 3.5L17 9"),
    Tone.MAINTENANCE: ("#2a58a8", "M9 8v8M15 8v8"),
    Tone.WATCHING: ("#0b6478", "M8 12h.1M12 12h.1M16 12h.1"),
    Tone.MINOR: ("#7a5600", "M7 12h10"),
    Tone.MAJOR: ("#a5400c", "M12 6.5v7M12 17v.1"),
    Tone.CRITICAL: ("#b0221c", "M8 8l8 8M16 8l-8 8"),
}


def _favicon(tone: Tone) -> str:
    colour, path = _FAVICON[tone]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#fff" '
        f'stroke-width="3" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="12" '
        f'fill="{colour}" stroke="none"/><path d="{path}"/></svg>'
    )
    return "data:image/svg+xml," + quote(svg)


def _tone_of(update: Update) -> Tone:
    return Story(update.incident, (update,)).tone


def _tel(number: str) -> str:
    """A telephone link; what is no part of a number is left out."""
    return "tel:" + "".join(character for character in number if character in "+0123456789")
