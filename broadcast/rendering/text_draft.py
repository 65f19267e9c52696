"""Write one part of a message from one template, with the language, marks and checks that all kinds share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from broadcast.errors import ConfigError, TemplateError
from broadcast.localisation.phrase_book import Phrases
from broadcast.model.letterhead import NO_LETTERHEAD, Foot, Letterhead
from broadcast.model.message import CONFIRM_URL, SLOT_CLOSE, SLOT_OPEN
from broadcast.model.notice import Facts, TextPhase
from broadcast.model.situation import situation_of
from broadcast.rendering import drill, factcheck
from broadcast.rendering.catalogue import (
    PUBLIC,
    SUFFIX,
    Catalogue,
    TemplateSource,
    audience_chain,
    locale_chain,
)
from broadcast.rendering.fit import SHORTENED, Room
from broadcast.rendering.frame import frame_of
from broadcast.rendering.sentences import FILE, Table, checked
from broadcast.rendering.variables import Reader, variables
from broadcast.rendering.words import words_for

if TYPE_CHECKING:
    from broadcast.rendering.environment import Texts

_SLOT = re.compile(f"{SLOT_OPEN}([A-Za-z][A-Za-z0-9_]*){SLOT_CLOSE}")
_LAYOUT = f"_layout/email.html{SUFFIX}"
_CONFIRM_URL = f"{SLOT_OPEN}{CONFIRM_URL}{SLOT_CLOSE}"
_TYPICAL_VALUE = "x" * 20  # a person's name or number counts as this long
_PUBLIC_AUDIENCES = frozenset({PUBLIC, "public"})
#: Audiences outside the offices: about an exercise they learn only that it is a test.
OUTSIDE = frozenset({PUBLIC, "public", "field"})


class Templates:
    """A catalogue with its compiled templates and a default language."""

    def __init__(
        self, catalogue: Catalogue, default_locale: str, letterhead: Letterhead = NO_LETTERHEAD
    ) -> None:
        self.catalogue = catalogue
        self.letterhead = letterhead
        self._default_locale = default_locale
        self._sentences: dict[str, Table] = {}

    def source(self, locale: str, audience: str, facts: Facts, file: str) -> TemplateSource:
        """Return the template file of a text; the language counts more than the audience.

        Folders of a situation come before those of its phase, which existed first.
        """
        situation = situation_of(facts, outside=audience in OUTSIDE)
        chain = audience_chain(audience, tuple(dict.fromkeys((situation, facts.text_phase))), file)
        locales = locale_chain(locale, self._default_locale)
        source = self.catalogue.first([f"{step}/{name}" for step in locales for name in chain])
        if source is None:
            raise TemplateError(
                f"there is no template {locales[0]}/{chain[0]}", hint=f"write it, or {locales[0]}/{chain[-1]}"
            )
        return source

    def shared(self, locale: str, file: str) -> str:
        """Return the name of a shared part, in the language or the default one; raises `TemplateError`."""
        names = [f"{step}/_parts/{file}{SUFFIX}" for step in locale_chain(locale, self._default_locale)]
        source = self.catalogue.first(names)
        if source is None:
            raise TemplateError(f"there is no template {names[0]}", hint="write it, or take --until away")
        return source.name

    def sentences(self, locale: str) -> Table:
        """Return the state words and sentences of a language with the user's entries, or the English ones."""
        if locale not in self._sentences:
            chain = locale_chain(locale, locale)
            files = next((found for step in chain if (found := self.catalogue.texts(f"{step}/{FILE}"))), [])
            self._sentences[locale] = _merged(files)
        return self._sentences[locale]

    @cached_property
    def plain(self) -> Texts:
        """The templates of plain text."""
        return self._environment(autoescape=False)

    @cached_property
    def escaping(self) -> Texts:
        """The templates of HTML."""
        return self._environment(autoescape=True)

    def _environment(self, *, autoescape: bool) -> Texts:
        # Importing Jinja takes 70 ms, so only commands that render a text import it.
        from broadcast.rendering.environment import Loader, Texts

        return Texts(Loader(self.catalogue, self._default_locale), autoescape=autoescape)


