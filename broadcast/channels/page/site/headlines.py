"""The page's words about incidents in one language: headline, lead sentence, state and times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from broadcast.channels.page.site.incident_view import DOWN, IncidentTone, IncidentView, current, overall
from broadcast.channels.page.site.page_settings import SiteSettings
from broadcast.channels.page.site.state import Update
from broadcast.channels.page.site.words import Voice
from broadcast.model.situation import Situation

#: For these the phase alone would not say what happened.
_TURNS = frozenset({Situation.DOWN_AGAIN, Situation.REOPENED, Situation.ABANDONED})
_GRAVE = frozenset({IncidentTone.MAJOR, IncidentTone.CRITICAL})
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Course:
    """The times of an incident in one line, and its moment for machines."""

    moment: datetime
    text: str


class Headlines:
    """The words for every incident in `views`, in the language of the page."""

    def __init__(self, views: Sequence[IncidentView], site: SiteSettings, voice: Voice) -> None:
        self.current = current(views)
        self.down = [view for view in self.current if view.tone in DOWN and not view.exercise]
        self.open = any(view.open for view in views)
        self.drill = site.drill
        self.voice = voice
        self.words: Mapping[str, Any] = voice.words
        self.overall = overall(views)

    def title(self, view: IncidentView) -> str:
        """Return its name; for an exercise only that it is a test."""
        return self._word("drill", "test") if view.exercise else view.title(self.voice.language)

    def tone(self, view: IncidentView) -> IncidentTone:
        """Return its present tone; for an exercise only that it is one."""
        return IncidentTone.DRILL if view.exercise else view.tone

    def gravity(self, view: IncidentView) -> IncidentTone:
        """Return its worst tone."""
        return IncidentTone.DRILL if view.exercise else view.gravity

    def standing(self, tone: IncidentTone, view: IncidentView | None = None) -> str:
        """Return the word for a tone: `Gestört`, or `Teilweise gestört` for a part."""
        partly = view is not None and view.partial and tone in _GRAVE
        return self._word("tone", "partly" if partly else tone)

    def state(self, view: IncidentView) -> str:
        """Return `Gestört · Wird untersucht`."""
        if view.exercise or view.latest.tells is Situation.DOWN_AGAIN:
            return self.heading(view.latest)
        standing = self.standing(view.tone, view)
        return f"{standing} · {self.tag(view)}" if view.tone in DOWN and not view.reopened else standing

    def tag(self, view: IncidentView) -> str:
        """Return its state for the list: `Behoben`, `Ursache gefunden`, `Wieder gestört`."""
        turned = view.exercise or view.latest.tells in _TURNS
        return self.heading(view.latest) if turned else self._word("phase", view.phase)

    def heading(self, update: Update) -> str:
        """Return the heading of one message."""
        return self._word("situation", update.tells)

    def headline(self, view: IncidentView) -> str:
        """Return `Störung: Chat`; a title that contains the state gets no state word before it."""
        if view.exercise:
            return self.drilled(self.title(view))
        tone, title = view.tone, self.title(view)
        return self.drilled(title if tone is IncidentTone.FINE else self._stated(tone, title, view))

    def overall_headline(self) -> str:
        """Return the headline of the front page."""
        if self.drill and all(view.exercise for view in self.current):
            return self.drilled(self._word("drill", "test"))
        if len(self.down) > 1:
            return self.drilled(self._word("headline", "several").format(count=len(self.down)))
        if self._all_watched:
            return self.drilled(self._word("headline", "several_watching"))
        if self.current:
            return self.headline(self.current[0])
        return self.drilled(self._word("headline", self.overall))

    def lede(self, view: IncidentView) -> str:
        """Return the sentence below the headline of one incident."""
        if view.exercise:
            return self._word("drill", "lede" if view.open else "over")
        if self.drill and not view.open:
            return self._word("drill", "over")
        name: str = view.phase if view.retracted else view.latest.tells
        if view.retracted and any(other is not view for other in self.down):
            name = f"{name}_beside"
        pattern = self._word("lede", name if name in self.words["lede"] else view.phase)
        return pattern.format(**self._taken_back(view))

    def overall_lede(self) -> str:
        """Return the sentence below the headline of the front page."""
        if self.drill and all(view.exercise for view in self.current):
            return self._word("drill", "lede" if self.open else "over")
        if len(self.down) > 1:
            return self._word("lede", "several")
        if self._all_watched:
            return self._word("lede", "several_watching")
        return self.lede(self.current[0]) if self.current else self._word("lede", self.overall)

    def drilled(self, headline: str) -> str:
        """Return the headline, marked at the start and the end on the page of an exercise."""
        if not self.drill:
            return headline
        return self._word("drill", "title").format(title=headline)

    def unsaid(self, lede: str, view: IncidentView) -> str:
        """Return the sentences up to the last one that the latest message, shown below, does not repeat."""
        said = " ".join(view.latest.text(self.voice.language).body.split())
        sentences = _SENTENCE.split(lede)
        while sentences and sentences[-1] in said:
            sentences.pop()
        return " ".join(sentences)

    def course(self, view: IncidentView, day: date | None = None) -> Course:
        """Return its times for the list under `day`."""
        voice, latest = self.voice, view.latest
        if view.retracted:
            return Course(latest.as_of, voice.moment(latest.as_of, day))
        if view.exercise:
            return Course(view.reported, voice.moment(view.reported, day))
        if view.announced or view.cancelled:
            ends = latest.window_ends
            text = voice.span(view.begins, ends, day) if ends else voice.moment(view.begins, day)
            return Course(view.begins, text)
        if view.maintenance:
            standing = self._word("alert", "maintenance")
        else:
            standing = self.standing(view.tone if view.open else view.gravity, view)
        return self._course(standing, view, day)

    def _course(self, standing: str, view: IncidentView, day: date | None) -> Course:
        voice, latest = self.voice, view.latest
        if latest.ended and view.dated:
            span = voice.span(view.begins, latest.ended, day)
            lasted = voice.duration(view.begins, latest.ended)
            return Course(view.begins, " · ".join(filter(None, (f"{standing} {span}", lasted))))
        begun = "reported" if not view.dated else "since" if view.open else "began"
        parts = [standing, self._time(begun, view.begins, day)]
        if view.ended:
            parts.append(self._time("over", view.ended, day or view.begins))
        return Course(view.begins, " · ".join(parts))

    def _time(self, name: str, moment: datetime, day: date | None) -> str:
        return self._word("course", name).format(moment=self.voice.moment(moment, day))

    def _stated(self, tone: IncidentTone, title: str, view: IncidentView) -> str:
        words: Mapping[str, Any] = self.words["headline"]
        pattern: str = words[tone]
        if tone is IncidentTone.MAINTENANCE:
            return title if _says(title, tuple(words["says_maintenance"])) else pattern.format(title=title)
        named = quoted(title, view.latest, words)
        return title if named != title and tone in DOWN else pattern.format(title=named)

    def _taken_back(self, view: IncidentView) -> dict[str, str]:
        """Return the statement that the latest message withdraws, with its time."""
        latest = view.latest
        ends = [update.as_of for update in view.updates[:-1] if update.phase.closed]
        wrong = latest.corrects or (ends[-1] if view.reopened and ends else view.reported)
        return {name: self.voice.of(name, wrong, latest.as_of) for name in ("message", "all_clear")}

    def _word(self, section: str, name: str) -> str:
        word: str = self.words[section][name]
        return word

    @property
    def _all_watched(self) -> bool:
        watched = [view.tone is IncidentTone.WATCHING for view in self.current]
        return len(watched) > 1 and all(watched)


def quoted(title: str, update: Update, words: Mapping[str, Any]) -> str:
    """Return the title, in quotation marks if it contains a state: not "Working again: Checkout down".

    `words` are those of `[headline]`. A title without a service is a sentence of its own.
    """
    says = not update.services or _says(title, tuple(words["says"]))
    pattern: str = words["quoted"]
    return pattern.format(title=title) if says and not update.phase.maintenance else title


def _says(title: str, states: tuple[str, ...]) -> bool:
    """Return whether the title has one of these words; `*` stands for letters."""
    return bool(_pattern(states).search(title))


@cache
def _pattern(states: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(state).replace(r"\*", r"\w*") for state in states)
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
