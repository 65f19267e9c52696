"""Proof, before the outage, that every text works: each audience, phase, kind and language is written.

The texts are rendered with sample facts and looked at as a reader would: do they fit, do they say what
people need to know, do they keep to themselves what is internal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from pathlib import PurePosixPath

from broadcast.errors import BroadcastError
from broadcast.model.channel import ChannelKind, Limit
from broadcast.model.letterhead import NO_LETTERHEAD
from broadcast.model.notice import Facts
from broadcast.model.situation import Situation, situation_of
from broadcast.rendering import length, phrase, prose, speech
from broadcast.rendering.catalogue import PUBLIC, SUFFIX, Catalogue
from broadcast.rendering.draft import OUTSIDE, Templates, filled
from broadcast.rendering.drill import visible
from broadcast.rendering.placement import PUBLISHED, misplaced
from broadcast.rendering.render import Rendered, Renderer
from broadcast.rendering.samples import CANARY, Organisation, sample_facts, with_secrets, written_by
from broadcast.rendering.words import Words, words_for

AUDIENCES = (PUBLIC, "agents", "supervisors", "executives", "technical", "field")
KINDS = tuple(ChannelKind)
_LINKLESS = frozenset({ChannelKind.PAGE, ChannelKind.VOICE})  # the link's own page, and a call
#: Nothing is down, so that no service must be named.
_NAMELESS = frozenset({Situation.DRILL, Situation.DRILL_OVER})


class Gravity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one template, and how to mend it."""

    template: str
    severity: Gravity
    problem: str
    hint: str


@dataclass(frozen=True, slots=True)
class _Case:
    """One text to be proved."""

    audience: str
    locale: str
    kind: ChannelKind
    facts: Facts

    @property
    def public(self) -> bool:
        return self.audience == PUBLIC or self.kind in PUBLISHED

    @property
    def situation(self) -> Situation:
        return situation_of(self.facts, outside=self.audience in OUTSIDE)

    @property
    def spoken(self) -> bool:
        return self.kind is ChannelKind.VOICE


def lint(
    catalogue: Catalogue,
    locales: Sequence[str],
    post: Sequence[Limit] = (),
    organisation: Organisation | None = None,
    audiences: Sequence[str] = (),
) -> list[Finding]:
    """Everything that is wrong with the texts of these languages, each problem once, worst first.

    `post` is what a post keeps to, as for `Renderer`; `organisation` is who will use them, for `audiences`
    beside those that everybody has.
    """
    locales = tuple(locales) or ("en",)
    letterhead = organisation.letterhead if organisation else NO_LETTERHEAD
    renderer = Renderer(catalogue, locales[0], post=post, letterhead=letterhead)
    known = tuple(dict.fromkeys((*AUDIENCES, *audiences)))
    proved = [*AUDIENCES, *_with_own_texts(catalogue, known[len(AUDIENCES) :])]
    found = [finding for case in _cases(locales, proved) for finding in _proved(renderer, case)]
    found += _files(catalogue, locales)
    found += _misplaced(catalogue, locales, known)
    found += refused(renderer, locales, organisation, proved) if organisation else ()
    return sorted(dict.fromkeys(found), key=lambda finding: (finding.severity, finding.template))


def refused(
    renderer: Renderer,
    locales: Sequence[str],
    organisation: Organisation,
    audiences: Sequence[str] = AUDIENCES,
) -> Iterator[Finding]:
    """Texts that cannot be written under this organisation's name, or in its zone."""
    for case in _cases(locales, audiences):
        try:
            renderer.render(written_by(case.facts, organisation), case.audience, case.locale, case.kind)
        except BroadcastError as error:
            yield _broken(case, error)


def _cases(locales: Sequence[str], audiences: Sequence[str] = AUDIENCES) -> Iterator[_Case]:
    for locale, audience, kind in product(locales, audiences, KINDS):
        if audience == PUBLIC or kind not in PUBLISHED:
            yield from (_Case(audience, locale, kind, facts) for facts in _sampled())


def _sampled() -> Iterator[Facts]:
    for situation in Situation:
        yield sample_facts(situation)
    yield replace(sample_facts(Situation.COMPLETED), outage_open=True)