@dataclass(frozen=True)
class TextDraft:
    """One message while it is written: its facts and the template of its text."""

    templates: Templates
    facts: Facts
    audience: str
    source: TemplateSource

    @property
    def locale(self) -> str:
        """The language of the template that was found."""
        return PurePosixPath(self.source.name).parts[0]

    @cached_property
    def known(self) -> factcheck.KnownFacts:
        """Everything that its texts may state.

        It is no cache by facts, because two records are equal even if their times are in different zones.
        """
        return factcheck.known_values(self.facts, self.locale, self.words)

    @property
    def words(self) -> Phrases:
        """The words of the program in that language."""
        return words_for(self.locale)

    @property
    def internal(self) -> bool:
        """Whether the template is for colleagues, so that it may name internal facts."""
        return self._folder not in _PUBLIC_AUDIENCES

    @property
    def foot(self) -> Foot:
        """The organisation's letterhead in that language."""
        return self.templates.letterhead.in_locale(self.locale)

    @property
    def _folder(self) -> str:
        """The audience that the template was written for."""
        return PurePosixPath(self.source.name).parts[1]

    @property
    def is_drill(self) -> bool:
        """Whether every part must be marked."""
        return self.facts.drill or self.facts.text_phase is TextPhase.DRILL

    def part(self, file: str) -> TemplateSource:
        """Return the template of another part of this message."""
        return self.templates.source(self.locale, self.audience, self.facts, file)

    def write(self, template: str, room: Room, shape: Callable[[str], str]) -> str:
        """Return one plain part, tidied, marked if it is an exercise, and checked against the facts."""
        named = self._variables(room, template)
        raw, fixed = self.templates.plain.write(template, named, self.facts.as_of)
        if _is_text_message(template):
            asked, also_fixed = self._question("confirm.sms.txt", named, self.templates.plain)
            raw, fixed = f"{raw}{asked}", (*fixed, *also_fixed)
        return self._finished(shape(raw), template, self._known(room, named, fixed))

    def write_in_layout(self, layout: str, room: Room, shape: Callable[[str], str], subject: str) -> str:
        """Return the text with a frame around it: a signature, the reference, the status page."""
        named = self._variables(room)
        raw, fixed = self.templates.plain.write(self.source.name, named, self.facts.as_of)
        asked, asked_fixed = self._question("confirm.txt", named, self.templates.plain)
        body = shape(raw + asked)
        fixed = (*fixed, *asked_fixed)
        parts = {"body": body, "subject": subject, "frame": frame_of(self._folder, self.foot, body, named)}
        raw, also_fixed = self.templates.plain.write(layout, {**named, **parts}, self.facts.as_of)
        known = self._known(room, named, (*fixed, *also_fixed, *self.foot.texts))
        return self._finished(shape(raw), layout, known)

    def _question(self, file: str, named: dict[str, object], texts: Texts) -> tuple[str, tuple[str, ...]]:
        """Return the sentence that asks to confirm, and what it marks as `fixed`; "" if none is asked."""
        if self.facts.confirm_by is None:
            return "", ()
        template = self.templates.shared(self.locale, file)
        text, fixed = texts.write(template, named, self.facts.as_of)
        return f"\n\n{text}", fixed

    def _finished(self, text: str, template: str, known: factcheck.KnownFacts) -> str:
        if not text:
            raise TemplateError(f"{template}: the text is empty", hint="write at least one sentence")
        if self.is_drill:
            drill.refuse_denial(text, template)
            text = drill.with_drill_word(text, self.words("drill"))
        self._check(factcheck.contradictions(filled(text), known), template)
        return text

    def write_html(self, room: Room, subject: str) -> str:
        """Return the HTML part: the words of the text part in the layout, or those of an own HTML template.

        The layout says some things itself; a template leaves them out if `framed` is true.
        """
        from markupsafe import Markup

        template = self._html_template()
        named = {**self._variables(room), "framed": template.endswith(_LAYOUT)}
        raw, fixed = self.templates.escaping.write(self.source.name, named, self.facts.as_of)
        asked, asked_fixed = self._question("confirm.txt", named, self.templates.escaping)
        fixed = (*fixed, *asked_fixed)
        body = Markup(paragraphed(raw + _linked(asked)))  # noqa: S704  # written with escaping on
        parts = {"body": body, "subject": subject, "frame": frame_of(self._folder, self.foot, body, named)}
        html, also_fixed = self.templates.escaping.write(template, {**named, **parts}, self.facts.as_of)
        if self.is_drill:
            drill.refuse_denial(drill.visible(html), template)
            html = drill.with_drill_word_in_html(html, self.words("drill"))
        known = self._known(room, named, (*fixed, *also_fixed, *self.foot.texts))
        self._check(factcheck.contradictions_html(filled(html), known), template)
        return html

    def _html_template(self) -> str:
        own = f"{PurePosixPath(self.source.name).parent}/email.html{SUFFIX}"
        return own if self.templates.catalogue.find(own) else f"{self.locale}/{_LAYOUT}"

    def _variables(self, room: Room, template: str = "") -> dict[str, object]:
        return variables(self.facts, self.reader, room, short=_is_short(template))

    @property
    def reader(self) -> Reader:
        """The reader: their language and words, and what they may know."""
        return Reader(
            locale=self.locale,
            audience=self.audience,
            words=self.words,
            sentences=self.templates.sentences(self.locale),
            internal=self.internal,
            outside=self._folder in OUTSIDE or self.audience in OUTSIDE,
        )

    def _known(self, room: Room, named: dict[str, object], fixed: Iterable[str]) -> factcheck.KnownFacts:
        shortened = [str(named[name] or "") for name in SHORTENED if getattr(room, name) is not None]
        return self.known.besides((*shortened, *fixed))

    def _check(self, found: tuple[str, ...], template: str) -> None:
        if found:
            raise TemplateError(
                f"{template}: {found[0]!r} is in the text but not in the facts of {self.facts.ref}",
                hint="show a fact by its name, or pass it with -v; "
                "what is true of every incident is written {{ '...'|fixed }}",
            )


