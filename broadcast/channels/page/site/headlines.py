"""What the page says of incidents in one language: headline, the sentence below it, state and times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from broadcast.channels.page.site.incident_view import DOWN, Story, Tone, current, overall
from broadcast.channels.page.site.page_settings import Masthead
from broadcast.channels.page.site.state import Update
from broadcast.channels.page.site.words import Voice
from broadcast.model.situation import Situation

#: After these the phase alone would not say what happened.
_TURNS = frozenset({Situation.DOWN_AGAIN, Situation.REOPENED, Situation.ABANDONED})
_GRAVE = frozenset({Tone.MAJOR, Tone.CRITICAL})
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Course:
    """The times of an incident in one line, and the moment it stands for."""

    moment: datetime
    text: str


class Headlines:
    """The words for every incident in `told`, as readers of the page's voice get them."""

    def __init__(self, told: Sequence[Story], masthead: Masthead, voice: Voice) -> None:
        self.current = current(told)
        self.down = [story for story in self.current if story.tone in DOWN and not story.exercise]
        self.open = any(story.open for story in told)
        self.drill = masthead.drill
        self.voice = voice
        self.words: Mapping[str, Any] = voice.words
        self.overall = overall(told)

    def title(self, story: Story) -> str:
        """Its name; of an exercise only that it is a test."""
        return self._word("drill", "test") if story.exercise else story.title(self.voice.language)

    def tone(self, story: Story) -> Tone:
        """Return how it stands; of an exercise, whatever was exercised, only that it is one."""
        return Tone.DRILL if story.exercise else story.tone

    def gravity(self, story: Story) -> Tone:
        """Return how grave it was at its worst."""
        return Tone.DRILL if story.exercise else story.gravity

    def standing(self, tone: Tone, story: Story | None = None) -> str:
        """Return the word for a tone: `Gestört`, or `Teilweise gestört` where the incident says so."""
        partly = story is not None and story.partial and tone in _GRAVE
        return self._word("tone", "partly" if partly else tone)

    def state(self, story: Story) -> str:
        """Return `Gestört · Wird untersucht`."""
        if story.exercise or story.latest.tells is Situation.DOWN_AGAIN:
            return self.heading(story.latest)
        standing = self.standing(story.tone, story)
        return f"{standing} · {self.tag(story)}" if story.tone in DOWN and not story.reopened else standing

    def tag(self, story: Story) -> str:
        """Where it stands, in the list: `Behoben`, `Ursache gefunden`, `Wieder gestört`."""
        turned = story.exercise or story.latest.tells in _TURNS
        return self.heading(story.latest) if turned else self._word("phase", story.phase)

    def heading(self, update: Update) -> str:
        """Return what heads one message."""
        return self._word("situation", update.tells)

    def headline(self, story: Story) -> str:
        """Return `Störung: Chat`; a title that says how it stands needs no state word before it."""
        if story.exercise:
            return self.drilled(self.title(story))
        tone, title = story.tone, self.title(story)
        return self.drilled(title if tone is Tone.FINE else self._stated(tone, title, story))

    def overall_headline(self) -> str:
        """Return the headline of the front page."""
        if self.drill and all(story.exercise for story in self.current):
            return self.drilled(self._word("drill", "test"))
        if len(self.down) > 1:
            return self.drilled(self._word("headline", "several").format(count=len(self.down)))
        if self._all_watched:
            return self.drilled(self._word("headline", "several_watching"))
        if self.current:
            return self.headline(self.current[0])
        return self.drilled(self._word("headline", self.overall))

    def lede(self, story: Story) -> str:
        """Return the sentence below the headline of one incident."""
        if story.exercise:
            return self._word("drill", "lede" if story.open else "over")
        if self.drill and not story.open:
            return self._word("drill", "over")
        name: str = story.phase if story.retracted else story.latest.tells
        if story.retracted and any(other is not story for other in self.down):
            name = f"{name}_beside"
        pattern = self._word("lede", name if name in self.words["lede"] else story.phase)
        return pattern.format(**self._taken_back(story))

    def overall_lede(self) -> str:
        """Return the sentence below the headline of the front page."""
        if self.drill and all(story.exercise for story in self.current):
            return self._word("drill", "lede" if self.open else "over")
        if len(self.down) > 1:
            return self._word("lede", "several")
        if self._all_watched:
            return self._word("lede", "several_watching")
        return self.lede(self.current[0]) if self.current else self._word("lede", self.overall)

    def drilled(self, headline: str) -> str:
        """Return the headline, marked first and last on the page of an exercise."""
        if not self.drill:
            return headline
        return self._word("drill", "title").format(title=headline)

    def unsaid(self, lede: str, story: Story) -> str:
        """The sentences up to the last one that the latest message, which stands below them, does not say."""
        said = " ".join(story.latest.text(self.voice.language).body.split())
        sentences = _SENTENCE.split(lede)
        while sentences and sentences[-1] in said:
            sentences.pop()
        return " ".join(sentences)

    def course(self, story: Story, day: date | None = None) -> Course:
        """When it was, as the list tells it under `day`."""
        voice, latest = self.voice, story.latest
        if story.retracted:
            return Course(latest.as_of, voice.moment(latest.as_of, day))
        if story.exercise:
            return Course(story.reported, voice.moment(story.reported, day))
        if story.announced or story.cancelled:
            ends = latest.window_ends
            text = voice.span(story.begins, ends, day) if ends else voice.moment(story.begins, day)
            return Course(story.begins, text)
        if story.maintenance:
            standing = self._word("alert", "maintenance")
        else:
            standing = self.standing(story.tone if story.open else story.gravity, story)
        return self._course(standing, story, day)

    def _course(self, standing: str, story: Story, day: date | None) -> Course:
        voice, latest = self.voice, story.latest
        if latest.ended and story.dated:
            span = voice.span(story.begins, latest.ended, day)
            lasted = voice.duration(story.begins, latest.ended)
            return Course(story.begins, " · ".join(filter(None, (f"{standing} {span}", lasted))))
        begun = "reported" if not story.dated else "since" if story.open else "began"
        parts = [standing, self._told(begun, story.begins, day)]
        if story.ended:
            parts.append(self._told("over", story.ended, day or story.begins))
        return Course(story.begins, " · ".join(parts))

    def _told(self, name: str, moment: datetime, day: date | None) -> str:
        return self._word("course", name).format(moment=self.voice.moment(moment, day))

    def _stated(self, tone: Tone, title: str, story: Story) -> str:
        words: Mapping[str, Any] = self.words["headline"]
        pattern: str = words[tone]
        if tone is Tone.MAINTENANCE:
            return title if _says(title, tuple(words["says_maintenance"])) else pattern.format(title=title)
        named = quoted(title, story.latest, words)
        return title if named != title and tone in DOWN else pattern.format(title=named)

    def _taken_back(self, story: Story) -> dict[str, str]:
        """Return the statement that the latest message says was wrong, with its time."""
        latest = story.latest
        ends = [update.as_of for update in story.updates[:-1] if update.phase.closed]
        wrong = latest.corrects or (ends[-1] if story.reopened and ends else story.reported)
        return {name: self.voice.of(name, wrong, latest.as_of) for name in ("message", "all_clear")}

    def _word(self, section: str, name: str) -> str:
        word: str = self.words[section][name]
        return word

    @property
    def _all_watched(self) -> bool:
        watched = [story.tone is Tone.WATCHING for story in self.current]
        return len(watched) > 1 and all(watched)


def quoted(title: str, update: Update, words: Mapping[str, Any]) -> str:
    """The title, as a quotation where it says itself how it stands: not "Working again: Checkout down".

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