def _proved(renderer: Renderer, case: _Case) -> Iterator[Finding]:
    try:
        rendered = renderer.render(case.facts, case.audience, case.locale, case.kind)
        sparse = renderer.render(_sparse(case.facts), case.audience, case.locale, case.kind)
        secret = renderer.render(with_secrets(case.facts), case.audience, case.locale, case.kind)
    except BroadcastError as error:
        yield _broken(case, error)
        return
    for problem, hint in (*_problems(case, rendered, sparse, secret), *_silenced(renderer, case)):
        yield Finding(rendered.template, Gravity.ERROR, problem, hint)
    for problem, hint in _remarks(case, rendered):
        yield Finding(rendered.template, Gravity.WARNING, problem, hint)


def _broken(case: _Case, error: BroadcastError) -> Finding:
    return Finding(_where(error, case), Gravity.ERROR, str(error), error.hint or "")


def _where(error: BroadcastError, case: _Case) -> str:
    place = str(error).partition(": ")[0]
    file = f"{case.locale}/{case.audience}/{case.facts.text_phase.value}/{case.kind.value}.txt{SUFFIX}"
    return place if SUFFIX in place else file


def _sparse(facts: Facts) -> Facts:
    """The same incident on a bad day: nothing but the title is known, and when announced work begins."""
    return replace(
        facts,
        message=None,
        started=None,
        detected=None,
        window_starts=facts.window_starts if facts.phase.maintenance else None,
        wording=(),
        services=(),
        next_update=None,
        window_ends=None,
        former_starts=None,
        former_ends=None,
        link=None,
        hotline=None,
        alternatives=(),
        corrects=None,
    )


def _problems(
    case: _Case, rendered: Rendered, sparse: Rendered, secret: Rendered
) -> Iterator[tuple[str, str]]:
    yield from _fit(case, rendered)
    for part in (*_parts(rendered), *_parts(sparse)):
        yield from ((f"has a hole: {hole!r}", "write it inside {% if ... %}") for hole in prose.holes(part))
    yield from _left_unsaid(case, rendered)
    if case.public and CANARY in " ".join(_parts(secret)):
        yield "shows what is internal", "take `cause` and `internal_...` out of texts for the public"
    if any(CANARY in part for part in (rendered.message.subject or "", *_parts(rendered))):
        yield "shows what is internal", "take the word out"


def _silenced(renderer: Renderer, case: _Case) -> Iterator[tuple[str, str]]:
    """The same outage without the hotline, and without any way to reach us."""
    if not case.situation.down or not _serves_people(case):
        return
    for facts in (
        replace(case.facts, hotline=None),
        replace(case.facts, hotline=None, alternatives=(), cut_off=True),
    ):
        silent = replace(case, facts=facts)
        rendered = renderer.render(facts, case.audience, case.locale, case.kind)
        yield from _fit(silent, rendered)
        yield from _left_unsaid(silent, rendered)


def _left_unsaid(case: _Case, rendered: Rendered) -> Iterator[tuple[str, str]]:
    said = " ".join(_parts(rendered))
    for name, fact in _required(case):
        value = speech.spoken(fact, words_for(case.locale), case.facts.link or "") if case.spoken else fact
        if value not in said and not (case.spoken and value.casefold() in said.casefold()):
            yield f"does not say {name} ({value})", f"add it to the text for {case.situation}"


def _fit(case: _Case, rendered: Rendered) -> Iterator[tuple[str, str]]:
    units = rendered.units
    # An address takes more room than a number; help is worth a second part.
    most = 1 if case.facts.hotline else 2
    if case.kind is ChannelKind.SMS and units.parts > most:
        yield f"needs {units.parts} parts: {units.units} units {units.measure}", f"shorten it to {most}"
    seconds = speech.seconds(filled(rendered.message.text)) if case.spoken else 0
    if seconds > length.SPEECH_WISHED:
        yield f"takes {seconds} seconds", f"shorten it to {length.SPEECH_WISHED}"
    subject = rendered.message.subject
    if case.kind is ChannelKind.EMAIL and subject and len(subject) > length.SUBJECT_WISHED:
        yield (
            f"has a subject of {len(subject)} characters",
            f"{length.SUBJECT_WISHED} are read; shorten it",
        )


def _required(case: _Case) -> Iterator[tuple[str, str]]:
    """What a reader must be able to find, by name, as it is written in that language."""
    facts, words = case.facts, words_for(case.locale)
    yield from _origin(case)
    situation = case.situation
    if situation not in _NAMELESS:
        yield "what it is about", facts.services[0].name_in(case.locale)
    if facts.next_update and (situation.down or situation.works):
        yield "when there will be news", phrase.clock_time(facts.next_update)
    if situation.down and _serves_people(case):
        yield from _help(facts, words)
    if facts.link and case.kind not in _LINKLESS and case.audience != "field":
        yield "where to read on", facts.link
    if situation is Situation.SCHEDULED and facts.begins:
        yield "when it is", phrase.day(facts.begins, words)
    if situation is Situation.RESOLVED and facts.ended:
        yield "when it ended", phrase.clock_time(facts.ended)
    if situation is Situation.RETRACTION and facts.corrects:
        yield "which message was wrong", phrase.clock_time(facts.corrects)