def _is_short(template: str) -> bool:
    """Return whether a list of services must be short: in a text message, a subject, a title."""
    file = PurePosixPath(template).name
    return file.startswith("sms.") or ".subject" in file


def _is_text_message(template: str) -> bool:
    return PurePosixPath(template).name.startswith("sms.")


def _linked(text: str) -> str:
    """Return the HTML text with the person's link as a link: what fills the slot is an address."""
    return text.replace(_CONFIRM_URL, f'<a href="{_CONFIRM_URL}">{_CONFIRM_URL}</a>')


def _merged(files: list[tuple[Path, str]]) -> Table:
    """Return the entries of all files; those of a later file replace those of an earlier one."""
    import tomllib

    table: dict[str, dict[str, str]] = {}
    for path, text in files:
        try:
            found = checked(tomllib.loads(text), str(path))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: {error}", hint="correct the file, or remove it") from None
        for section, entries in found.items():
            table[section] = {**table.get(section, {}), **entries}
    return table


def on_one_line(text: str) -> str:
    """Return `text` without line ends and double spaces."""
    return " ".join(text.split())


def paragraphed(text: str) -> str:
    """Return `text` with single spaces, no space at line ends, and at most one empty line in a row."""
    lines = "\n".join(on_one_line(line) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def filled(text: str) -> str:
    """Return `text` with typical values in its slots, to measure it."""
    return _SLOT.sub(_TYPICAL_VALUE, text)


def slots_in(text: str, template: str) -> tuple[str, ...]:
    """Return the slots of a text in order; raises `TemplateError` if a filter changed one."""
    rest = _SLOT.sub("", text)
    if SLOT_OPEN in rest or SLOT_CLOSE in rest:
        raise TemplateError(
            f"{template}: a filter was applied to `contact`",
            hint="show contact.<column> as it is: it is filled in for each person",
        )
    return tuple(dict.fromkeys(_SLOT.findall(text)))