def _origin(case: _Case) -> Iterator[tuple[str, str]]:
    yield "who says so", case.facts.organisation
    if not case.spoken:  # nobody notes a number by ear
        whole = case.kind is ChannelKind.EMAIL  # its foot says: incident INC-7, message 2
        yield "the reference", case.facts.ref if whole else case.facts.mark


def _help(facts: Facts, words: Words) -> Iterator[tuple[str, str]]:
    if facts.hotline:
        yield "how to get help now", facts.hotline
    elif facts.alternatives:
        yield "how to get help now", facts.alternatives[0].value
    elif facts.cut_off:
        yield "that no way to reach us works", words.cut_off


def _serves_people(case: _Case) -> bool:
    """Whether the reader, or a customer of theirs, needs a way that works.

    Of those who are called, customers alone: whoever drives or serves customers cannot note a number.
    """
    if case.spoken:
        return case.audience == PUBLIC
    return case.audience in {PUBLIC, "agents", "field"}


def _remarks(case: _Case, rendered: Rendered) -> Iterator[tuple[str, str]]:
    for part in _parts(rendered):
        own = prose.without(part, given_words(case.facts, case.locale))
        yield from prose.remarks(own, words_for(case.locale).language)
    words, most = speech.words(filled(rendered.message.text)), length.wished_words(case.audience)
    if case.spoken and words > most:
        yield f"says {words} words", f"shorten it to {most}: nobody remembers more"


def given_words(facts: Facts, locale: str) -> Iterator[str]:
    """The facts' own words, which say nothing about the template."""
    yield from (facts.organisation, facts.link or "", facts.hotline or "", facts.mark)
    yield from (facts.worded("title", locale) or "", facts.worded("message", locale) or "")
    yield words_for(locale).drill


def _parts(rendered: Rendered) -> tuple[str, ...]:
    message = rendered.message
    html = visible(message.html) if message.html else None
    return tuple(part for part in (message.subject, message.text, html) if part)


def _with_own_texts(catalogue: Catalogue, audiences: Sequence[str]) -> list[str]:
    """Those of the audiences that have a folder; the others get the customers' texts."""
    folders = {PurePosixPath(name).parts[1] for name in catalogue.names() if name.count("/") > 1}
    return [audience for audience in audiences if audience in folders]


def _misplaced(catalogue: Catalogue, locales: Sequence[str], audiences: Sequence[str]) -> Iterator[Finding]:
    """Files from which no text is ever written, and which no other file includes."""
    found = {name: why for name in catalogue.names() if (why := misplaced(name, audiences))}
    if not found:
        return
    included = Templates(catalogue, locales[0]).plain.included(catalogue.names())
    for name, why in found.items():
        if name.partition("/")[2] not in included and name not in included:
            gravity = Gravity.ERROR if why.certain else Gravity.WARNING
            yield Finding(name, gravity, why.problem, why.hint)


def _files(catalogue: Catalogue, locales: Sequence[str]) -> Iterator[Finding]:
    """Every file is sound, and the languages' versions of one file speak of the same facts."""
    templates = Templates(catalogue, locales[0])
    for name in catalogue.names():
        locale, _, rest = name.partition("/")
        shared = locale.startswith("_")
        if not shared and locale not in locales:
            continue
        try:
            names = templates.plain.names(name if not shared else f"{locales[0]}/{name}")
        except BroadcastError as error:
            yield Finding(str(error).partition(": ")[0], Gravity.ERROR, str(error), error.hint or "")
            continue
        for other in locales if locale == locales[0] else ():
            yield from _difference(templates, name, f"{other}/{rest}", names)


def _difference(templates: Templates, name: str, twin: str, names: frozenset[str]) -> Iterator[Finding]:
    if templates.catalogue.find(twin) is None:
        yield Finding(name, Gravity.WARNING, f"has no twin {twin}", "translate it")
        return
    try:
        odd = names ^ templates.plain.names(twin)
    except BroadcastError:
        return  # reported for its own file
    if odd:
        yield Finding(
            name,
            Gravity.WARNING,
            f"does not speak of the same facts as {twin}: {', '.join(sorted(odd))}",
            "show them in both languages, or in neither",
        )
